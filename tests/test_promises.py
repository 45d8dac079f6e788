"""What the README promises, as properties: of any world, whatever is taken away from it, reordered or split."""

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
import yaml
from builders import (
    DAY,
    FOLDER,
    NAME,
    agreement,
    batches,
    checked,
    files,
    line,
    loaded,
    loan,
    proposal,
    texts,
    versions,
)
from changes import arranged, backwards, fewer, shuffled, split
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import SIZE, Verdicts
from worlds import AMENDED, CENT, World, seeds, telling

import checker
from checker.api import make_report
from checker.report import renderer

EXAMPLES = int(os.environ.get("EXAMPLES", "300"))
some = settings(max_examples=EXAMPLES, deadline=None)
many = settings(max_examples=3 * EXAMPLES, deadline=None)
randoms = st.integers(0, 2**32).map(Random)
ORIGINAL, AMENDMENT = texts()
OBLIGATIONS = {"certify", "deposits", "request-files", "release-files"}


def decided(of: World) -> Verdicts:
    return checked(of.pool, of.proposals, of.adopted, of.as_of)


def permitted(found: Verdicts) -> set[tuple[str, int]]:
    return {at for at, decision in found.lines.items() if decision == "permitted"}


# 1 and 2: nothing is permitted by silence; a fact less is never a permission more.


@many
@given(seeds(flaws=(0, 0, 1, 2)), randoms)
def test_a_fact_less_permits_no_line_that_was_not_permitted(of: World, random: Random) -> None:
    assert permitted(decided(fewer(of, random))) <= permitted(decided(of))


@some
@given(seeds(), randoms)
def test_a_fact_less_turns_a_condition_into_unknown_or_leaves_it(of: World, random: Random) -> None:
    before, after = decided(of), decided(fewer(of, random))
    asked_of = {key: status for key, status in after.findings.items() if key[2].partition("/")[2] not in OBLIGATIONS}
    assert all(status in ("unknown", before.findings[key]) for key, status in asked_of.items())
    assert all(
        s in ("unknown", before.readings[key][r]) for key, found in after.readings.items() for r, s in found.items()
    )


@some
@given(seeds(), randoms)
def test_a_fact_less_meets_no_obligation(of: World, random: Random) -> None:
    before, after = decided(of), decided(fewer(of, random, ["certification"]))
    assert all(before.findings[key] == "met" for key, status in after.findings.items() if status == "met")


def without_section(section: str) -> Mapping[str, object]:
    """Return the policies that ship with one section of the amendment taken out."""
    found, times = re.subn(rf"^  {re.escape(section)}:\n(?:   .*\n|\n)+", "", AMENDMENT, flags=re.MULTILINE)
    assert times == 1
    return versions(ORIGINAL, found)


@pytest.mark.parametrize("section", ["3.18", "3.13(f)", "3.13(g)"])
@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(of=seeds(flaws=(0, 0, 1)))
def test_a_permission_less_permits_no_line_of_it(section: str, of: World) -> None:
    found = permitted(checked(of.pool, of.proposals, as_of=of.as_of, policies=without_section(section)))
    said = {(p.name, n): (p, each) for p in of.proposals for n, each in enumerate(p.lines, 1)}
    assert found <= permitted(checked(of.pool, of.proposals, as_of=of.as_of))
    assert not [at for at in found if said[at][0].date >= AMENDED and said[at][1].under == section]


@pytest.mark.parametrize("left", ["", "    conditions:\n", "    conditions: {}\n"], ids=["no key", "nothing", "none"])
@pytest.mark.parametrize("section", ["3.18", "3.13(f)", "3.13(g)"])
def test_a_permission_without_conditions_is_an_error(section: str, left: str) -> None:
    pattern = rf"(^  {re.escape(section)}:\n(?:    .*\n)*?)    conditions:\n(?:      .*\n)+"
    text, times = re.subn(pattern, lambda found: found[1] + left, AMENDMENT, flags=re.MULTILINE)
    assert times == 1
    with pytest.raises(checker.InputError):
        loaded(text)


