"""Random worlds: pools and proposals that are sound by construction, and then spoilt at the edges of the rules.

Hypothesis may choose, and shrinks what it finds; a seed may choose, which is twenty times as fast and reaches more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from random import Random
from types import MappingProxyType
from typing import Protocol, TypeVar

import hypothesis.strategies as st
from builders import MASTER, OUTSIDER, certification, line, loan, loans, proposal
from oracle import Adopted, Certification, Line, Loan, Proposal

T = TypeVar("T")
CENT, DAY = Decimal("0.01"), timedelta(1)
ORIGINAL, AMENDED = date(2004, 11, 24), date(2004, 12, 28)
BEFORE = [ORIGINAL - DAY, ORIGINAL, AMENDED - DAY]
# Days on which a count of 90 days ends, and month ends.
LATER = [
    *(date(2005, 2, 28), date(2005, 3, 1), date(2005, 3, 31), date(2005, 4, 1), date(2005, 5, 1)),
    *(date(2005, 9, 29), date(2005, 9, 30), date(2008, 2, 29)),
]
ABSENT = "not on the tape"
MOST_LINES = 8
SECTIONS = ["3.13(g)", "3.18", "3.13(f)"]
ADOPTED = {
    "3.18/delinquent-90-days": [None, None, None, "mba", "ots", "calendar"],
    "outside_buyer": [None, None, None, "affiliate-counts", "affiliate-does-not"],
    "3.13(g)/size": [None, None, None, "floor", "floor", "floor", "minimum", "floor-and-minimum"],
    "always/tape-of-the-date": [None, None, "that-day", "latest-report", "latest-report"],
}
LOAN_FLAWS: Mapping[str, list[object]] = {
    "balance": [None, None, Decimal(0)],
    "accrued_interest": [None, CENT],
    "unreimbursed_advances": [None, CENT],
    "defaulted": [False, None],
    "foreclosed": [True, None],
    "in_pool": [False, None, None],
    "next_due_date": [None],
}
LINE_FLAWS: Mapping[str, list[object]] = {
    "price": ["nudge"],
    "fmv_amount": ["nudge"],
    "pv_sale": ["nudge"],
    "pv_foreclosure": ["nudge", Decimal(-1)],
    "fmv_date": ["move"],
    "det_date": ["move"],
    "under": ["3.10", *SECTIONS],
    "buyer_role": ["master_servicer", "affiliate", "affiliate", "third_party", None],
    "buyer_name": [MASTER, "impac   FUNDING corporation", OUTSIDER, None],
    "fmv_source": [None],
    "det_by": [None],
    "det_document": [None],
    "loan_id": [ABSENT, "1", "2"],
}
_ANY = ["buyer_role", "buyer_role", "buyer_name", "under", "loan_id", "in_pool", "balance"]
_PRICE = ["price", "price", "accrued_interest", "unreimbursed_advances"]
_SOLD = ["fmv_amount", "fmv_date", "fmv_source", "pv_sale", "pv_foreclosure", "det_by", "det_date", "det_document"]
FLAWS_OF = {
    "3.13(g)": [*_ANY, *_PRICE, "balance", "balance"],
    "3.18": [*_ANY, *_PRICE, "foreclosed", "next_due_date"],
    "3.13(f)": [*_ANY, *_SOLD, "defaulted", "foreclosed", "price"],
    "3.10": _ANY,
}
ATTESTED = ["accrued_interest", "unreimbursed_advances", "defaulted", "foreclosed"]
# What a base is over 100 times the exercise, in cents: at the limit, a part of a cent off, a cent off, anything.
OVER = [0, 0, 0, 0, 1, -1, -50, -99, 100, -100, -100, -100, -101, None]

AGES = [*[0] * 8, 1, 30, 31, 31, 32, -1]
# Days from the oldest unpaid due date to the date: far from the three counts of 90 days, and around them.
FAR, AROUND = [200, 400], [88, 89, 89, 89, 90, 90, 90, 91, 92]
BOUGHT = [1, 2, 3, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 8]


class Pick(Protocol):
    """What chooses."""

    def one(self, options: Sequence[T]) -> T:
        """Return one of the options."""

    def between(self, least: int, most: int) -> int:
        """Return a whole number."""


class Drawn:
    """Hypothesis chooses."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def one(self, options: Sequence[T]) -> T:
        return self.draw(st.sampled_from(options))

    def between(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))


