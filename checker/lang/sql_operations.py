"""The operators and functions in SQL, each from the SQL of its arguments; what each means, `operations` says."""

from collections.abc import Callable, Sequence

from checker.lang.dialect import Dialect
from checker.lang.operations import MIRROR
from checker.lang.typed import COMPARISONS, Apply, Constant, is_nonnegative
from checker.lang.width import DAYS, Sql, Width, fitting

_FIRST_DAY = "DATE '0001-01-01'"
_DAYS = 3_652_058  # from the first day of the calendar to its last
# What a comparison is, for each sign, once the least that its left side can be stands in this relation to the right.
_DECIDED = {"=": (">", "FALSE"), "<=": (">", "FALSE"), "<": (">=", "FALSE"), "!=": (">", "TRUE"), ">": (">", "TRUE")}
_DECIDED[">="] = (">=", "TRUE")


def _decided(op: str, bound: Sql, other: Sql) -> list[str]:
    if bound.value == bound.least:
        return []
    relation, result = _DECIDED[op]
    return [f"WHEN {bound.least} {relation} {other.value} THEN {result}"]


def _junction(_dialect: Dialect, tree: Apply, inner: list[Sql]) -> Sql:
    """Kleene's `and` and `or` are SQL's."""
    return _plain("(" + f" {tree.op.upper()} ".join(part.value for part in inner) + ")")


def _negation(_dialect: Dialect, _tree: Apply, inner: list[Sql]) -> Sql:
    """Kleene's `not` is SQL's."""
    return _plain(f"(NOT {inner[0].value})")


def _comparison(_dialect: Dialect, tree: Apply, inner: list[Sql]) -> Sql:
    """Compare two values, or a value with the least that another can be."""
    left, right = _alike(inner)
    op = {"!=": "<>"}.get(tree.op, tree.op)
    exact = f"({left.value} {op} {right.value})"
    limbs = [*_decided(tree.op, left, right), *_decided(MIRROR[tree.op], right, left)]
    if not limbs:
        return _plain(exact)
    both = f"WHEN {left.value} IS NOT NULL AND {right.value} IS NOT NULL THEN {exact}"
    return _plain(f"(CASE {' '.join([both, *limbs])} END)")


def _membership(_dialect: Dialect, _tree: Apply, inner: list[Sql]) -> Sql:
    """`in` constants."""
    operand, *options = _alike(inner)
    return _plain(f"({operand.value} IN ({', '.join(option.value for option in options)}))")


def _plus(_dialect: Dialect, _tree: Apply, inner: list[Sql]) -> Sql:
    """Add: the least of a sum is the sum of the least."""
    left, right = _alike(inner)
    width = fitting(left.digits, rows=1)
    sides = (width, width)
    return Sql(
        _joined("+", (left.value, right.value), sides, width),
        _joined("+", (left.least, right.least), sides, width),
        width,
    )


def _minus(_dialect: Dialect, _tree: Apply, inner: list[Sql]) -> Sql:
    """Subtract: no bound is kept."""
    left, right = _alike(inner)
    width = fitting(left.digits, rows=1)
    text = _joined("-", (left.value, right.value), (width, width), width)
    return Sql(text, text, width)


def _times(_dialect: Dialect, tree: Apply, inner: list[Sql]) -> Sql:
    """Multiply: a literal that is not negative keeps a bound, nothing else does."""
    left, right = inner
    whole, places = (sum(digits) for digits in zip(left.digits, right.digits, strict=True))
    width = fitting(Width(whole, places))
    # As many digits on each side as in all: an engine decides by its sides in how many it multiplies.
    sides = [Width(sum(width) - side.digits.places, side.digits.places) for side in inner]
    value = _joined("*", (left.value, right.value), sides, width)
    if not any(isinstance(part, Constant) and is_nonnegative(part) for part in tree.arguments):
        return Sql(value, value, width)
    return Sql(value, _joined("*", (left.least, right.least), sides, width), width)


def _extreme(_dialect: Dialect, tree: Apply, inner: list[Sql]) -> Sql:
    """`least` and `greatest`, which SQL takes of what is known alone, so that it is asked whether all is."""
    found = _alike(inner)
    known = " AND ".join(f"{part.value} IS NOT NULL" for part in found)
    pick = tree.op.upper()
    exact = f"WHEN {known} THEN {pick}({', '.join(part.value for part in found)})"
    if all(part.value == part.least for part in found):
        return _plain(f"(CASE {exact} END)")._replace(width=found[0].width)
    bounded = " AND ".join(f"{part.least} IS NOT NULL" for part in found)
    least = f"{pick}({', '.join(part.least for part in found)})"
    kept = f"WHEN {bounded} AND {least} IN ({', '.join(part.value for part in found)}) THEN {least}"
    value = f"(CASE {exact} {kept if tree.op == 'least' else ''} END)"
    return Sql(value, f"(CASE WHEN {bounded} THEN {least} END)", found[0].width)


