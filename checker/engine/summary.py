"""What was found in a book, as a report: counts by rule and by batch, and the first findings of each rule explained."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Self

from checker.compose import ONLY_IN_HAND, absent_of, assumptions_of, skipped_of
from checker.decide import LAPSED, WORST, code_of, worst
from checker.engine.book import Book
from checker.engine.found import Found
from checker.engine.plan import STATUSES, UNDER
from checker.explain import finding
from checker.findings import Finding
from checker.model import Agreement, Decision, Judged, Obligation, Policy, Status
from checker.phrase import decision_line
from checker.report.groups import LEVELS, Concerns, together, worst_first

OWED = (Status.MET, Status.DUE, Status.LATE, Status.DEFECTIVE)
NOT_PINNED = "The digest of {} was not computed, because the book does not pin it (`sha256`)."
POOLS = (
    "What was judged again was judged on the rows of the engine: the sums over each pool, how often a loan is listed,"
    " and the counts by rule are the engine's."
)


class RuleCount(NamedTuple):
    """How many subjects of a rule have each status: lines, exercises or batches, or the batches that owe something."""

    rule: str
    counts: Mapping[Status, int]


class BatchCount(NamedTuple):
    """One batch: the version in force, its decision, and how many of its lines are permitted, refused and undecided."""

    name: str
    agreement: str
    date: date
    policy: str | None
    decision: Decision
    permitted: int
    refused: int
    undecided: int

    @property
    def lines(self) -> int:
        """Return how many lines it has."""
        return self.permitted + self.refused + self.undecided


class Explained(NamedTuple):
    """A finding that does not pass, and the batch that it is of."""

    batch: str
    finding: Finding


class Summary(NamedTuple):
    """The report of a book. `findings` are the first of each rule and status; `again` is how many were judged again."""

    checker: str
    engine: str
    book: str
    as_of: date | None
    decision: Decision
    exit_code: int
    loans: int
    batches: tuple[BatchCount, ...]
    rules: tuple[RuleCount, ...]
    findings: tuple[Explained, ...]
    again: int
    assumptions: tuple[str, ...]
    notes: tuple[str, ...]
    inputs: Mapping[str, str]

    def lines(self) -> dict[Decision, int]:
        """Return how many lines have each decision."""
        return {
            Decision.PERMITTED: sum(batch.permitted for batch in self.batches),
            Decision.REFUSED: sum(batch.refused for batch in self.batches),
            Decision.UNDECIDED: sum(batch.undecided for batch in self.batches),
        }

    def first(self, most: int) -> Self:
        """Return the report with the first `most` of the findings of each rule and status that it explains."""
        seen: Counter[tuple[str, Status]] = Counter()
        kept = []
        for one in self.findings:
            kind = one.finding.rule, one.finding.status
            seen[kind] += 1
            if seen[kind] <= most:
                kept.append(one)
        return self._replace(findings=tuple(kept))


def concerns(found: Summary) -> Concerns:
    """Return what wants attention in a book: of each rule and status the findings that are explained, and the count."""
    agreements = {batch.name: batch.agreement for batch in found.batches}
    groups = together((one.batch, agreements[one.batch], one.finding) for one in found.findings)
    every = sum(one.counts.get(status, 0) for one in found.rules for status in LEVELS)
    return Concerns(
        checker=found.checker,
        decision=found.decision,
        exit_code=found.exit_code,
        lead=decision_line(found.decision, len(found.assumptions)),
        groups=worst_first(groups),
        every=every,
    )


def summary(
    book: Book,
    found: Found,
    judged: Iterable[tuple[Judged, int]],
    engine: str,
    version: str,
    *,
    as_of: date | None,
    most: int,
) -> Summary:
    """Return the report of a book; of each rule and status the first `most` findings are explained.

    Every batch was `judged` again, and of so many findings.
    """
    owed: dict[str, Counter[Status]] = {}
    explained: list[Explained] = []
    seen: Counter[tuple[str, Status]] = Counter()
    exercises: set[tuple[str, str, date]] = set()
    again = 0
    for one, count in judged:
        again += count
        for judgement in one.judgements:
            if isinstance(judgement.by, Obligation):
                owed.setdefault(judgement.rule, Counter())[judgement.status] += 1
            if judgement.subject.exercise:  # each batch of it has it
                exercise = (judgement.rule, one.batch.agreement, one.batch.date)
                if exercise in exercises:
                    continue
                exercises.add(exercise)
            if judgement.status not in (Status.PASS, Status.MET):
                seen[judgement.rule, judgement.status] += 1
                if seen[judgement.rule, judgement.status] <= most:
                    explained.append(Explained(one.batch.name, finding(one, judgement)))
    batches = tuple(_batches(found))
    decision = worst(batch.decision for batch in batches)
    lapsed = any(counts[status] for counts in owed.values() for status in LAPSED)
    policies = [v.policy for v in found.relations.versions if v.policy is not None]
    return Summary(
        checker=version,
        engine=engine,
        book=book.name,
        as_of=as_of,
        decision=decision,
        exit_code=code_of(decision, lapsed=lapsed),
        loans=sum(int(str(pool["loans"])) for pool in found.pools),
        batches=batches,
        rules=tuple(_rules(found, owed)),
        findings=tuple(sorted(explained, key=_rank(found, owed))),
        again=again,
        assumptions=tuple(dict.fromkeys(_assumptions(found, policies))),
        notes=tuple(_notes(book, found)),
        inputs=_inputs(book, found),
    )


def ranked(batches: Iterable[BatchCount]) -> list[BatchCount]:
    """Return batches in the order of how much stands in their way."""
    return sorted(batches, key=lambda one: (WORST.index(one.decision), -one.refused, -one.undecided, one.name))


def _batches(found: Found) -> Iterable[BatchCount]:
    policies = {version.number: version.policy for version in found.relations.versions}
    for head in found.relations.heads:
        counts = found.decisions.get(head.name, (0, 0, 0))
        decision = worst(one for one, count in zip(Decision, counts, strict=True) if count)
        policy = policies[head.version]
        yield BatchCount(head.name, head.agreement, head.date, policy.name if policy else None, decision, *counts)


def _rules(found: Found, owed: Mapping[str, Counter[Status]]) -> Iterable[RuleCount]:
    for tally in found.tallies:
        yield RuleCount(tally.rule, dict(zip(STATUSES, tally.counts, strict=True)))
    for rule, counts in owed.items():
        yield RuleCount(rule, {status: counts[status] for status in OWED})


def _rank(found: Found, owed: Mapping[str, object]) -> Callable[[Explained], tuple[int, int, str, int]]:
    """Return the order of findings: how much stands in the way, then the rule, the batch and the line."""
    place = {rule: at for at, rule in enumerate([*(tally.rule for tally in found.tallies), *owed])}
    order = [Status.FAIL, Status.DISPUTED, Status.UNKNOWN, Status.DEFECTIVE, Status.LATE, Status.DUE]

    def key(one: Explained) -> tuple[int, int, str, int]:
        return (order.index(one.finding.status), place[one.finding.rule], one.batch, one.finding.subject.line)

    return key


def _assumptions(found: Found, policies: Sequence[Policy]) -> Iterable[str]:
    """Everything that the decisions rest on: each section that lines cite, under each version that is in force."""
    yield ONLY_IN_HAND
    yield from found.relations.assumes
    for policy in policies:
        yield from assumptions_of(policy, [str(row[UNDER]) for rows in found.exercises.values() for row in rows])


def _notes(book: Book, found: Found) -> Iterable[str]:
    yield from absent_of(book.facts, found.relations.tape.columns)
    yield from skipped_of(found.relations.skipped)
    yield POOLS
    unpinned = [f"`{table.file}`" for table in book.tables().values() if not table.sha256]
    if unpinned:
        yield NOT_PINNED.format(" and of ".join(unpinned))


def _inputs(book: Book, found: Found) -> dict[str, str]:
    """Return the digest of every file that the decisions were made from, of a table where the book pins it."""
    digests = {"book": book.sha256} | {name: table.sha256 for name, table in book.tables().items() if table.sha256}
    digests |= found.relations.inputs
    for version in found.relations.versions:
        own: Agreement = version.agreement
        digests |= {name: digest for name, digest in own.inputs.items() if name != "follows"}
        digests |= {version.policy.name: version.policy.sha256} if version.policy else {}
    return digests
