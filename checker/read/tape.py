"""A pool file to a tape: the canonical CSV, or another source through its layout."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from checker.document import strict
from checker.faults import Fault, InputError, Place
from checker.lang.evaluate import Frame, RowSet
from checker.lang.problem import nearest
from checker.lang.syntax import Type, Value
from checker.model import FactDeclared, Tape
from checker.read.layout import Layout, find_layout, load_layout
from checker.read.table import Table, capped, parse_column, read_table
from checker.values import BadValueError, check_bounds, parse_amounts, parse_value

PREFIX = "loan."
TOTALS = frozenset({"total", "totals", "subtotal", "sum", "grand total", "pool total"})
ID, IN_POOL, AS_OF = "loan.loan_id", "loan.in_pool", "tape.as_of"


def read_tape(
    path: Path, as_of: date, facts: Mapping[str, FactDeclared], layout: str = "canonical", base: Path | None = None
) -> Tape:
    """Return the tape in a file as of a date.

    `facts` are the agreement's; `layout` is a layout's name, or a YAML file relative to `base`. Raises InputError with
    every cell that does not parse, an unknown or repeated column, a loan that stands twice, a row without a loan.
    """
    data = strict.read_bytes(path, str(path), most=None)
    digest = hashlib.sha256(data).hexdigest()
    if layout == "canonical":
        return _canonical(data, str(path), digest, as_of, facts)
    found, shown = find_layout(layout, base or Path())
    return _through(load_layout(strict.load(found, shown), facts), data, str(path), digest, as_of, facts)


def _canonical(data: bytes, file: str, digest: str, as_of: date, facts: Mapping[str, FactDeclared]) -> Tape:
    known = {name.removeprefix(PREFIX): fact for name, fact in facts.items() if fact.group == "loan"}
    table = read_table(data, file)
    _check_columns(table, known)
    faults: list[Fault] = []
    columns = {PREFIX + name: column_of(table, name, known[name], faults) for name in table.columns}
    ids = {row: loan for row, loan in enumerate(columns[ID]) if loan is not None or not table.columns["loan_id"][row]}
    _check_ids(table, ids, partial(table.place, column="loan_id"), faults)
    if faults:
        raise InputError(*capped(faults, file))
    if IN_POOL not in columns:
        columns[IN_POOL] = [True] * len(columns[ID])
    names = tuple(columns)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    given = frozenset(PREFIX + name for name in table.columns)
    return tape_of(rows, file=file, sha256=digest, as_of=as_of, layout="canonical", columns=given)


def _check_columns(table: Table, known: Mapping[str, FactDeclared]) -> None:
    faults = []
    place = Place(file=table.file, line=1)
    for name in table.columns:
        if name not in known:
            help_ = nearest(name, list(known)) or "the columns are the facts of a loan: " + ", ".join(sorted(known))
            faults.append(
                Fault(code="E706", message=f"no fact of a loan for the column `{name}`", place=place, help=help_)
            )
    if "loan_id" not in table.columns:
        faults.append(Fault(code="E706", message="the tape has no column `loan_id`", place=place))
    if faults:
        raise InputError(*faults)


def column_of(table: Table, name: str, fact: FactDeclared, faults: list[Fault]) -> Sequence[Value | None]:
    """Return the values of a fact's column; a column of good amounts only is read at once."""
    if fact.type in (Type.MONEY, Type.NUMBER):
        amounts = parse_amounts(table.columns[name])
        if amounts is not None and (fact.at_least is None or min(amounts) >= fact.at_least):
            return amounts
    return parse_column(table, name, cell_parser(fact), faults)


def cell_parser(fact: FactDeclared) -> Callable[[str], Value]:
    """Return what reads a cell of this fact, within its declared bounds."""

    def parse(text: str) -> Value:
        value = parse_value(fact.type, text)
        check_bounds(value, fact.one_of, fact.at_least)
        return value

    return parse


def _check_ids(
    table: Table, ids: Mapping[int, Value | None], place: Callable[[int], Place], faults: list[Fault]
) -> None:
    """Every row is a loan, and no loan stands twice; `ids` are by row, and `place` tells where one is written."""
    seen: dict[Value, int] = {}
    for row, loan in ids.items():
        if loan is None or str(loan).casefold() in TOTALS:
            message = "a row without a loan id: a total, or a line that is no loan?"
            help_ = "a tape has one row for each loan and nothing else"
            faults.append(Fault(code="E707", message=message, place=table.row_place(row), help=help_))
        elif loan in seen:
            message = f"the loan `{loan}` stands here twice, first on line {table.lines[seen[loan]]}"
            faults.append(Fault(code="E708", message=message, place=place(row)))
        else:
            seen[loan] = row


