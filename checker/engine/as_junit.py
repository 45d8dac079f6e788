"""The report of a book as JUnit's XML: a case for the decision and one a rule, with its first findings; one a batch.

What does not pass is no pass, however few they are of many.
"""

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from checker.engine import phrase
from checker.engine.summary import BatchCount, Explained, RuleCount, Summary
from checker.model import Decision
from checker.report.as_junit import DECIDED, FOUND
from checker.report.as_text import finding_lines
from checker.report.groups import LEVELS
from checker.report.junit import add_case, add_outcome, add_suite, document, written


def render(found: Summary) -> str:
    """Return the report as one XML document."""
    root = document("checker check")
    whole = add_suite(root, found.book)
    _decided(add_case(whole, found.book, "decision"), found.decision, phrase.head(found))
    for rule in found.rules:
        own = [one for one in found.findings if one.finding.rule == rule.rule]
        _rule(add_case(whole, found.book, rule.rule), rule, own)
    batches = add_suite(root, f"{found.book}: batches")
    for batch in found.batches:
        _batch(add_case(batches, f"{found.book}: batches", batch.name), batch)
    return written(root)


def _decided(case: Element, decision: Decision, said: str) -> None:
    if decision in DECIDED:
        add_outcome(case, DECIDED[decision], decision, said)


def _batch(case: Element, batch: BatchCount) -> None:
    _decided(case, batch.decision, phrase.batch(batch))


def _rule(case: Element, rule: RuleCount, found: Iterable[Explained]) -> None:
    """Say how many subjects have each status, where any does not pass; the case is as the worst of them."""
    there = [status for status in LEVELS if rule.counts.get(status)]
    if there:
        add_outcome(case, FOUND[there[0]], there[0], phrase.counted(rule), list(_shown(found)))
    elif not any(rule.counts.values()):
        add_outcome(case, "skipped", "", phrase.NOT_ASKED)


def _shown(found: Iterable[Explained]) -> Iterator[str]:
    for one in found:
        yield one.batch
        yield from finding_lines(one.finding)
