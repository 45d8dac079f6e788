r"""Text to tree. The whole grammar:

    expression = any | all | truth
    any        = truth ("or" truth)+
    all        = truth ("and" truth)+           `and` beside `or` needs parentheses
    truth      = "not" truth | test
    test       = sum [ ("=" | "!=" | "<" | "<=" | ">" | ">=") sum
                     | "in" "(" literal ("," literal)* ")"
                     | "is" ("known" | "unknown") ]
    sum        = product (("+" | "-") product)*
    product    = factor ("*" factor)*
    factor     = PERCENT "of" factor | literal | NAME | "(" expression ")"
               | "sum" "(" expression "over" NAME ["where" expression] ")"
               | "count" "(" NAME ["where" expression] ")"
               | NAME "(" expression ("," expression)* ")"
    literal    = ["-"] (MONEY | PERCENT | NUMBER | COUNT) | DATE | TEXT | "true" | "false"

    MONEY = "$" digits ["." digits]             COUNT = digits
    PERCENT = digits ["." digits] "%"           NUMBER = digits "." digits
    DATE = yyyy-mm-dd                           TEXT = '"' any character but '"' and a line break '"'
    NAME = word ("." word)*

Digits have no thousands marks and no leading zeros. White space and line breaks separate and mean nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from checker.lang.exact import EXACT
from checker.lang.problem import ParseError, Problem
from checker.lang.syntax import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Knowledge,
    Literal,
    Logic,
    Membership,
    Name,
    Not,
    Share,
    Type,
)
from checker.lang.tokens import KEYWORDS, Token, help_value, shown, tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal as Either
    from typing import NoReturn

COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
MOST_NESTED = 50
MOST_OPERATORS = 200
MOST_DIGITS = 30

_NUMERIC = {"money": Type.MONEY, "percent": Type.NUMBER, "number": Type.NUMBER, "count": Type.COUNT}


def parse(text: str) -> Expression:
    """Return the tree of `text`, or raise ParseError at the first place where it is not an expression."""
    parser = _Parser(tokens(text))
    tree = parser.expression()
    if parser.kind != "end":
        parser.fail(_after(parser.text), help=_help_after(parser.text))
    return tree


def _after(text: str) -> str:
    return f"the expression should have ended before `{text}`"


def _help_after(text: str) -> str:
    if text in COMPARISONS:
        return "comparisons do not chain: join two with `and`"
    return "amounts have no thousands marks" if text == "," else ""


class _Parser:
    """Recursive descent over the tokens, one method a rule of the grammar."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._nested = 0
        self._operators = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._next][0]

    @property
    def text(self) -> str:
        return self._tokens[self._next][1]

    @property
    def start(self) -> int:
        return self._tokens[self._next][2]

    @property
    def end(self) -> int:
        """Return where the token before this one ended."""
        return self._tokens[self._next - 1][3]

    @property
    def is_percent(self) -> bool:
        """Tell whether a percentage comes next, with a minus or without."""
        return self.kind == "percent" or (self.at("-") and self._tokens[self._next + 1][0] == "percent")

    def fail(self, message: str, *, help: str = "", code: str = "E104") -> NoReturn:  # noqa: A002 (the word of the output)
        _, _, start, end = self._tokens[self._next]
        raise ParseError(Problem(code=code, message=message, span=(start, end), help=help))

    def take(self) -> Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def at(self, *texts: str) -> bool:
        """Tell whether the next token is one of these words or signs."""
        kind, text, _, _ = self._tokens[self._next]
        return kind in ("name", "op") and text in texts

    def operator(self, *texts: str) -> str | None:
        """Take one of these operators if it comes next; an expression has a bounded number of them."""
        if not self.at(*texts):
            return None
        self._operators += 1
        if self._operators > MOST_OPERATORS:
            self.fail(f"an expression may have at most {MOST_OPERATORS} operators", code="E106")
        return self.take()[1]

    def expect(self, text: str) -> None:
        if not self.at(text):
            self.fail(f"expected `{text}` here, not {shown(self.kind, self.text)}", help=self.hint(text))
        self.take()

    def hint(self, wanted: str) -> str:
        if wanted == ")" and self.at(","):
            return "amounts have no thousands marks"
        return ""

    def expression(self) -> Expression:
        """expression = any | all | truth."""
        self._nested += 1
        if self._nested > MOST_NESTED:
            self.fail(f"nested deeper than {MOST_NESTED} levels", code="E106")
        start, first = self.start, self.truth()
        result = first
        for op in ("and", "or"):
            if self.at(op):
                result = self.logic(start, op, first)
        self.unmixed()
        self._nested -= 1
        return result

    def unmixed(self) -> None:
        """Refuse another `and` or `or`: a reader should not need to know which of the two binds closer."""
        if self.at("and", "or"):
            help_ = "put parentheses around what belongs together"
            self.fail("`and` and `or` are mixed without parentheses", help=help_, code="E105")

    def logic(self, start: int, op: Either["and", "or"], first: Expression) -> Expression:
        """any = truth ("or" truth)+, all = truth ("and" truth)+."""
        operands = [first]
        while self.operator(op):
            operands.append(self.truth())
        self.unmixed()
        return Logic(op=op, operands=tuple(operands), span=(start, self.end))

    def truth(self) -> Expression:
        """truth = "not" truth | test."""
        starts = []
        while self.at("not"):
            starts.append(self.start)
            self.operator("not")
        tree = self.test()
        for start in reversed(starts):
            tree = Not(operand=tree, span=(start, self.end))
        return tree

    def test(self) -> Expression:
        """test = sum [comparison sum | "in" list | "is" known]."""
        start, left = self.start, self.sum()
        op = self.operator(*COMPARISONS, "in", "is")
        if op is None:
            return left
        if op == "in":
            return Membership(operand=left, options=self.options(), span=(start, self.end))
        if op == "is":
            return Knowledge(operand=left, known=self.known(), span=(start, self.end))
        return Comparison(op=op, left=left, right=self.sum(), span=(start, self.end))

    def known(self) -> bool:
        if not self.at("known", "unknown"):
            self.fail("expected `known` or `unknown` after `is`", help="to compare, write `=`")
        return self.take()[1] == "known"

    def options(self) -> tuple[Literal, ...]:
        """Parse the list after `in`."""
        self.expect("(")
        found = [self.literal()]
        while self.at(","):
            self.take()
            found.append(self.literal())
        self.expect(")")
        return tuple(found)

    def sum(self) -> Expression:
        """sum = product (("+" | "-") product)*."""
        return self.chain(("+", "-"), self.product)

    def product(self) -> Expression:
        """product = factor ("*" factor)*."""
        return self.chain(("*",), self.factor)

    def chain(self, ops: tuple[str, ...], part: Callable[[], Expression]) -> Expression:
        start, tree = self.start, part()
        while op := self.operator(*ops):
            tree = Arithmetic(op=op, left=tree, right=part(), span=(start, self.end))
        return tree

    def factor(self) -> Expression:
        """factor = PERCENT "of" factor | literal | NAME | "(" expression ")" | call."""
        if self.at("("):
            self.take()
            tree = self.expression()
            self.expect(")")
            return tree
        if self.kind == "name" and self.text not in KEYWORDS - {"sum", "count"}:
            return self.name()
        literal = self.literal()
        if not self.at("of"):
            return literal
        if not literal.text.endswith("%"):
            self.fail("`of` takes a percentage before it", help="write it like `1.00% of ...`")
        return self.share(literal)

    def share(self, first: Literal) -> Expression:
        """factor = PERCENT "of" factor, where the factor may be a share itself."""
        percents = [first]
        whole: Expression | None = None
        while whole is None and self.operator("of"):
            if self.is_percent:
                percents.append(self.literal())
            else:
                whole = self.factor()
        if whole is None:
            whole = percents.pop()
        for percent in reversed(percents):
            whole = Share(percent=percent, whole=whole, span=(percent.span[0], self.end))
        return whole

    def name(self) -> Expression:
        """Parse a fact, a term or a call."""
        _, name, start, end = self.take()
        if not self.at("("):
            if name in KEYWORDS:
                self.fail(f"expected `(` after `{name}`")
            return Name(name=name, span=(start, end))
        self.take()
        if name in ("sum", "count"):
            return self.aggregate(name, start)
        arguments = [self.expression()]
        while self.at(","):
            self.take()
            arguments.append(self.expression())
        self.expect(")")
        return Call(function=name, arguments=tuple(arguments), span=(start, self.end))

    def aggregate(self, name: str, start: int) -> Expression:
        """Parse "sum" "(" expression "over" NAME ["where" expression] ")", or a count."""
        body = None
        if name == "sum":
            body = self.expression()
            if not self.at("over"):
                self.fail("`sum` needs `over` and a set", help="write it like `sum(x over pool)`")
            self.take()
        if self.kind != "name" or self.text in KEYWORDS:
            self.fail(f"expected the name of a set here, not {shown(self.kind, self.text)}")
        rows = self.take()[1]
        where = None
        if self.at("where"):
            self.take()
            where = self.expression()
        self.expect(")")
        return Aggregate(body=body, rows=rows, where=where, span=(start, self.end))

    def literal(self) -> Literal:
        """literal = ["-"] (MONEY | PERCENT | NUMBER | COUNT) | DATE | TEXT | "true" | "false"."""
        start = self.start
        minus = "-" if self.at("-") else ""
        if minus:
            self.take()
        kind, text = self.kind, self.text
        if kind in _NUMERIC:
            return self.numeric(minus, start)
        if minus or not (kind in ("date", "text") or self.at("true", "false")):
            self.fail(f"expected a value here, not {shown(kind, text)}", help=help_value(text))
        value, type_ = self.plain(kind, text)
        self.take()
        return Literal(text=text, type=type_, value=value, span=(start, self.end))

    def plain(self, kind: str, text: str) -> tuple[date | str | bool, Type]:
        if kind == "text":
            return text[1:-1], Type.TEXT
        if kind == "name":
            return text == "true", Type.FLAG
        try:
            return date.fromisoformat(text), Type.DATE
        except ValueError:
            self.fail(f"there is no day `{text}`", code="E101")

    def numeric(self, minus: str, start: int) -> Literal:
        kind, text, _, end = self._tokens[self._next]
        if sum(map(str.isdigit, text)) > MOST_DIGITS:
            self.fail(f"a number may have at most {MOST_DIGITS} digits", code="E101")
        self.take()
        digits = Decimal(minus + text.strip("$%"))
        value = EXACT.scaleb(digits, -2) if kind == "percent" else digits
        return Literal(
            text=minus + text,
            type=_NUMERIC[kind],
            value=int(value) if kind == "count" else value,
            span=(start, end),
        )
