"""The report of a book as workflow commands: the decision, then the worst findings at the rows that they are of."""

from checker.engine.summary import Summary, concerns
from checker.report.as_github import commands


def render(found: Summary) -> str:
    """Return the commands, each on a line."""
    return commands(concerns(found))
