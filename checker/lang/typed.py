"""The typed tree: five kinds of node, every name resolved. The evaluator, the explainer and the engines read this."""

from checker.lang.record import Record
from checker.lang.syntax import Expression, Type, Value


class Constant(Record):
    """A value that the policy states."""

    type: Type
    value: Value
    source: Expression


class Fact(Record):
    """A fact; `outer` where it stands inside an aggregate but belongs to the subject, not to the rows."""

    type: Type
    name: str
    outer: bool
    nonnegative: bool
    source: Expression


class Term(Record):
    """A use of a defined term; `body` is its meaning."""

    type: Type
    name: str
    body: "Typed"
    source: Expression


class Apply(Record):
    """An operator or function, named as in the language, on its arguments."""

    type: Type
    op: str
    arguments: tuple["Typed", ...]
    source: Expression


class Fold(Record):
    """The sum of `body`, or the count where it is None, over the rows of a set for which `where` holds."""

    type: Type
    rows: str
    body: "Typed | None"
    where: "Typed | None"
    source: Expression


Typed = Constant | Fact | Term | Apply | Fold

ORDERINGS = frozenset({"<", "<=", ">", ">="})
COMPARISONS = ORDERINGS | {"=", "!="}


def parts(tree: Typed) -> tuple[Typed, ...]:
    """Return the nodes directly under `tree`."""
    if isinstance(tree, Term):
        return (tree.body,)
    if isinstance(tree, Apply):
        return tree.arguments
    if isinstance(tree, Fold):
        return tuple(part for part in (tree.body, tree.where) if part is not None)
    return ()


def facts_of(tree: Typed) -> frozenset[str]:
    """Return the name of every fact that `tree` reads."""
    if isinstance(tree, Fact):
        return frozenset({tree.name})
    return frozenset().union(*(facts_of(part) for part in parts(tree)))


def terms_of(tree: Typed) -> frozenset[str]:
    """Return the name of every term that `tree` uses, directly or through another term."""
    own = frozenset({tree.name}) if isinstance(tree, Term) else frozenset()
    return own.union(*(terms_of(part) for part in parts(tree)))


def outer_facts_of(tree: Typed) -> frozenset[str]:
    """Return the facts inside an aggregate that belong to the subject, not to the rows."""
    if isinstance(tree, Fact):
        return frozenset({tree.name} if tree.outer else ())
    return frozenset().union(*map(outer_facts_of, parts(tree)))


def is_nonnegative(tree: Typed) -> bool:
    """Tell whether the value, whatever the facts, is known never to be below zero."""
    if isinstance(tree, Constant):
        return isinstance(tree.value, bool | str) is False and tree.type.value != "date" and tree.value >= 0  # type: ignore[operator] # a number by now
    if isinstance(tree, Fact):
        return tree.nonnegative
    if isinstance(tree, Term):
        return is_nonnegative(tree.body)
    if isinstance(tree, Fold):
        return tree.body is None or is_nonnegative(tree.body)
    return tree.op in ("+", "*", "of", "least", "greatest") and all(map(is_nonnegative, tree.arguments))
