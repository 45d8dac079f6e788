"""What every peer reads, and what it hands to its engine; the same for all, and no slower for one than for another.

It reads less than checker does: it takes what a tape and a batch say on trust and refuses nothing. Amounts are exact:
Decimal, and whole cents for the engines. A fact that is missing is not there.
"""

import csv
from calendar import monthrange
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

Facts = dict[str, Any]
AMOUNTS = ("stated_principal_balance", "accrued_interest", "unreimbursed_advances")
IN_FORCE = {date(2004, 11, 24): ["3.18"], date(2004, 12, 28): ["3.18", "3.13(f)", "3.13(g)"]}
SERVICER = ["impac funding corporation"]
# The sections that the rules know; a line under another one is judged by the built-in rules only.
SECTIONS = ("3.18", "3.13(g)", "")


class Batch(NamedTuple):
    """A batch: its lines by section, then by number. A line is its own facts, and how `often` its loan is listed."""

    day: date
    as_of: date
    tape: Path
    lines: Mapping[str, Mapping[str, Facts]]


class Pool(NamedTuple):
    """The loans by id, and the balance of those that are in the pool."""

    loans: Mapping[str, Facts]
    balance: Decimal


def read_batch(path: Path) -> Batch:
    """Return the batch of a YAML file."""
    with path.open(encoding="utf-8") as file:
        said = yaml.load(file, Loader=yaml.CBaseLoader)  # noqa: S506 (text only)
    lines: dict[str, dict[str, Facts]] = {section: {} for section in SECTIONS}
    often = Counter(line["loan"] for line in said["dispositions"])
    for number, line in enumerate(said["dispositions"], 1):
        facts = {"loan": line["loan"], "under": line["under"], "price": Decimal(line["price"]), **line["buyer"]}
        section = line["under"] if line["under"] in SECTIONS else ""
        lines[section][str(number)] = facts | {"often": often[line["loan"]]}
    tape = said["tape"]
    return Batch(date.fromisoformat(said["date"]), date.fromisoformat(tape["as_of"]), path.parent / tape["file"], lines)


def read_pool(path: Path, wanted: set[str] | None = None) -> Pool:
    """Return the loans of a tape, or of them those that are wanted, and the balance of its pool."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        names = next(rows)
        loan, balance, in_pool = map(names.index, ("loan_id", AMOUNTS[0], "in_pool"))
        loans, total = {}, Decimal(0)
        for row in rows:
            if row[in_pool] == "true":
                total += Decimal(row[balance])
            if wanted is None or row[loan] in wanted:
                loans[row[loan]] = _loan(dict(zip(names, row, strict=True)))
    return Pool(loans, total)


def loans_of(batch: Batch) -> set[str]:
    """Return the ids of the loans that a batch lists."""
    return {line["loan"] for lines in batch.lines.values() for line in lines.values()}


def _loan(row: dict[str, str]) -> Facts:
    known: Facts = {name: value for name, value in row.items() if value and name != "loan_id"}
    known |= {name: Decimal(known[name]) for name in AMOUNTS if name in known}
    known |= {name: known[name] == "true" for name in ("foreclosed", "in_pool") if name in known}
    if "next_due_date" in known:
        known["next_due_date"] = date.fromisoformat(known["next_due_date"])
    return known


def in_force(day: date) -> list[str]:
    """Return the sections in force on a day; every version in hand has what an earlier one had."""
    return IN_FORCE[max(effective for effective in IN_FORCE if effective <= day)]


def folded(name: str) -> str:
    """Return a name with case and spaces folded."""
    return " ".join(name.casefold().split())


def cents(amount: Decimal) -> int:
    """Return an amount in whole cents."""
    whole = int(amount * 100)
    if whole != amount * 100:
        raise ValueError(amount)
    return whole


def month_and_day(day: date) -> int:
    """Return a due date as 100 times its month, from the year 0, and its day; 300 more is three months later."""
    return (day.year * 12 + day.month) * 100 + day.day


def month_and_last_day(day: date) -> int:
    """Return the same of a day to compare with. A month's last day counts as its 31st: adding months clamps to it."""
    is_last = day.day == monthrange(day.year, day.month)[1]
    return month_and_day(day) + (31 - day.day if is_last else 0)


def loan_in_numbers(loan: Facts) -> Facts:
    """Return a loan with amounts in cents, and its due date as a number of days and as month and day."""
    numbers: Facts = {name: cents(value) if name in AMOUNTS else value for name, value in loan.items()}
    due: date | None = numbers.pop("next_due_date", None)
    return numbers | ({"due_day": due.toordinal(), "due_month": month_and_day(due)} if due else {})


def batch_in_numbers(batch: Batch, pool: Pool) -> Facts:
    """Return a batch with cents, days as numbers and folded names, the sections in force and the pool's balance."""
    return {
        "day": batch.day.toordinal(),
        "as_of": batch.as_of.toordinal(),
        "today": month_and_last_day(batch.day),
        "tomorrow": month_and_last_day(batch.day + timedelta(1)),
        "in_force": in_force(batch.day),
        "servicer": SERVICER,
        "pool": cents(pool.balance),
        "lines": {
            section: {number: _line_in_numbers(line) for number, line in lines.items()}
            for section, lines in batch.lines.items()
        },
    }


def _line_in_numbers(line: Facts) -> Facts:
    name = {"name": folded(line["name"])} if "name" in line else {}
    return line | name | {"price": cents(line["price"])}


NOT_ON_THE_TAPE = {"in_pool": False}


def joined(lines: Mapping[str, Facts], loans: Mapping[str, Facts]) -> dict[str, Facts]:
    """Return lines by number, each with the facts of its loan."""
    return {number: {**loans.get(line["loan"], NOT_ON_THE_TAPE), **line} for number, line in lines.items()}
