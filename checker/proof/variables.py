"""The facts of every small batch as variables of a solver: what each may be, and what it usually is.

Amounts of money count in cents, numbers in parts of ten thousand, days by their ordinals, and texts by a code: those
that the trees name first, and after them any others.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from datetime import date, timedelta
from decimal import Decimal

import z3

from checker.lang.named import NamedTuple
from checker.lang.syntax import Type, Value
from checker.lang.typed import COMPARISONS, Apply, Constant, Fact, Term, Typed, parts
from checker.model import FactDeclared, Policy
from checker.proof.symbolic import FALSE, TRUE, Amount, Formula, Symbol, Truth, every, negated, some, whole
from checker.values import BadValueError, parse_text

OTHER = "Another text"
DATE, IN_POOL, BALANCE = "batch.date", "loan.in_pool", "loan.stated_principal_balance"
NAME, ROLE = "disposition.buyer.name", "disposition.buyer.role"
PLACES = {Type.MONEY: 2, Type.NUMBER: 4}
# Amounts that are read at a glance, in cents: a thousand to a hundred thousand millions, and nothing.
ROUND = (*(10**power for power in range(5, 14)), 0)
MONTHS_AWAY = 12


class Variable(NamedTuple):
    """A fact of one holder: the `batch`, or a `line` or a `loan` by its number."""

    fact: FactDeclared
    holder: str
    number: int
    known: Formula
    value: Formula
    days: tuple[int, int]

    @property
    def symbol(self) -> Symbol:
        """Return what it is worth."""
        if self.fact.type is Type.FLAG:
            return Truth(every(self.known, self.value), every(self.known, negated(self.value)))
        return Amount(self.known, FALSE, self.value, PLACES.get(self.fact.type, 0), self.days)

    @property
    def path(self) -> list[str]:
        """Return the words of its name but the first."""
        return self.fact.name.split(".")[1:]


def variable(fact: FactDeclared, holder: str, number: int, days: tuple[int, int]) -> Variable:
    """Return the variable of a fact; what every batch and tape states is always known."""
    name = f"{holder} {number} {fact.name}"
    value = z3.Bool(name) if fact.type is Type.FLAG else z3.Int(name)
    known = TRUE if fact.group in ("batch", "tape") else z3.Bool(f"{name} is known")
    return Variable(fact=fact, holder=holder, number=number, known=known, value=value, days=days)


class Texts:
    """The texts that trees and a policy name, each with its code; a code beyond them is another text."""

    def __init__(self, policy: Policy, facts: Iterable[FactDeclared], trees: Iterable[Typed], *more: str) -> None:
        """Gather them, in an order that depends on nothing else."""
        self.named: dict[str, list[str]] = {}
        self.finer = ""
        for tree in trees:
            self._gather(tree)
        found = [text for fact in facts for text in fact.one_of]
        found += [text for texts in self.named.values() for text in texts]
        found += [text for party, names in policy.parties.items() for text in (party, *names)]
        self.codes = {text: at for at, text in enumerate(dict.fromkeys([*more, *found]))}
        self.other = len(self.codes)
        self.parties = policy.parties

    def _gather(self, tree: Typed) -> None:
        """Note each text that a tree names, under the fact that it is compared with or none, and too fine an amount."""
        if isinstance(tree, Apply) and tree.op in COMPARISONS:
            finer = [
                part
                for part in tree.arguments
                if isinstance(part, Constant) and _places(part) > PLACES.get(part.type, 0)
            ]
            self.finer = f"`{finer[0].source}` is finer than the amounts that are tried" if finer else self.finer
        said = [part.value for part in parts(tree) if isinstance(part, Constant) and isinstance(part.value, str)]
        facts = [part.name for part in map(_meaning, parts(tree)) if isinstance(part, Fact)]
        name = facts[0] if facts and isinstance(tree, Apply) else ""
        self.named.setdefault(name, []).extend(said)
        for part in parts(tree):
            self._gather(part)

    def code(self, text: str) -> int:
        """Return the code of a text."""
        return self.codes.get(text, self.other)

    def with_more(self, texts: Iterable[str]) -> "Texts":
        """Return these texts and others that somebody names."""
        found = copy(self)
        more = [text for text in dict.fromkeys(texts) if text not in self.codes]
        found.codes = self.codes | {text: code for code, text in enumerate(more, self.other)}
        found.other = len(found.codes)
        return found

    def text(self, code: int, others: dict[int, str]) -> str:
        """Return the text of a code; `others` keeps the names given to texts that nobody names."""
        if code < self.other:
            return next(text for text, each in self.codes.items() if each == code)
        return others.setdefault(code, OTHER if not others else f"{OTHER} {len(others) + 1}")

    def options(self, fact: FactDeclared) -> list[int]:
        """Return the codes that a fact may well have, the most usual first."""
        found = [text for text in (*fact.one_of, *self.named.get(fact.name, ())) if _is_said(text)]
        return [*dict.fromkeys(map(self.code, found)), *([] if fact.one_of else [self.other])]

    def party(self, name: Formula, role: Amount) -> Formula:
        """Return when a name that the policy lists as a party's stands beside that party's role."""
        listed: dict[str, list[Formula]] = {}
        for text in self.codes:
            roles = [party for party, names in self.parties.items() if _folded(text) in map(_folded, names)]
            if roles:
                listed[text] = [every(role.known, role.value == self.code(each)) for each in roles]
        return every(*(some(name != self.code(text), *roles) for text, roles in listed.items()))

    def buyer(self, role: Formula) -> Formula:
        """Return the code of the name that goes with a role."""
        found: Formula = z3.IntVal(self.other)
        for party, names in self.parties.items():
            if names:
                found = z3.If(role == self.code(party), self.code(names[0]), found)
        return found


def _places(of: Constant) -> int:
    return whole(of.value)[1] if isinstance(of.value, Decimal) else 0


def _meaning(tree: Typed) -> Typed:
    return _meaning(tree.body) if isinstance(tree, Term) else tree


def _is_said(text: str) -> bool:
    """Tell whether a batch can say a text at all."""
    try:
        return bool(parse_text(text))
    except BadValueError:
        return False


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def limits(of: Variable, texts: Texts) -> Formula:
    """Return when a variable is within what is declared of its fact."""
    fact, value = of.fact, of.value
    if fact.type is Type.DATE:
        return every(value >= of.days[0], value <= of.days[1])
    if fact.type is Type.TEXT:
        if fact.one_of:
            return some(*(value == texts.code(text) for text in fact.one_of))
        return every(value >= 0, *(value != code for text, code in texts.codes.items() if not _is_said(text)))
    return TRUE if fact.at_least is None else value >= fact.at_least * 10 ** PLACES.get(fact.type, 0)


def usual(of: Variable, day: Formula, role: Formula, texts: Texts, *, preferred: int) -> Formula:
    """Return that a variable is what its fact is in a batch without anything to remark on."""
    fact = of.fact
    if fact.type is Type.FLAG:
        return of.value if fact.name == IN_POOL else negated(of.value)
    if fact.type is Type.DATE:
        return of.value == (preferred if fact.name == DATE else day)
    if fact.type is Type.TEXT:
        return of.value == (texts.buyer(role) if fact.name == NAME else texts.options(fact)[0])
    if fact.type is Type.COUNT:
        return of.value == max(fact.at_least or 0, 1)
    small = fact.type is Type.NUMBER or (fact.group == "loan" and fact.name != BALANCE)
    return of.value == max(fact.at_least or 0, 0 if small else 100_000) * 10 ** PLACES[fact.type]


def plain(of: Variable, now: int, day: int, texts: Texts) -> Iterator[int]:
    """Yield what a variable might be where it cannot be as usual, the plainest first; it is `now` in some solution."""
    if of.fact.type is Type.TEXT:
        yield from (*texts.options(of.fact), *(() if of.fact.one_of else range(texts.other, texts.other + 3)))
    elif of.fact.type is Type.DATE:
        yield from (day - 1, day + 1)
        month = date.fromordinal(day).replace(day=1)
        for _ in range(MONTHS_AWAY):
            yield month.toordinal()
            month = (month - timedelta(days=1)).replace(day=1)
        yield date.fromordinal(now).replace(day=1).toordinal()
    else:
        yield from range(13) if of.fact.type is Type.COUNT else ROUND
        for power in range(len(str(abs(now))), 0, -1):
            down = now - now % 10**power
            yield from (down, down + 10**power)


def said(of: Variable, value: int, texts: Texts, others: dict[int, str]) -> Value:
    """Return the value that a variable stands for."""
    kind = of.fact.type
    if kind in PLACES:
        return Decimal(f"{value}e-{PLACES[kind]}")
    if kind is Type.TEXT:
        return texts.text(value, others)
    return date.fromordinal(value) if kind is Type.DATE else value


def meant(of: Variable, value: Value, texts: Texts) -> Formula:
    """Return that a variable stands for a value."""
    if isinstance(value, bool):
        return of.value if value else negated(of.value)
    if isinstance(value, date):
        return of.value == value.toordinal()
    if isinstance(value, str):
        return of.value == texts.code(value)
    return of.value == int(Decimal(value).scaleb(PLACES.get(of.fact.type, 0)))


def nested(flat: Mapping[str, Value | None]) -> dict[str, object]:
    """Return values by dotted names as nested keys."""
    found: dict[str, object] = {}
    for name, value in flat.items():
        *groups, last = name.split(".")
        inner = found
        for group in groups:
            inner = inner.setdefault(group, {})  # type: ignore[assignment] # no fact is inside another
        inner[last] = value
    return found
