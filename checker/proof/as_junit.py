"""What `checker test` found, as JUnit's XML for CI servers: a test a case, and one a version for what was asked."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from checker.faults import printable
from checker.proof.as_text import coverage_lines, failure_lines, mutation_lines
from checker.proof.run import Tested, Wanted


def render(tested: Iterable[Tested], wanted: Wanted) -> str:
    """Return everything as one XML document."""
    root = Element("testsuites", name="checker test")
    for one in tested:
        suite = SubElement(root, "testsuite", name=one.agreement)
        for outcome in one.outcomes:
            failed = bool(outcome.deviations)
            at = outcome.case.at
            test = _test(suite, one.agreement, outcome.case.title, failure_lines(outcome) if failed else ())
            test.set("file", at.file)
            test.set("line", str(at.line))
        for found in one.coverage:
            name = f"{found.policy}: at least {wanted.least} % of the limbs are covered"
            _test(suite, one.agreement, name, coverage_lines(found) if found.percent < wanted.least else ())
        for mutated in one.mutation:
            name = f"{mutated.policy}: every mutant is noticed"
            _test(suite, one.agreement, name, () if mutated.is_right else mutation_lines(mutated))
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("*/failure"))))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _test(suite: Element, agreement: str, name: str, failure: Iterable[str]) -> Element:
    test = SubElement(suite, "testcase", classname=agreement, name=printable(name))
    lines = [printable(line) for line in failure]
    if lines:
        SubElement(test, "failure", message=lines[0]).text = "\n".join(lines)
    return test