@pytest.mark.parametrize("names", [[], ["facts.yaml"]], ids=["an empty folder", "facts without a policy"])
def test_no_policies_are_an_error(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text((FOLDER / name).read_text())
    with pytest.raises(checker.InputError):
        checker.load_policies(tmp_path)


def test_a_batch_of_an_agreement_that_no_policy_names_is_an_error(tmp_path: Path) -> None:
    paths = files(tmp_path, [loan()], [proposal([line(loan())])])
    with pytest.raises(checker.InputError):
        checker.read_batches(paths, checker.Source(agreements={}))


@settings(max_examples=30, deadline=None)
@given(seeds(flaws=(0,)))
def test_without_lines_nothing_is_permitted(of: World) -> None:
    found = decided(replace(of, proposals=tuple(replace(each, lines=()) for each in of.proposals)))
    assert {found.decision, *found.batches.values()} == {"undecided"}


def test_without_batches_nothing_is_permitted() -> None:
    assert checked([loan()], []).decision == "undecided"


@settings(max_examples=30, deadline=None)
@given(seeds(flaws=(0,)))
def test_without_rows_nothing_is_permitted(of: World) -> None:
    assert not permitted(decided(replace(of, pool=())))


@pytest.mark.parametrize("text", ["", " "], ids=["nothing", "a space"])
@pytest.mark.parametrize("name", ["buyer_name", "fmv_source", "det_by", "det_document"])
@pytest.mark.parametrize("how", ["files", "memory"])
def test_a_text_without_words_attests_nothing(tmp_path: Path, how: str, name: str, text: str) -> None:
    said = proposal([line(loan(), "3.13(f)", **{name: text})])
    with contextlib.suppress(checker.InputError):
        source = checker.Source(agreements={NAME: agreement()})
        given_ = (
            checker.read_batches(files(tmp_path, [loan()], [said]), source)
            if how == "files"
            else batches([loan()], [said])
        )
        assert checker.check({NAME: agreement()}, given_).decision != "permitted"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("price", Decimal("Infinity"), id="an endless price"),
        pytest.param("price", Decimal("NaN"), id="a price that is no number"),
        pytest.param("price", Decimal("1e40"), id="a price of more digits than a file may have"),
        pytest.param("price", 532.34, id="a float"),
        pytest.param("det_date", datetime(2005, 3, 31, 12, 0), id="an hour, not a day"),  # noqa: DTZ001 (a test of it)
        pytest.param("det_date", "2005-03-31", id="a date as text"),
        pytest.param("buyer_role", "stranger", id="a role that is none"),
    ],
)
def test_a_value_that_no_file_could_hold_is_an_error(name: str, value: object) -> None:
    with pytest.raises(checker.InputError):
        checked([loan()], [proposal([line(loan(), "3.13(f)", **{name: value})])])


# 3: money is exact.


@some
@given(seeds(flaws=(0,)), randoms, st.sampled_from([CENT, -CENT]))
def test_one_cent_refuses_a_line_that_was_permitted(of: World, random: Random, cent: Decimal) -> None:
    found = [(p, n) for p in of.proposals for n, each in enumerate(p.lines) if each.under != "3.13(f)"]
    before = permitted(decided(of))
    for said, n in random.sample(found, min(1, len(found))):
        lines = [replace(each, price=each.price + cent) if n == m else each for m, each in enumerate(said.lines)]
        changed = [replace(p, lines=tuple(lines)) if p is said else p for p in of.proposals]
        after = checked(of.pool, changed, of.adopted, of.as_of).lines
        assert (said.name, n + 1) not in before or after[said.name, n + 1] == "refused"


cents = st.integers(1, 10**17)


@some
@given(cents, cents, cents, st.sampled_from(["3.13(g)", "3.18"]))
def test_prices_up_to_a_thousand_billion_dollars_are_exact(a: int, b: int, c: int, under: str) -> None:
    of = loan("1", a * CENT, accrued_interest=b * CENT, unreimbursed_advances=c * CENT)
    prices = [(a + b + c + off) * CENT for off in (-1, 0, 1)]
    found = [
        checked([of], [proposal([line(of, under, price=price)])]).findings["a", 1, f"{under}/price"] for price in prices
    ]
    assert found == ["fail", "pass", "fail"]


