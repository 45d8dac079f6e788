"""Every limit of the policies that ship: at it, and one cent, one loan or one day to either side."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from builders import (
    DAY,
    MASTER,
    OUTSIDER,
    asked,
    certification,
    checked,
    line,
    loan,
    proposal,
    readings,
    status,
    texts,
    versions,
)
from oracle import SIZE, Verdicts
from worlds import AMENDED, CENT

ONE = timedelta(1)
ORIGINAL, AMENDMENT = texts()
FIRST = date(2004, 11, 24)


def days(text: str) -> date:
    return date.fromisoformat(text)


# 3.13(g): 1.00%, and five loans.


def purchase(count: int, bought: str, pool: str) -> Verdicts:
    """Return what is said of buying so many loans, of this balance together, from a pool of this balance."""
    taken, rest = Decimal(bought), Decimal(pool) - Decimal(bought)
    rows = [loan(str(n), CENT) for n in range(1, count)] + [loan("last", taken - (count - 1) * CENT)]
    return checked([*rows, loan("rest", rest)], [proposal(map(line, rows))])


@pytest.mark.parametrize(
    ("pool", "bought", "found"),
    [
        pytest.param("60000.00", "600.01", "fail", id="one cent over"),
        pytest.param("60000.00", "600.00", "pass", id="the limit itself"),
        pytest.param("60000.00", "599.99", "pass", id="one cent under"),
        pytest.param("60000.99", "600.01", "fail", id="a hundredth of a cent over"),
        pytest.param("59999.01", "600.00", "fail", id="ninety-nine hundredths of a cent over"),
        pytest.param("59999.99", "600.00", "fail", id="a pool a cent too small"),
        pytest.param("60000.99", "600.00", "pass", id="under by part of a cent"),
        pytest.param("59999.01", "599.99", "pass", id="under by a hundredth of a cent"),
    ],
)
def test_one_percent_of_the_pool_is_exact(pool: str, bought: str, found: str) -> None:
    assert set(readings(purchase(6, bought, pool), SIZE).values()) == {found}


@pytest.mark.parametrize(
    ("count", "bought", "floor", "minimum", "both"),
    [
        pytest.param(4, "600.01", "pass", "fail", "fail", id="four loans a cent over"),
        pytest.param(4, "600.00", "pass", "fail", "fail", id="four loans at the limit"),
        pytest.param(5, "600.01", "pass", "fail", "pass", id="five loans a cent over"),
        pytest.param(5, "600.00", "pass", "pass", "pass", id="five loans at the limit"),
        pytest.param(6, "600.01", "fail", "fail", "fail", id="six loans a cent over"),
        pytest.param(6, "600.00", "pass", "pass", "pass", id="six loans at the limit"),
    ],
)
def test_five_loans_are_a_floor_a_minimum_or_both(count: int, bought: str, floor: str, minimum: str, both: str) -> None:
    found = readings(purchase(count, bought, "60000.00"), SIZE)
    assert found == {"floor": floor, "minimum": minimum, "floor-and-minimum": both}


# 3.18: 90 days.


@pytest.mark.parametrize("reading", ["mba", "ots", "calendar"])
@pytest.mark.parametrize(
    ("due", "mba", "ots", "calendar"),
    [
        pytest.param("2005-01-01", "2005-03-31", "2005-04-01", "2005-04-01", id="1 January"),
        pytest.param("2005-02-01", "2005-04-30", "2005-05-01", "2005-05-02", id="1 February"),
        pytest.param("2005-07-01", "2005-09-30", "2005-10-01", "2005-09-29", id="1 July"),
        pytest.param("2004-11-30", "2005-02-27", "2005-02-28", "2005-02-28", id="30 November, to the end of February"),
        pytest.param("2004-11-29", "2005-02-27", "2005-02-28", "2005-02-27", id="29 November, to the same end"),
        pytest.param("2007-11-30", "2008-02-28", "2008-02-29", "2008-02-28", id="30 November, to a leap day"),
        pytest.param("2007-11-29", "2008-02-28", "2008-02-29", "2008-02-27", id="29 November, to the same leap day"),
        pytest.param("2007-12-01", "2008-02-29", "2008-03-01", "2008-02-29", id="1 December, over a leap day"),
        pytest.param("2004-12-31", "2005-03-30", "2005-03-31", "2005-03-31", id="31 December"),
        pytest.param("2005-01-31", "2005-04-29", "2005-04-30", "2005-05-01", id="31 January, to a shorter month"),
        pytest.param("2007-08-31", "2007-11-29", "2007-11-30", "2007-11-29", id="31 August, to a shorter month"),
    ],
)
def test_ninety_days_end_on_their_day(due: str, mba: str, ots: str, calendar: str, reading: str) -> None:
    first = days({"mba": mba, "ots": ots, "calendar": calendar}[reading])
    of = loan(next_due_date=days(due))
    said = [proposal([line(of, "3.18", day=on)], name, on) for name, on in (("a", first - ONE), ("b", first))]
    found = checked([of], said)
    assert [readings(found, "3.18/delinquent-90-days", name=name)[reading] for name in "ab"] == ["fail", "pass"]


# The amendment, and what is in force.


@pytest.mark.parametrize(
    ("on", "section", "found"),
    [
        pytest.param(AMENDED - ONE, "3.13(f)", "fail", id="the day before, 3.13(f)"),
        pytest.param(AMENDED - ONE, "3.13(g)", "fail", id="the day before, 3.13(g)"),
        pytest.param(FIRST - ONE, "3.18", "unknown", id="before the first version"),
        pytest.param(FIRST - ONE, "3.13(g)", "unknown", id="before the first version, of a later section"),
        pytest.param(AMENDED, "3.10", "unknown", id="a section that no version has"),
        pytest.param(AMENDED, "3.13", "unknown", id="a section by half its name"),
        pytest.param(FIRST, "3.18", "pass", id="the first day"),
        pytest.param(AMENDED - ONE, "3.18", "pass", id="the day before, 3.18"),
        pytest.param(AMENDED, "3.13(f)", "pass", id="the day of it, 3.13(f)"),
        pytest.param(AMENDED, "3.13(g)", "pass", id="the day of it, 3.13(g)"),
    ],
)
def test_a_section_is_in_force_from_its_day_on(on: date, section: str, found: str) -> None:
    assert status(checked([loan()], [proposal([line(loan(), section, day=on)], day=on)]), "builtin/in-force") == found


@pytest.mark.parametrize(
    ("on", "role", "found"),
    [
        pytest.param(AMENDED - ONE, "third_party", "fail", id="a third party, the day before"),
        pytest.param(AMENDED - ONE, "affiliate", "fail", id="an affiliate, the day before"),
        pytest.param(AMENDED, "affiliate", "disputed", id="an affiliate, the day of it"),
        pytest.param(AMENDED, "third_party", "pass", id="a third party, the day of it"),
        pytest.param(AMENDED - ONE, "master_servicer", "pass", id="the Master Servicer, the day before"),
        pytest.param(AMENDED, "master_servicer", "pass", id="the Master Servicer, the day of it"),
    ],
)
def test_the_amendment_lets_others_buy_under_3_18(on: date, role: str, found: str) -> None:
    said = line(loan(), "3.18", day=on, buyer_role=role, buyer_name=OUTSIDER)
    assert status(checked([loan()], [proposal([said], day=on)]), "3.18/buyer") == found


@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        pytest.param(None, "fail", id="on the day itself"),
        pytest.param("2005-02-14", "fail", id="the day before it was executed"),
        pytest.param("2005-02-15", "pass", id="the day on which it was executed"),
    ],
)
def test_a_retroactive_amendment_counts_once_it_is_executed(as_of: str | None, found: str) -> None:
    later = versions(ORIGINAL, AMENDMENT.replace("executed: 2004-12-28", "executed: 2005-02-15"))
    said = [proposal([line(loan())], day=date(2005, 1, 10))]
    assert status(checked([loan()], said, as_of=as_of and days(as_of), policies=later), "builtin/in-force") == found


def test_no_later_look_brings_the_amendment_forward() -> None:
    said = [proposal([line(loan(), day=AMENDED - ONE)], day=AMENDED - ONE)]
    assert status(checked([loan()], said, as_of=DAY), "builtin/in-force") == "fail"


# Prices, values and days, one cent and one day off.


@pytest.mark.parametrize(
    ("off", "found"),
    [
        pytest.param("-0.01", "fail", id="one cent under"),
        pytest.param("0.01", "fail", id="one cent over"),
        pytest.param("0.00", "pass", id="the Repurchase Price"),
    ],
)
@pytest.mark.parametrize("section", ["3.18", "3.13(g)"])
def test_the_price_is_the_repurchase_price(section: str, off: str, found: str) -> None:
    said = line(loan(), section, price=asked(loan()) + Decimal(off))
    assert status(checked([loan()], [proposal([said])]), f"{section}/price") == found


@pytest.mark.parametrize(
    ("rule", "said", "found"),
    [
        pytest.param("fair-market-value", {"fmv_amount": "500.01"}, "fail", id="a price one cent below the value"),
        pytest.param("fair-market-value", {"fmv_date": DAY + ONE}, "fail", id="a value of the day after"),
        pytest.param("fair-market-value", {"fmv_source": None}, "unknown", id="a value of nobody"),
        pytest.param("maximizes-proceeds", {"pv_foreclosure": "500.01"}, "fail", id="foreclosure one cent better"),
        pytest.param("maximizes-proceeds", {"pv_sale": "500.01"}, "fail", id="a present value one cent over the price"),
        pytest.param("maximizes-proceeds", {"pv_sale": "499.99"}, "fail", id="a sale one cent worse"),
        pytest.param("determination", {"det_date": DAY + ONE}, "fail", id="determined the day after"),
        pytest.param("determination", {"det_by": None}, "unknown", id="determined by nobody"),
        pytest.param("determination", {"det_document": None}, "unknown", id="determined in no document"),
        pytest.param("fair-market-value", {"fmv_amount": "500.00"}, "pass", id="a price at the value"),
        pytest.param("fair-market-value", {"fmv_amount": "499.99"}, "pass", id="a price one cent above the value"),
        pytest.param("fair-market-value", {"fmv_date": DAY}, "pass", id="a value of the day"),
        pytest.param("maximizes-proceeds", {"pv_foreclosure": "500.00"}, "pass", id="foreclosure as good"),
        pytest.param("maximizes-proceeds", {"pv_foreclosure": "-0.01"}, "pass", id="foreclosure at a loss"),
        pytest.param("maximizes-proceeds", {"pv_sale": "500.00"}, "pass", id="a present value of the price"),
        pytest.param("determination", {"det_date": DAY}, "pass", id="determined on the day"),
    ],
)
def test_a_defaulted_loan_is_sold_at_its_value(rule: str, said: dict[str, object], found: str) -> None:
    sums = {name: Decimal(value) if isinstance(value, str) else value for name, value in said.items()}
    usual = dict.fromkeys(["price", "fmv_amount", "pv_sale", "pv_foreclosure"], Decimal(500))
    verdicts = checked([loan()], [proposal([line(loan(), "3.13(f)", **(usual | sums))])])
    assert status(verdicts, f"3.13(f)/{rule}") == found


@pytest.mark.parametrize(
    ("age", "that_day", "latest", "found"),
    [
        pytest.param(-1, "fail", "fail", "fail", id="of the next day"),
        pytest.param(32, "fail", "fail", "fail", id="32 days old"),
        pytest.param(31, "fail", "pass", "disputed", id="31 days old"),
        pytest.param(1, "fail", "pass", "disputed", id="of the day before"),
        pytest.param(0, "pass", "pass", "pass", id="of the day"),
    ],
)
def test_the_tape_is_of_the_date_or_the_latest(age: int, that_day: str, latest: str, found: str) -> None:
    verdicts = checked([loan()], [proposal([line(loan())], tape_as_of=DAY - age * ONE)])
    assert readings(verdicts, "always/tape-of-the-date") == {"that-day": that_day, "latest-report": latest}
    assert status(verdicts, "always/tape-of-the-date") == found


# Who buys.


@pytest.mark.parametrize(
    ("name", "role", "found"),
    [
        pytest.param(MASTER, "third_party", "fail", id="the Master Servicer as a third party"),
        pytest.param(MASTER, "affiliate", "fail", id="the Master Servicer as an affiliate"),
        pytest.param("IMPAC FUNDING CORPORATION", "third_party", "fail", id="in capitals"),
        pytest.param("impac  Funding   corporation", "third_party", "fail", id="with more spaces"),
        pytest.param(None, "third_party", "unknown", id="nobody"),
        pytest.param(MASTER, None, "unknown", id="the Master Servicer as nothing"),
        pytest.param("impac FUNDING corporation", "master_servicer", "pass", id="the Master Servicer as itself"),
        pytest.param(OUTSIDER, "third_party", "pass", id="somebody else"),
        pytest.param("Impac Funding Corp.", "third_party", "pass", id="another name, for it is no proof"),
    ],
)
def test_a_party_buys_under_its_own_role(name: str | None, role: str | None, found: str) -> None:
    said = line(loan(), "3.18", buyer_name=name, buyer_role=role)
    assert status(checked([loan()], [proposal([said])]), "builtin/buyer-is-who-it-says") == found


# Obligations, looked at from the day and from later days.

LATER = DAY + ONE
UNSENT = {"sent_to_indenture_trustee": None, "sent_to_custodian": None}


@pytest.mark.parametrize(
    ("rule", "said", "after", "found"),
    [
        pytest.param("certify", UNSENT, 1, "late", id="sent to nobody, a day later"),
        pytest.param("certify", {"sent_to_custodian": None}, 1, "late", id="sent to one of two, a day later"),
        pytest.param("certify", {"sent_to_custodian": LATER}, 1, "late", id="sent to one of two a day late"),
        pytest.param("certify", {"form": None}, 1, "late", id="sent in no known form, a day later"),
        pytest.param("certify", {"form": "Exhibit C"}, 0, "defective", id="sent in another form"),
        pytest.param("certify", {"form": "Exhibit C", **UNSENT}, 9, "defective", id="another form, not sent"),
        pytest.param("certify", UNSENT, 0, "due", id="sent to nobody yet"),
        pytest.param("certify", {"sent_to_custodian": LATER}, 0, "due", id="sent to one of two tomorrow"),
        pytest.param("certify", {"form": None}, 0, "due", id="sent in no known form"),
        pytest.param("certify", {}, 0, "met", id="sent to both"),
        pytest.param("certify", {}, 31, "met", id="sent to both, seen a month later"),
        pytest.param("certify", {"sent_to_custodian": DAY - ONE}, 0, "met", id="sent to one of two yesterday"),
        pytest.param("deposits", {"deposits_stated": False}, 0, "defective", id="stating no deposits"),
        pytest.param("deposits", {"deposits_stated": None}, 1, "late", id="not known to state deposits, a day later"),
        pytest.param("deposits", UNSENT, 1, "late", id="deposits stated in what was not sent, a day later"),
        pytest.param("deposits", {"sent_to_custodian": LATER}, 1, "late", id="deposits stated a day late"),
        pytest.param("deposits", {"deposits_stated": None}, 0, "due", id="not known to state deposits"),
        pytest.param("deposits", UNSENT, 0, "due", id="deposits stated in what is not sent yet"),
        pytest.param("deposits", {"form": "Exhibit C"}, 0, "met", id="deposits stated in another form"),
        pytest.param("request-files", {"mortgage_files_requested": None}, 1, "late", id="not requested, a day later"),
        pytest.param("request-files", {"mortgage_files_requested": LATER}, 1, "late", id="requested a day late"),
        pytest.param("request-files", {"mortgage_files_requested": LATER}, 0, "due", id="to be requested tomorrow"),
        pytest.param("request-files", {}, 0, "met", id="requested on the day"),
        pytest.param("release-files", {}, 3650, "due", id="not released in ten years"),
        pytest.param("release-files", {"mortgage_files_released": LATER}, 0, "due", id="to be released tomorrow"),
        pytest.param("release-files", {"mortgage_files_released": LATER}, 1, "met", id="released a day later"),
    ],
)
def test_an_obligation_is_met_due_late_or_defective(rule: str, said: dict[str, object], after: int, found: str) -> None:
    proposals = [proposal([line(loan())], certification=certification(**said))]
    assert status(checked([loan()], proposals, as_of=DAY + after * ONE), f"3.13(g)/{rule}") == found
