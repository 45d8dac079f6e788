"""The grammar: what groups with what, how it is spelled, what is refused and how, and that nothing breaks it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import trees

from checker.lang import syntax
from checker.lang.parse import MOST_DIGITS, MOST_NESTED, MOST_OPERATORS, parse
from checker.lang.problem import ParseError, Problem
from checker.lang.syntax import Expression, Type, Value
from checker.lang.tokens import KEYWORDS, tokens

often = settings(deadline=None, max_examples=300)
NUMBERS = "write it like `5`, `0.25`, `$5000.00` or `1.00%`: no thousands marks, exponents or leading zeros"
PARENTHESES = "put parentheses around what belongs together"


def problem_of(text: str) -> Problem:
    with pytest.raises(ParseError) as caught:
        parse(text)
    return caught.value.problem


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        pytest.param("$5000.00", Type.MONEY, Decimal("5000.00"), id="money"),
        pytest.param("$5", Type.MONEY, Decimal(5), id="whole money"),
        pytest.param("-$0.01", Type.MONEY, Decimal("-0.01"), id="money below zero"),
        pytest.param("0.25", Type.NUMBER, Decimal("0.25"), id="a number"),
        pytest.param("-0.25", Type.NUMBER, Decimal("-0.25"), id="a number below zero"),
        pytest.param("1.00%", Type.NUMBER, Decimal("0.0100"), id="a percentage"),
        pytest.param("1%", Type.NUMBER, Decimal("0.01"), id="a whole percentage"),
        pytest.param("-250%", Type.NUMBER, Decimal("-2.5"), id="a percentage below zero"),
        pytest.param(f"33.{'3' * 28}%", Type.NUMBER, Decimal(f"0.33{'3' * 28}"), id="a percentage of thirty digits"),
        pytest.param("5", Type.COUNT, 5, id="a count"),
        pytest.param("0", Type.COUNT, 0, id="zero"),
        pytest.param("-5", Type.COUNT, -5, id="a count below zero"),
        pytest.param("2004-12-28", Type.DATE, date(2004, 12, 28), id="a date"),
        pytest.param("2004-02-29", Type.DATE, date(2004, 2, 29), id="a leap day"),
        pytest.param('"third_party"', Type.TEXT, "third_party", id="text"),
        pytest.param('""', Type.TEXT, "", id="no text"),
        pytest.param("\"a 'b' $1,000 § -- or\"", Type.TEXT, "a 'b' $1,000 § -- or", id="text with signs and words"),
        pytest.param("true", Type.FLAG, True, id="true"),
        pytest.param("false", Type.FLAG, False, id="false"),
        pytest.param("9" * 30, Type.COUNT, 10**30 - 1, id="as many digits as there may be"),
    ],
)
def test_a_constant_has_a_type_and_an_exact_value(text: str, kind: Type, value: Value) -> None:
    tree = parse(text)
    assert isinstance(tree, syntax.Literal)
    assert (tree.type, tree.value, type(tree.value), tree.text) == (kind, value, type(value), text)


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        pytest.param("a + b * c", "a + (b * c)", id="products before sums"),
        pytest.param("a * b + c", "(a * b) + c", id="products before sums, the other way round"),
        pytest.param("a - b - c", "(a - b) - c", id="differences from the left"),
        pytest.param("a - b + c", "(a - b) + c", id="sums and differences from the left"),
        pytest.param("a * b * c", "(a * b) * c", id="products from the left"),
        pytest.param("1% of a + b", "(1% of a) + b", id="a percentage before a sum"),
        pytest.param("1% of a * b", "(1% of a) * b", id="a percentage before a product"),
        pytest.param("b * 1% of a", "b * (1% of a)", id="a percentage after a product"),
        pytest.param("1% of 2% of a", "1% of (2% of a)", id="percentages from the right"),
        pytest.param("1% of -2% of 3% + a", "(1% of (-2% of 3%)) + a", id="percentages of a percentage"),
        pytest.param("a + b = c * d", "(a + b) = (c * d)", id="arithmetic before comparisons"),
        pytest.param('a + b in ("x")', '(a + b) in ("x")', id="arithmetic before lists"),
        pytest.param("a + b is known", "(a + b) is known", id="arithmetic before questions"),
        pytest.param("not a = b", "not (a = b)", id="comparisons before not"),
        pytest.param('not a in ("x")', 'not (a in ("x"))', id="lists before not"),
        pytest.param("not not a", "not (not a)", id="not from the right"),
        pytest.param("not a and b", "(not a) and b", id="not before and"),
        pytest.param("a or not b", "a or (not b)", id="not before or"),
        pytest.param("a = b and c = d", "(a = b) and (c = d)", id="comparisons before and"),
        pytest.param("a - -5", "a - (-5)", id="a sign after a minus"),
        pytest.param("a -5", "a - (5)", id="a minus, not a sign, after a name"),
        pytest.param("- 5", "-5", id="a sign apart from its number"),
        pytest.param("-1% of a - b", "(-1% of a) - b", id="a sign before a percentage"),
        pytest.param("sum(a or b over s where c or d)", "sum((a or b) over s where (c or d))", id="logic in a sum"),
        pytest.param("2004-1-5", "(2004 - 1) - 5", id="what looks like a date and is none"),
        pytest.param("a\n  <=\tb", "a <= b", id="white space and line breaks"),
        pytest.param("a<=b*-$2", "a <= b * -$2", id="no white space"),
    ],
)
def test_operators_group_as_written_with_parentheses(text: str, grouped: str) -> None:
    assert parse(text) == parse(grouped)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("a + b * c", "(a + b) * c", id="a sum in a product"),
        pytest.param("a - b - c", "a - (b - c)", id="a difference in a difference"),
        pytest.param("a * b * c", "a * (b * c)", id="a product in a product"),
        pytest.param("1% of a + b", "1% of (a + b)", id="a percentage of a sum"),
        pytest.param("1% of a * b", "1% of (a * b)", id="a percentage of a product"),
        pytest.param("not a and b", "not (a and b)", id="the denial of an and"),
        pytest.param("a and b and c", "a and (b and c)", id="an and in an and"),
        pytest.param("(a and b) and c", "a and b and c", id="an and before an and"),
        pytest.param("a is known", "a is unknown", id="the opposite question"),
        pytest.param("sum(a over s)", "sum(a over t)", id="another set"),
        pytest.param("count(s)", "count(s where a)", id="a condition"),
        pytest.param("1.0", "1.00", id="another spelling of a number"),
        pytest.param("f(a, b)", "f(b, a)", id="the order of arguments"),
    ],
)
def test_parentheses_that_matter_are_kept(one: str, other: str) -> None:
    assert parse(one) != parse(other)
    assert (str(parse(one)), str(parse(other))) == (one, other)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        pytest.param("((a))", "a", id="needless parentheses"),
        pytest.param("(a * b) + (c * d)", "a * b + c * d", id="parentheses around products"),
        pytest.param("(a + b) - c", "a + b - c", id="parentheses on the left"),
        pytest.param("not (a = b)", "not a = b", id="parentheses after not"),
        pytest.param("(a = b) and (not c)", "a = b and not c", id="parentheses in logic"),
        pytest.param("(1% of a) * b", "1% of a * b", id="parentheses around a percentage"),
        pytest.param("1% of (sum(a over s))", "1% of sum(a over s)", id="parentheses around a sum over rows"),
        pytest.param("((a and b) or c)", "(a and b) or c", id="parentheses that mixing needs"),
        pytest.param("(a = b) = c", "(a = b) = c", id="a comparison compared"),
        pytest.param("(not a) = b", "(not a) = b", id="a denial compared"),
        pytest.param("(a or b) + c", "(a or b) + c", id="logic that is added"),
        pytest.param("1% of (not a)", "1% of (not a)", id="a percentage of logic"),
        pytest.param('a in("x","y")', 'a in ("x", "y")', id="a list"),
        pytest.param("- $5.00", "-$5.00", id="a sign"),
        pytest.param("  a\n+\n  b  ", "a + b", id="line breaks"),
        pytest.param("sum( a over s where b )", "sum(a over s where b)", id="a sum"),
        pytest.param("count( s where b )", "count(s where b)", id="a count"),
        pytest.param("f( a,b )", "f(a, b)", id="a function"),
    ],
)
def test_there_is_one_spelling_with_the_fewest_parentheses(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical


@given(trees())
@often
def test_every_tree_is_read_back_as_it_is_spelled(tree: Expression) -> None:
    assert parse(str(tree)) == tree


@given(trees(depth=3), st.data())
@often
def test_white_space_between_words_means_nothing(tree: Expression, data: st.DataObject) -> None:
    blank = st.sampled_from([" ", "\n", "\t ", "  \n\n"])
    spaced = "".join(data.draw(blank) + token[1] for token in tokens(str(tree))[:-1])
    assert parse(spaced) == tree


@given(trees(depth=3))
@often
def test_a_spelling_is_one_line(tree: Expression) -> None:
    assert len(str(tree).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "code", "message", "underlined", "help_"),
    [
        pytest.param("a = 007", "E101", "`007` is not a number", "007", NUMBERS, id="leading zeros"),
        pytest.param("1e3", "E101", "`1e3` is not a number", "1e3", NUMBERS, id="an exponent"),
        pytest.param("5.", "E101", "`5.` is not a number", "5.", NUMBERS, id="a point without digits"),
        pytest.param("$", "E101", "`$` is not a number", "$", NUMBERS, id="a dollar sign alone"),
        pytest.param("a < $1,000.00", "E101", "`000.00` is not a number", "000.00", NUMBERS, id="thousands marks"),
        pytest.param("1_000", "E101", "`1_000` is not a number", "1_000", NUMBERS, id="thousands marks of programmers"),
        pytest.param("5%%", "E101", "`5%%` is not a number", "5%%", NUMBERS, id="two percent signs"),
        pytest.param("$5%", "E101", "`$5%` is not a number", "$5%", NUMBERS, id="a percentage of dollars"),
        pytest.param("1.00%of a", "E101", "`1.00%of` is not a number", "1.00%of", NUMBERS, id="no space before of"),
        pytest.param("٣ > a", "E101", "`٣` is not a number", "٣", NUMBERS, id="digits of another script"),
        pytest.param("1" * 31, "E101", "a number may have at most 30 digits", "1" * 31, "", id="too many digits"),
        pytest.param("a = 2004-02-30", "E101", "there is no day `2004-02-30`", "2004-02-30", "", id="30 February"),
        pytest.param("a = 2005-02-29", "E101", "there is no day `2005-02-29`", "2005-02-29", "", id="no leap year"),
        pytest.param("0000-01-01", "E101", "there is no day `0000-01-01`", "0000-01-01", "", id="the year zero"),
        pytest.param('a = "x', "E102", "this text has no closing quotation mark", '"', "", id="an open quotation"),
        pytest.param(
            'a = "x\ny"', "E102", "this text has no closing quotation mark", '"', "", id="text over two lines"
        ),
        pytest.param("a / b", "E103", "`/` is not part of the language", "/", "", id="division"),
        pytest.param("a & b", "E103", "`&` is not part of the language", "&", "", id="the and of programmers"),
        pytest.param("a = 'x'", "E103", "`'` is not part of the language", "'", "", id="single quotation marks"),
        pytest.param("a = “x”", "E103", "`“` is not part of the language", "“", "", id="typographic quotation marks"),
        pytest.param("a ≤ b", "E103", "`≤` is not part of the language", "≤", "", id="a sign of mathematics"),
        pytest.param("loan. = 1", "E103", "`loan.` is not part of the language", "loan.", "", id="a dangling point"),
        pytest.param("a = é", "E103", "`é` is not part of the language", "é", "", id="a letter of French"),
        pytest.param("5 % of a", "E103", "`%` is not part of the language", "%", "", id="a space before percent"),
        pytest.param("a\u00a0= b", "E103", "`\u00a0` is not part of the language", "\u00a0", "", id="a no-break space"),
    ],
)
def test_what_is_no_word_of_the_language_is_refused(
    text: str, code: str, message: str, underlined: str, help_: str
) -> None:
    found = problem_of(text)
    assert (found, text[slice(*found.span)]) == (Problem(code, message, found.span, help_), underlined)


CHAIN = "comparisons do not chain: join two with `and`"
THOUSANDS = "amounts have no thousands marks"
MIXED = "`and` and `or` are mixed without parentheses"
PERCENT = "`of` takes a percentage before it"
LIKE_OF = "write it like `1.00% of ...`"
NO_OVER = "`sum` needs `over` and a set"
LIKE_SUM = "write it like `sum(x over pool)`"
KNOWN = "expected `known` or `unknown` after `is`"


@pytest.mark.parametrize(
    ("text", "code", "message", "underlined", "help_"),
    [
        pytest.param("", "E104", "expected a value here, not the end", "", "", id="nothing"),
        pytest.param(" \n ", "E104", "expected a value here, not the end", " ", "", id="blanks"),
        pytest.param("a +", "E104", "expected a value here, not the end", "", "", id="half a sum"),
        pytest.param("a + * b", "E104", "expected a value here, not `*`", "*", "", id="two operators"),
        pytest.param("- a", "E104", "expected a value here, not `a`", "a", "", id="a sign before a name"),
        pytest.param('-"x"', "E104", 'expected a value here, not `"x"`', '"x"', "", id="a sign before text"),
        pytest.param("--5", "E104", "expected a value here, not `-`", "-", "", id="two signs"),
        pytest.param("a == b", "E104", "expected a value here, not `=`", "=", "write `=` once", id="equals twice"),
        pytest.param(
            "a <> b", "E104", "expected a value here, not `>`", ">", "write `!=` for different", id="less-greater"
        ),
        pytest.param(
            "where = 1", "E104", "expected a value here, not `where`", "where", "", id="a word of the language"
        ),
        pytest.param("a = not b", "E104", "expected a value here, not `not`", "not", "", id="not in a comparison"),
        pytest.param("a b", "E104", "the expression should have ended before `b`", "b", "", id="two names"),
        pytest.param("a)", "E104", "the expression should have ended before `)`", ")", "", id="a parenthesis too many"),
        pytest.param("1 < a < 3", "E104", "the expression should have ended before `<`", "<", CHAIN, id="a chain"),
        pytest.param(
            "a = b = c", "E104", "the expression should have ended before `=`", "=", CHAIN, id="a chain of equals"
        ),
        pytest.param(
            "a <= $1,234", "E104", "the expression should have ended before `,`", ",", THOUSANDS, id="a comma"
        ),
        pytest.param("(a < $1,234)", "E104", "expected `)` here, not `,`", ",", THOUSANDS, id="a comma in parentheses"),
        pytest.param("(a", "E104", "expected `)` here, not the end", "", "", id="an open parenthesis"),
        pytest.param("a in b", "E104", "expected `(` here, not `b`", "b", "", id="in without a list"),
        pytest.param("a in (b)", "E104", "expected a value here, not `b`", "b", "", id="a name in a list"),
        pytest.param("a in ()", "E104", "expected a value here, not `)`", ")", "", id="an empty list"),
        pytest.param('a in ("x"', "E104", "expected `)` here, not the end", "", "", id="an open list"),
        pytest.param('a not in ("x")', "E104", "the expression should have ended before `not`", "not", "", id="not in"),
        pytest.param("a is 5", "E104", KNOWN, "5", "to compare, write `=`", id="is for equals"),
        pytest.param("a is not known", "E104", KNOWN, "not", "to compare, write `=`", id="is not"),
        pytest.param("5 of a", "E104", PERCENT, "of", LIKE_OF, id="of without a percentage"),
        pytest.param("$5.00 of a", "E104", PERCENT, "of", LIKE_OF, id="of after money"),
        pytest.param("a of b", "E104", "the expression should have ended before `of`", "of", "", id="of after a name"),
        pytest.param("1% of", "E104", "expected a value here, not the end", "", "", id="a percentage of nothing"),
        pytest.param("sum = 1", "E104", "expected `(` after `sum`", "=", "", id="sum as a name"),
        pytest.param("count", "E104", "expected `(` after `count`", "", "", id="count as a name"),
        pytest.param("sum(a)", "E104", NO_OVER, ")", LIKE_SUM, id="a sum over nothing"),
        pytest.param("sum(a, b)", "E104", NO_OVER, ",", LIKE_SUM, id="a sum of two"),
        pytest.param("sum(a over)", "E104", "expected the name of a set here, not `)`", ")", "", id="over nothing"),
        pytest.param("count()", "E104", "expected the name of a set here, not `)`", ")", "", id="a count of nothing"),
        pytest.param("count(5)", "E104", "expected the name of a set here, not `5`", "5", "", id="a count of a number"),
        pytest.param(
            "sum(a over where b)", "E104", "expected the name of a set here, not `where`", "where", "", id="no set"
        ),
        pytest.param("count(s where)", "E104", "expected a value here, not `)`", ")", "", id="where nothing"),
        pytest.param("count(s, t)", "E104", "expected `)` here, not `,`", ",", THOUSANDS, id="a count of two sets"),
        pytest.param("f()", "E104", "expected a value here, not `)`", ")", "", id="a function of nothing"),
        pytest.param("f(a,)", "E104", "expected a value here, not `)`", ")", "", id="a comma at the end"),
        pytest.param("f(a b)", "E104", "expected `)` here, not `b`", "b", "", id="arguments without a comma"),
        pytest.param("a and b or c", "E105", MIXED, "or", PARENTHESES, id="or after and"),
        pytest.param("a or b and c", "E105", MIXED, "and", PARENTHESES, id="and after or"),
        pytest.param("(a and b or c) and d", "E105", MIXED, "or", PARENTHESES, id="mixed in parentheses"),
        pytest.param("count(s where a or b and c)", "E105", MIXED, "and", PARENTHESES, id="mixed in a condition"),
    ],
)
def test_what_is_no_expression_is_refused(text: str, code: str, message: str, underlined: str, help_: str) -> None:
    found = problem_of(text)
    assert (found, text[slice(*found.span)]) == (Problem(code, message, found.span, help_), underlined)


def test_the_end_is_underlined_just_after_the_last_word() -> None:
    assert problem_of("a +  \n").span == (3, 4)


def test_an_error_says_its_message() -> None:
    with pytest.raises(ParseError, match="there is no day `2005-02-29`"):
        parse("2005-02-29")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("  a + b  ", ["a + b", "a", "b"], id="a sum"),
        pytest.param("(a + b) * c", ["(a + b) * c", "a + b", "a", "b", "c"], id="a sum in parentheses"),
        pytest.param("not  a", ["not  a", "a"], id="a denial"),
        pytest.param("not not a", ["not not a", "not a", "a"], id="two denials"),
        pytest.param("a and b and c", ["a and b and c", "a", "b", "c"], id="an and of three"),
        pytest.param("1.00% of a", ["1.00% of a", "1.00%", "a"], id="a percentage"),
        pytest.param(
            "1% of 2% of 3%", ["1% of 2% of 3%", "1%", "2% of 3%", "2%", "3%"], id="percentages of one another"
        ),
        pytest.param("-$5 - -5", ["-$5 - -5", "-$5", "-5"], id="signs"),
        pytest.param('a in ("x", "y")', ['a in ("x", "y")', "a", '"x"', '"y"'], id="a list"),
        pytest.param("a is known", ["a is known", "a"], id="a question"),
        pytest.param("sum(a over s where b)", ["sum(a over s where b)", "a", "b"], id="a sum over rows"),
        pytest.param("f(a, g(b))", ["f(a, g(b))", "a", "g(b)", "b"], id="functions"),
        pytest.param(
            "1 <= add_days(d, 2)", ["1 <= add_days(d, 2)", "1", "add_days(d, 2)", "d", "2"], id="a comparison"
        ),
    ],
)
def test_every_part_knows_its_place(text: str, parts: list[str]) -> None:
    assert [text[slice(*node.span)] for node in nodes(parse(text))] == parts


def nodes(tree: Expression) -> list[Expression]:
    """Return a tree's nodes, each before its parts, as written."""
    fields = (getattr(tree, name) for name in tree.inside)
    inner = (part for field in fields for part in (field if isinstance(field, tuple) else (field,)))
    return [tree, *(node for part in inner if isinstance(part, syntax.Node) for node in nodes(part))]


