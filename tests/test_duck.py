"""DuckDB is given the files of a book and its memory, reaches for nothing else, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.book_data import write
from test_book import HEAD, MASTER, RIGHT, TAPE, Book, as_parquet, rows, stamps, written

import checker
from checker.engine import survey
from checker.engine.again import Again
from checker.engine.book import Table
from checker.engine.duck import Duck

ROOT = Path(checker.__file__).parent.parent
Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a file that is a table of a book, one that is not, and one that is not there yet."""
    (tmp_path / "own.csv").write_text("a,b\n1,2\n")
    (tmp_path / "other.csv").write_text("a\n5\n")
    return tmp_path


@pytest.fixture(params=["itself", "beside"])
def duck(files: Path, request: pytest.FixtureRequest) -> Iterator[Duck]:
    with Duck([Table(str(files / "own.csv"), "csv")]) as found:
        yield found if request.param == "itself" else found.beside()


# What it reaches


def test_its_own_table_is_read(duck: Duck, files: Path) -> None:
    table = Table(str(files / "own.csv"), "csv")
    assert duck.rows(f"SELECT a, b FROM {duck.scan(table, duck.columns(table))}") == [("1", "2")]


BEYOND = {
    "another file": "SELECT * FROM read_csv('FOLDER/other.csv')",
    "another file by its name": "SELECT * FROM 'FOLDER/other.csv'",
    "another file as text": "SELECT * FROM read_text('FOLDER/other.csv')",
    "another file as bytes": "SELECT * FROM read_blob('/etc/hostname')",
    "another file through its own": "SELECT * FROM read_csv('FOLDER/own.csv/../other.csv')",
    "what a file looks like": "SELECT * FROM sniff_csv('FOLDER/other.csv')",
    "the names of files": "SELECT * FROM glob('FOLDER/*')",
    "the network": "SELECT * FROM read_csv('https://127.0.0.1:9/x.csv')",
    "a store": "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "an extension from the network": "INSTALL httpfs",
    "an extension": "LOAD httpfs",
    "an extension in a file": "LOAD 'FOLDER/x.duckdb_extension'",
    "another output": "COPY (SELECT 1) TO 'FOLDER/new.csv'",
    "an output over its own table": "COPY (SELECT 1) TO 'FOLDER/own.csv'",
    "a database": "ATTACH 'FOLDER/x.db'",
    "a database of its own": "EXPORT DATABASE 'FOLDER/dump'",
    "more memory": "SET memory_limit = '99GB'",
    "its memory as it was": "RESET memory_limit",
    "the world again": "SET enable_external_access = true",
    "more files": "SET allowed_paths = ['/']",
    "more folders": "SET allowed_directories = ['/']",
    "another folder to spill to": "SET temp_directory = 'FOLDER'",
    "a secret": "CREATE PERSISTENT SECRET (TYPE s3)",
    "what Python knows": "SELECT * FROM known_to_python",
}


@pytest.mark.parametrize("query", BEYOND.values(), ids=BEYOND)
def test_what_is_not_of_the_book_is_out_of_reach(query: str, duck: Duck, files: Path) -> None:
    import duckdb

    known_to_python = duckdb.connect().execute("SELECT 1 AS one")
    before = stamps(files)
    with pytest.raises(duckdb.Error) as error:
        duck.rows(query.replace("FOLDER", str(files)))
    refused = (duckdb.PermissionException, duckdb.InvalidInputException, duckdb.CatalogException)
    assert isinstance(error.value, refused), error.value
    assert stamps(files) == before
    assert known_to_python.fetchone() == (1,)


@pytest.mark.parametrize(
    "name", ["python_enable_replacements", "autoload_known_extensions", "allow_community_extensions"]
)
def test_what_could_reach_further_is_switched_off(name: str, duck: Duck) -> None:
    assert duck.rows(f"SELECT CAST(current_setting('{name}') AS BOOLEAN)") == [(False,)]


def test_files_are_read_and_written_by_their_names_as_they_stand(tmp_path: Path, capsys: Capsys) -> None:
    folder = tmp_path / "it's [1] *"
    folder.mkdir()
    (tmp_path / "it's 1 x").mkdir()  # what the name would be as a pattern
    for name in ("tape.csv", "tape.parquet", "lines.csv", "batches.csv"):
        (tmp_path / "it's 1 x" / name).write_text("of no use\n")
    book = written(folder)
    assert book.check(capsys, "--lines", folder / "what's [1].parquet").code == 0
    assert as_parquet(book).check(capsys, "--lines", folder / "what's [1].csv").code == 0


