"""What an engine finds in a book: the judging queries, run in order, and their results as values."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from checker.engine.book import Book
from checker.engine.intake import Engine, Rows
from checker.engine.plan import (
    AGREEMENT,
    BATCH,
    DATE,
    STATUSES,
    UNDER,
    Plan,
    Scope,
    Version,
    line_rules,
    scopes,
    section_of,
)
from checker.engine.relations import Relations
from checker.engine.survey import check_tape, survey
from checker.model import Condition, Decision

Progress = Callable[[str, int, int], None]
BLOCK = "CAST(line AS BIGINT) - CAST(line AS BIGINT) % 1000"  # a thousand numbers of a batch


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
    pools: tuple[Mapping[str, object], ...]
    exercises: Mapping[int, tuple[Mapping[str, object], ...]]
    batches: Mapping[int, tuple[Mapping[str, object], ...]]
    sections: Mapping[int, tuple[Mapping[str, object], ...]]
    decisions: Mapping[str, tuple[int, int, int]]


class MiscountError(AssertionError):
    """What was counted does not add up to the subjects, or the decisions to the lines: a bug of ours."""


def find(engine: Engine, book: Book, relations: Relations, progress: Progress) -> Found:
    """Run every query of the book's versions and return what they found."""
    plan = Plan(engine.dialect, relations.versions, member=relations.member)
    pool = plan.pool(survey(relations.tape, engine.dialect))
    todo = [query for version in relations.versions for query in plan.queries(version)]
    for n, query in enumerate([*pool, *todo]):
        progress(query.means, n, len(todo) + len(pool))
        engine.make(query.name, query.select)
        if query.name == "survey":
            check_tape(engine, book, relations.tape, rows_of(engine, query.name, (AGREEMENT,)))
    exercises, batches, sections = {}, {}, {}
    tallies: dict[str, list[int]] = {}
    decisions: dict[str, tuple[int, int, int]] = {}
    for version in relations.versions:
        n, scope = version.number, scopes(version.policy)
        exercises[n] = rows_of(engine, f"exercise_{n}", (AGREEMENT, UNDER, DATE))
        batches[n] = rows_of(engine, f"batch_{n}", (BATCH,)) if scope.batch else ()
        sections[n] = rows_of(engine, f"section_{n}", (BATCH, UNDER)) if scope.section else ()
        _count(engine, version, scope, tallies)
        _count_rows(exercises[n], scope.exercise, tallies)
        _count_rows(batches[n], scope.batch, tallies)
        _count_rows(sections[n], scope.section, tallies)
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


def rows_of(engine: Engine, name: str, key: tuple[str, ...]) -> tuple[Mapping[str, object], ...]:
    """Return the rows of a relation that was made, in the order of a key, each by the names of its columns."""
    names, rows = engine.table(name, key)
    return tuple(dict(zip(names, row, strict=True)) for row in rows)


def _count(engine: Engine, version: Version, scope: Scope, tallies: dict[str, list[int]]) -> None:
    """Count the lines of a version by status, rule by rule; they add up to its lines, or there is a bug."""
    rules = line_rules(scope)
    counts = [f"COUNT(CASE WHEN {name} = {n} THEN 1 END)" for name in rules for n in range(len(STATUSES))]
    asked = [f"COUNT({_asked(engine, scope, name)})" for name in rules]
    (found,) = engine.rows(f"SELECT {', '.join([*counts, *asked])} FROM line_{version.number}")
    numbers = [int(str(number)) for number in found]
    each, wanted = numbers[: len(counts)], numbers[len(counts) :]
    for n, (rule, subjects) in enumerate(zip(rules.values(), wanted, strict=True)):
        _add(tallies, rule, each[n * len(STATUSES) : (n + 1) * len(STATUSES)], subjects)


def _asked(engine: Engine, scope: Scope, name: str) -> str:
    """Return what is known of a line exactly where a rule is asked of it."""
    section = section_of(scope.line[name]) if name in scope.line else ""
    if not section:
        return "*"
    return f"CASE WHEN {engine.dialect.quoted(UNDER)} = {engine.dialect.text(section)} THEN 1 END"


def _count_rows(
    rows: tuple[Mapping[str, object], ...], conditions: Mapping[str, Condition], tallies: dict[str, list[int]]
) -> None:
    for name, condition in conditions.items():
        section = section_of(condition)
        of = [row[name] for row in rows if not section or row.get(UNDER) == section]
        _add(tallies, condition.rule, [of.count(n) for n in range(len(STATUSES))], len(of))


def _add(tallies: dict[str, list[int]], rule: str, counts: list[int], subjects: int) -> None:
    if sum(counts) != subjects:
        raise MiscountError(f"{rule}: {counts} of {subjects} subjects")
    before = tallies.setdefault(rule, [0] * len(STATUSES))
    tallies[rule] = [a + b for a, b in zip(before, counts, strict=True)]


def firsts(engine: Engine, version: Version, most: int, shown: int) -> list[tuple[str, int]]:
    """Return the lines to judge again: a batch's name and a line's number each.

    They are the first `most` that do not pass a rule, rule by rule; the first `shown` of each status but pass, which
    are explained; and the first `most` of each decision, because nothing is worse than a line permitted wrongly.
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
    rows = engine.rows(
        f"SELECT l.{batch}, line, decision, {', '.join(columns)}\n"
        f"FROM line_{n} AS l JOIN (\n{summed}\n) AS summed ON l.{batch} = summed.{batch} AND {BLOCK} = block\n"
        f"WHERE {' OR '.join(is_first)}"
    )
    return _firsts(rows, most, shown)


def _firsts(rows: Rows, most: int, shown: int) -> list[tuple[str, int]]:
    """Return of some lines the first of each kind, each once; a row is a batch, a number, a decision and statuses."""
    named = [((str(batch), int(str(line))), rest) for batch, line, *rest in rows]
    decided: Counter[object] = Counter()
    stopped = [[0] * len(STATUSES) for _ in rows[0][3:]] if rows else []  # by rule, first those of any status but pass
    found: list[tuple[str, int]] = []
    for name, (decision, *codes) in sorted(named, key=lambda row: row[0]):
        is_first = decided[decision] < most
        decided[decision] += 1
        for counts, code in zip(stopped, codes, strict=True):
            if code:
                is_first |= counts[0] < most or counts[int(str(code))] < shown
                counts[0] += 1
                counts[int(str(code))] += 1
        if is_first:
            found.append(name)
    return found


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
