"""Why an expression is worth what it is: its numbers, its comparisons, and the missing facts the answer hangs on."""

from collections import Counter
from datetime import date

from checker.lang.evaluate import Frame, Program, Row, RowSet, total_key
from checker.lang.exact import AtLeast, Worth, subtract
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type
from checker.lang.typed import COMPARISONS, Apply, Constant, Fact, Fold, Typed, outer_facts_of, parts

_LOGIC = frozenset({"and", "or", "not", "in", "given"}) | COMPARISONS


class Shown(NamedTuple):
    """One number of an expression: a fact, an aggregate, a term or a sum of such, and what it is worth."""

    text: str
    node: Typed
    worth: Worth


class Test(NamedTuple):
    """One test of an expression: a comparison, `in`, `given` or a flag; whether it holds, and by how much.

    `by` is the absolute difference of the two sides: money, a number, a count, or days between dates; None where there
    is no measure. `decides` tells whether the worth of the whole expression rests on it.
    """

    text: str
    node: Typed
    left: Worth
    right: Worth
    holds: bool | None
    by: Worth
    decides: bool


class Why(NamedTuple):
    """What explains one expression; `missing` counts, for each missing fact, the rows without it (0: the subject)."""

    values: tuple[Shown, ...]
    tests: tuple[Test, ...]
    missing: tuple[tuple[str, int], ...]


def explain(program: Program, frame: Frame) -> Why:
    """Return the numbers, tests and missing facts of `program` on `frame`."""
    shown: dict[str, Shown] = {}
    for node in _numbers(program.tree):
        text = program.text(node)
        shown.setdefault(text, Shown(text=text, node=node, worth=program.worth(node, frame)))
    return Why(
        values=tuple(shown.values()),
        tests=tests(program, frame),
        missing=tuple(sorted(missing(program, frame).items())),
    )


def tests(program: Program, frame: Frame) -> tuple[Test, ...]:
    """Return every test of an expression, each once."""
    deciding = {program.text(node) for node in _deciding(program, program.tree, frame)}
    found = {program.text(node): node for node in limbs(program.tree)}
    return tuple(_test(program, node, frame, text in deciding) for text, node in found.items())


def _numbers(node: Typed) -> list[Typed]:
    if isinstance(node, Constant):
        return []
    if isinstance(node, Fact | Fold):
        return [node]
    inner = [number for part in parts(node) for number in _numbers(part)]
    return inner if isinstance(node, Apply) and node.op in _LOGIC else [*inner, node]


def _is_test(node: Typed) -> bool:
    """Tell whether a node that is true or false is not made of others that are."""
    return isinstance(node, Fact) or (isinstance(node, Apply) and node.op not in ("and", "or", "not"))


def limbs(node: Typed) -> list[Typed]:
    """Return the tests that a node is made of: what is true or false and is not made of others that are."""
    if node.type is not Type.FLAG or isinstance(node, Constant):
        return []
    return [node] if _is_test(node) else [found for part in parts(node) for found in limbs(part)]


def _deciding(program: Program, node: Typed, frame: Frame) -> list[Typed]:
    """Return the tests on which the worth of a node rests: of a false `and` the false operands, and so on."""
    if isinstance(node, Constant):
        return []
    if _is_test(node):
        return [node]
    inner = parts(node)
    if isinstance(node, Apply) and node.op in ("and", "or"):
        worth = program.worth(node, frame)
        inner = tuple(part for part in inner if program.worth(part, frame) is worth)
    return [found for part in inner for found in _deciding(program, part, frame)]


def _test(program: Program, node: Typed, frame: Frame, decides: bool) -> Test:  # noqa: FBT001 (passed on)
    holds = program.worth(node, frame)
    sides: list[Worth] = [None, None]
    if isinstance(node, Apply) and node.op in COMPARISONS | {"in"}:
        sides = [program.worth(part, frame) for part in node.arguments[:2]]
    left, right = sides[0], None if isinstance(node, Apply) and node.op == "in" else sides[1]
    by = _by(node, left, right) if isinstance(node, Apply) else None
    return Test(
        text=program.text(node),
        node=node,
        left=left,
        right=right,
        holds=holds if isinstance(holds, bool) else None,
        by=by,
        decides=decides,
    )


def _by(node: Apply, left: Worth, right: Worth) -> Worth:
    if left is None or right is None or isinstance(left, AtLeast) or isinstance(right, AtLeast):
        return None
    kind = node.arguments[0].type
    if kind is Type.DATE:
        return abs((left - right).days) if isinstance(left, date) and isinstance(right, date) else None
    if kind in (Type.TEXT, Type.FLAG):
        return None
    difference = subtract(left, right)  # type: ignore[arg-type] # numeric by type
    return abs(difference) if isinstance(difference, int) else difference.copy_abs()


def missing(program: Program, frame: Frame) -> Counter[str]:
    """Return the facts whose absence leaves the answer open, each with the number of rows that lack it."""
    return _missing(program, program.tree, frame.row, frame)


def _missing(program: Program, node: Typed, row: Row, frame: Frame) -> Counter[str]:
    worth = program.on(node, row, frame)
    if worth is not None and not isinstance(worth, AtLeast):
        return Counter()
    if isinstance(node, Fact):
        return Counter({node.name: 0})
    if isinstance(node, Fold):
        return _missing_rows(program, node, frame)
    found: Counter[str] = Counter()
    for part in parts(node):
        for name, count in _missing(program, part, row, frame).items():
            found[name] = max(found[name], count)
    return found


def _missing_rows(program: Program, node: Fold, frame: Frame) -> Counter[str]:
    rows: RowSet = frame.sets[node.rows]
    found: Counter[str] = Counter(rows.lacking.get(total_key(node)))
    for row in rows.rows:
        if node.where is not None and program.on(node.where, row, frame) is False:
            continue
        lacking = {name for part in parts(node) for name in _missing(program, part, row, frame)}
        found.update(lacking)
    # What belongs to the subject is missing once, however many rows ask for it.
    for name in found.keys() & outer_facts_of(node):
        found[name] = 0
    possible = [r for r in rows.maybe if node.where is None or program.on(node.where, r, frame) is not False]
    if possible:
        found[rows.decided_by] += len(possible)
    return found
