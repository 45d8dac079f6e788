"""The report of a book as Markdown, for a comment on a change: counts by rule and batch, the first of each finding."""

from collections.abc import Iterable

from checker.engine import phrase
from checker.engine.plan import STATUSES
from checker.engine.summary import OWED, BatchCount, RuleCount, Summary, concerns, ranked
from checker.model import Status
from checker.report.escape import text
from checker.report.markdown import Part, document, folded, grouped, listed, table

MOST_BATCHES = 20
_BATCH = ("Batch", "Agreement", "Date", "Policy", "Decision", "Permitted", "Refused", "Undecided")


def render(found: Summary) -> str:
    """Return the report as Markdown that fits in a comment."""
    batches = ranked(found.batches)
    rest = len(batches) - MOST_BATCHES
    parts = [
        f"## {text(phrase.head(found).upper())}",
        text(phrase.size(found)),
        table(("Decision", "Lines"), [(decision, f"{count:,}") for decision, count in found.lines().items()]),
        *_rules([one for one in found.rules if not one.counts.keys() & OWED], "Condition", STATUSES),
        *_rules([one for one in found.rules if one.counts.keys() & OWED], "Obligation", OWED),
        *([folded("Batches", table(_BATCH, map(_batch, batches[:MOST_BATCHES])))] if batches else []),
        *([text(phrase.more_batches(rest))] if rest > 0 else []),
    ]
    return document(
        [
            *map(Part, parts),
            *([Part("First findings of each rule:")] if found.findings else []),
            *(grouped(group, group.where) for group in concerns(found).groups),
            *listed("Notes", (*found.notes, phrase.again(found))),
            *listed("Assumptions", found.assumptions),
            Part(text(f"checker {found.checker} with {found.engine}, exit code {found.exit_code}")),
        ]
    )


def _rules(found: Iterable[RuleCount], head: str, statuses: Iterable[Status]) -> list[str]:
    """Return how many subjects of each rule have each status."""
    rows = [(text(one.rule), *(phrase.number(one.counts[status]) for status in statuses)) for one in found]
    return [table((head, *statuses), rows)] if rows else []


def _batch(one: BatchCount) -> Iterable[str]:
    counts = map(phrase.number, (one.permitted, one.refused, one.undecided))
    return (*map(text, (one.name, one.agreement, str(one.date), one.policy or "no policy", one.decision)), *counts)
