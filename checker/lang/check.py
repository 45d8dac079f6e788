"""Tree to typed tree: names, types and scope. Every error of an expression is found in one pass."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from checker.lang import syntax
from checker.lang.named import NamedTuple
from checker.lang.problem import Problem, nearest
from checker.lang.signatures import FUNCTIONS, NUMERIC, ONLY_LAYOUTS, ORDERED, fits, hint, product_of, sum_of
from checker.lang.syntax import Expression, Span, Type
from checker.lang.typed import ORDERINGS, Apply, Constant, Fact, Fold, Term, Typed

MOST_NODES = 2_000
MOST_DEPTH = 120


class Declared(NamedTuple):
    """What is known of a fact before its value is: `one_of` closes a text, `nonnegative` bounds an amount."""

    type: Type
    one_of: tuple[str, ...] = ()
    nonnegative: bool = False


class Scope(NamedTuple):
    """What an expression may name.

    `facts` are by full name; a fact's group is the word before its first dot. `bare` are the groups, or single facts,
    that may stand by themselves; `sets` names each set with the groups its rows have. `terms` are the defined terms,
    None where the meaning has an error of its own. A layout may also ask what is known (`asks`).
    """

    facts: Mapping[str, Declared]
    bare: frozenset[str]
    sets: Mapping[str, frozenset[str]]
    terms: Mapping[str, Expression | None] = MappingProxyType({})
    asks: bool = False


def check(tree: Expression, scope: Scope, expected: Type | None = None) -> Typed | tuple[Problem, ...]:
    """Return the typed tree, or every problem found; `expected` is the type it must have, and a count is a number."""
    checker = Checker(scope)
    typed = checker.visit(tree, None)
    if typed is not None and expected is not None and not fits(typed.type, expected):
        message = f"this is a {typed.type}, and a {expected} is needed here"
        checker.problem("E203", message, tree.span)
    return tuple(checker.problems) if checker.problems or typed is None else typed


class Checker:
    """One pass over a tree; a node that has a problem becomes None and is not complained of again."""

    def __init__(self, scope: Scope) -> None:
        """Start with nothing found."""
        self.scope = scope
        self.problems: list[Problem] = []
        self._terms: list[tuple[str, Span]] = []
        self._depth = 0
        self._nodes = 0
        self._is_too_large = False

    def problem(self, code: str, message: str, span: Span, help: str = "") -> None:  # noqa: A002 (the word of the output)
        """Note a problem. Inside a term only scope (E205) and size (E209) depend on the use, and stand at the use."""
        if self._terms:
            if code not in ("E205", "E209"):
                return
            message, span = f"`{self._terms[0][0]}` cannot be used here: {message}", self._terms[0][1]
        found = Problem(code=code, message=message, span=span, help=help)
        if found not in self.problems:
            self.problems.append(found)

    def visit(self, tree: Expression, rows: str | None) -> Typed | None:
        """Return the typed node; `rows` is the set whose aggregate this stands in."""
        self._nodes += 1
        if self._nodes > MOST_NODES or self._depth > MOST_DEPTH:
            if self._is_too_large:
                return None
            self._is_too_large = True
            self.problem("E209", "the expression, with its terms, is too large", tree.span)
            return None
        self._depth += 1
        typed = _VISITS[type(tree)](self, tree, rows)
        self._depth -= 1
        return typed

    def visit_all(self, trees: tuple[Expression, ...], rows: str | None) -> tuple[Typed, ...] | None:
        """Return the typed nodes, or None when any has a problem."""
        typed = [self.visit(tree, rows) for tree in trees]
        return None if None in typed else tuple(node for node in typed if node is not None)

    def literal(self, tree: syntax.Literal, _rows: str | None) -> Typed | None:
        """Type a constant."""
        return Constant(type=tree.type, value=tree.value, source=tree)

    def name(self, tree: syntax.Name, rows: str | None) -> Typed | None:
        """Resolve a fact or a term."""
        if tree.name in self.scope.facts:
            return self.fact(tree, rows)
        if tree.name in self.scope.terms:
            return self.term(tree, rows)
        known = [*self.scope.facts, *self.scope.terms]
        self.problem("E204", f"no fact or term named `{tree.name}`", tree.span, nearest(tree.name, known))
        return None

    def fact(self, tree: syntax.Name, rows: str | None) -> Typed | None:
        """Resolve a fact: to the rows of the aggregate it stands in, else to the subject."""
        declared = self.scope.facts[tree.name]
        group = tree.name.partition(".")[0]
        inner = rows is not None and group in self.scope.sets[rows]
        of_rows = rows is not None and any(group in groups for groups in self.scope.sets.values())
        if not inner and (of_rows or not {group, tree.name} & self.scope.bare):
            message, help_ = self._out_of_scope(tree.name, group, rows)
            self.problem("E205", message, tree.span, help_)
            return None
        outer = rows is not None and not inner
        return Fact(type=declared.type, name=tree.name, outer=outer, nonnegative=declared.nonnegative, source=tree)

    def _out_of_scope(self, name: str, group: str, rows: str | None) -> tuple[str, str]:
        having = sorted(s for s, groups in self.scope.sets.items() if group in groups)
        if rows is not None:
            return f"`{name}` is not a fact of the rows of `{rows}`", ""
        if having:
            sets = " or ".join(f"`over {s}`" for s in having)
            return f"`{name}` must stand inside `sum` or `count` here", f"say of which rows: {sets}"
        return f"`{name}` cannot be read here", ""

    def term(self, tree: syntax.Name, rows: str | None) -> Typed | None:
        """Resolve a term to its meaning; a term that leads back to itself has none."""
        if tree.name in [name for name, _ in self._terms]:
            self.problem("E209", f"the term `{tree.name}` leads back to itself", tree.span)
            return None
        meaning = self.scope.terms[tree.name]
        if meaning is None:
            return None
        self._terms.append((tree.name, tree.span))
        body = self.visit(meaning, rows)
        self._terms.pop()
        return None if body is None else Term(type=body.type, name=tree.name, body=body, source=tree)

    def negation(self, tree: syntax.Not, rows: str | None) -> Typed | None:
        """Type `not x`."""
        operand = self.flag(tree.operand, rows)
        return None if operand is None else Apply(type=Type.FLAG, op="not", arguments=(operand,), source=tree)

    def flag(self, tree: Expression, rows: str | None) -> Typed | None:
        """Type something that must be true or false."""
        typed = self.visit(tree, rows)
        if typed is None or typed.type is Type.FLAG:
            return typed
        self.problem("E203", f"this is a {typed.type}, not true or false", tree.span, "compare it with something")
        return None

    def logic(self, tree: syntax.Logic, rows: str | None) -> Typed | None:
        """Type `and` and `or`."""
        operands = [self.flag(operand, rows) for operand in tree.operands]
        arguments = tuple(operand for operand in operands if operand is not None)
        if len(arguments) < len(operands):
            return None
        return Apply(type=Type.FLAG, op=tree.op, arguments=arguments, source=tree)

    def comparison(self, tree: syntax.Comparison, rows: str | None) -> Typed | None:
        """Type a comparison: like with like, and order only where there is one."""
        both = self.visit_all((tree.left, tree.right), rows)
        if both is None:
            return None
        left, right = both
        if not (fits(left.type, right.type) or fits(right.type, left.type)):
            self.problem(
                "E202", f"a {left.type} cannot be compared with a {right.type}", tree.span, hint(left.type, right.type)
            )
            return None
        if tree.op in ORDERINGS and left.type not in ORDERED:
            self.problem("E202", f"a {left.type} has no order", tree.span, "compare it with `=` or `!=`")
            return None
        self.closed(left, right)
        self.closed(right, left)
        return Apply(type=Type.FLAG, op=tree.op, arguments=both, source=tree)

    def closed(self, operand: Typed, literal: Typed) -> None:
        """Refuse a text that the fact it is compared with can never have."""
        while isinstance(operand, Term):
            operand = operand.body
        if not (isinstance(operand, Fact) and isinstance(literal, Constant)):
            return
        one_of = self.scope.facts[operand.name].one_of
        if one_of and literal.value not in one_of:
            text = str(literal.value)
            help_ = nearest(text, one_of) or "it is one of " + ", ".join(f"`{option}`" for option in one_of)
            self.problem("E206", f"`{operand.name}` is never `{text}`", literal.source.span, help_)

    def membership(self, tree: syntax.Membership, rows: str | None) -> Typed | None:
        """Type `in`: every option is of the operand's type."""
        both = self.visit_all((tree.operand, *tree.options), rows)
        if both is None:
            return None
        operand, *options = both
        for option in options:
            if not fits(option.type, operand.type):
                message = f"a {operand.type} cannot be compared with a {option.type}"
                self.problem("E202", message, option.source.span, hint(operand.type, option.type))
            self.closed(operand, option)
        return Apply(type=Type.FLAG, op="in", arguments=both, source=tree)

    def knowledge(self, tree: syntax.Knowledge, rows: str | None) -> Typed | None:
        """Type `is known`, which only a layout may ask: elsewhere a missing fact could permit something."""
        operand = self.visit(tree.operand, rows)
        if not self.scope.asks:
            message = "a condition cannot ask whether a fact is known"
            self.problem("E207", message, tree.span, "to need a fact, write `given(...)`")
            return None
        op = "is known" if tree.known else "is unknown"
        return None if operand is None else Apply(type=Type.FLAG, op=op, arguments=(operand,), source=tree)

    def arithmetic(self, tree: syntax.Arithmetic, rows: str | None) -> Typed | None:
        """Type `+`, `-` and `*`."""
        both = self.visit_all((tree.left, tree.right), rows)
        if both is None:
            return None
        left, right = both[0].type, both[1].type
        result = product_of(left, right) if tree.op == "*" else sum_of(left, right)
        if result is None:
            doing = {"+": "add a {1} to a {0}", "-": "take a {1} from a {0}", "*": "multiply a {0} by a {1}"}
            self.problem("E202", "cannot " + doing[tree.op].format(left, right), tree.span, hint(left, right))
            return None
        return Apply(type=result, op=tree.op, arguments=both, source=tree)

    def share(self, tree: syntax.Share, rows: str | None) -> Typed | None:
        """Type `P% of x`: money of money, else a number."""
        both = self.visit_all((tree.percent, tree.whole), rows)
        if both is None:
            return None
        if both[1].type not in NUMERIC:
            self.problem("E202", f"cannot take a percentage of a {both[1].type}", tree.span)
            return None
        result = Type.MONEY if both[1].type is Type.MONEY else Type.NUMBER
        return Apply(type=result, op="of", arguments=both, source=tree)

    def aggregate(self, tree: syntax.Aggregate, rows: str | None) -> Typed | None:
        """Type `sum` and `count`; one never stands inside another."""
        if rows is not None:
            self.problem("E205", "`sum` and `count` cannot stand inside one another", tree.span)
            return None
        if tree.rows not in self.scope.sets:
            help_ = nearest(tree.rows, list(self.scope.sets)) or "here there is " + _listed(self.scope.sets)
            self.problem("E205", f"no set named `{tree.rows}` here", tree.span, help_)
            return None
        body = None if tree.body is None else self.visit(tree.body, tree.rows)
        where = None if tree.where is None else self.flag(tree.where, tree.rows)
        if (tree.body is not None and body is None) or (tree.where is not None and where is None):
            return None
        if body is not None and body.type not in NUMERIC:
            self.problem("E202", f"cannot sum a {body.type}", body.source.span)
            return None
        return Fold(type=body.type if body else Type.COUNT, rows=tree.rows, body=body, where=where, source=tree)

    def call(self, tree: syntax.Call, rows: str | None) -> Typed | None:
        """Type a function by its rule."""
        if tree.function not in FUNCTIONS:
            known = [*FUNCTIONS, "sum", "count"]
            help_ = nearest(tree.function, known) or "there is " + _listed(known)
            self.problem("E204", f"no function named `{tree.function}`", tree.span, help_)
            return None
        if tree.function in ONLY_LAYOUTS and not self.scope.asks:
            message = f"a condition cannot {ONLY_LAYOUTS[tree.function]}"
            self.problem("E207", message, tree.span, f"`{tree.function}` is for layouts only")
            return None
        arguments = self.visit_all(tree.arguments, rows)
        if arguments is None:
            return None
        result = FUNCTIONS[tree.function](tree.function, tuple(argument.type for argument in arguments))
        if not isinstance(result, Type):
            self.problem("E208", result[0], tree.span, result[1])
            return None
        return Apply(type=result, op=tree.function, arguments=arguments, source=tree)


def _listed(names: object) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "none"  # type: ignore[call-overload] # any names


_VISITS: dict[type, Callable[..., Typed | None]] = {
    syntax.Literal: Checker.literal,
    syntax.Name: Checker.name,
    syntax.Not: Checker.negation,
    syntax.Logic: Checker.logic,
    syntax.Comparison: Checker.comparison,
    syntax.Membership: Checker.membership,
    syntax.Knowledge: Checker.knowledge,
    syntax.Arithmetic: Checker.arithmetic,
    syntax.Share: Checker.share,
    syntax.Aggregate: Checker.aggregate,
    syntax.Call: Checker.call,
}
