"""A layout as SQL: the columns of its source as typed cells, its rows and loans as filters, its facts as expressions.

What each part means, `read.columns`, `read.apply` and `read.tape` say; here it is a query, so that no row is kept.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from checker.engine.book import Book
from checker.engine.cells import IDS, Cell, bounded, cell, sql_type_of
from checker.engine.intake import ROW, Column, Engine, Read, check_cells, checks, row_place
from checker.engine.spelled import spelled
from checker.faults import Fault, InputError, Place
from checker.lang.evaluate import Program
from checker.lang.sql import Columns, Compiler, Dialect, Sql, TooWideError
from checker.lang.syntax import Type
from checker.lang.typed import Fact, Fold, facts_of
from checker.model import NOTHING, FactDeclared
from checker.read.apply import check_names
from checker.read.layout import Layout, named_layout
from checker.read.table import Form
from checker.read.tape import AS_OF, IS_DATED, IS_LOAN, dates_told, skipped

HELP = "judge it with `--engine python`"


class Through(NamedTuple):
    """How a tape is read, what its layout assumes, which rows are not read, and the digest of the layout."""

    read: Read
    assumes: tuple[str, ...] = ()
    skipped: Mapping[str, int] = NOTHING
    inputs: Mapping[str, str] = NOTHING


class Rows(NamedTuple):
    """The rows of a source with typed columns: what stands after FROM, once with the rows counted; its filters."""

    scan: str
    numbered: str
    rows: str
    loans: str


def read_through(engine: Engine, book: Book, facts: Mapping[str, FactDeclared]) -> Through:
    """Return how the tape of a book is read through its layout, `facts` being those of its agreement.

    Raises InputError for a cell that the layout does not read, for a row of which it is unknown whether it counts, and
    for what is not to be had in SQL exactly.
    """
    if book.agreement is None:
        message = f"a tape of the layout `{book.tape.layout}` does not say of which agreement its loans are"
        raise InputError(Fault(code="E305", message=message, place=book.at, help="write the key `agreement`"))
    layout = named_layout(book.tape.layout, book.base, facts)
    source = _source(engine, book, layout)
    compiler = _compiler(engine.dialect, book)
    try:
        filters = [_sql(compiler, program) for program in (layout.rows, layout.loans)]
        given = [_given(compiler, facts[name], program) for name, program in layout.facts.items()]
    except TooWideError as error:
        raise _refused(book, layout, str(error)) from None
    rows = _rows(engine.dialect, source, filters, "TRUE")
    counts = _counts(engine, source, rows)
    if counts["blank"]:
        some = " OR ".join(f"{engine.dialect.quoted(name)} IS NOT NULL" for name in layout.columns)
        rows = _rows(engine.dialect, source, filters, some)
        counts = _counts(engine, source, rows)
    _check(engine, book, layout, source, rows, counts)
    return Through(
        read=_read(source, rows, given),
        assumes=layout.assumes,
        skipped=skipped(counts["every"], counts["dated"], counts["chosen"], _above(source)),
        inputs={"layout": layout.sha256},
    )


def _refused(book: Book, layout: Layout, why: str) -> InputError:
    message = f"the layout `{layout.name}` is not read by this engine: {why}"
    return InputError(Fault(code="E613", message=message, place=Place(file=book.tape.file), help=HELP))


def _source(engine: Engine, book: Book, layout: Layout) -> Read:
    """Return how the columns of the source are read, by `row.` and their names in the layout."""
    if layout.namespace or book.tape.format != "csv" or engine.name != "duckdb":
        what = "a file that is no delimited text" if layout.namespace or book.tape.format != "csv" else "a layout"
        raise _refused(book, layout, f"{engine.name} does not read {what}")
    names = None if layout.header else layout.columns
    table = book.tape._replace(form=Form(layout.delimiter, names, layout.header_row))
    types, q = engine.columns(table), engine.dialect.quoted
    check_names(tuple(types), table.file, layout)
    try:
        columns = {
            f"row.{name}": Column(
                source=column.name,
                fact=FactDeclared(name=f"row.{name}", type=column.kind, means=""),
                raw=q(column.name),
                cell=spelled(q(column.name), column, engine.dialect),
                parse=column.parse,
            )
            for name, column in layout.read.items()
        }
    except TooWideError as error:
        raise _refused(book, layout, str(error)) from None
    scan, numbered = engine.scan(table, types), engine.numbered(table, types)
    return Read(table, columns, scan, numbered, misfit=engine.misfit(table))


def _compiler(dialect: Dialect, book: Book) -> Compiler:
    def column(fact: Fact) -> str:
        return f"DATE '{book.as_of}'" if fact.name == AS_OF else dialect.quoted(fact.name)

    return Compiler(dialect, Columns(fact=column, fold=_no_sum))


def _no_sum(fold: Fold) -> Sql:
    raise KeyError(f"a layout has no sets, and `{fold.source}` is over one")


def _sql(compiler: Compiler, program: Program | None) -> str:
    return "TRUE" if program is None else compiler.flag(program.tree)


def _given(compiler: Compiler, fact: FactDeclared, program: Program) -> Column:
    """Return a fact that rows give: its `raw` is the column that holds it, its `source` what it is."""
    found = compiler.sql(program.tree)
    kind = found.width.type if found.width else sql_type_of(fact.type, compiler.dialect)
    raw = compiler.dialect.quoted(fact.name.removeprefix("loan."))
    held = _cell(raw, kind, fact, compiler.dialect)
    # No file's statistics know the least of what an expression gives.
    return Column(f"CAST({found.value} AS {kind})", fact, raw, held._replace(least=""))


def _cell(raw: str, kind: str, fact: FactDeclared, dialect: Dialect) -> Cell:
    """Hold a fact to its bounds; of a text only a loan's number has a form, as the rest was read already."""
    if fact.type is Type.TEXT and fact.name not in IDS:
        return bounded(Cell(raw), fact, dialect)
    return cell(raw, kind.replace(" ", "") if fact.type is not Type.TEXT else kind, fact, dialect)