class Seeded:
    """A seed chooses."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 (a test's randomness, to be had again)
        self.one, self.between = self.random.choice, self.random.randint


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a run is given."""

    pool: tuple[Loan, ...]
    proposals: tuple[Proposal, ...]
    adopted: Adopted
    as_of: date | None

    @property
    def loans(self) -> dict[str, Loan]:
        """Return the pool as the oracle takes it."""
        return {each.loan_id: each for each in self.pool}


USUAL = (0, 0, 0, 1, 1, 2, 3, 8)


@st.composite
def worlds(draw: st.DrawFn, flaws: Sequence[int] = USUAL) -> World:
    """Draw a world that shrinks."""
    return world(Drawn(draw), flaws)


def seeds(flaws: Sequence[int] = USUAL) -> st.SearchStrategy[World]:
    """Draw a world by its seed, which does not shrink."""
    return st.integers(0, 2**64).map(lambda seed: world(Seeded(seed), flaws))


def world(pick: Pick, flaws: Sequence[int] = USUAL) -> World:
    """Return a world of one or two days, up to four proposals and eight lines, with one of these numbers of flaws."""
    held = [day(pick) for _ in range(pick.one([1, 1, 1, 2]))]
    sound = rows(pick, held[0])
    pool, proposals = spoilt(pick, sound, proposed(pick, sound[: pick.one(BOUGHT)], held), pick.one(flaws))
    pool = [*pool, base(pick, pool, proposals, held[0])]
    adopted = {what: pick.one(names) for what, names in ADOPTED.items()}
    return World(
        pool=tuple(sorted(pool, key=lambda _: pick.between(0, 99))),
        proposals=tuple(attesting(pick, each, pool, sound) for each in proposals),
        adopted=MappingProxyType({what: reading for what, reading in adopted.items() if reading}),
        as_of=pick.one([None, None, *(max(held) + later * DAY for later in (0, 1, 31))]),
    )


def day(pick: Pick) -> date:
    """Return a day on which something changes, or any."""
    return pick.one(pick.one([LATER, LATER, LATER, LATER, [AMENDED], BEFORE, [AMENDED + pick.between(0, 2500) * DAY]]))


def amount(pick: Pick) -> Decimal:
    """Return a balance of any size."""
    return pick.one([1, 99, 12_345, 10**17 - 1, pick.between(1, 10**9), pick.between(1, 10**17)]) * CENT


def small(pick: Pick) -> Decimal:
    """Return a small amount, or nothing."""
    return pick.one([0, 0, 1, 1_234, pick.between(0, 10**6)]) * CENT


def rows(pick: Pick, on: date) -> list[Loan]:
    """Return ten loans, the first eight of any size, the others small and not always known."""
    due_for = pick.one([FAR, FAR, AROUND])
    found = [
        loan(
            str(number),
            amount(pick) if number <= MOST_LINES else small(pick),
            next_due_date=on - pick.one(due_for) * DAY,
            accrued_interest=small(pick),
            unreimbursed_advances=small(pick),
        )
        for number in range(1, MOST_LINES + 3)
    ]
    rest: dict[str, object] = pick.one([*[{}] * 6, {"balance": None}, {"in_pool": None}, {"in_pool": False}])
    return [*found[:-1], replace(found[-1], **rest)]


def proposed(pick: Pick, bought: Iterable[Loan], held: Sequence[date]) -> list[Proposal]:
    """Return proposals that list each loan once, under one section or under several."""
    named = {name: pick.one(held) for name in "abcd"[: pick.between(1, 4)]}
    aged = {on: pick.one(AGES) for on in held}
    theme = pick.one([["3.13(g)"], ["3.13(g)"], ["3.13(g)"], ["3.18"], ["3.13(f)"], SECTIONS])
    lines: dict[str, list[Line]] = {name: [] for name in named}
    for each in bought:
        name = pick.one(sorted(named))
        lines[name].append(sold(pick, each, pick.one(theme), named[name]))
    return [
        proposal(lines[name], name, on, tape_as_of=on - aged[on] * DAY, certification=certified(pick, on))
        for name, on in named.items()
        # A proposal without lines decides nothing, so most worlds have none.
        if lines[name] or pick.one([True, False, False, False])
    ]


