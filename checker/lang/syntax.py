"""The tree of an expression as written, and its one canonical spelling.

`str(node)` is canonical: one line, the fewest parentheses, and it parses back to an equal tree.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from checker.lang.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal as Either

Span = tuple[int, int]
Value = Decimal | int | date | str | bool


class Type(StrEnum):
    """The six types of the language."""

    MONEY = "money"
    NUMBER = "number"
    COUNT = "count"
    DATE = "date"
    TEXT = "text"
    FLAG = "flag"


class Node(Record):
    """Any part of an expression; `span` is its place in the text: offsets of its start and end.

    Two are equal where they say the same, wherever they stand.
    """

    span: Span

    @property
    def inside(self) -> tuple[str, ...]:
        """Return the names of its parts but the place."""
        return tuple(name for name in self.parts if name != "span")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._said()))

    def _said(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.inside)


class Literal(Node):
    """A constant; `text` is as written, a percentage keeps its sign there and is divided by 100 in `value`."""

    text: str
    type: Type
    value: Value

    def __str__(self) -> str:
        """Return the constant as written."""
        return self.text


class Name(Node):
    """A fact or a term."""

    name: str

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Not(Node):
    """`not x`."""

    operand: Expression

    def __str__(self) -> str:
        """Return `not x`; a comparison needs no parentheses."""
        return f"not {_wrap(self.operand, Logic)}"


class Logic(Node):
    """`a and b and c`, or the same with `or`; at least two operands."""

    op: Either["and", "or"]
    operands: tuple[Expression, ...]

    def __str__(self) -> str:
        """Return the operands joined by the operator."""
        return f" {self.op} ".join(_wrap(operand, Logic) for operand in self.operands)


class Comparison(Node):
    """`a <= b` and the like."""

    op: str
    left: Expression
    right: Expression

    def __str__(self) -> str:
        """Return both sides around the operator."""
        return f"{_wrap(self.left, *_FLAGS)} {self.op} {_wrap(self.right, *_FLAGS)}"


class Membership(Node):
    """`a in ("x", "y")`."""

    operand: Expression
    options: tuple[Literal, ...]

    def __str__(self) -> str:
        """Return the operand and the list."""
        return f"{_wrap(self.operand, *_FLAGS)} in ({', '.join(map(str, self.options))})"


class Knowledge(Node):
    """`a is known` or `a is unknown`; only layouts may ask."""

    operand: Expression
    known: bool

    def __str__(self) -> str:
        """Return the operand and the question."""
        return f"{_wrap(self.operand, *_FLAGS)} is {'known' if self.known else 'unknown'}"


class Arithmetic(Node):
    """`a + b`, `a - b` or `a * b`."""

    op: str
    left: Expression
    right: Expression

    def __str__(self) -> str:
        """Return both sides around the operator; operators of one rank group from the left."""
        if self.op == "*":
            left = str(self.left) if _is(self.left, "*") else _wrap(self.left, Arithmetic, *_FLAGS)
            return f"{left} * {_wrap(self.right, Arithmetic, *_FLAGS)}"
        right = str(self.right) if _is(self.right, "*") else _wrap(self.right, Arithmetic, *_FLAGS)
        return f"{_wrap(self.left, *_FLAGS)} {self.op} {right}"


class Share(Node):
    """`1.00% of x`."""

    percent: Literal
    whole: Expression

    def __str__(self) -> str:
        """Return the percentage and what it is of."""
        return f"{self.percent} of {_wrap(self.whole, Arithmetic, *_FLAGS)}"


class Aggregate(Node):
    """`sum(x over s where y)` or `count(s where y)`; `body` is None for a count."""

    body: Expression | None
    rows: str
    where: Expression | None

    def __str__(self) -> str:
        """Return the call with its parts."""
        head = f"count({self.rows}" if self.body is None else f"sum({self.body} over {self.rows}"
        return f"{head})" if self.where is None else f"{head} where {self.where})"


class Call(Node):
    """`f(a, b)`."""

    function: str
    arguments: tuple[Expression, ...]

    def __str__(self) -> str:
        """Return the call with its arguments."""
        return f"{self.function}({', '.join(map(str, self.arguments))})"


Expression = Literal | Name | Not | Logic | Comparison | Membership | Knowledge | Arithmetic | Share | Aggregate | Call
_FLAGS = (Not, Logic, Comparison, Membership, Knowledge)


def _wrap(node: Expression, *kinds: type) -> str:
    return f"({node})" if isinstance(node, kinds) else str(node)


def _is(node: Expression, op: str) -> bool:
    return isinstance(node, Arithmetic) and node.op == op
