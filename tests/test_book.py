"""`checker check` of a book: its exit codes, its formats, the file of its lines, and agreements that follow another."""

import csv
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from builders import FOLDER, NAME

from checker.cli import run

OTHER = "trust-b"
MASTER = "Impac Funding Corporation,master_servicer"
LOANS = [f"{NAME},{n:04},10.00,2004-11-01,1.00,0.00,true,false" for n in (101, 102, 103, 104, 105)]
TAPE = [
    "agreement,loan_id,stated_principal_balance,next_due_date,accrued_interest,unreimbursed_advances,defaulted,foreclosed"
]
TAPE += [
    *LOANS,
    f"{NAME},0200,100000.00,2005-04-01,0.00,0.00,false,false",
    f"{OTHER},0101,50.00,2004-11-01,2.00,0.00,,",
]
SENT = ("sent_to_indenture_trustee", "sent_to_custodian", "mortgage_files_requested")
CERTIFIED = [f"certification.{name}" for name in ("form", "deposits_stated", *SENT)]
BATCHES = [
    ",".join(["batch", "agreement", "date", *CERTIFIED]),
    f"one,{NAME},2005-03-31,Exhibit B,true,2005-03-31,2005-03-31,2005-03-31",
]
LATE = [BATCHES[0], f"one,{NAME},2005-03-31,Exhibit B,true,,,2005-03-31"]
HEAD = "batch,loan,under,price,buyer.name,buyer.role"
RIGHT = f"one,0101,3.18,11.00,{MASTER}"
REFUSED = f"one,0102,3.18,11.01,{MASTER}"
UNDECIDED = f"one,0103,3.18,,{MASTER}"
BOUGHT = [f"one,{n:04},3.13(g),11.00,{MASTER}" for n in (101, 102, 103, 104, 105)]


class Done(NamedTuple):
    """What a run came to."""

    code: int
    out: str
    err: str


