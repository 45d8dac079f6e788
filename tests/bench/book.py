"""Prints what judging a book of ten million loans takes, in time and in memory, beside the same work by hand.

    python tests/bench/book.py FOLDER [--rounds 7] [--format parquet|csv|both] [--only NAME ...] [--loans 10_000_000]

Whole processes, taken in turn, after one round that does not count but is where all must find the same: how many
subjects each rule passes, fails, leaves unknown or disputed, and how many lines are permitted, refused and undecided.
The book is written into FOLDER (`book_data.py`) if none is there; lines are 1% of the loans, batches and trusts 0.01%.
CPU is what all threads took together; peak memory is the resident set of the process (`ru_maxrss`). Absolute times
depend on the machine; the ratios are what to keep, those of the CPU above all where other work goes on.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# As after an installation: compiled once, the first time.
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENV["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "checker-bench-pycache")

# A fresh process runs one command and tells what it took: of a larger one, its own size would be in the peak.
RUN = """
import resource, subprocess, sys, time
with open(sys.argv[1], "wb") as out:
    start = time.perf_counter()
    code = subprocess.run(sys.argv[2:], stdout=out).returncode
    took = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, took, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
FIELDS = ("rules", "lines", "obligations")


class Took(NamedTuple):
    """What a process took: seconds, those of the processors, and MiB at its peak."""

    seconds: float
    busy: float
    peak: float


def commands(folder: Path, format_: str) -> dict[str, list[str]]:
    """Return what judges a book, ours first."""
    book, policies, peers = folder / f"{format_}.yaml", folder / "policies", HERE / "book_peers"
    ours = ["-m", "checker", "check", str(book), "--policies", str(policies), "--engine", "duckdb", "--format", "json"]
    duckdb = [str(peers / "duckdb_by_hand.py"), str(folder), "--format", format_]
    return {
        "checker": ours,
        "duckdb": duckdb,
        "duckdb-checked": [*duckdb, "--checked", "--memory", "256MB"],
        "polars": [str(peers / "polars_by_hand.py"), str(folder), "--format", format_],
    }


def run(command: list[str], out: Path) -> Took:
    """Run a command of this Python to its end, its output into a file; stop where it decided nothing."""
    whole = [sys.executable, "-c", RUN, str(out), sys.executable, *command]
    told = subprocess.run(whole, capture_output=True, text=True, check=False, env=ENV, cwd=ROOT)
    if not told.stdout or int(told.stdout.split()[0]) not in (0, 1, 3, 4):
        sys.exit(f"{' '.join(command)}: {told.stderr or out.read_text()}")
    _, seconds, busy, peak = told.stdout.split()
    return Took(float(seconds), float(busy), int(peak) / 1024)


def counts(report: Path) -> dict[str, dict[str, dict[str, int]]]:
    """Return the counts in a report: by field, then by rule and status, those that are not nothing."""
    told = json.loads(report.read_text())
    found: dict[str, dict[str, dict[str, int]]] = {}
    for field in FIELDS:
        by = told.get(field) or {}
        rules = {"": by} if field == "lines" else by
        found[field] = {
            rule: {status: number for status, number in of.items() if number}
            for rule, of in rules.items()
            if any(of.values())
        }
    owed = {rule for rule, of in found["rules"].items() if not {"pass", "fail", "unknown", "disputed"} & set(of)}
    found["obligations"] |= {rule: found["rules"].pop(rule) for rule in owed}
    return found


def check_equal(reports: dict[str, Path]) -> None:
    """Stop unless all found the same; obligations are compared where they are told."""
    found = {name: counts(report) for name, report in reports.items()}
    first, *others = found
    for other in others:
        for field in FIELDS:
            one, two = found[first][field], found[other][field]
            if one != two and ((one and two) or field != "obligations"):
                differ = [rule for rule in sorted({*one, *two}) if one.get(rule) != two.get(rule)]
                lines = [f"  {rule}: {one.get(rule)} and {two.get(rule)}" for rule in differ]
                sys.exit("\n".join([f"{first} and {other} differ in the {field}:", *lines]))


def measured(works: dict[str, list[str]], rounds: int) -> dict[str, list[Took]]:
    """Return what each work took, taken in turn, after one round that shows that all find the same."""
    with tempfile.TemporaryDirectory() as name:
        reports = {work: Path(name) / work for work in works}
        for work, command in works.items():
            run(command, reports[work])
        check_equal(reports)
        found: dict[str, list[Took]] = {work: [] for work in works}
        for _ in range(rounds):
            for work, command in works.items():
                found[work].append(run(command, reports[work]))
        return found


def middle(found: list[Took]) -> Took:
    """Return the medians."""
    return Took(*map(statistics.median, zip(*found, strict=True)))


def show(title: str, found: dict[str, list[Took]]) -> None:
    """Print the medians and each one's ratio to the first."""
    print(f"\n{title}")
    first = middle(next(iter(found.values())))
    for work, times in found.items():
        own = middle(times)
        ratios = [f"x{mine / theirs:.2f}" for mine, theirs in zip(own, first, strict=True)]
        print(f"  {work:<16} {own.seconds:7.2f} s {ratios[0]:<7} {own.busy:7.2f} s of CPU {ratios[1]:<7}", end="")
        print(f" {own.peak:7.0f} MiB {ratios[2]}")


def prepare(folder: Path, loans: int, formats: tuple[str, ...]) -> None:
    """Write a book into a folder, unless one is there already; 10,000 loans, 100 lines and a batch for each trust."""
    if all((folder / f"{format_}.yaml").exists() for format_ in formats):
        return
    trusts = max(1, loans // 10_000)
    sizes = {"loans": loans, "lines": trusts * 100, "batches": trusts, "agreements": trusts}
    options = [f"--{name}={number}" for name, number in sizes.items()]
    chosen = formats[0] if len(formats) == 1 else "both"
    command = [sys.executable, str(HERE / "book_data.py"), str(folder), *options, "--format", chosen]
    subprocess.run(command, check=True, env=ENV)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--format", choices=("parquet", "csv", "both"), default="both")
    parser.add_argument("--only", nargs="+", choices=tuple(commands(Path(), "csv")))
    parser.add_argument("--loans", type=int, default=10_000_000)
    asked = parser.parse_args()
    folder: Path = asked.folder.resolve()
    formats = ("parquet", "csv") if asked.format == "both" else (asked.format,)
    prepare(folder, asked.loans, formats)
    print(f"Python {platform.python_version()} on {platform.machine()}, median of {asked.rounds}")
    for format_ in formats:
        works = {name: own for name, own in commands(folder, format_).items() if name in (asked.only or (name,))}
        show(f"whole process, {folder.name}, from {format_}", measured(works, asked.rounds))


if __name__ == "__main__":
    main()
