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
from worlds import CENT, Seeded, World, seeds, world, worlds

import checker

EXAMPLES = int(os.environ.get("EXAMPLES", "300"))
some = settings(max_examples=EXAMPLES, deadline=None)
many = settings(max_examples=5 * EXAMPLES, deadline=None)


def second_opinion(of: World) -> Verdicts:
    return judge(of.loans, of.proposals, of.adopted, of.as_of)


@many
@given(seeds())
def test_the_checker_says_what_the_oracle_says(of: World) -> None:
    wanted = second_opinion(of)
    event(f"the run is {wanted.decision}")
    assert checked(of.pool, of.proposals, of.adopted, of.as_of) == wanted


@some
@given(worlds())
def test_where_they_disagree_the_smallest_world_is_shown(of: World) -> None:
    assert checked(of.pool, of.proposals, of.adopted, of.as_of) == second_opinion(of)


@some
@given(seeds(flaws=(12, 30)))
def test_they_agree_where_nearly_everything_is_wrong(of: World) -> None:
    assert checked(of.pool, of.proposals, of.adopted, of.as_of) == second_opinion(of)


@some
@given(seeds())
def test_they_agree_on_what_is_read_from_files(of: World) -> None:
    policies = {NAME: agreement(frozenset(of.adopted.items()))}
    with tempfile.TemporaryDirectory() as folder:
        paths = files(Path(folder), of.pool, of.proposals)
        found = checker.read_batches(paths, checker.Source(agreements=policies))
    assert verdicts(checker.check(policies, found, of.as_of)) == second_opinion(of)


# Two thousand worlds, the same every time, show each of these in so many of them at least.
CONDITIONS = ["pass", "fail", "unknown"]
OBLIGATIONS = ["met", "due", "late", "defective"]
STATUSES = {
    "builtin/loan-in-pool": CONDITIONS,
    "builtin/listed-once": ["pass", "fail"],
    "builtin/in-force": CONDITIONS,
    "builtin/buyer-is-who-it-says": CONDITIONS,
    "always/tape-of-the-date": ["pass", "fail", "disputed", "adopted", "open"],
    "3.18/delinquent-90-days": [*CONDITIONS, "disputed", "adopted", "open"],
    "3.18/not-foreclosed": CONDITIONS,
    "3.18/buyer": [*CONDITIONS, "disputed", "adopted", "open"],
    "3.18/price": CONDITIONS,
    "3.13(f)/defaulted": CONDITIONS,
    "3.13(f)/alternative-to-foreclosure": CONDITIONS,
    "3.13(f)/third-party": [*CONDITIONS, "disputed", "adopted", "open"],
    "3.13(f)/fair-market-value": CONDITIONS,
    "3.13(f)/maximizes-proceeds": CONDITIONS,
    "3.13(f)/determination": CONDITIONS,
    "3.13(g)/buyer": CONDITIONS,
    "3.13(g)/size": [*CONDITIONS, "disputed", "adopted", "open"],
    "3.13(g)/size, floor": CONDITIONS,
    "3.13(g)/size, minimum": CONDITIONS,
    "3.13(g)/size, floor-and-minimum": CONDITIONS,
    "3.13(g)/price": CONDITIONS,
    "3.13(g)/certify": OBLIGATIONS,
    "3.13(g)/deposits": OBLIGATIONS,
    "3.13(g)/request-files": ["met", "due", "late"],
    "3.13(g)/release-files": ["met", "due"],
}
OFTEN = {
    **dict.fromkeys(["line permitted", "line refused", "line undecided"], 500),
    **dict.fromkeys(["run permitted", "run refused", "run undecided"], 200),
    **dict.fromkeys(["1 batches in an exercise", "2 batches in an exercise", "no lines"], 150),
    **dict.fromkeys(["4 loans bought", "5 loans bought", "6 loans bought"], 100),
    **dict.fromkeys(["3.13(g)/size disputed", "3.13(g)/size unknown", "tape 31 days old", "tape 32 days old"], 80),
    **dict.fromkeys(["price off by 0.01", "price off by -0.01", "tape -1 days old"], 80),
    **dict.fromkeys(["at the limit", "a cent over the limit", "a part of a cent over the limit"], 30),
    **dict.fromkeys(["within what is known of the limit: pass", "within what is known of the limit: unknown"], 10),
    **dict.fromkeys(["over what is known of the limit: unknown", "a cent under the limit"], 10),
}
LEAST = dict.fromkeys((f"{rule} {status}" for rule, statuses in STATUSES.items() for status in statuses), 5) | OFTEN


@pytest.fixture(scope="module")
def shown() -> Counter[str]:
    """Return in how many worlds each thing is shown."""
    return Counter(thing for seed in range(2000) for thing in set(things(world(Seeded(seed)))))


@pytest.mark.parametrize(("thing", "least"), LEAST.items())
def test_the_worlds_show_it_often(shown: Counter[str], thing: str, least: int) -> None:
    assert shown[thing] >= least


def things(of: World) -> Iterator[str]:
    """Yield what a world shows."""
    found = second_opinion(of)
    yield f"run {found.decision}"
    yield from (f"line {decision}" for decision in found.lines.values())
    yield from (f"{rule} {status}" for (_, _, rule), status in found.findings.items())
    for (_, _, rule), readings in found.readings.items():
        yield from (f"{rule}, {name} {status}" for name, status in readings.items())
        yield f"{rule} adopted" if READINGS_OF.get(rule, rule) in of.adopted else f"{rule} open"
    for said in of.proposals:
        yield from ["no lines"] if not said.lines else []
        yield f"tape {(said.date - said.tape_as_of).days} days old"
        yield from sizes(of, said, found.readings.get((said.name, None, SIZE), {}))
        yield from (f"price off by {price_off(of, each)}" for each in said.lines)


def sizes(of: World, said: Proposal, readings: Mapping[str, str]) -> Iterator[str]:
    """Yield at which edge of Section 3.13(g) the exercise of the day is."""
    bought = [(p.name, each.loan_id) for p in of.proposals if p.date == said.date for each in p.lines if _is_g(each)]
    pool = [each.balance if each.in_pool else None for each in of.pool if each.in_pool is not False]
    taken = [of.loans[each].balance if each in of.loans else None for _, each in bought]
    over = sum(filter(None, taken), Decimal(0)) - sum(filter(None, pool), Decimal(0)) / 100
    if readings:
        yield f"{len(taken)} loans bought"
        yield f"{len({name for name, _ in bought})} batches in an exercise"
    if readings and len(taken) >= FIVE and None in [*pool, *taken]:
        yield f"{'over' if over > 0 else 'within'} what is known of the limit: {readings['minimum']}"
    if readings and len(taken) >= FIVE and None not in [*pool, *taken]:
        edges = {Decimal(0): "at", CENT: "a cent over", -CENT: "a cent under"}
        yield edges.get(over, "a part of a cent over" if 0 < over < CENT else "far from") + " the limit"


def _is_g(each: Line) -> bool:
    return each.under == "3.13(g)"


def price_off(of: World, each: Line) -> Decimal | None:
    """Return by how much the price differs from the Repurchase Price, where that is known."""
    row = of.loans.get(each.loan_id)
    return None if row is None or each.price is None or row.balance is None else each.price - asked(row)
