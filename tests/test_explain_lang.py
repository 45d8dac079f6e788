"""Why an expression is worth what it is: its values, the tests that decide, their margins, and what is missing."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import FACTS, SCOPE, expressions, frames
from strategies import values as of

from checker.lang import explain as explaining
from checker.lang.check import check
from checker.lang.evaluate import Frame, Program, Row, RowSet
from checker.lang.exact import AtLeast, Worth
from checker.lang.parse import parse
from checker.lang.syntax import Expression, Type
from checker.lang.typed import facts_of

often = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
FRAME = Frame(
    row={
        "batch.amount": Decimal("100.00"),
        "batch.factor": Decimal("0.5"),
        "batch.units": 5,
        "batch.day": date(2005, 3, 31),
        "batch.name": "third_party",
        "batch.agreed": True,
    },
    sets={"pool": RowSet(rows=[{"loan.amount": Decimal("60.00")}, {"loan.amount": Decimal("39.99")}])},
)


def program_of(written: str | Expression, **terms: str) -> Program:
    tree = parse(written) if isinstance(written, str) else written
    typed = check(tree, SCOPE._replace(terms={name: parse(text) for name, text in terms.items()}))
    assert not isinstance(typed, tuple), typed
    return Program(typed)


def why(text: str, frame: Frame = FRAME, **terms: str) -> explaining.Why:
    return explaining.explain(program_of(text, **terms), frame)


def over(*rows: Row, maybe: Sequence[Row] = (), subject: Row | None = None) -> Frame:
    return Frame(row=subject or {}, sets={"pool": RowSet(rows=rows, maybe=maybe, decided_by="loan.in_pool")})


def amounts(*found: str | None) -> list[Row]:
    return [{"loan.amount": None if amount is None else Decimal(amount)} for amount in found]


def values(text: str, frame: Frame = FRAME, **terms: str) -> list[tuple[str, Worth]]:
    return [(shown.text, shown.worth) for shown in why(text, frame, **terms).values]


def missing(text: str, frame: Frame, **terms: str) -> dict[str, int]:
    return dict(why(text, frame, **terms).missing)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("batch.units > 3", [("batch.units", 5)], id="a fact, and no constant"),
        pytest.param('batch.name in ("x")', [("batch.name", "third_party")], id="text"),
        pytest.param("not batch.agreed", [("batch.agreed", True)], id="a flag"),
        pytest.param("given(batch.day)", [("batch.day", date(2005, 3, 31))], id="a fact that is asked for"),
        pytest.param("batch.amount = batch.amount", [("batch.amount", Decimal(100))], id="one fact twice"),
        pytest.param("count(pool) > 1", [("count(pool)", 2)], id="a count"),
        pytest.param(
            "sum(loan.amount over pool where loan.amount > $50.00) > $1",
            [("sum(loan.amount over pool where loan.amount > $50.00)", Decimal(60))],
            id="a sum, and not what is summed",
        ),
        pytest.param(
            "1.00% of sum(loan.amount over pool) >= $1",
            [
                ("sum(loan.amount over pool)", Decimal("99.99")),
                ("1.00% of sum(loan.amount over pool)", Decimal("0.9999")),
            ],
            id="a percentage after what it is of",
        ),
        pytest.param(
            "batch.units + 1 = 6 and batch.units * 2 > 1",
            [("batch.units", 5), ("batch.units + 1", 6), ("batch.units * 2", 10)],
            id="each once, in the order of the text",
        ),
        pytest.param(
            "add_days(batch.day, 1) > batch.day",
            [("batch.day", date(2005, 3, 31)), ("add_days(batch.day, 1)", date(2005, 4, 1))],
            id="a day that is computed",
        ),
        pytest.param("loan.amount > $1", [("loan.amount", None)], id="something unknown"),
    ],
)
def test_the_values_are_the_facts_sums_and_results_that_a_reader_needs(
    text: str, expected: list[tuple[str, Worth]]
) -> None:
    assert values(text) == expected


def test_a_term_is_shown_after_what_it_is_made_of() -> None:
    found = values("price > $1", price="batch.amount + fee", fee="$2.50")
    assert found == [
        ("batch.amount", Decimal("100.00")),
        ("fee", Decimal("2.50")),
        ("batch.amount + fee", Decimal("102.50")),
        ("price", Decimal("102.50")),
    ]


def test_a_bound_is_shown_as_a_bound() -> None:
    assert values("sum(loan.amount over pool) > $1", over(*amounts("5.00", None))) == [
        ("sum(loan.amount over pool)", AtLeast(Decimal("5.00")))
    ]


def test_a_test_has_two_sides_a_result_and_a_margin() -> None:
    (test,) = why("sum(loan.amount over pool) <= batch.amount").tests
    assert test.text == "sum(loan.amount over pool) <= batch.amount"
    assert (test.left, test.right, test.holds, test.by) == (Decimal("99.99"), Decimal("100.00"), True, Decimal("0.01"))


@pytest.mark.parametrize(
    ("text", "by"),
    [
        pytest.param("batch.amount <= $99.99", Decimal("0.01"), id="money over"),
        pytest.param("batch.amount <= $100.01", Decimal("0.01"), id="money under"),
        pytest.param("batch.amount = $100", Decimal(0), id="no difference"),
        pytest.param("batch.factor > 75%", Decimal("0.25"), id="a number"),
        pytest.param("batch.units >= 7", 2, id="a count"),
        pytest.param("batch.units > 4.5", Decimal("0.5"), id="a count and a number"),
        pytest.param("batch.day <= 2005-04-02", 2, id="days before"),
        pytest.param("batch.day <= 2005-03-29", 2, id="days after"),
        pytest.param('batch.name = "x"', None, id="text has no margin"),
        pytest.param("batch.agreed = true", None, id="flags have no margin"),
        pytest.param("batch.agreed", None, id="a flag has no margin"),
        pytest.param("batch.units in (4, 6)", None, id="a list has no margin"),
        pytest.param("given(batch.units)", None, id="what is given has no margin"),
        pytest.param("loan.amount > $1", None, id="something unknown has no margin"),
    ],
)
def test_the_margin_is_the_distance_between_the_sides(text: str, by: Worth) -> None:
    (test,) = why(text).tests
    assert (test.by, type(test.by)) == (by, type(by))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("$12345678901234567.89 >= 33.333333333333333333% of $1000000000000000.01", id="from above"),
        pytest.param("33.333333333333333333% of $1000000000000000.01 <= $12345678901234567.89", id="from below"),
    ],
)
def test_a_margin_of_many_digits_is_exact(text: str) -> None:
    (test,) = why(text).tests
    share = Fraction("33.333333333333333333") / 100 * Fraction("1000000000000000.01")
    assert isinstance(test.by, Decimal)
    assert Fraction(test.by) == Fraction("12345678901234567.89") - share


@given(st.data())
@often
def test_every_margin_is_the_exact_distance(data: st.DataObject) -> None:
    program = program_of(data.draw(expressions(Type.FLAG, depth=2)))
    for test in explaining.explain(program, data.draw(frames(facts_of(program.tree)))).tests:
        if isinstance(test.by, Decimal):
            assert Fraction(test.by) == abs(Fraction(test.left) - Fraction(test.right))  # type: ignore[arg-type] # amounts


def test_a_bound_has_no_margin() -> None:
    (test,) = why("sum(loan.amount over pool) <= $1.00", over(*amounts("5.00", None))).tests
    assert (test.left, test.holds, test.by) == (AtLeast(Decimal("5.00")), False, None)


@pytest.mark.parametrize(
    ("text", "left", "right", "holds"),
    [
        pytest.param("batch.units in (4, 5)", 5, None, True, id="a list has one side"),
        pytest.param("batch.agreed", None, None, True, id="a flag has none"),
        pytest.param("given(batch.units)", None, None, True, id="what is given has none"),
        pytest.param("given(loan.amount)", None, None, None, id="what is not given does not hold, nor fail"),
        pytest.param("batch.amount > loan.amount", Decimal(100), None, None, id="one side unknown"),
    ],
)
def test_every_kind_of_test_is_shown(text: str, left: Worth, right: Worth, *, holds: bool | None) -> None:
    (test,) = why(text).tests
    assert (test.left, test.right, test.holds) == (left, right, holds)


def deciding(text: str, **facts: Any) -> list[str]:
    frame = Frame(row={f"batch.{name}": value for name, value in facts.items()}, sets={})
    found = explaining.explain(program_of(text, flag="batch.agreed"), frame).tests
    return [test.text for test in found if test.decides]


A, B, C = "batch.agreed", "batch.units > 1", "batch.shift > 1"


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        pytest.param(A, {"agreed": True}, [A], id="the only test"),
        pytest.param(f"{A} and {B}", {"agreed": True, "units": 2}, [A, B], id="all of a true and"),
        pytest.param(f"{A} and {B}", {"agreed": True, "units": 1}, [B], id="the false one of a false and"),
        pytest.param(f"{A} and {B}", {"agreed": False, "units": 1}, [A, B], id="both false ones of a false and"),
        pytest.param(f"{A} and {B}", {"agreed": False}, [A], id="the false one beside an unknown one"),
        pytest.param(f"{A} and {B}", {"agreed": True}, [B], id="the unknown one of an unknown and"),
        pytest.param(f"{A} or {B}", {"agreed": False, "units": 1}, [A, B], id="all of a false or"),
        pytest.param(f"{A} or {B}", {"agreed": False, "units": 2}, [B], id="the true one of a true or"),
        pytest.param(f"{A} or {B}", {"agreed": True}, [A], id="the true one beside an unknown one"),
        pytest.param(f"{A} or {B}", {"agreed": False}, [B], id="the unknown one of an unknown or"),
        pytest.param(f"not {A}", {"agreed": True}, [A], id="what is denied"),
        pytest.param(f"not ({A} and {B})", {"agreed": True, "units": 1}, [B], id="what makes a denial true"),
        pytest.param(f"({A} or {B}) and {C}", {"agreed": True, "units": 1, "shift": 2}, [A, C], id="an or in an and"),
        pytest.param(
            f"({A} or {B}) and {C}", {"agreed": True, "units": 2, "shift": 1}, [C], id="an or that does not matter"
        ),
        pytest.param(f"flag and {B}", {"agreed": False, "units": 2}, [A], id="inside a term"),
        pytest.param(f"true and {B}", {"units": 2}, [B], id="a constant decides nothing"),
    ],
)
def test_the_tests_that_decide_are_those_on_which_the_answer_rests(
    text: str, facts: Mapping[str, Any], expected: list[str]
) -> None:
    assert deciding(text, **facts) == expected


def test_a_test_that_stands_twice_is_shown_once() -> None:
    found = why("(batch.units > 3 and batch.agreed) or batch.units > 3").tests
    assert [test.text for test in found] == ["batch.units > 3", "batch.agreed"]


def test_a_test_in_a_condition_of_rows_is_none_of_the_subjects() -> None:
    found = why("count(pool where loan.amount > $50.00) = 1").tests
    assert [test.text for test in found] == ["count(pool where loan.amount > $50.00) = 1"]


TWO = "sum(loan.amount over pool)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("batch.amount > $1", {}, id="nothing"),
        pytest.param("loan.amount > $1", {"loan.amount": 0}, id="a fact of the subject"),
        pytest.param("loan.amount + loan.change > $1", {"loan.amount": 0, "loan.change": 0}, id="two facts"),
        pytest.param("loan.amount > $1 or batch.agreed", {}, id="one that does not matter beside what holds"),
        pytest.param("loan.amount > $1 and not batch.agreed", {}, id="one that does not matter beside what fails"),
        pytest.param("loan.amount > $1 and batch.agreed", {"loan.amount": 0}, id="one that matters"),
        pytest.param("loan.amount > $1 and loan.units > 1", {"loan.amount": 0, "loan.units": 0}, id="both that matter"),
        pytest.param(
            "(loan.amount > $1 or batch.agreed) and loan.units > 1", {"loan.units": 0}, id="only the one that matters"
        ),
        pytest.param("not loan.agreed", {"loan.agreed": 0}, id="what is denied"),
        pytest.param("given(loan.amount, batch.amount)", {"loan.amount": 0}, id="what is asked for"),
        pytest.param('loan.name in ("a", "b")', {"loan.name": 0}, id="what is in no list"),
        pytest.param("add_months(loan.day, batch.units) > batch.day", {"loan.day": 0}, id="a day"),
        pytest.param("term > $1", {"loan.amount": 0}, id="what a term means"),
        pytest.param("add_days(9999-12-31, 1) > batch.day", {}, id="a day outside the calendar lacks no fact"),
    ],
)
def test_the_facts_missing_are_those_that_could_change_the_answer(text: str, expected: dict[str, int]) -> None:
    assert missing(text, FRAME, term="loan.amount * 2") == expected


@pytest.mark.parametrize(
    ("text", "rows", "expected"),
    [
        pytest.param(f"{TWO} > $1", amounts("0.50", "0.10"), {}, id="no row"),
        pytest.param(f"{TWO} > $1", amounts("2.00", None), {}, id="a row that cannot change what the bound decides"),
        pytest.param(f"{TWO} > $1", amounts("1.00", None), {"loan.amount": 1}, id="a row that can"),
        pytest.param(f"{TWO} > $1", amounts(None, "1.00", None, None), {"loan.amount": 3}, id="three rows"),
        pytest.param(f"10% of {TWO} + $1.00 < $9", amounts(None, "1.00"), {"loan.amount": 1}, id="under arithmetic"),
        pytest.param(
            "sum(loan.amount over pool where loan.agreed) > $9",
            [{"loan.agreed": False}, {"loan.agreed": True}, {"loan.amount": Decimal(1)}, {}],
            {"loan.agreed": 2, "loan.amount": 2},
            id="amounts and conditions",
        ),
        pytest.param(
            "count(pool where loan.agreed and loan.units > 1) > 1",
            [{"loan.agreed": False}, {"loan.units": 1}, {"loan.agreed": True}, {"loan.units": 2}, {}],
            {"loan.agreed": 2, "loan.units": 2},
            id="conditions that another half decides",
        ),
        pytest.param(
            "sum(loan.amount over pool where loan.amount > $1) > $9",
            amounts(None, "2.00"),
            {"loan.amount": 1},
            id="a row that lacks a fact both in the sum and in the condition",
        ),
        pytest.param(
            f"{TWO} > $9 or {TWO} = $9",
            amounts(None, None, "2.00"),
            {"loan.amount": 2},
            id="rows of one sum used twice",
        ),
    ],
)
def test_missing_facts_of_rows_are_counted_by_rows(text: str, rows: list[Row], expected: dict[str, int]) -> None:
    assert missing(text, over(*rows)) == expected


def test_a_row_that_may_be_in_the_set_lacks_what_decides_that() -> None:
    assert missing("count(pool) > 2", over({}, {}, maybe=[{}, {}, {}])) == {"loan.in_pool": 3}


def test_a_row_that_no_condition_admits_need_not_be_in_the_set_or_out_of_it() -> None:
    frame = over(maybe=[{"loan.agreed": False}, {"loan.agreed": True}, {}])
    assert missing("count(pool where loan.agreed) > 2", frame) == {"loan.in_pool": 2}


def test_rows_without_a_fact_and_rows_that_may_be_in_the_set_are_counted_apart() -> None:
    frame = over(*amounts(None, "1.00"), maybe=amounts("1.00", "2.00"))
    assert missing("sum(loan.amount over pool) > $5", frame) == {"loan.amount": 1, "loan.in_pool": 2}


def test_the_subject_lacks_its_own_fact_and_the_rows_do_not() -> None:
    frame = over({"loan.units": 1}, {"loan.units": 2})
    assert missing("count(pool where loan.units <= batch.units) > 1", frame) == {"batch.units": 0}


def test_missing_facts_are_in_the_order_of_their_names() -> None:
    found = why("loan.units > 1 and loan.amount > $1 and batch.shift > 1").missing
    assert found == (("batch.shift", 0), ("loan.amount", 0), ("loan.units", 0))


@given(st.data())
@often
def test_an_answer_lacks_no_fact_and_none_is_lacking_that_is_not_read(data: st.DataObject) -> None:
    program = program_of(data.draw(expressions(Type.FLAG, depth=2)))
    names = facts_of(program.tree)
    frame = data.draw(frames(names))
    lacking = explaining.missing(program, frame).keys()
    assert lacking <= (set() if program(frame) is not None else {*names, "in_pool"})


@given(st.data())
@often
def test_without_the_facts_that_are_missing_no_other_fact_gives_an_answer(data: st.DataObject) -> None:
    program = program_of(data.draw(expressions(Type.FLAG, depth=2)))
    frame = data.draw(frames(facts_of(program.tree)).map(without_doubtful_rows))
    assume(program(frame) is None)
    lacking = explaining.missing(program, frame)

    def fill(row: Row) -> Row:
        found = {
            name: data.draw(of(FACTS[name])) for name, value in row.items() if value is None and name not in lacking
        }
        return {**row, **found}

    sets = {name: RowSet(rows=[fill(row) for row in members.rows]) for name, members in frame.sets.items()}
    assert program(Frame(row=fill(frame.row), sets=sets)) is None


def without_doubtful_rows(frame: Frame) -> Frame:
    sets = {name: RowSet(rows=members.rows) for name, members in frame.sets.items()}
    return Frame(row=frame.row, sets=sets)


@given(st.data())
@often
def test_the_tests_that_decide_have_a_result_where_the_answer_is_known(data: st.DataObject) -> None:
    program = program_of(data.draw(expressions(Type.FLAG, depth=2)))
    frame = data.draw(frames(facts_of(program.tree)))
    if program(frame) is not None:
        assert all(test.holds is not None for test in explaining.tests(program, frame) if test.decides)
