"""Random expressions as people write them, and random subjects with their rows: all from one `random.Random`.

Values are few and near one another, so that sums meet limits exactly, with the widest that fit, days at the ends of
months and of the calendar, and text that a dialect could read as something else.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from engines import Subject
from strategies import FACTS, GROUPS, NUMERIC, ORDERED, SCOPE, SETS
from tables import query

from checker.lang.check import Declared, Scope, check
from checker.lang.evaluate import Row
from checker.lang.parse import parse
from checker.lang.sql import DUCKDB, WIDTHS, TooWideError
from checker.lang.syntax import Type, Value
from checker.lang.typed import Typed

CENTS = ("0.00", "0.01", "0.99", "1.00", "1.00", "2.00", "2.50", "100.00", "99.99")
WIDEST = ("1000000000000000.00", "9999999999999999.99", "999999999999999.98")
PARTS = ("0", "0.5", "0.01", "1", "2.5", "33.33333333", "0.00000001", "999.99999999")
WHOLE = (0, 1, 2, 3, 5, 12, 31, 119_999, 3_652_058, 10**18 - 1)
_MONTH_ENDS = ("01-01", "01-29", "01-30", "01-31", "02-28", "03-01", "03-31", "04-30", "11-30", "12-31")
DAYS = (
    *[
        date.fromisoformat(f"{year}-{day}")
        for year in ("0001", "1582", "1900", "2003", "2004", "9999")
        for day in _MONTH_ENDS
    ],
    *[date(year, 2, 29) for year in (4, 1600, 2000, 2004, 9996)],
)
TEXTS = (
    *(
        "a",
        "A",
        "a ",
        " a",
        "",
        "it's",
        "''",
        "back\\slash",
        "\\",
        "\\'",
        "\\n",
        "\\u0061",
        "100%",
        "_",
        "%",
        "é",
        "e\u0301",
    ),
    *("${a}", "$1", "§ 3.13(g)", "名前", "\U0001f600", "-- a", "/* a", "?", ":a", "{a}", "tab\t"),
)
TERMS = {
    "two": "2",
    "half": "loan.amount * 0.5",
    "whole": "sum(loan.amount over pool)",
    "due": "add_months(loan.day, 1)",
    "agrees": "loan.agreed and loan.amount > $1.00",
}
TERM_TYPES = {"two": Type.COUNT, "half": Type.MONEY, "whole": Type.MONEY, "due": Type.DATE, "agrees": Type.FLAG}
ASKING: Scope = SCOPE._replace(terms={name: parse(text) for name, text in TERMS.items()}, asks=True)

_ORDER = ("<", "<=", ">", ">=", "=", "!=")
_PAIRS = [*[(kind, kind) for kind in ORDERED] * 2, (Type.NUMBER, Type.COUNT), (Type.COUNT, Type.NUMBER)]
_BOUNDED = ["sum(loan.amount over {set})", "sum(loan.amount over {set} where {flag})", "sum(loan.units over {set})"]
_SUMMED = [f"sum({{{kind}}} over {{set}}{where})" for kind in NUMERIC for where in ("", " where {flag}")]
_COUNTED = ["count({set})", "count({set} where {flag})"]


def _alike(form: str, kinds: Sequence[Type]) -> list[str]:
    return [form.replace("X", f"{{{kind}}}").replace("K", kind) for kind in kinds]


# What an expression of a type may be made of: `{money}` is an expression of that type, `{a money}` a constant.
FORMS: dict[Type, list[str]] = {
    Type.MONEY: [
        *("{money} + {money}", "{money} - {money}", "{money} * {number}", "{count} * {money}"),
        *("{percent} of {money}", "{a number} * {money}", "{money} * {a count}", "least({money}, {money})"),
        *("greatest({money}, {money})", "least({money}, {a money}, {money})", "when({flag}, {money})"),
        *("first_known({money}, {money})", *_SUMMED[:2] * 2, *_BOUNDED[:2] * 4),
    ],
    Type.NUMBER: [
        *("{number} + {count}", "{count} - {number}", "{number} * {number}", "{a number} * {count}"),
        *("{percent} of {number}", "{percent} of {count}", "least({number}, {count})", "greatest({number}, {number})"),
        *("when({flag}, {number})", "first_known({number}, {number})", *_SUMMED[2:4] * 4),
    ],
    Type.COUNT: [
        *("{count} + {count}", "{count} - {count}", "{count} * {count}", "{a count} * {count}"),
        *("days_between({date}, {date})", "least({count}, {count})", "greatest({count}, {a count})"),
        *("when({flag}, {count})", "first_known({count}, {count})", *_SUMMED[4:], *_COUNTED * 2, *_BOUNDED[2:] * 4),
    ],
    Type.DATE: [
        *("add_months({date}, {count})", "add_days({date}, {count})", "least({date}, {date})"),
        *("greatest({date}, {date}, {date})", "when({flag}, {date})", "first_known({date}, {date})"),
    ],
    Type.TEXT: ["when({flag}, {text})", "first_known({text}, {text})"],
    Type.FLAG: [
        *["not {flag}", "{flag} and {flag}", "{flag} or {flag}", "{flag} and {flag} and {flag}"] * 3,
        *[f"{{{left}}} {op} {{{right}}}" for left, right in _PAIRS for op in _ORDER],
        *[f"{_BOUNDED[0]} {op} {{a money}}" for op in _ORDER], *[f"{{a count}} {op} {_COUNTED[1]}" for op in _ORDER],
        *_alike("X = X", (Type.TEXT, Type.FLAG)), *_alike("X != X", (Type.TEXT, Type.FLAG)),
        *_alike("X in ({a K}, {a K})", tuple(Type)), *_alike("X is known", tuple(Type)),
        *_alike("X is unknown", tuple(Type)), *_alike("given(X, {flag})", tuple(Type)),
    ],
}  # fmt: skip


def value(chance: Random, declared: Declared, *, widest: bool = False) -> Value:
    """Return what a fact may be worth, or as much as it can be at the most."""
    sign = "" if declared.nonnegative or chance.random() < 0.7 else "-"
    if widest and declared.type in NUMERIC:
        most = Decimal("9" * sum(WIDTHS[declared.type])).scaleb(-WIDTHS[declared.type].places)
        return (int if declared.type is Type.COUNT else Decimal)(most.copy_negate() if sign else most)
    if declared.type is Type.COUNT:
        return int(f"{sign}{chance.choice(WHOLE[:6] if chance.random() < 0.8 else WHOLE)}")
    if declared.type in NUMERIC:
        near, far = (CENTS, WIDEST) if declared.type is Type.MONEY else (PARTS[:5], PARTS)
        return Decimal(f"{sign}{chance.choice(near if chance.random() < 0.9 else far)}")
    if declared.type is Type.DATE:
        return day(chance)
    return chance.choice(('say "a"', "two\nlines", *TEXTS)) if declared.type is Type.TEXT else chance.random() < 0.5


def day(chance: Random) -> date:
    """Return a day at an end of a month or of the calendar, or one near the others."""
    if chance.random() < 0.5:
        return chance.choice(DAYS)
    return date(2003, 12, 29) + timedelta(days=chance.randrange(400))


def subjects(chance: Random, count: int, *, widest: bool = False) -> list[Subject]:
    """Return subjects, some of which nearly everything is known, some of which little is."""
    return [_subject(chance, chance.choice((0.0, 0.03, 0.1, 0.3)), widest=widest) for _ in range(count)]


def _subject(chance: Random, unknown: float, *, widest: bool) -> Subject:
    def row(groups: frozenset[str]) -> Row:
        own = {name: declared for name, declared in FACTS.items() if name.partition(".")[0] in groups}
        return {name: None if chance.random() < unknown else value(chance, d, widest=widest) for name, d in own.items()}

    def member(name: str) -> bool | None:
        if name != "pool":
            return True
        return None if chance.random() < unknown else chance.random() < 0.85

    sets = {
        name: [(member(name), row(groups)) for _ in range(chance.choice((0, 1, 2, 3, 3, 4)))]
        for name, groups in SETS.items()
    }
    return Subject(row=row(GROUPS), sets=sets)


class Writer:
    """Writes well-typed expressions; inside an aggregate over the set that `rows` names, if any."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def expression(self, kind: Type, depth: int, rows: str | None = None) -> str:
        """Return an expression of a type, at most so deep."""
        forms = [form for form in FORMS[kind] if rows is None or "{set}" not in form]
        if depth == 0 or self.chance.random() < 0.15:
            return self.literal(kind) if self.chance.random() < 0.3 else self._name(kind, rows)
        return self.filled(self.chance.choice(forms), depth - 1, rows)

    def filled(self, form: str, depth: int, rows: str | None = None) -> str:
        """Return a form with something in each of its places; what is inside an aggregate is kept short."""
        own = self.chance.choice(tuple(SETS)) if "{set}" in form else None

        def found(place: re.Match[str]) -> str:
            word = place[1]
            if word in ("set", "percent"):
                return str(own) if word == "set" else self._percent()
            if word.startswith("a "):
                return self.literal(Type(word[2:]))
            return f"({self.expression(Type(word), min(depth, 2) if own else depth, own or rows)})"

        return re.sub(r"{([a-z ]+)}", found, form)

    def literal(self, kind: Type) -> str:
        """Return a constant."""
        chance, sign = self.chance, self.chance.choice(("", "", "", "-"))
        if kind is Type.MONEY:
            return f"{sign}${chance.choice(CENTS if chance.random() < 0.9 else WIDEST)}"
        if kind is Type.NUMBER:
            return self._percent() if chance.random() < 0.4 else f"{sign}{chance.choice(('0.5', '0.01', '2.5', '1.0'))}"
        if kind is Type.COUNT:
            return f"{sign}{chance.choice(WHOLE[:6] if chance.random() < 0.9 else WHOLE)}"
        if kind is Type.DATE:
            return day(chance).isoformat()
        return f'"{chance.choice(TEXTS)}"' if kind is Type.TEXT else chance.choice(("true", "false"))

    def _percent(self) -> str:
        return self.chance.choice(("", "", "-")) + self.chance.choice(("0%", "1.00%", "33.333%", "250%", "100%"))

    def _name(self, kind: Type, rows: str | None) -> str:
        groups = GROUPS if rows is None else SETS[rows] | {"batch"}
        names = [name for name, declared in FACTS.items() if declared.type is kind and name.partition(".")[0] in groups]
        terms = [name for name, of in TERM_TYPES.items() if of is kind and (rows is None or name != "whole")]
        return self.chance.choice(terms if terms and self.chance.random() < 0.1 else names)


