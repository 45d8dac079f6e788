"""Judging many lines at once: those that state the same of what a rule asks are judged once."""

from __future__ import annotations

from itertools import starmap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeVar

    from checker.lang.evaluate import Row

    T = TypeVar("T")


def stated(names: Iterable[str], rows: Sequence[Row]) -> Sequence[object]:
    """Return what each row states of some facts, in one value: equal where they state the same."""
    columns = [[row.get(name) for row in rows] for name in names]
    if len(columns) == 1:
        return columns[0]
    return list(zip(*columns, strict=True)) if columns else [None] * len(rows)


def judge_each(
    judge: Callable[..., T], given: Iterable[tuple[object, ...]], states: Sequence[object] | None
) -> list[T]:
    """Return what `judge` makes of each of what it is given: of those of one state once, of each where none is told."""
    if states is None:
        return list(starmap(judge, given))
    different = dict(zip(states, given, strict=True))
    found = dict(zip(different, starmap(judge, different.values()), strict=True))
    return [found[state] for state in states]
