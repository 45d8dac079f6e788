"""A book in plain Python: its CSV tables as ordinary batches and tapes, which the evaluator judges."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from checker.document.digest import sha256
from checker.document.strict import read_bytes
from checker.engine.book import Book
from checker.engine.book import Table as Named
from checker.engine.cells import IDS
from checker.engine.intake import batch_columns, line_columns, tape_columns
from checker.engine.plan import AGREEMENT, BATCH, DATE, IN_POOL, LOAN, UNDER
from checker.engine.wrong import (
    HEAD,
    column_faults,
    head_faults,
    needed_of_batches,
    needed_of_lines,
    needed_of_tape,
    no_batch,
    numbered_twice,
    silent_line,
)
from checker.faults import Fault, InputError, Place
from checker.lang.rows import Rows
from checker.lang.syntax import Value
from checker.model import Agreement, Batch, FactDeclared, Line, Tape
from checker.read.batch import lines_of
from checker.read.cells import column_of
from checker.read.lines import Draft, Stated
from checker.read.source import open_table
from checker.read.table import Form, Table, capped, clipped
from checker.read.tape import read_tape, tape_of
from checker.read.totals import OF_A_TAPE, OF_LINES, are_loans, is_total, no_loan

ID, NUMBER = "loan.loan_id", "line"
Drafts = dict[str, list[tuple[int, Draft]]]  # of each batch, by number


class Read(NamedTuple):
    """A table as it was read: its columns by fact, each a value a row, and the digest of its file."""

    table: Table
    columns: Mapping[str, Sequence[Value | None]]
    sha256: str

    def says(self, row: int) -> Stated:
        """Return what a row says, without what it leaves open."""
        found = {name: cells[row] for name, cells in self.columns.items()}
        return {name: value for name, value in found.items() if value is not None}


class Head(NamedTuple):
    """A batch without its lines: what it says, and where."""

    says: Stated
    at: Place


def read_plain(book: Book, agreements: Mapping[str, Agreement]) -> list[Batch]:
    """Return the batches of a book of CSV tables, each beside the tape of its agreement, or raise InputError."""
    lines = _read(book.lines, line_columns(book), needed_of_lines(book))
    batches = _read(book.batches, batch_columns(book), needed_of_batches(book)) if book.batches else None
    heads = _heads(book, agreements, batches, lines)
    drafts = _drafts(book, lines, heads)
    tapes = _tapes(book, agreements, {str(head.says[AGREEMENT]) for head in heads.values()})
    digests = {"lines": lines.sha256, **({"batches": batches.sha256} if batches else {})}
    found: list[Batch] = []
    faults: list[Fault] = []
    for name, head in heads.items():
        try:
            found.append(_batch(book, head, drafts.get(name, []), tapes[str(head.says[AGREEMENT])], digests))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(*capped(faults, book.lines.file))
    return found


def _read(named: Named, known: Mapping[str, FactDeclared], needed: Iterable[str]) -> Read:
    """Read a CSV table whose columns are `known` facts; raise InputError with every column and cell that is wrong."""
    if named.format != "csv":
        message = "only CSV tables are judged in plain Python"
        help_ = "judge it with `--engine duckdb`"
        raise InputError(Fault(code="E613", message=message, place=Place(file=named.file), help=help_))
    data = read_bytes(Path(named.file), named.file, most=None)
    table = open_table(data, named.file, Form())
    wrong = column_faults(table.columns, known, needed, Place(file=table.file, line=1))
    if wrong:
        raise InputError(*wrong)
    faults: list[Fault] = []
    columns = {known[name].name: column_of(table, name, known[name], faults) for name in table.columns}
    for name in [name for name in IDS if name in columns]:
        faults += _totals(table, columns[name], OF_A_TAPE if name == ID else OF_LINES)
    if faults:
        raise InputError(*capped(faults, named.file))
    return Read(table, columns, sha256(data))


def _totals(table: Table, ids: Sequence[Value | None], help_: str) -> list[Fault]:
    """Return a fault for each row of which the loan is a total."""
    if are_loans(ids):
        return []
    return [no_loan(table.row_place(row), help_) for row, loan in enumerate(ids) if loan and is_total(str(loan))]


def _heads(book: Book, agreements: Mapping[str, Agreement], batches: Read | None, lines: Read) -> dict[str, Head]:
    """Return the batches by name: the rows of their table, else what the lines say of theirs."""
    own = batches or lines
    given = {name: value for name, value in ((AGREEMENT, book.agreement), (DATE, book.date)) if name not in own.columns}
    names = own.columns if batches else [name for name in HEAD if name in own.columns]
    seen: dict[tuple[Value | None, ...], Head] = {}
    for row in range(len(own.table.lines)):
        told = tuple(own.columns[name][row] for name in names)
        key = (row, *told) if batches else told
        if key not in seen:
            said = {**given, **dict(zip(names, told, strict=True))}
            seen[key] = Head({n: value for n, value in said.items() if value is not None}, own.table.row_place(row))
    heads: dict[str, Head] = {}
    faults: list[Fault] = []
    for head in seen.values():
        faults += head_faults(head.says, heads, agreements, head.at)
        heads[str(head.says.get(BATCH))] = head
    if faults:
        raise InputError(*capped(faults, own.table.file))
    return heads


def _drafts(book: Book, lines: Read, heads: Mapping[str, Head]) -> Drafts:
    """Return the lines of each batch, in the order of their numbers."""
    found: Drafts = {}
    faults: list[Fault] = []
    for row in range(len(lines.table.lines)):
        at, says = lines.table.row_place(row), {**book.every, **lines.says(row)}
        name = str(says.get(BATCH))
        of_batch = found.setdefault(name, [])
        number = says.get(NUMBER) if NUMBER in lines.columns else len(of_batch) + 1
        lacking = [word for fact, word in ((BATCH, "batch"), (LOAN, "loan"), (UNDER, "under")) if fact not in says]
        lacking += [NUMBER] if number is None else []
        if lacking:
            faults.append(silent_line(lacking, at))
        elif name not in heads:
            faults.append(no_batch(name, at))
        # What is of the batch stands in its head.
        own = {key: value for key, value in says.items() if key != NUMBER and not key.startswith("batch.")}
        of_batch.append((int(str(number or 0)), Draft(says=own, at=at)))
    faults += _numbered_twice(found) if NUMBER in lines.columns else []
    if faults:
        raise InputError(*capped(faults, book.lines.file))
    return {name: sorted(of_batch, key=lambda one: one[0]) for name, of_batch in found.items()}


def _numbered_twice(drafts: Drafts) -> list[Fault]:
    faults = []
    for name, of_batch in drafts.items():
        seen: set[int] = set()
        for number, draft in of_batch:
            if number in seen:
                faults.append(numbered_twice(name, number, draft.at))
            seen.add(number)
    return faults


def _batch(
    book: Book, head: Head, drafts: Sequence[tuple[int, Draft]], tape: Tape, digests: Mapping[str, str]
) -> Batch:
    lines = lines_of([draft for _, draft in drafts], {}, tape, book.lines.file)
    return Batch(
        name=str(head.says[BATCH]),
        agreement=str(head.says[AGREEMENT]),
        date=head.says[DATE],  # type: ignore[arg-type] # a date by its column
        tape=tape,
        lines=tuple(_numbered(line, number) for line, (number, _) in zip(lines, drafts, strict=True)),
        stated=head.says,
        at=head.at,
        sha256=book.sha256,
        inputs=digests,
    )


def _numbered(line: Line, number: int) -> Line:
    return line._replace(number=number)


def _tapes(book: Book, agreements: Mapping[str, Agreement], wanted: Iterable[str]) -> dict[str, Tape]:
    """Return the tape of each agreement; one of which no loan is on it has an empty one."""
    if book.tape.layout != "canonical":
        return _through(book, agreements, wanted)
    read = _read(book.tape, tape_columns(book), needed_of_tape(book))
    columns = {name: cells for name, cells in read.columns.items() if name != AGREEMENT}
    own = read.columns.get(AGREEMENT)
    _check_loans(read, own)
    given = frozenset(columns)
    if IN_POOL not in columns:
        columns[IN_POOL] = [True] * len(read.table.lines)
    names = {*wanted, str(book.agreement)}
    parts = _parts(columns, own, names) if own is not None else {str(book.agreement): columns}
    nothing: dict[str, Sequence[Value | None]] = {name: [] for name in columns}
    return {name: _tape(book, read, parts.get(name, nothing), given) for name in names}


def _parts(
    columns: Mapping[str, Sequence[Value | None]], own: Sequence[Value | None], names: Iterable[str]
) -> dict[str, dict[str, Sequence[Value | None]]]:
    """Return the columns of each agreement of these names, in one pass over the tape's."""
    rows: dict[str, list[int]] = {name: [] for name in names}
    for row, name in enumerate(own):
        if name in rows:
            rows[str(name)].append(row)
    return {name: {fact: [cells[row] for row in of] for fact, cells in columns.items()} for name, of in rows.items()}


