"""What a report holds besides the findings: what each line was asked, what all of it rests on, what was read."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from builders import DAY, NAME, agreement, line, loan, loans, proposal, shipped_policies, tape, texts, versions
from hypothesis import given, settings
from reports import CASES, SPLIT, case, document, findings, of_conditions, of_world, over, reported
from worlds import World, seeds

import checker
from checker.findings import Report

ONLY_IN_HAND = "Only the batches in hand are seen: dispositions on other dates, or in other batches, are not."
ANY_ONE_TIME = '"At any one time" is read as each date; exercises on other dates are not seen.'
AGE = "No contract in hand says how old a report may be; 31 days is the checker's own limit."
some = settings(max_examples=60, deadline=None)


def only(of: Report) -> Mapping[str, Any]:
    """Return the one batch of a report."""
    [batch] = document(of)["batches"]
    return batch


def price_of(of: Report) -> tuple[str | None, str | None, str | None]:
    price = only(of)["lines"][0]["price"]
    return price["offered"], price["asked"], price["difference"]


# The price that is asked: the Repurchase Price of the loan below is 1,532.34.


@pytest.mark.parametrize("section", ["3.18", "3.13(g)"])
@pytest.mark.parametrize(
    ("offered", "difference"),
    [
        pytest.param("1532.33", "-0.01", id="one cent short"),
        pytest.param("1532.34", "0.00", id="the price itself"),
        pytest.param("1532.35", "0.01", id="one cent over"),
        pytest.param("1532.345", "0.005", id="half a cent over"),
    ],
)
def test_a_repurchase_is_asked_the_repurchase_price(section: str, offered: str, difference: str) -> None:
    pool = loans("1000.00")
    report = reported(pool, [proposal([line(pool[0], section, price=Decimal(offered))])])
    wanted = offered if len(offered) > 7 else f"{Decimal(offered):.2f}"
    assert price_of(report) == (wanted, "1532.34", difference)


def test_a_sale_of_a_defaulted_loan_is_asked_the_fair_market_value_and_not_the_repurchase_price() -> None:
    pool = loans("1000.00")
    said = line(pool[0], "3.13(f)", price=Decimal("905.5"), fmv_amount=Decimal(900), pv_sale=Decimal(1))
    assert price_of(reported(pool, [proposal([said])])) == ("905.50", "900.00", "5.50")


@pytest.mark.parametrize(
    ("section", "facts", "said", "price"),
    [
        pytest.param("3.18", {}, {"price": None}, (None, "1532.34", None), id="no price offered under 3.18"),
        pytest.param("3.13(g)", {}, {"price": None}, (None, "1532.34", None), id="no price offered under 3.13(g)"),
        pytest.param("3.13(f)", {}, {"price": None}, (None, "1532.34", None), id="no price offered under 3.13(f)"),
        pytest.param("3.13(f)", {}, {"fmv_amount": None}, ("1532.34", None, None), id="no fair market value"),
        pytest.param("3.18", {"balance": None}, {"price": Decimal(1)}, ("1.00", None, None), id="no balance"),
        pytest.param(
            "3.13(g)", {"accrued_interest": None}, {"price": Decimal(1)}, ("1.00", None, None), id="no interest"
        ),
        pytest.param("3.10", {}, {"price": Decimal(1)}, ("1.00", None, None), id="a section that asks nothing"),
    ],
)
def test_a_price_that_is_unknown_has_no_difference(
    section: str, facts: Mapping[str, object], said: Mapping[str, object], price: tuple[str | None, ...]
) -> None:
    pool = [replace(loan(balance="1000.00"), **facts)]
    assert price_of(reported(pool, [proposal([line(pool[0], section, **said)])])) == price


def test_a_whole_amount_from_memory_is_an_amount() -> None:
    pool = loans("1000.00")
    said = {"loan": "1", "under": "3.13(f)", "price": 950, "fair_market_value.amount": 900}
    made = checker.make_batch(agreement(), tape(pool), name="a", date=DAY, lines=[said])
    known = shipped_policies()
    assert price_of(checker.make_report(known, checker.check(known, [made]))) == ("950.00", "900.00", "50.00")


def test_of_two_prices_that_readings_ask_neither_is_the_price_asked() -> None:
    pool = loans("1000.00")
    said = proposal([line(pool[0], "3.18")])
    assert price_of(reported(pool, [said], policies=of_conditions({"price": SPLIT["price"]})))[1:] == (None, None)


def test_the_price_of_the_adopted_reading_is_asked() -> None:
    pool = loans("1000.00")
    known = of_conditions({"price": SPLIT["price"]}, adopted="bare")
    report = reported(pool, [proposal([line(pool[0], "3.18")])], policies=known)
    assert price_of(report) == ("1532.34", "1000.00", "532.34")


# Assumptions.


@pytest.mark.parametrize("name", CASES)
def test_every_decision_says_that_only_the_batches_in_hand_are_seen(name: str) -> None:
    assert [each["assumptions"][0] for each in document(case(name))["batches"]] == [ONLY_IN_HAND] * len(
        case(name).batches
    )


@some
@given(seeds())
def test_every_decision_on_a_3_13_g_line_rests_on_what_any_one_time_is_read_as(of: World) -> None:
    for batch in document(of_world(of))["batches"]:
        said = any(each["under"] == "3.13(g)" for each in batch["lines"]) and batch["policy"] is not None
        in_force = said and batch["policy"].endswith("amendment-1")
        assert (ANY_ONE_TIME in batch["assumptions"]) is in_force


@some
@given(seeds())
def test_every_reading_that_was_adopted_is_an_assumption_of_each_decision_that_it_settles(of: World) -> None:
    for batch in document(of_world(of, everything=True))["batches"]:
        used = {each["adopted"]["reading"] for each in batch["findings"] if each["adopted"]}
        for reading in used:
            assert [
                text
                for text in batch["assumptions"]
                if f"is read as `{reading}`, adopted by A. Reviewer on 2005-01-10" in text
            ]


def test_an_adopted_reading_is_shown_with_its_name_date_and_reason() -> None:
    [size] = [each for each in findings(case("adopted")) if each["rule"] == "3.13(g)/size"]
    adoption = {"reading": "floor", "adopted_by": "A. Reviewer", "adopted_on": "2005-01-10", "because": "A test."}
    assert (size["status"], size["adopted"]) == ("pass", adoption)
    assert "(under `floor`, adopted by A. Reviewer on 2005-01-10: A test; " in size["message"]


@pytest.mark.parametrize(
    ("adopted", "of", "status", "others"),
    [
        pytest.param("floor", 4, "pass", "`minimum` would refuse, `floor-and-minimum` would refuse", id="four, floor"),
        pytest.param(
            "minimum", 4, "fail", "`floor` would permit, `floor-and-minimum` would refuse", id="four, minimum"
        ),
        pytest.param("floor", 5, "pass", "`minimum` would refuse, `floor-and-minimum` would permit", id="five, floor"),
        pytest.param("floor-and-minimum", 6, "fail", "`floor` would refuse, `minimum` would refuse", id="six, both"),
    ],
)
def test_it_is_said_what_the_other_readings_would_do(adopted: str, of: int, status: str, others: str) -> None:
    pool = over("0.01", of=of)
    said = proposal([line(each) for each in pool[:of]])
    [size] = [
        each for each in findings(reported(pool, [said], {"3.13(g)/size": adopted})) if each["rule"] == "3.13(g)/size"
    ]
    assert size["status"] == status
    assert size["message"].endswith(f"{others})")


def test_what_another_reading_lacks_is_said_too() -> None:
    pool = [*over("0.01", of=5), loan("no balance", None)]
    said = proposal([line(each) for each in pool[:5]])
    [size] = [
        each for each in findings(reported(pool, [said], {"3.13(g)/size": "floor"})) if each["rule"] == "3.13(g)/size"
    ]
    assert size["message"].endswith("; `minimum` would be unknown, `floor-and-minimum` would permit)")
    assert size["missing"] == []


def test_a_term_that_was_read_one_way_is_named_among_the_assumptions() -> None:
    wanted = "`outside_buyer` is read as `affiliate-does-not`, adopted by A. Reviewer on 2005-01-10: A test."
    assert wanted in only(case("adopted"))["assumptions"]


@pytest.mark.parametrize(
    ("adopted", "assumed"),
    [
        pytest.param({}, True, id="no reading adopted"),
        pytest.param({"always/tape-of-the-date": "latest-report"}, True, id="the reading that assumes it"),
        pytest.param({"always/tape-of-the-date": "that-day"}, False, id="the other reading"),
    ],
)
def test_an_assumption_of_a_reading_goes_when_another_is_adopted(adopted: dict[str, str], *, assumed: bool) -> None:
    pool = loans("1000.00")
    report = reported(pool, [proposal([line(pool[0], "3.18")])], adopted)
    assert (AGE in only(report)["assumptions"]) is assumed


def test_a_section_that_is_not_cited_adds_no_assumption() -> None:
    pool = loans("1000.00")
    found = only(reported(pool, [proposal([line(pool[0], "3.18")])]))["assumptions"]
    assert [text for text in found if "any one time" in text or "Immediately" in text or "fair market" in text] == []


def test_no_assumption_is_said_twice() -> None:
    pool = loans("1000.00", "1000.00", "1000.00")
    lines = [line(each, section) for each, section in zip(pool, ["3.18", "3.13(g)", "3.13(f)"], strict=True)]
    found = only(reported(pool, [proposal(lines)]))["assumptions"]
    assert len(found) == len(set(found))
    assert sum("Appendix A of the Agreement was not in hand" in text for text in found) == 1


# Notes, and the head.


def test_what_is_not_on_the_tape_is_named_once() -> None:
    pool = loans("1000.00", "1.00", accrued_interest=None, foreclosed=None)
    report = reported(pool, [proposal([line(each, "3.18") for each in pool])])
    absent = "Not on the tape, so unknown for every loan: `loan.accrued_interest`, `loan.foreclosed`."
    assert only(report)["notes"] == [absent]


def test_what_the_batch_attests_is_named_with_the_number_of_its_lines() -> None:
    notes = only(case("attested"))["notes"]
    assert notes[1:] == ["Attested by the batch, not measured: `loan.accrued_interest` (2 lines)."]


def test_a_number_that_was_attested_is_from_the_batch() -> None:
    values = [value for each in findings(case("attested")) for value in each["values"]]
    found = {value["text"]: value["from"] for value in values}
    assert found["loan.accrued_interest"] == "batch"
    assert found["loan.stated_principal_balance"] == "tape"
    assert found["repurchase_price"] == "tape and batch"


def test_what_the_tape_has_is_from_the_tape_though_another_line_attests_it() -> None:
    pool = loans("1000.00", "1000.00")
    pool[0] = replace(pool[0], accrued_interest=None)
    lines = [line(pool[0], "3.18", attests=(("accrued_interest", Decimal(1)),)), line(pool[1], "3.18")]
    found = findings(reported(pool, [proposal(lines)], everything=True))
    sources = {
        each["subject"]["line"]: value["from"]
        for each in found
        if each["rule"] == "3.18/price"
        for value in each["values"]
        if value["text"] == "loan.accrued_interest"
    }
    assert sources == {1: "batch", 2: "tape"}


@pytest.mark.parametrize(
    ("last", "loans_in_pool", "balance"),
    [
        pytest.param({}, 2, "3000.00", id="all known"),
        pytest.param({"in_pool": False}, 1, "1000.00", id="one not in the pool"),
        pytest.param({"balance": None}, 2, None, id="a balance that is unknown"),
        pytest.param({"in_pool": None}, 1, None, id="unknown whether in the pool"),
    ],
)
def test_the_pool_is_counted_and_totalled(last: Mapping[str, object], loans_in_pool: int, balance: str | None) -> None:
    pool = loans("1000.00", "2000.00")
    pool[1] = replace(pool[1], **last)
    found = only(reported(pool, [proposal([line(pool[0], "3.18")])]))["pool"]
    assert found == {"loans": loans_in_pool, "stated_principal_balance": balance}


def test_findings_are_listed_by_how_much_stands_in_the_way() -> None:
    order = ["fail", "disputed", "unknown", "defective", "late", "due", "pass", "met"]
    for name in CASES:
        for batch in document(case(name, everything=True))["batches"]:
            ranks = [min(order.index(each["status"]), 6) for each in batch["findings"]]
            assert ranks == sorted(ranks)


def test_a_line_is_stopped_by_what_refuses_it_before_what_is_unknown() -> None:
    pool = loans("1000.00")
    said = line(pool[0], "3.18", buyer_name=None, price=Decimal(1))
    [stopped] = only(reported(pool, [proposal([said])]))["lines"]
    assert (stopped["decision"], stopped["stopped_by"]) == ("refused", "3.18/price")


def test_before_any_version_there_is_no_policy_and_nothing_is_decided() -> None:
    batch = only(case("before-any-version"))
    assert (batch["policy"], batch["decision"], batch["assumptions"]) == (None, "undecided", [ONLY_IN_HAND])


def test_the_version_in_force_on_the_date_is_named() -> None:
    pool, day = loans("1000.00"), date(2004, 12, 27)
    batch = only(reported(pool, [proposal([line(pool[0], "3.18", day=day)], day=day)]))
    assert batch["policy"] == f"{NAME}/servicing-agreement"


def test_an_agreement_from_other_texts_is_reported_under_their_names() -> None:
    known = versions(texts()[1].replace(f"policy: {NAME}/amendment-1", f"policy: {NAME}/another"))
    pool = loans("1000.00")
    assert only(reported(pool, [proposal([line(pool[0], "3.18")])], policies=known))["policy"] == f"{NAME}/another"