# What it leaves


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for what is temporary."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(path))
    return path


def test_nothing_is_left_of_a_run(temporary: Path, tmp_path: Path, capsys: Capsys) -> None:
    assert written(tmp_path).check(capsys, "--lines", tmp_path / "out.csv").code == 0
    assert list(temporary.iterdir()) == []


def test_nothing_is_left_of_a_wrong_input(temporary: Path, tmp_path: Path, capsys: Capsys) -> None:
    assert written(tmp_path, [RIGHT.replace("11.00", "1e3")]).check(capsys).code == 2
    assert written_anew(tmp_path).check(capsys, "--memory-limit", "nonsense").code == 2
    assert list(temporary.iterdir()) == []


def written_anew(folder: Path) -> Book:
    rows(folder / "lines.csv", [HEAD, RIGHT])
    return Book(folder / "book.json", folder / "policies")


def test_nothing_is_left_of_a_bug(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    def failing(*_: object) -> None:
        assert len(list(temporary.iterdir())) == 1
        raise ZeroDivisionError

    monkeypatch.setattr(Again, "judged", failing)
    with pytest.raises(ZeroDivisionError):
        written(tmp_path).check(capsys)
    assert list(temporary.iterdir()) == []


def test_no_lines_are_written_beside_a_tape_that_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    """Its first row ascends, so that it is judged before the proof has ended."""
    monkeypatch.setattr(survey, "FIRST", 1)
    book = as_parquet(written(tmp_path, tape=[*TAPE, TAPE[-1]]))
    done = book.check(capsys, "--lines", tmp_path / "lines_out.csv")
    assert (done.code, done.err.partition(" ")[0]) == (2, "E708:")
    assert not (tmp_path / "lines_out.csv").exists()


# A run that is large


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book of 300,000 loans."""
    folder = tmp_path_factory.mktemp("large")
    write(folder, loans=300_000, lines=2_000, batches=40, agreements=40, formats=("csv",))
    return Book(folder / "csv.yaml", folder / "policies")


def started(book: Book, temporary: Path, *options: str) -> subprocess.Popen[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    words = [sys.executable, "-m", "checker", "check", str(book.path), "--policies", str(book.policies)]
    pipe = subprocess.PIPE
    command = [*words, "--engine", "duckdb", *options]
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)


def test_little_memory_is_enough_or_is_said_not_to_be(large: Book, tmp_path: Path, capsys: Capsys) -> None:
    wanted = large.check(capsys)
    done = large.check(capsys, "--memory-limit", "60MB")
    assert done == wanted or (done.code, done.err[:6]) == (2, "E615: ")
    least = large.check(capsys, "--memory-limit", "5MB")
    assert (least.code, least.out) == (2, "")
    assert least.err.startswith("E615: the run needs more memory than `--memory-limit` gives: Out of Memory Error: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("after", [0.0, 0.2, 0.4])
def test_a_run_that_is_interrupted_ends_with_130_and_leaves_nothing(after: float, large: Book, tmp_path: Path) -> None:
    process = started(large, tmp_path, "--lines", str(large.path.parent / "never.csv"))
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("checker-*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out, error) == (130, "", "")
    assert list(tmp_path.iterdir()) == []
    assert not (large.path.parent / "never.csv").exists()


# Without it


def test_where_duckdb_is_not_installed_the_run_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    book = written(tmp_path)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    done = book.check(capsys)
    help_ = "  = help: `pip install 'loan-pool-checker[duckdb]'`, or judge it with `--engine python`\n"
    assert done == (2, "", f"E612: the engine duckdb is not installed\n{help_}")
    assert book.check(capsys, engine="python").code == 0


def test_lines_in_the_tens_of_thousands_are_put_and_fetched_whole(tmp_path: Path, capsys: Capsys) -> None:
    lines = [f"one,{n:06},3.18,11.00,{MASTER}" for n in range(20_000)]
    found = written(tmp_path, lines).report(capsys, "--explain-max", "20000")
    assert (found["lines"]["refused"], found["judged_again"] >= 20_000 * 9) == (20_000, True)
