"""What an engine finds in a book: its tables related, the judging queries run in order, their results as values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import NamedTuple

from checker.engine.book import Book
from checker.engine.intake import Engine
from checker.engine.plan import (
    AGREEMENT,
    BATCH,
    EXERCISE,
    STATUSES,
    UNDER,
    Plan,
    Scope,
    Version,
    line_rules,
    scopes,
    section_of,
)
from checker.engine.relations import Relations, join, relate
from checker.engine.survey import check_tape, keep_cited, proving, survey
from checker.model import Agreement, Condition, Decision

Progress = Callable[[str, int, int], None]
Row = Mapping[str, object]
CODES = range(len(STATUSES))
BLOCK = "CAST(line AS BIGINT) - CAST(line AS BIGINT) % 100"  # a hundred numbers of a batch


class Tally(NamedTuple):
    """How many subjects of a rule have each status, in the order of `STATUSES`."""

    rule: str
    counts: tuple[int, ...]


class Found(NamedTuple):
    """What was found. `tallies` are by rule in the order of the policy, for lines, exercises and batches together.

    `exercises`, `batches` and `sections` are rows by version, with the columns of `Plan`'s queries by name.
    `decisions` are, by batch, how many of its lines are permitted, refused and undecided.
    """

    relations: Relations
    plan: Plan
    tallies: tuple[Tally, ...]
    pools: tuple[Row, ...]
    exercises: Mapping[int, tuple[Row, ...]]
    batches: Mapping[int, tuple[Row, ...]]
    sections: Mapping[int, tuple[Row, ...]]
    decisions: Mapping[str, tuple[int, int, int]]


class MiscountError(AssertionError):
    """What was counted does not add up to the subjects, or the decisions to the lines: a bug of ours."""


@contextmanager
def finding(
    engine: Engine, book: Book, agreements: Mapping[str, Agreement], as_of: date | None, progress: Progress
) -> Iterator[Found]:
    """Relate the tables of a book, run every query of its versions and yield what they found.

    Meanwhile, and while that is looked at, it is proved that no loan of the tape stands twice; at the end InputError is
    raised where one does.
    """
    progress("the lines", 0, 1)
    relations = relate(engine, book, agreements, as_of)
    plan = Plan(engine.dialect, relations.versions, member=relations.member)
    pool = plan.pool(survey(relations.tape, engine.dialect))
    for query in pool:
        progress(query.means, 0, 1)
        engine.make(query.name, query.select)
    loans = check_tape(engine, book, relations.tape, rows_of(engine, "survey", (AGREEMENT,)))
    wait = partial(progress, "that no loan stands twice", 1, 1)
    # One thread reads what has no parts: nothing takes longer, so that it begins first.
    is_long = relations.tape.part is None
    if not is_long:
        _keep_cited(engine, book, relations, progress)
    with proving(engine, book, relations.tape, loans, wait):
        if is_long:
            _keep_cited(engine, book, relations, progress)
        relations = join(engine, book, relations)
        todo = [query for version in relations.versions for query in plan.queries(version)]
        for n, query in enumerate(todo):
            progress(query.means, n, len(todo))
            engine.make(query.name, query.select)
        yield _found(engine, relations, plan)


def _keep_cited(engine: Engine, book: Book, relations: Relations, progress: Progress) -> None:
    progress("the loans that lines cite", 0, 1)
    keep_cited(engine, book, relations.tape)


def _found(engine: Engine, relations: Relations, plan: Plan) -> Found:
    """Fetch what the queries found, and count it."""
    exercises, batches, sections = {}, {}, {}
    tallies: dict[str, list[int]] = {}
    decisions: dict[str, tuple[int, int, int]] = {}
    for version in relations.versions:
        n, scope = version.number, scopes(version.policy)
        _count(_lines(engine, version, scope), line_rules(scope), tallies)
        exercises[n] = _counted(engine, f"exercise_{n}", EXERCISE, scope.exercise, tallies)
        batches[n] = _counted(engine, f"batch_{n}", (BATCH,), scope.batch, tallies) if scope.batch else ()
        sections[n] = _counted(engine, f"section_{n}", (BATCH, UNDER), scope.section, tallies) if scope.section else ()
        decisions |= _decisions(engine, plan, n)
    _count_lines(engine, plan, decisions)
    return Found(
        relations=relations,
        plan=plan,
        tallies=tuple(Tally(rule, tuple(counts)) for rule, counts in tallies.items()),
        pools=rows_of(engine, "pool", plan.pool_key),
        exercises=exercises,
        batches=batches,
        sections=sections,
        decisions=decisions,
    )


def rows_of(engine: Engine, name: str, key: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of a relation that was made, in the order of a key, each by the names of its columns."""
    names, rows = engine.table(name)
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return tuple(sorted(found, key=lambda row: [(row[word] is not None, row[word]) for word in key]))


