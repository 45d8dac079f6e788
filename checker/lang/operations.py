"""The operators and functions, each as a builder: from its node to what makes its worth of that of its arguments.

Logic is Kleene's: an unknown operand matters only where it could change the answer. Every operation keeps what is
known when facts are removed or become unknown; none can turn an unknown into a different known value.
"""

import operator
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, date, timedelta

from checker.lang.exact import EXACT, AtLeast, Worth, add, multiply, subtract
from checker.lang.syntax import Type, Value
from checker.lang.typed import Apply, Constant, Fold, Typed, is_nonnegative, parts

Made = Callable[..., Worth]  # what the whole is worth, from what its arguments are, in their order

_SHORTEST = 28  # days of the shortest month
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 1  # January is 0
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


def is_bounded(node: Typed) -> bool:
    """Tell whether the value can be a lower bound: whether an aggregate stands in it."""
    return isinstance(node, Fold) or any(map(is_bounded, parts(node)))


def _junction(decisive: bool) -> Made:  # noqa: FBT001 (a table's cell)
    """`and`, which one false operand decides, or `or`, which one true operand does; of two operands at a time."""

    def made(left: Worth, right: Worth) -> Worth:
        if left is decisive or right is decisive:
            return decisive
        return None if left is None or right is None else not decisive

    return made


def _not(_node: Apply) -> Made:
    return lambda value: None if value is None else not value


