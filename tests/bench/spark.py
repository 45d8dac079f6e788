"""Prints how long a book takes checker on Spark, beside the same rules by hand on Spark, as whole processes in turn.

    python tests/bench/spark.py FOLDER [--rounds 3] [--master local[2]] [--memory 4GB]

FOLDER is what `book_data.py` wrote as Parquet; its lines are written once more with their numbers, which Spark needs.
Both must count the same for every rule and decision, which is compared before anything is timed (0 rounds time
nothing). Three take turns: the rules by hand, checker's queries alone, and `checker check` with its second opinion and
its report. By hand and checker refuse the same malformed tapes. Obligations are only in the last.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import clock
import duckdb

import checker
from checker.engine.book import read_book
from checker.engine.found import Found, finding
from checker.engine.plan import STATUSES
from checker.engine.spark import SparkEngine
from checker.load.policies import load_policies

MOST = 1.3  # times by hand
HAND, QUERIES, CHECK = "the same rules by hand", "checker, its queries", "checker check"
DECISIONS = ("permitted", "refused", "undecided")
BOOK = """book: bench
tape: {file: loans.parquet, as_of: 2011-03-31}
batches: {file: batches.csv}
dispositions: {file: numbered.parquet}
"""


def number(folder: Path) -> Path:
    """Write the lines with their numbers, in the order that they have, and the book; return it."""
    lines = f"select row_number() over () as place, * from read_parquet('{folder / 'lines.parquet'}')"
    counted = "row_number() over (partition by batch order by place) as line, * exclude (place)"
    query = f"select {counted} from ({lines}) order by place"
    duckdb.execute(f"copy ({query}) to '{folder / 'numbered.parquet'}' (format parquet)")
    path = folder / "spark.yaml"
    path.write_text(BOOK)
    return path


def judged(path: Path, master: str, memory: str) -> Found:
    """Return what checker's queries find of a book."""
    agreements = load_policies(path.parent / "policies")
    book = read_book(path, agreements)
    with (
        SparkEngine(master, list(book.tables().values()), memory) as engine,
        finding(engine, book, agreements, None, lambda *_: None) as found,
    ):
        return found


def counted(found: Found) -> dict[str, object]:
    """Return the counts of a book as the rules by hand print them."""
    rules = {tally.rule: dict(zip(map(str, STATUSES), tally.counts, strict=True)) for tally in found.tallies}
    sums = [sum(each) for each in zip(*found.decisions.values(), strict=True)]
    return {"rules": rules, "lines": dict(zip(DECISIONS, sums, strict=True))}


def processes(path: Path, told: argparse.Namespace, env: Mapping[str, str]) -> dict[str, clock.Work]:
    """Return what runs each as a process of its own."""
    folder, own = str(path.parent), ["--master", told.master, "--memory", told.memory]
    check = ["-m", "checker", "check", str(path), "--policies", str(path.parent / "policies"), "--format", "json"]
    return {
        HAND: clock.process(
            env, "book_peers/spark_by_hand.py", folder, *own[:3], told.memory.lower().removesuffix("b")
        ),
        QUERIES: clock.process(env, "spark.py", folder, "--judge", *own),
        CHECK: clock.process(env, *check, "--engine", "spark", "--spark-master", told.master),
    }


def compare(works: Mapping[str, clock.Work]) -> None:
    """Stop where checker and the rules by hand count differently, or the command says nothing."""
    by_hand, ours = (json.loads(str(works[name]())) for name in (HAND, QUERIES))
    if by_hand != ours:
        wrong = {name: (count, ours["rules"].get(name)) for name, count in by_hand["rules"].items()}
        sys.exit(f"they differ: {[each for each in wrong.items() if each[1][0] != each[1][1]]}, {ours['lines']}")
    json.loads(str(works[CHECK]()))
    print("  all equal")


def main() -> None:
    """Compare, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--judge", action="store_true", help="judge once by checker's queries and print the counts")
    told = parser.parse_args()
    path = told.folder.resolve() / "spark.yaml"
    if told.judge:
        print(json.dumps(counted(judged(path, told.master, told.memory))))
        return
    number(told.folder.resolve())
    print(f"{clock.machine()}; checker {checker.__version__}; Spark on {told.master}; median of {told.rounds}")
    with tempfile.TemporaryDirectory() as compiled:
        works = processes(path, told, clock.environment(Path(compiled)))
        compare(works)
        if told.rounds:
            found = clock.timed(works, told.rounds)
            clock.show("whole process", found, "ms", HAND)
            clock.aim(f"at most {MOST} times by hand", found, QUERIES, [HAND], 1 / MOST)


if __name__ == "__main__":
    main()
