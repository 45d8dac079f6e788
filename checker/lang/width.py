"""What SQL says of an expression, and how many digits it needs, told before anything runs: 38 at most are exact."""

from decimal import Decimal
from typing import NamedTuple

from checker.lang.syntax import Type

MOST_DIGITS = 38
ROWS = 9  # a set has less than ten to this power rows


class Width(NamedTuple):
    """The digits of a number before and after its point."""

    whole: int
    places: int

    @property
    def type(self) -> str:
        """Return the SQL type."""
        return f"DECIMAL({self.whole + self.places}, {self.places})"


# What a fact, a count or a number of days may be; a value that is wider is refused where it is read.
WIDTHS = {Type.MONEY: Width(16, 2), Type.NUMBER: Width(3, 8), Type.COUNT: Width(18, 0)}
DAYS = Width(8, 0)


class TooWideError(ValueError):
    """The expression, or a part of it, is nothing that SQL could hold exactly."""


class Sql(NamedTuple):
    """An expression in SQL: its value, the least that it can be, and its width where it is a number."""

    value: str
    least: str
    width: Width | None = None

    @property
    def digits(self) -> Width:
        """Return the width of what is known to be a number."""
        return self.width or Width(0, 0)


def fitting(width: Width, *, rows: int = 0) -> Width:
    """Return a width with room for a sum of so many rows, as a power of ten, or raise TooWideError."""
    wide = Width(width.whole + rows, width.places)
    if sum(wide) > MOST_DIGITS:
        raise TooWideError(f"it could need {sum(wide)} digits, and {MOST_DIGITS} are exact")
    return wide


def width_of(value: Decimal) -> Width:
    """Return the width of a constant, or raise TooWideError."""
    whole, _, places = f"{value.copy_abs():f}".partition(".")
    digits = len(whole.lstrip("0"))
    return fitting(Width(digits if digits or places else 1, len(places)))
