"""A pool file to a tape: a canonical table, or another source through its layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from checker.document import strict
from checker.document.digest import sha256
from checker.faults import Fault, InputError, Place
from checker.lang.evaluate import Frame, Program, Row, RowSet
from checker.lang.named import NamedTuple
from checker.lang.problem import nearest
from checker.lang.rows import ByName, Rows, column, kept
from checker.lang.syntax import Value
from checker.lang.typed import facts_of
from checker.model import FactDeclared, Tape
from checker.read.cells import column_of
from checker.read.source import open_table
from checker.read.table import Form, Table, capped, clipped
from checker.read.totals import OF_A_TAPE, are_loans, is_total, no_loan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checker.read.layout import Layout

PREFIX = "loan."
SHOWN = 3  # of the columns of a tape that is of another form altogether
ID, IN_POOL, AS_OF = "loan.loan_id", "loan.in_pool", "tape.as_of"
MOST_DAYS = 6
IS_DATED = "it is unknown whether this row is as of the tape's date"
IS_LOAN = "it is unknown whether this row is a loan"


def read_tape(
    path: Path,
    as_of: date,
    facts: Mapping[str, FactDeclared],
    layout: str = "canonical",
    base: Path | None = None,
    sheet: str | None = None,
) -> Tape:
    """Return the tape in a file as of a date.

    `facts` are the agreement's; `layout` is a layout's name, or a YAML file relative to `base`; `sheet` is that of an
    Excel workbook with several. Raises InputError with every cell that does not parse, an unknown or repeated column,
    a loan that stands twice, a row without a loan.
    """
    data = strict.read_bytes(path, str(path), most=None)
    own = Own(file=str(path), sha256=sha256(data), as_of=as_of, sheet=sheet)
    if layout == "canonical":
        return _canonical(data, own, facts)
    from checker.read.layout import named_layout

    return _through(named_layout(layout, base or Path(), facts), data, own, facts)


class Own(NamedTuple):
    """What a tape is, whatever it holds."""

    file: str
    sha256: str
    as_of: date
    sheet: str | None


def _canonical(data: bytes, own: Own, facts: Mapping[str, FactDeclared]) -> Tape:
    known = {name.removeprefix(PREFIX): fact for name, fact in facts.items() if fact.group == "loan"}
    try:
        table = open_table(data, own.file, Form(sheet=own.sheet))
        _check_columns(table, known)
    except InputError as error:
        raise suggested(error, data, own.file, own.sheet) from None
    faults: list[Fault] = []
    columns = {PREFIX + name: column_of(table, name, known[name], faults) for name in table.columns}
    loans = columns[ID]
    if not are_loans(loans):
        ids = {row: loan for row, loan in enumerate(loans) if loan is not None or not table.columns["loan_id"][row]}
        _check_ids(table, ids, partial(table.place, column="loan_id"), faults)
    if faults:
        raise InputError(*capped(faults, own.file))
    if IN_POOL not in columns:
        columns[IN_POOL] = [True] * len(loans)
    given = frozenset(PREFIX + name for name in table.columns)
    return _tape(own, Rows(columns), "canonical", given, table)


def suggested(error: InputError, data: bytes, file: str, sheet: str | None = None) -> InputError:
    """Where a file that is not canonical fits a layout that ships, return the error that says which."""
    from checker.read.suggest import fitting, spelled

    found = fitting(data, file, sheet)
    if not found:
        return error
    message = "the tape is not canonical, and no layout is named"
    return InputError(Fault(code="E712", message=message, place=Place(file=file), help=spelled(found)))


def _check_columns(table: Table, known: Mapping[str, FactDeclared]) -> None:
    faults = []
    place = Place(file=table.file, line=1)
    others = [name for name in table.columns if name not in known]
    if len(others) > len(known):
        first = ", ".join(f"`{name}`" for name in others[:SHOWN])
        message = f"{len(others)} of {len(table.columns)} columns are no facts of a loan: {first} and so on"
        help_ = "a tape of another form is read through a layout"
        raise InputError(Fault(code="E706", message=message, place=place, help=help_))
    for name in others:
        help_ = nearest(name, list(known)) or "the columns are the facts of a loan: " + ", ".join(sorted(known))
        faults.append(Fault(code="E706", message=f"no fact of a loan for the column `{name}`", place=place, help=help_))
    if "loan_id" not in table.columns:
        faults.append(Fault(code="E706", message="the tape has no column `loan_id`", place=place))
    if faults:
        raise InputError(*faults)


def _check_ids(
    table: Table, ids: Mapping[int, Value | None], place: Callable[[int], Place], faults: list[Fault]
) -> None:
    """Every row is a loan, and no loan stands twice; `ids` are by row, and `place` tells where one is written."""
    seen: dict[Value, int] = {}
    for row, loan in ids.items():
        if loan is None or is_total(str(loan)):
            faults.append(no_loan(table.row_place(row), OF_A_TAPE))
        elif loan in seen:
            message = f"the loan `{clipped(str(loan))}` stands here twice, first on line {table.lines[seen[loan]]}"
            faults.append(Fault(code="E708", message=message, place=place(row)))
        else:
            seen[loan] = row


def _through(layout: Layout, data: bytes, own: Own, facts: Mapping[str, FactDeclared]) -> Tape:
    from checker.read.apply import layout_frames, layout_row, layout_table

    table = layout_table(layout, data, own.file, own.sheet)
    frames = layout_frames(layout, table, {AS_OF: own.as_of})
    dated = [at for at, frame in enumerate(frames) if _holds(layout.rows, table, at, frame, IS_DATED)]
    if not dated:
        message = f"no row of the tape is as of {own.as_of}"
        help_ = dates_told(_dates_seen(layout, frames))
        raise InputError(Fault(code="E709", message=message, place=Place(file=own.file), help=help_))
    chosen = [at for at in dated if _holds(layout.loans, table, at, frames[at], IS_LOAN)]
    faults: list[Fault] = []
    loans = {at: {IN_POOL: True, **layout_row(layout, frames[at], table, at, facts, faults)} for at in chosen}
    _check_ids(table, {at: row[ID] for at, row in loans.items()}, table.row_place, faults)
    if faults:
        raise InputError(*capped(faults, own.file))
    tape = _tape(own, list(loans.values()), layout.name, frozenset(layout.facts), table)
    return tape._replace(
        assumes=layout.assumes,
        skipped=skipped(len(frames), len(dated), len(chosen), table.above),
        inputs={"layout": layout.sha256},
    )


def _tape(own: Own, rows: Sequence[Row], layout: str, columns: frozenset[str], table: Table) -> Tape:
    tape = tape_of(rows, file=own.file, sha256=own.sha256, as_of=own.as_of, layout=layout, columns=columns)
    return tape._replace(empty=table.empty, sheet=table.sheet)


def _holds(program: Program | None, table: Table, at: int, frame: Frame, unknown: str) -> bool:
    """Tell whether a row is one of those; a row of which that is unknown is an error, not a loan left out."""
    found = True if program is None else program(frame)
    if found is None:
        raise InputError(Fault(code="E709", message=unknown, place=table.row_place(at)))
    return found is True


def skipped(rows: int, dated: int, chosen: int, above: int) -> dict[str, int]:
    """Return how many rows are no loans of a tape, by what they are, of all, those of its date and those that are."""
    found = {"rows as of another date": rows - dated, "rows that are no loans": dated - chosen}
    return found | {"rows above the header": above}


def _dates_seen(layout: Layout, frames: Sequence[Frame]) -> dict[str, list[date]]:
    """Return which days the rows have in the columns by which they would be as of a date."""
    reads = sorted(facts_of(layout.rows.tree) - {AS_OF}) if layout.rows else []
    return {name: sorted({day for frame in frames if isinstance(day := frame.row[name], date)}) for name in reads}


def dates_told(days: Mapping[str, Sequence[date]]) -> str:
    """Return in words which days the rows of a source have, by column."""
    told = "; ".join(f"`{name.removeprefix('row.')}` is {_some(of)}" for name, of in days.items() if of)
    return told and f"of its rows {told}"


def _some(days: Sequence[date]) -> str:
    """Return days in words: all of a few, else the first and the last."""
    if len(days) > MOST_DAYS:
        return f"from {days[0]} to {days[-1]}"
    return ", ".join(map(str, days))


def tape_of(rows: Sequence[Row], *, file: str, sha256: str, as_of: date, layout: str, columns: frozenset[str]) -> Tape:
    """Return the tape of loans, each of which says `loan.loan_id` and `loan.in_pool`, by which it is in the pool."""
    inside = column(rows, IN_POOL)
    chosen = rows if inside.count(True) == len(rows) else kept(rows, [is_in is True for is_in in inside])
    maybe = kept(rows, [is_in is None for is_in in inside]) if None in inside else []
    pool = RowSet(rows=chosen, maybe=maybe, decided_by=IN_POOL)
    ids = list(map(str, column(rows, ID)))
    loans = ByName(rows, ids) if isinstance(rows, Rows) else dict(zip(ids, rows, strict=True))
    return Tape(file=file, sha256=sha256, as_of=as_of, layout=layout, loans=loans, pool=pool, columns=columns)
