"""The way of a book: its tables related, judged by an engine, judged again, summed up, its lines written."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple, Self

from checker.engine.again import Again
from checker.engine.book import Book
from checker.engine.found import Found, finding
from checker.engine.intake import Engine
from checker.engine.plan import STATUSES, UNDER, line_rules, scopes
from checker.engine.summary import Summary, summary
from checker.model import Agreement
from checker.report.as_csv import FORMULA

Progress = Callable[[str, int, int], None]


class Wanted(NamedTuple):
    """What is asked of a run: the engine, its memory or its master, how much to explain, where the lines go."""

    engine: str = "auto"
    memory: str = ""
    master: str = ""
    as_of: date | None = None
    most: int = 1_000
    shown: int = 3
    lines: Path | None = None


def judge_book(
    book: Book, agreements: Mapping[str, Agreement], wanted: Wanted, version: str, progress: Progress
) -> Summary:
    """Return the report of a book. Raises InputError, and DisagreementError or MiscountError where we have a bug."""
    engine = _engine(book, wanted)
    try:
        with (
            _Watch(engine, progress) as watch,
            finding(engine, book, agreements, wanted.as_of, watch.tell) as found,
        ):
            watch.tell("the second opinion", 0, 1)
            again = Again(engine, book, found, wanted.as_of, wanted.most, wanted.shown)
            judged = again.judged(agreements)
            report = summary(book, found, judged, engine.name, version, as_of=wanted.as_of, most=wanted.shown)
        if wanted.lines is not None:
            engine.write(lines_query(found, shown=wanted.lines.suffix.lower() == ".csv"), wanted.lines)
        return report
    finally:
        engine.close()


class _Watch:
    """Tells, from beside a run, how much of the query that is running is done, in per cent."""

    def __init__(self, engine: Engine, progress: Progress) -> None:
        self.what = ""
        self._engine, self._progress = engine, progress
        self._over = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def tell(self, what: str, done: int, of: int) -> None:
        """Note what is running now."""
        self.what = what
        self._progress(what, done, of)

    def _look(self) -> None:
        while not self._over.wait(1):
            percent = self._engine.progress()
            if percent > 0:
                self._progress(f"{self.what}, per cent", percent, 100)


def _engine(book: Book, wanted: Wanted) -> Engine:
    tables = list(book.tables().values())
    if wanted.engine == "spark":
        from checker.engine.spark import SparkEngine
        from checker.engine.spark_session import MEMORY as SPARK_MEMORY

        return SparkEngine(wanted.master, tables, wanted.memory or SPARK_MEMORY)
    from checker.engine.duck import MEMORY, Duck

    return Duck(tables, wanted.memory or MEMORY)


def lines_query(found: Found, *, shown: bool = False) -> str:
    """Return the query of every line with its decision and the status of each rule, by the rule's name.

    Where it is to be `shown`, no text of others can be taken for a formula by a spreadsheet.
    """
    quoted, queries = found.plan.dialect.quoted, []
    nothing = f"CAST(NULL AS {found.plan.dialect.string})"
    every = [tally.rule for tally in found.tallies]
    for version in found.relations.versions:
        scope = scopes(version.policy)
        wider = {**scope.exercise, **scope.batch, **scope.section}
        columns = {rule: name for name, rule in line_rules(scope).items()}
        columns |= {condition.rule: name for name, condition in wider.items()}
        named = [f"{_status(columns[rule]) if rule in columns else nothing} AS {quoted(rule)}" for rule in every]
        head = ["batch.batch", "batch.agreement", "batch.date", "disposition.loan", UNDER]
        texts = {name: quoted(name) if name == "batch.date" or not shown else _harmless(quoted(name)) for name in head}
        words = [f"{text} AS {quoted(name.rpartition('.')[2])}" for name, text in texts.items()]
        queries.append(f"SELECT {', '.join([*words, 'line', 'decision', *named])} FROM line_{version.number}")
    if not queries:  # of a book without a batch
        return "SELECT '' AS batch, 0 AS line, '' AS decision WHERE FALSE"
    return " UNION ALL ".join(queries) + f" ORDER BY {quoted('batch')}, line"


def _harmless(column: str) -> str:
    """Return a column whose texts a spreadsheet shows as they are; a text has no control character."""
    signs = ", ".join(f"'{sign}'" for sign in FORMULA if sign.isprintable())
    return f"CASE WHEN left({column}, 1) IN ({signs}) THEN chr(39) || {column} ELSE {column} END"


def _status(column: str) -> str:
    words = " ".join(f"WHEN {n} THEN '{word}'" for n, word in enumerate(STATUSES))
    return f"CASE {column} {words} END"
