"""Fannie Mae's loans of 2007Q3 as a trust's pool: the counts and sums that others found in them, to the cent."""

import calendar
import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from builders import MASTER, NAME, agreement, readings, status, verdicts
from oracle import NONE, SIZE, Adopted, Verdicts

import checker

FOLDER = Path(__file__).parent.parent.parent / "shared" / "data" / "fannie-2007q3"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the real loan data is not in {FOLDER}")

Facts = Mapping[str, str]
BALANCE, DELINQUENT = "loan.stated_principal_balance", "3.18/delinquent-90-days"
MARCH = date(2011, 3, 31)


def months() -> list[object]:
    """Return the facts to reproduce, a month a parameter."""
    if not FOLDER.is_dir():
        return []
    with (FOLDER / "facts.csv").open(newline="") as file:
        return [pytest.param(row, id=row["as_of"]) for row in csv.DictReader(file)]


each_month = pytest.mark.parametrize("facts", months())


def month_end(facts: Facts) -> date:
    """Return the day as of which the rows of a month are."""
    first = date.fromisoformat(facts["as_of"])
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


@cache
def tape(on: date) -> checker.Tape:
    """Return the month's rows as a tape."""
    return checker.read_tape(FOLDER / "performance.psv", on, agreement().facts, "fannie-mae-performance")


def active(on: date) -> list[tuple[Decimal, str]]:
    """Return the balance and number of every loan in the pool, the smallest first."""
    return sorted((row[BALANCE], row["loan.loan_id"]) for row in tape(on).pool.rows)


def total(of: list[tuple[Decimal, str]]) -> Decimal:
    return sum((balance for balance, _ in of), Decimal(0))


def purchase(on: date, section: str, of: list[tuple[Decimal, str]]) -> checker.Batch:
    """Return the purchase of these loans at their balances by the Master Servicer."""
    attested = {"loan.accrued_interest": 0, "loan.unreimbursed_advances": 0, "loan.foreclosed": False}
    buyer = {"buyer.name": MASTER, "buyer.role": "master_servicer"}
    lines = [{"loan": number, "under": section, "price": balance, **buyer, **attested} for balance, number in of]
    return checker.make_batch(agreement(), tape(on), name="a", date=on, lines=lines)


def judged(on: date, section: str, of: list[tuple[Decimal, str]], adopted: Adopted = NONE) -> Verdicts:
    """Return what is said of that purchase."""
    known = {NAME: agreement(frozenset(adopted.items()))}
    return verdicts(checker.check(known, [purchase(on, section, of)]))


def delinquent(on: date, reading: str) -> list[tuple[Decimal, str]]:
    """Return the loans that are delinquent for 90 days under a reading."""
    loans = active(on)
    found = judged(on, "3.18", loans)
    return [each for number, each in enumerate(loans, 1) if readings(found, DELINQUENT, number)[reading] == "pass"]


@each_month
def test_a_terminated_loan_is_on_the_tape_and_not_in_the_pool(facts: Facts) -> None:
    on = month_end(facts)
    assert len(tape(on).loans) == int(facts["rows"])
    assert len(tape(on).pool.rows) == int(facts["active"]) == int(facts["rows"]) - int(facts["zero_balance_rows"])


@each_month
def test_the_balance_is_that_of_the_loans_in_the_pool_to_the_cent(facts: Facts) -> None:
    on = month_end(facts)
    assert total(active(on)) == Decimal(facts["upb_active"])
    assert sum(row[BALANCE] for row in tape(on).loans.values()) == Decimal(facts["upb_all_rows"])


@each_month
def test_one_percent_of_the_pool_is_the_limit_shown(facts: Facts) -> None:
    batch = purchase(month_end(facts), "3.13(g)", active(month_end(facts))[:6])
    shown = checker.make_report({NAME: agreement()}, checker.check({NAME: agreement()}, [batch])).batches[0]
    values = {number.text: number.value for found in shown.findings if found.rule == SIZE for number in found.values}
    limit = Decimal(values["1.00% of sum(loan.stated_principal_balance over pool)"] or 0)
    assert limit.quantize(Decimal("0.01")) == Decimal(facts["cap_1pct"])


