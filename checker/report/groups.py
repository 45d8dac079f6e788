"""What wants attention in a report: findings that do not pass, those that say the same together, the worst first."""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

from checker import phrase
from checker.advise import numbered
from checker.findings import BatchReport, Finding, Report
from checker.lang.named import NamedTuple
from checker.model import Decision, Status


class Level(StrEnum):
    """How much a finding stands in the way, in the words of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


# The worst first.
LEVELS = {
    Status.FAIL: Level.ERROR,
    Status.DISPUTED: Level.WARNING,
    Status.UNKNOWN: Level.WARNING,
    Status.DEFECTIVE: Level.WARNING,
    Status.LATE: Level.WARNING,
    Status.DUE: Level.NOTE,
}
DECIDED = {Decision.REFUSED: Level.ERROR, Decision.UNDECIDED: Level.WARNING, Decision.PERMITTED: Level.NOTE}


class Group(NamedTuple):
    """Findings of one batch with the same rule, status and sentence; of several, each is on a line of its own."""

    batch: str
    agreement: str
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """Return the finding that speaks for all."""
        return self.findings[0]

    @property
    def level(self) -> Level:
        """Return how much it stands in the way."""
        return LEVELS[self.first.status]

    @property
    def subject(self) -> str:
        """Return what it is about, for a person."""
        if len(self.findings) == 1:
            return phrase.subject(self.first.subject)
        return numbered([finding.subject.line for finding in self.findings])

    @property
    def where(self) -> str:
        """Return what it is about, for a person who sees several batches."""
        return self.subject if self.first.subject.batch else f"{self.batch}, {self.subject}"


class Concerns(NamedTuple):
    """What wants attention in a report: its groups, the worst first, of `every` so many findings; and what leads it."""

    checker: str
    decision: Decision
    exit_code: int
    lead: str
    groups: tuple[Group, ...]
    every: int

    def said(self, shown: Iterable[Group]) -> list[str]:
        """Return the lead, and how many findings are not among those shown."""
        left = self.every - _count(shown)
        return [self.lead, *([phrase.left_out("findings", left, self.every)] if left else [])]


def concerns(report: Report) -> Concerns:
    """Return what wants attention in a report of batches: the worst first, else in the order of the report."""
    found = worst_first(group for batch in report.batches for group in groups_of(batch))
    return Concerns(report.checker, report.decision, report.exit_code, lead(report), found, _count(found))


def groups_of(batch: BatchReport) -> list[Group]:
    """Return every finding of a batch that wants attention, in the order of the report, which has the worst first."""
    return together((batch.name, batch.agreement, finding) for finding in batch.findings)


def together(found: Iterable[tuple[str, str, Finding]]) -> list[Group]:
    """Return the findings that want attention, each given with its batch and agreement, in the order of the first."""
    alike: dict[tuple[str, str, str, Status, str], list[Finding]] = defaultdict(list)
    for batch, agreement, finding in found:
        if finding.status in LEVELS:
            alike[batch, agreement, finding.rule, finding.status, finding.message].append(finding)
    return [Group(batch, agreement, tuple(same)) for (batch, agreement, *_), same in alike.items()]


def worst_first(found: Iterable[Group]) -> tuple[Group, ...]:
    """Return groups with the worst first, else in the order in which they came."""
    ranks = {status: rank for rank, status in enumerate(LEVELS)}
    return tuple(sorted(found, key=lambda group: ranks[group.first.status]))


def _count(found: Iterable[Group]) -> int:
    return sum(len(group.findings) for group in found)


def lead(report: Report) -> str:
    """Return the decision as a report of one or several batches leads with it."""
    if len(report.batches) == 1:
        (batch,) = report.batches
        return phrase.decision_line(batch.decision, len(batch.assumptions))
    return f"{report.decision}: {len(report.batches)} batches"


def brief(report: Report) -> Report:
    """Return a report that lists everything as the one that does not: without the findings on lines that pass."""
    return report._replace(everything=False, batches=tuple(map(_brief, report.batches)))


def _brief(batch: BatchReport) -> BatchReport:
    kept = (finding for finding in batch.findings if not (finding.subject.line and finding.status is Status.PASS))
    return batch._replace(findings=tuple(kept))