def _lines(engine: Engine, version: Version, scope: Scope) -> list[tuple[Row, int]]:
    """Return what is found of the lines of a version, and of how many of them: most say what many others say."""
    names = [UNDER, *line_rules(scope)]
    columns = ", ".join(map(engine.dialect.quoted, names))
    query = f"SELECT {columns}, COUNT(*) FROM line_{version.number} GROUP BY {columns}"
    return [(dict(zip(names, row, strict=True)), int(str(lines))) for *row, lines in engine.rows(query)]


def _counted(
    engine: Engine, name: str, key: Sequence[str], conditions: Mapping[str, Condition], tallies: dict[str, list[int]]
) -> tuple[Row, ...]:
    """Return the rows of a relation, counted by the status of each condition."""
    rows = rows_of(engine, name, key)
    _count([(row, 1) for row in rows], {column: rule.rule for column, rule in conditions.items()}, tallies)
    return rows


def _count(rows: Sequence[tuple[Row, int]], rules: Mapping[str, str], tallies: dict[str, list[int]]) -> None:
    """Count subjects by status, rule by rule: each that a rule is asked of has one, and no other, or there is a bug.

    A row is of so many subjects; `rules` are by the column of their status.
    """
    for name, rule in rules.items():
        section, counts = section_of(rule), tallies.setdefault(rule, [0] * len(STATUSES))
        for row, subjects in rows:
            code, asked = row[name], not section or row[UNDER] == section
            if (code not in CODES) if asked else (code is not None):
                raise MiscountError(f"{rule}: {subjects} subjects have the status {code}: {row}")
            if asked:
                counts[int(str(code))] += subjects


def firsts(engine: Engine, version: Version, most: int, shown: int) -> str:
    """Return the query of the lines to judge again, with what was found of each.

    They are at least the first `most` that do not pass a rule, rule by rule; the first `shown` of each status but pass,
    which are explained; and the first `most` of each decision, because nothing is worse than a line permitted wrongly.
    """
    n, batch = version.number, engine.dialect.quoted(BATCH)
    columns = list(line_rules(scopes(version.policy)))
    wanted = [(f"{name} > 0", most) for name in columns]
    wanted += [(f"{name} = {code}", shown) for name in columns for code in range(1, len(STATUSES))]
    wanted += [(f"decision = '{one}'", most) for one in Decision]
    # Of each kind, the lines of a block are counted and those before it; the first of a kind have few before them.
    counts = [f"COUNT(CASE WHEN {holds} THEN 1 END) AS n{at}" for at, (holds, _) in enumerate(wanted)]
    blocks = f"SELECT {batch}, {BLOCK} AS block, {', '.join(counts)}\nFROM line_{n}\nGROUP BY {batch}, {BLOCK}"
    before = [f"COALESCE(SUM(n{at}) OVER before, 0) AS n{at}" for at in range(len(wanted))]
    window = f"WINDOW before AS (ORDER BY {batch}, block ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    summed = f"SELECT {batch}, block, {', '.join(before)}\nFROM (\n{blocks}\n) AS counted\n{window}"
    is_first = [f"({holds} AND n{at} < {limit})" for at, (holds, limit) in enumerate(wanted)]
    return (
        f"SELECT l.{batch}, line, decision, {', '.join(columns)}\n"
        f"FROM line_{n} AS l JOIN (\n{summed}\n) AS summed ON l.{batch} = summed.{batch} AND {BLOCK} = block\n"
        f"WHERE {' OR '.join(is_first)}"
    )


def _decisions(engine: Engine, plan: Plan, number: int) -> dict[str, tuple[int, int, int]]:
    counts = ", ".join(f"COUNT(CASE WHEN decision = '{one}' THEN 1 END)" for one in Decision)
    name = plan.names(BATCH)
    rows = engine.rows(f"SELECT {name}, {counts} FROM line_{number} GROUP BY {name}")
    return {str(batch): (int(str(a)), int(str(b)), int(str(c))) for batch, a, b, c in rows}


def _count_lines(engine: Engine, plan: Plan, decisions: Mapping[str, tuple[int, int, int]]) -> None:
    """Count the lines of each batch again, as its table has them: each is decided, and once."""
    name = plan.names(BATCH)
    lines = {str(batch): int(str(n)) for batch, n in engine.rows(f"SELECT {name}, COUNT(*) FROM line GROUP BY {name}")}
    decided = {batch: sum(counts) for batch, counts in decisions.items()}
    if decided != lines:
        wrong = {batch for batch in {*lines, *decided} if lines.get(batch) != decided.get(batch)}
        batch = min(wrong)
        raise MiscountError(f"{batch}: {decided.get(batch, 0)} of {lines.get(batch, 0)} lines are decided")
