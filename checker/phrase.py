"""The sentences. Each is made here once, from an explanation; renderers lay out and never phrase."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from checker.findings import Margin, Number
from checker.lang.exact import AtLeast, Worth
from checker.lang.explain import Test, Why
from checker.lang.syntax import Type
from checker.lang.typed import Apply, Fact
from checker.model import Adoption, Decision, Judgement, Obligation, Status, Subject
from checker.values import grouped

_FAILS = {
    "<=": "{left} is {a}, over {right}, {b}, by {by}",
    "<": "{left} is {a}, not under {right}, {b} (over by {by})",
    ">=": "{left} is {a}, short of {right}, {b}, by {by}",
    ">": "{left} is {a}, not over {right}, {b} (short by {by})",
    "=": "{left} is {a}, and {right} is {b}: they differ by {by}",
    "!=": "{left} and {right} are both {a}",
}
_DATE_FAILS = {
    "<=": "{left} is {a}, after {right}, {b}, by {by}",
    "<": "{left} is {a}, not before {right}, {b} (after by {by})",
    ">=": "{left} is {a}, before {right}, {b}, by {by}",
    ">": "{left} is {a}, not after {right}, {b} (before by {by})",
    "=": "{left} is {a}, and {right} is {b}: {by} apart",
    "!=": "{left} and {right} are both {a}",
}
_PASSES = {
    "<=": "at {b} or less",
    "<": "below {b}",
    ">=": "at {b} or more",
    ">": "above {b}",
    "=": "at {b}",
}
ROWS = "Rows {first} to {last} of {found} found, of {all} lines."
NO_ROWS = "No line is like this."
MARKED = "underlined: the comparisons on which the status rests"
CONFIRMED = "I have read this report with its assumptions and notes, and decide on each batch as marked here."
NOT_SAVED = "What is entered here stays in this window: print the page, or save it as a PDF, to keep it."
CHOICES = ("approved as proposed", "rejected", "returned for changes")
HOLDS = {True: "holds", False: "does not hold", None: "is unknown"}
_AMOUNTS = (Type.MONEY, Type.NUMBER, Type.COUNT)
_DATE_PASSES = {"<=": "up to {b}", "<": "before {b}", ">=": "from {b} on", ">": "after {b}", "=": "on {b}"}


def measure(kind: Type, by: Worth) -> str:
    """Return a difference for a person: an amount, a count, or days."""
    if kind is Type.DATE:
        return f"{grouped(Type.COUNT, by)} day{'' if by == 1 else 's'}"
    return grouped(kind, by)


def passes_at(test: Test) -> str:
    """Return from which value on a comparison that fails would hold; "" where that is not one value."""
    node = test.node
    if test.holds is not False or not isinstance(node, Apply) or node.op not in _PASSES:
        return ""
    kind = node.arguments[0].type
    if test.right is None or isinstance(test.right, AtLeast):
        return ""
    return (_DATE_PASSES if kind is Type.DATE else _PASSES)[node.op].format(b=value(kind, test.right))


def value(kind: Type, worth: Worth) -> str:
    """Return a value for a person; text in quotation marks."""
    return f'"{worth}"' if kind is Type.TEXT and isinstance(worth, str) else grouped(kind, worth)


def failed(test: Test) -> str:
    """Return what a test that does not hold shows."""
    node = test.node
    if isinstance(node, Fact):
        return f"`{node.name}` is {'true' if test.holds else 'false'}"
    if not isinstance(node, Apply) or node.op not in _FAILS:
        return _listed_out(node, test)
    kind = node.arguments[0].type
    left, right = (f"`{part.source}`" for part in node.arguments)
    words = {"left": left, "right": right, "a": value(kind, test.left), "b": value(kind, test.right)}
    if kind in (Type.TEXT, Type.FLAG):
        return "{left} is {a}, not {right}".format(**words) if node.op == "=" else "{left} is {a}".format(**words)
    if test.by is None:
        return "{left} is {a}, and {right} is {b}".format(**words)
    sentence = (_DATE_FAILS if kind is Type.DATE else _FAILS)[node.op]
    return sentence.format(**words, by=measure(kind, test.by))


def _listed_out(node: object, test: Test) -> str:
    if isinstance(node, Apply) and node.op == "in":
        options = ", ".join(str(option.source) for option in node.arguments[1:])
        verb = "is" if test.holds else "is not"
        return (
            f"`{node.arguments[0].source}` is {value(node.arguments[0].type, test.left)}, which {verb} one of {options}"
        )
    source = getattr(node, "source", node)
    return f"`{source}` is {'true' if test.holds else 'false'}"


def condition(status: Status, whys: Mapping[str, Why], readings: Mapping[str, Status], adopted: Adoption | None) -> str:
    """Return the sentence of a finding on a condition."""
    if status is Status.PASS:
        return "every comparison that it rests on holds" + _adopted(readings, adopted)
    if status is Status.FAIL:
        chosen = [whys[adopted.reading]] if adopted else list(whys.values())
        return _because(chosen) + _adopted(readings, adopted)
    if status is Status.UNKNOWN:
        open_ = {adopted.reading: readings[adopted.reading]} if adopted else readings
        return _unknown(whys, open_) + _adopted(readings, adopted)
    passing = _names(readings, Status.PASS)
    failing = _names(readings, Status.FAIL)
    reasons = _because([whys[name] for name, found in readings.items() if found is Status.FAIL])
    return f"permitted under {passing}, refused under {failing}: {reasons}"


def _names(readings: Mapping[str, Status], status: Status) -> str:
    return " and ".join(f"`{name}`" for name, found in readings.items() if found is status)


def _because(whys: Sequence[Why]) -> str:
    sentences: dict[str, None] = {}
    for why in whys:
        for test in why.tests:
            if test.decides:
                at = passes_at(test)
                sentences[failed(test) + (f"; it passes {at}" if at else "")] = None
    return ". ".join(sentences) or "it cannot be met"


def _unknown(whys: Mapping[str, Why], readings: Mapping[str, Status]) -> str:
    chosen = [whys[name] for name in whys if readings.get(name, Status.UNKNOWN) is Status.UNKNOWN]
    missing: dict[str, int] = {}
    for why in chosen:
        for name, rows in why.missing:
            missing[name] = max(rows, missing.get(name, 0))
    return "it hangs on what is missing: " + (listed_missing(missing) or "a date outside the calendar")


def listed_missing(missing: Mapping[str, int]) -> str:
    """Return the missing facts, with the number of rows that lack each."""
    return ", ".join(
        f"`{name}`" + (f" of {n} loan{'s' if n > 1 else ''}" if n else "") for name, n in sorted(missing.items())
    )


def _adopted(readings: Mapping[str, Status], adopted: Adoption | None) -> str:
    if adopted is None:
        return ""
    words = {Status.PASS: "would permit", Status.FAIL: "would refuse", Status.UNKNOWN: "would be unknown"}
    others = [f"`{name}` {words[found]}" for name, found in readings.items() if name != adopted.reading]
    tail = f"; {', '.join(others)}" if others else ""
    return f" (under `{adopted.reading}`, {adopted_by(adopted)}{tail})"


def adopted_by(adopted: Adoption) -> str:
    """Return who adopted a reading, when and why."""
    return f"adopted by {adopted.adopted_by} on {adopted.adopted_on}: {adopted.because.rstrip('.')}"


def obligation(rule: Obligation, found: Judgement, day: date, as_of: date) -> str:
    """Return the sentence of a finding on an obligation."""
    status, done, deadline = found.status, found.done, found.deadline
    who = f"{rule.owed_by} owes it to {' and '.join(rule.owed_to)}"
    when = f"by {deadline}" if deadline else "with no deadline"
    state = {
        Status.MET: f"done on {done}" if done else "done as required",
        Status.DUE: f"not yet known to be done, as of {as_of}",
        Status.LATE: f"done on {done}, too late" if done else f"not known to be done as required, as of {as_of}",
        Status.DEFECTIVE: f"not as required: `{rule.required.tree.source}` is false" if rule.required else "",
    }[status]
    opened = f", open for {(as_of - day).days} days" if status is Status.DUE and not deadline else ""
    return f"{who} {when}; {state}{opened}"


def subject(found: Subject) -> str:
    """Return what a finding is about, for a person."""
    if found.line:
        return f"line {found.line}, loan {found.loan}"
    return f"the exercise of {found.exercise}" if found.exercise else f"the batch {found.batch}"


def decision_line(decision: Decision, assumptions: int) -> str:
    """Return the decision as the report leads with it."""
    if not assumptions:
        return str(decision)
    return f"{decision}, on {assumptions} assumption{'s' if assumptions != 1 else ''}"


def shown(number: Number) -> str:
    """Return a number behind a finding for a person."""
    if number.value is None:
        return "unknown" if number.at_least is None else f"at least {grouped(number.type, Decimal(number.at_least))}"
    return grouped(number.type, Decimal(number.value)) if number.type in _AMOUNTS else number.value


def outcome(margin: Margin) -> str:
    """Return whether a comparison behind a finding holds, and by how much where there is a measure."""
    if margin.by is None or (margin.holds and Decimal(margin.by) == 0):
        return HOLDS[margin.holds]
    by = Decimal(margin.by) if margin.type is not Type.DATE else int(margin.by)
    return f"{HOLDS[margin.holds]} by {measure(margin.type, by)}"


def told(margin: Margin) -> str:
    """Return a comparison behind a finding, whether it holds, by how much, and from which value on it would."""
    return f"`{margin.text}` {outcome(margin)}" + (f"; it passes {margin.passes}" if margin.passes else "")


def compared(margin: Margin) -> str:
    """Return a comparison with the worth of its two sides, for whoever cannot see a picture of it."""
    left, right = map(_side, margin.sides)
    return f"{left} against {right}: {told(margin)}"


def _side(number: Number) -> str:
    worth = shown(number)
    return worth if worth == number.text else f"`{number.text}`, {worth},"


def many_lines(count: int) -> str:
    """Return what stands for lines whose numbers would fill a page."""
    return f"{count:,} lines, to be found in the table of lines"


def also(rule: str, lines: str) -> str:
    """Return for which other lines there is a finding like those that are shown."""
    return f"`{rule}` also stops {lines}. The table of lines has the sentence of each."


def first_lines(shown_: int, of: int) -> str:
    """Return how many lines of a long table can be read without its script."""
    rest = "The others are in this file too; where its script runs, they can be shown."
    return f"These are the first {shown_:,} of {of:,} lines. {rest}"


def left_out(what: str, count: int, of: int) -> str:
    """Return how much of a report there was no room for."""
    return f"{count:,} of {of:,} {what} are not shown here"