def _tape(book: Book, read: Read, columns: Mapping[str, Sequence[Value | None]], given: frozenset[str]) -> Tape:
    tape = tape_of(
        Rows(columns), file=book.tape.file, sha256=read.sha256, as_of=book.as_of, layout="canonical", columns=given
    )
    return tape._replace(empty=read.table.empty)


def _check_loans(read: Read, own: Sequence[Value | None] | None) -> None:
    """Every row is a loan of an agreement, and in none does a loan stand twice."""
    ids = read.columns[ID]
    if own is None and are_loans(ids):
        return
    faults: list[Fault] = []
    seen: set[tuple[Value | None, Value]] = set()
    for row, loan in enumerate(ids):
        agreement = own[row] if own is not None else None
        if own is not None and agreement is None:
            place = read.table.row_place(row)
            faults.append(Fault(code="E305", message="the row does not say of which agreement it is", place=place))
        elif loan is None:
            faults.append(no_loan(read.table.row_place(row), OF_A_TAPE))
        elif (agreement, loan) in seen:
            message = f"the loan `{clipped(str(loan))}` stands here twice"
            faults.append(Fault(code="E708", message=message, place=read.table.place(row, "loan_id")))
        else:
            seen.add((agreement, loan))
    if faults:
        raise InputError(*capped(faults, read.table.file))


def _through(book: Book, agreements: Mapping[str, Agreement], wanted: Iterable[str]) -> dict[str, Tape]:
    """Return the tape that a layout makes: that of the book's agreement; any other agreement has none of its loans."""
    path = Path(book.tape.file)
    if book.agreement is None:
        message = f"a tape of the layout `{book.tape.layout}` does not say of which agreement its loans are"
        raise InputError(Fault(code="E305", message=message, place=book.at, help="write the key `agreement`"))
    facts = agreements[book.agreement].facts if book.agreement in agreements else book.facts
    tape = read_tape(path, book.as_of, facts, book.tape.layout, book.base)
    nothing = tape_of(
        [], file=tape.file, sha256=tape.sha256, as_of=tape.as_of, layout=tape.layout, columns=tape.columns
    )
    return {name: tape if name == book.agreement else nothing for name in {*wanted, book.agreement}}
