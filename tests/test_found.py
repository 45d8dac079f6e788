"""The lines to judge again: the first of each kind, wherever they stand, with others of their block and no more."""

from collections.abc import Iterator
from itertools import product
from random import Random

import pytest

from checker.engine.found import firsts
from checker.engine.plan import BATCH, STATUSES, UNDER, Version
from checker.model import Agreement, Decision

pytest.importorskip("duckdb")

from checker.engine.duck import Duck

RULES = ("b0", "b1", "b2", "b3")  # the built-in ones, which alone are judged where no version is in force
Row = tuple[str, int, str, str, int, int, int, int]  # batch, line, section, decision, the statuses
VERSION = Version(0, Agreement("a", {}, ()), None, {})


def lines(chance: Random, number: int) -> list[Row]:
    """Return lines of a few batches, in no order; most pass most rules, and their numbers lie in many blocks."""
    places = chance.sample(sorted(product(("x", "y", "z"), range(1, 9_000))), number)
    codes = [0] * 12 + [1, 2, 3]
    found = [tuple(chance.choice(codes) for _ in RULES) for _ in places]
    decisions = [chance.choice(list(Decision)) for _ in places]
    return [
        (batch, line, "3.18", str(decision), *own)  # type: ignore[misc] # four statuses
        for (batch, line), decision, own in zip(places, decisions, found, strict=True)
    ]


def kinds(rows: list[Row], most: int, shown: int) -> Iterator[tuple[list[Row], int]]:
    """Yield the lines of each kind in their order, and how many of them are wanted."""
    ordered = sorted(rows)
    for n in range(len(RULES)):
        yield [row for row in ordered if row[4 + n] != 0], most
        for code in range(1, len(STATUSES)):
            yield [row for row in ordered if row[4 + n] == code], shown
    for decision in Decision:
        yield [row for row in ordered if row[3] == decision], most


def block(row: Row) -> tuple[str, int]:
    """Return the batch of a line, and which hundred of its numbers it is in."""
    return row[0], row[1] // 100


def first(found: list[Row], limit: int) -> list[Row]:
    """Return the first lines, up to the end of the block in which there are enough; of 0 none."""
    return [row for row in found if sum(block(other) < block(row) for other in found[:limit]) < limit]


@pytest.mark.parametrize("most", [0, 1, 20, 300])
@pytest.mark.parametrize("shown", [0, 3, 40])
@pytest.mark.parametrize("number", [0, 1, 2_000])
def test_the_first_lines_of_each_kind(number: int, shown: int, most: int) -> None:
    rows = lines(Random(number), number)  # noqa: S311 (a test's randomness, to be had again)
    types = {BATCH: "VARCHAR", "line": "BIGINT", UNDER: "VARCHAR", "decision": "VARCHAR"}
    with Duck([]) as engine:
        engine.put("line_0", types | dict.fromkeys(RULES, "INTEGER"), rows)
        found = [row[:2] for row in engine.rows(firsts(engine, VERSION, most, shown))]
    assert len(found) == len(set(found))
    assert set(found) == {row[:2] for own, limit in kinds(rows, most, shown) for row in first(own, limit)}
    assert set(found) >= {row[:2] for own, limit in kinds(rows, most, shown) for row in own[:limit]}