def tree_of(text: str) -> Typed:
    """Return the typed tree of an expression over the facts and terms of the random subjects."""
    tree = check(parse(text), ASKING)
    assert not isinstance(tree, tuple), (text, tree)
    return tree


def trees(seed: int, count: int, *, depth: int = 3) -> list[Typed]:
    """Return random expressions that SQL can hold, half of them flags."""
    writer = Writer(Random(seed))  # noqa: S311 (chance, not secrets)
    kinds = [kind for other in Type for kind in (other, Type.FLAG)]
    return _held((writer.expression(kind, depth) for kind in itertools.cycle(kinds)), count)


def sums(seed: int, count: int) -> list[Typed]:
    """Return random sums and counts that SQL can hold, most of them of some rows of their set."""
    writer = Writer(Random(seed))  # noqa: S311 (chance, not secrets)
    return _held((writer.filled(form, 2) for form in itertools.cycle([*_SUMMED, *_COUNTED, *_BOUNDED])), count)


def _held(texts: Iterable[str], count: int) -> list[Typed]:
    return list(itertools.islice((tree for tree in map(tree_of, texts) if _is_held(tree)), count))


def _is_held(tree: Typed) -> bool:
    try:
        query(DUCKDB, [tree])
    except TooWideError:
        return False
    return True
