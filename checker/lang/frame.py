"""What an expression is judged on: the facts of a subject, and the sets of rows that aggregates go over."""

from collections.abc import Callable, Mapping, Sequence

from checker.lang.exact import Worth
from checker.lang.named import NamedTuple
from checker.lang.syntax import Value

Row = Mapping[str, Value | None]


class RowSet:
    """The rows of a set; `maybe` are rows of which it is unknown whether they belong to it, for want of `decided_by`.

    `totals` keeps each aggregate that reads nothing but these rows, so that a pool is summed once. A set whose rows are
    elsewhere has them filled in, and in `lacking` how many rows of each aggregate lack which fact.
    """

    __slots__ = ("decided_by", "lacking", "maybe", "rows", "totals")

    def __init__(self, rows: Sequence[Row], maybe: Sequence[Row] = (), decided_by: str = "") -> None:
        """Start with nothing summed."""
        self.rows = rows
        self.maybe = maybe
        self.decided_by = decided_by
        self.totals: dict[str, Worth] = {}
        self.lacking: dict[str, Mapping[str, int]] = {}


class Frame(NamedTuple):
    """What an expression is judged on: the facts of the subject, and the sets."""

    row: Row
    sets: Mapping[str, RowSet]


Run = Callable[[Row, Frame], Worth]
