"""The policy language in the terms of a solver: what a typed tree is worth, for all facts at once.

The meaning is that of `evaluate` and `operations`, rule for rule: Kleene's logic, lower bounds, exact amounts.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

import z3

from checker.lang.named import NamedTuple
from checker.lang.operations import COMPARE, MIRROR
from checker.lang.syntax import Type, Value
from checker.lang.typed import Apply, Constant, Fact, Fold, Term, Typed, is_nonnegative
from checker.proof.months import CALENDAR, Month, later

Formula = Any  # a term of the solver, which has no types
TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)  # noqa: FBT003 (the solver's own)
MOST_DAYS = 80_000  # the longest time that a table of months is made for


class Unsupported(Exception):  # noqa: N818 (no error: an answer that is open)
    """The tree has a part that this encoding does not know; the text says which."""


class Truth(NamedTuple):
    """A flag: when it is true, and when it is false; where neither, it is unknown. Never both."""

    true: Formula
    false: Formula


class Amount(NamedTuple):
    """A value of any other type: an amount, the ordinal of a day, or the code of a text.

    `value` is whole and counts in units of ten to the power of minus `places`. It is exact where `known`, a lower
    bound where `bound`, and means nothing where neither. Never both. A day stands within `days`.
    """

    known: Formula
    bound: Formula
    value: Formula
    places: int = 0
    days: tuple[int, int] = CALENDAR


Symbol = Truth | Amount
Facts = Mapping[str, Symbol]


class Member(NamedTuple):
    """A row that belongs to a set where `certain`, of which that is unknown where `maybe`, and else is not in it."""

    row: Facts
    certain: Formula
    maybe: Formula


class Setting(NamedTuple):
    """What a tree is judged on, for all facts at once: those of the subject, the sets, and the code of each text."""

    row: Facts
    sets: Mapping[str, Sequence[Member]]
    codes: Mapping[str, int]


def encode(tree: Typed, setting: Setting) -> Any:
    """Return what a tree is worth on a subject: a Truth where it is a flag, else an Amount. Raises Unsupported."""
    return _encode(tree, setting.row, setting)


def every(*parts: Formula) -> Formula:
    """Return the conjunction, with what is plainly true or false folded away."""
    left = [part for part in parts if not z3.is_true(part)]
    if any(map(z3.is_false, left)):
        return FALSE
    return z3.And(*left) if len(left) > 1 else (left or [TRUE])[0]


def some(*parts: Formula) -> Formula:
    """Return the disjunction, with what is plainly true or false folded away."""
    left = [part for part in parts if not z3.is_false(part)]
    if any(map(z3.is_true, left)):
        return TRUE
    return z3.Or(*left) if len(left) > 1 else (left or [FALSE])[0]


def negated(part: Formula) -> Formula:
    """Return the negation, with what is plainly true or false folded away."""
    if z3.is_true(part) or z3.is_false(part):
        return FALSE if z3.is_true(part) else TRUE
    return z3.Not(part)


def whole(value: Decimal | int) -> tuple[int, int]:
    """Return a number as a whole one and its decimal places, as few as it has."""
    sign, digits, exponent = Decimal(value).as_tuple()
    number = int("".join(map(str, digits))) * (-1 if sign else 1) * 10 ** max(int(exponent), 0)
    places = max(-int(exponent), 0)
    while places and number % 10 == 0:
        number, places = number // 10, places - 1
    return number, places


def amount_of(value: Value, codes: Mapping[str, int]) -> Amount:
    """Return a value that is known."""
    if isinstance(value, date):
        day = value.toordinal()
        return Amount(TRUE, FALSE, z3.IntVal(day), 0, (day, day))
    if isinstance(value, str) and value not in codes:
        raise Unsupported(f"the text `{value}`, which was not foreseen")
    number, places = (codes[value], 0) if isinstance(value, str) else whole(value)
    return Amount(TRUE, FALSE, z3.IntVal(number), places)


def unknown(kind: Type) -> Symbol:
    """Return a value of which nothing is known."""
    return Truth(FALSE, FALSE) if kind is Type.FLAG else Amount(FALSE, FALSE, z3.IntVal(0))


def aligned(*amounts: Amount) -> tuple[list[Formula], int]:
    """Return the values of amounts in one unit, and its decimal places."""
    places = max(amount.places for amount in amounts)
    return [a.value if a.places == places else a.value * 10 ** (places - a.places) for a in amounts], places


def _encode(tree: Typed, row: Facts, setting: Setting) -> Any:
    if isinstance(tree, Constant):
        if isinstance(tree.value, bool):
            return Truth(TRUE, FALSE) if tree.value else Truth(FALSE, TRUE)
        return amount_of(tree.value, setting.codes)
    if isinstance(tree, Fact):
        return (setting.row if tree.outer else row).get(tree.name) or unknown(tree.type)
    if isinstance(tree, Term):
        return _encode(tree.body, row, setting)
    if isinstance(tree, Fold):
        return _fold(tree, setting)
    if tree.op not in OPERATIONS:
        raise Unsupported(f"`{tree.op}` in {tree.source}")
    return OPERATIONS[tree.op](tree, *(_encode(part, row, setting) for part in tree.arguments))


def _fold(tree: Fold, setting: Setting) -> Amount:
    addends, complete = [], []
    for member in setting.sets[tree.rows]:
        where = Truth(TRUE, FALSE) if tree.where is None else _encode(tree.where, member.row, setting)
        body = amount_of(1, {}) if tree.body is None else _encode(tree.body, member.row, setting)
        counted = every(member.certain, where.true, body.known)
        addends.append(Amount(counted, FALSE, z3.If(counted, body.value, 0), body.places))
        complete.append(some(where.false, every(where.true, body.known), negated(member.certain)))
        complete.append(some(where.false, negated(member.maybe)))
    values, places = aligned(*addends) if addends else ([z3.IntVal(0)], 0)
    known = every(*complete)
    is_bounded = tree.body is None or is_nonnegative(tree.body)
    return Amount(known, negated(known) if is_bounded else FALSE, z3.Sum(values), places)


def _and(_node: Apply, *parts: Truth) -> Truth:
    return Truth(every(*(part.true for part in parts)), some(*(part.false for part in parts)))


def _or(_node: Apply, *parts: Truth) -> Truth:
    return Truth(some(*(part.true for part in parts)), every(*(part.false for part in parts)))


def _not(_node: Apply, part: Truth) -> Truth:
    return Truth(part.false, part.true)


# What a lower bound decides: the answer, and how it must lie to the other side for that.
_DECIDED: dict[str, tuple[bool, Callable[[Any, Any], Any]]] = {
    "=": (False, operator.gt),
    "<=": (False, operator.gt),
    "<": (False, operator.ge),
    "!=": (True, operator.gt),
    ">": (True, operator.gt),
    ">=": (True, operator.ge),
}


def _comparison(node: Apply, left: Any, right: Any) -> Truth:
    if isinstance(left, Truth):
        same = Truth(_same(left, right), _same(left, Truth(right.false, right.true)))
        return same if node.op == "=" else _not(node, same)
    (a, b), _ = aligned(left, right)
    exact, holds = every(left.known, right.known), COMPARE[node.op](a, b)
    found = [
        Truth(every(exact, holds), every(exact, negated(holds))),
        _bounded(node.op, every(left.bound, right.known), a, b),
        _bounded(MIRROR[node.op], every(left.known, right.bound), b, a),
    ]
    return Truth(some(*(each.true for each in found)), some(*(each.false for each in found)))


def _same(left: Truth, right: Truth) -> Formula:
    return some(every(left.true, right.true), every(left.false, right.false))


def _bounded(op: str, applies: Formula, least: Formula, other: Formula) -> Truth:
    answer, test = _DECIDED[op]
    decided = every(applies, test(least, other))
    return Truth(decided, FALSE) if answer else Truth(FALSE, decided)


def _in(_node: Apply, operand: Any, *options: Any) -> Truth:
    if isinstance(operand, Truth):
        found = some(*(_same(operand, option) for option in options))
        return Truth(found, every(some(*operand), negated(found)))
    equal = [operator.eq(*aligned(operand, option)[0]) for option in options]
    return Truth(every(operand.known, some(*equal)), every(operand.known, negated(some(*equal))))


def _plus(_node: Apply, left: Amount, right: Amount) -> Amount:
    (a, b), places = aligned(left, right)
    return Amount(every(left.known, right.known), _any_bound(left, right), a + b, places)


def _minus(_node: Apply, left: Amount, right: Amount) -> Amount:
    (a, b), places = aligned(left, right)
    return Amount(every(left.known, right.known), FALSE, a - b, places)


def _times(node: Apply, left: Amount, right: Amount) -> Amount:
    keeps = any(isinstance(part, Constant) and is_nonnegative(part) for part in node.arguments)
    bound = _any_bound(left, right) if keeps else FALSE
    return Amount(every(left.known, right.known), bound, left.value * right.value, left.places + right.places)


def _any_bound(*amounts: Amount) -> Formula:
    """Return when each amount is worth something, and one of them only a bound."""
    worth = [some(amount.known, amount.bound) for amount in amounts]
    return every(*worth, some(*(amount.bound for amount in amounts)))


def _least(_node: Apply, *amounts: Amount) -> Amount:
    """The least is exact where one that is exact is the least of the values and bounds."""
    values, places = aligned(*amounts)
    least = reduce(lambda a, b: z3.If(b < a, b, a), values)
    exact = some(*(every(amount.known, value <= least) for amount, value in zip(amounts, values, strict=True)))
    worth = every(*(some(amount.known, amount.bound) for amount in amounts))
    known = every(worth, some(exact, every(*(amount.known for amount in amounts))))
    return Amount(known, every(_any_bound(*amounts), negated(exact)), least, places, _hull(amounts))


def _greatest(_node: Apply, *amounts: Amount) -> Amount:
    values, places = aligned(*amounts)
    greatest = reduce(lambda a, b: z3.If(b > a, b, a), values)
    known = every(*(amount.known for amount in amounts))
    return Amount(known, _any_bound(*amounts), greatest, places, _hull(amounts))


def _hull(amounts: Sequence[Amount]) -> tuple[int, int]:
    return min(amount.days[0] for amount in amounts), max(amount.days[1] for amount in amounts)


def _add_months(node: Apply, start: Amount, months: Amount) -> Amount:
    count, known = z3.simplify(months.value), every(start.known, months.known)
    if z3.is_false(known):
        return Amount(FALSE, FALSE, z3.IntVal(0))
    if not z3.is_int_value(count):
        raise Unsupported(f"a number of months that is not a constant, in {node.source}")
    if start.days[1] - start.days[0] > MOST_DAYS:
        raise Unsupported(f"a day that may be in any year, in {node.source}")
    table = later(start.days, count.as_long())
    if not table:
        return Amount(FALSE, FALSE, z3.IntVal(0))
    low, high = table[0].first, table[-1].last
    inside = [] if (low, high) == start.days else [start.value >= low, start.value <= high]
    days = table[0].of(low), table[-1].of(high)
    return Amount(every(known, *inside), FALSE, _looked_up(start.value, table), 0, days)


def _looked_up(day: Formula, table: Sequence[Month]) -> Formula:
    """Return the day some months after one of the days of the table."""
    if len(table) > 1:
        middle = len(table) // 2
        halves = _looked_up(day, table[:middle]), _looked_up(day, table[middle:])
        return z3.If(day < table[middle].first, *halves)
    (month,) = table
    moved = day + month.moves
    return moved if month.of(month.last) == month.last + month.moves else z3.If(moved > month.end, month.end, moved)


def _add_days(_node: Apply, start: Amount, days: Amount) -> Amount:
    count = z3.simplify(days.value)
    known, value = every(start.known, days.known), start.value + days.value
    if z3.is_int_value(count):
        low, high = (day + count.as_long() for day in start.days)
        if low >= CALENDAR[0] and high <= CALENDAR[1]:
            return Amount(known, FALSE, value, 0, (low, high))
    return Amount(every(known, value >= CALENDAR[0], value <= CALENDAR[1]), FALSE, value)


def _days_between(_node: Apply, start: Amount, end: Amount) -> Amount:
    return Amount(every(start.known, end.known), FALSE, end.value - start.value)


def _given(_node: Apply, *parts: Any) -> Truth:
    return Truth(every(*(some(*part) if isinstance(part, Truth) else part.known for part in parts)), FALSE)


OPERATIONS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(COMPARE, _comparison),
    "and": _and,
    "or": _or,
    "not": _not,
    "in": _in,
    "+": _plus,
    "-": _minus,
    "*": _times,
    "of": _times,
    "least": _least,
    "greatest": _greatest,
    "add_months": _add_months,
    "add_days": _add_days,
    "days_between": _days_between,
    "given": _given,
}
