"""What the language refuses before anything is judged: names, types, scope, size, and what it says of each."""

from collections.abc import Mapping

import pytest

from checker.lang.check import MOST_DEPTH, MOST_NODES, Declared, Scope, check
from checker.lang.parse import parse
from checker.lang.problem import Problem
from checker.lang.syntax import Expression, Type
from checker.lang.typed import Apply, Fact, Fold, Term, Typed, facts_of, is_nonnegative, parts, terms_of

ROLES = ("master_servicer", "affiliate", "third_party")
FACTS = {
    "loan.balance": Declared(type=Type.MONEY, nonnegative=True),
    "loan.change": Declared(type=Type.MONEY),
    "loan.rate": Declared(type=Type.NUMBER, nonnegative=True),
    "loan.units": Declared(type=Type.COUNT, nonnegative=True),
    "loan.due": Declared(type=Type.DATE),
    "loan.state": Declared(type=Type.TEXT, one_of=("CA", "NY")),
    "loan.defaulted": Declared(type=Type.FLAG),
    "disposition.price": Declared(type=Type.MONEY, nonnegative=True),
    "disposition.buyer.role": Declared(type=Type.TEXT, one_of=ROLES),
    "batch.date": Declared(type=Type.DATE),
    "batch.title": Declared(type=Type.TEXT),
    "tape.as_of": Declared(type=Type.DATE),
    "certification.form": Declared(type=Type.TEXT),
}
SETS = {"pool": frozenset({"loan"}), "exercise": frozenset({"loan", "disposition"})}
LINE = Scope(facts=FACTS, bare=frozenset({"loan", "disposition", "batch", "tape"}), sets=SETS)
EXERCISE = LINE._replace(bare=frozenset({"batch.date", "tape"}))
LAYOUT = LINE._replace(asks=True)


def checked(
    text: str, scope: Scope = LINE, expected: Type | None = None, terms: Mapping[str, str] | None = None
) -> Typed | tuple[Problem, ...]:
    meanings: dict[str, Expression | None] = {name: parse(meaning) for name, meaning in (terms or {}).items()}
    return check(parse(text), scope._replace(terms=meanings), expected)


def typed(text: str, scope: Scope = LINE, **terms: str) -> Typed:
    found = checked(text, scope, terms=terms)
    assert not isinstance(found, tuple), found
    return found


def problems(text: str, scope: Scope = LINE, expected: Type | None = None, **terms: str) -> list[tuple[str, ...]]:
    """Return code, message, the words underlined, and help of each problem."""
    found = checked(text, scope, expected, terms)
    assert isinstance(found, tuple), "there is no problem"
    return [(each.code, each.message, text[slice(*each.span)], each.help) for each in found]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("$1.00 + loan.balance", Type.MONEY, id="money and money"),
        pytest.param("loan.balance * loan.rate", Type.MONEY, id="money times a number"),
        pytest.param("2 * loan.balance", Type.MONEY, id="a count times money"),
        pytest.param("1.00% of loan.balance", Type.MONEY, id="a percentage of money"),
        pytest.param("1.00% of loan.units", Type.NUMBER, id="a percentage of a count"),
        pytest.param("1.00% of 2% of loan.rate", Type.NUMBER, id="a percentage of a percentage"),
        pytest.param("loan.units + loan.rate", Type.NUMBER, id="a count and a number"),
        pytest.param("loan.units * 2", Type.COUNT, id="a count times a count"),
        pytest.param("loan.units - 2", Type.COUNT, id="a count less a count"),
        pytest.param("days_between(loan.due, batch.date)", Type.COUNT, id="days between"),
        pytest.param("add_months(loan.due, 3)", Type.DATE, id="months later"),
        pytest.param("add_days(loan.due, loan.units * 2)", Type.DATE, id="days later"),
        pytest.param("least(loan.due, batch.date)", Type.DATE, id="the earlier day"),
        pytest.param("greatest(1, 0.5, 2)", Type.NUMBER, id="the greatest of counts and numbers"),
        pytest.param("least(1, 2, 3)", Type.COUNT, id="the least of counts"),
        pytest.param("sum(loan.balance over pool)", Type.MONEY, id="a sum of money"),
        pytest.param("sum(loan.rate over pool where loan.defaulted)", Type.NUMBER, id="a sum of numbers"),
        pytest.param("sum(loan.units over exercise)", Type.COUNT, id="a sum of counts"),
        pytest.param("count(pool where loan.units > 0.5)", Type.COUNT, id="a count"),
        pytest.param("loan.defaulted = (loan.units > 1)", Type.FLAG, id="flags compared"),
        pytest.param('loan.state in ("CA", "NY")', Type.FLAG, id="a list"),
        pytest.param("loan.rate in (1, 0.5, 50%)", Type.FLAG, id="a number in a list with a count"),
        pytest.param("given(loan.state, loan.defaulted)", Type.FLAG, id="given"),
        pytest.param("loan.state", Type.TEXT, id="text"),
    ],
)
def test_every_expression_has_one_type(text: str, kind: Type) -> None:
    assert typed(text).type is kind


