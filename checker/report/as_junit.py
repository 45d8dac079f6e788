"""The report as JUnit's XML for CI servers: a suite a batch, a case for its decision, and one a rule and subject.

What fails, and an obligation that lapsed, is a failure; what is not decided is an error; what is due is skipped.
"""

from xml.etree.ElementTree import Element

from checker import phrase
from checker.findings import BatchReport, Finding, Report
from checker.model import Decision, Status
from checker.report.as_text import finding_lines
from checker.report.junit import Outcome, add_case, add_outcome, add_suite, document, written

FOUND: dict[Status, Outcome] = {
    Status.FAIL: "failure",
    Status.DISPUTED: "error",
    Status.UNKNOWN: "error",
    Status.DEFECTIVE: "failure",
    Status.LATE: "failure",
    Status.DUE: "skipped",
}
DECIDED: dict[Decision, Outcome] = {Decision.REFUSED: "failure", Decision.UNDECIDED: "error"}


def render(report: Report) -> str:
    """Return the report as one XML document; one that lists everything has a case for what passes, too."""
    root = document("checker check")
    for batch in report.batches:
        suite = add_suite(root, batch.name)
        _decision(suite, batch)
        for finding in batch.findings:
            _finding(suite, batch, finding)
    return written(root)


def _decision(suite: Element, batch: BatchReport) -> None:
    case = add_case(suite, batch.name, "decision", batch.at)
    if batch.decision in DECIDED:
        said = phrase.decision_line(batch.decision, len(batch.assumptions))
        add_outcome(case, DECIDED[batch.decision], batch.decision, said)


def _finding(suite: Element, batch: BatchReport, finding: Finding) -> None:
    case = add_case(suite, batch.name, f"{finding.rule}: {phrase.subject(finding.subject)}", finding.at)
    if finding.status in FOUND:
        lines = list(finding_lines(finding))
        add_outcome(case, FOUND[finding.status], finding.status, finding.message, lines)
