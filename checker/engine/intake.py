"""The tables of a book as typed relations: which column is which fact, how it is read, what is wrong with cells."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from checker.engine.book import Book, Table
from checker.engine.cells import IDS, Cell, ColumnTypeError, cell, nothing
from checker.engine.wrong import column_faults
from checker.faults import Fault, InputError, Place
from checker.lang.sql import WIDTHS, Dialect
from checker.lang.syntax import Type
from checker.model import FactDeclared
from checker.read.cells import cell_parser
from checker.read.table import MOST_FAULTS, clipped
from checker.read.totals import OF_A_TAPE, OF_LINES, is_total, no_loan
from checker.values import BadValueError

MOST_ASKED = 100_000  # texts of no plain form, of one column, that the parser is asked about
ROW = "_row"  # no fact begins so
# Between the path of a part of a table and the number of a row in it; it sorts before what a longer path goes on with.
IN_PART = "\x01 row "
Rows = list[tuple[object, ...]]
Part = Callable[[int, int], str]


class Engine(Protocol):
    """What runs the queries of a book, wherever its tables are.

    `streams` tells whether a scan is looked through row by row, each beside the one before it, in no memory.
    """

    name: str
    dialect: Dialect
    streams: bool

    def columns(self, table: Table) -> dict[str, str]:
        """Return the columns of a table in their order, each with its SQL type; of a CSV file all are text."""

    def scan(self, table: Table, columns: Mapping[str, str]) -> str:
        """Return what stands after FROM for a table."""

    def drawn(self, table: Table, columns: Mapping[str, str], join: str) -> str:
        """Return the same for the rows that a join keeps, which may name the columns of the table alone."""

    def misfit(self, table: Table) -> str:
        """Return the column of `scan` that tells whether a row has more or fewer cells than the header; "" for none.

        An engine without one refuses such a row itself.
        """

    def numbered(self, table: Table, columns: Mapping[str, str]) -> str:
        """Return the same with a column `ROW`: a number from 1, or a text that `row_place` makes a place of."""

    def part(self, table: Table) -> Part | None:
        """Return what stands after FROM for some rows of a table, each with its place in the file as `ROW`.

        They are those from one place on, counted from 0, and before another; None where they are not cheaply told.
        """

    def make(self, name: str, select: str) -> None:
        """Make a relation of a query and keep it."""

    def view(self, name: str, select: str) -> None:
        """Give a query a name."""

    def table(self, name: str) -> tuple[list[str], Rows]:
        """Return the columns of a relation that was made, and its rows."""

    def rows(self, select: str) -> Rows:
        """Return what a query selects."""

    def put(self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]]) -> None:
        """Make a relation of values, with the SQL type of each column."""

    def progress(self) -> int:
        """Return how much of the running query is done, in per cent, not above zero where that is not known."""

    def write(self, select: str, path: Path) -> None:
        """Write what a query selects to a CSV or Parquet file."""

    def beside(self) -> "Engine":
        """Return it for another thread, which only selects from a `part` or a `scan` of a table."""

    def stop(self) -> None:
        """End what is running beside."""

    def close(self) -> None:
        """Leave nothing behind."""


class Column(NamedTuple):
    """One column of a table as it is read: its name there, and the fact that it is; `parse` where a layout reads it."""

    source: str
    fact: FactDeclared
    raw: str
    cell: Cell
    parse: Callable[[str], object] | None = None


class Read(NamedTuple):
    """A table as it is read: its columns by fact, what stands after FROM, and the same with the rows counted.

    `skips` tells whether a row that says nothing is none; `misfit` is the column that tells of a row of another length.
    `drawn` is the scan of those rows that a join keeps, with the columns that it brings, where that is faster; `part`
    that of rows by their places, where those are told.
    """

    table: Table
    columns: Mapping[str, Column]
    scan: str
    numbered: str
    skips: bool = False
    misfit: str = ""
    drawn: Callable[[str], str] | None = None
    part: Part | None = None

    def select(self, dialect: Dialect, facts: Mapping[str, FactDeclared], *also: str) -> str:
        """Return the query of its facts, each by its name; of a fact that it has no column for, nothing is known."""
        own = {name: column.cell for name, column in self.columns.items()}
        named = [f"{(own.get(n) or nothing(f, dialect)).value} AS {dialect.quoted(n)}" for n, f in facts.items()]
        return f"SELECT {', '.join([*also, *named])}\nFROM {self.numbered if ROW in also else self.scan}"


def read_table(engine: Engine, table: Table, known: Mapping[str, FactDeclared], needed: Iterable[str]) -> Read:
    """Return how a table is read whose columns are `known` facts by the names of their columns.

    Raises InputError for a column that is none of them or of a type that no such fact has, and for one that is missing.
    """
    types = engine.columns(table)
    place = Place(file=table.file, line=1 if table.format == "csv" else 0)
    faults = column_faults(types, known, needed, place)
    columns = {}
    for name in [name for name in types if name in known]:
        fact, raw = known[name], engine.dialect.quoted(name)
        try:
            found = cell(raw, types[name], fact, engine.dialect)
        except ColumnTypeError as error:
            faults.append(Fault(code="E715", message=f"the column `{name}`: {error}", place=place))
            continue
        columns[fact.name] = Column(source=name, fact=fact, raw=raw, cell=found)
    if faults:
        raise InputError(*faults)
    scan, numbered = engine.scan(table, types), engine.numbered(table, types)
    skips, misfit = table.format == "csv", engine.misfit(table)
    drawn = partial(engine.drawn, table, types)
    part = engine.part(table)
    return Read(table, columns, scan, numbered, skips=skips, misfit=misfit, drawn=drawn, part=part)


def checks(read: Read, *, but: Collection[str] = (), held: Callable[[str], str] | None = None) -> dict[str, str]:
    """Return, for each column that could hold a wrong cell, the count of its cells that are not of its form.

    Of a column that has types only its bound is asked, as one least value, which a file's statistics may know. `but`
    are facts that are checked elsewhere; `held` names the column of a fact where the relation has its value, too.
    """
    wanted = {n: column for n, column in enumerate(read.columns.values()) if column.fact.name not in but}
    rows = {"misfit": f"COUNT(CASE WHEN {read.misfit} THEN 1 END)"} if read.misfit else {}
    return rows | {
        f"bad_{n}": column.cell.least
        or f"COUNT(CASE WHEN {_is_bad(column, held(column.fact.name) if held else column.cell.value)} THEN 1 END)"
        for n, column in wanted.items()
        if column.cell.right
    }


def check(engine: Engine, read: Read, *, but: Collection[str] = ()) -> None:
    """Raise InputError where a cell of a table is not of its form; `but` are facts that are checked elsewhere."""
    counted = checks(read, but=but)
    if counted:
        selected = ", ".join(f"{text} AS {name}" for name, text in counted.items())
        (found,) = engine.rows(f"SELECT {selected} FROM {read.scan}")
        check_cells(engine, read, dict(zip(counted, found, strict=True)))


def _is_bad(column: Column, value: str) -> str:
    right = column.cell.right(value) if column.cell.right else "TRUE"
    return f"{column.raw} IS NOT NULL AND ({right}) IS NOT TRUE"


def check_cells(engine: Engine, read: Read, counts: Mapping[str, object]) -> None:
    """Raise InputError with the cells that the checker's own parser refuses, of those that are not of the plain form.

    `counts` are those of `checks`.
    """
    columns = list(read.columns.values())
    faults: list[Fault] = []
    if counts.get("misfit"):
        raise InputError(*_misfits(engine, read))
    for name in [name for name, count in counts.items() if count]:
        faults += _faults(engine, read, columns[int(name.removeprefix("bad_"))])
    if faults:
        raise InputError(*some(faults, read.table.file))


def some(faults: list[Fault], file: str) -> list[Fault]:
    """Return the faults, of which at most one more than is shown was asked for, and whether there are more."""
    if len(faults) <= MOST_FAULTS:
        return faults
    return [*faults[:MOST_FAULTS], Fault(code="E705", message="and more faults", place=Place(file=f"{file}: the rest"))]


def _misfits(engine: Engine, read: Read) -> list[Fault]:
    query = f"SELECT {ROW} FROM {read.numbered} WHERE {read.misfit} ORDER BY {ROW} LIMIT {MOST_FAULTS + 1}"
    message = "the row has more or fewer cells than the header"
    faults = [Fault(code="E704", message=message, place=row_place(read.table, row)) for (row,) in engine.rows(query)]
    return some(faults, read.table.file)


def _faults(engine: Engine, read: Read, column: Column) -> list[Fault]:
    text = f"CAST({column.raw} AS {engine.dialect.string})"
    bad = _is_bad(column, column.cell.value)
    parse = _parser(column)
    if column.cell.asks:
        found = engine.rows(f"SELECT DISTINCT {text} FROM {read.scan} WHERE {bad} LIMIT {MOST_ASKED + 1}")
        wrong = sorted(str(one) for (one,) in found if parse(str(one)) is not None)
        if not wrong and len(found) <= MOST_ASKED:
            return []
        listed = ", ".join(engine.dialect.text(one) for one in wrong[: MOST_FAULTS + 1])
        bad = f"{column.raw} IN ({listed})" if wrong else bad
    query = f"SELECT {ROW}, {text} FROM {read.numbered} WHERE {bad} ORDER BY {ROW} LIMIT {MOST_FAULTS + 1}"
    faults = []
    for row, one in engine.rows(query):
        place = row_place(read.table, row)
        error = parse(str(one)) or _too_wide(column, str(one))
        if isinstance(error, BadValueError):
            message = str(error).replace(str(one), clipped(str(one)))
            faults.append(Fault(code=error.code, message=f"`{column.source}`: {message}", place=place, help=error.help))
        else:
            faults.append(error._replace(place=place))
    return faults


def _parser(column: Column) -> Callable[[str], BadValueError | Fault | None]:
    """Return what tells what is wrong with a cell, None where nothing is."""
    parse, is_id = column.parse or cell_parser(column.fact), column.fact.name in IDS

    def found(text: str) -> BadValueError | Fault | None:
        if not text:
            return BadValueError("the text is empty: where it is unknown a cell has none")
        try:
            parse(text)
        except BadValueError as error:
            return error
        if is_id and is_total(text):
            return no_loan(Place(file=""), OF_A_TAPE if column.fact.name == "loan.loan_id" else OF_LINES)
        return None

    return found


def _too_wide(column: Column, text: str) -> BadValueError:
    if column.fact.type not in WIDTHS:
        return BadValueError(f"`{text}` is not of a form that this engine reads", code="E714")
    width = WIDTHS[column.fact.type]
    holds = f"{width.whole} digits and {width.places} places" if width.places else f"{width.whole} digits"
    help_ = "judge it with `--engine python`, from a CSV file: it holds every amount"
    return BadValueError(f"`{text}` is longer than this engine holds: {holds}", help_, code="E714")


def held(fact: FactDeclared, value: object) -> object:
    """Return a value of a query as the evaluator has it: a count is a whole number."""
    return int(str(value)) if fact.type is Type.COUNT and value is not None else value


def row_place(table: Table, row: object) -> Place:
    """Return the place of a row, counted from 1, of a table without empty lines; a text is what names it.

    That is the path of a file and the number of a row in it, or what the row says.
    """
    if isinstance(row, str):
        file, is_in_part, number = row.partition(IN_PART)
        return Place(file=file, cell=f"row {int(number):,}") if is_in_part else Place(file=table.file, cell=row)
    row = int(str(row))
    if table.format == "csv":
        return Place(file=table.file, line=row + (table.form.header_row if table.form.names is None else 0))
    return Place(file=table.file, cell=f"row {row:,}")


def tape_columns(book: Book) -> dict[str, FactDeclared]:
    """Return what the columns of a tape may be."""
    loan = {name.removeprefix("loan."): fact for name, fact in book.facts.items() if fact.group == "loan"}
    return {"agreement": book.facts["batch.agreement"], **loan}


def line_columns(book: Book) -> dict[str, FactDeclared]:
    """Return what the columns of a table of lines may be; without a table of batches its lines say what they are of."""
    stated = [f for f in book.facts.values() if f.group in ("disposition", "loan") and not f.measured]
    number = FactDeclared(name="line", type=Type.COUNT, means="the number of the line in its batch", at_least=1)
    head = ("batch", "agreement", "date") if book.batches is None else ("batch",)
    taken = [f"disposition.{name}" for name in (*head, "line") if f"disposition.{name}" in book.facts]
    if taken:
        message = f"a table of lines cannot tell the fact `{taken[0]}` from a column of its own"
        raise InputError(Fault(code="E614", message=message, place=book.at))
    own = {name: book.facts[f"batch.{name}"] for name in head}
    return {**own, "line": number, **{fact.name.removeprefix("disposition."): fact for fact in stated}}


def batch_columns(book: Book) -> dict[str, FactDeclared]:
    """Return what the columns of a table of batches may be."""
    found = [fact for fact in book.facts.values() if fact.group not in ("loan", "disposition", "tape")]
    return {fact.name.removeprefix("batch."): fact for fact in found}
