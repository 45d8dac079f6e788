"""Spark judges a book as DuckDB does, refuses what DuckDB refuses, and leaves nothing behind."""

import csv
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import duckdb
import pytest
from builders import DAY, NAME, agreement
from engines import Spark

from checker.engine.book import Book, Table, read_book
from checker.engine.duck import Duck
from checker.engine.found import Found, finding
from checker.engine.intake import Engine
from checker.engine.spark import SETTINGS, SparkEngine
from checker.engine.spark_session import settings
from checker.faults import Fault, InputError
from checker.model import Agreement
from checker.read.table import Form

OTHER = "trust-b"
LAW: Mapping[str, Agreement] = {NAME: agreement(), OTHER: agreement()._replace(name=OTHER)}
LOANS = 25  # of each agreement, under the same ids
Row = dict[str, object]
Tables = dict[str, list[Row]]
Open = Callable[[Book], Engine]


def loan(of: str, n: int) -> Row:
    return {
        "agreement": of,
        "loan_id": f"{n:010}",
        "stated_principal_balance": None if n == 11 and of == OTHER else Decimal(100_000 + n) + Decimal("0.01"),
        "next_due_date": None if n == 12 else DAY - timedelta(days=40 * (n % 4)),
        "accrued_interest": None if n % 5 == 4 else Decimal("812.44"),
        "unreimbursed_advances": Decimal("0.00"),
        "defaulted": None if n == 13 else n % 3 == 0,
        "foreclosed": None if n == 14 else n == 15,
        "in_pool": None if n == 16 else n != 17,
    }


def line(batch: str, number: int, n: int, under: str) -> Row:
    price = Decimal(100_000 + n) + Decimal("812.45") + (Decimal("0.01") if n == 7 else 0)
    return {
        "batch": batch,
        "line": number,
        "loan": f"{n:010}",
        "under": under,
        "price": None if n == 8 else price,
        "buyer.name": "IMPAC funding  Corporation" if n % 2 else "It's ${another} \\one",
        "buyer.role": (None, "third_party", "affiliate", "master_servicer")[n % 4],
        "fair_market_value.amount": price - 1 if under == "3.13(f)" else None,
        "fair_market_value.date": DAY if under == "3.13(f)" else None,
        "fair_market_value.source": "a broker" if under == "3.13(f)" else None,
        "loan.accrued_interest": Decimal("812.44") if n in (4, 9, 19) else None,
    }


def small() -> Tables:
    """Return fifty loans of two agreements and three batches, one of them before the amendment."""
    batches: list[Row] = [
        {"batch": "a", "agreement": NAME, "date": DAY, "certification.form": "Exhibit B"},
        {"batch": "b", "agreement": OTHER, "date": DAY, "certification.form": None},
        {"batch": "c", "agreement": OTHER, "date": date(2004, 12, 1), "certification.form": None},
    ]
    lines = [line("a", n + 1, n, "3.13(g)") for n in range(5)]
    lines += [line("b", n, n, ("3.13(g)", "3.18", "3.13(f)")[n % 3]) for n in range(3, 20)]
    lines += [line("b", 90, 3, "3.18"), line("b", 91, 99, "3.18"), line("c", 1, 4, "3.18"), line("c", 2, 5, "9.9")]
    return {"loans": [loan(of, n) for of in LAW for n in range(LOANS)], "lines": lines, "batches": batches}


