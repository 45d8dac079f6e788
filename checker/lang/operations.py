"""The operators and functions, each as a builder: from the closures of its arguments to its own.

Logic is Kleene's: an unknown operand matters only where it could change the answer. Every operation keeps what is
known when facts are removed or become unknown; none can turn an unknown into a different known value.
"""

import operator
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, date

from checker.lang.exact import AtLeast, Worth, add, multiply, subtract
from checker.lang.frame import Frame, Row, Run
from checker.lang.syntax import Value
from checker.lang.typed import Apply, Constant, Fold, Typed, is_nonnegative, parts

_SHORTEST = 28  # days of the shortest month
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


def is_bounded(node: Typed) -> bool:
    """Tell whether the value can be a lower bound: whether an aggregate stands in it."""
    return isinstance(node, Fold) or any(map(is_bounded, parts(node)))


def _junction(decisive: bool) -> Callable[[Apply, list[Run]], Run]:  # noqa: FBT001 (a table's cell)
    """`and`, which one false operand decides, or `or`, which one true operand does."""

    def build(_node: Apply, inner: list[Run]) -> Run:
        def run(row: Row, frame: Frame) -> Worth:
            result: Worth = not decisive
            for operand in inner:
                value = operand(row, frame)
                if value is decisive:
                    return decisive
                if value is None:
                    result = None
            return result

        return run

    return build


def _not(_node: Apply, inner: list[Run]) -> Run:
    (operand,) = inner

    def run(row: Row, frame: Frame) -> Worth:
        value = operand(row, frame)
        return None if value is None else not value

    return run


COMPARE: dict[str, Callable[..., bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MIRROR = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _comparison(node: Apply, inner: list[Run]) -> Run:
    left, right = inner
    compare, op = COMPARE[node.op], node.op

    def exact(row: Row, frame: Frame) -> Worth:
        a = left(row, frame)
        if a is None:
            return None
        b = right(row, frame)
        return None if b is None else compare(a, b)

    def bounded(row: Row, frame: Frame) -> Worth:
        a, b = left(row, frame), right(row, frame)
        if a is None or b is None:
            return None
        if isinstance(a, AtLeast):
            return None if isinstance(b, AtLeast) else _decided(op, a, b)
        return _decided(MIRROR[op], b, a) if isinstance(b, AtLeast) else compare(a, b)

    return bounded if is_bounded(node) else exact


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


def _in(_node: Apply, inner: list[Run]) -> Run:
    operand, *options = inner

    def run(row: Row, frame: Frame) -> Worth:
        value = operand(row, frame)
        if value is None or isinstance(value, AtLeast):
            return None
        return any(option(row, frame) == value for option in options)

    return run


def _plus(node: Apply, inner: list[Run]) -> Run:
    left, right = inner

    def exact(row: Row, frame: Frame) -> Worth:
        a, b = left(row, frame), right(row, frame)
        return None if a is None or b is None else add(a, b)  # type: ignore[arg-type] # numeric by type

    def bounded(row: Row, frame: Frame) -> Worth:
        a, b = left(row, frame), right(row, frame)
        if a is None or b is None:
            return None
        if isinstance(a, AtLeast) or isinstance(b, AtLeast):
            return AtLeast(add(_least(a), _least(b)))
        return add(a, b)  # type: ignore[arg-type] # numeric by type

    return bounded if is_bounded(node) else exact


def _least(value: Value | AtLeast) -> "int":
    return value.least if isinstance(value, AtLeast) else value  # type: ignore[return-value] # numeric by type


def _minus(_node: Apply, inner: list[Run]) -> Run:
    left, right = inner

    def run(row: Row, frame: Frame) -> Worth:
        a, b = left(row, frame), right(row, frame)
        if a is None or b is None or isinstance(a, AtLeast) or isinstance(b, AtLeast):
            return None
        return subtract(a, b)  # type: ignore[arg-type] # numeric by type

    return run


def _times(node: Apply, inner: list[Run]) -> Run:
    """Multiply; a bound is kept by a literal that is not negative, and by nothing else."""
    left, right = inner
    keeps = any(isinstance(part, Constant) and is_nonnegative(part) for part in node.arguments)

    def run(row: Row, frame: Frame) -> Worth:
        a, b = left(row, frame), right(row, frame)
        if a is None or b is None:
            return None
        if isinstance(a, AtLeast) or isinstance(b, AtLeast):
            return AtLeast(multiply(_least(a), _least(b))) if keeps else None
        return multiply(a, b)  # type: ignore[arg-type] # numeric by type

    return run


def _extreme(pick: Callable[..., Value], keeps_least: bool) -> Callable[[Apply, list[Run]], Run]:  # noqa: FBT001 (a table's cell)
    def build(_node: Apply, inner: list[Run]) -> Run:
        def run(row: Row, frame: Frame) -> Worth:
            values = [operand(row, frame) for operand in inner]
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

        return run

    return build


def _last_day(year: int, month: int) -> int:
    """Return how many days a month has, as `calendar` does, which takes a millisecond to import."""
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 28 + is_leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _add_months(_node: Apply, inner: list[Run]) -> Run:
    start, months = inner

    def run(row: Row, frame: Frame) -> Worth:
        a, n = start(row, frame), months(row, frame)
        if not isinstance(a, date) or not isinstance(n, int):
            return None
        year, month = divmod(a.year * 12 + a.month - 1 + n, 12)
        if not MINYEAR <= year <= MAXYEAR:
            return None
        day = a.day if a.day <= _SHORTEST else min(a.day, _last_day(year, month + 1))
        return date(year, month + 1, day)

    return run


def _add_days(_node: Apply, inner: list[Run]) -> Run:
    start, days = inner

    def run(row: Row, frame: Frame) -> Worth:
        a, n = start(row, frame), days(row, frame)
        if not isinstance(a, date) or not isinstance(n, int):
            return None
        day = a.toordinal() + n
        return date.fromordinal(day) if _FIRST <= day <= _LAST else None

    return run


def _days_between(_node: Apply, inner: list[Run]) -> Run:
    start, end = inner

    def run(row: Row, frame: Frame) -> Worth:
        a, b = start(row, frame), end(row, frame)
        return (b - a).days if isinstance(a, date) and isinstance(b, date) else None

    return run


def _given(_node: Apply, inner: list[Run]) -> Run:
    def run(row: Row, frame: Frame) -> Worth:
        values = [operand(row, frame) for operand in inner]
        return None if any(value is None or isinstance(value, AtLeast) for value in values) else True

    return run


def _first_known(_node: Apply, inner: list[Run]) -> Run:
    def run(row: Row, frame: Frame) -> Worth:
        return next((value for operand in inner if (value := operand(row, frame)) is not None), None)

    return run


def _when(_node: Apply, inner: list[Run]) -> Run:
    """The value where the condition holds, else unknown."""
    condition, value = inner
    return lambda row, frame: value(row, frame) if condition(row, frame) is True else None


def _is(wanted: bool) -> Callable[[Apply, list[Run]], Run]:  # noqa: FBT001 (a table's cell)
    def build(_node: Apply, inner: list[Run]) -> Run:
        (operand,) = inner
        return lambda row, frame: (operand(row, frame) is not None) is wanted

    return build


OPERATIONS: dict[str, Callable[[Apply, list[Run]], Run]] = {
    **dict.fromkeys(COMPARE, _comparison),
    "and": _junction(decisive=False),
    "or": _junction(decisive=True),
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