def _add_months(dialect: Dialect, _tree: Apply, inner: list[Sql]) -> Sql:
    """Move a day by months, to the month's end at most; what leaves the calendar is unknown."""
    day, months = inner[0].value, _moving(inner[1].value)
    number = f"EXTRACT(YEAR FROM {day}) * 12 + EXTRACT(MONTH FROM {day}) - 1 + {months}"
    return _plain(f"(CASE WHEN {number} BETWEEN 12 AND 119999 THEN {dialect.months(day, months)} END)")


def _add_days(dialect: Dialect, _tree: Apply, inner: list[Sql]) -> Sql:
    """Move a day; what leaves the calendar is unknown."""
    day, days = inner[0].value, _moving(inner[1].value)
    number = f"{dialect.between(_FIRST_DAY, day)} + {days}"
    return _plain(f"(CASE WHEN {number} BETWEEN 0 AND {_DAYS} THEN {dialect.days(day, days)} END)")


def _days_between(dialect: Dialect, _tree: Apply, inner: list[Sql]) -> Sql:
    """Count the days from one day to another."""
    text = f"CAST({dialect.between(inner[0].value, inner[1].value)} AS {DAYS.type})"
    return Sql(text, text, DAYS)


def _given(_dialect: Dialect, _tree: Apply, inner: list[Sql]) -> Sql:
    """True where all is known, else unknown."""
    known = " AND ".join(f"{part.value} IS NOT NULL" for part in inner)
    return _plain(f"(CASE WHEN {known} THEN TRUE END)")


def _first_known(_dialect: Dialect, _tree: Apply, inner: list[Sql]) -> Sql:
    """The first that is known."""
    found = _alike(inner)
    limbs = " ".join(f"WHEN {part.least} IS NOT NULL THEN {part.value}" for part in found)
    least = f"COALESCE({', '.join(part.least for part in found)})"
    bounded = any(part.value != part.least for part in found)
    return Sql(f"(CASE {limbs} END)" if bounded else least, least, found[0].width)


def _when(_dialect: Dialect, _tree: Apply, inner: list[Sql]) -> Sql:
    """A value where a condition holds, else unknown."""
    value, least = (f"(CASE WHEN {inner[0].value} THEN {text} END)" for text in (inner[1].value, inner[1].least))
    return Sql(value, least, inner[1].width)


def _known(_dialect: Dialect, tree: Apply, inner: list[Sql]) -> Sql:
    """Whether anything is known of something, which only a layout asks."""
    return _plain(f"({inner[0].least} IS {'NOT ' if tree.op == 'is known' else ''}NULL)")


def _alike(parts: list[Sql]) -> list[Sql]:
    """Return numbers as decimals of one width; what are no numbers as they are."""
    widths = [part.width for part in parts if part.width is not None]
    if not widths:
        return parts
    width = fitting(Width(max(w.whole for w in widths), max(w.places for w in widths)))
    return [
        part if part.width == width else Sql(_as(part.value, width), _as(part.least, width), width) for part in parts
    ]


def _moving(count: str) -> str:
    """Return a count of days or months as an integer, unknown where it leads out of any calendar."""
    return f"(CASE WHEN {count} BETWEEN -{_DAYS} AND {_DAYS} THEN CAST({count} AS INTEGER) END)"


def _joined(op: str, texts: Sequence[str], sides: Sequence[Width], width: Width) -> str:
    left, right = map(_as, texts, sides)
    return _as(f"{left} {op} {right}", width)


def _as(text: str, width: Width) -> str:
    return f"CAST({text} AS {width.type})"


def _plain(text: str) -> Sql:
    return Sql(text, text)


OPERATIONS: dict[str, Callable[[Dialect, Apply, list[Sql]], Sql]] = {
    **dict.fromkeys(COMPARISONS, _comparison),
    "and": _junction,
    "or": _junction,
    "not": _negation,
    "in": _membership,
    "+": _plus,
    "-": _minus,
    "*": _times,
    "of": _times,
    "least": _extreme,
    "greatest": _extreme,
    "add_months": _add_months,
    "add_days": _add_days,
    "days_between": _days_between,
    "given": _given,
    "first_known": _first_known,
    "when": _when,
    "is known": _known,
    "is unknown": _known,
}
