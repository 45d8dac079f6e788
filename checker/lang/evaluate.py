"""Typed tree to value: the meaning of the language, as closures built once and applied to many rows.

Logic is Kleene's: an unknown operand matters only where it could change the answer. Every operation keeps what is
known when facts are removed or becomes unknown; none can turn an unknown into a different known value.
"""

import calendar
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from checker.lang.exact import AtLeast, Worth, add, multiply, subtract
from checker.lang.syntax import Value
from checker.lang.typed import COMPARISONS, Apply, Constant, Fact, Fold, Term, Typed, is_nonnegative, parts

Row = Mapping[str, Value | None]


@dataclass(slots=True, kw_only=True, eq=False)
class RowSet:
    """The rows of a set; `maybe` are rows of which it is unknown whether they belong to it, for want of `decided_by`.

    `totals` keeps each aggregate that reads nothing but these rows, so that a pool is summed once.
    """

    rows: Sequence[Row]
    maybe: Sequence[Row] = ()
    decided_by: str = ""
    totals: dict["Run", Worth] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What an expression is judged on: the facts of the subject, and the sets."""

    row: Row
    sets: Mapping[str, RowSet]


Run = Callable[[Row, Frame], Worth]


class Program:
    """A typed tree with the closure of each of its nodes, so that explaining runs the very same code."""

    __slots__ = ("_runs", "tree")

    def __init__(self, tree: Typed) -> None:
        """Build the closures of `tree`, once."""
        self.tree = tree
        self._runs: dict[Typed, Run] = {}
        self._build(tree)

    def __call__(self, frame: Frame) -> Worth:
        """Return what the whole expression is worth."""
        return self._runs[self.tree](frame.row, frame)

    def worth(self, node: Typed, frame: Frame) -> Worth:
        """Return what one node of the tree is worth on the subject."""
        return self._runs[node](frame.row, frame)

    def on(self, node: Typed, row: Row, frame: Frame) -> Worth:
        """Return what one node inside an aggregate is worth on one row of its set."""
        return self._runs[node](row, frame)

    def _build(self, node: Typed) -> Run:
        inner = [self._build(part) for part in parts(node)]
        self._runs[node] = run = _closure(node, inner)
        return run


def is_bounded(node: Typed) -> bool:
    """Tell whether the value can be a lower bound: whether an aggregate stands in it."""
    return isinstance(node, Fold) or any(map(is_bounded, parts(node)))


def _closure(node: Typed, inner: list[Run]) -> Run:
    if isinstance(node, Constant):
        value = node.value
        return lambda _row, _frame: value
    if isinstance(node, Fact):
        return _fact(node)
    if isinstance(node, Term):
        return inner[0]
    if isinstance(node, Fold):
        return _fold(node, inner)
    if node.op in COMPARISONS:
        return _comparison(node, *inner)
    return _OPERATIONS[node.op](node, inner)


def _fact(node: Fact) -> Run:
    name = node.name
    if node.outer:
        return lambda _row, frame: frame.row.get(name)
    return lambda row, _frame: row.get(name)


def _and(_node: Apply, inner: list[Run]) -> Run:
    def run(row: Row, frame: Frame) -> Worth:
        result: Worth = True
        for operand in inner:
            value = operand(row, frame)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return run


def _or(_node: Apply, inner: list[Run]) -> Run:
    def run(row: Row, frame: Frame) -> Worth:
        result: Worth = False
        for operand in inner:
            value = operand(row, frame)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return run


def _not(_node: Apply, inner: list[Run]) -> Run:
    (operand,) = inner

    def run(row: Row, frame: Frame) -> Worth:
        value = operand(row, frame)
        return None if value is None else not value

    return run


_COMPARE: dict[str, Callable[[object, object], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIRROR = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _comparison(node: Apply, left: Run, right: Run) -> Run:
    compare, op = _COMPARE[node.op], node.op

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
        return _decided(_MIRROR[op], b, a) if isinstance(b, AtLeast) else compare(a, b)

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


def _plus(_node: Apply, inner: list[Run]) -> Run:
    left, right = inner

    def run(row: Row, frame: Frame) -> Worth:
        a, b = left(row, frame), right(row, frame)
        if a is None or b is None:
            return None
        if isinstance(a, AtLeast) or isinstance(b, AtLeast):
            return AtLeast(add(_least(a), _least(b)))
        return add(a, b)  # type: ignore[arg-type] # numeric by type

    return run


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
            if not bounds or (keeps_least and least in exact):
                return least
            return AtLeast(least)  # type: ignore[arg-type] # a date has no bound

        return run

    return build


def _add_months(_node: Apply, inner: list[Run]) -> Run:
    start, months = inner

    def run(row: Row, frame: Frame) -> Worth:
        a, n = start(row, frame), months(row, frame)
        if not isinstance(a, date) or not isinstance(n, int):
            return None
        year, month = divmod(a.year * 12 + a.month - 1 + n, 12)
        if not date.min.year <= year <= date.max.year:
            return None
        return date(year, month + 1, min(a.day, calendar.monthrange(year, month + 1)[1]))

    return run


def _add_days(_node: Apply, inner: list[Run]) -> Run:
    start, days = inner

    def run(row: Row, frame: Frame) -> Worth:
        a, n = start(row, frame), days(row, frame)
        if not isinstance(a, date) or not isinstance(n, int):
            return None
        inside = date.min.toordinal() <= a.toordinal() + n <= date.max.toordinal()
        return a + timedelta(days=n) if inside else None

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


def _is(wanted: bool) -> Callable[[Apply, list[Run]], Run]:  # noqa: FBT001 (a table's cell)
    def build(_node: Apply, inner: list[Run]) -> Run:
        (operand,) = inner
        return lambda row, frame: (operand(row, frame) is not None) is wanted

    return build


_OPERATIONS: dict[str, Callable[[Apply, list[Run]], Run]] = {
    "and": _and,
    "or": _or,
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
    "is known": _is(wanted=True),
    "is unknown": _is(wanted=False),
}


def _fold(node: Fold, inner: list[Run]) -> Run:
    rows_of = node.rows
    where = inner[-1] if node.where is not None else None
    body = inner[0] if node.body is not None else None
    bounded = node.body is None or is_nonnegative(node.body)
    kept = not any(isinstance(part, Fact) and part.outer for part in _facts(node))

    def total(frame: Frame) -> Worth:
        rows = frame.sets[rows_of]
        result: Worth = 0
        certain = True
        for row in rows.rows:
            included = True if where is None else where(row, frame)
            if included is False:
                continue
            value = 1 if body is None else body(row, frame)
            if included is True and value is not None:
                result = add(result, value)  # type: ignore[arg-type] # numeric by type
            else:
                certain = False
        if any(where is None or where(row, frame) is not False for row in rows.maybe):
            certain = False
        if certain:
            return result
        return AtLeast(result) if bounded else None  # type: ignore[arg-type] # numeric by type

    def run(_row: Row, frame: Frame) -> Worth:
        totals = frame.sets[rows_of].totals
        if run not in totals:
            totals[run] = total(frame)
        return totals[run]

    return run if kept else lambda _row, frame: total(frame)


def _facts(node: Typed) -> list[Fact]:
    own = [node] if isinstance(node, Fact) else []
    return own + [fact for part in parts(node) for fact in _facts(part)]
