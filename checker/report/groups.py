"""What wants attention in a report: findings that do not pass, those that say the same together, the worst first."""

from collections import defaultdict
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

    batch: BatchReport
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
        return self.subject if self.first.subject.batch else f"{self.batch.name}, {self.subject}"


def groups(report: Report) -> list[Group]:
    """Return every finding of a report that wants attention, the worst first, else in the order of the report."""
    ranks = {status: rank for rank, status in enumerate(LEVELS)}
    found = [group for batch in report.batches for group in groups_of(batch)]
    return sorted(found, key=lambda group: ranks[group.first.status])


def groups_of(batch: BatchReport) -> list[Group]:
    """Return every finding of a batch that wants attention, in the order of the report, which has the worst first."""
    alike: dict[tuple[str, Status, str], list[Finding]] = defaultdict(list)
    for finding in batch.findings:
        if finding.status in LEVELS:
            alike[finding.rule, finding.status, finding.message].append(finding)
    return [Group(batch=batch, findings=tuple(found)) for found in alike.values()]


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
