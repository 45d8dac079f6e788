"""Exact arithmetic, and the two ways in which a value may be less than known."""

from collections.abc import Iterable
from decimal import (
    Clamped,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Rounded,
    Underflow,
    localcontext,
)

from checker.lang.named import NamedTuple
from checker.lang.syntax import Value

# The longest value an expression can build: its parts are limited in number and each in digits. A lost digit is a bug.
EXACT = Context(prec=100_000, traps=[Inexact, Rounded, InvalidOperation, Overflow, Underflow, Clamped, DivisionByZero])
# Looked up once: looking up a method of a context takes as long as using it.
_ADD, _SUBTRACT, _MULTIPLY = EXACT.add, EXACT.subtract, EXACT.multiply


class AtLeast(NamedTuple):
    """An unknown amount or count of which only the least possible value is known."""

    least: Decimal | int


# What an expression is worth: a value, a lower bound, or None where it is unknown.
Worth = Value | AtLeast | None


def add(left: Decimal | int, right: Decimal | int) -> Decimal | int:
    """Return the exact sum; of two counts a count."""
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    return _ADD(left, right)


def subtract(left: Decimal | int, right: Decimal | int) -> Decimal | int:
    """Return the exact difference; of two counts a count."""
    if isinstance(left, int) and isinstance(right, int):
        return left - right
    return _SUBTRACT(left, right)


def multiply(left: Decimal | int, right: Decimal | int) -> Decimal | int:
    """Return the exact product; of two counts a count."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    return _MULTIPLY(left, right)


def add_all(values: Iterable[Decimal | int]) -> Decimal | int:
    """Return the exact sum of many; of none 0."""
    with localcontext(EXACT):
        return sum(values)
