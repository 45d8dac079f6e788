"""Reports of many kinds, each by its name: every renderer lays out the same ones."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from builders import (
    DAY,
    FOLDER,
    MASTER,
    NAME,
    OUTSIDER,
    adopting,
    agreement,
    batches,
    certification,
    line,
    loan,
    loans,
    proposal,
    shipped_policies,
    texts,
    versions,
)
from oracle import NONE, Adopted, Loan, Proposal
from worlds import World

import checker
from checker.api import make_report
from checker.findings import Report
from checker.model import NOTHING, Agreement
from checker.report import renderer

CENT = Decimal("0.01")
AFTER = timedelta(1)
EXAMPLES = FOLDER / "examples"
REPORT = Path(checker.__file__).parent / "report" / "report.schema.json"
CURIOUS = {
    "below": "loan.accrued_interest < loan.stated_principal_balance",
    "above": "disposition.price > loan.accrued_interest - loan.unreimbursed_advances",
    "something": "disposition.price != $0.00",
    "nothing": "disposition.price = $0.00",
    "share": "2.50% of (disposition.price + $0.01) <= least(loan.accrued_interest, $512.335)",
    "twice": "loan.unreimbursed_advances * 2 >= greatest(loan.accrued_interest, $1.00)",
    "named": 'disposition.buyer.name != "A <= B, or (so"',
    "role": 'disposition.buyer.role in ("affiliate", "third_party")',
    "before": "loan.next_due_date < add_months(batch.date, -1)",
    "after": "loan.next_due_date > add_days(add_months(batch.date, 3), -1)",
    "same-day": "tape.as_of = batch.date",
    "another-day": "tape.as_of != batch.date",
    "days": "days_between(loan.next_due_date, batch.date) * 2 > 240",
    "flags": "given(disposition.price, loan.defaulted) and not (loan.foreclosed = loan.defaulted)",
}
SPLIT = {
    "price": "disposition.price = price_asked",
    "least-price": "disposition.price >= 1.00% of price_asked",
}
ON_THE_EXERCISE = {
    "large": "count(pool where loan.stated_principal_balance > $999.99) - count(exercise) >= 1",
    "half": "sum(disposition.price over exercise where loan.defaulted) < 50% of sum(loan.accrued_interest over pool)",
}
PRICE_ASKED = """
  price_asked:
    readings:
      with-advances: {is: loan.stated_principal_balance + loan.accrued_interest + loan.unreimbursed_advances}
      with-interest: {is: loan.stated_principal_balance + loan.accrued_interest}
      bare: {is: loan.stated_principal_balance}
