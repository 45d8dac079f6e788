"""Typed tree to value: the meaning of the language, as closures built once and applied to many rows."""

from checker.lang.exact import AtLeast, Worth, add
from checker.lang.frame import Frame, Row, RowSet, Run
from checker.lang.operations import OPERATIONS
from checker.lang.typed import Constant, Fact, Fold, Term, Typed, is_nonnegative, parts

__all__ = ["Frame", "Program", "Row", "RowSet"]


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
    return OPERATIONS[node.op](node, inner)


def _fact(node: Fact) -> Run:
    name = node.name
    if node.outer:
        return lambda _row, frame: frame.row.get(name)
    return lambda row, _frame: row.get(name)


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
