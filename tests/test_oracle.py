"""The policies that ship against an independent opinion: every finding, reading and decision, on random worlds."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from builders import NAME, agreement, asked, checked, files, verdicts
from hypothesis import event, given, settings
from oracle import FIVE, READINGS_OF, SIZE, Line, Proposal, Verdicts, judge
from worlds import CENT, World, worlds

import checker

EXAMPLES = int(os.environ.get("EXAMPLES", "300"))
some = settings(max_examples=EXAMPLES, deadline=None)
fewer = settings(max_examples=EXAMPLES // 5, deadline=None)
same_every_time = settings(max_examples=400, deadline=None, derandomize=True, database=None)


def second_opinion(world: World) -> Verdicts:
    return judge(world.loans, world.proposals, world.adopted, world.as_of)


@some
@given(worlds())
def test_the_checker_says_what_the_oracle_says(world: World) -> None:
    wanted = second_opinion(world)
    event(f"the run is {wanted.decision}")
    assert checked(world.pool, world.proposals, world.adopted, world.as_of) == wanted


@fewer
@given(worlds(flaws=(12, 30)))
def test_they_agree_where_nearly_everything_is_wrong(world: World) -> None:
    assert checked(world.pool, world.proposals, world.adopted, world.as_of) == second_opinion(world)


@fewer
@given(worlds())
def test_they_agree_on_what_is_read_from_files(world: World) -> None:
    policies = {NAME: agreement(frozenset(world.adopted.items()))}
    with tempfile.TemporaryDirectory() as folder:
        paths = files(Path(folder), world.pool, world.proposals)
        found = checker.read_batches(paths, checker.Source(agreements=policies))
    assert verdicts(checker.check(policies, found, world.as_of)) == second_opinion(world)


def reached(world: World) -> Iterator[str]:
    """Yield what a world shows."""
    found = second_opinion(world)
    yield f"run {found.decision}"
    yield from (f"line {decision}" for decision in found.lines.values())
    yield from (f"{rule} {status}" for (_, _, rule), status in found.findings.items())
    for (_, _, rule), readings in found.readings.items():
        yield from (f"{rule}, {name} {status}" for name, status in readings.items())
        yield f"{rule} adopted" if READINGS_OF.get(rule, rule) in world.adopted else f"{rule} open"
    for said in world.proposals:
        yield f"{len(said.lines) or 'no'} lines"
        yield f"tape {(said.date - said.tape_as_of).days} days old"
        yield from sizes(world, said, found.readings.get((said.name, None, SIZE), {}))
        yield from (f"price off by {off}" for each in said.lines if (off := price_off(world, each)) in (CENT, -CENT))


def sizes(world: World, said: Proposal, readings: Mapping[str, str]) -> Iterator[str]:
    """Yield at which edge of Section 3.13(g) the day's exercise is."""
    purchases = [
        (p.name, each) for p in world.proposals if p.date == said.date for each in p.lines if each.under == "3.13(g)"
    ]
    if not readings:
        return
    pool = [each.balance if each.in_pool else None for each in world.pool if each.in_pool is not False]
    taken = [world.loans[each.loan_id].balance if each.loan_id in world.loans else None for _, each in purchases]
    over = sum(filter(None, taken), Decimal(0)) - sum(filter(None, pool), Decimal(0)) / 100
    known = None not in [*pool, *taken]
    yield f"{len(taken)} loans bought"
    yield f"{len({name for name, _ in purchases})} batches in an exercise"
    if known and len(taken) >= FIVE:
        edge = {Decimal(0): "at", CENT: "a cent over", -CENT: "a cent under"}
        yield edge.get(over, "a part of a cent over" if 0 < over < CENT else "far from") + " the limit"
    if not known:
        yield f"of what is known {'over' if over > 0 else 'within'} the limit: floor {readings['floor']}"


def price_off(world: World, each: Line) -> Decimal | None:
    """Return by how much the price differs from the Repurchase Price, where that is known."""
    of = world.loans.get(each.loan_id)
    return None if of is None or each.price is None or of.balance is None else each.price - asked(of)


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    """Count in how many of four hundred worlds each thing is shown."""
    found: Counter[str] = Counter()

    @same_every_time
    @given(worlds())
    def count(world: World) -> None:
        found.update(set(reached(world)))

    count()
    return found
