"""That no loan of a tape stands twice: seen at once where the rows ascend, else from the number of different ids."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from checker.engine import survey
from checker.engine.book import Table
from checker.engine.duck import Duck
from checker.engine.intake import Read, read_table
from checker.engine.plan import AGREEMENT, ID
from checker.lang.syntax import Type
from checker.model import FactDeclared

duckdb = pytest.importorskip("duckdb")
KNOWN = {
    "agreement": FactDeclared(name=AGREEMENT, type=Type.TEXT, means="the trust"),
    "loan_id": FactDeclared(name=ID, type=Type.TEXT, means="the loan"),
}
Rows = Sequence[tuple[str, ...]]  # each an agreement and a loan, or a loan alone


@contextmanager
def tape(folder: Path, rows: Rows) -> Iterator[tuple[Duck, Read]]:
    """Write a tape of these rows, in their order, and read it."""
    names = list(KNOWN)[-len(rows[0]) :]
    values = ", ".join(f"({', '.join(map(repr, row))})" for row in rows)
    path = folder / "tape.parquet"
    duckdb.connect().execute(f"COPY (FROM (VALUES {values}) AS t({', '.join(names)})) TO '{path}' (FORMAT parquet)")
    table = Table(str(path), "parquet", "", "canonical")
    with Duck([table]) as engine:
        yield engine, read_table(engine, table, KNOWN, [])


TAPES: dict[str, Rows] = {
    "one loan": [("1",)],
    "in order": [("1",), ("2",), ("3",)],
    "an even number in order": [("1",), ("2",), ("3",), ("4",)],
    "a loan twice": [("1",), ("1",)],
    "twice across the halves": [("1",), ("2",), ("2",), ("3",)],
    "twice at the end": [("1",), ("2",), ("3",), ("3",)],
    "twice, apart": [("1",), ("2",), ("3",), ("1",)],
    "a half after the other": [("3",), ("4",), ("1",), ("2",)],
    "out of order": [("2",), ("1",), ("3",)],
    "as text, not as numbers": [("9",), ("10",)],
    "of two agreements": [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")],
    "of two agreements, mixed": [("a", "1"), ("b", "1"), ("a", "2"), ("b", "2")],
    "of two agreements, twice": [("a", "1"), ("a", "2"), ("b", "1"), ("b", "1")],
    "agreements that go back": [("b", "1"), ("a", "2"), ("a", "3")],
}


@pytest.mark.parametrize("rows", TAPES.values(), ids=TAPES)
def test_rows_ascend_and_loans_stand_once(tmp_path: Path, rows: Rows) -> None:
    with tape(tmp_path, rows) as (engine, read):
        assert survey.ascends(engine, read, len(rows)) is (list(rows) == sorted(set(rows)))
        assert survey.each_once(engine, read, len(rows)) is (len(rows) == len(set(rows)))


@pytest.mark.parametrize("seed", range(150))
def test_rows_of_any_order_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Most ascend, but for a row that is moved, or written over another."""
    chance = Random(seed)  # noqa: S311 (a test's randomness, to be had again)
    monkeypatch.setattr(survey, "FIRST", chance.choice([1, 2, 10_000]))
    rows = sorted({(chance.choice("abc"), str(chance.randrange(60))) for _ in range(chance.randrange(1, 40))})
    for _ in range(chance.randrange(3)):
        one, other = chance.randrange(len(rows)), chance.randrange(len(rows))
        if chance.random() < 0.5:
            rows[one] = rows[other]
        else:
            rows.insert(one, rows.pop(other))
    with tape(tmp_path, rows) as (engine, read):
        assert survey.ascends(engine, read, len(rows)) is (rows == sorted(set(rows)))
        assert survey.each_once(engine, read, len(rows)) is (len(rows) == len(set(rows)))


@pytest.mark.parametrize("place", range(4))
def test_every_id_is_right(tmp_path: Path, place: int) -> None:
    """Rows that ascend are not enough."""
    rows = [(f"{number} " if number == place else f"{number}",) for number in range(4)]
    with tape(tmp_path, rows) as (engine, read):
        assert not survey.ascends(engine, read, 4)
        assert not survey.each_once(engine, read, 4)


def test_of_rows_that_ascend_no_id_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "_different", lambda *_: pytest.fail("the ids were counted"))
    with tape(tmp_path, TAPES["of two agreements"]) as (engine, read):
        assert survey.each_once(engine, read, 4)


def test_nothing_rests_on_the_order_in_which_an_engine_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both halves ascend where the second is read by its ids."""
    monkeypatch.setattr(survey, "FIRST", 1)
    with tape(tmp_path, [("3",), ("4",), ("3",)]) as (engine, read):
        own = read.part or pytest.fail("a Parquet file has parts")
        sorted_ = read._replace(part=lambda *part: f"(FROM {own(*part)} ORDER BY loan_id) AS part")
        assert not survey.ascends(engine, sorted_, 3)