@pytest.mark.parametrize(
    ("at", "over", "message"),
    [
        pytest.param(
            "(" * 49 + "a" + ")" * 49, "(" * 50 + "a" + ")" * 50, "nested deeper than 50 levels", id="parentheses"
        ),
        pytest.param(
            "f(" * 49 + "a" + ")" * 49, "f(" * 50 + "a" + ")" * 50, "nested deeper than 50 levels", id="functions"
        ),
        pytest.param("+ a " * 200, "+ a " * 201, "an expression may have at most 200 operators", id="sums"),
        pytest.param("and a " * 200, "and a " * 201, "an expression may have at most 200 operators", id="ands"),
        pytest.param(
            "- 1 * a " * 100, "- 1 * a " * 100 + "= b", "an expression may have at most 200 operators", id="mixed"
        ),
    ],
)
def test_the_limit_itself_is_allowed_and_one_more_is_not(at: str, over: str, message: str) -> None:
    first = "" if at[0] in "(f" else "a "
    assert parse(first + at) == parse(str(parse(first + at)))
    assert problem_of(first + over)[:2] == ("E106", message)


def test_denials_and_percentages_count_as_operators() -> None:
    for word in ("not ", "1% of "):
        assert parse(word * 200 + "a") == parse(str(parse(word * 200 + "a")))
        assert problem_of(word * 201 + "a")[:2] == ("E106", "an expression may have at most 200 operators")


