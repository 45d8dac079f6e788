"""Rows that are kept by column: of a large pool most rows are only ever summed, and are never made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import compress

from checker.lang.frame import Row
from checker.lang.syntax import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Column = Sequence[Value | None]


class Amounts(Sequence[Decimal | None]):
    """Amounts whose texts were checked, each made when it is asked for; one that says nothing is unknown."""

    __slots__ = ("texts",)

    def __init__(self, texts: Sequence[str]) -> None:
        """Keep the texts."""
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[Decimal | None]:
        if "" in self.texts:
            return (Decimal(text) if text else None for text in self.texts)
        return map(Decimal, self.texts)

    def __getitem__(self, at: Any) -> Any:
        text = self.texts[at]
        return Decimal(text) if text else None


class Rows(Sequence[Row]):
    """Rows by their columns, which are of one length; a row that was made is kept."""

    __slots__ = ("_all", "_made", "columns")

    def __init__(self, columns: Mapping[str, Column]) -> None:
        """Start with no row made."""
        self.columns = columns
        self._made: dict[int, Row] = {}
        self._all: list[Row] = []

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __iter__(self) -> Iterator[Row]:
        if not self._all:
            names = tuple(self.columns)
            self._all = [dict(zip(names, row)) for row in zip(*self.columns.values())]  # noqa: B905 (of one length; a check here is dear)
        return iter(self._all)

    def __getitem__(self, at: Any) -> Any:
        if self._all:
            return self._all[at]
        if at not in self._made:
            self._made[at] = {name: cells[at] for name, cells in self.columns.items()}
        return self._made[at]


class ByName(Mapping[str, Row]):
    """Rows by the worth of one of their columns, in which no text stands twice."""

    __slots__ = ("_at", "_rows")

    def __init__(self, rows: Rows, names: Sequence[str]) -> None:
        """Note where each stands."""
        self._rows = rows
        self._at = dict(zip(names, range(len(rows)), strict=True))

    def __len__(self) -> int:
        return len(self._at)

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __getitem__(self, name: str) -> Row:
        found: Row = self._rows[self._at[name]]
        return found


def kept(rows: Sequence[Row], keep: Sequence[bool]) -> Sequence[Row]:
    """Return the rows that are to be kept."""
    if not isinstance(rows, Rows):
        return list(compress(rows, keep))
    return Rows({name: _kept(cells, keep) for name, cells in rows.columns.items()})


def _kept(cells: Column, keep: Sequence[bool]) -> Column:
    return Amounts(list(compress(cells.texts, keep))) if isinstance(cells, Amounts) else list(compress(cells, keep))


def column(rows: Sequence[Row], name: str) -> Column:
    """Return what each row says of a fact."""
    if isinstance(rows, Rows):
        return rows.columns.get(name) or [None] * len(rows)
    return [row.get(name) for row in rows]