DOLLARS = "an amount of money is written with a dollar sign, like `$5000.00`"
BETWEEN = "write `days_between(a, b)`"
ADD_DAYS = "write `add_days(date, n)`"
EQUALS = "compare it with `=` or `!=`"


@pytest.mark.parametrize(
    ("text", "message", "underlined", "help_"),
    [
        pytest.param(
            "loan.balance > 5000", "a money cannot be compared with a count", None, DOLLARS, id="money, count"
        ),
        pytest.param(
            "0.5 < loan.balance", "a number cannot be compared with a money", None, DOLLARS, id="number, money"
        ),
        pytest.param("loan.due > 5", "a date cannot be compared with a count", None, ADD_DAYS, id="date and count"),
        pytest.param("batch.title = 5", "a text cannot be compared with a count", None, "", id="text and count"),
        pytest.param("loan.defaulted = 1", "a flag cannot be compared with a count", None, "", id="flag and count"),
        pytest.param('loan.due = "2004-12-28"', "a date cannot be compared with a text", None, "", id="date and text"),
        pytest.param("loan.due >= 0.5", "a date cannot be compared with a number", None, "", id="date and number"),
        pytest.param('batch.title < "x"', "a text has no order", None, EQUALS, id="the order of text"),
        pytest.param("loan.defaulted >= true", "a flag has no order", None, EQUALS, id="the order of flags"),
        pytest.param("loan.balance + 5", "cannot add a count to a money", None, DOLLARS, id="a count added to money"),
        pytest.param("0.5 + $1.00", "cannot add a money to a number", None, DOLLARS, id="money added to a number"),
        pytest.param(
            "loan.balance - loan.rate", "cannot take a number from a money", None, DOLLARS, id="less a number"
        ),
        pytest.param("batch.date - loan.due", "cannot take a date from a date", None, BETWEEN, id="day less day"),
        pytest.param("loan.due + 90", "cannot add a count to a date", None, ADD_DAYS, id="days added to a date"),
        pytest.param('"a" + "b"', "cannot add a text to a text", None, "", id="text added to text"),
        pytest.param("$2.00 * $3.00", "cannot multiply a money by a money", None, "", id="money times money"),
        pytest.param("true * 2", "cannot multiply a flag by a count", None, "", id="a flag times a count"),
        pytest.param("1.00% of loan.due", "cannot take a percentage of a date", None, "", id="a percentage of a date"),
        pytest.param("5% of true", "cannot take a percentage of a flag", None, "", id="a percentage of a flag"),
        pytest.param("sum(loan.due over pool)", "cannot sum a date", "loan.due", "", id="a sum of dates"),
        pytest.param("sum(loan.units > 1 over pool)", "cannot sum a flag", "loan.units > 1", "", id="a sum of flags"),
        pytest.param(
            "loan.units in (1, 2.0)", "a count cannot be compared with a number", "2.0", "", id="number in list"
        ),
        pytest.param(
            "loan.balance in ($1, 5)", "a money cannot be compared with a count", "5", DOLLARS, id="count in list"
        ),
    ],
)
def test_types_that_do_not_go_together_are_refused(text: str, message: str, underlined: str | None, help_: str) -> None:
    assert problems(text) == [("E202", message, underlined or text, help_)]


FLAG_HELP = "compare it with something"


