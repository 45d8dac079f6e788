"""The tape of a book: its name among the relations, and the survey of all its rows while its pools are summed.

That no loan stands twice takes long to prove, and nothing is decided by it: where rows need only be looked through,
it is proved beside what comes after.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise

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
    """Give the tape a name."""
    q = engine.dialect.quoted
    # A loan is in the pool where no column says so; of any other fact without a column nothing is known.
    named = [] if IN_POOL in read.columns else [f"TRUE AS {q(IN_POOL)}"]
    facts = {name: f for name, f in book.facts.items() if f.group == "loan" and (name != IN_POOL or not named)}
    agreement, as_of = f"{_agreement(engine, book, read)} AS {q(AGREEMENT)}", f"DATE '{book.as_of}' AS {q(AS_OF)}"
    engine.view("tape", read.select(engine.dialect, facts, "*", agreement, as_of, *named))


def keep_cited(engine: Engine, book: Book, read: Read) -> None:
    """Make the relation `loan`: the rows of the tape that lines cite."""
    q = engine.dialect.quoted
    lines = f"(SELECT {q(BATCH)}, {q(LOAN)} FROM line) AS l"
    engine.make("cited", f"SELECT DISTINCT {q(AGREEMENT)}, {q(LOAN)}\nFROM {lines} JOIN batch USING ({q(BATCH)})")
    # The rows are found by their cells as they stand, and only then read as facts.
    own = _agreement(engine, book, read)
    join = f"cited ON {own} = cited.{q(AGREEMENT)} AND {read.columns[ID].raw} = cited.{q(LOAN)}"
    typed = [f"{column.cell.value} AS {q(name)}" for name, column in read.columns.items() if name != AGREEMENT]
    rows = read.drawn(f"JOIN {join}") if read.drawn else f"{read.scan} JOIN {join}"
    engine.make("loan", f"SELECT {q(AGREEMENT)}, {', '.join(typed)}\nFROM {rows}")


def _agreement(engine: Engine, book: Book, read: Read) -> str:
    """Return the SQL of the agreement of a row of the tape: what its cell says, or the book."""
    return read.columns[AGREEMENT].raw if AGREEMENT in read.columns else engine.dialect.text(book.agreement or "")


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
        **checks(read, but=(ID, AGREEMENT, *free), held=dialect.quoted),
    }


def check_tape(engine: Engine, book: Book, read: Read, counted: Sequence[Mapping[str, object]]) -> int:
    """Raise InputError where the survey found a cell of another form, or a row without a loan; return how many rows.

    What the ids are is looked at in `each_once`.
    """
    if engine.dialect.least_is_free:
        columns = {name: column for name, column in read.columns.items() if column.cell.least}
        check(engine, read._replace(columns=columns, misfit=""))
    _check_agreements(book, counted)
    sums = {name: sum(int(str(row[name])) for row in counted) for name in survey(read, engine.dialect)}
    check_cells(engine, read, {name: count for name, count in sums.items() if name not in SURVEYED})
    if sums["nameless"]:
        _nameless(engine, book, read)
    return sums["named"]


@contextmanager
def proving(engine: Engine, book: Book, read: Read, rows: int, wait: Callable[[], None]) -> Iterator[None]:
    """Prove that no loan stands twice: first, or where its rows seem to ascend beside what is done within.

    Each of so many `rows` has an id. Raises InputError, at the end where the proof ends there, before which `wait` is
    called. A loan that stands twice makes two lines of one: what is found within not to add up is then no bug of ours.
    """
    if not _seems_to_ascend(engine, read, rows):
        if _different(engine, read) != rows:
            refuse(engine, book, read)
        yield
        return
    with ThreadPoolExecutor(1) as beside:
        proof = beside.submit(ascends, engine.beside(), read, rows)

        def end() -> None:
            wait()
            if not proof.result() and _different(engine, read) != rows:
                refuse(engine, book, read)

        try:
            try:
                yield
            except AssertionError:
                end()
                raise
            end()
        except BaseException:
            engine.stop()
            raise


def refuse(engine: Engine, book: Book, read: Read) -> None:
    """Raise InputError for a tape of which `each_once` is not true, with its wrong ids or what stands there twice.

    It has neither where two hashes are the same by chance.
    """
    check_cells(engine, read, {f"bad_{list(read.columns).index(ID)}": 1})
    _twice(engine, book)


def each_once(engine: Engine, read: Read, rows: int) -> bool:
    """Tell whether no loan stands twice in its agreement, and every id is right; each of so many `rows` has one."""
    # Alone, a stream takes longer than the hashes: it is read by one thread.
    in_order = read.part is not None and _seems_to_ascend(engine, read, rows) and ascends(engine, read, rows, parts=2)
    return in_order or _different(engine, read) == rows


def _seems_to_ascend(engine: Engine, read: Read, rows: int) -> bool:
    return ascends(engine, read, min(rows, FIRST))


def ascends(engine: Engine, read: Read, rows: int, parts: int = 1) -> bool:
    """Tell whether each row's agreement and id come after those of the row before it, and every id is right.

    So are the first `rows` of many files. They are looked through in so many parts at once, of which two that follow
    each other have the row between them; without parts, one after the other.
    """
    if read.part is None:
        return engine.streams and _in_stream(engine, read, rows)
    ends = [(rows * n + parts - 1) // parts for n in range(parts + 1)]
    return _next(engine, read, read.part, [(max(0, start - 1), end) for start, end in pairwise(ends)])


def _next(engine: Engine, read: Read, part: Part, places: Sequence[tuple[int, int]]) -> bool:
    """Tell whether every row of some parts of a file has a right id and is the first of its part, or comes after."""
    columns, after = _pairs(read)
    # That the rows come in their order is seen, too, so that nothing rests on how an engine reads a file.
    head = f"{ROW} AS place, LAG({ROW}) OVER () AS before"
    queries = [
        f"SELECT COUNT(*) FROM (\n  SELECT {head}, {columns}\n  FROM {part(*one)}\n) AS pairs"
        f" WHERE is_right AND (before IS NULL OR (place = before + 1 AND {after}))"
        for one in places
    ]
    found = sum(int(str(rows)) for (rows,) in engine.rows("\nUNION ALL\n".join(queries)))
    return found == sum(end - first for first, end in places)


def _in_stream(engine: Engine, read: Read, rows: int) -> bool:
    """Tell the same of rows that have no places but an order, whichever: of all of them only one has none before it."""
    columns, after = _pairs(read)
    limit = f" LIMIT {rows}" if rows <= FIRST else ""
    named = f"(SELECT * FROM {read.scan} WHERE {_keys(read)[-1]} IS NOT NULL{limit}) AS named"
    pairs = f"(\n  SELECT LAG(1) OVER () AS before, {columns}\n  FROM {named}\n) AS pairs"
    query = f"SELECT COUNT(*), COUNT(before) FROM {pairs} WHERE is_right AND (before IS NULL OR {after})"
    return engine.rows(query) == [(rows, rows - 1)]


def _keys(read: Read) -> list[str]:
    """Return the columns by which loans are told apart, the id last."""
    return [read.columns[name].raw for name in (AGREEMENT, ID) if name in read.columns]


def _pairs(read: Read) -> tuple[str, str]:
    """Return the columns of a row beside those of the row before it, and the SQL of whether it comes after that one."""
    keys = _keys(read)
    columns = [f"{raw} AS k{n}, LAG({raw}) OVER () AS b{n}" for n, raw in enumerate(keys)]
    after = " OR ".join(" AND ".join([*(f"k{m} = b{m}" for m in range(n)), f"k{n} > b{n}"]) for n in range(len(keys)))
    return ", ".join([f"{read.columns[ID].cell.ok} AS is_right", *columns]), f"({after})"


def _different(engine: Engine, read: Read) -> int:
    """Return how many right ids there are, each within its agreement: different hashes are of different ids."""
    raws = _keys(read)
    right = f"{read.columns[ID].raw} IS NOT NULL AND ({read.columns[ID].cell.ok})"
    # A hint to Spark: to look for equals before each has gone to its like costs as much again, for ids are different.
    hashes = f"SELECT /*+ REPARTITION(h) */ {engine.dialect.hash(', '.join(raws))} AS h FROM {read.scan} WHERE {right}"
    different = f"SELECT DISTINCT h FROM (\n{hashes}\n) AS hashes"
    ((found,),) = engine.rows(f"SELECT COUNT(*) FROM (\n{different}\n) AS different")
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