def _through(
    layout: Layout, data: bytes, file: str, digest: str, as_of: date, facts: Mapping[str, FactDeclared]
) -> Tape:
    table = read_table(data, file, layout.delimiter, None if layout.header else layout.columns)
    _check_layout(table, layout)
    faults: list[Fault] = []
    parsed = {f"row.{name}": parse_column(table, name, parse, faults) for name, parse in layout.parsers.items()}
    if faults:
        raise InputError(*capped(faults, file))
    rows = [dict(zip(parsed, row, strict=True)) | {AS_OF: as_of} for row in zip(*parsed.values(), strict=True)]
    frames = [Frame(row=row, sets={}) for row in rows]
    chosen = [at for at, frame in enumerate(frames) if _is_chosen(layout, table, at, frame)]
    if not chosen:
        message = f"no row of the tape is as of {as_of}"
        raise InputError(Fault(code="E709", message=message, place=Place(file=file)))
    loans = {at: _loan(layout, frames[at], facts, partial(table.row_place, at), faults) for at in chosen}
    _check_ids(table, {at: row[ID] for at, row in loans.items()}, table.row_place, faults)
    if faults:
        raise InputError(*capped(faults, file))
    return tape_of(
        list(loans.values()),
        file=file,
        sha256=digest,
        as_of=as_of,
        layout=layout.name,
        columns=frozenset(layout.facts),
        assumes=layout.assumes,
        skipped={"rows as of another date": len(frames) - len(chosen)},
        inputs={"layout": layout.sha256},
    )


def _check_layout(table: Table, layout: Layout) -> None:
    if tuple(table.columns) == layout.columns:
        return
    missing = [name for name in layout.columns if name not in table.columns]
    extra = [name for name in table.columns if name not in layout.columns]
    wrong = [*(f"`{name}` is missing" for name in missing), *(f"`{name}` is not known" for name in extra)]
    message = f"the header is not that of the layout `{layout.name}`: " + (", ".join(wrong[:8]) or "another order")
    raise InputError(Fault(code="E706", message=message, place=Place(file=table.file, line=1)))


def _is_chosen(layout: Layout, table: Table, at: int, frame: Frame) -> bool:
    """Tell whether a row is as of the tape's date; a row of which that is unknown is an error, not a loan left out."""
    chosen = True if layout.rows is None else layout.rows(frame)
    if chosen is None:
        message = "it is unknown whether this row is as of the tape's date"
        raise InputError(Fault(code="E709", message=message, place=table.row_place(at)))
    return chosen is True


def _loan(
    layout: Layout,
    frame: Frame,
    facts: Mapping[str, FactDeclared],
    place: Callable[[], Place],
    faults: list[Fault],
) -> dict[str, Value | None]:
    row: dict[str, Value | None] = {IN_POOL: True}
    for name, program in layout.facts.items():
        value = program(frame)
        row[name] = value  # type: ignore[assignment] # without sets there are no bounds
        try:
            if value is not None:
                check_bounds(value, facts[name].one_of, facts[name].at_least)
        except BadValueError as error:
            message = f"`{name}`: {error}"
            faults.append(Fault(code=error.code, message=message, place=place(), help=error.help))
    return row


def tape_of(
    rows: list[dict[str, Value | None]],
    *,
    file: str,
    sha256: str,
    as_of: date,
    layout: str,
    columns: frozenset[str],
    assumes: tuple[str, ...] = (),
    skipped: Mapping[str, int] | None = None,
    inputs: Mapping[str, str] | None = None,
) -> Tape:
    """Return the tape of loans, each of which says `loan.loan_id` and `loan.in_pool`, by which it is in the pool."""
    pool = RowSet(
        rows=[row for row in rows if row[IN_POOL] is True],
        maybe=[row for row in rows if row[IN_POOL] is None],
        decided_by=IN_POOL,
    )
    return Tape(
        file=file,
        sha256=sha256,
        as_of=as_of,
        layout=layout,
        loans={str(row[ID]): row for row in rows},
        pool=pool,
        columns=columns,
        assumes=assumes,
        skipped=skipped or {},
        inputs=inputs or {},
    )