@pytest.mark.parametrize(
    ("text", "message", "underlined"),
    [
        pytest.param("not loan.units", "this is a count, not true or false", "loan.units", id="not a count"),
        pytest.param("loan.balance and true", "this is a money, not true or false", "loan.balance", id="money and"),
        pytest.param("true or loan.due", "this is a date, not true or false", "loan.due", id="or a date"),
        pytest.param(
            "count(pool where loan.state)", "this is a text, not true or false", "loan.state", id="where text"
        ),
        pytest.param("sum($1 over pool where 5%)", "this is a number, not true or false", "5%", id="where a number"),
    ],
)
def test_what_must_be_true_or_false_is_a_flag(text: str, message: str, underlined: str) -> None:
    assert problems(text) == [("E203", message, underlined, FLAG_HELP)]


@pytest.mark.parametrize(
    ("text", "expected", "message"),
    [
        pytest.param("loan.balance", Type.FLAG, "this is a money, and a flag is needed here", id="money for a flag"),
        pytest.param("loan.defaulted", Type.DATE, "this is a flag, and a date is needed here", id="a flag for a date"),
        pytest.param(
            "loan.rate", Type.COUNT, "this is a number, and a count is needed here", id="a number for a count"
        ),
        pytest.param("5000", Type.MONEY, "this is a count, and a money is needed here", id="a count for money"),
    ],
)
def test_an_expression_has_the_type_that_its_place_asks_for(text: str, expected: Type, message: str) -> None:
    assert problems(text, expected=expected) == [("E203", message, text, "")]


def test_a_count_may_stand_where_a_number_is_asked_for() -> None:
    assert isinstance(checked("loan.units", expected=Type.NUMBER), Fact)


THERE_IS = (
    "there is `add_days`, `add_months`, `count`, `days_between`, `first_known`, `given`, `greatest`, `least`, `sum`, "
    "`when`"
)


@pytest.mark.parametrize(
    ("text", "message", "underlined", "help_"),
    [
        pytest.param(
            "loan.balanse > $1",
            "no fact or term named `loan.balanse`",
            "loan.balanse",
            "did you mean `loan.balance`?",
            id="a fact misspelled",
        ),
        pytest.param(
            "balance > $1",
            "no fact or term named `balance`",
            "balance",
            "did you mean `loan.balance`?",
            id="a fact without its group",
        ),
        pytest.param(
            "fare = $1", "no fact or term named `fare`", "fare", "did you mean `fair`?", id="a term misspelled"
        ),
        pytest.param("xyzzy", "no fact or term named `xyzzy`", "xyzzy", "", id="like nothing there is"),
        pytest.param("batch = 1", "no fact or term named `batch`", "batch", "did you mean `batch.date`?", id="a group"),
        pytest.param("pool > 1", "no fact or term named `pool`", "pool", "", id="a set"),
        pytest.param(
            "greater(1, 2)",
            "no function named `greater`",
            "greater(1, 2)",
            "did you mean `greatest`?",
            id="a function misspelled",
        ),
        pytest.param(
            "round(1.5)",
            "no function named `round`",
            "round(1.5)",
            "did you mean `count`?",
            id="a function like another",
        ),
        pytest.param("if(true)", "no function named `if`", "if(true)", THERE_IS, id="a function like none"),
    ],
)
def test_a_name_that_there_is_not_is_refused_with_the_nearest(
    text: str, message: str, underlined: str, help_: str
) -> None:
    assert problems(text, fair="$1.00") == [("E204", message, underlined, help_)]


INSIDE = "`loan.balance` must stand inside `sum` or `count` here"
WHICH = "say of which rows: `over exercise` or `over pool`"


