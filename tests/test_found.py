"""The lines to judge again: the first of each kind, wherever they stand in batches and blocks, and no others."""

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


def wanted(rows: list[Row], most: int, shown: int) -> set[tuple[str, int]]:
    """Return the first lines of each kind, as one would look for them by hand."""
    ordered = sorted(rows)
    kinds = [([row for row in ordered if row[4 + n] != 0], most) for n in range(len(RULES))]
    kinds += [
        ([row for row in ordered if row[4 + n] == code], shown)
        for n, code in product(range(len(RULES)), range(1, len(STATUSES)))
    ]
    kinds += [([row for row in ordered if row[3] == decision], most) for decision in Decision]
    return {row[:2] for found, limit in kinds for row in found[:limit]}


@pytest.mark.parametrize("most", [0, 1, 20, 300])
@pytest.mark.parametrize("shown", [0, 3, 40])
@pytest.mark.parametrize("number", [0, 1, 2_000])
def test_the_first_lines_of_each_kind(number: int, shown: int, most: int) -> None:
    rows = lines(Random(number), number)  # noqa: S311 (a test's randomness, to be had again)
    types = {BATCH: "VARCHAR", "line": "BIGINT", UNDER: "VARCHAR", "decision": "VARCHAR"}
    with Duck([]) as engine:
        engine.put("line_0", types | dict.fromkeys(RULES, "INTEGER"), rows)
        found = firsts(engine, VERSION, most, shown)
    assert len(found) == len(set(found))
    assert set(found) == wanted(rows, most, shown)
