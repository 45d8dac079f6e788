"""The rules written by hand in Python, with Decimal and dates."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from peers.reading import SERVICER, Batch, Facts, Pool, folded, in_force, joined
from peers.verdict import Answers, Found, Judge, Said, concluded, run

Lines = Mapping[str, Facts]
HUNDRED = Decimal(100)


def load(pool: Pool) -> Judge:
    """Return what judges a batch as it was read."""

    def judge(batch: Batch) -> Found:
        lines = {section: joined(own, pool.loans) for section, own in batch.lines.items()}
        return concluded(answers(batch, lines, pool.balance), {section: list(own) for section, own in lines.items()})

    return Judge(lambda batch: batch, judge)


def answers(batch: Batch, lines: Mapping[str, Lines], pool: Decimal) -> Answers:
    """Return what every rule says."""
    every = [line for own in lines.values() for line in own.values()]
    delinquent, optional = list(lines["3.18"].values()), list(lines["3.13(g)"].values())
    standing = in_force(batch.day)
    return {
        "always/tape-of-the-date": [_tape_of_the_date(batch)],
        "builtin/loan-in-pool": [line.get("in_pool") for line in every],
        "builtin/listed-once": [line["often"] == 1 for line in every],
        "builtin/in-force": [True if line["under"] in standing else None for line in every],
        "builtin/buyer-is-who-it-says": [_buyer_is_who_it_says(line) for line in every],
        "3.18/delinquent-90-days": [_delinquent(line.get("next_due_date"), batch.day) for line in delinquent],
        "3.18/not-foreclosed": [not line["foreclosed"] if "foreclosed" in line else None for line in delinquent],
        "3.18/buyer": [_either(line.get("role")) for line in delinquent],
        "3.18/price": [_price(line) for line in delinquent],
        "3.13(g)/buyer": [line["role"] == "master_servicer" if "role" in line else None for line in optional],
        "3.13(g)/size": [_size([line["stated_principal_balance"] for line in optional], pool)],
        "3.13(g)/price": [_price(line) for line in optional],
    }


def _tape_of_the_date(batch: Batch) -> Said:
    latest = batch.as_of <= batch.day and (batch.day - batch.as_of).days <= 31
    return {"that-day": batch.as_of == batch.day, "latest-report": latest}


def _buyer_is_who_it_says(line: Facts) -> Said:
    if "name" not in line:
        return None
    if folded(line["name"]) not in SERVICER:
        return True
    return line["role"] == "master_servicer" if "role" in line else None


def _delinquent(due: date | None, day: date) -> Said:
    if due is None:
        return {"mba": None, "ots": None, "calendar": None}
    third = _months(due, 3)
    return {
        "mba": day >= third - timedelta(days=1),
        "ots": day >= third,
        "calendar": day >= due + timedelta(days=90),
    }


def _months(day: date, number: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _either(role: str | None) -> Said:
    if role is None:
        return {"affiliate-counts": None, "affiliate-does-not": None}
    either = role in ("master_servicer", "third_party")
    return {"affiliate-counts": either or role == "affiliate", "affiliate-does-not": either}


def _price(line: Facts) -> Said:
    balance, interest = line.get("stated_principal_balance"), line.get("accrued_interest")
    advances = line.get("unreimbursed_advances")
    if balance is None or interest is None or advances is None:
        return None
    return bool(line["price"] == balance + interest + advances)


def _size(balances: list[Decimal], pool: Decimal) -> Said:
    number, within = len(balances), sum(balances) * HUNDRED <= pool
    return {
        "floor": within or number <= 5,
        "minimum": number >= 5 and within,
        "floor-and-minimum": number >= 5 and (within or number == 5),
    }


if __name__ == "__main__":
    run(load)
