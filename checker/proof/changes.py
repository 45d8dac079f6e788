"""One small change at a time to an expression: what a slip of the pen, or of the mind, could have made of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from checker.lang.exact import EXACT
from checker.lang.named import NamedTuple
from checker.lang.record import replaced
from checker.lang.syntax import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Literal,
    Logic,
    Membership,
    Name,
    Node,
    Not,
    Type,
    Value,
)

_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_NEAR = {"<": ("<=",), "<=": ("<",), ">": (">=",), ">=": (">",), "=": ("<=", ">="), "!=": ()}
_SWAPPED = {"+": "-", "-": "+", "least": "greatest", "greatest": "least"}


class Words(NamedTuple):
    """What may stand for what: the type of each fact and term, the values that a closed text can have, the sets."""

    types: Mapping[str, Type]
    one_of: Sequence[str]
    sets: Sequence[str]


class Change(NamedTuple):
    """One part of an expression that was made another, and the whole expression with it."""

    was: Expression
    becomes: Expression
    whole: Expression


def changes(tree: Expression, words: Words) -> Iterable[Change]:
    """Return every change of one step to an expression, each text once; a loader may refuse some."""
    found: dict[str, Change] = {}
    for change in _every(tree, words):
        found.setdefault(str(change.whole), change)
    return found.values()


def days_beside(day: date) -> list[date]:
    """Return the day before and the day after, as far as the calendar goes."""
    near = (day.toordinal() - 1, day.toordinal() + 1)
    return [date.fromordinal(one) for one in near if date.min.toordinal() <= one <= date.max.toordinal()]


def _every(tree: Expression, words: Words) -> Iterator[Change]:
    if not isinstance(tree, Literal):
        yield from (Change(was=tree, becomes=new, whole=new) for new in _negated(tree))
    yield from _inside(tree, words)


def _inside(tree: Expression, words: Words) -> Iterator[Change]:
    yield from (Change(was=tree, becomes=new, whole=new) for new in _instead(tree, words))
    for field in tree.inside:
        part = getattr(tree, field)
        if isinstance(part, Node):
            one: Expression = part  # type: ignore[assignment] # every node is one of the expressions
            for change in (*_limb(tree, one), *_inside(one, words)):
                yield change._replace(whole=_with(tree, field, change.whole))
        elif isinstance(part, tuple):
            for at, one in enumerate(part):
                for change in (*_limb(tree, one), *_inside(one, words)):
                    operands = (*part[:at], change.whole, *part[at + 1 :])
                    yield change._replace(whole=_with(tree, field, operands))


def _with(tree: Expression, field: str, value: object) -> Expression:
    return replaced(tree, **{field: value})


def _limb(tree: Expression, one: Expression) -> Iterator[Change]:
    """Yield the negations of an operand of `and` and `or`, and of what stands after `where`."""
    if isinstance(tree, Logic) or (isinstance(tree, Aggregate) and one is tree.where):
        yield from (Change(was=one, becomes=new, whole=new) for new in _negated(one))


def _negated(tree: Expression) -> Iterator[Expression]:
    if isinstance(tree, Comparison):
        yield replaced(tree, op=_OPPOSITE[tree.op])
    elif isinstance(tree, Not):
        yield tree.operand
    else:
        yield Not(operand=tree, span=tree.span)


def _instead(tree: Expression, words: Words) -> Iterable[Expression]:
    """Return what may stand in the place of one node."""
    if isinstance(tree, Literal):
        return _literals(tree, words)
    if isinstance(tree, Name):
        own = words.types.get(tree.name)
        return [replaced(tree, name=name) for name, kind in words.types.items() if kind is own and name != tree.name]
    if isinstance(tree, Logic):
        return [replaced(tree, op="or" if tree.op == "and" else "and"), *_without(tree)]
    if isinstance(tree, Comparison):
        return [replaced(tree, op=op) for op in _NEAR[tree.op]]
    if isinstance(tree, Membership):
        less = [tuple(other for other in tree.options if other is not one) for one in tree.options]
        return [replaced(tree, options=options) for options in less if options]
    if isinstance(tree, Arithmetic):
        return [replaced(tree, op=_SWAPPED[tree.op])] if tree.op in _SWAPPED else []
    if isinstance(tree, Aggregate):
        sets = [replaced(tree, rows=rows) for rows in words.sets if rows != tree.rows]
        return sets if tree.where is None else [*sets, replaced(tree, where=None)]
    if isinstance(tree, Call):
        return _calls(tree)
    return []


def _without(tree: Logic) -> list[Expression]:
    """Return an `and` or `or` without each of its operands."""
    less = [tuple(other for other in tree.operands if other is not one) for one in tree.operands]
    return [replaced(tree, operands=operands) if len(operands) > 1 else operands[0] for operands in less]


def _calls(tree: Call) -> list[Expression]:
    if tree.function in _SWAPPED:
        return [replaced(tree, function=_SWAPPED[tree.function])]
    if tree.function == "given" and len(tree.arguments) > 1:
        less = [tuple(other for other in tree.arguments if other is not one) for one in tree.arguments]
        return [replaced(tree, arguments=arguments) for arguments in less]
    return []


def _literals(tree: Literal, words: Words) -> list[Expression]:
    if isinstance(tree.value, bool):
        return [_literal(tree, str(not tree.value).lower(), not tree.value)]
    if isinstance(tree.value, str):
        others = [text for text in words.one_of if text != tree.value] if tree.value in words.one_of else []
        return [_literal(tree, f'"{text}"', text) for text in others or [f"{tree.value}*"]]
    if isinstance(tree.value, date):
        return [_literal(tree, day.isoformat(), day) for day in days_beside(tree.value)]
    return [_number(tree, by) for by in (-1, 1)]


def _number(tree: Literal, by: int) -> Expression:
    """Return a number moved by one in its last digit, money by a cent; a percentage keeps its sign."""
    digits = tree.text.strip("-$%")
    places = len(digits.partition(".")[2])
    if tree.type is Type.MONEY:
        places = max(places, 2)
    if tree.type is Type.COUNT:
        assert isinstance(tree.value, int)
        return _literal(tree, str(tree.value + by), tree.value + by)
    step = Decimal((0, (1,), -places)) * by
    percent = tree.text.endswith("%")
    shown = Decimal(f"{'-' if tree.text.startswith('-') else ''}{digits}")
    moved = EXACT.add(shown, step)
    value = EXACT.scaleb(moved, -2) if percent else moved
    sign = "-" if moved < 0 else ""
    mark = "$" if tree.type is Type.MONEY else ""
    return _literal(tree, f"{sign}{mark}{moved.copy_abs():f}{'%' if percent else ''}", value)


def _literal(tree: Literal, text: str, value: Value) -> Literal:
    return replaced(tree, text=text, value=value)
