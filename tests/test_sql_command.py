"""`checker sql`: its script runs as it stands and says what a run says; and what is not exact in SQL is refused."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from bench.book_data import write
from builders import NAME
from test_book import Book, table, written

from checker.cli import run
from checker.load.policies import load_policies

Capsys = pytest.CaptureFixture[str]
AMENDMENT = "2004-12-28-amendment-1.yaml"
COLUMN = re.compile(r"(\S+) (VARCHAR|BOOLEAN|DATE|BIGINT|DECIMAL\(\d+, \d+\))")
STATUSES = ("pass", "fail", "unknown", "disputed")


def script(capsys: Capsys, *words: object) -> str:
    assert run(["sql", *map(str, words)]) == 0
    return capsys.readouterr().out


def columns(text: str, name: str) -> dict[str, str]:
    """Return the columns of a table, as the script says which it reads."""
    (line,) = re.findall(rf"^--   {name} +a row a \w+: (.*)$", text, re.MULTILINE)
    return dict(COLUMN.findall(line))


class Warehouse:
    """DuckDB with the three tables of a script, filled from the tables of a book, and the script run over them."""

    def __init__(self, text: str, book: Book, agreement: str) -> None:
        self.connection = duckdb.connect()
        folder = book.path.parent
        for name, file, prefix in (
            ("tape", "loans", "loan."),
            ("proposal", "batches", "batch."),
            ("line", "lines", ""),
        ):
            own = columns(text, name)
            typed = ", ".join(f'"{column}" {kind}' for column, kind in own.items())
            self.connection.execute(f"CREATE TABLE {name} ({typed})")
            source = f"read_csv('{folder / file}.csv', all_varchar = true)"
            has = {row[0] for row in self.connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
            named = {column: _source(column, prefix, has) for column in own}
            cells = ", ".join(f'CAST({named[column]} AS {kind}) AS "{column}"' for column, kind in own.items())
            self.connection.execute(
                f"INSERT INTO {name} SELECT {cells} FROM (SELECT *, row_number() OVER () AS place FROM {source})"
            )
        assert agreement in text
        self.connection.execute(text)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()


def _source(column: str, prefix: str, has: set[str]) -> str:
    """Return what a column of a script is in the tables of a book."""
    if column == "tape.as_of":
        return "DATE '2011-03-31'"
    if column == "_row":
        return "place"
    if column == "line":
        return "row_number() OVER (PARTITION BY batch ORDER BY place)"
    short = column.removeprefix("batch.").removeprefix("disposition.").removeprefix(prefix)
    return f'"{short}"' if short in has else "NULL"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = tmp_path_factory.mktemp("many")
    write(folder, loans=20_000, lines=480, batches=24, agreements=20, formats=("csv",))
    # The script holds names as they are spelled in the policy, the checker however they are.
    text = (folder / "lines.csv").read_text()
    (folder / "lines.csv").write_text(text.replace("IMPAC  Funding Corporation", "Impac Funding Corporation"))
    return Book(folder / "csv.yaml", folder / "policies")


def said(text: str, relation: str) -> dict[str, str]:
    """Return the rules of the columns of a relation, as its comment says."""
    comment = text[: text.index(f"CREATE TEMP TABLE {relation} AS")].rpartition(";\n")[2]
    return dict(re.findall(r"^--   ([a-z]\d+)  (\S+)$", comment, re.MULTILINE))


@pytest.fixture(scope="module")
def listed(many: Book) -> list[dict[str, str]]:
    path = many.path.parent / "listed.csv"
    words = ["check", many.path, "--policies", many.policies, "--engine", "duckdb", "--lines", path]
    run([str(word) for word in words])
    return table(path)


@pytest.mark.parametrize("number", [1, 5, 6, 7, 13, 14, 20])
def test_the_script_runs_as_it_stands_and_says_what_a_run_says(
    number: int, many: Book, listed: list[dict[str, str]], capsys: Capsys
) -> None:
    name = f"trust-{number:04}"
    text = script(capsys, name, "--policies", many.policies)
    warehouse = Warehouse(text, many, name)
    assert len(said(text, "line_1")) == 17
    wanted = [row for row in listed if row["agreement"] == name]
    same(warehouse, text, "line_1", wanted)
    assert said(text, "exercise_1") == {"x0": "3.13(g)/size"}
    sizes = {STATUSES[code] for (code,) in warehouse.rows("SELECT x0 FROM exercise_1 WHERE x0 IS NOT NULL")}
    assert sizes == {row["3.13(g)/size"] for row in wanted} - {""}


def same(warehouse: Warehouse, text: str, relation: str, wanted: list[dict[str, str]]) -> None:
    """Hold a relation of lines that a script made against the lines of a run."""
    rules = said(text, relation)
    query = f'SELECT "batch.batch", line, decision, {", ".join(rules)} FROM {relation} ORDER BY 1, 2'
    got = [(*row[:3], *("" if code is None else STATUSES[code] for code in row[3:])) for row in warehouse.rows(query)]
    assert got == [
        (row["batch"], int(row["line"]), row["decision"], *(row[rule] for rule in rules.values())) for row in wanted
    ]
    assert got


def test_where_no_version_is_in_force_the_script_says_what_a_run_says(
    many: Book, tmp_path: Path, capsys: Capsys
) -> None:
    """What fails a built-in rule is refused there, too."""
    shutil.copytree(many.path.parent, tmp_path / "early")
    early = Book(tmp_path / "early" / "csv.yaml", many.policies)
    rows = table(tmp_path / "early" / "batches.csv")
    early_rows = [row | {"date": "2004-10-01"} if row["agreement"] == "trust-0005" else row for row in rows]
    text = "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in early_rows)]) + "\n"
    (tmp_path / "early" / "batches.csv").write_text(text)
    words = ["check", early.path, "--policies", early.policies, "--engine", "duckdb", "--lines", tmp_path / "l.csv"]
    run([str(word) for word in words])
    capsys.readouterr()
    wanted = [row for row in table(tmp_path / "l.csv") if row["agreement"] == "trust-0005"]
    text = script(capsys, "trust-0005", "--policies", early.policies)
    assert said(text, "line_2").keys() == {"b0", "b1", "b2", "b3"}
    same(Warehouse(text, early, "trust-0005"), text, "line_2", wanted)
    assert {row["decision"] for row in wanted} == {"refused", "undecided"}


def test_no_column_of_the_script_and_no_literal_is_a_double(many: Book, capsys: Capsys) -> None:
    text = script(capsys, "trust-0001", "--policies", many.policies)
    warehouse = Warehouse(text, many, "trust-0001")
    made = re.findall(r"^CREATE TEMP TABLE (\w+) AS$", text, re.MULTILINE)
    assert {"batch", "fact", "pool", "line_0", "line_1", "exercise_1"} <= set(made)
    for name in made:
        kinds = {str(row[1]) for row in warehouse.rows(f"DESCRIBE {name}")}
        assert not kinds & {"DOUBLE", "FLOAT", "REAL"}, name
    code = re.sub(r"^--.*$|'[^']*'|\"[^\"]*\"", "", text, flags=re.MULTILINE)
    assert not re.search(r"DOUBLE|FLOAT|REAL\b|\d[eE]\d|\d\.\d|/", code)
    literals = set(re.findall(r"(?<![\w.(])\d+(?![\w.])", code))
    assert all(str(warehouse.rows(f"SELECT typeof({one})")[0][0]) in ("INTEGER", "BIGINT") for one in literals)


def test_the_script_for_spark_is_written_as_spark_reads_it(capsys: Capsys) -> None:
    code = re.sub(r"^--.*$", "", script(capsys, NAME, "--engine", "spark"), flags=re.MULTILINE)
    assert "`loan.stated_principal_balance`" in code
    assert '"' not in code
    assert "VARCHAR" not in code
    assert "CREATE OR REPLACE TEMP VIEW line_1 AS" in code


def test_the_script_goes_to_a_file_but_over_no_policy(tmp_path: Path, capsys: Capsys) -> None:
    book = written(tmp_path)
    text = script(capsys, NAME, "--policies", book.policies)
    assert script(capsys, NAME, "--policies", book.policies, "--output", tmp_path / "judge.sql") == ""
    assert (tmp_path / "judge.sql").read_text() == text
    over = book.policies / NAME / AMENDMENT
    assert run(["sql", NAME, "--policies", str(book.policies), "--output", str(over)]) == 2
    assert capsys.readouterr().err.startswith("E609: the output would overwrite an input\n")


def test_of_several_agreements_one_is_named(tmp_path: Path, capsys: Capsys) -> None:
    book = written(tmp_path)
    for words in ([], ["impac"]):
        assert run(["sql", *words, "--policies", str(book.policies)]) == 2
        done = capsys.readouterr()
        assert (done.out, done.err[:5]) == ("", "E601:")


# What is not exact in SQL

SUM = "sum(loan.stated_principal_balance over pool)"
TOO_WIDE: Mapping[str, tuple[str, str]] = {
    "a product of sums": (f"{SUM} * count(pool) * count(pool) >= $0.00", "it could need 45 digits, and 38 are exact"),
    "what is too wide before it is summed": (
        f"sum(loan.stated_principal_balance * 0.{'1' * 12} over pool) >= $0.00",
        "it could need 39 digits, and 38 are exact",
    ),
    "a constant with many places": (f"{SUM} * 0.{'1' * 24} >= $0.00", "it could need 51 digits, and 38 are exact"),
}


def with_rule(book: Book, require: str) -> Path:
    """Let every section of the amendment ask one thing more."""
    path = book.policies / NAME / AMENDMENT
    own = f"always:\n  own:\n    each: exercise\n    require: {json.dumps(require)}\n"
    path.write_text(path.read_text().replace("\nalways:\n", f"\n{own}"))
    return path


@pytest.mark.parametrize(("require", "message"), TOO_WIDE.values(), ids=TOO_WIDE)
def test_a_rule_that_is_not_exact_in_sql_is_refused_with_its_place(
    require: str, message: str, tmp_path: Path, capsys: Capsys
) -> None:
    book = written(tmp_path)
    path = with_rule(book, require)
    place = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if text == "  own:")
    done = book.check(capsys)
    head = f"E513: `always/own` is not exact in SQL: {message}\n  --> {path}:{place + 1}:"
    assert (done.code, done.out, done.err[: len(head)]) == (2, "", head)
    assert done.err.endswith("  = help: judge it with `--engine python`, from CSV files: it has no such limit\n")
    assert run(["sql", NAME, "--policies", str(book.policies)]) == 2
    assert capsys.readouterr().err[: len(head)] == head
    assert book.check(capsys, engine="python").code == 0


def test_a_version_that_no_batch_is_judged_by_is_not_asked(tmp_path: Path, capsys: Capsys) -> None:
    book = written(tmp_path, batches=["batch,agreement,date", f"one,{NAME},2004-12-01"])
    with_rule(book, TOO_WIDE["a product of sums"][0])
    assert book.report(capsys)["batches"][0]["policy"] == f"{NAME}/servicing-agreement"


def test_every_agreement_that_ships_has_a_script_for_each_engine(capsys: Capsys) -> None:
    for name in load_policies():
        for engine in ("duckdb", "spark"):
            assert script(capsys, name, "--engine", engine).count("line_0 AS") == 1
