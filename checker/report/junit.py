"""JUnit's XML, as CI servers read it: suites of test cases, each passed, failed, in error, or skipped."""

from collections.abc import Sequence
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from checker.faults import Place, spelled

Outcome = Literal["failure", "error", "skipped"]
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def document(name: str) -> Element:
    """Return a document without suites."""
    return Element("testsuites", name=name)


def add_suite(root: Element, name: str) -> Element:
    """Add a suite without cases."""
    return SubElement(root, "testsuite", name=spelled(name))


def add_case(suite: Element, classname: str, name: str, at: Place | None = None) -> Element:
    """Add a case that passes; its class and name together are unlike any other's, or servers take two for one."""
    case = SubElement(suite, "testcase", classname=spelled(classname), name=spelled(name))
    if at is not None and at.file:
        case.set("file", spelled(at.file))
    if at is not None and at.line:
        case.set("line", str(at.line))
    return case


def add_outcome(case: Element, outcome: Outcome, kind: str, message: str, lines: Sequence[str] = ()) -> None:
    """Make a case one that does not pass."""
    found = SubElement(case, outcome, message=spelled(message))
    if kind:
        found.set("type", kind)
    found.text = "\n".join(map(spelled, lines)) or None


def written(root: Element) -> str:
    """Return the document as text, with every case counted."""
    for part in (root, *root):
        part.set("tests", str(len(part.findall(".//testcase"))))
        for name, outcome in _COUNTED.items():
            part.set(name, str(len(part.findall(f".//{outcome}"))))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"
