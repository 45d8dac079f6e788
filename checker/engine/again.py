"""The second opinion: what an engine found, judged again by the evaluator on the same rows.

They agree, or there is a bug. Every exercise and every batch is judged again, its lines summed anew; of the lines the
first of each rule that do not pass it, and the first of each decision. The sums over a pool are the engine's: an
evaluator would have to read the whole tape again.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from checker.decide import decisions
from checker.engine.book import Book
from checker.engine.found import Found, firsts
from checker.engine.intake import ROW, Engine, held, row_place
from checker.engine.plan import (
    AGREEMENT,
    BATCH,
    BUYER,
    DATE,
    IN_POOL,
    LOAN,
    ROLE,
    STATUSES,
    UNDER,
    Scope,
    Version,
    line_rules,
    scopes,
)
from checker.engine.relations import Head
from checker.engine.sums import filled, summing
from checker.judge import Bench, Key, judged_by
from checker.judged import OfSection
from checker.lang.evaluate import Frame, Row, RowSet
from checker.lang.frame import Table
from checker.lang.syntax import Type, Value
from checker.lang.typed import facts_of
from checker.model import NOTHING, Agreement, Batch, Condition, Each, Judged, Judgement, Line, Status, Subject, Tape
from checker.rules import programs, rules

STATUS: Mapping[object, Status] = dict(enumerate(STATUSES))  # what the number of a query stands for


class DisagreementError(AssertionError):
    """The engine and the evaluator say different things of one subject: a bug of ours."""


class Chosen(NamedTuple):
    """A line to be judged again: its row with what it attests, and what the engine says of it, by column."""

    line: Line
    row: Row
    times: int
    on_tape: bool
    said: Mapping[str, object]


class Again:
    """Judges again what an engine found."""

    def __init__(self, engine: Engine, book: Book, found: Found, as_of: date | None, most: int, shown: int = 0) -> None:
        """Fetch the rows: of each exercise what its sums read, and of the lines those of `found.firsts`."""
        self.engine, self.book, self.found, self.as_of = engine, book, found, as_of
        self.most, self.shown = most, shown
        self.versions = {version.number: version for version in found.relations.versions}
        self.scopes = {number: scopes(version.policy) for number, version in self.versions.items()}
        self.seen: Counter[tuple[str, Status]] = Counter()
        self.pools = {tuple(row[name] for name in found.plan.pool_key): self.pool(row) for row in found.pools}
        self.firsts: dict[str, list[Line]] = defaultdict(list)
        cited = {n: sorted({str(row[UNDER]) for row in rows}) for n, rows in found.exercises.items()}
        self.summing = {
            v.number: sections for v in found.relations.versions if (sections := summing(v.policy, cited[v.number]))
        }
        self.exercises = self.summed()
        self.chosen = {v.number: self.first(v) for v in found.relations.versions}
        self.sections = self.of_batches()

    def judged(self, agreements: Mapping[str, Agreement]) -> Iterable[tuple[Judged, int]]:
        """Yield every batch with what is to be explained of it, and how much of it was judged again.

        On lines nothing is, where `shown` before it do not pass the same rules in the same way.
        Raises DisagreementError where anything else was found.
        """
        found = self.found
        exercises = {n: _by(rows, (AGREEMENT, UNDER, DATE)) for n, rows in found.exercises.items()}
        batches = {n: _by(rows, (BATCH,)) for n, rows in found.batches.items()}
        sections = {n: _by(rows, (BATCH, UNDER)) for n, rows in found.sections.items()}
        for head in found.relations.heads:
            scope = self.scopes[head.version]
            chosen = self.chosen[head.version].get(head.name, {})
            bench = self.bench(head, agreements[head.agreement], chosen)
            whole = self.whole(head, bench)
            self.agree(whole, scope.batch, batches[head.version].get((head.name,), NOTHING))
            judgements, on_lines, stopped = [*whole], [], Counter[tuple[str, Status]]()
            for section, lines in self.sections.get(head.name, {}).items():
                key = (head.agreement, section, head.date)
                sets = {"pool": bench.pool["pool"], "exercise": self.exercises.get(key, RowSet(rows=[{}] * lines))}
                once = bench.once(section, sets)
                self.agree(once, scope.exercise, exercises[head.version][key])
                self.agree(once, scope.section, sections[head.version].get((head.name, section), NOTHING))
                judgements += [*once, *bench.owed(section, sets)]
                here = [one for one in chosen.values() if one.line.under == section]
                table = Table(len(here), [one.row for one in here])
                judged = bench.lines(section, [one.line for one in here], table, sets)
                stopped += self.agree_on_lines(judged, here, scope, [*whole, *once])
                on_lines.append(judged)
            count = len(judgements) + sum(len(one.lines) * len(one.rules) for one in on_lines)
            if any(self.seen[one] < self.shown for one in stopped):  # most of a judgement is for explaining it
                of_lines = [found for one in on_lines for own in one.judgements() for found in own]
                judgements += sorted(of_lines, key=lambda judgement: judgement.subject.line)
            self.seen += stopped
            rows = {number: one.row for number, one in chosen.items()}
            batch = Judged(
                batch=bench.batch,
                agreement=bench.agreement,
                policy=bench.policy,
                as_of=bench.as_of,
                judgements=tuple(judgements),
                bearing={},
                rows=rows,
            )
            yield batch, count

    def bench(self, head: Head, agreement: Agreement, chosen: Mapping[int, Chosen]) -> Bench:
        """Return what a batch is judged with: those of its lines that were fetched, and its pool's sums."""
        key = (head.agreement, head.date) if len(self.found.plan.pool_key) > 1 else (head.agreement,)
        loans = {one.line.loan: one.row for one in chosen.values() if one.on_tape}
        tape = Tape(
            file=self.book.tape.file,
            sha256=self.book.tape.sha256,
            as_of=self.book.as_of,
            layout=self.book.tape.layout,
            loans=loans,
            pool=self.pools.get(key, RowSet(rows=[])),
            columns=frozenset(self.found.relations.tape.columns),
        )
        lines = [*self.firsts[head.name], *(one.line for one in chosen.values())]
        batch = Batch(
            name=head.name,
            agreement=head.agreement,
            date=head.date,
            tape=tape,
            lines=tuple(sorted(lines, key=lambda line: (line.number, line.loan == ""))),
            stated=head.stated,
            at=self.book.at,
            sha256=self.book.sha256,
        )
        listed = Counter({one.line.loan: one.times for one in chosen.values()})
        return Bench(agreement, batch, self.as_of or head.date, listed)

    def whole(self, head: Head, bench: Bench) -> list[Judgement]:
        """Judge the conditions of every section on a batch."""
        frame = Frame({**head.stated, "tape.as_of": self.book.as_of}, bench.pool)
        subject = Subject(batch=head.name)
        return [judged_by(found, subject, frame) for found in bench.always if found.each is Each.BATCH]

    def agree_on_lines(
        self, judged: OfSection, here: Sequence[Chosen], scope: Scope, wider: Sequence[Judgement]
    ) -> Counter[tuple[str, Status]]:
        """Hold what was judged of the fetched lines of a section against what was found of them.

        Return how often each rule does not pass, by status.
        """
        bearing = [found for found in wider if isinstance(found.by, Condition)]
        standing = judged.standing([rule.statuses() for rule in judged.builtin], bearing)
        columns = {rule: column for column, rule in line_rules(scope).items()}
        stopped: Counter[tuple[str, Status]] = Counter()
        for rule, statuses in zip(judged.rules, standing.statuses, strict=True):
            self.same(rule, judged.lines, statuses, [one.said[columns[rule]] for one in here])
            for status in {*statuses} - {Status.PASS}:
                stopped[rule, status] = statuses.count(status)
        for one, decision in zip(here, decisions(standing), strict=True):
            if decision != one.said["decision"]:
                raise DisagreementError(f"{one.line.at}: {decision} and {one.said}")
        return stopped

    def agree(
        self, judgements: Sequence[Judgement], rules_: Mapping[str, Condition], row: Mapping[str, object]
    ) -> None:
        """Hold judgements against the statuses that were found of the same subject."""
        columns = {condition.rule: name for name, condition in rules_.items()}
        for one in judgements:
            if one.rule in columns:
                self.same(one.rule, [one.subject], [one.status], [row[columns[one.rule]]])

    def same(self, rule: str, subjects: Sequence[object], statuses: Sequence[Status], codes: Sequence[object]) -> None:
        """Hold what a rule says of some subjects against what was found of each."""
        if statuses != [STATUS.get(code) for code in codes]:
            every = zip(subjects, statuses, codes, strict=True)
            wrong = next(one for one in every if one[1] is not STATUS.get(one[2]))
            raise DisagreementError(f"{rule} of {wrong[0]}: {wrong[1]} and {wrong[2]}")

    # The rows.

    def pool(self, row: Mapping[str, object]) -> RowSet:
        """Return a pool that knows its sums."""
        return filled(RowSet(rows=[], decided_by="loan.in_pool"), self.found.plan.sums.pool, row)

    def summed(self) -> dict[Key, RowSet]:
        """Return the exercises that a rule sums, with the facts of each line that the sums read."""
        rows: dict[Key, list[Row]] = defaultdict(list)
        for number, sections in self.summing.items():
            facts = self.found.plan.sums.facts("exercise")
            typed = self.typing(facts)
            names = ", ".join(map(self.engine.dialect.quoted, [AGREEMENT, UNDER, DATE, *facts]))
            under = f"{self.engine.dialect.quoted(UNDER)} IN ({', '.join(map(self.engine.dialect.text, sections))})"
            query = f"SELECT {names} FROM fact WHERE policy = {number} AND {under}"
            for agreement, section, day, *values in self.engine.rows(query):
                rows[agreement, section, day].append(typed(values))  # type: ignore[index] # typed by its column
        return {key: RowSet(rows=found) for key, found in rows.items()}

    def typing(self, names: Sequence[str]) -> Callable[[Sequence[object]], dict[str, Value | None]]:
        """Return what makes a row of values: a count is a whole number there, not an amount."""
        counts = [name for name in names if self.book.facts[name].type is Type.COUNT]

        def typed(values: Sequence[object]) -> dict[str, Value | None]:
            row: dict[str, Value | None] = dict(zip(names, values, strict=True))  # type: ignore[arg-type] # by its column
            for name in counts:
                row[name] = held(self.book.facts[name], row[name])  # type: ignore[assignment] # a count
            return row

        return typed

    def first(self, version: Version) -> dict[str, dict[int, Chosen]]:
        """Return the lines that are judged again, by batch and number."""
        q = self.engine.dialect.quoted
        scope = self.scopes[version.number]
        columns = list(line_rules(scope))
        facts = sorted({LOAN, UNDER, BATCH, IN_POOL, BUYER, ROLE, *_reads(version)} & self.book.facts.keys())
        typed = self.typing(facts)
        attested = [name for name in facts if name.startswith("loan.") and not self.book.facts[name].measured]
        selected = [f"fact.{q(name)}" for name in facts] + [f"line.{q(name)}" for name in attested]
        judged = [f"first.{name}" for name in (*columns, "decision")]
        own = ["fact.line", f"fact.{ROW}", "fact.times", "fact.on_tape"]
        on = f"ON {{0}}.{q(BATCH)} = first.{q(BATCH)} AND {{0}}.line = first.line"
        query = (
            f"SELECT {', '.join([*own, *judged, *selected])}\n"
            f"FROM (\n{firsts(self.engine, version, self.most, self.shown)}\n) AS first\n"
            f"JOIN fact {on.format('fact')} JOIN line {on.format('line')}\nORDER BY fact.{q(BATCH)}, fact.line"
        )
        chosen: dict[str, dict[int, Chosen]] = defaultdict(dict)
        for number, row, times, on_tape, *rest in self.engine.rows(query):
            said = dict(zip([*columns, "decision"], rest, strict=False))
            known = typed(rest[len(judged) : len(judged) + len(facts)])
            also = zip(attested, rest[len(judged) + len(facts) :], strict=True)
            stated = {name: known[name] for name, value in also if value is not None}
            line = Line(int(str(number)), str(known[LOAN]), str(known[UNDER]), stated, row_place(self.book.lines, row))
            chosen[str(known[BATCH])][line.number] = Chosen(line, known, int(str(times)), bool(on_tape), said)
        return chosen

    def of_batches(self) -> dict[str, dict[str, int]]:
        """Return the sections that each batch exercises, each with the lines of the whole exercise.

        The first line of each is noted, for its place; and where lines attest what a sum reads, one that does and one
        that does not, for the source of the sum.
        """
        q = self.engine.dialect.quoted
        found: dict[str, dict[str, int]] = defaultdict(dict)
        lines = {
            key: int(str(row["lines"]))
            for rows in self.found.exercises.values()
            for key, row in _by(rows, (AGREEMENT, UNDER, DATE)).items()
        }
        facts = [n for n in self.found.plan.sums.facts("exercise") if n.startswith("loan.")]
        facts = [name for name in facts if not self.book.facts[name].measured]
        key = [f"fact.{q(name)}" for name in (BATCH, AGREEMENT, DATE, UNDER)]
        least = ["MIN(fact.line)", f"MIN_BY(fact.{ROW}, fact.line)"]
        counts = [*least, "COUNT(*)", *(f"COUNT(line.{q(name)})" for name in facts)]
        query = f"SELECT {', '.join([*key, *counts])} FROM fact{_beside_lines(q) if facts else ''}"
        query += f" GROUP BY {', '.join(key)} ORDER BY {key[0]}, {key[-1]}"
        for batch, agreement, day, section, line, row, rows, *said in self.engine.rows(query):
            found[str(batch)][str(section)] = lines[agreement, section, day]
            first = Line(int(str(line)), "", str(section), {}, row_place(self.book.lines, row))
            attested = {name: None for name, count in zip(facts, said, strict=True) if count}
            whole = {name: None for name, count in zip(facts, said, strict=True) if count == rows}
            states = [attested, whole] if facts else [{}]
            self.firsts[str(batch)] += [first._replace(stated=stated) for stated in states]
        return found


def _beside_lines(quoted: Callable[[str], str]) -> str:
    name = quoted(BATCH)
    return f" JOIN line ON line.{name} = fact.{name} AND line.line = fact.line"


def _reads(version: Version) -> set[str]:
    """Return the facts that the rules of a version read."""
    found = rules(version.policy) if version.policy else ()
    return {name for rule in found for program in programs(rule).values() for name in facts_of(program.tree)}


def _by(rows: Iterable[Mapping[str, object]], key: Sequence[str]) -> dict[tuple[object, ...], Mapping[str, object]]:
    return {tuple(row[name] for name in key): row for row in rows}
