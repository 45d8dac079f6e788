"""The second promise of the engines: on random books, every status and decision is the one that the evaluator finds.

`AGREEMENT_ROUNDS` multiplies the books; each is made from a number of its own, which a failure shows.
"""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from books import Answers, Open, World, disagreements, open_duck, tables_of
from laws import small_law
from trusts import trusts

from checker.engine.book import Book
from checker.engine.intake import Engine
from checker.engine.spark import SparkEngine

ROUNDS = int(os.environ.get("AGREEMENT_ROUNDS", "1"))
SHIPPED, SMALL = 10, 30  # books of each kind, in one round
SIZES = (2, 20, 240, 400)  # trusts of a book
LEAST = 100_000  # statuses, in one round
ON_SPARK = [(trusts, 0, 130), (trusts, 1, 130), (small_law, 6, 60)]
LEAST_ON_SPARK = 10_000
KINDS = ("line", "exercise", "batch")
Make = Callable[[int, int], World]


def judged(folder: Path, make: Make, seed: int, size: int, opened: Open = open_duck) -> Answers:
    """Return what a book was found to be by both, or fail with the book."""
    kind = ("csv", "parquet")[(seed + seed // len(SIZES)) % 2]
    chance = Random(seed)  # noqa: S311 (a test's randomness, to be had again)
    world = make(seed, size)
    found, problem = disagreements(chance, folder, world, kind, opened, numbered=opened is not open_duck)
    assert not problem, f"{make.__name__}({seed}, {size}), {kind}\n{problem}"
    return found


@pytest.fixture(scope="session")
def counted() -> Counter[tuple[str, str]]:
    """What was found in all books: how many of each kind of subject have each status, and how many books there were."""
    return Counter()


@pytest.fixture
def counts(counted: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """The same, once every book was judged: a run of a part of them shows nothing."""
    if counted["book", ""] < (SHIPPED + SMALL) * ROUNDS:
        pytest.skip("not every book was judged")
    return counted


@pytest.mark.parametrize("seed", range(SHIPPED * ROUNDS))
def test_duckdb_says_of_the_policies_that_ship_what_the_evaluator_says(
    seed: int, tmp_path: Path, counted: Counter[tuple[str, str]]
) -> None:
    found = judged(tmp_path, trusts, seed, SIZES[seed % len(SIZES)])
    counted.update((key[0], status) for key, status in found.items())
    counted.update((key[-1], status) for key, status in found.items() if key[0] != "decision")
    counted["book", ""] += 1


@pytest.mark.parametrize("seed", range(SMALL * ROUNDS))
def test_duckdb_says_of_random_policies_what_the_evaluator_says(
    seed: int, tmp_path: Path, counted: Counter[tuple[str, str]]
) -> None:
    found = judged(tmp_path, small_law, seed, SIZES[seed % len(SIZES)])
    counted.update((key[0], status) for key, status in found.items())
    counted["book", ""] += 1


RULES = {
    "builtin/loan-in-pool": "pass fail unknown",
    "builtin/listed-once": "pass fail",
    "builtin/in-force": "pass fail unknown",
    "builtin/buyer-is-who-it-says": "pass fail unknown",
    "always/tape-of-the-date": "pass fail disputed",
    "3.18/delinquent-90-days": "pass fail unknown disputed",
    "3.18/not-foreclosed": "pass fail unknown",
    "3.18/buyer": "pass fail unknown disputed",
    "3.18/price": "pass fail unknown",
    "3.13(f)/third-party": "pass fail unknown disputed",
    "3.13(f)/fair-market-value": "pass fail unknown",
    "3.13(f)/maximizes-proceeds": "pass fail unknown",
    "3.13(f)/determination": "pass fail unknown",
    "3.13(g)/buyer": "pass fail unknown",
    "3.13(g)/price": "pass fail unknown",
    "3.13(g)/size": "pass fail unknown disputed",
    "line": "pass fail unknown disputed",
    "exercise": "pass fail unknown disputed",
    "batch": "pass fail unknown disputed",
    "decision": "permitted refused undecided",
}


def test_the_random_books_have_every_status_of_every_rule(counts: Counter[tuple[str, str]]) -> None:
    """Books in which nothing passes, or nothing is disputed, would show nothing."""
    missing = [(rule, status) for rule, all_ in RULES.items() for status in all_.split() if not counts[rule, status]]
    assert not missing


def test_the_random_books_have_statuses_by_the_hundred_thousand(counts: Counter[tuple[str, str]]) -> None:
    assert sum(count for (kind, _), count in counts.items() if kind in KINDS) >= LEAST * ROUNDS


@pytest.fixture(scope="session")
def counted_on_spark() -> list[int]:
    """How many statuses were found on Spark, book by book."""
    return []


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize(("make", "seed", "size"), ON_SPARK)
def test_spark_says_what_the_evaluator_says(
    make: Make, seed: int, size: int, tmp_path: Path, counted_on_spark: list[int]
) -> None:
    def opened(book: Book) -> Engine:
        return SparkEngine("local[2]", tables_of(book))

    found = judged(tmp_path, make, seed, size, opened)
    counted_on_spark.append(sum(key[0] in KINDS for key in found))


def test_the_books_on_spark_have_statuses_by_the_ten_thousand(counted_on_spark: list[int]) -> None:
    if len(counted_on_spark) < len(ON_SPARK):
        pytest.skip("not every book was judged")
    assert sum(counted_on_spark) >= LEAST_ON_SPARK
