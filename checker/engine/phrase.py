"""The sentences of the report of a book."""

from checker.engine.summary import BatchCount, RuleCount, Summary
from checker.model import Status
from checker.phrase import decision_line

CONFIRMED = (
    "I have read this report with its assumptions and notes, and decide on the book as marked here. The digest is that"
    " of the book's own file: it stands for the tables where the book pins them; the notes say which it does not pin."
)


def head(found: Summary) -> str:
    """Return what was decided, in one line."""
    return decision_line(found.decision, len(found.assumptions))


def size(found: Summary) -> str:
    """Return what was judged, and by what."""
    lines = sum(batch.lines for batch in found.batches)
    agreements = len({batch.agreement for batch in found.batches})
    of = f"{many(lines, 'line')} in {many(len(found.batches), 'batch', 'batches')} of {many(agreements, 'agreement')}"
    return f"{found.book}: {of}, {many(found.loans, 'loan')} in their pools, by {found.engine}"


def again(found: Summary) -> str:
    """Return what was judged twice."""
    return f"{found.again:,} findings were judged again by the evaluator, each the same."


def many(count: int, one: str, several: str = "") -> str:
    """Return how many there are of something."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def number(count: int) -> str:
    """Return how many there are for a cell of a table, which stays empty where there is none."""
    return f"{count:,}" if count else ""


def counted(found: RuleCount) -> str:
    """Return how many subjects of a rule have each status, those that there are."""
    return ", ".join(f"{count:,} {_SAID.get(status, status)}" for status, count in found.counts.items() if count)


def batch(found: BatchCount) -> str:
    """Return one batch with its lines by decision."""
    parts = [("permitted", found.permitted), ("refused", found.refused), ("undecided", found.undecided)]
    lines = ", ".join(f"{count:,} {word}" for word, count in parts if count) or "no lines"
    return f"{found.name} ({found.agreement}, {found.date}): {found.decision}: {lines}"


def first_of(shown: int, count: int) -> str:
    """Return that of some findings the first are shown."""
    return f"The first {shown:,} of {count:,}."


def more_batches(count: int) -> str:
    """Return that some batches are not listed, and where they are."""
    return f"and {count:,} more, in the report as JSON"


NOT_ASKED = "not asked"
_SAID = {Status.PASS: "pass", Status.FAIL: "fail"}