@pytest.mark.parametrize(
    ("text", "message", "underlined", "help_"),
    [
        pytest.param("loan.balance > $1", INSIDE, "loan.balance", WHICH, id="a loan's fact alone"),
        pytest.param("count(pool) > 1 and loan.balance > $1", INSIDE, "loan.balance", WHICH, id="beside a count"),
        pytest.param(
            "disposition.price > $1",
            "`disposition.price` must stand inside `sum` or `count` here",
            "disposition.price",
            "say of which rows: `over exercise`",
            id="a line's fact alone",
        ),
        pytest.param(
            "sum(disposition.price over pool) > $1",
            "`disposition.price` is not a fact of the rows of `pool`",
            "disposition.price",
            "",
            id="a line's fact over the pool",
        ),
        pytest.param(
            "count(pool where disposition.price > $1) > 1",
            "`disposition.price` is not a fact of the rows of `pool`",
            "disposition.price",
            "",
            id="a line's fact in a condition over the pool",
        ),
        pytest.param(
            'certification.form = "B"',
            "`certification.form` cannot be read here",
            "certification.form",
            "",
            id="a batch's fact",
        ),
        pytest.param(
            'batch.title = "x"',
            "`batch.title` cannot be read here",
            "batch.title",
            "",
            id="a fact beside one that may be read",
        ),
        pytest.param(
            'count(pool where batch.title = "x") > 1',
            "`batch.title` is not a fact of the rows of `pool`",
            "batch.title",
            "",
            id="the same in a condition",
        ),
        pytest.param(
            "count(pol) > 1", "no set named `pol` here", "count(pol)", "did you mean `pool`?", id="a set misspelled"
        ),
        pytest.param(
            "count(loans) > 1",
            "no set named `loans` here",
            "count(loans)",
            "here there is `exercise`, `pool`",
            id="a set that there is not",
        ),
        pytest.param(
            "sum(sum(loan.balance over pool) over pool) > $1",
            "`sum` and `count` cannot stand inside one another",
            "sum(loan.balance over pool)",
            "",
            id="a sum of sums",
        ),
        pytest.param(
            "count(pool where count(exercise) > 1) > 1",
            "`sum` and `count` cannot stand inside one another",
            "count(exercise)",
            "",
            id="a count in a condition",
        ),
    ],
)
def test_a_condition_on_an_exercise_reads_rows_only_inside_sum_and_count(
    text: str, message: str, underlined: str, help_: str
) -> None:
    assert problems(text, EXERCISE) == [("E205", message, underlined, help_)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("sum(disposition.price over pool) > $1", id="in what is summed"),
        pytest.param("count(pool where loan.balance < disposition.price) > 1", id="in a condition"),
    ],
)
def test_a_condition_on_a_line_does_not_lend_its_facts_to_the_pool(text: str) -> None:
    message = "`disposition.price` is not a fact of the rows of `pool`"
    assert problems(text, LINE) == [("E205", message, "disposition.price", "")]


def test_where_there_is_no_set_none_is_offered() -> None:
    found = problems("count(pool) > 1", LINE._replace(sets={}))
    assert found == [("E205", "no set named `pool` here", "count(pool)", "here there is none")]


@pytest.mark.parametrize(
    ("text", "outer"),
    [
        pytest.param(
            "sum(loan.balance over pool) > $1 and tape.as_of = batch.date", [False, False, False], id="beside"
        ),
        pytest.param("count(pool where loan.due <= batch.date) > 1", [False, True], id="inside a condition"),
        pytest.param("sum(disposition.price over exercise) > $1", [False], id="a line's fact over lines"),
    ],
)
def test_a_fact_inside_an_aggregate_is_the_rows_or_else_the_subjects(text: str, *, outer: list[bool]) -> None:
    assert [fact.outer for fact in facts(typed(text, EXERCISE))] == outer


def facts(tree: Typed) -> list[Fact]:
    return [tree] if isinstance(tree, Fact) else [fact for part in parts(tree) for fact in facts(part)]


def test_the_rows_come_before_the_subject() -> None:
    (fact,) = facts(typed("sum(loan.balance over pool)", LINE))
    assert fact.outer is False


NEVER = "it is one of `master_servicer`, `affiliate`, `third_party`"