COMPARE: dict[str, Callable[..., bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MIRROR = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _comparison(node: Apply) -> Made:
    compare, op = COMPARE[node.op], node.op

    def bounded(a: Worth, b: Worth) -> Worth:
        if a is None or b is None:
            return None
        if isinstance(a, AtLeast):
            return None if isinstance(b, AtLeast) else _decided(op, a, b)
        return _decided(MIRROR[op], b, a) if isinstance(b, AtLeast) else compare(a, b)

    return bounded if is_bounded(node) else _known(compare)


def _known(make: Callable[..., Worth]) -> Made:
    """Return what makes something of two values, and nothing where one is unknown."""
    if make is operator.eq:  # most are: half the time of a call of it
        return lambda a, b: None if a is None or b is None else a == b
    return lambda a, b: None if a is None or b is None else make(a, b)


def _decided(op: str, bound: AtLeast, value: Value) -> bool | None:
    """Compare an unknown value, of which a lower bound is known, with a known one."""
    least = bound.least
    if op in ("=", "<=") and least > value:  # type: ignore[operator] # both are amounts or counts
        return False
    if op == "<" and least >= value:  # type: ignore[operator] # both are amounts or counts
        return False
    if op in ("!=", ">") and least > value:  # type: ignore[operator] # both are amounts or counts
        return True
    return True if op == ">=" and least >= value else None  # type: ignore[operator] # both are amounts or counts


def _in(node: Apply) -> Made:
    """The options are literals, so that only the operand is asked what it is worth."""
    options = frozenset(option.value for option in node.arguments[1:] if isinstance(option, Constant))
    return lambda value: None if value is None or isinstance(value, AtLeast) else value in options


def _plus(node: Apply) -> Made:
    def bounded(a: Worth, b: Worth) -> Worth:
        if a is None or b is None:
            return None
        if isinstance(a, AtLeast) or isinstance(b, AtLeast):
            return AtLeast(add(_least(a), _least(b)))
        return add(a, b)  # type: ignore[arg-type] # numeric by type

    if is_bounded(node):
        return bounded
    return _known(add if node.type is Type.COUNT else EXACT.add)


def _least(value: Value | AtLeast) -> "int":
    return value.least if isinstance(value, AtLeast) else value  # type: ignore[return-value] # numeric by type


def _minus(_node: Apply) -> Made:
    def made(a: Worth, b: Worth) -> Worth:
        if a is None or b is None or isinstance(a, AtLeast) or isinstance(b, AtLeast):
            return None
        return subtract(a, b)  # type: ignore[arg-type] # numeric by type

    return made


def _times(node: Apply) -> Made:
    """Multiply; a bound is kept by a literal that is not negative, and by nothing else."""
    keeps = any(isinstance(part, Constant) and is_nonnegative(part) for part in node.arguments)

    def made(a: Worth, b: Worth) -> Worth:
        if a is None or b is None:
            return None
        if isinstance(a, AtLeast) or isinstance(b, AtLeast):
            return AtLeast(multiply(_least(a), _least(b))) if keeps else None
        return multiply(a, b)  # type: ignore[arg-type] # numeric by type

    return made


def _extreme(pick: Callable[..., Value], keeps_least: bool) -> Callable[[Apply], Made]:  # noqa: FBT001 (a table's cell)
    def made(*values: Worth) -> Worth:
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        bounds = [value for value in known if isinstance(value, AtLeast)]
        least = pick(map(_least, known)) if bounds else pick(known)
        exact = [value for value in known if not isinstance(value, AtLeast)]
        if not bounds:
            return least
        if keeps_least and least in exact:
            return exact[exact.index(least)]
        return AtLeast(least)  # type: ignore[arg-type] # a date has no bound

    return lambda _node: made


def _add_months(_node: Apply) -> Made:
    def made(a: Worth, n: Worth) -> Worth:
        if not isinstance(a, date) or not isinstance(n, int):
            return None
        year, month = divmod(a.year * 12 + a.month - 1 + n, 12)
        if not MINYEAR <= year <= MAXYEAR:
            return None
        return date(year, month + 1, a.day if a.day <= _SHORTEST else min(a.day, _last_day(year, month)))

    return made


def _last_day(year: int, month: int) -> int:
    """Return how many days a month has; January is 0."""
    leaps = month == _FEBRUARY and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _DAYS[month] + leaps


def _add_days(node: Apply) -> Made:
    def made(a: Worth, n: Worth) -> Worth:
        if not isinstance(a, date) or not isinstance(n, int):
            return None
        day = a.toordinal() + n
        return date.fromordinal(day) if _FIRST <= day <= _LAST else None

    days = node.arguments[1]
    return _add_literal(days.value) if isinstance(days, Constant) and isinstance(days.value, int) else made


def _add_literal(days: int) -> Made:
    """Add a number of days that the policy states; what would end outside the calendar is unknown."""
    first, last = max(_FIRST, _FIRST - days), min(_LAST, _LAST - days)
    if first > last:
        return lambda _a, _n: None
    lowest, highest, more = date.fromordinal(first), date.fromordinal(last), timedelta(days)
    return lambda a, _n: None if a is None or not lowest <= a <= highest else a + more


def _days_between(_node: Apply) -> Made:
    return lambda a, b: (b - a).days if isinstance(a, date) and isinstance(b, date) else None


def _given(_node: Apply) -> Made:
    return lambda *values: None if any(value is None or isinstance(value, AtLeast) for value in values) else True


def _first_known(_node: Apply) -> Made:
    return lambda *values: next((value for value in values if value is not None), None)


def _when(_node: Apply) -> Made:
    """The value where the condition holds, else unknown."""
    return lambda condition, value: value if condition is True else None


def _is(wanted: bool) -> Callable[[Apply], Made]:  # noqa: FBT001 (a table's cell)
    return lambda _node: lambda value: (value is not None) is wanted


# Of these each operand is joined with what those before it make; one that is what `DECIDES` says settles the rest.
JUNCTIONS = {"and": _junction(decisive=False), "or": _junction(decisive=True)}
DECIDES = {"and": False, "or": True}
OPERATIONS: dict[str, Callable[[Apply], Made]] = {
    **dict.fromkeys(COMPARE, _comparison),
    "not": _not,
    "in": _in,
    "+": _plus,
    "-": _minus,
    "*": _times,
    "of": _times,
    "least": _extreme(min, keeps_least=True),
    "greatest": _extreme(max, keeps_least=False),
    "add_months": _add_months,
    "add_days": _add_days,
    "days_between": _days_between,
    "given": _given,
    "first_known": _first_known,
    "when": _when,
    "is known": _is(wanted=True),
    "is unknown": _is(wanted=False),
}
# What takes so long that, of many subjects, those that state the same are asked once.
DEAR = frozenset({"add_months"})
