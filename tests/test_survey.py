"""That no loan of a tape stands twice: seen at once where the rows ascend, else from the number of different ids.

It is proved beside what else is done with the tape, whatever becomes of that.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from random import Random
from threading import Event

import pytest

from checker.engine import survey
from checker.engine.book import Table
from checker.engine.duck import Duck
from checker.engine.found import MiscountError
from checker.engine.intake import Read, read_table
from checker.engine.plan import AGREEMENT, ID
from checker.faults import Fault, InputError
from checker.lang.syntax import Type
from checker.model import FactDeclared

duckdb = pytest.importorskip("duckdb")
KNOWN = {
    "agreement": FactDeclared(name=AGREEMENT, type=Type.TEXT, means="the trust"),
    "loan_id": FactDeclared(name=ID, type=Type.TEXT, means="the loan"),
}
Rows = Sequence[tuple[str, ...]]  # each an agreement and a loan, or a loan alone


KINDS = ("parquet", "folder", "csv")  # the first has parts, the others a stream


@contextmanager
def tape(folder: Path, rows: Rows, kind: str = "parquet") -> Iterator[tuple[Duck, Read]]:
    """Write a tape of these rows, in their order, and read it; a folder has a file of each half."""
    names = list(KNOWN)[-len(rows[0]) :]
    path = folder / f"tape.{kind}"
    if kind == "folder":
        path.mkdir()
        halves = [rows[: len(rows) // 2], rows[len(rows) // 2 :]]
        for number, half in enumerate(filter(None, halves)):
            keep(path / f"{number}.parquet", names, half)
    else:
        keep(path, names, rows)
    table = Table(str(path), "csv" if kind == "csv" else "parquet", "", "canonical")
    with Duck([table]) as engine:
        yield engine, read_table(engine, table, KNOWN, [])


def keep(path: Path, names: Sequence[str], rows: Rows) -> None:
    """Write rows as a file of the format that its name says."""
    values = ", ".join(f"({', '.join(map(repr, row))})" for row in rows)
    form = "csv, HEADER" if path.suffix == ".csv" else "parquet"
    duckdb.connect().execute(f"COPY (FROM (VALUES {values}) AS t({', '.join(names)})) TO '{path}' (FORMAT {form})")


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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", TAPES.values(), ids=TAPES)
def test_rows_ascend_and_loans_stand_once(tmp_path: Path, rows: Rows, kind: str) -> None:
    with tape(tmp_path, rows, kind) as (engine, read):
        assert (read.part is None) is (kind == "csv" or (kind == "folder" and len(rows) > 1))
        for parts in (1, 2, 3):
            assert survey.ascends(engine, read, len(rows), parts) is (list(rows) == sorted(set(rows)))
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
    with tape(tmp_path, rows, chance.choice(KINDS)) as (engine, read):
        for parts in (1, 2, chance.randrange(3, 9)):
            assert survey.ascends(engine, read, len(rows), parts) is (rows == sorted(set(rows)))
        assert survey.each_once(engine, read, len(rows)) is (len(rows) == len(set(rows)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", range(4))
def test_every_id_is_right(tmp_path: Path, place: int, kind: str) -> None:
    """Rows that ascend are not enough."""
    rows = [(f"{number} " if number == place else f"{number}",) for number in range(4)]
    with tape(tmp_path, rows, kind) as (engine, read):
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
        assert not survey.ascends(engine, sorted_, 3, parts=2)


def test_a_row_that_says_nothing_is_passed_over(tmp_path: Path) -> None:
    with tape(tmp_path, [("a", "1"), ("b", "2")], "csv") as (engine, read):
        path = Path(read.table.file)
        path.write_text(path.read_text().replace("b,2", ",\nb,2"))
        assert survey.ascends(engine, read, 2)


@pytest.mark.parametrize(("before", "proven"), [(2, True), (1, False), (3, False)])
def test_of_a_stream_only_one_row_has_none_before_it(tmp_path: Path, before: int, *, proven: bool) -> None:
    """Were rows read in two streams, a loan could stand in both."""

    class Counting:
        streams = True

        def rows(self, _query: str) -> list[tuple[int, int]]:
            return [(3, before)]

    with tape(tmp_path, [("1",), ("2",), ("3",)], "csv") as (_, read):
        assert survey.ascends(Counting(), read, 3) is proven  # type: ignore[arg-type] # nothing else of it is used


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("last", ["3", "2", "1"])
def test_what_seems_to_ascend_is_proved_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, last: str
) -> None:
    """The first rows of each tape ascend; the last comes after the others, or stands among them."""
    monkeypatch.setattr(survey, "FIRST", 2)
    monkeypatch.setattr(survey, "refuse", lambda *_: pytest.fail("refused"))
    reached = []
    with (
        tape(tmp_path, [("1",), ("2",), (last,)], kind) as (engine, read),
        nullcontext() if last == "3" else pytest.raises(pytest.fail.Exception, match="refused"),
        survey.proving(engine, None, read, 3, lambda: reached.append("waited")),  # type: ignore[arg-type] # for refuse
    ):
        reached.append("within")
    assert reached == ["within", "waited"]


# Beside what is done within


class Slow:
    """An engine that looks at all rows of a tape of three once it is let, or is stopped; the first seem to ascend."""

    def __init__(self, *, ascend: bool) -> None:
        self.ascend, self.let, self.stopped = ascend, Event(), Event()

    def beside(self) -> "Slow":
        return self

    def ascends(self, rows: int) -> bool:
        if rows == survey.FIRST:
            return True
        for _ in range(500):
            if self.let.wait(0.01):
                return self.ascend
            if self.stopped.is_set():
                break
        raise RuntimeError("stopped, or forgotten")

    def stop(self) -> None:
        self.stopped.set()


Made = Callable[..., Slow]
READ = Read(Table("tape.parquet", "parquet"), {}, "", "")
OTHER = Fault(code="E604", message="another fault")
TWICE = Fault(code="E708", message="the loan `1` stands here twice")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Made:
    """Make an engine whose tape of three rows has so many different loans."""

    def refused(*_: object) -> None:
        raise InputError(TWICE)

    def made(different: int, *, ascend: bool) -> Slow:
        monkeypatch.setattr(survey, "FIRST", 2)
        monkeypatch.setattr(survey, "ascends", lambda engine, _read, rows: engine.ascends(rows))
        monkeypatch.setattr(survey, "_different", lambda *_: different)
        monkeypatch.setattr(survey, "refuse", refused)
        return Slow(ascend=ascend)

    return made


def proving(engine: Slow) -> AbstractContextManager[None]:
    return survey.proving(engine, None, READ, 3, engine.let.set)  # type: ignore[arg-type] # nothing else of them is used


def test_the_proof_runs_beside_and_is_waited_for_at_the_end(slow: Made) -> None:
    engine = slow(0, ascend=True)
    with proving(engine):
        assert not engine.let.is_set()
    assert engine.let.is_set()
    assert not engine.stopped.is_set()


def test_a_loan_twice_is_told_at_the_end(slow: Made) -> None:
    reached = False
    with pytest.raises(InputError, match="E708"), proving(slow(2, ascend=False)):
        reached = True
    assert reached


def test_rows_in_another_order_are_no_fault(slow: Made) -> None:
    with proving(slow(3, ascend=False)):
        pass


@pytest.mark.parametrize("different", [2, 3])
def test_of_rows_that_do_not_seem_to_ascend_the_proof_comes_first(
    slow: Made, monkeypatch: pytest.MonkeyPatch, different: int
) -> None:
    engine, reached = slow(different, ascend=True), False
    monkeypatch.setattr(survey, "ascends", lambda *_: False)
    with nullcontext() if different == 3 else pytest.raises(InputError, match="E708"), proving(engine):
        reached = True
    assert reached is (different == 3)
    assert not engine.let.is_set()


def test_what_does_not_add_up_is_the_fault_of_a_loan_twice(slow: Made) -> None:
    with pytest.raises(InputError, match="E708"), proving(slow(2, ascend=False)):
        raise MiscountError("two of one line")


def test_what_does_not_add_up_without_one_is_a_bug(slow: Made) -> None:
    with pytest.raises(MiscountError), proving(slow(3, ascend=True)):
        raise MiscountError("two of one line")


@pytest.mark.parametrize("error", [InputError(OTHER), KeyboardInterrupt(), KeyError()])
def test_the_proof_is_ended_where_nothing_comes_of_it(slow: Made, error: BaseException) -> None:
    engine = slow(2, ascend=False)
    with pytest.raises(type(error)) as raised, proving(engine):
        raise error
    assert raised.value is error
    assert engine.stopped.is_set()
    assert not engine.let.is_set()


def test_a_proof_that_fails_is_an_error(slow: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = slow(3, ascend=True)
    monkeypatch.setattr(survey, "ascends", lambda _engine, _read, rows: rows == 2 or int("no number"))
    with pytest.raises(ValueError, match="no number"), proving(engine):
        pass
