"""Prints how time and memory grow with the book: a tenth of a million loans, one million, ten million.

    python tests/bench/growth.py FOLDER [--rounds 5] [--format parquet|csv] [--who checker|duckdb|polars]

Lines, batches and trusts grow in proportion. The books are written into FOLDER if they are not there. What is linear
takes the same time for each loan; what is flat has the same peak.
"""

import argparse
from pathlib import Path

from book import commands, measured, middle, prepare

SIZES = (100_000, 1_000_000, 10_000_000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--who", choices=("checker", "duckdb", "duckdb-checked", "polars"), default="checker")
    asked = parser.parse_args()
    folders = {size: asked.folder.resolve() / str(size) for size in SIZES}
    for size, folder in folders.items():
        prepare(folder, size, (asked.format,))
    found = {
        size: middle(measured({asked.who: commands(folder, asked.format)[asked.who]}, asked.rounds)[asked.who])
        for size, folder in folders.items()
    }
    base = found[1_000_000]
    print(f"{asked.who}, from {asked.format}, median of {asked.rounds}; ratios are to 1,000,000 loans")
    for size, took in found.items():
        each, base_each = took.seconds / size, base.seconds / 1_000_000
        ratio = f"x{each / base_each:.2f} time a loan, x{took.peak / base.peak:.2f} memory"
        print(f"  {size:>10,} loans  {took.seconds:7.2f} s  {each * 1e6:7.3f} us a loan  {took.peak:7.0f} MiB  {ratio}")


if __name__ == "__main__":
    main()