def sold(pick: Pick, of: Loan, under: str, on: date) -> Line:
    """Return a line that its section permits."""
    outside = under == "3.18" and pick.one([True, False])
    buyer = {"buyer_name": OUTSIDER, "buyer_role": "third_party"} if outside else {}
    return line(of, under, day=on, **buyer)


def certified(pick: Pick, on: date) -> Certification:
    """Return a certification that is mostly as required."""
    moments = [on, on, on, on, on - DAY, on + DAY, on + 31 * DAY, None]
    return certification(
        form=pick.one(["Exhibit B"] * 4 + ["Exhibit C", None]),
        deposits_stated=pick.one([True] * 4 + [False, None]),
        sent_to_indenture_trustee=pick.one(moments),
        sent_to_custodian=pick.one(moments),
        mortgage_files_requested=pick.one(moments),
        mortgage_files_released=pick.one(moments),
    )


def spoilt(
    pick: Pick, pool: Iterable[Loan], proposals: Iterable[Proposal], flaws: int
) -> tuple[list[Loan], list[Proposal]]:
    """Return pool and proposals with so many flaws in lines and their loans, each one that its section minds."""
    loans, said = {each.loan_id: each for each in pool}, list(proposals)
    for _ in range(flaws):
        at = pick.one([at for at, each in enumerate(said) if each.lines])
        lines = list(said[at].lines)
        number = pick.between(0, len(lines) - 1)
        name, of = pick.one(FLAWS_OF[lines[number].under]), lines[number].loan_id
        if name in LINE_FLAWS:
            lines[number] = spoilt_line(pick, lines[number], name, said[at].date)
            said[at] = replace(said[at], lines=tuple(lines))
        elif of in loans:
            loans[of] = replace(loans[of], **{name: pick.one(LOAN_FLAWS[name])})
    return list(loans.values()), said


def spoilt_line(pick: Pick, said: Line, name: str, on: date) -> Line:
    """Return a line with a flaw."""
    value, was = pick.one(LINE_FLAWS[name]), getattr(said, name)
    if value == "nudge":
        value = None if was is None else pick.one([None, was + CENT, was + CENT, max(was - CENT, 0 * CENT)])
    if value == "move":
        value = pick.one([None, on + DAY, on - DAY])
    return replace(said, **{name: value})


def base(pick: Pick, pool: Iterable[Loan], proposals: Iterable[Proposal], on: date) -> Loan:
    """Return the last loan of the pool, which makes it at or near 100 times the purchases of the day."""
    balances = {each.loan_id: each.balance or Decimal(0) for each in pool}
    lines = [each for said in proposals if said.date == on for each in said.lines if each.under == "3.13(g)"]
    others = sum(balances[each.loan_id] for each in pool if each.in_pool)
    over = pick.one(OVER)
    left = 100 * sum(balances.get(each.loan_id, 0) for each in lines) + (over or 0) * CENT - others
    return loan("11", amount(pick) if over is None or left < 0 else left)


def attesting(pick: Pick, said: Proposal, pool: Iterable[Loan], sound: Sequence[Loan]) -> Proposal:
    """Return a proposal whose lines attest some of what the tape leaves unknown, or says too."""
    on_tape, before = {each.loan_id: each for each in pool}, {each.loan_id: each for each in sound}
    lines = []
    for each in said.lines:
        was, now = before.get(each.loan_id, sound[0]), on_tape.get(each.loan_id)
        names = pick.one([[], [], ATTESTED, *([name] for name in ATTESTED)])
        values = {name: getattr(now, name, None) for name in names}
        attests = tuple((name, getattr(was, name) if value is None else value) for name, value in values.items())
        lines.append(replace(each, attests=attests))
    return replace(said, lines=tuple(lines))


def telling(day: date) -> Iterator[tuple[list[Loan], Proposal]]:
    """Yield pools and proposals on which readings differ."""
    late = [loan(str(days), next_due_date=day - timedelta(days)) for days in range(85, 96)]
    yield late, proposal([line(each, "3.18", day=day) for each in late], day=day)
    yield late, proposal([line(late[0], "3.18", day=day)], day=day, tape_as_of=day - timedelta(1))
    for under in ("3.18", "3.13(f)"):
        yield late, proposal([line(late[0], under, day=day, buyer_role="affiliate")], day=day)
    for bought, rest in product((4, 5), ("1.00", "99999999.00")):
        pool = loans(*["100.00"] * bought, rest)
        yield pool, proposal([line(each, day=day) for each in pool[:-1]], day=day)
