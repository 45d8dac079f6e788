"""What an expression is judged on: the facts of a subject, and the sets of rows that aggregates go over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from checker.lang.exact import Worth
from checker.lang.syntax import Value

Row = Mapping[str, Value | None]


@dataclass(slots=True, kw_only=True, eq=False)
class RowSet:
    """The rows of a set; `maybe` are rows of which it is unknown whether they belong to it, for want of `decided_by`.

    `totals` keeps each aggregate that reads nothing but these rows, so that a pool is summed once.
    """

    rows: Sequence[Row]
    maybe: Sequence[Row] = ()
    decided_by: str = ""
    totals: dict["Run", Worth] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What an expression is judged on: the facts of the subject, and the sets."""

    row: Row
    sets: Mapping[str, RowSet]


Run = Callable[[Row, Frame], Worth]