@pytest.mark.parametrize(
    ("text", "underlined", "value", "help_"),
    [
        pytest.param(
            'disposition.buyer.role = "third-party"',
            '"third-party"',
            "third-party",
            "did you mean `third_party`?",
            id="misspelled",
        ),
        pytest.param('"bank" = disposition.buyer.role', '"bank"', "bank", NEVER, id="the constant first"),
        pytest.param('disposition.buyer.role != "bank"', '"bank"', "bank", NEVER, id="a difference that always is"),
        pytest.param('disposition.buyer.role in ("affiliate", "bank")', '"bank"', "bank", NEVER, id="in a list"),
        pytest.param(
            'disposition.buyer.role = "Affiliate"',
            '"Affiliate"',
            "Affiliate",
            "did you mean `affiliate`?",
            id="another case",
        ),
        pytest.param('disposition.buyer.role = ""', '""', "", NEVER, id="no text"),
        pytest.param('role = "bank"', '"bank"', "bank", NEVER, id="through a term"),
        pytest.param('who in ("bank")', '"bank"', "bank", NEVER, id="through a term of a term"),
    ],
)
def test_a_text_that_a_fact_never_is_is_refused(text: str, underlined: str, value: str, help_: str) -> None:
    found = problems(text, role="disposition.buyer.role", who="role")
    assert found == [("E206", f"`disposition.buyer.role` is never `{value}`", underlined, help_)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('disposition.buyer.role = "affiliate"', id="one that there is"),
        pytest.param(
            'disposition.buyer.role in ("affiliate", "third_party", "master_servicer")', id="all that there are"
        ),
        pytest.param('batch.title = "bank"', id="a fact of any text"),
        pytest.param("disposition.buyer.role = loan.state", id="a fact compared with a fact"),
    ],
)
def test_a_text_that_a_fact_may_be_is_allowed(text: str) -> None:
    assert typed(text).type is Type.FLAG


CANNOT_ASK = "a condition cannot ask whether a fact is known"
TO_NEED = "to need a fact, write `given(...)`"


@pytest.mark.parametrize(
    ("text", "underlined", "help_"),
    [
        pytest.param("loan.units is known", "loan.units is known", TO_NEED, id="is known"),
        pytest.param("not (loan.units is unknown)", "loan.units is unknown", TO_NEED, id="is unknown"),
        pytest.param(
            "count(pool where loan.units is known) > 1", "loan.units is known", TO_NEED, id="in a condition of rows"
        ),
        pytest.param(
            "first_known(loan.units, 0) > 1",
            "first_known(loan.units, 0)",
            "`first_known` is for layouts only",
            id="the first that is known",
        ),
    ],
)
def test_a_condition_cannot_ask_what_is_known(text: str, underlined: str, help_: str) -> None:
    assert problems(text) == [("E207", CANNOT_ASK, underlined, help_)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("loan.units is known", Type.FLAG, id="is known"),
        pytest.param("loan.units + 1 is unknown", Type.FLAG, id="is unknown"),
        pytest.param("first_known(loan.units, 0)", Type.COUNT, id="the first that is known"),
        pytest.param("first_known(loan.units, 0.5)", Type.NUMBER, id="the first of a count and a number"),
        pytest.param('first_known(loan.state, "CA")', Type.TEXT, id="the first text"),
    ],
)
def test_a_layout_may_ask_what_is_known(text: str, kind: Type) -> None:
    assert typed(text, LAYOUT).type is kind


def test_a_term_cannot_ask_for_a_condition_what_is_known() -> None:
    assert checked("sure", terms={"sure": "loan.units is known"}) == ()


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        pytest.param("least($1.00)", "`least` takes two or more values of one type", "", id="the least of one"),
        pytest.param(
            "greatest($1.00, 5)", "`greatest` takes two or more values of one type", "", id="money and a count"
        ),
        pytest.param(
            "least(batch.date, 5, $1.00)", "`least` takes two or more values of one type", "", id="three types"
        ),
        pytest.param('least("a", "b")', "a text has no order", "", id="the least text"),
        pytest.param("greatest(true, false)", "a flag has no order", "", id="the greatest flag"),
        pytest.param(
            "add_months(batch.date)",
            "`add_months` does not take these values",
            "it is `add_months(date, count)`",
            id="no months",
        ),
        pytest.param(
            "add_months(3, batch.date)",
            "`add_months` does not take these values",
            "it is `add_months(date, count)`",
            id="the wrong way round",
        ),
        pytest.param(
            "add_days(batch.date, 1.5)",
            "`add_days` does not take these values",
            "it is `add_days(date, count)`",
            id="half days",
        ),
        pytest.param(
            "add_days(batch.date, 1, 2)",
            "`add_days` does not take these values",
            "it is `add_days(date, count)`",
            id="too many values",
        ),
        pytest.param(
            "days_between(batch.date, 5)",
            "`days_between` does not take these values",
            "it is `days_between(date, date)`",
            id="no day",
        ),
    ],
)
def test_a_function_takes_what_it_takes(text: str, message: str, help_: str) -> None:
    assert problems(text) == [("E208", message, text, help_)]


