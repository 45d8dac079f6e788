"""What could need more than 38 digits is refused, and what is not is exact where every digit is a nine."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest
from chance import tree_of
from engines import Duck, Subject
from tables import check_same, query

from checker.lang.record import replaced
from checker.lang.sql import DUCKDB, SPARK, TooWideError
from checker.lang.syntax import Literal, Type
from checker.lang.typed import Apply, Constant, Typed

NINES = Subject(
    row={"batch.amount": Decimal("9" * 16 + ".99"), "batch.factor": Decimal("999.99999999"), "batch.units": 10**18 - 1},
    sets={"pool": [(True, {"loan.amount": Decimal("9" * 16 + ".99"), "loan.units": 10**18 - 1})] * 9},
)
OPPOSITE = Subject(
    row={name: -value for name, value in NINES.row.items() if isinstance(value, Decimal | int)},
    sets={"pool": [(True, {"loan.amount": Decimal("-" + "9" * 16 + ".99"), "loan.units": 1 - 10**18})] * 9},
)


def nines(digits: int) -> str:
    return "9" * digits


def constant(text: str) -> Constant:
    """Return a constant that may be longer than the language lets anyone write it."""
    kind = Type.NUMBER if "." in text else Type.COUNT
    value = Decimal(text) if "." in text else int(text)
    return Constant(type=kind, value=value, source=Literal(text=text, type=kind, value=value, span=(0, 0)))


def many(digits: int) -> str:
    """Return a count of so many digits."""
    return f"({nines(19)} * {nines(digits - 19)})"


# Each with what it takes to need 37, 38 and 39 digits.
GROWING: Mapping[str, Callable[[int], str]] = {
    "a product of constants": lambda n: f"{nines(20)} * {nines(n - 20)}",
    "a product of a constant below zero": lambda n: f"{nines(20)} * -{nines(n - 20)}",
    "a product of constants with places": lambda n: f"0.{nines(20)} * 0.{nines(n - 20)}",
    "a product of facts": lambda n: f"batch.amount * batch.units * {nines(n - 36)}",
    "a product of a fact and itself": lambda n: f"batch.factor * batch.factor * {nines(n - 22)}",
    "a percentage": lambda n: f"{nines(n - 18)}% of batch.amount",
    "a sum": lambda n: f"batch.units + {many(n - 1)}",
    "a sum of many": lambda n: f"{many(n - 3)} + {many(n - 3)} + batch.units + batch.units",
    "a difference": lambda n: f"-1 * {many(n - 2)} - batch.units",
    "a sum over rows": lambda n: f"sum(loan.amount * {nines(n - 27)} over pool)",
    "a sum over rows, times": lambda n: f"{nines(n - 27)} * sum(loan.units over pool)",
    "a sum over rows of a constant": lambda n: f"sum({nines(n - 9)} over pool)",
    "sides of unlike places": lambda n: f"batch.amount < $1 * {many(n - 3)}",
    "a list of unlike places": lambda n: f"0.5 * batch.factor in (1.5, {nines(n - 9)})",
    "the least of unlike places": lambda n: f"least(batch.factor, {many(n - 8)})",
    "the first known of unlike places": lambda n: f"first_known(batch.factor, {many(n - 8)})",
}
growing = pytest.mark.parametrize("text", [pytest.param(text, id=title) for title, text in GROWING.items()])


@growing
def test_what_could_need_39_digits_is_refused(text: Callable[[int], str]) -> None:
    for dialect in (DUCKDB, SPARK):
        with pytest.raises(TooWideError, match="it could need 39 digits, and 38 are exact"):
            query(dialect, [tree_of(text(39))])


@growing
@pytest.mark.parametrize("digits", [37, 38])
def test_what_needs_fewer_is_exact_at_its_most(duck: Duck, text: Callable[[int], str], digits: int) -> None:
    duck.fill([NINES, OPPOSITE])
    check_same(duck, [NINES, OPPOSITE], [tree_of(text(digits))])


LONGEST = tuple(
    constant(sign + text) for text in (nines(38), f"{nines(20)}.{nines(18)}", f"0.{nines(38)}") for sign in ("", "-")
)


def test_a_constant_of_38_digits_is_exact(duck: Duck) -> None:
    duck.fill([NINES])
    check_same(duck, [NINES], LONGEST)


@pytest.mark.parametrize("text", [nines(39), f"-{nines(39)}", f"{nines(20)}.{nines(19)}", f"0.{nines(39)}"])
def test_a_constant_of_39_digits_is_refused(text: str) -> None:
    with pytest.raises(TooWideError, match="it could need 39 digits, and 38 are exact"):
        query(DUCKDB, [constant(text)])


def moved(move: str, count: str) -> Typed:
    """Return a day moved by a count."""
    tree = tree_of(f"{move}(2004-02-29, 1)")
    assert isinstance(tree, Apply)
    return replaced(tree, arguments=(tree.arguments[0], constant(count)))


# Days and months so far away that to add them to any day is more than an engine can.
FAR = tuple(
    moved(move, sign + nines(digits))
    for move in ("add_days", "add_months")
    for sign in ("", "-")
    for digits in (7, 10, 19, 38)
)


def test_a_day_that_is_too_far_away_is_unknown_and_no_overflow(duck: Duck) -> None:
    duck.fill([NINES])
    for tree in FAR:
        check_same(duck, [NINES], [tree])


def test_an_expression_that_would_be_a_book_is_refused() -> None:
    text = "count(pool where loan.agreed)"
    for _ in range(8):
        text = f"least({text}, {text})"
    with pytest.raises(TooWideError, match="the expression is too long for SQL"):
        query(DUCKDB, [tree_of(text)])