@each_month
@pytest.mark.parametrize("reading", ["mba", "ots"])
def test_the_loans_ninety_days_delinquent_are_those_of_the_agency(facts: Facts, reading: str) -> None:
    found = delinquent(month_end(facts), reading)
    assert len(found) == int(facts[f"{reading}90_loans"])
    assert total(found) == Decimal(facts[f"{reading}90_upb"])


@each_month
def test_the_smallest_loans_are_those_found(facts: Facts) -> None:
    loans = active(month_end(facts))
    share = 100 * total(loans[:5]) / total(loans)
    assert (loans[0][0], total(loans[:5])) == (Decimal(facts["min_upb"]), Decimal(facts["five_smallest_upb"]))
    assert share.quantize(Decimal("0.0001")) == Decimal(facts["five_smallest_pct"])


@each_month
def test_the_largest_loans_are_those_found(facts: Facts) -> None:
    loans = active(month_end(facts))
    share = 100 * total(loans[-5:]) / total(loans)
    assert share.quantize(Decimal("0.0001")) == Decimal(facts["five_largest_pct"])


@each_month
def test_five_smallest_loans_pass_the_minimum_only_within_one_percent(facts: Facts) -> None:
    on = month_end(facts)
    within = Decimal(facts["five_smallest_upb"]) * 100 <= Decimal(facts["upb_active"])
    found = readings(judged(on, "3.13(g)", active(on)[:5]), SIZE)
    assert found == {"floor": "pass", "minimum": "pass" if within else "fail", "floor-and-minimum": "pass"}


@each_month
def test_six_smallest_loans_fail_all_readings(facts: Facts) -> None:
    on = month_end(facts)
    assert set(readings(judged(on, "3.13(g)", active(on)[:6]), SIZE).values()) == {"fail"}


@each_month
def test_four_smallest_loans_are_too_few_for_two_readings(facts: Facts) -> None:
    on = month_end(facts)
    found = readings(judged(on, "3.13(g)", active(on)[:4]), SIZE)
    assert found == {"floor": "pass", "minimum": "fail", "floor-and-minimum": "fail"}


# March 2011, the README's month.


def test_fourteen_loans_are_delinquent_and_four_of_them_disputed() -> None:
    loans = delinquent(MARCH, "mba")
    found = judged(MARCH, "3.18", loans)
    statuses = [status(found, DELINQUENT, number) for number in range(1, len(loans) + 1)]
    assert (statuses.count("disputed"), statuses.count("pass"), len(statuses)) == (4, 10, 14)
    assert found.decision == "undecided"


@pytest.mark.parametrize(
    ("reading", "refused", "decision"),
    [
        pytest.param("ots", 4, "refused", id="ots"),
        pytest.param("calendar", 4, "refused", id="calendar"),
        pytest.param("mba", 0, "permitted", id="mba"),
    ],
)
def test_an_adopted_reading_decides_the_fourteen(reading: str, refused: int, decision: str) -> None:
    found = judged(MARCH, "3.18", delinquent(MARCH, "mba"), {DELINQUENT: reading})
    assert list(found.lines.values()).count("refused") == refused
    assert found.decision == decision


@pytest.mark.parametrize(
    ("reading", "decision"),
    [
        pytest.param(None, "undecided", id="no reading"),
        pytest.param("minimum", "refused", id="minimum"),
        pytest.param("floor", "permitted", id="floor"),
        pytest.param("floor-and-minimum", "permitted", id="floor-and-minimum"),
    ],
)
def test_the_readings_disagree_on_the_same_five_loans(reading: str | None, decision: str) -> None:
    five = active(MARCH)[:5]
    assert total(five) == Decimal("204169.02")
    assert judged(MARCH, "3.13(g)", five, {SIZE: reading} if reading else {}).decision == decision


def test_the_tape_of_the_month_is_the_same_loans() -> None:
    with (FOLDER / "as-of-2011-03.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["zero_balance_code"]]
    assert active(MARCH) == sorted((Decimal(row["current_actual_upb"]), row["loan_id"]) for row in rows)
