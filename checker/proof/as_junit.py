"""What `checker test` found, as JUnit's XML for CI servers: a test a case, and one a version for what was asked."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from checker.faults import Place
from checker.proof.as_text import coverage_lines, failure_lines, mutation_lines
from checker.proof.run import Tested, Wanted
from checker.report.junit import add_case, add_outcome, add_suite, document, written


def render(tested: Iterable[Tested], wanted: Wanted) -> str:
    """Return everything as one XML document."""
    root = document("checker test")
    for one in tested:
        suite = add_suite(root, one.agreement)
        for outcome in one.outcomes:
            case = outcome.case
            _add(suite, one.agreement, case.title, failure_lines(outcome) if outcome.deviations else (), case.at)
        for found in one.coverage:
            name = f"{found.policy}: at least {wanted.least} % of the limbs are covered"
            _add(suite, one.agreement, name, coverage_lines(found) if found.percent < wanted.least else ())
        for mutated in one.mutation:
            name = f"{mutated.policy}: every mutant is noticed"
            _add(suite, one.agreement, name, () if mutated.is_right else mutation_lines(mutated))
    return written(root)


def _add(suite: Element, agreement: str, name: str, failure: Iterable[str], at: Place | None = None) -> None:
    case = add_case(suite, agreement, name, at)
    lines = list(failure)
    if lines:
        add_outcome(case, "failure", "", lines[0], lines)
