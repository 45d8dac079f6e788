"""A second opinion on Sections 3.13(f), 3.13(g) and 3.18 that shares no code with `checker`."""

import datetime as dt
from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from types import MappingProxyType
from typing import TypeAlias, TypeVar

Day: TypeAlias = dt.date
Truth: TypeAlias = bool | None  # None is unknown, here and in every field
Judged: TypeAlias = Truth | dict[str, Truth]  # without, or with readings
Subject: TypeAlias = tuple[str, int | None, str]  # proposal, line (None: exercise), rule
Adopted: TypeAlias = Mapping[str, str]  # the reading adopted for a rule or term
Pool: TypeAlias = "Mapping[str, Loan]"  # all rows of the tape, by loan id
Ordered = TypeVar("Ordered", Decimal, Day)

STATUS: Mapping[Truth, str] = {True: "pass", False: "fail", None: "unknown"}
ORIGINAL, AMENDED = Day(2004, 11, 24), Day(2004, 12, 28)
READINGS_OF = {"3.18/buyer": "outside_buyer", "3.13(f)/third-party": "outside_buyer"}
SIZE, NONE = "3.13(g)/size", MappingProxyType[str, str]({})
FIVE, MONTH, NINETY, ONE_DAY = 5, 31, 90, dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A row of the tape."""

    loan_id: str
    balance: Decimal | None = None
    next_due_date: Day | None = None
    accrued_interest: Decimal | None = None
    unreimbursed_advances: Decimal | None = None
    defaulted: bool | None = None
    foreclosed: bool | None = None
    in_pool: bool | None = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A disposition."""

    loan_id: str
    under: str
    price: Decimal | None = None
    buyer_name: str | None = None
    buyer_role: str | None = None
    fmv_amount: Decimal | None = None
    fmv_date: Day | None = None
    fmv_source: str | None = None
    pv_sale: Decimal | None = None
    pv_foreclosure: Decimal | None = None
    det_by: str | None = None
    det_date: Day | None = None
    det_document: str | None = None
    attests: tuple[tuple[str, object], ...] = ()  # fields of the loan that the tape leaves unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """What a proposal says of the certification that Section 3.13(g) asks for."""

    form: str | None = None
    deposits_stated: bool | None = None
    sent_to_indenture_trustee: Day | None = None
    sent_to_custodian: Day | None = None
    mortgage_files_requested: Day | None = None
    mortgage_files_released: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A batch of agreement `impac-cmb-2004-10`."""

    name: str
    date: Day
    tape_as_of: Day
    lines: tuple[Line, ...]
    certification: Certification = Certification()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What was decided; lines count from 1, and line None is the exercise."""

    decision: str
    batches: dict[str, str]
    lines: dict[tuple[str, int], str]
    findings: dict[Subject, str]
    readings: dict[Subject, dict[str, str]]


def every(*parts: Truth) -> Truth:
    """Kleene's `and`."""
    return False if False in parts else None if None in parts else True


def some(*parts: Truth) -> Truth:
    """Kleene's `or`."""
    return True if True in parts else None if None in parts else False


def equal(left: object, right: object) -> Truth:
    """Judge `left = right`."""
    return None if left is None or right is None else left == right


def at_most(low: Ordered | None, high: Ordered | None) -> Truth:
    """Judge `low <= high`."""
    return None if low is None or high is None else low <= high


def total(amounts: Sequence[Decimal | None]) -> tuple[Decimal, bool]:
    """Add the known amounts, and tell whether these are all."""
    return sum((each for each in amounts if each is not None), Decimal(0)), None not in amounts


def in_force(under: str, day: Day) -> Truth:
    """Fail a section that stands only in another version than the one in force."""
    if day < ORIGINAL or under not in ("3.13(f)", "3.13(g)", "3.18"):
        return None
    return day >= AMENDED or under == "3.18"


def buyer_is_who_it_says(line: Line, day: Day) -> Truth:
    """Fail the Master Servicer's name under another role."""
    if line.buyer_name is None or day < ORIGINAL:
        return None
    is_master = " ".join(line.buyer_name.split()).casefold() == "impac funding corporation"
    return equal(line.buyer_role, "master_servicer") if is_master else True


def outside_buyer(line: Line) -> dict[str, Truth]:
    """Read "third party"."""
    third_party = equal(line.buyer_role, "third_party")
    either = some(third_party, equal(line.buyer_role, "affiliate"))
    return {"affiliate-counts": either, "affiliate-does-not": third_party}


