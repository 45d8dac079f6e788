"""Prints how long a check takes beside a bare start and beside the same work by hand, interleaved in one run.

    python tests/bench.py [ROUNDS]

Whole process: 20 lines under 3.18 against a canonical tape of 5,000 loans. In process: the same batch with policies and
tape loaded. The work by hand is plain Python with Decimal: the same file read, the same rules, the same 20 decisions,
compared before anything is timed. Absolute times depend on the machine; the ratios are what to keep.
"""

import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

LOANS, LINES = 5_000, 20
# As after an installation: compiled once, the first time.
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENV["PYTHONPYCACHEPREFIX"] = tempfile.mkdtemp()
COLUMNS = "loan_id,stated_principal_balance,next_due_date,accrued_interest,unreimbursed_advances,foreclosed"

BY_HAND = textwrap.dedent(
    """
    import csv, sys, yaml
    from calendar import monthrange
    from datetime import date, timedelta
    from decimal import Decimal

    def months(day, n):
        year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

    def decide(loan, price, role, on):
        due = date.fromisoformat(loan["next_due_date"])
        readings = {on >= months(due, 3) - timedelta(1), on >= months(due, 3), on >= due + timedelta(90)}
        asked = sum(Decimal(loan[c]) for c in
                    ("stated_principal_balance", "accrued_interest", "unreimbursed_advances"))
        if readings == {False} or loan["foreclosed"] != "false" or role != "master_servicer" or price != asked:
            return "refused"
        return "permitted" if readings == {True} else "undecided"

    folder = sys.argv[1]
    batch = yaml.load(open(f"{folder}/batch.yaml"), Loader=yaml.CBaseLoader)
    loans = {row["loan_id"]: row for row in csv.DictReader(open(f"{folder}/tape.csv"))}
    pool = sum(Decimal(row["stated_principal_balance"]) for row in loans.values())
    on = date.fromisoformat(batch["date"])
    role = batch["every"]["buyer"]["role"]
    for line in batch["dispositions"]:
        print(line["loan"], decide(loans[line["loan"]], Decimal(line["price"]), role, on))
    """
)


def write(folder: Path) -> None:
    """Write a tape and a batch from a fixed seed, with lines that are permitted, disputed and refused."""
    rng = random.Random(20041228)  # noqa: S311 (a benchmark keeps no secret)
    rows, lines = [], []
    for n in range(LOANS):
        balance = Decimal(rng.randrange(2_000_000, 60_000_000)) / 100
        behind = n % 6
        year, month = divmod(2011 * 12 + 3 - behind, 12)
        interest, advances = Decimal(rng.randrange(0, 500_000)) / 100, Decimal(rng.randrange(0, 90_000)) / 100
        rows.append(f"{n:010d},{balance:.2f},{date(year, month + 1, 1)},{interest:.2f},{advances:.2f},false")
        if n % (LOANS // LINES) == n // (LOANS // LINES) % 6:
            lines.append(f'  - loan: "{n:010d}"\n    price: {balance + interest + advances:.2f}\n')
    (folder / "tape.csv").write_text("\n".join([COLUMNS, *rows]) + "\n")
    (folder / "batch.yaml").write_text(
        "batch: bench\nagreement: impac-cmb-2004-10\ndate: 2011-03-31\n"
        "tape: {file: tape.csv, as_of: 2011-03-31}\n"
        "every:\n  under: 3.18\n  buyer: {name: Impac Funding Corporation, role: master_servicer}\n"
        "dispositions:\n" + "".join(lines[:LINES])
    )
    (folder / "by_hand.py").write_text(BY_HAND)


def process(*command: str) -> Callable[[], str]:
    """Return what runs a command of this Python as a whole process and returns its output."""

    def run() -> str:
        return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, env=ENV).stdout

    return run


def timed(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the times of each work, the works taken in turn, after one round that does not count."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for round_ in range(rounds + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if round_:
                found[name].append(time.perf_counter() - start)
    return found


def show(title: str, found: dict[str, list[float]], unit: float, name: str) -> None:
    """Print the medians and each one's ratio to the first."""
    print(f"\n{title}")
    floor = statistics.median(next(iter(found.values())))
    for work, times in found.items():
        middle = statistics.median(times)
        print(f"  {work:<44} {middle / unit:8.2f} {name}  x{middle / floor:.2f}")


def check_equal(folder: Path) -> None:
    """Stop unless the work by hand decides each line as the checker does."""
    import csv

    ours = process("-m", "checker", "check", str(folder / "batch.yaml"), "--format", "csv")()
    decided = {row["loan"]: row["decision"] for row in csv.DictReader(ours.splitlines())}
    by_hand = dict(line.split() for line in process(str(folder / "by_hand.py"), str(folder))().splitlines())
    if decided != by_hand or len(decided) != LINES or len(set(decided.values())) != 3:
        sys.exit(f"not equal: {decided} {by_hand}")


def main() -> None:
    """Measure and print."""
    import checker

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(f"Python {platform.python_version()} on {platform.machine()}, median of {rounds}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        check_equal(folder)
        whole = {
            "a bare Python start": process("-c", "pass"),
            "a bare start with the YAML loader": process("-c", "import yaml; yaml.CSafeLoader"),
            "the same work by hand": process(str(folder / "by_hand.py"), str(folder)),
            "checker check, text": process("-m", "checker", "check", str(folder / "batch.yaml")),
            "checker check, json": process("-m", "checker", "check", str(folder / "batch.yaml"), "--format", "json"),
        }
        show(f"whole process, {LINES} lines, {LOANS:,} loans", timed(whole, rounds), 1e-3, "ms")
        policies = checker.load_policies()
        batch = checker.read_batch(folder / "batch.yaml", checker.Source(agreements=policies))
        run = checker.check(policies, [batch])
        inside = {
            f"check of {LINES} lines": lambda: checker.check(policies, [batch]),
            "check and report": lambda: checker.make_report(policies, checker.check(policies, [batch])),
        }
        show(f"in process, {LINES} lines, the tape loaded", timed(inside, rounds * 20), 1e-6, "us")
        print(f"  ({len(run.verdicts[0].judged.judgements)} findings each)")


if __name__ == "__main__":
    main()