def test_the_first_known_is_of_values_of_one_type() -> None:
    found = problems("first_known(loan.units, $1.00)", LAYOUT)
    assert [each[:2] for each in found] == [("E208", "`first_known` takes two or more values of one type")]


CIRCLES = [
    pytest.param({"a": "a"}, "the term `a` leads back to itself", id="to itself"),
    pytest.param({"a": "b + $1", "b": "$2 + a"}, "the term `a` leads back to itself", id="through another"),
    pytest.param({"a": "b", "b": "b"}, "the term `b` leads back to itself", id="beside it"),
    pytest.param({"a": "b", "b": "c", "c": "a"}, "the term `a` leads back to itself", id="through two others"),
    pytest.param({"a": "sum(a over pool)"}, "the term `a` leads back to itself", id="in a sum"),
]


@pytest.mark.parametrize(("terms", "message"), CIRCLES)
def test_terms_in_a_circle_mean_nothing(terms: dict[str, str], message: str) -> None:
    found = problems("$1 < a", **terms)
    assert found == [("E209", f"`a` cannot be used here: {message}", "a", "")]


def test_a_term_used_twice_is_no_circle() -> None:
    assert typed("a + b", a="loan.balance", b="a + a").type is Type.MONEY


@pytest.mark.parametrize(
    ("text", "terms", "message", "underlined"),
    [
        pytest.param("price > $1", {"price": "loan.balance + $1"}, INSIDE, "price", id="a loan's fact"),
        pytest.param(
            "$1 < twice", {"twice": "2 * price", "price": "loan.balance"}, INSIDE, "twice", id="of a term's term"
        ),
        pytest.param(
            "sum(price over pool) > $1",
            {"price": "disposition.price"},
            "`disposition.price` is not a fact of the rows of `pool`",
            "price",
            id="a line's fact over the pool",
        ),
        pytest.param(
            "sum(total over pool) > $1",
            {"total": "sum(loan.balance over pool)"},
            "`sum` and `count` cannot stand inside one another",
            "total",
            id="a sum over a sum",
        ),
        pytest.param("many", {"many": "count(loans) > 1"}, "no set named `loans` here", "many", id="a set"),
    ],
)
def test_a_term_that_does_not_fit_its_use_is_refused_at_the_use(
    text: str, terms: dict[str, str], message: str, underlined: str
) -> None:
    (found,) = problems(text, EXERCISE, **terms)
    assert found[:3] == ("E205", f"`{underlined}` cannot be used here: {message}", underlined)


@pytest.mark.parametrize(
    "meaning",
    [
        pytest.param("loan.balance > 5", id="types"),
        pytest.param("not loan.units", id="no flag"),
        pytest.param("loan.balanse > $1", id="a name"),
        pytest.param("least(1)", id="a function's values"),
    ],
)
def test_what_is_wrong_with_a_term_by_itself_is_not_repeated_at_its_use(meaning: str) -> None:
    assert checked("not wrong", terms={"wrong": meaning}) == ()


def test_a_term_whose_meaning_has_an_error_is_not_complained_of_again() -> None:
    scope = LINE._replace(terms={"wrong": None})
    assert check(parse("wrong > $1"), scope) == ()


def test_a_fact_comes_before_a_term_of_its_name() -> None:
    tree = check(parse("loan.balance"), LINE._replace(terms={"loan.balance": parse("$1")}))
    assert isinstance(tree, Fact)


def test_every_error_is_found_at_once_in_the_order_of_the_text() -> None:
    text = (
        'loan.balance > 5 and not loan.rate and fare = $1 and loan.state = "TX" and loan.due is known and least(1) = 1'
    )
    assert [each[0] for each in problems(text)] == ["E202", "E203", "E204", "E206", "E207", "E208"]


def test_the_same_error_twice_has_two_places() -> None:
    assert [p.span for p in checked("fare = $1 or fare = $2")] == [(0, 4), (13, 17)]  # type: ignore[union-attr] # problems


def test_a_part_that_has_an_error_is_not_complained_of_again() -> None:
    assert [each[:2] for each in problems("1% of (fare + 5) > 5 and true")] == [
        ("E204", "no fact or term named `fare`")
    ]


