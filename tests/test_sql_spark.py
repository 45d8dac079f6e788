"""The SQL of an expression says in Spark what the evaluator says: many expressions at a time, as a query is dear."""

import pytest
from chance import TEXTS, tree_of, trees
from engines import Spark
from tables import check_same, query
from test_conformance import Case
from test_sql import FORMS, SEED, each_file, formed, seen_in, unlike, world
from test_width import FAR, GROWING, LONGEST, NINES, OPPOSITE

AT_ONCE = 25


@each_file
def test_spark_says_what_the_suite_says(spark: Spark, file: list[Case]) -> None:
    assert unlike(seen_in(spark, file, at_once=AT_ONCE)) == []


@pytest.mark.parametrize("part", range(3))
def test_spark_says_of_random_expressions_what_the_evaluator_says(spark: Spark, part: int) -> None:
    spark.fill(world())
    check_same(spark, world(), trees(SEED + 100 + part, AT_ONCE))


def test_spark_says_the_same_of_the_widest_amounts(spark: Spark) -> None:
    spark.fill(world(widest=True))
    check_same(spark, world(widest=True), trees(SEED + 200, AT_ONCE))


@pytest.mark.parametrize("digits", [37, 38])
def test_what_fits_is_exact_at_its_most(spark: Spark, digits: int) -> None:
    spark.fill([NINES, OPPOSITE])
    found = [tree_of(text(digits)) for text in GROWING.values()]
    check_same(spark, [NINES, OPPOSITE], found)


def test_a_constant_of_38_digits_is_exact(spark: Spark) -> None:
    spark.fill([NINES])
    check_same(spark, [NINES], LONGEST)


def test_a_day_that_is_too_far_away_is_unknown_and_no_overflow(spark: Spark) -> None:
    spark.fill([NINES])
    check_same(spark, [NINES], FAR)


def test_a_text_is_read_as_it_is_written(spark: Spark) -> None:
    texts = ", ".join(spark.dialect.text(text) for text in TEXTS)
    assert spark.ask(f"SELECT {texts}")[1] == [TEXTS]


def test_no_float_arises_on_the_way(spark: Spark) -> None:
    spark.fill(world()[:1])
    plan = spark.plan(query(spark.dialect, trees(SEED, 100)).text)
    assert [word for word in ("double", "float") if word in plan] == []
    assert "decimal(38," in plan


def test_a_float_on_the_way_would_be_seen(spark: Spark) -> None:
    spark.fill([NINES])
    assert "double" in spark.plan("SELECT s.`batch.amount` > 1e0 FROM subject AS s")


def test_a_form_is_held_against_the_whole_text(spark: Spark) -> None:
    assert formed(spark) == [wanted for _, wanted in FORMS]