def test_levels_beside_one_another_are_not_nested() -> None:
    assert str(parse(" + ".join(["(a * f(b))"] * 60))) == " + ".join(["a * f(b)"] * 60)


def test_the_limits_are_what_the_tests_take_them_for() -> None:
    assert (MOST_NESTED, MOST_OPERATORS, MOST_DIGITS) == (50, 200, 30)


def called_from(depth: int, text: str) -> Expression:
    return parse(text) if depth == 0 else called_from(depth - 1, text)


@pytest.mark.parametrize("percent", [pytest.param("1%", id="above zero"), pytest.param("-1%", id="below zero")])
def test_the_deepest_expression_is_read_even_by_a_caller_who_is_deep_already(percent: str) -> None:
    text = "sum(" * 49 + f"{percent} of " * 200 + "a" + " over s)" * 49
    assert isinstance(called_from(200, text), syntax.Aggregate)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(" * 100_000, id="parentheses"),
        pytest.param("not " * 100_000, id="denials"),
        pytest.param("-" * 100_000, id="signs"),
        pytest.param("1% of " * 100_000, id="percentages"),
        pytest.param("a + " * 100_000, id="sums"),
        pytest.param("a or " * 100_000, id="ors"),
        pytest.param("sum(" * 100_000, id="aggregates"),
        pytest.param("f(a, " * 100_000, id="functions"),
        pytest.param("count(s where " * 100_000, id="conditions"),
        pytest.param("a in (1) in " * 100_000, id="lists"),
        pytest.param("a." * 100_000, id="points"),
        pytest.param("9" * 100_000, id="digits"),
        pytest.param('"' * 99_999, id="quotation marks"),
    ],
)
def test_text_without_end_is_refused_like_any_other(text: str) -> None:
    assert problem_of(text).code.startswith("E10")


PIECES = [
    *sorted(KEYWORDS),
    "a",
    "loan.x",
    "f(",
    "(",
    ")",
    ",",
    "1",
    "-",
    "$5.00",
    "1.00%",
    "0.25",
    '"x"',
    "2004-12-28",
]
PIECES += ["=", "!=", "<=", ">", "+", "*", "known", "$", "%", '"', "/", "\n", "0000-00-00", "07", "é"]


@given(
    st.text()
    | st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)
    | st.lists(st.sampled_from(PIECES)).map("".join)
)
@often
def test_any_text_is_an_expression_or_a_problem_with_a_place(text: str) -> None:
    found = parsed(text)
    if isinstance(found, Problem):
        assert found.code in {"E101", "E102", "E103", "E104", "E105", "E106"}
        assert 0 <= found.span[0] < found.span[1] <= len(text) + 1
    else:
        assert parse(str(found)) == found


def parsed(text: str) -> Expression | Problem:
    try:
        return parse(text)
    except ParseError as error:
        return error.problem
