"""The words of the language and what each means, for whoever writes in it; which types go together, `check` knows."""

from checker.lang.named import NamedTuple
from checker.lang.syntax import Type


class Word(NamedTuple):
    """An operator or a function: an expression that uses it, its operands by single letters, and what it means."""

    form: str
    means: str


LITERALS: dict[Type, Word] = {
    Type.MONEY: Word("$5000.00", "an amount, exact, without thousands marks"),
    Type.NUMBER: Word("0.25", "a number that is no money, exact; `1.00%` is 0.01"),
    Type.COUNT: Word("5", "a whole number; it may stand where a number is needed"),
    Type.DATE: Word("2004-12-28", "a day"),
    Type.TEXT: Word('"a text"', "any characters but a quotation mark and a line break"),
    Type.FLAG: Word("true", "`true` or `false`"),
}
WORDS = (
    Word("a or b", "One of them is true, whatever the others; beside `and` it needs parentheses."),
    Word("a and b", "All of them are true; one that is false makes it false, whatever the others."),
    Word("not a", "The opposite; unknown stays unknown."),
    Word("a = b", "They are equal, to the last digit."),
    Word("a != b", "They differ."),
    Word("a < b", "The first is less, or earlier."),
    Word("a <= b", "The first is less or equal, or no later."),
    Word("a > b", "The first is more, or later."),
    Word("a >= b", "The first is more or equal, or no earlier."),
    Word('a in ("one", "another")', "It equals one of the values in the list, which are of its type."),
    Word("a + b", "The sum."),
    Word("a - b", "The difference."),
    Word("a * b", "The product."),
    Word("1.00% of a", "The percentage of the one thing after it: `1.00% of (a + b)` needs the parentheses."),
    Word("sum(a over exercise)", "The sum over the rows of a set, `exercise` or `pool`."),
    Word("sum(a over pool where b)", "The sum over those rows of the set of which the second is true."),
    Word("count(exercise)", "How many rows the set has."),
    Word("count(pool where a)", "How many rows it has of which this is true."),
    Word("least(a, b)", "The least, or earliest, of two or more."),
    Word("greatest(a, b)", "The greatest, or latest, of two or more."),
    Word("add_days(a, b)", "The day so many days later, or earlier."),
    Word("add_months(a, b)", "The same day so many months later; one that the month does not have becomes its last."),
    Word("days_between(a, b)", "How many days the second is after the first."),
    Word("given(a)", "All that it names are known; if not, this is unknown, never false."),
    Word("a is known", "It is known."),
    Word("a is unknown", "It is not known."),
    Word("first_known(a, b)", "The first of them that is known."),
    Word("when(a, b)", "The second where the first is true, else unknown."),
)