def _rows(dialect: Dialect, source: Read, filters: Sequence[str], some: str) -> Rows:
    """Return the rows that say something, their columns typed."""
    typed = ", ".join(f"{column.cell.value} AS {dialect.quoted(name)}" for name, column in source.columns.items())
    where = "" if some == "TRUE" else f" WHERE {some}"
    return Rows(
        scan=f"(SELECT *, {typed} FROM {source.scan}{where}) AS cells",
        numbered=f"(SELECT *, {typed} FROM {source.numbered}{where}) AS cells",
        rows=filters[0],
        loans=filters[1],
    )


def _counts(engine: Engine, source: Read, rows: Rows) -> dict[str, int]:
    """Return how many rows there are of each kind, and how many cells of each column are in doubt, from one pass."""
    blank = " AND ".join(sorted({f"{column.raw} IS NULL" for column in source.columns.values()}))
    dated = f"({rows.rows})"
    wanted = {
        "every": "COUNT(*)",
        "blank": f"COUNT(CASE WHEN {blank} THEN 1 END)",
        "undated": f"COUNT(CASE WHEN {dated} IS NULL THEN 1 END)",
        "dated": f"COUNT(CASE WHEN {dated} THEN 1 END)",
        "unsure": f"COUNT(CASE WHEN {dated} AND ({rows.loans}) IS NULL THEN 1 END)",
        "chosen": f"COUNT(CASE WHEN {dated} AND ({rows.loans}) THEN 1 END)",
        **checks(source),
    }
    selected = ", ".join(f"{text} AS {name}" for name, text in wanted.items())
    (found,) = engine.rows(f"SELECT {selected} FROM {rows.scan}")
    return {name: int(str(count)) for name, count in zip(wanted, found, strict=True)}


def _check(engine: Engine, book: Book, layout: Layout, source: Read, rows: Rows, counts: Mapping[str, int]) -> None:
    """Every cell is read, and of every row it is known whether it counts; some are as of the date."""
    check_cells(engine, source, {name: counts[name] for name in checks(source)})
    if counts["undated"]:
        raise _unknown(engine, source, rows, f"({rows.rows}) IS NULL", IS_DATED)
    if not counts["dated"]:
        message = f"no row of the tape is as of {book.as_of}"
        help_ = _dates_seen(engine, layout, rows)
        raise InputError(Fault(code="E709", message=message, place=Place(file=book.tape.file), help=help_))
    if counts["unsure"]:
        raise _unknown(engine, source, rows, f"({rows.rows}) AND ({rows.loans}) IS NULL", IS_LOAN)


def _unknown(engine: Engine, source: Read, rows: Rows, where: str, message: str) -> InputError:
    ((row,),) = engine.rows(f"SELECT {ROW} FROM {rows.numbered} WHERE {where} ORDER BY {ROW} LIMIT 1")
    return InputError(Fault(code="E709", message=message, place=row_place(source.table, row)))


def _dates_seen(engine: Engine, layout: Layout, rows: Rows) -> str:
    reads = sorted(facts_of(layout.rows.tree) - {AS_OF}) if layout.rows else []
    days = [name for name in reads if layout.read[name.removeprefix("row.")].kind is Type.DATE]
    found = {}
    for name in days:
        quoted = engine.dialect.quoted(name)
        query = f"SELECT DISTINCT {quoted} FROM {rows.scan} WHERE {quoted} IS NOT NULL ORDER BY 1"
        found[name] = [one for (one,) in engine.rows(query)]
    return dates_told(found)  # type: ignore[arg-type] # days by their column


def _read(source: Read, rows: Rows, given: Sequence[Column]) -> Read:
    """Return the loans as a table of their facts."""
    named = ", ".join(f"{column.source} AS {column.raw}" for column in given)
    where = f"WHERE ({rows.rows}) AND ({rows.loans})"
    columns = {column.fact.name: column._replace(source=column.fact.name) for column in given}
    return Read(
        table=source.table,
        columns=columns,
        scan=f"(SELECT {named} FROM {rows.scan} {where}) AS loans",
        numbered=f"(SELECT {ROW}, {named} FROM {rows.numbered} {where}) AS loans",
    )


def _above(source: Read) -> int:
    """Return how many rows that say something stand before the header."""
    form = source.table.form
    if form.header_row == 1:
        return 0
    with Path(source.table.file).open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=form.delimiter)
        return sum(any(row) for row, _ in zip(rows, range(form.header_row - 1), strict=False))
