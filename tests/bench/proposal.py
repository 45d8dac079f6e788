"""Writes what is judged: a canonical tape of 5,000 loans, and batches of 20 lines, from fixed seeds.

Of the tape's rows one in fifty is not in the pool any more, and one in nine lacks its due date, its accrued interest or
whether it was foreclosed on; balances and `in_pool` are known everywhere: no peer needs the bounds of a sum. Due dates
lie around the 90th day, months of other lengths between, so that every reading has its own. Of a batch's lines four
to seven are under 3.13(g): within 1.00% of the pool, over it by one large loan, or at it to the cent, so that `size`
passes, fails and is disputed. One is under a section that stands nowhere, the others under 3.18. Most say the
Repurchase Price. Some are a cent off, list a loan twice or one that is not on the tape, or are bought by an affiliate,
by a stranger, or by somebody whose name or role is missing.
"""

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

LOANS, LINES = 5_000, 20
DAY = date(2011, 2, 28)
COLUMNS = "loan_id,stated_principal_balance,next_due_date,accrued_interest,unreimbursed_advances,foreclosed,in_pool"
BALANCE = "stated_principal_balance"
SERVICER = ("Impac Funding Corporation", "master_servicer")
# Who buys the line of that place: the rest are bought by the Master Servicer.
BUYERS = {
    2: ("A Stranger LLC", "third_party"),
    5: ("An Affiliate LLC", "affiliate"),
    8: ("impac  funding corporation", "third_party"),
    11: ("A Stranger LLC", ""),
    12: ("", "third_party"),
    16: ("An Affiliate LLC", "affiliate"),
}
DUES = [DAY - timedelta(days) for days in (88, 89, 90, 91, 92, 120, 400)]
# The first rows of the tape: one over 1.00% of the pool by itself, one that brings the first batch to it, and one that
# takes what hundredths of the pool leave over.
LARGE, FITTING, REST, OTHERS = 0, 1, 2, 3
# How many lines of each batch are under 3.13(g), and which of those rows is the last of them.
OPTIONAL = ((6, FITTING), (4, LARGE), (6, LARGE), (4, None), (6, None), (5, LARGE), (5, None), (7, None))

Row = dict[str, str]


def loans() -> list[Row]:
    """Return the rows of the tape."""
    rng = random.Random(20041228)  # noqa: S311 (a benchmark keeps no secret)
    rows = [_loan(rng, number) for number in range(LOANS)]
    rows[LARGE][BALANCE] = "40000000.00"
    _fit(rows)
    return rows


def _fit(rows: list[Row]) -> None:
    """Bring the lines of the first batch under 3.13(g) to 1.00% of the pool, by the last one's balance."""
    bought = sum(_cents(row) for row in chosen(rows, 0)[LINES - OPTIONAL[0][0] : -1])
    others = sum(_cents(row) for row in rows if row["in_pool"] == "true" and row is not rows[FITTING])
    fitting, left = divmod(others - 100 * bought, 99)
    rows[FITTING][BALANCE] = amount(fitting)
    rows[REST][BALANCE] = amount(_cents(rows[REST]) - left)


def _cents(row: Row) -> int:
    return int(row[BALANCE].replace(".", ""))


def _loan(rng: random.Random, number: int) -> Row:
    blank = rng.randrange(27)  # of 27, one blank in each of three columns
    interest, due = amount(rng.randrange(500_000)), rng.choice(DUES)
    return {
        "loan_id": f"{number:010d}",
        "stated_principal_balance": amount(rng.randrange(2_000_000, 60_000_000)),
        "next_due_date": "" if blank == 0 else str(due),
        "accrued_interest": "" if blank == 1 else interest,
        "unreimbursed_advances": amount(rng.randrange(90_000)),
        "foreclosed": "" if blank == 2 else ("true" if number % 40 == 7 else "false"),
        "in_pool": "false" if number % 50 == 3 else "true",
    }


def amount(number: int) -> str:
    """Return cents as a tape writes them."""
    return f"{Decimal(number) / 100:.2f}"


def chosen(rows: list[Row], number: int) -> list[Row]:
    """Return the loans of one batch."""
    rng = random.Random(number)  # noqa: S311 (a benchmark keeps no secret)
    found = rng.sample(rows[OTHERS:], LINES)
    found[9] = found[0]
    last = OPTIONAL[number][1]
    return found if last is None else [*found[:-1], rows[last]]


def batch(rows: list[Row], number: int) -> str:
    """Return one batch, as YAML."""
    first = LINES - OPTIONAL[number][0]
    lines = []
    for place, loan in enumerate(chosen(rows, number)):
        under = "3.13(g)" if place >= first else "3.19" if place == 7 else "3.18"
        lines += _line(place, loan, under)
    head = [
        f"batch: bench-{number}",
        "agreement: impac-cmb-2004-10",
        f"date: {DAY}",
        f"tape: {{file: tape.csv, as_of: {DAY}}}",
        "dispositions:",
    ]
    return "\n".join([*head, *lines, ""])


def _line(place: int, loan: Row, under: str) -> list[str]:
    parts = ("stated_principal_balance", "accrued_interest", "unreimbursed_advances")
    price = sum(Decimal(loan[part] or 0) for part in parts) + (Decimal("0.01") if place in (4, 18) else 0)
    name, role = BUYERS.get(place, SERVICER)
    said = [f"name: {name}"] * bool(name) + [f"role: {role}"] * bool(role)
    return [
        f'  - loan: "{"9999999999" if place == 6 else loan["loan_id"]}"',
        f"    under: {under}",
        f"    price: {price:.2f}",
        f"    buyer: {{{', '.join(said)}}}",
    ]


def write(folder: Path) -> list[Path]:
    """Write the tape and the batches, and return the files of the batches."""
    rows = loans()
    (folder / "tape.csv").write_text("\n".join([COLUMNS, *(",".join(row.values()) for row in rows)]) + "\n")
    paths = [folder / f"batch-{number}.yaml" for number in range(len(OPTIONAL))]
    for number, path in enumerate(paths):
        path.write_text(batch(rows, number))
    return paths
