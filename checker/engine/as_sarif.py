"""The report of a book as SARIF 2.1.0: a result for each sentence that is explained, the rules those of the results.

What is said of the whole book, its counts among it, are properties of the run, as in the JSON report.
"""

from checker.engine.as_json import document
from checker.engine.summary import Summary, concerns
from checker.report.as_sarif import log


def render(found: Summary) -> str:
    """Return the report as one SARIF log with one run."""
    whole = {name: value for name, value in document(found).items() if name not in ("format", "checker", "findings")}
    return log(concerns(found), [one.finding for one in found.findings], whole)