def delinquent_90_days(due: Day | None, day: Day) -> dict[str, Truth]:
    """Read "delinquent in payment for a period of 90 days or longer"."""
    if due is None:
        return {"mba": None, "ots": None, "calendar": None}
    year, month = divmod(due.year * 12 + due.month - 1 + 3, 12)
    third = Day(year, month + 1, min(due.day, monthrange(year, month + 1)[1]))
    calendar = (day - due).days >= NINETY
    return {"mba": day >= third - ONE_DAY, "ots": day >= third, "calendar": calendar}


def at_repurchase_price(loan: Loan, line: Line) -> Truth:
    """Judge "at a price equal to the Repurchase Price", unknown if any part of it is."""
    price, is_all = total((loan.balance, loan.accrued_interest, loan.unreimbursed_advances))
    return equal(line.price, price) if is_all else None


def rules(loan: Loan, line: Line, each: Proposal) -> dict[str, Judged]:
    """Judge the conditions of all sections, and the one of every section, on a line."""
    day, age = each.date, (each.date - each.tape_as_of).days
    master, outside = equal(line.buyer_role, "master_servicer"), outside_buyer(line)
    either = {name: some(master, truth) for name, truth in outside.items()}
    valued = every(at_most(line.fmv_date, day), None if line.fmv_source is None else True)
    better = at_most(line.pv_foreclosure, line.pv_sale)
    determined = None if None in (line.det_by, line.det_document) else True
    return {
        "always/tape-of-the-date": {"that-day": age == 0, "latest-report": 0 <= age <= MONTH},
        "3.18/delinquent-90-days": delinquent_90_days(loan.next_due_date, day),
        "3.18/not-foreclosed": equal(loan.foreclosed, right=False),
        "3.18/buyer": either if day >= AMENDED else master,
        "3.18/price": at_repurchase_price(loan, line),
        "3.13(f)/defaulted": loan.defaulted,
        "3.13(f)/alternative-to-foreclosure": equal(loan.foreclosed, right=False),
        "3.13(f)/third-party": outside,
        "3.13(f)/fair-market-value": every(at_most(line.fmv_amount, line.price), valued),
        "3.13(f)/maximizes-proceeds": every(better, at_most(line.pv_sale, line.price)),
        "3.13(f)/determination": every(determined, at_most(line.det_date, day)),
        "3.13(g)/buyer": master,
        "3.13(g)/price": at_repurchase_price(loan, line),
    }


def size(pool: Pool, bought: Sequence[str]) -> dict[str, Truth]:
    """Read "1.00% (and in any case, at least 5 Mortgage Loans) of the Mortgage Loans"."""
    rows = [loan for loan in pool.values() if loan.in_pool is not False]
    base, base_is_all = total([loan.balance if loan.in_pool else None for loan in rows])
    taken, is_all = total([pool[each].balance if each in pool else None for each in bought])
    below = taken <= base * Decimal("0.01")
    # Balances are never negative: a sum that lacks some of them could only be higher.
    small = below if (is_all if below else base_is_all) else None
    combined = every(len(bought) >= FIVE, some(small, len(bought) == FIVE))
    floor, minimum = some(small, len(bought) <= FIVE), every(len(bought) >= FIVE, small)
    return {"floor": floor, "minimum": minimum, "floor-and-minimum": combined}


def judge_line(pool: Pool, line: Line, each: Proposal, times: int) -> dict[str, Judged]:
    """Judge a line, whose loan is listed so many times, by the version in force."""
    row = pool.get(line.loan_id, Loan(loan_id=line.loan_id, in_pool=False))
    loan = replace(row, **dict(line.attests))
    stands = in_force(line.under, each.date)
    judging = {"always"} if each.date >= ORIGINAL else set()
    judging |= {line.under} if stands else set()
    conditions = rules(loan, line, each).items()
    return {
        "builtin/loan-in-pool": loan.in_pool,
        "builtin/listed-once": times == 1,
        "builtin/in-force": stands,
        "builtin/buyer-is-who-it-says": buyer_is_who_it_says(line, each.date),
        **{rule: truth for rule, truth in conditions if rule.split("/")[0] in judging},
    }


