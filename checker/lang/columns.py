"""Expressions on many subjects at once: part by part, each on all of them, by the functions that judge one subject.

What several expressions have in common is found once. The steps are prepared once and kept with the expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from checker.lang.evaluate import Program, operands, spelled
from checker.lang.exact import Worth
from checker.lang.frame import NO_FACTS, Frame, RowSet, Table
from checker.lang.operations import DEAR, JUNCTIONS, OPERATIONS, Made
from checker.lang.typed import Apply, Constant, Fact, Fold, Term, Typed, outer_facts_of, parts

Worths = Sequence[Worth]  # one a subject
Sets = Mapping[str, RowSet]
# What finds the worths of a part from those before it, and the subjects; or what makes one of one or two others, and
# where those are.
Whole = Callable[[list[Worths], Table, Sets], Worths]
Step = tuple[Whole | None, Made, int, int]
FEW = 3  # of fewer subjects each is judged by itself, which is faster
_NOWHERE = -1


def across(programs: Sequence[Program], table: Table, sets: Sets) -> list[Worths]:
    """Return what each expression is worth on each row of a table."""
    if len(table) < FEW:
        frames = [Frame(row, sets) for row in table]
        return [[program(frame) for frame in frames] for program in programs]
    if not programs:
        return []
    steps: Steps | None = programs[-1].steps
    if steps is None or steps.programs != programs or not steps.common <= table.shared.keys():
        steps = programs[-1].steps = Steps(programs, table.shared.keys())
    return steps.found(table, sets)


class Steps:
    """The parts of some expressions as they are found: facts, constants, then what is made of them."""

    __slots__ = ("_at", "common", "constants", "facts", "once", "programs", "results", "steps")

    def __init__(self, programs: Sequence[Program], shared: AbstractSet[str]) -> None:
        """Give every part its place, by its text; what reads nothing but `shared` facts is asked once."""
        self.programs = programs
        self.once = [program for program in programs if program.facts <= shared]
        self.common = frozenset().union(*[program.facts for program in self.once])
        each = [program for program in programs if program not in self.once]
        leaves = [leaf for program in each for leaf in _leaves(program.tree)]
        self.facts = list(dict.fromkeys(leaf.name for leaf in leaves if isinstance(leaf, Fact)))
        constants = {spelled(leaf): leaf.value for leaf in leaves if isinstance(leaf, Constant)}
        self.constants = list(constants.values())
        of_once = [f"{number} of once" for number in range(len(self.once))]
        self._at = {text: at for at, text in enumerate([*self.facts, *constants, *of_once])}
        self.steps: list[Step] = []
        places = {program: self._at[text] for program, text in zip(self.once, of_once, strict=True)}
        self.results = [places[one] if one in places else self._place(one, one.tree) for one in programs]

    def found(self, table: Table, sets: Sets) -> list[Worths]:
        """Return what each expression is worth on each row."""
        count, frame = len(table), Frame(table.shared, sets)
        cells: list[Worths] = [
            *map(table.column, self.facts),
            *[[value] * count for value in self.constants],
            *[[program(frame)] * count for program in self.once],
        ]
        for whole, made, left, right in self.steps:
            if whole is not None:
                cells.append(whole(cells, table, sets))
            elif right == _NOWHERE:
                cells.append(list(map(made, cells[left])))
            else:
                cells.append(list(map(made, cells[left], cells[right])))
        return [cells[at] for at in self.results]

    def _place(self, program: Program, node: Typed) -> int:
        """Return where the worths of a node are found, after those of its parts."""
        if isinstance(node, Term):
            return self._place(program, node.body)
        text = node.name if isinstance(node, Fact) else spelled(node)
        if text not in self._at:
            if isinstance(node, Fold):
                self._add(text, (_folded(program, node), _first, _NOWHERE, _NOWHERE))
            elif isinstance(node, Apply):
                self._apply(text, node, [self._place(program, part) for part in operands(node)])
        return self._at[text]

    def _add(self, text: str, step: Step) -> None:
        self._at[text] = len(self._at)
        self.steps.append(step)

    def _apply(self, text: str, node: Apply, at: list[int]) -> None:
        if node.op in JUNCTIONS:
            made, before = JUNCTIONS[node.op], at[0]
            for number, operand in enumerate(at[1:], 2):
                own = text if number == len(at) else f"{text}, {number} of them"
                self._add(own, (None, made, before, operand))
                before = self._at[own]
            return
        made = OPERATIONS[node.op](node)
        if len(at) > 2:  # noqa: PLR2004 (one or two are steps)
            self._add(text, (_several(made, at), made, _NOWHERE, _NOWHERE))
        elif node.op in DEAR:
            self._add(text, (_once(made, *at), made, _NOWHERE, _NOWHERE))
        else:
            self._add(text, (None, made, at[0], at[1] if len(at) > 1 else _NOWHERE))


def _leaves(node: Typed) -> list[Fact | Constant]:
    """Return the facts and constants of a tree that stand outside its aggregates, and are asked what they are worth."""
    if isinstance(node, Fact | Constant):
        return [node]
    inner = () if isinstance(node, Fold) else operands(node) if isinstance(node, Apply) else parts(node)
    return [leaf for part in inner for leaf in _leaves(part)]


def _several(made: Made, at: list[int]) -> Whole:
    """Return what finds of each subject what is made of several parts."""
    return lambda cells, _table, _sets: list(map(made, *[cells[one] for one in at]))


def _once(made: Made, left: int, right: int) -> Whole:
    """Return what finds of each subject what is made of two parts: of those that are the same once."""

    def whole(cells: list[Worths], _table: Table, _sets: Sets) -> Worths:
        pairs = list(zip(cells[left], cells[right], strict=True))
        found = {pair: made(*pair) for pair in set(pairs)}
        return list(map(found.__getitem__, pairs))

    return whole


def _folded(program: Program, node: Fold) -> Whole:
    """Return what finds an aggregate on each subject: the same on all, unless it depends on their facts."""
    depends = bool(outer_facts_of(node))

    def whole(_cells: list[Worths], table: Table, sets: Sets) -> Worths:
        if depends:
            return [program.worth(node, Frame(row, sets)) for row in table]
        return [program.worth(node, Frame(NO_FACTS, sets))] * len(table)

    return whole


def _first(worth: Worth) -> Worth:
    return worth
