"""The tape of a book: its name among the relations, and the survey of all its rows while its pools are summed."""

from collections.abc import Mapping, Sequence

from checker.engine.book import Book
from checker.engine.intake import ROW, Engine, Part, Read, check, check_cells, checks, row_place, some
from checker.engine.plan import AGREEMENT, AS_OF, BATCH, ID, IN_POOL, LOAN
from checker.faults import Fault, InputError, Place
from checker.lang.sql import Dialect
from checker.read.table import MOST_FAULTS
from checker.read.totals import OF_A_TAPE, no_loan
from checker.values import BadValueError, parse_text


def member_of(dialect: Dialect, tape: Read) -> str:
    """Return the SQL of whether a row of a tape is in the pool."""
    in_pool = dialect.quoted(IN_POOL) if IN_POOL in tape.columns else "TRUE"
    if not tape.skips:
        return in_pool
    has_id = f"{dialect.quoted(ID)} IS NOT NULL"
    return has_id if in_pool == "TRUE" else f"CASE WHEN {has_id} THEN {in_pool} ELSE FALSE END"


def name_tape(engine: Engine, book: Book, read: Read) -> None:
    """Give the tape a name, and keep the rows that lines cite."""
    dialect, q = engine.dialect, engine.dialect.quoted
    # A loan is in the pool where no column says so; of any other fact without a column nothing is known.
    named = [] if IN_POOL in read.columns else [f"TRUE AS {q(IN_POOL)}"]
    facts = {name: f for name, f in book.facts.items() if f.group == "loan" and (name != IN_POOL or not named)}
    if AGREEMENT in read.columns:
        own, agreement = read.columns[AGREEMENT].raw, f"{read.columns[AGREEMENT].raw} AS {q(AGREEMENT)}"
    else:
        own = dialect.text(book.agreement or "")
        agreement = f"{own} AS {q(AGREEMENT)}"
    as_of = f"DATE '{book.as_of}' AS {q(AS_OF)}"
    engine.view("tape", read.select(dialect, facts, "*", agreement, as_of, *named))
    lines = f"(SELECT {q(BATCH)}, {q(LOAN)} FROM line) AS l"
    engine.make("cited", f"SELECT DISTINCT {q(AGREEMENT)}, {q(LOAN)}\nFROM {lines} JOIN batch USING ({q(BATCH)})")
    # The rows are found by their cells as they stand, and only then read as facts.
    join = f"cited ON {own} = cited.{q(AGREEMENT)} AND {read.columns[ID].raw} = cited.{q(LOAN)}"
    typed = [f"{column.cell.value} AS {q(name)}" for name, column in read.columns.items() if name in facts]
    rows = read.drawn(f"JOIN {join}") if read.drawn else f"{read.scan} JOIN {join}"
    engine.make("loan", f"SELECT {q(AGREEMENT)}, {', '.join(typed)}\nFROM {rows}")


SURVEYED = ("named", "nameless")
FIRST = 10_000  # rows of a file that show whether it may be in order


def survey(read: Read, dialect: Dialect) -> dict[str, str]:
    """Return what is counted of a tape, agreement by agreement, while its pools are summed."""
    raw = read.columns[ID].raw
    others = [f"{column.raw} IS NOT NULL" for column in read.columns.values() if column.fact.name != ID]
    nameless = f"COUNT(CASE WHEN {raw} IS NULL THEN CASE WHEN {' OR '.join(others)} THEN 1 END END)"
    free = [name for name, column in read.columns.items() if column.cell.least and dialect.least_is_free]
    return {
        "named": f"COUNT({raw})",
        "nameless": nameless if read.skips and others else f"COUNT(*) - COUNT({raw})",
        **checks(read, but=(ID, AGREEMENT, *free)),
    }


def check_tape(engine: Engine, book: Book, read: Read, counted: Sequence[Mapping[str, object]]) -> None:
    """Raise InputError where the survey found a cell of another form, a row without a loan, or a loan twice."""
    if engine.dialect.least_is_free:
        columns = {name: column for name, column in read.columns.items() if column.cell.least}
        check(engine, read._replace(columns=columns, misfit=""))
    _check_agreements(book, counted)
    sums = {name: sum(int(str(row[name])) for row in counted) for name in survey(read, engine.dialect)}
    check_cells(engine, read, {name: count for name, count in sums.items() if name not in SURVEYED})
    if sums["nameless"]:
        _nameless(engine, book, read)
    if not each_once(engine, read, sums["named"]):
        check_cells(engine, read, {f"bad_{list(read.columns).index(ID)}": 1})
        _twice(engine, book)