class Book(NamedTuple):
    """A book and its policies, in a folder of their own."""

    path: Path
    policies: Path

    def check(self, capsys: pytest.CaptureFixture[str], *options: object, engine: str = "duckdb") -> Done:
        """Run the command on it."""
        words = ["check", self.path, "--policies", self.policies, "--engine", engine, *options]
        code = run([str(word) for word in words])
        return Done(code, *capsys.readouterr())

    def report(self, capsys: pytest.CaptureFixture[str], *options: object) -> dict[str, Any]:
        """Return its report as JSON."""
        done = self.check(capsys, "--format", "json", *options)
        assert not done.err
        found: dict[str, Any] = json.loads(done.out)
        return found


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Return every file of a folder, with what shows whether it was written."""
    return {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()}


def rows(path: Path, texts: Iterable[str]) -> None:
    path.write_text("\n".join(texts) + "\n")


def written(
    folder: Path,
    lines: Iterable[str] = (RIGHT,),
    *,
    tape: Iterable[str] = TAPE,
    batches: Iterable[str] = BATCHES,
    said: Mapping[str, object] | None = None,
) -> Book:
    """Write a book of CSV tables under the policies that ship, which trust-b follows."""
    shutil.copytree(FOLDER, folder / "policies" / NAME, ignore=shutil.ignore_patterns("examples"))
    follows = {"follows": NAME, "agreements": [OTHER]}
    (folder / "policies" / "trusts").mkdir()
    (folder / "policies" / "trusts" / "follows.yaml").write_text(json.dumps(follows, indent=1))
    for name, texts in (("tape", tape), ("batches", batches), ("lines", [HEAD, *lines])):
        rows(folder / f"{name}.csv", texts)
    tables: dict[str, object] = {"tape": {"file": "tape.csv", "as_of": "2005-03-31"}}
    tables |= {"batches": {"file": "batches.csv"}, "dispositions": {"file": "lines.csv"}, **(said or {})}
    (folder / "book.json").write_text(json.dumps({"book": "small", **tables}))
    return Book(folder / "book.json", folder / "policies")


def as_parquet(book: Book) -> Book:
    """Write the tape of a book again, as Parquet."""
    folder = book.path.parent
    with duckdb.connect() as connection:
        names = ", ".join(f"'' AS {name}" for name in TAPE[0].split(","))
        connection.execute(f"CREATE TABLE tape AS SELECT {names} WHERE FALSE")
        with (folder / "tape.csv").open(newline="") as file:
            _, *found = csv.reader(file)
        connection.executemany(
            f"INSERT INTO tape VALUES ({', '.join('?' * 8)})", [[v or None for v in r] for r in found]
        )
        target = str(folder / "tape.parquet").replace("'", "''")
        connection.execute(f"COPY tape TO '{target}' (FORMAT parquet)")
    book.path.write_text(book.path.read_text().replace("tape.csv", "tape.parquet"))
    return book


# Exit codes

CODES = {
    "permitted": ([RIGHT], BATCHES, 0),
    "refused": ([RIGHT, REFUSED], BATCHES, 1),
    "a wrong cell before anything refused": ([REFUSED, f"one,0104,3.18,1e3,{MASTER}"], BATCHES, 2),
    "undecided": ([RIGHT, UNDECIDED], BATCHES, 3),
    "permitted, and late": (BOUGHT, LATE, 4),
    "permitted, and not late": (BOUGHT, BATCHES, 0),
    "refused before undecided": ([UNDECIDED, REFUSED], BATCHES, 1),
    "undecided before late": ([*BOUGHT[:4], BOUGHT[4].replace("11.00", "")], LATE, 3),
    "refused before late": ([*BOUGHT[:4], BOUGHT[4].replace("11.00", "9.99")], LATE, 1),
    "no lines at all": ([], BATCHES, 3),
}


@pytest.mark.parametrize("engine", ["duckdb", "python"])
@pytest.mark.parametrize(("lines", "batches", "code"), CODES.values(), ids=CODES)
def test_the_exit_code_is_the_worst_that_holds(
    lines: list[str], batches: list[str], code: int, engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = written(tmp_path, lines, batches=batches)
    assert book.check(capsys, "--as-of", "2005-04-30", engine=engine).code == code


def test_the_engine_is_python_for_a_small_csv_and_duckdb_for_parquet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = written(tmp_path)
    assert book.check(capsys, engine="auto").out.startswith("PERMITTED, ON 6 ASSUMPTIONS\none: 1 line on 2005-03-31")
    assert "by duckdb\n" in as_parquet(book).check(capsys, engine="auto").out


def test_the_engine_is_duckdb_where_lines_are_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "by duckdb\n" in written(tmp_path).check(capsys, "--lines", tmp_path / "x.csv", engine="auto").out


# Formats, and what does not go together


def test_a_report_goes_to_a_file_and_another_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = written(tmp_path).check(capsys, "--format", f"json={tmp_path / 'r.json'}", "--format", "text")
    assert done.out.startswith("PERMITTED")
    assert json.loads((tmp_path / "r.json").read_text())["decision"] == "permitted"


WRONG = {
    "another format": (["--format", "csv"], "E613: no report of a book as csv"),
    "another format in a file": (
        ["--format", "text", "--format", "csv=FOLDER/r.csv"],
        "E613: no report of a book as c",
    ),
    "lines that are no table": (["--lines", "FOLDER/x.txt"], "E609: lines are written to a .csv or a .parquet file"),
    "lines where no folder is": (["--lines", "FOLDER/no/x.csv"], "E609: cannot write the output: no such file or dir"),
    "lines where a folder is": (["--lines", "FOLDER/folder.csv"], "E609: cannot write the output: is a directory"),
    "lines over the tape": (["--lines", "FOLDER/tape.csv"], "E609: the output would overwrite an input"),
    "lines over the lines": (["--lines", "FOLDER/lines.csv"], "E609: the output would overwrite an input"),
    "lines over a link to the tape": (["--lines", "FOLDER/link.csv"], "E609: the output would overwrite an input"),
    "lines over the report": (
        ["--lines", "FOLDER/x.csv", "--format", "json=FOLDER/x.csv"],
        "E609: two outputs would go to one file",
    ),
    "lines over the printed report": (
        ["--lines", "FOLDER/x.csv", "--output", "FOLDER/folder.csv/../x.csv"],
        "E609: two outputs would go to one file",
    ),
    "a report over the batches": (["--format", "json=FOLDER/batches.csv"], "E609: the output would overwrite an input"),
    "a limit that is none": (["--memory-limit", "nonsense"], "E613: `nonsense` is not an amount of memory"),
    "a limit that goes on": (["--memory-limit", "1GB'; SET threads = '1"], "E613: `1GB'; SET threads = '1` is not an"),
}


@pytest.mark.parametrize(("options", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_done_is_said_before_anything_is_written(
    options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = written(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "link.csv").symlink_to("tape.csv")
    before = stamps(tmp_path)
    done = book.check(capsys, *(word.replace("FOLDER", str(tmp_path)) for word in options))
    assert (done.code, done.out, done.err[: len(message)]) == (2, "", message)
    assert stamps(tmp_path) == before


def test_lines_over_a_file_of_a_folder_of_parquet_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = as_parquet(written(tmp_path))
    (tmp_path / "tape").mkdir()
    (tmp_path / "tape.parquet").rename(tmp_path / "tape" / "part-0.parquet")
    book.path.write_text(book.path.read_text().replace("tape.parquet", "tape"))
    assert book.check(capsys).code == 0
    done = book.check(capsys, "--lines", tmp_path / "tape" / "part-0.parquet")
    assert (done.code, done.err[:41]) == (2, "E609: the output would overwrite an input")


def test_plain_python_writes_no_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = written(tmp_path).check(capsys, "--lines", tmp_path / "x.csv", engine="python")
    assert (done.code, done.err[:42]) == (2, "E613: plain Python writes no file of lines")


def test_lines_without_a_book_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["check", str(FOLDER / "examples" / "optional-purchase.yaml"), "--lines", str(tmp_path / "x.csv")])
    assert (code, capsys.readouterr().err[:28]) == (2, "E613: --lines is for a book\n")


def test_a_book_beside_other_batches_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["check", str(written(tmp_path).path), str(FOLDER / "examples" / "optional-purchase.yaml")])
    assert (code, capsys.readouterr().err[:34]) == (2, "E613: a book is checked by itself\n")


# The file of lines


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file of lines."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM read_parquet('{path}')")
        names = [column[0] for column in found.description]
        return [{n: v or "" for n, v in zip(names, row, strict=True)} for row in found.fetchall()]


@pytest.mark.parametrize("name", ["lines of 'a' run[1].csv", "out.parquet"])
def test_every_line_stands_in_the_file_of_lines_with_its_statuses(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = written(tmp_path, [UNDECIDED, RIGHT, REFUSED])
    for _ in range(2):  # the second time over the first
        assert book.check(capsys, "--lines", tmp_path / name).code == 1
    found = table(tmp_path / name)
    keys = ("batch", "agreement", "date", "loan", "under", "line", "decision", "3.18/price", "3.13(g)/price")
    assert [tuple(row[key] for key in keys) for row in found] == [
        ("one", NAME, "2005-03-31", "0103", "3.18", "1", "undecided", "unknown", ""),
        ("one", NAME, "2005-03-31", "0101", "3.18", "2", "permitted", "pass", ""),
        ("one", NAME, "2005-03-31", "0102", "3.18", "3", "refused", "fail", ""),
    ]


# Agreements that follow another, and versions


def test_a_follower_is_judged_by_the_law_it_follows_over_its_own_loans(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [RIGHT, f"two,0101,3.18,52.00,{MASTER}"]
    book = written(tmp_path, lines, batches=[*BATCHES, f"two,{OTHER},2005-03-31,,,,,"])
    price = book.report(capsys, "--lines", tmp_path / "x.csv")["rules"]["3.18/price"]
    assert price == {"pass": 2, "fail": 0, "unknown": 0, "disputed": 0}
    assert [row["decision"] for row in table(tmp_path / "x.csv")] == ["permitted", "undecided"]


FOLLOWING: Mapping[str, tuple[object, str, int]] = {
    "an unknown leader": (
        {"follows": "impac-cmb-2004-11", "agreements": ["x"]},
        "E601: no policy for the agreement",
        2,
    ),
    "a name that is taken": (
        {"follows": NAME, "agreements": ["x", NAME]},
        f"E508: there is another agreement `{NAME}`",
        5,
    ),
    "a name twice": ({"follows": NAME, "agreements": ["x", "y", "x"]}, "E508: there is another agreement `x`", 6),
    "no name": ({"follows": NAME, "agreements": []}, "E302: ", 3),
    "an unknown key": ({"follows": NAME, "agreements": ["x"], "also": 1}, "E304: ", 6),
    "no leader": ({"agreements": ["x"]}, "E305: ", 1),
}


@pytest.mark.parametrize(("said", "message", "line"), FOLLOWING.values(), ids=FOLLOWING)
def test_a_wrong_file_of_followers_is_refused_with_its_place(
    said: object, message: str, line: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = written(tmp_path)
    path = book.policies / "trusts" / "follows.yaml"
    path.write_text(json.dumps(said, indent=1))
    done = book.check(capsys)
    assert (done.code, done.err[: len(message)]) == (2, message)
    assert f" --> {path}:{line}:" in done.err


@pytest.mark.parametrize("folder", ["a", "z"])  # before the one that it follows, and after it
def test_a_follower_of_a_follower_is_refused(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = written(tmp_path)
    path = book.policies / folder / "follows.yaml"
    path.parent.mkdir()
    path.write_text(f"follows: {OTHER}\nagreements:\n  - third\n")
    done = book.check(capsys)
    head = f"E601: no policy for the agreement `{OTHER}`\n --> {path}:1:10\n"
    assert (done.code, done.out, done.err[: len(head)]) == (2, "", head)


@pytest.mark.parametrize("folder", ["a", "z"])
def test_a_name_in_two_files_of_followers_is_refused(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = written(tmp_path)
    path = book.policies / folder / "follows.yaml"
    path.parent.mkdir()
    path.write_text(f"follows: {NAME}\nagreements:\n  - {OTHER}\n")
    done = book.check(capsys)
    head = f"E508: there is another agreement `{OTHER}`\n"
    assert (done.code, done.out, done.err[: len(head)]) == (2, "", head)


def second(book: Book, old: str = "", new: str = "", *, facts: tuple[str, str] = ("", "")) -> None:
    """Write an agreement of its own beside the other, which says otherwise."""
    folder = book.policies / "second"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("examples", "tests"))
    for path in folder.glob("*.yaml"):
        text = path.read_text().replace(NAME, "second-deal")
        changes = facts if path.name == "facts.yaml" else (old, new)
        path.write_text(text.replace(*changes) if changes[0] else text)


TWO = [RIGHT, f"two,0101,3.18,52.00,{MASTER}"]
BOTH = [*BATCHES, "two,second-deal,2005-03-31,,,,,"]


def test_two_agreements_of_one_folder_are_each_judged_by_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = written(tmp_path, TWO, batches=BOTH, tape=[*TAPE, "second-deal,0101,50.00,2004-11-01,2.00,0.00,,false"])
    second(book, "add_days(loan.next_due_date, 90)", "add_days(loan.next_due_date, 9000)")
    found = book.report(capsys)
    policies = [(one["policy"], one["decision"]) for one in found["batches"]]
    assert policies == [(f"{NAME}/amendment-1", "permitted"), ("second-deal/amendment-1", "undecided")]
    assert found["rules"]["3.18/delinquent-90-days"] == {"pass": 1, "fail": 0, "unknown": 0, "disputed": 1}


def test_two_agreements_that_declare_a_fact_differently_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = written(tmp_path, TWO, batches=BOTH)
    second(book, facts=("at_least: 0", "at_least: 1"))
    done = book.check(capsys)
    assert (done.code, done.out, done.err[:56]) == (2, "", "E614: two agreements of one folder of policies declare `")