def spelled(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def write(folder: Path, tables: Tables, kind: str = "csv") -> Path:
    """Write tables, and return the book; `parquet` has types, which DuckDB finds in the texts."""
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([list(rows[0]), *([spelled(cell) for cell in row.values()] for row in rows)])
    if kind == "parquet":
        write_parquet(folder)
    path = folder / "book.yaml"
    path.write_text(
        f"book: small\ntape: {{file: loans.{kind}, as_of: {DAY}}}\n"
        f"batches: {{file: batches.csv}}\ndispositions: {{file: lines.{kind}}}\n"
    )
    return path


def write_parquet(folder: Path) -> None:
    money = ("price", "amount", "interest", "advances", "balance")
    with duckdb.connect() as connection:
        for name in ("loans", "lines"):
            source = f"read_csv('{folder / name}.csv', all_varchar = true, delim = ',', header = true)"
            columns = [found[0] for found in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
            types = {
                column: "DECIMAL(18, 2)"
                if column.endswith(money)
                else {"line": "BIGINT", "next_due_date": "DATE", "in_pool": "BOOLEAN"}.get(column, "VARCHAR")
                for column in columns
            }
            typed = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in types.items())
            connection.execute(f"COPY (SELECT {typed} FROM {source}) TO '{folder / name}.parquet' (FORMAT parquet)")


def tables_of(book: Book) -> list[Table]:
    return [table for table in (book.tape, book.lines, book.batches) if table]


def open_duck(book: Book) -> Engine:
    return Duck(tables_of(book))


def open_spark(book: Book) -> Engine:
    return SparkEngine("local[2]", tables_of(book))


def judged(path: Path, opened: Open) -> Found:
    book = read_book(path, LAW)
    engine = opened(book)
    try:
        with finding(engine, book, LAW, None, lambda *_: None) as found:
            return found
    finally:
        engine.close()


def faults(path: Path, opened: Open) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as raised:
        judged(path, opened)
    return raised.value.faults


def said(found: Sequence[Fault]) -> list[tuple[str, str]]:
    """Return faults without their places, which engines name differently."""
    return sorted((fault.code, fault.message) for fault in found)


@pytest.fixture(scope="module", params=["csv", "parquet"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Found]:
    """Return what DuckDB finds of the small book, and what Spark finds."""
    request.getfixturevalue("spark")
    path = write(tmp_path_factory.mktemp("book"), small(), request.param)
    return [judged(path, open_duck), judged(path, open_spark)]


def test_every_rule_has_the_same_tally(both: list[Found]) -> None:
    assert both[1].tallies == both[0].tallies


def test_the_small_book_shows_every_status_and_decision(both: list[Found]) -> None:
    assert all(sum(tally.counts[n] for tally in both[1].tallies) for n in range(4))
    assert all(sum(found) for found in zip(*both[1].decisions.values(), strict=True))


@pytest.mark.parametrize("what", ["decisions", "exercises", "batches", "sections", "pools"])
def test_both_engines_find_the_same(both: list[Found], what: str) -> None:
    duck, spark = (getattr(found, what) for found in both)
    assert spark == duck


def test_amounts_come_back_exact(both: list[Found]) -> None:
    (pool,) = [row for row in both[1].pools if row["batch.agreement"] == NAME]
    held = [n for n in range(LOANS) if n not in (16, 17)]
    assert pool["p0_known"] == sum((Decimal(100_000 + n) + Decimal("0.01") for n in held), Decimal(0))
    assert isinstance(pool["p0_known"], Decimal)


# Faults.


def changed(*cells: tuple[str, int, str, object]) -> Tables:
    found = small()
    for table, at, name, cell in cells:
        found[table][at][name] = cell
    return found


TAPE_CELLS: Tables = changed(
    ("loans", 1, "stated_principal_balance", "0.105"),
    ("loans", 2, "accrued_interest", "1e3"),
    ("loans", 3, "unreimbursed_advances", "-0.01"),
    ("loans", 4, "in_pool", "1"),
    ("loans", 5, "loan_id", "1.00274E+11"),
)
LINE_CELLS: Tables = changed(
    ("lines", 1, "price", '"5"'),
    ("lines", 2, "price", " 5.00"),
    ("lines", 3, "buyer.role", "nobody"),
    ("lines", 6, "fair_market_value.date", "2011-02-30"),
    ("lines", 7, "loan", "total"),
)
# What is wrong, the codes that say so, and how the place of one of them is named.
WRONG = {
    "cells of the tape": (TAPE_CELLS, {"E401", "E402", "E714"}, f"agreement {NAME}, loan 0000000003"),
    "cells of the lines": (LINE_CELLS, {"E401", "E402", "E707"}, "batch a, line 4"),
    "a row without an id": (changed(("loans", 3, "loan_id", None)), {"E707"}, f"agreement {NAME}, loan ?"),
    "a loan twice": (changed(("loans", 3, "loan_id", "0000000004")), {"E708"}, ""),
    "a line without a loan": (changed(("lines", 3, "loan", None)), {"E305"}, "batch a, line 4"),
    "a batch and a number": (changed(("lines", 2, "batch", "z"), ("lines", 3, "line", 1)), {"E616"}, ""),
    "a batch of no agreement": (changed(("batches", 0, "agreement", "nothing")), {"E601"}, ""),
    "a line against the tape": (changed(("lines", 3, "loan.accrued_interest", "1.00")), {"E604"}, "batch a, line 4"),
}


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize(("tables", "codes", "at"), WRONG.values(), ids=WRONG)
def test_what_one_engine_refuses_the_other_does_in_the_same_words(
    tmp_path: Path, tables: Tables, codes: set[str], at: str
) -> None:
    path = write(tmp_path, tables)
    found = faults(path, open_spark)
    assert said(found) == said(faults(path, open_duck))
    assert {fault.code for fault in found} == codes
    assert at in [fault.place.cell for fault in found if fault.place and not fault.place.line]


@pytest.mark.usefixtures("spark")
def test_lines_without_a_number_are_refused(tmp_path: Path) -> None:
    tables = small()
    for row in tables["lines"]:
        del row["line"]
    message = "the table has no column `line`, the number of a line in its batch: Spark does not count rows"
    assert said(faults(write(tmp_path, tables), open_spark)) == [("E613", message)]


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        pytest.param("\na,2,", "\n2,", "E702", id="a row that is short"),
        pytest.param("\na,2,", "\na,2,,", "E702", id="a row that is long"),
        pytest.param("\na,2,", '\na,2,"', "E702", id="a quotation mark without its end"),
        pytest.param("price,buyer.name", "price,price", "E703", id="a column twice"),
        pytest.param("price,buyer.name", "price,Price", "E706", id="a column of another case"),
        pytest.param("batch,line", "batch,lines", "E706", id="a column that is no fact"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    path, file = write(tmp_path, small()), tmp_path / "lines.csv"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    assert code in dict(said(faults(path, open_spark)))


@pytest.mark.usefixtures("spark")
def test_an_empty_cell_is_unknown_in_quotation_marks_too(tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text('\ufeffa,b\n,""\n"","x, ""y"""\n', encoding="utf-8")
    with SparkEngine("local[2]", [cells := Table(str(tmp_path / "cells.csv"), "csv")]) as engine:
        assert list(engine.columns(cells)) == ["a", "b"]
        assert engine.rows(f"SELECT * FROM {engine.scan(cells, {})} ORDER BY b") == [(None, None), (None, 'x, "y"')]


@pytest.mark.usefixtures("spark")
def test_a_layout_says_what_stands_between_cells_and_names_them(tmp_path: Path) -> None:
    (tmp_path / "cells.txt").write_text("1|x,y\n2|\n")
    form = Form(delimiter="|", names=("n", "text"))
    with SparkEngine("local[2]", [cells := Table(str(tmp_path / "cells.txt"), "csv", form=form)]) as engine:
        assert engine.columns(cells) == {"n": "STRING", "text": "STRING"}
        assert engine.rows(f"SELECT * FROM {engine.scan(cells, {})} ORDER BY n") == [("1", "x,y"), ("2", None)]


@pytest.mark.usefixtures("spark")
def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, small(), "parquet")
    (tmp_path / "loans.parquet").write_bytes(b"PAR1 and nothing of it")
    assert [fault.code for fault in faults(path, open_spark)] == ["E702"]


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("kind", ["csv", "parquet", "table"])
def test_a_table_that_spark_does_not_see_is_refused(tmp_path: Path, kind: str) -> None:
    with (
        SparkEngine("local[2]", [gone := Table(str(tmp_path / "gone"), kind)]) as engine,
        pytest.raises(InputError) as raised,
    ):
        engine.columns(gone)
    assert [fault.code for fault in raised.value.faults] == ["E001"]


@pytest.mark.usefixtures("spark")
def test_a_name_stands_for_no_other_file(tmp_path: Path) -> None:
    write(tmp_path, small())
    (tmp_path / "loan[st].csv").write_text("batch\nx\n")
    with SparkEngine("local[2]", [odd := Table(str(tmp_path / "loan[st].csv"), "csv")]) as engine:
        assert engine.columns(odd) == {"batch": "STRING"}


# The engine.


def test_a_session_that_was_there_stays_and_forgets_nothing_of_its_own(spark: Spark) -> None:
    spark.session.sql("SELECT 1 AS mine").createOrReplaceTempView("fact")
    before = {name: spark.session.conf.get(name, None) for name in SETTINGS}
    with SparkEngine("local[2]", []) as engine:
        engine.make("fact", "SELECT 2 AS n")
        assert engine.rows("SELECT * FROM fact") == [(2,)]
    assert [tuple(row) for row in spark.session.sql("SELECT * FROM fact").collect()] == [(1,)]
    assert {name: spark.session.conf.get(name, None) for name in SETTINGS} == before
    spark.session.catalog.dropTempView("fact")


@pytest.mark.usefixtures("spark")
def test_values_are_put_as_they_are() -> None:
    types = {"a.b": "STRING", "day": "DATE", "sum": "DECIMAL(18, 2)", "flag": "BOOLEAN", "n": "INTEGER"}
    rows = [('it\'s ${x} \\n "é"', DAY, Decimal("0.10"), True, 1), (None, None, None, None, None)]
    with SparkEngine("local[2]", []) as engine:
        engine.put("given", types, rows)
        names, found = engine.table("given")
        assert (names, sorted(found, key=str)) == (list(types), sorted(rows, key=str))
        engine.put("empty", types, [])
        assert engine.rows("SELECT * FROM empty") == []


@pytest.mark.usefixtures("spark")
def test_an_overflow_is_an_error_and_no_answer() -> None:
    from pyspark.errors import ArithmeticException

    with SparkEngine("local[2]", []) as engine, pytest.raises(ArithmeticException):
        engine.rows("SELECT CAST('99' AS DECIMAL(2, 0)) + CAST(n AS DECIMAL(38, 0)) FROM (SELECT repeat('9', 38) AS n)")


def test_a_local_spark_speaks_to_nobody_and_writes_where_it_is_told(tmp_path: Path) -> None:
    found = settings("local[4]", "6 GB", tmp_path)
    assert found["spark.driver.bindAddress"] == found["spark.driver.host"] == "127.0.0.1"
    assert (found["spark.driver.memory"], found["spark.sql.shuffle.partitions"]) == ("6g", "8")
    assert found["spark.local.dir"] == found["spark.sql.warehouse.dir"] == str(tmp_path)


def test_a_cluster_keeps_its_own_addresses_and_memory(tmp_path: Path) -> None:
    found = settings("spark://host:7077", "6 GB", tmp_path)
    assert {name for name in found if name.startswith(("spark.driver", "spark.local"))} == set()


def test_memory_that_is_no_amount_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`plenty` is not an amount of memory"):
        settings("local", "plenty", tmp_path)


@pytest.mark.usefixtures("java")
def test_without_pyspark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyspark"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=r"E612: the engine spark is not installed\n.*loan-pool-checker\[spark\]"):
        SparkEngine("local[2]", [])


# Whole processes, in which nothing of Spark runs yet.


def process(folder: Path, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    root = Path(__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": str(root), **environment}
    call = [sys.executable, "-c", dedent(text)]
    return subprocess.run(call, capture_output=True, text=True, check=False, env=env, cwd=folder)


def test_without_java_it_says_what_to_install(tmp_path: Path) -> None:
    text = "from checker.engine.spark import SparkEngine; SparkEngine('local[1]', [])"
    found = process(tmp_path, text, JAVA_HOME=str(tmp_path))
    assert "E612: Java does not start, which Spark needs\n" in found.stderr
    assert "install Java 17 or newer" in found.stderr


@pytest.mark.usefixtures("java")
def test_a_session_of_its_own_is_quiet_ends_and_leaves_nothing(tmp_path: Path) -> None:
    text = """
    from pathlib import Path
    from pyspark.sql import SparkSession
    from checker.engine.spark import SparkEngine
    with SparkEngine("local[1]", [], "1GB") as engine:
        engine.make("one", "SELECT explode(sequence(1, 100)) AS n")
        print(engine.rows("SELECT SUM(n) FROM one"), SparkSession.getActiveSession() is not None)
        folder = Path(engine._folder.name)
    print(SparkSession.getActiveSession(), folder.exists())
    """
    found = process(tmp_path, text)
    assert (found.stdout, found.stderr) == ("[(5050,)] True\nNone False\n", "")
    assert list(tmp_path.iterdir()) == []