def test_both_parts_of_a_sum_over_rows_are_checked() -> None:
    found = problems("sum(loan.due over pool where loan.units)")
    assert [each[:3] for each in found] == [("E203", "this is a count, not true or false", "loan.units")]
    assert [e[2] for e in problems("sum(a over pool where b)")] == ["a", "b"]


TOO_LARGE = "the expression, with its terms, is too large"


def nested(depth: int) -> str:
    return "not " * depth + "loan.defaulted"


def test_the_greatest_depth_itself_is_allowed() -> None:
    assert typed(nested(MOST_DEPTH)).type is Type.FLAG


def test_one_level_more_than_the_greatest_depth_is_refused() -> None:
    assert problems(nested(MOST_DEPTH + 1)) == [("E209", TOO_LARGE, "loan.defaulted", "")]


def test_the_most_parts_are_allowed() -> None:
    assert typed(f"given({', '.join(['loan.units'] * (MOST_NODES - 1))})").type is Type.FLAG


def test_an_expression_that_is_too_large_is_said_to_be_once() -> None:
    text = f"given({', '.join(['loan.units'] * (MOST_NODES + 500))})"
    assert [each[:2] for each in problems(text)] == [("E209", TOO_LARGE)]


def test_terms_that_double_one_another_end() -> None:
    terms = {f"t{n}": f"t{n - 1} + t{n - 1}" for n in range(1, 60)} | {"t0": "loan.balance"}
    assert problems("t59 > $1", **terms)[0] == ("E209", f"`t59` cannot be used here: {TOO_LARGE}", "t59", "")


def test_a_typed_tree_knows_its_facts_and_terms() -> None:
    tree = typed("sum(loan.balance over pool where old) > price", old="loan.due < batch.date", price="cost", cost="$1")
    assert facts_of(tree) == {"loan.balance", "loan.due", "batch.date"}
    assert terms_of(tree) == {"old", "price", "cost"}


def test_a_typed_tree_is_made_of_what_was_written() -> None:
    tree = typed("count(pool) > n", n="2")
    assert isinstance(tree, Apply)
    fold, term = tree.arguments
    assert (tree.op, type(fold), type(term), str(tree.source)) == (">", Fold, Term, "count(pool) > n")


@pytest.mark.parametrize(
    ("text", "never_below_zero"),
    [
        pytest.param("loan.change", False, id="a fact without a bound"),
        pytest.param("-$0.01", False, id="a constant below zero"),
        pytest.param("loan.balance - loan.balance", False, id="a difference"),
        pytest.param("loan.balance + loan.change", False, id="a sum with one that may be below"),
        pytest.param("-1 * loan.balance", False, id="a product with one below zero"),
        pytest.param("-1 * -1", False, id="a product of two below zero"),
        pytest.param("-1% of loan.balance", False, id="a percentage below zero"),
        pytest.param("least(loan.balance, loan.change)", False, id="the least with one that may be below"),
        pytest.param("days_between(loan.due, batch.date)", False, id="days between"),
        pytest.param("sum(loan.change over pool)", False, id="a sum over rows that may be below"),
        pytest.param("loan.due", False, id="a day"),
        pytest.param("2004-12-28", False, id="a constant day"),
        pytest.param('"5"', False, id="text"),
        pytest.param("true", False, id="a flag"),
        pytest.param("t", False, id="a term that may be below"),
        pytest.param("loan.balance", True, id="a fact with a bound"),
        pytest.param("$0.00", True, id="zero"),
        pytest.param("loan.balance + $1", True, id="a sum"),
        pytest.param("loan.balance * loan.rate", True, id="a product"),
        pytest.param("1% of loan.balance", True, id="a percentage"),
        pytest.param("least(loan.balance, $1)", True, id="the least"),
        pytest.param("greatest(loan.balance, $1)", True, id="the greatest"),
        pytest.param("count(pool)", True, id="a count"),
        pytest.param("sum(loan.balance over pool)", True, id="a sum over rows"),
        pytest.param("u", True, id="a term"),
    ],
)
def test_only_what_can_never_be_below_zero_is_taken_to_be_so(text: str, *, never_below_zero: bool) -> None:
    assert is_nonnegative(typed(text, t="loan.change", u="loan.balance")) is never_below_zero
