"""Typed tree to value: the meaning of the language, as closures built once and applied to many rows."""

from collections.abc import Sequence

from checker.lang.exact import AtLeast, Worth, add_all
from checker.lang.frame import Frame, Row, RowSet, Run, Table
from checker.lang.operations import DECIDES, JUNCTIONS, OPERATIONS, Made
from checker.lang.rows import column
from checker.lang.typed import (
    COMPARISONS,
    Apply,
    Constant,
    Fact,
    Fold,
    Term,
    Typed,
    facts_of,
    is_nonnegative,
    outer_facts_of,
    parts,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Frame", "Program", "Row", "RowSet"]


class Program:
    """A typed tree with the closure of each of its nodes, so that explaining runs the very same code.

    `comparisons` are the nodes that compare two values, anywhere in the tree. `steps` and `kept` are for
    what is prepared once: the expressions of a section together, and its conditions.
    """

    __slots__ = ("_facts", "_run", "_runs", "_texts", "comparisons", "kept", "steps", "tree")

    def __init__(self, tree: Typed) -> None:
        """Build the closures of `tree`, once."""
        self.tree = tree
        self._runs: dict[Typed, Run] = {}
        self._texts: dict[Typed, str] = {}
        self._facts: frozenset[str] | None = None
        self.steps: Any = None
        self.kept: Any = None
        self._run = self._build(tree)
        self.comparisons = tuple(n for n in self._runs if isinstance(n, Apply) and n.op in COMPARISONS)

    def __call__(self, frame: Frame) -> Worth:
        """Return what the whole expression is worth."""
        return self._run(frame.row, frame)

    @property
    def facts(self) -> frozenset[str]:
        """Return the name of every fact that the expression reads, found once."""
        if self._facts is None:
            self._facts = facts_of(self.tree)
        return self._facts

    def worth(self, node: Typed, frame: Frame) -> Worth:
        """Return what one node of the tree is worth on the subject."""
        return self._runs[node](frame.row, frame)

    def on(self, node: Typed, row: Row, frame: Frame) -> Worth:
        """Return what one node inside an aggregate is worth on one row of its set."""
        return self._runs[node](row, frame)

    def text(self, node: Typed) -> str:
        """Return the canonical text of one node of the tree, spelled once."""
        if node not in self._texts:
            self._texts[node] = str(node.source)
        return self._texts[node]

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
    if node.op in JUNCTIONS:
        return _junction(JUNCTIONS[node.op], inner, decides=DECIDES[node.op])
    return _on_one(OPERATIONS[node.op](node), inner[: len(operands(node))])


def operands(node: Apply) -> tuple[Typed, ...]:
    """Return the arguments that are asked what they are worth: the options of `in` are known."""
    return node.arguments[:1] if node.op == "in" else node.arguments


def _on_one(made: Made, inner: list[Run]) -> Run:
    if len(inner) == 1:
        (only,) = inner
        return lambda row, frame: made(only(row, frame))
    if len(inner) == 2:  # noqa: PLR2004 (two are faster by name)
        left, right = inner
        return lambda row, frame: made(left(row, frame), right(row, frame))
    return lambda row, frame: made(*[operand(row, frame) for operand in inner])


def _junction(made: Made, inner: list[Run], *, decides: bool) -> Run:
    first, *others = inner

    def run(row: Row, frame: Frame) -> Worth:
        found = first(row, frame)
        for operand in others:
            if found is decides:
                return found
            found = made(found, operand(row, frame))
        return found

    return run


def _fact(node: Fact) -> Run:
    name = node.name
    if node.outer:
        return lambda _row, frame: frame.row.get(name)
    return lambda row, _frame: row.get(name)


def _fold(node: Fold, inner: list[Run]) -> Run:
    rows_of = node.rows
    where = inner[-1] if node.where is not None else None
    body = inner[0] if node.body is not None else _one
    bounded = node.body is None or is_nonnegative(node.body)
    key = total_key(node)
    plain = node.body.name if isinstance(node.body, Fact) and not node.body.outer and where is None else None

    def total(frame: Frame) -> Worth:
        rows = frame.sets[rows_of]
        addends: Sequence[Worth]
        if plain is not None:
            addends = _column(rows.rows, plain)
        elif node.body is None and where is None:
            addends = [1] * len(rows.rows)
        elif where is None:
            addends = [body(row, frame) for row in rows.rows]
        else:
            chosen = [(row, where(row, frame)) for row in rows.rows]
            addends = [body(row, frame) if is_in else None for row, is_in in chosen if is_in is not False]
        known = [addend for addend in addends if addend is not None]
        result = add_all(known)  # type: ignore[arg-type] # numeric by type
        possible = any(where is None or where(row, frame) is not False for row in rows.maybe)
        if len(known) == len(addends) and not possible:
            return result
        return AtLeast(result) if bounded else None

    def run(_row: Row, frame: Frame) -> Worth:
        totals = frame.sets[rows_of].totals
        if key not in totals:
            totals[key] = total(frame)
        return totals[key]

    def once(_row: Row, frame: Frame) -> Worth:
        """Read what was filled in for these rows; what depends on the subject, too, is not kept."""
        totals = frame.sets[rows_of].totals
        return totals[key] if key in totals else total(frame)

    return once if outer_facts_of(node) else run


def _column(rows: Sequence[Row], name: str) -> Sequence[Worth]:
    return rows.column(name) if isinstance(rows, Table) else column(rows, name)


def total_key(node: Fold) -> str:
    """Return the key under which the rows of its set keep this aggregate; a bound is kept apart from an unknown."""
    bounded = node.body is None or is_nonnegative(node.body)
    return f"{bounded} {spelled(node)}"


def _one(_row: Row, _frame: Frame) -> Worth:
    """Return what each row adds to a count."""
    return 1


def spelled(node: Typed) -> str:
    """Return a tree as text with its terms written out: two of one spelling have one worth on the same facts."""
    if isinstance(node, Term):
        return spelled(node.body)
    inner = ", ".join(map(spelled, parts(node)))
    return f"{getattr(node, 'op', node.source)}({inner})" if inner else str(node.source)