"""


def reported(
    pool: Sequence[Loan],
    proposals: Iterable[Proposal],
    adopted: Adopted = NONE,
    as_of: date | None = None,
    policies: Mapping[str, Agreement] | None = None,
    *,
    everything: bool = False,
) -> Report:
    """Return the report on proposals, under the policies that ship with these readings adopted, or under others."""
    known = policies or {NAME: agreement(frozenset(adopted.items()))}
    on_one_tape = [each._replace(tape=each.tape._replace(file="tape.csv")) for each in batches(pool, proposals)]
    return make_report(known, checker.check(known, on_one_tape, as_of), as_of, everything=everything)


def of_world(world: World, *, everything: bool = False) -> Report:
    """Return the report on a random world."""
    return reported(world.pool, world.proposals, world.adopted, world.as_of, everything=everything)


def document(of: Report) -> dict[str, Any]:
    """Return a report as a program gets it."""
    return json.loads(renderer("json")(of), parse_float=_refused)


def findings(of: Report) -> list[dict[str, Any]]:
    """Return every finding of every batch, as a program gets it."""
    return [each for one in document(of)["batches"] for each in one["findings"]]


def _refused(text: str) -> float:
    raise ValueError(f"{text} is a number of a program, and may be rounded")


def example(name: str, *, everything: bool = False) -> Report:
    """Return the report on an example that ships."""
    read = checker.read_batches([EXAMPLES / name], checker.Source(shipped_policies()))
    found = [each._replace(tape=each.tape._replace(file="tape.csv")) for each in read]
    return make_report(shipped_policies(), checker.check(shipped_policies(), found), everything=everything)


def over(excess: str, *, of: int = 6) -> list[Loan]:
    """Return so many loans of 1,000.00, and one that puts them over 1.00% of the pool by `excess`."""
    small = loans(*["1000.00"] * of)
    whole = (of * 1000 - Decimal(excess)) * 100
    return [*small, loan("rest", whole - of * 1000)]


def refused(*, everything: bool) -> Report:
    pool = over("0.0001")
    lines = [line(each) for each in pool[:6]]
    lines[1] = replace(lines[1], price=lines[1].price - CENT)
    lines[2] = line(pool[2], buyer_name=MASTER, buyer_role="third_party")
    lines += [line(loan("7")), line(pool[6], "3.18", price=Decimal(0)), line(pool[6], "3.13(f)", pv_sale=None)]
    return reported(pool, [proposal(lines, "refused")], everything=everything)


def unknown(*, everything: bool) -> Report:
    pool = over("0.00")
    pool += [
        loan("no balance", None),
        loan("no interest", "1.00", accrued_interest=None),
        loan("?7", "1", in_pool=None),
    ]
    lines = [line(each) for each in pool[:6]]
    lines += [line(pool[8]), line(pool[9], price=None, buyer_role=None), line(pool[6], "3.13(f)", det_by=None)]
    return reported(pool, [proposal(lines, "unknown")], everything=everything)


def bounded(*, everything: bool) -> Report:
    pool = [*over("0.00"), loan("no balance", None)]
    return reported(pool, [proposal([line(each) for each in pool[:6]], "bounded")], everything=everything)


def adopted(*, everything: bool) -> Report:
    pool = over("0.01", of=5)
    lines = [line(each) for each in pool[:5]]
    lines += [line(pool[5], "3.18", buyer_role="affiliate", buyer_name=OUTSIDER)]
    readings = {"3.13(g)/size": "floor", "outside_buyer": "affiliate-does-not", "always/tape-of-the-date": "that-day"}
    return reported(pool, [proposal(lines, "adopted")], readings, everything=everything)


def to_drop(*, everything: bool) -> Report:
    pool = loans(*["1000.00"] * 9, next_due_date=date(2004, 12, 1))
    pool[2:5] = [replace(each, next_due_date=date(2005, 1, 1)) for each in pool[2:5]]
    lines = [line(each, "3.18") for each in pool]
    lines[8] = replace(lines[8], price=None)
    said = proposal(lines, "to-drop", tape_as_of=DAY - AFTER)
    return reported(pool, [said], {"always/tape-of-the-date": "latest-report"}, everything=everything)


def together(*, everything: bool) -> Report:
    pool = over("0.01")
    late = certification(form="Exhibit C", sent_to_custodian=DAY + AFTER, mortgage_files_requested=None)
    said = [
        proposal([line(each) for each in pool[:3]], "first"),
        proposal([line(each) for each in pool[3:6]], "second", certification=late),
        proposal([line(pool[6], "3.18")], "third"),
    ]
    return reported(pool, said, as_of=DAY + 20 * AFTER, everything=everything)


def permitted(*, everything: bool) -> Report:
    pool = over("0.00")
    said = proposal([line(each) for each in pool[:6]], "permitted", certification=certification(DAY + AFTER))
    return reported(pool, [said], as_of=DAY + 2 * AFTER, everything=everything)


def attested(*, everything: bool) -> Report:
    pool = loans("1000.00", "2000.00", accrued_interest=None)
    lines = [line(each, "3.18", attests=(("accrued_interest", Decimal("0.5")),)) for each in pool]
    lines[0] = replace(lines[0], price=Decimal("1020.50"))
    return reported(pool, [proposal(lines, "attested")], everything=everything)


def curious(*, everything: bool) -> Report:
    pool = [*loans("1000.00", "2000.00", "0.01"), loan("?7", "5.00", accrued_interest=None, unreimbursed_advances=None)]
    lines = [
        line(pool[0], "3.18"),
        line(pool[1], "3.18", price=Decimal("2512.34"), buyer_role="third_party", buyer_name="A <= B, or (so"),
        line(pool[2], "3.18", price=None, buyer_role=None, buyer_name=None),
        line(pool[3], "3.18", price=Decimal(0)),
    ]
    return reported(
        pool, [proposal(lines, "curious")], policies=of_conditions(CURIOUS, ON_THE_EXERCISE), everything=everything
    )


def split_term(*, everything: bool) -> Report:
    pool = [*loans("1000.00", "2000.00"), loan("?7", "5.00", accrued_interest=None)]
    prices = ["1532.34", "2512.34", "0.04"]
    lines = [line(each, "3.18", price=Decimal(price)) for each, price in zip(pool, prices, strict=True)]
    return reported(pool, [proposal(lines, "split-term")], policies=of_conditions(SPLIT), everything=everything)


def long_amounts(*, everything: bool) -> Report:
    pool = loans("123456789012345678901.123456789", "99999999999999999999.9999999999", accrued_interest=Decimal(0))
    lines = [line(pool[0]), line(pool[1], price=Decimal("0.0000000001"))]
    return reported(pool, [proposal(lines, "long-amounts")], everything=everything)


def of_conditions(
    conditions: Mapping[str, str], exercise: Mapping[str, str] = NOTHING, adopted: str | None = None
) -> Mapping[str, Agreement]:
    """Return the agreement with other conditions for Section 3.18, and with the term `price_asked`, read or not."""
    head, rest = texts()[1].split("\nterms:\n")
    asked = [f"      {name}:\n        require: '{text}'\n" for name, text in conditions.items()]
    asked += [f"      {name}:\n        each: exercise\n        require: '{text}'\n" for name, text in exercise.items()]
    section = f"permissions:\n  3.18:\n    title: Curious\n    conditions:\n{''.join(asked)}"
    term = adopting(PRICE_ASKED, "price_asked", adopted) if adopted else PRICE_ASKED
    return versions(f"{head}\nterms:{term}{rest.split('permissions:')[0]}{section}")


def before_any_version(*, everything: bool) -> Report:
    pool, day = loans("1000.00"), date(2004, 1, 31)
    return reported(pool, [proposal([line(pool[0], "3.18", day=day)], "too-early", day)], everything=everything)


def without_lines(*, everything: bool) -> Report:
    return reported(loans("1000.00"), [proposal([], "nothing")], everything=everything)


def an_example(name: str) -> Callable[..., Report]:
    return lambda *, everything: example(name, everything=everything)


CASES: dict[str, Callable[..., Report]] = {
    "example-optional-purchase": an_example("optional-purchase.yaml"),
    "example-defaulted-sale": an_example("defaulted-sale.yaml"),
    "example-delinquent-sale": an_example("delinquent-sale.json"),
    "refused": refused,
    "unknown": unknown,
    "bounded": bounded,
    "adopted": adopted,
    "to-drop": to_drop,
    "together": together,
    "permitted": permitted,
    "attested": attested,
    "curious": curious,
    "split-term": split_term,
    "long-amounts": long_amounts,
    "before-any-version": before_any_version,
    "without-lines": without_lines,
}


@cache
def case(name: str, *, everything: bool = False) -> Report:
    """Return the report of this name, made once."""
    return CASES[name](everything=everything)
