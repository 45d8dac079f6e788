"""A book's tables to the relations that policies are judged on: `batch`, `tape` and `fact`; bad input stops here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from checker.builtin import folded, parties_of
from checker.engine.book import Book
from checker.engine.cells import literal, sql_type_of
from checker.engine.intake import (
    ROW,
    Engine,
    Read,
    Rows,
    batch_columns,
    check,
    held,
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
from checker.engine.wrong import (
    head_faults,
    needed_of_batches,
    needed_of_lines,
    needed_of_tape,
    no_batch,
    numbered_twice,
    silent_line,
)
from checker.faults import Fault, InputError, Place
from checker.judge import in_force
from checker.lang.sql import Dialect, TooWideError
from checker.lang.syntax import Value
from checker.model import NOTHING, Agreement, FactDeclared, Policy
from checker.read.table import MOST_FAULTS

Stated = dict[str, Value | None]
OTHERWISE = "_otherwise"  # no fact begins so


class Head(NamedTuple):
    """A batch of a book: its facts, and the number of the version in force."""

    name: str
    agreement: str
    date: date
    stated: Stated
    version: int


class Relations(NamedTuple):
    """What stands ready: the batches, the versions that they are judged by, how the lines and the tape are read.

    `member` is the SQL of whether a row of the tape is in the pool; a blank row of a CSV file is not. Of a layout there
    are what it `assumes`, the rows of the tape that are `skipped`, and in `inputs` its digest.
    """

    heads: tuple[Head, ...]
    versions: tuple[Version, ...]
    lines: Read
    tape: Read
    member: str
    assumes: tuple[str, ...] = ()
    skipped: Mapping[str, int] = NOTHING
    inputs: Mapping[str, str] = NOTHING


def relate(engine: Engine, book: Book, agreements: Mapping[str, Agreement], as_of: date | None) -> Relations:
    """Make the relations `batch`, `line` and `tape`, or raise InputError with what is wrong with the tables."""
    lines = _read_lines(engine, book)
    heads, versions = _batches(engine, book, agreements, as_of, lines)
    _check_lines(engine, book, lines)
    plan = Plan(engine.dialect, versions, member="TRUE")
    for version in versions:
        plan.queries(version)  # a rule that is not exact is refused before the tape is read
    through = _read_tape(engine, book, agreements)
    tape = through.read
    return Relations(heads, tuple(versions), lines, tape, member_of(engine.dialect, tape), *through[1:])


def join(engine: Engine, book: Book, relations: Relations) -> Relations:
    """Make the relation `fact` of those; return them with the names that lines give to the parties of each version.

    Raises InputError where a line says otherwise of its loan than the tape.
    """
    has, said = relations.tape.columns, {*relations.lines.columns, *book.every}
    both = sorted(name for name in said if name.startswith("loan.") and name in has)
    engine.make("fact", fact_query(book.facts, set(has), engine.dialect, both))
    found = _seen(engine, relations.versions, told=bool(both))
    if any(lines for _, lines in found):
        raise InputError(*_said_otherwise(engine, book, both))
    spelled = [(str(name), folded(str(name))) for name, _ in found if name is not None]
    named = [version._replace(names=spelled_as(version.policy, spelled)) for version in relations.versions]
    return relations._replace(versions=tuple(named))


def _seen(engine: Engine, versions: Sequence[Version], *, told: bool) -> Rows:
    """Return, in one query, the buyers' names where any version lists parties, each with how many lines say otherwise.

    Whether they do is `told` where the tape and lines say the same facts.
    """
    buyer = engine.dialect.quoted(BUYER)
    otherwise = f"COUNT(CASE WHEN {OTHERWISE} THEN 1 END)" if told else "0"
    if any(version.policy and version.policy.parties for version in versions):
        return engine.rows(f"SELECT {buyer}, {otherwise} FROM fact GROUP BY {buyer}")
    return engine.rows(f"SELECT NULL, {otherwise} FROM fact") if told else []


def _read_lines(engine: Engine, book: Book) -> Read:
    known = line_columns(book)
    read = read_table(engine, book.lines, known, needed_of_lines(book))
    check(engine, read)
    facts = {fact.name: fact for fact in known.values() if fact.name != "line"}
    q = engine.dialect.quoted
    counted = f"row_number() OVER (PARTITION BY {q(BATCH)} ORDER BY {ROW})"
    number = [f"{read.columns['line'].cell.value} AS line"] if "line" in read.columns else []
    typed = read.select(engine.dialect, facts, ROW, *number)
    every = {name: value for name, value in book.every.items() if value is not None}
    said = {name: _literal(book, value, facts[name], engine.dialect) for name, value in every.items()}
    columns = [f"COALESCE({q(name)}, {said[name]}) AS {q(name)}" if name in said else q(name) for name in facts]
    whole = f"SELECT {ROW}, {'line' if number else counted} AS line, {', '.join(columns)}\nFROM (\n{typed}\n) AS typed"
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
        read = read_table(engine, book.batches, columns, needed_of_batches(book))
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
        {name: held(facts[name], value) for name, value in zip(facts, row, strict=True) if value is not None}
        for row in found
    ]
    _check_heads(book, agreements, as_of, stated)
    versions: dict[tuple[int, str], Version] = {}
    heads = tuple(_head(one, agreements[str(one[AGREEMENT])], as_of, versions) for one in stated)
    rows = [[*(head.stated.get(name) for name in facts), book.as_of, head.version] for head in heads]
    types = {name: sql_type_of(fact.type, dialect) for name, fact in facts.items()}
    engine.put("batch", {**types, AS_OF: "DATE", "policy": "INTEGER"}, rows)
    return heads, list(versions.values())


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
    faults: list[Fault] = []
    before: set[str] = set()
    for one in stated:
        faults += head_faults(one, before, agreements, place)
        name, day = one.get(BATCH), one.get(DATE)
        before |= {str(name)} if name is not None else set()
        if as_of is not None and isinstance(day, date) and as_of < day:
            message = f"--as-of {as_of} is before the date of the batch `{name}`, {day}"
            faults.append(Fault(code="E606", message=message, place=place))
    if faults:
        raise InputError(*some(faults, table.file))


def _check_lines(engine: Engine, book: Book, lines: Read) -> None:
    """Every line names its batch, its loan and its section, and no two lines of a batch have one number."""
    q, place = engine.dialect.quoted, Place(file=book.lines.file)
    faults = []
    wanted = {BATCH: "batch", LOAN: "loan", UNDER: "under", **({"line": "line"} if "line" in lines.columns else {})}
    lacking = " OR ".join(f"{q(name)} IS NULL" for name in wanted)
    if not _some_wrong(engine, lacking):
        return
    columns = ", ".join([ROW, *map(q, wanted)])
    silent = f"SELECT {columns} FROM line WHERE {lacking} ORDER BY {ROW} LIMIT {MOST_FAULTS + 1}"
    for row, *values in engine.rows(silent):
        lacking_ = [word for word, value in zip(wanted.values(), values, strict=True) if value is None]
        faults.append(silent_line(lacking_, row_place(book.lines, row)))
    strange = f"SELECT DISTINCT line.{q(BATCH)} FROM line LEFT JOIN batch USING ({q(BATCH)}) WHERE policy IS NULL"
    if book.batches and not faults:
        found = engine.rows(f"{strange} ORDER BY 1 LIMIT {MOST_FAULTS + 1}")
        faults += [no_batch(name, place) for (name,) in found]
    if "line" in lines.columns:
        twice = f"SELECT {q(BATCH)}, line FROM line GROUP BY {q(BATCH)}, line HAVING COUNT(*) > 1"
        found = engine.rows(f"{twice} ORDER BY 1, 2 LIMIT {MOST_FAULTS + 1}")
        faults += [numbered_twice(name, number, place) for name, number in found]
    if faults:
        raise InputError(*some(faults, book.lines.file))


def _some_wrong(engine: Engine, lacking: str) -> bool:
    """Tell, in one query, whether any line is `lacking` something, of no batch, or numbered like another."""
    batch = engine.dialect.quoted(BATCH)
    counts = f"COUNT(*) AS lines, COUNT(CASE WHEN {lacking} THEN 1 END) AS silent"
    numbered = f"SELECT {batch}, line, {counts} FROM line GROUP BY {batch}, line"
    wrong = "lines > 1 OR silent > 0 OR policy IS NULL"
    ((found,),) = engine.rows(
        f"SELECT COUNT(*) FROM ({numbered}) AS numbered LEFT JOIN batch USING ({batch}) WHERE {wrong}"
    )
    return found != 0


def _read_tape(engine: Engine, book: Book, agreements: Mapping[str, Agreement]) -> Through:
    if book.tape.layout == "canonical":
        through = Through(read_table(engine, book.tape, tape_columns(book), needed_of_tape(book)))
    else:
        agreement = agreements.get(book.agreement or "")
        through = read_through(engine, book, agreement.facts if agreement else book.facts)
    name_tape(engine, book, through.read)
    return through


def fact_query(
    facts: Mapping[str, FactDeclared], has: Collection[str], dialect: Dialect, both: Collection[str] = ()
) -> str:
    """Return the query of the relation `fact`: each line with its facts; `has` are those that the tape measures.

    Where there are some that the tape and lines `both` say, it tells whether a line says otherwise.
    """
    q = dialect.quoted
    columns = [f"{_fact(name, fact, has, dialect)} AS {q(name)}" for name, fact in facts.items()]
    times = f"COUNT(*) OVER (PARTITION BY batch.{q(AGREEMENT)}, batch.{q(DATE)}, line.{q(LOAN)}) AS times"
    own = ["line.line AS line", f"line.{ROW}", "batch.policy AS policy", f"loan.{q(ID)} IS NOT NULL AS on_tape", times]
    own += [f"{' OR '.join(f'line.{q(name)} <> loan.{q(name)}' for name in both)} AS {OTHERWISE}"] if both else []
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


def _said_otherwise(engine: Engine, book: Book, both: Iterable[str]) -> list[Fault]:
    """Return a fault for each line that says otherwise than the tape; it may say what that leaves unknown."""
    q = engine.dialect.quoted
    faults = []
    for name in both:
        query = (
            f"SELECT line.{ROW}, line.{q(LOAN)}, line.{q(name)}, loan.{q(name)} FROM line"
            f" JOIN batch ON line.{q(BATCH)} = batch.{q(BATCH)}"
            f" JOIN loan ON loan.{q(AGREEMENT)} = batch.{q(AGREEMENT)} AND loan.{q(ID)} = line.{q(LOAN)}"
            f" WHERE line.{q(name)} <> loan.{q(name)} ORDER BY 1 LIMIT {MOST_FAULTS + 1}"
        )
        for row, loan, said, has in engine.rows(query):
            message = f"`{name}` of the loan `{loan}` is {_shown(said)} here and {_shown(has)} on the tape"
            faults.append(Fault(code="E604", message=message, place=row_place(book.lines, row)))
    return some(faults, book.lines.file)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def spelled_as(policy: Policy | None, spelled: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return, of names with their folded form, those that a policy lists, each with the parties that it is."""
    listed = parties_of(policy)
    return {name: tuple(listed[plain]) for name, plain in spelled if plain in listed}
