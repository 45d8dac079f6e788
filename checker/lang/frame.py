"""What an expression is judged on: the facts of a subject, and the sets of rows that aggregates go over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from checker.lang.exact import Worth
from checker.lang.named import NamedTuple
from checker.lang.syntax import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Row = Mapping[str, Value | None]
NO_FACTS: Row = {}
Column = Sequence[Value | None]


class Table(Sequence[Row]):
    """Rows of which a column can be read for itself; each is made when it is first asked for, and kept."""

    __slots__ = ("_columns", "_count", "_rows", "shared")

    def __init__(self, count: int, rows: Sequence[Row] | None = None, shared: Row = NO_FACTS) -> None:
        """Start with what is there: the number of rows or the rows themselves, and the facts that all of them have."""
        self.shared = shared
        self._count = count
        self._columns: dict[str, Column] = {}
        self._rows = rows

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, at: Any) -> Any:
        return self.rows[at]

    @property
    def rows(self) -> Sequence[Row]:
        """Return the rows themselves."""
        if self._rows is None:
            self._rows = self.make()
        return self._rows

    def column(self, name: str) -> Column:
        """Return what each row says of a fact."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = self.read(name)
        return found

    def read(self, name: str) -> Column:
        """Read a column for the first time."""
        return [row.get(name) for row in self.rows]

    def make(self) -> Sequence[Row]:
        """Make the rows, where they are not there from the start."""
        raise NotImplementedError


class Joined(Table):
    """The rows of several tables, one after the other."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Sequence[Table]) -> None:
        """Keep the tables."""
        super().__init__(sum(map(len, tables)))
        self._tables = tables

    def read(self, name: str) -> Column:
        """Read the column of each table."""
        return list(chain.from_iterable([table.column(name) for table in self._tables]))

    def make(self) -> Sequence[Row]:
        """Return the rows of each table."""
        return [row for table in self._tables for row in table]


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
