"""A pocket calculator: works out what a report prints from its text and the numbers printed beside it, and no code of
`checker`.

A value is known, or a lower bound is (the highest is then infinite), or nothing is. Text and flags are only compared.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

Json = Mapping[str, Any]
Value = Fraction | date | str | bool
Number = float | Fraction  # the only float is infinity
COMPARISONS = (" <= ", " >= ", " != ", " = ", " < ", " > ")
INFINITE = float("inf")


class Bounds(NamedTuple):
    """The least and the most that a number can be."""

    least: Fraction
    most: Number


class Printed:
    """The numbers that one finding prints, by their texts; `reading` picks those that are printed under a reading."""

    def __init__(self, finding: Json, reading: str = "") -> None:
        self.values = {each["text"]: each for each in finding["values"]}
        self.reading = reading

    def entry(self, text: str) -> Json | None:
        return self.values.get(f"{text} ({self.reading})", self.values.get(text))

    def worth(self, text: str) -> Value | Bounds | None:
        """Return what is printed for a text, or what it spells; it must be one or the other."""
        entry = self.entry(text)
        if entry is None:
            return literal(text)
        if entry["value"] is not None:
            return read(entry["type"], entry["value"])
        return Bounds(Fraction(entry["at_least"]), INFINITE) if "at_least" in entry else None


def read(kind: str, text: str) -> Value:
    """Return a printed value."""
    if kind in ("money", "number", "count"):
        return Fraction(text)
    if kind == "date":
        return date.fromisoformat(text)
    return text == "true" if kind == "flag" else text


def literal(text: str) -> Value:
    """Return what a constant spells."""
    if text in ("true", "false"):
        return text == "true"
    if text.startswith('"'):
        return text[1:-1]
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date.fromisoformat(text)
    number = Fraction(text.replace("$", "").removesuffix("%"))
    return number / 100 if text.endswith("%") else number


def split(text: str, sign: str) -> list[str]:
    """Split at a sign that stands outside parentheses and quotation marks."""
    found, start = [], 0
    for at in list(outside(text)):
        if text.startswith(sign, at) and at >= start:
            found.append(text[start:at])
            start = at + len(sign)
    return [*found, text[start:]]


def outside(text: str) -> Iterator[int]:
    """Return the places of a text that stand outside parentheses and quotation marks."""
    depth, quoted = 0, False
    for at, character in enumerate(text):
        quoted ^= character == '"'
        depth += not quoted and {"(": 1, ")": -1}.get(character, 0)
        if not quoted and depth == 0:
            yield at


def outcome(finding: Json, margin: Json) -> tuple[bool | None, Fraction | None]:
    """Work out whether a printed comparison holds, and by how much."""
    text, _, reading = margin["text"].removesuffix(")").rpartition(" (")
    if not text or reading not in finding["readings"]:
        text, reading = margin["text"], ""
    printed = Printed(finding, reading)
    for sign in COMPARISONS:
        sides = split(text, sign)
        if len(sides) > 1:
            left, right = map(printed.worth, sides)
            return compared(sign.strip(), left, right), distance(left, right)
    return tested(printed, text), None


def tested(printed: Printed, text: str) -> bool | None:
    """Work out a test without two sides: `given`, `in`, or a flag."""
    if text.startswith("given("):
        return True if None not in map(printed.worth, split(text[6:-1], ", ")) else None
    operand, *options = split(text, " in ")
    worth = printed.worth(operand)
    if not options or worth is None:
        assert worth in (True, False, None), f"`{text}` is not true or false"
        return worth
    return worth in map(literal, split(options[0][1:-1], ", "))


def compared(sign: str, left: Value | Bounds | None, right: Value | Bounds | None) -> bool | None:
    """Compare two values as far as they are known."""
    if left is None or right is None:
        return None
    if sign in (">", ">="):
        return compared(sign.replace(">", "<"), right, left)
    if sign == "!=":
        equal = compared("=", left, right)
        return None if equal is None else not equal
    if isinstance(left, str | bool):
        return left == right
    (low, high), (least, most) = limits(left), limits(right)
    if sign == "=":
        return True if low == high == least == most else False if high < least or most < low else None
    if sign == "<":
        return True if high < least else False if low >= most else None
    return True if high <= least else False if low > most else None


def limits(value: Value | Bounds) -> tuple[Number, Number]:
    """Return the least and the most that a number or a date, by its day, can be."""
    if isinstance(value, Bounds):
        return value
    number = Fraction(value.toordinal()) if isinstance(value, date) else Fraction(value)
    return number, number


def distance(left: Value | Bounds | None, right: Value | Bounds | None) -> Fraction | None:
    """Return how far apart two numbers or dates are; None where there is no telling."""
    if any(each is None or isinstance(each, str | bool | Bounds) for each in (left, right)):
        return None
    return abs(Fraction(limits(left)[0]) - Fraction(limits(right)[0]))


def composed(printed: Printed, text: str) -> Value | None:
    """Work out a sum, a difference, a product, a share or a function of what is printed; None for anything else."""
    for sign, work in SIGNS.items():
        *before, last = split(text, sign)
        if before:
            return worked(printed, [sign.join(before), last], work)
    percent, *whole = split(text, "% of ")
    if whole:
        return worked(printed, [f"{percent}%", *whole], lambda share, of: share * of)
    name, _, inner = text.partition("(")
    return worked(printed, split(inner[:-1], ", "), FUNCTIONS[name]) if name in FUNCTIONS else None


def worked(printed: Printed, texts: list[str], work: Callable[..., Value]) -> Value | None:
    """Work on parts that are known, the printed ones as they are printed."""
    parts = [part(printed, text) for text in texts]
    return None if any(each is None or isinstance(each, Bounds) for each in parts) else work(*parts)


def part(printed: Printed, text: str) -> Value | Bounds | None:
    bare = text[1:-1] if text.startswith("(") else text
    return printed.worth(bare)


def add_months(day: date, months: Fraction) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + int(months), 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


SIGNS: dict[str, Callable[..., Value]] = {
    " + ": lambda a, b: a + b,
    " - ": lambda a, b: a - b,
    " * ": lambda a, b: a * b,
}
FUNCTIONS: dict[str, Callable[..., Value]] = {
    "least": min,
    "greatest": max,
    "add_months": add_months,
    "add_days": lambda day, days: day + timedelta(int(days)),
    "days_between": lambda a, b: Fraction((b - a).days),
}
