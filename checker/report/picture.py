"""How much room an exercise leaves: each comparison of two amounts or counts as a bar against a limit."""

from collections.abc import Iterable
from fractions import Fraction

from checker import phrase
from checker.findings import Finding, Margin, Number
from checker.lang.syntax import Type
from checker.lang.typed import ORDERINGS
from checker.page import safe
from checker.report.parts import worded

_NUMERIC = (Type.MONEY, Type.NUMBER, Type.COUNT)
_WIDE, _EDGE = 980, 10


def pictures(findings: Iterable[Finding], name: str) -> str:
    """Return a picture for every pair of numbers that a finding on an exercise compares by their order."""
    found: dict[tuple[str, tuple[Number, ...]], list[Margin]] = {}
    for finding in findings:
        for margin in finding.margins if finding.subject.exercise else ():
            if is_shown(margin):
                found.setdefault((finding.rule, margin.sides), []).append(margin)
    return "".join(_figure(rule, same, f"{name}-{at}") for at, ((rule, _), same) in enumerate(found.items(), 1))


def is_shown(margin: Margin) -> bool:
    """Tell whether a comparison can be drawn: two numbers, of which something is known, by their order."""
    known = [side for side in margin.sides if side.type in _NUMERIC and _least(side) is not None]
    return margin.sign in ORDERINGS and len(known) == len(margin.sides)


def _least(number: Number) -> str | None:
    return number.value if number.value is not None else number.at_least


def _figure(rule: str, margins: list[Margin], name: str) -> str:
    left, right = margins[0].sides
    told = "".join(f"<li>{worded(phrase.told(margin))}</li>" for margin in margins)
    spoken = "; ".join(phrase.compared(margin) for margin in margins)
    return f"""<figure>
<figcaption><strong>{safe(rule)}</strong></figcaption>
<svg viewBox="0 0 1000 40" preserveAspectRatio="none" role="img" aria-labelledby="{name}">
<title id="{name}">{safe(spoken)}</title>
{_bar(left, right, fails=any(margin.holds is False for margin in margins))}</svg>
<ul class="legend">
<li><span class="key bar" aria-hidden="true"></span> {_number(left)}</li>
<li><span class="key limit" aria-hidden="true"></span> {_number(right)}</li>
{told}</ul>
</figure>
"""


def _number(number: Number) -> str:
    worth = phrase.shown(number)
    return f"<code>{safe(number.text)}</code>" + ("" if worth == number.text else f" <b>{safe(worth)}</b>")


def _bar(left: Number, right: Number, *, fails: bool) -> str:
    """Return the bar of the left number up to the limit, what is over it or left of it, and the limit."""
    worth, limit = Fraction(_least(left) or 0), Fraction(_least(right) or 0)
    low, high = min(worth, limit, Fraction(0)), max(worth, limit, Fraction(0))
    zero, end, at = (_place(each, low, high) for each in (Fraction(0), worth, limit))
    if worth != limit and abs(end - at) < _EDGE:  # a cent must be seen
        end += _EDGE if worth > limit else -_EDGE
    kind = "breach" if fails else "room"
    bound = "" if left.value is not None else " bound"
    return (
        f"{_rect(f'bar{bound}', zero, end)}{_rect(kind, end, at) if end != at else ''}"
        f'<line class="limit" x1="{at}" x2="{at}" y1="0" y2="40"/>\n'
    )


def _place(number: Fraction, low: Fraction, high: Fraction) -> int:
    return _EDGE + (int((number - low) * _WIDE // (high - low)) if high > low else 0)


def _rect(kind: str, start: int, end: int) -> str:
    return f'<rect class="{kind}" x="{min(start, end)}" y="8" width="{abs(end - start)}" height="24"/>\n'
