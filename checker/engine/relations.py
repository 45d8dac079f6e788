"""A book's tables to the relations that policies are judged on: `batch`, `tape` and `fact`; bad input stops here."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from checker.builtin import folded
from checker.engine.book import Book
from checker.engine.cells import literal, sql_type_of
from checker.engine.intake import (
    ROW,
    Engine,
    Read,
    batch_columns,
    check,
    line_columns,
    read_table,
    row_place,
    some,
    tape_columns,
)
from checker.engine.layout import Through, read_through
from checker.engine.plan import AGREEMENT, AS_OF, BATCH, BUYER, DATE, ID, IN_POOL, LOAN, UNDER, Plan, Version
from checker.engine.sums import HELP
from checker.engine.survey import member_of, name_tape
from checker.faults import Fault, InputError, Place
from checker.judge import in_force
from checker.lang.problem import nearest
from checker.lang.sql import Dialect, TooWideError
from checker.lang.syntax import Type, Value
from checker.model import NOTHING, Agreement, FactDeclared, Policy
from checker.read.table import MOST_FAULTS

Stated = dict[str, Value | None]


class Head(NamedTuple):
    """A batch of a book: its facts, and the number of the version in force."""

    name: str
    agreement: str
    date: date
    stated: Stated
    version: int


class Relations(NamedTuple):
    """What stands ready: the batches, the versions that they are judged by, and how the tape is read.

    `member` is the SQL of whether a row of the tape is in the pool; a blank row of a CSV file is not. Of a layout there
    are what it `assumes`, the rows of the tape that are `skipped`, and in `inputs` its digest.
    """

    heads: tuple[Head, ...]
    versions: tuple[Version, ...]
    tape: Read
    member: str
    assumes: tuple[str, ...] = ()
    skipped: Mapping[str, int] = NOTHING
    inputs: Mapping[str, str] = NOTHING


def relate(engine: Engine, book: Book, agreements: Mapping[str, Agreement], as_of: date | None) -> Relations:
    """Make the relations `batch`, `line`, `tape` and `fact`, or raise InputError with what is wrong with the tables."""
    lines = _read_lines(engine, book)
    heads, versions = _batches(engine, book, agreements, as_of, lines)
    _check_lines(engine, book, lines)
    plan = Plan(engine.dialect, versions, member="TRUE")
    for version in versions:
        plan.queries(version)  # a rule that is not exact is refused before the tape is read
    through = _read_tape(engine, book, agreements)
    tape = through.read
    engine.make("fact", fact_query(book.facts, set(tape.columns), engine.dialect))
    _check_said(engine, book, tape, lines)
    return Relations(heads, _named(engine, versions), tape, member_of(engine.dialect, tape), *through[1:])


def _read_lines(engine: Engine, book: Book) -> Read:
    known = line_columns(book)
    own = [] if book.batches else [n for n in ("agreement", "date") if getattr(book, n) is None]
    needed = ["batch", *own, *(key for key in ("loan", "under") if f"disposition.{key}" not in book.every)]
    read = read_table(engine, book.lines, known, needed)
    check(engine, read)
    facts = {fact.name: fact for fact in known.values() if fact.name != "line"}
    q = engine.dialect.quoted
    typed = read.select(engine.dialect, facts, ROW)
    number = read.columns["line"].cell.value if "line" in read.columns else None
    counted = f"row_number() OVER (PARTITION BY {q(BATCH)} ORDER BY {ROW})" if number is None else number
    every = {name: value for name, value in book.every.items() if value is not None}
    said = {name: _literal(book, value, facts[name], engine.dialect) for name, value in every.items()}
    columns = [f"COALESCE({q(name)}, {said[name]}) AS {q(name)}" if name in said else q(name) for name in facts]
    if number is not None:
        typed = read.select(engine.dialect, facts, ROW, f"{number} AS line")
        counted = "line"
    whole = f"SELECT {ROW}, {counted} AS line, {', '.join(columns)}\nFROM (\n{typed}\n) AS typed"
    engine.make("line", f"{whole}\nWHERE {_says(engine, read)}")
    return read


def _says(engine: Engine, read: Read) -> str:
    """Return the SQL of whether a row of `typed` says anything; one of a CSV file that does not is skipped."""
    columns = [f"typed.{engine.dialect.quoted(name)} IS NOT NULL" for name in read.columns]
    return " OR ".join(columns) if read.table.format == "csv" else "TRUE"


def _literal(book: Book, value: Value, fact: FactDeclared, dialect: Dialect) -> str:
    """Return what the book says once in SQL, or raise InputError where the column of the fact would round it."""
    try:
        return literal(value, fact.type, dialect)
    except TooWideError as error:
        message = f"`{fact.name}`: {error}"
        raise InputError(Fault(code="E714", message=message, place=book.at, help=HELP)) from None


def _batches(
    engine: Engine, book: Book, agreements: Mapping[str, Agreement], as_of: date | None, lines: Read
) -> tuple[tuple[Head, ...], list[Version]]:
    """Make the relation `batch`, with the version in force on each, and return both."""
    q, dialect = engine.dialect.quoted, engine.dialect
    columns = batch_columns(book)
    facts = {fact.name: fact for fact in columns.values()}
    if book.batches:
        needed = ["batch", *(name for name in ("agreement", "date") if getattr(book, name) is None)]
        read = read_table(engine, book.batches, columns, needed)
        check(engine, read)
        query = f"SELECT * FROM (\n{read.select(dialect, facts)}\n) AS typed WHERE {_says(engine, read)}"
        has = set(read.columns)
    else:
        has = {BATCH, AGREEMENT, DATE} & set(lines.columns)
        rest = [name for name in facts if name not in has]
        nothing = [f"CAST(NULL AS {sql_type_of(facts[name].type, dialect)}) AS {q(name)}" for name in rest]
        query = f"SELECT DISTINCT {', '.join([*map(q, sorted(has)), *nothing])} FROM line"
    given = {name: value for name, value in ((AGREEMENT, book.agreement), (DATE, book.date)) if value is not None}
    selected = [
        q(name) if name in has or name not in given else f"{_literal(book, given[name], fact, dialect)} AS {q(name)}"
        for name, fact in facts.items()
    ]
    found = engine.rows(f"SELECT {', '.join(selected)}\nFROM (\n{query}\n) AS typed ORDER BY {q(BATCH)}")
    stated = [
        {name: _held(facts[name], value) for name, value in zip(facts, row, strict=True) if value is not None}
        for row in found
    ]
    _check_heads(book, agreements, as_of, stated)
    versions: dict[tuple[int, str], Version] = {}
    heads = tuple(_head(one, agreements[str(one[AGREEMENT])], as_of, versions) for one in stated)
    rows = [[*(head.stated.get(name) for name in facts), book.as_of, head.version] for head in heads]
    types = {name: sql_type_of(fact.type, dialect) for name, fact in facts.items()}
    engine.put("batch", {**types, AS_OF: "DATE", "policy": "INTEGER"}, rows)
    return heads, list(versions.values())


def _held(fact: FactDeclared, value: object) -> object:
    """Return a value as the evaluator has it: a count is a whole number."""
    return int(str(value)) if fact.type is Type.COUNT else value


def _head(
    stated: Mapping[str, object], agreement: Agreement, as_of: date | None, versions: dict[tuple[int, str], Version]
) -> Head:
    day: date = stated[DATE]  # type: ignore[assignment] # a date by its column
    policy = in_force(agreement, day, as_of or day)
    key = (id(agreement.versions), policy.name if policy else "")
    if key not in versions:
        versions[key] = Version(len(versions), agreement, policy, {})
    return Head(str(stated[BATCH]), agreement.name, day, dict(stated), versions[key].number)  # type: ignore[arg-type] # typed by column


def _check_heads(
    book: Book, agreements: Mapping[str, Agreement], as_of: date | None, stated: Sequence[Mapping[str, object]]
) -> None:
    """Every batch has one name, an agreement of which there is a policy, and a date; none is after `as_of`."""
    table = book.batches or book.lines
    place = Place(file=table.file)
    faults = []
    before = None
    for one in stated:
        name = one.get(BATCH)
        for key, word in ((BATCH, "batch"), (AGREEMENT, "agreement"), (DATE, "date")):
            if key not in one:
                faults.append(Fault(code="E305", message=f"a row does not say `{word}` (batch `{name}`)", place=place))
        if name is not None and name == before:
            message = f"two batches have the name `{name}`, or its rows contradict each other"
            faults.append(Fault(code="E605", message=message, place=place))
        before = name
        known = one.get(AGREEMENT)
        if known is not None and known not in agreements:
            help_ = nearest(str(known), list(agreements))
            message = f"no policy for the agreement `{known}` of the batch `{name}`"
            faults.append(Fault(code="E601", message=message, place=place, help=help_))
        day = one.get(DATE)
        if as_of is not None and isinstance(day, date) and as_of < day:
            message = f"--as-of {as_of} is before the date of the batch `{name}`, {day}"
            faults.append(Fault(code="E606", message=message, place=place))
    if faults:
        raise InputError(*some(faults, table.file))


def _check_lines(engine: Engine, book: Book, lines: Read) -> None:
    """Every line names its batch, its loan and its section, and no two lines of a batch have one number."""
    q = engine.dialect.quoted
    faults = []
    wanted = {BATCH: "batch", LOAN: "loan", UNDER: "under", **({"line": "line"} if "line" in lines.columns else {})}
    lacking = " OR ".join(f"{q(name)} IS NULL" for name in wanted)
    columns = ", ".join([ROW, *map(q, wanted)])
    silent = f"SELECT {columns} FROM line WHERE {lacking} ORDER BY {ROW} LIMIT {MOST_FAULTS + 1}"
    for row, *values in engine.rows(silent):
        names = [f"`{word}`" for word, value in zip(wanted.values(), values, strict=True) if value is None]
        place = row_place(book.lines, row)
        faults.append(Fault(code="E305", message=f"the line does not say {' and '.join(names)}", place=place))
    strange = f"SELECT DISTINCT line.{q(BATCH)} FROM line LEFT JOIN batch USING ({q(BATCH)}) WHERE policy IS NULL"
    if book.batches and not faults:
        place = Place(file=book.lines.file)
        for (name,) in engine.rows(f"{strange} ORDER BY 1 LIMIT {MOST_FAULTS + 1}"):
            faults.append(Fault(code="E616", message=f"no row of the table of batches is `{name}`", place=place))
    if "line" in lines.columns:
        twice = f"SELECT {q(BATCH)}, line FROM line GROUP BY {q(BATCH)}, line HAVING COUNT(*) > 1"
        for name, number in engine.rows(f"{twice} ORDER BY 1, 2 LIMIT {MOST_FAULTS + 1}"):
            message = f"two lines of the batch `{name}` have the number {number}"
            faults.append(Fault(code="E616", message=message, place=Place(file=book.lines.file)))
    if faults:
        raise InputError(*some(faults, book.lines.file))


def _read_tape(engine: Engine, book: Book, agreements: Mapping[str, Agreement]) -> Through:
    if book.tape.layout == "canonical":
        needed = ["loan_id", *(["agreement"] if book.agreement is None else [])]
        through = Through(read_table(engine, book.tape, tape_columns(book), needed))
    else:
        agreement = agreements.get(book.agreement or "")
        through = read_through(engine, book, agreement.facts if agreement else book.facts)
    name_tape(engine, book, through.read)
    return through


def fact_query(facts: Mapping[str, FactDeclared], has: Collection[str], dialect: Dialect) -> str:
    """Return the query of the relation `fact`: each line with its facts; `has` are those that the tape measures."""
    q = dialect.quoted
    columns = [f"{_fact(name, fact, has, dialect)} AS {q(name)}" for name, fact in facts.items()]
    times = f"COUNT(*) OVER (PARTITION BY batch.{q(AGREEMENT)}, batch.{q(DATE)}, line.{q(LOAN)}) AS times"
    own = ["line.line AS line", f"line.{ROW}", "batch.policy AS policy", f"loan.{q(ID)} IS NOT NULL AS on_tape", times]
    selected = ",\n  ".join([*own, *columns])
    return (
        f"SELECT {selected}\nFROM line JOIN batch ON line.{q(BATCH)} = batch.{q(BATCH)}\n"
        f"LEFT JOIN loan ON loan.{q(AGREEMENT)} = batch.{q(AGREEMENT)} AND loan.{q(ID)} = line.{q(LOAN)}"
    )


def _fact(name: str, fact: FactDeclared, has: Collection[str], dialect: Dialect) -> str:
    """Return the SQL of one fact of a line: the tape's word of its loan before what the line attests."""
    q = dialect.quoted
    if name == ID:
        return f"line.{q(LOAN)}"
    if name == IN_POOL and name not in has:
        return f"CASE WHEN loan.{q(ID)} IS NOT NULL THEN TRUE END"
    if fact.group != "loan":
        return f"{'line' if fact.group == 'disposition' else 'batch'}.{q(name)}"
    sides = [f"loan.{q(name)}"] if name in has else []
    sides += [] if fact.measured else [f"line.{q(name)}"]
    return f"COALESCE({', '.join(sides)})" if sides else f"CAST(NULL AS {sql_type_of(fact.type, dialect)})"