@some
@given(st.lists(cents, min_size=6, max_size=9), st.integers(0, 10**6))
def test_one_percent_of_a_thousand_billion_dollars_is_exact(bought: list[int], off: int) -> None:
    rows = [loan(str(n), each * CENT) for n, each in enumerate(bought)]
    pools = [[*rows, loan("rest", max(0, 99 * sum(bought) + over) * CENT)] for over in (off, -1, -off - 1)]
    found = [checked(pool, [proposal(map(line, rows))]).findings["a", None, SIZE] for pool in pools]
    assert found == ["pass", "fail", "fail"]


# 4: every two readings are two: on some batch one passes and the other fails.


@pytest.fixture(scope="module")
def differ() -> set[tuple[str, str, str, str]]:
    """Return which readings of which rule passed and failed on one subject, by version."""
    found = set()
    for day in (date(2004, 11, 24), DAY, date(2005, 5, 1), date(2005, 9, 30)):
        version = ORIGINAL if day < AMENDED else AMENDMENT
        for pool, said in telling(day):
            for (_, _, rule), readings in checked(pool, [said]).readings.items():
                pairs = combinations(sorted(readings.items()), 2)
                found |= {(version, rule, a, b) for (a, x), (b, y) in pairs if {x, y} == {"pass", "fail"}}
    return found


def pairs() -> Iterator[object]:
    """Yield every two readings of every condition of every version."""
    for text in (ORIGINAL, AMENDMENT):
        policy = loaded(text)
        for condition in (*policy.always, *(c for p in policy.permissions.values() for c in p.conditions)):
            for a, b in combinations(sorted(reading.name for reading in condition.readings), 2):
                yield pytest.param(text, condition.rule, a, b, id=f"{policy.name}: {condition.rule}, {a} and {b}")


@pytest.mark.parametrize(("version", "rule", "one", "other"), list(pairs()))
def test_two_readings_differ(differ: set[object], version: str, rule: str, one: str, other: str) -> None:
    assert (version, rule, one, other) in differ


# 6: order is irrelevant.


@some
@given(seeds(), randoms)
def test_the_order_of_loans_lines_and_batches_is_irrelevant(of: World, random: Random) -> None:
    orders = {p.name: shuffled(p.lines, random) for p in of.proposals}
    before, after = decided(of), decided(arranged(of, orders, random))
    moved = {(name, new + 1): (name, old + 1) for name, order in orders.items() for new, old in enumerate(order)}
    assert before.findings == {(*moved.get(key[:2], key[:2]), key[2]): s for key, s in after.findings.items()}
    assert before.lines == {moved[at]: decision for at, decision in after.lines.items()}
    assert (before.decision, before.batches) == (after.decision, after.batches)


@settings(max_examples=EXAMPLES // 6, deadline=None)
@given(seeds(), randoms, st.sampled_from(["json", "text", "csv"]))
def test_batches_in_another_order_give_the_same_bytes(of: World, random: Random, form: str) -> None:
    policies, given_ = {NAME: agreement()}, batches(of.pool, of.proposals)
    orders = [given_, random.sample(given_, len(given_))]
    found = [make_report(policies, checker.check(policies, each, of.as_of), of.as_of) for each in orders]
    assert renderer(form)(found[0]) == renderer(form)(found[1])


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(seeds())
def test_the_order_of_rules_readings_and_files_is_irrelevant(of: World) -> None:
    turned = [json.dumps(backwards(yaml.load(text, yaml.CBaseLoader))) for text in (AMENDMENT, ORIGINAL)]  # noqa: S506 (text only)
    found = checked(of.pool, of.proposals, as_of=of.as_of, policies=versions(*turned))
    assert found == checked(of.pool, of.proposals, as_of=of.as_of)


# 7: splitting a day does not help.


def sizes(of: World, found: Verdicts) -> set[tuple[date, str, tuple[tuple[str, str], ...]]]:
    """Return what was said of each day's size."""
    named = {each.name: each.date for each in of.proposals}
    keys = [key for key in found.findings if key[2] == SIZE]
    return {(named[key[0]], found.findings[key], tuple(found.readings[key].items())) for key in keys}


@some
@given(seeds(), randoms)
def test_splitting_a_day_over_batches_changes_nothing(of: World, random: Random) -> None:
    parts, went = split(of, random)
    whole, found = decided(of), decided(parts)
    assert sizes(of, whole) == sizes(parts, found)
    assert whole.lines == {at: found.lines[went[at]] for at in went}
