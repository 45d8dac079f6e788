"""Types: which go together, and what each operator and function takes and gives."""

from collections.abc import Callable

from checker.lang.syntax import Type

NUMERIC = (Type.MONEY, Type.NUMBER, Type.COUNT)
ORDERED = (*NUMERIC, Type.DATE)

Refusal = tuple[str, str]  # a message, and what to do
Rule = Callable[[str, tuple[Type, ...]], Type | Refusal]


def fits(actual: Type, wanted: Type) -> bool:
    """Tell whether a value may stand where a type is wanted; a count is a number too."""
    return actual is wanted or (actual is Type.COUNT and wanted is Type.NUMBER)


def hint(left: Type, right: Type) -> str:
    """Return what was probably meant where two types do not go together."""
    types = {left, right}
    if types == {Type.DATE}:
        return "write `days_between(a, b)`"
    if Type.DATE in types and Type.COUNT in types:
        return "write `add_days(date, n)`"
    if Type.MONEY in types and types & {Type.NUMBER, Type.COUNT}:
        return "an amount of money is written with a dollar sign, like `$5000.00`"
    return ""


def sum_of(left: Type, right: Type) -> Type | None:
    """Return the type of a sum or difference, None where there is none."""
    if left not in NUMERIC or right not in NUMERIC:
        return None
    if left is right:
        return left
    return None if Type.MONEY in (left, right) else Type.NUMBER


def product_of(left: Type, right: Type) -> Type | None:
    """Return the type of a product, None where there is none: money times money is nothing."""
    if left not in NUMERIC or right not in NUMERIC or left is right is Type.MONEY:
        return None
    if Type.MONEY in (left, right):
        return Type.MONEY
    return left if left is right else Type.NUMBER


def _alike(name: str, types: tuple[Type, ...]) -> Type | Refusal:
    """f(x, x, ...) of one type, which is the result's."""
    different = set(types)
    if different == {Type.COUNT, Type.NUMBER}:
        return Type.NUMBER
    if len(different) > 1 or len(types) == 1:
        return f"`{name}` takes two or more values of one type", ""
    return types[0]


def _extreme(name: str, types: tuple[Type, ...]) -> Type | Refusal:
    result = _alike(name, types)
    return (f"a {result} has no order", "") if isinstance(result, Type) and result not in ORDERED else result


def _taking(result: Type, *wanted: Type) -> Rule:
    def rule(name: str, types: tuple[Type, ...]) -> Type | Refusal:
        if types == wanted:
            return result
        return f"`{name}` does not take these values", f"it is `{name}({', '.join(wanted)})`"

    return rule


def _when(name: str, types: tuple[Type, ...]) -> Type | Refusal:
    """when(condition, x): of x's type."""
    if len(types) == 2 and types[0] is Type.FLAG:  # noqa: PLR2004 (the two are in the docstring)
        return types[1]
    return f"`{name}` does not take these values", f"it is `{name}(flag, value)`"


def _given(_name: str, _types: tuple[Type, ...]) -> Type | Refusal:
    return Type.FLAG


FUNCTIONS: dict[str, Rule] = {
    "least": _extreme,
    "greatest": _extreme,
    "add_months": _taking(Type.DATE, Type.DATE, Type.COUNT),
    "add_days": _taking(Type.DATE, Type.DATE, Type.COUNT),
    "days_between": _taking(Type.COUNT, Type.DATE, Type.DATE),
    "given": _given,
    "first_known": _alike,
    "when": _when,
}
# Functions that only layouts may use, and what a condition cannot do for which it would need them.
ONLY_LAYOUTS = {"first_known": "ask whether a fact is known", "when": "make a fact unknown"}