def _check_said(engine: Engine, book: Book, tape: Read, lines: Read) -> None:
    """A line may say of its loan what the tape leaves unknown; it cannot say otherwise than the tape."""
    q = engine.dialect.quoted
    both = [name for name in {*lines.columns, *book.every} if name.startswith("loan.") and name in tape.columns]
    faults = []
    for name in sorted(both):
        query = (
            f"SELECT line.{ROW}, line.{q(LOAN)}, line.{q(name)}, loan.{q(name)} FROM line"
            f" JOIN batch ON line.{q(BATCH)} = batch.{q(BATCH)}"
            f" JOIN loan ON loan.{q(AGREEMENT)} = batch.{q(AGREEMENT)} AND loan.{q(ID)} = line.{q(LOAN)}"
            f" WHERE line.{q(name)} <> loan.{q(name)} ORDER BY 1 LIMIT {MOST_FAULTS + 1}"
        )
        for row, loan, said, has in engine.rows(query):
            message = f"`{name}` of the loan `{loan}` is {_shown(said)} here and {_shown(has)} on the tape"
            faults.append(Fault(code="E604", message=message, place=row_place(book.lines, row)))
    if faults:
        raise InputError(*some(faults, book.lines.file))


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _named(engine: Engine, versions: Sequence[Version]) -> tuple[Version, ...]:
    """Return the versions with the spellings, in the lines, of the parties that each lists."""
    q = engine.dialect.quoted
    if not any(version.policy and version.policy.parties for version in versions):
        return tuple(versions)
    found = engine.rows(f"SELECT DISTINCT {q(BUYER)} FROM fact WHERE {q(BUYER)} IS NOT NULL")
    spelled = [(str(name), folded(str(name))) for (name,) in found]
    return tuple(version._replace(names=parties_of(version.policy, spelled)) for version in versions)


def parties_of(policy: Policy | None, spelled: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the names of parties that a policy lists, as they are spelled, each with those parties."""
    listed: dict[str, list[str]] = {}
    for party, names in policy.parties.items() if policy else ():
        for name in dict.fromkeys(map(folded, names)):
            listed.setdefault(name, []).append(party)
    return {name: tuple(listed[plain]) for name, plain in spelled if plain in listed}