def each_once(engine: Engine, read: Read, rows: int) -> bool:
    """Tell whether no loan stands twice in its agreement, and every id is right; each of so many `rows` has one."""
    return ascends(engine, read, rows) or _different(engine, read) == rows


def ascends(engine: Engine, read: Read, rows: int) -> bool:
    """Tell whether each row's agreement and id come after those of the row before it, and every id is right.

    In many files they do. One is looked through in two halves at once, if its first rows ascend; both have the row
    between them.
    """
    if read.part is None:
        return False
    first, half = min(rows, FIRST), (rows + 1) // 2
    return all(_next(engine, read, read.part, places) for places in ([(0, first)], [(0, half), (half - 1, rows)]))


def _next(engine: Engine, read: Read, part: Part, places: Sequence[tuple[int, int]]) -> bool:
    """Tell whether every row of some parts of a file has a right id and is the first of its part, or comes after."""
    raws = [read.columns[name].raw for name in (AGREEMENT, ID) if name in read.columns]
    columns = [f"{raw} AS k{n}, LAG({raw}) OVER () AS b{n}" for n, raw in enumerate(raws)]
    after = " OR ".join(" AND ".join([*(f"k{m} = b{m}" for m in range(n)), f"k{n} > b{n}"]) for n in range(len(raws)))
    # That the rows come in their order is seen, too, so that nothing rests on how an engine reads a file.
    head = f"{ROW} AS place, LAG({ROW}) OVER () AS before, {read.columns[ID].cell.ok} AS is_right"
    queries = [
        f"SELECT COUNT(*) FROM (\n  SELECT {', '.join([head, *columns])}\n  FROM {part(*one)}\n) AS pairs"
        f" WHERE is_right AND (before IS NULL OR (place = before + 1 AND ({after})))"
        for one in places
    ]
    found = sum(int(str(rows)) for (rows,) in engine.rows("\nUNION ALL\n".join(queries)))
    return found == sum(end - first for first, end in places)


def _different(engine: Engine, read: Read) -> int:
    """Return how many right ids there are, each within its agreement: different hashes are of different ids."""
    raws = [read.columns[name].raw for name in (AGREEMENT, ID) if name in read.columns]
    hashes = f"SELECT DISTINCT {engine.dialect.hash(', '.join(raws))} AS h FROM {read.scan}"
    right = f"{read.columns[ID].raw} IS NOT NULL AND ({read.columns[ID].cell.ok})"
    ((found,),) = engine.rows(f"SELECT COUNT(*) FROM (\n{hashes} WHERE {right}\n) AS different")
    return int(str(found))


def _check_agreements(book: Book, counted: Sequence[Mapping[str, object]]) -> None:
    """Every row of a tape of several agreements says of which it is."""
    place = Place(file=book.tape.file)
    faults = []
    for row in counted:
        name = row[AGREEMENT]
        if name is None and row["named"]:
            message = f"{row['named']:,} rows do not say of which agreement they are"
            faults.append(Fault(code="E305", message=message, place=place))
        if name == "":
            message = f"{row['named']:,} rows have an empty text for their agreement"
            faults.append(Fault(code="E305", message=message, place=place))
        try:
            parse_text("" if name is None else str(name))
        except BadValueError as error:
            faults.append(Fault(code=error.code, message=f"`agreement`: {error}", place=place, help=error.help))
    if faults:
        raise InputError(*some(faults, book.tape.file))


def _nameless(engine: Engine, book: Book, read: Read) -> None:
    raw = read.columns[ID].raw
    anything = " OR ".join(f"{column.raw} IS NOT NULL" for column in read.columns.values()) if read.skips else "TRUE"
    query = f"SELECT {ROW} FROM {read.numbered} WHERE {raw} IS NULL AND ({anything}) ORDER BY 1 LIMIT {MOST_FAULTS + 1}"
    faults = [no_loan(row_place(read.table, row), OF_A_TAPE) for (row,) in engine.rows(query)]
    raise InputError(*some(faults, book.tape.file))


def _twice(engine: Engine, book: Book) -> None:
    names = ", ".join(map(engine.dialect.quoted, (AGREEMENT, ID)))
    named = f"{engine.dialect.quoted(ID)} IS NOT NULL"
    query = f"SELECT {names} FROM tape WHERE {named} GROUP BY {names} HAVING COUNT(*) > 1"
    faults = []
    for agreement, loan in engine.rows(f"{query} ORDER BY 1, 2 LIMIT {MOST_FAULTS + 1}"):
        message = f"the loan `{loan}` of `{agreement}` stands here twice"
        faults.append(Fault(code="E708", message=message, place=Place(file=book.tape.file)))
    if faults:
        raise InputError(*some(faults, book.tape.file))
