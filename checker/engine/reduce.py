"""Batches over tapes that Python does not read: DuckDB checks their cells, and gives the sums that policies ask for.

Of the rows there are the loans that lines cite. The evaluator judges every line, as over any tape.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from checker.engine.book import Book, Table
from checker.engine.duck import MEMORY, Duck
from checker.engine.found import rows_of
from checker.engine.intake import Engine, Read, held, read_table
from checker.engine.layout import Through, read_through
from checker.engine.plan import AGREEMENT, BATCH, DATE, ID, IN_POOL, LOAN, Plan, Version
from checker.engine.sums import filled
from checker.engine.survey import check_tape, each_once, keep_cited, member_of, name_tape, refuse, survey
from checker.faults import Fault, InputError, Place
from checker.judge import in_force
from checker.lang.evaluate import Row, RowSet
from checker.model import Agreement, Batch, Counted, FactDeclared, Line, Tape
from checker.read.batch import Left, Source, lines_of
from checker.read.lines import Draft
from checker.read.source import no_sheet
from checker.read.table import capped
from checker.read.tape import suggested

HEAD = 100_000  # bytes, in which the header of a tape is found
BALANCE = "loan.stated_principal_balance"
HELP = "judge it with `--engine duckdb`, or write a book (`book:`)"


class Asked(NamedTuple):
    """A tape that was left, as a book of which only the tape is read, and the batches that name it."""

    book: Book
    agreement: Agreement
    tape: Tape
    batches: Sequence[Batch]


def reduced(batches: Sequence[Batch], source: Source, memory: str = "", as_of: date | None = None) -> list[Batch]:
    """Return batches beside the tapes that their source left, each read once for all that lines cite of it.

    `memory` is the limit of DuckDB, like `4GB`; `as_of` is the day from which obligations are looked at. Raises
    InputError with the faults of every tape, and where a line contradicts its own.
    """
    if source.engine == "spark":
        raise InputError(Fault(code="E613", message="batches in files of their own are not judged by spark", help=HELP))
    asked = [_asked(source, left, batches) for left in source.left]
    engine = Duck([one.book.tape for one in asked], memory=memory or MEMORY)
    faults: list[Fault] = []
    found: dict[int, Batch] = {}
    try:
        for one in asked:
            try:
                found |= _laid_beside(one, read_apart(engine, one, as_of))
            except InputError as error:
                faults += error.faults
    finally:
        engine.close()
    if faults:
        raise InputError(*dict.fromkeys(faults))
    return [found.get(id(batch), batch) for batch in batches]


def _asked(source: Source, left: Left, batches: Sequence[Batch]) -> Asked:
    tape, agreement = left.tape, source.agreements[left.agreement]
    suffix = Path(tape.file).suffix.lower()
    table = Table(tape.file, {".parquet": "parquet", ".xlsx": "xlsx"}.get(suffix, "csv"), "", tape.layout)
    book = Book(
        name="",
        agreement=agreement.name,
        date=None,
        as_of=tape.as_of,
        tape=table,
        batches=None,
        lines=table,
        every={},
        facts=agreement.facts,
        base=left.base,
        at=Place(file=tape.file),
        sha256="",
    )
    return Asked(book, agreement, tape, [batch for batch in batches if batch.tape is tape])


def read_apart(engine: Engine, asked: Asked, as_of: date | None) -> dict[date, Tape]:
    """Return the tape as batches of each date have it: a sum over the pool may ask for the date."""
    through = _through(engine, asked)
    _put_batches(engine, asked)
    name_tape(engine, asked.book, through.read)
    keep_cited(engine, asked.book, through.read)
    member = member_of(engine.dialect, through.read)
    plan = Plan(engine.dialect, _versions(asked, as_of), member=member)
    surveyed, pool = plan.pool(survey(through.read, engine.dialect) | _counted(engine, through.read, member))
    engine.make(surveyed.name, surveyed.select)
    counts = rows_of(engine, surveyed.name, (AGREEMENT,))
    if not each_once(engine, through.read, check_tape(engine, asked.book, through.read, counts)):
        refuse(engine, asked.book, through.read)
    engine.make(pool.name, pool.select)
    loans, counted = _loans(engine, through.read), _count(counts)
    tape = asked.tape._replace(
        loans=loans,
        columns=frozenset(through.read.columns),
        counted=counted,
        assumes=through.assumes,
        skipped=through.skipped,
        inputs=through.inputs,
    )
    found = {}
    for row in rows_of(engine, pool.name, plan.pool_key):
        rows = filled(RowSet(rows=[], decided_by=IN_POOL), plan.sums.pool, row)
        for day in {batch.date for batch in asked.batches if row.get(DATE, batch.date) == batch.date}:
            found[day] = tape._replace(pool=rows)
    return found


def _through(engine: Engine, asked: Asked) -> Through:
    book = asked.book
    no_sheet(book.tape.file, asked.tape.sheet or None)
    if book.tape.layout != "canonical":
        return read_through(engine, book, book.facts)
    if book.tape.format == "xlsx":
        message = "duckdb does not read an Excel workbook"
        help_ = "judge it with `--engine python`"
        raise InputError(Fault(code="E613", message=message, place=Place(file=book.tape.file), help=help_))
    known = {name.removeprefix("loan."): fact for name, fact in book.facts.items() if fact.group == "loan"}
    try:
        return Through(read_table(engine, book.tape, known, ["loan_id"]))
    except InputError as error:
        with Path(book.tape.file).open("rb") as file:
            raise suggested(error, file.read(HEAD), book.tape.file) from None


def _put_batches(engine: Engine, asked: Asked) -> None:
    """Make the relations `batch` and `line`, as far as a tape is asked by them."""
    text = engine.dialect.string
    heads = [[batch.name, batch.agreement, batch.date] for batch in asked.batches]
    engine.put("batch", {BATCH: text, AGREEMENT: text, DATE: "DATE"}, heads)
    lines = [[batch.name, line.loan] for batch in asked.batches for line in batch.lines]
    engine.put("line", {BATCH: text, LOAN: text}, lines)


def _versions(asked: Asked, as_of: date | None) -> list[Version]:
    policies = {batch.date: in_force(asked.agreement, batch.date, as_of or batch.date) for batch in asked.batches}
    different = {policy.name if policy else "": policy for policy in policies.values()}
    return [Version(n, asked.agreement, policy, {}) for n, policy in enumerate(different.values())]


def _counted(engine: Engine, read: Read, member: str) -> dict[str, str]:
    """Return what is counted of a pool beside the sums that policies ask for: its loans, and their balance."""
    balance = engine.dialect.quoted(BALANCE)
    return {
        "pool_loans": f"COUNT(CASE WHEN {member} THEN 1 END)",
        "pool_maybe": f"COUNT(CASE WHEN ({member}) IS NULL THEN 1 END)",
        "pool_balances": f"COUNT(CASE WHEN {member} THEN {balance} END)" if BALANCE in read.columns else "0",
        "pool_balance": f"SUM(CASE WHEN {member} THEN {balance} END)" if BALANCE in read.columns else "0",
    }


def _count(counts: Sequence[Mapping[str, object]]) -> Counted:
    """Return how many loans are in the pool and their balance, where each of them has one."""
    if not counts:
        return Counted(0, Decimal(0))
    (row,) = counts
    loans = int(str(row["pool_loans"]))
    known = not row["pool_maybe"] and row["pool_balances"] == loans
    return Counted(loans, Decimal(str(row["pool_balance"] or 0)) if known else None)


def _loans(engine: Engine, read: Read) -> dict[str, Row]:
    """Return the rows of the loans that lines cite."""
    names = list(read.columns)
    facts: list[FactDeclared] = [read.columns[name].fact for name in names]
    usual: Row = {} if IN_POOL in names else {IN_POOL: True}
    found = {}
    for values in engine.rows(f"SELECT {', '.join(map(engine.dialect.quoted, names))} FROM loan"):
        row = {fact.name: held(fact, value) for fact, value in zip(facts, values, strict=True)}
        found[str(row[ID])] = {**usual, **row}
    return found  # type: ignore[return-value] # typed by their columns


def _laid_beside(asked: Asked, tapes: Mapping[date, Tape]) -> dict[int, Batch]:
    faults: list[Fault] = []
    found = {}
    for batch in asked.batches:
        tape = tapes[batch.date]
        try:
            found[id(batch)] = batch._replace(tape=tape, lines=_lines(batch.lines, tape, batch.at.file))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(*capped(faults, asked.tape.file))
    return found


def _lines(lines: Iterable[Line], tape: Tape, file: str) -> tuple[Line, ...]:
    """Return the lines again, which without a tape state all that they say, beside their tape."""
    return lines_of([Draft(says=dict(line.stated), at=line.at) for line in lines], {}, tape, file)
