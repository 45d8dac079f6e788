"""Adding months to a day as a table: for each month of the day, where its days are moved, and where they stop."""

import calendar
from datetime import date

from checker.lang.named import NamedTuple

CALENDAR = (date.min.toordinal(), date.max.toordinal())


class Month(NamedTuple):
    """Days of one month, by their ordinals: each `moves` by as many days, and none beyond `end`."""

    first: int
    last: int
    moves: int
    end: int

    def of(self, day: int) -> int:
        """Return where a day of the month is moved."""
        return min(day + self.moves, self.end)


def later(days: tuple[int, int], n: int) -> list[Month]:
    """Return the table of `n` months later for these days, without those that would leave the calendar."""
    first, last = map(_number, days)
    inside = [month for month in range(first, last + 1) if 0 <= month + n <= _number(CALENDAR[1])]
    return [
        Month(
            first=max(days[0], _first(month)),
            last=min(days[1], _last(month)),
            moves=_first(month + n) - _first(month),
            end=_last(month + n),
        )
        for month in inside
    ]


def _number(day: int) -> int:
    """Return the number of a day's month, from January of year 1."""
    at = date.fromordinal(day)
    return at.year * 12 + at.month - 13


def _first(month: int) -> int:
    return date(month // 12 + 1, month % 12 + 1, 1).toordinal()


def _last(month: int) -> int:
    return _first(month) + calendar.monthrange(month // 12 + 1, month % 12 + 1)[1] - 1
