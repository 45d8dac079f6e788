"""Of all the solutions of some formulas, one as wished: wishes are granted in their order, as many as can be.

A search has a context of its own and fixed seeds, and its limit is of the solver's own steps: what it finds depends on
nothing but what it is asked.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import z3

Formula = Any  # a term of the solver, which has no types
FIRST, NEXT = 40_000_000, 2_000_000  # the most steps of the first answer, and of each later one
TRIES = 3  # after as many later answers that are not found within the limit, no more wish is granted


class Search:
    """The solutions of some formulas; `model` is one of them, once `answer` has said that there are any."""

    def __init__(self, formulas: Iterable[Formula]) -> None:
        """Take the formulas over into a context in which nothing else was ever done."""
        self.context = z3.Context()
        self.solver = z3.SimpleSolver(ctx=self.context)
        self.solver.set("random_seed", 0)
        self.solver.set("core.minimize", True)  # noqa: FBT003 (the solver's own)
        self.marks = 0
        self.tries = TRIES
        self.model: Any = None
        self.add(*formulas)

    def add(self, *formulas: Formula) -> None:
        """Keep only the solutions of these formulas, too."""
        self.solver.add(*(formula.translate(self.context) for formula in formulas))

    def answer(self) -> bool | None:
        """Tell whether there is a solution; None where the limit was reached first."""
        return self._check(FIRST, [])

    def can(self, formula: Formula) -> bool:
        """Keep only the solutions of a formula, if there are any; else change nothing."""
        mark = self._mark(formula)
        if not self._check(NEXT, [mark]):
            return False
        self.solver.add(mark)
        return True

    def is_open(self, formula: Formula) -> bool:
        """Tell whether some solution satisfies a formula, and keep them all."""
        return bool(self._check(NEXT, [self._mark(formula)]))

    def grant(self, wishes: Sequence[Formula]) -> list[bool]:
        """Grant as many wishes as can be, an earlier one rather than a later one, and tell which."""
        marks = [self._mark(wish) for wish in wishes]
        place = {mark.get_id(): at for at, mark in enumerate(marks)}
        left = dict(enumerate(marks))
        while left and not self._check(NEXT, list(left.values())):
            core = [place[mark.get_id()] for mark in self.solver.unsat_core()]
            del left[max(core, default=max(left))]
        self.solver.add(*left.values())
        return [at in left or self.can(wish) for at, wish in enumerate(wishes)]

    def value(self, term: Formula) -> Any:
        """Return what a whole number or a flag is in the solution in hand."""
        found = self.model.eval(term.translate(self.context), model_completion=True)
        return found.as_long() if z3.is_int_value(found) else z3.is_true(found)

    def _mark(self, formula: Formula) -> Formula:
        self.marks += 1
        mark = z3.Bool(f"mark {self.marks}", self.context)
        self.solver.add(z3.Implies(mark, formula.translate(self.context)))
        return mark

    def _check(self, most: int, marks: Sequence[Formula]) -> bool | None:
        if not self.tries:
            return None
        self.solver.set("rlimit", most)
        found = self.solver.check(*marks)
        if found == z3.unknown:
            self.tries -= 1
            return None
        if found == z3.sat:
            self.model = self.solver.model()
        return bool(found == z3.sat)


def names_of(formulas: Iterable[Formula]) -> set[str]:
    """Return the names of the variables in formulas."""
    left, seen, found = list(formulas), set(), set()
    while left:
        formula = left.pop()
        if formula.get_id() not in seen:
            seen.add(formula.get_id())
            found |= {str(formula.decl().name())} if z3.is_const(formula) else set()
            left += formula.children()
    return found