def judge_lines(pool: Pool, proposals: Sequence[Proposal]) -> dict[Subject, Judged]:
    """Judge every rule on every line of every proposal in hand."""
    times = Counter((each.date, line.loan_id) for each in proposals for line in each.lines)
    return {
        (each.name, number, rule): truth
        for each in proposals
        for number, line in enumerate(each.lines, start=1)
        for rule, truth in judge_line(pool, line, each, times[each.date, line.loan_id]).items()
    }


def judge_exercises(pool: Pool, proposals: Sequence[Proposal]) -> dict[Subject, Judged]:
    """Judge each date's purchases under Section 3.13(g), from all proposals together."""
    used = [(p, line.loan_id) for p in proposals for line in p.lines if line.under == "3.13(g)"]
    return {
        (each.name, None, SIZE): size(pool, [loan for p, loan in used if p.date == each.date])
        for each in proposals
        if each.date >= AMENDED and any(p.name == each.name for p, _ in used)
    }


def status(rule: str, judged: Judged, adopted: Adopted) -> str:
    """Let the adopted reading decide, else all of them together."""
    if not isinstance(judged, dict):
        return STATUS[judged]
    reading = adopted.get(READINGS_OF.get(rule, rule))
    truths = set(judged.values()) if reading is None else {judged[reading]}
    if len(truths) == 1:
        return STATUS[truths.pop()]
    return "disputed" if {True, False} <= truths else "unknown"


def owed(as_of: Day, done: Day | None, deadline: Day | None, *, holds: Truth = True) -> str:
    """Judge an obligation in DESIGN's order; what is dated after `as_of` is not done yet."""
    if holds is False:
        return "defective"
    if holds and done is not None and done <= min(as_of, deadline or as_of):
        return "met"
    return "late" if deadline is not None and as_of > deadline else "due"


def obligations(each: Proposal, as_of: Day) -> dict[Subject, str]:
    """Judge what Section 3.13(g) makes the Master Servicer and the Custodian do."""
    said, day = each.certification, each.date
    trustee, custodian = said.sent_to_indenture_trustee, said.sent_to_custodian
    sent = None if trustee is None or custodian is None else max(trustee, custodian)
    judged = {
        "certify": owed(as_of, sent, day, holds=equal(said.form, "Exhibit B")),
        # The statement is part of the certification: it is made when that is sent.
        "deposits": owed(as_of, sent, day, holds=said.deposits_stated),
        "request-files": owed(as_of, said.mortgage_files_requested, day),
        "release-files": owed(as_of, said.mortgage_files_released, None),
    }
    return {(each.name, None, f"3.13(g)/{name}"): found for name, found in judged.items()}


def worst(found: set[str]) -> str:
    """Decide a line from its statuses, or a batch or run from its decisions."""
    if found & {"fail", "refused"}:
        return "refused"
    return "permitted" if found in ({"pass"}, {"permitted"}) else "undecided"


def decide(each: Proposal, number: int, findings: Mapping[Subject, str]) -> str:
    """Decide a line; `builtin/in-force` passes only where the section has conditions."""
    exercise = (each.name, None, f"{each.lines[number - 1].under}/size")
    mine = (key for key in findings if key[:2] == (each.name, number) or key == exercise)
    return worst({findings[key] for key in mine})


def judge(pool: Pool, proposals: Sequence[Proposal], adopted: Adopted = NONE, as_of: Day | None = None) -> Verdicts:
    """Judge proposals that share a tape, obligations as of a day (each proposal's, if None)."""
    with localcontext(Context(prec=100, traps=[Inexact, InvalidOperation])):
        judged = judge_lines(pool, proposals) | judge_exercises(pool, proposals)
    findings = {key: status(key[2], truth, adopted) for key, truth in judged.items()}
    numbers = {each.name: range(1, len(each.lines) + 1) for each in proposals}
    lines = {(p.name, n): decide(p, n, findings) for p in proposals for n in numbers[p.name]}
    batches = {name: worst({lines[name, n] for n in numbers[name]}) for name in numbers}
    owing = [obligations(p, as_of or p.date) for p in proposals if (p.name, None, SIZE) in judged]
    read = ((key, each) for key, each in judged.items() if isinstance(each, dict))
    return Verdicts(
        decision=worst(set(batches.values())),
        batches=batches,
        lines=lines,
        findings=findings | {key: found for each in owing for key, found in each.items()},
        readings={key: {name: STATUS[each[name]] for name in each} for key, each in read},
    )
