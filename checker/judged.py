"""What was judged of a batch, rule by rule, and the single judgements, which are made when they are first asked for.

Deciding asks for statuses only: most of what a judgement holds, its frame and its sentence, is for explaining it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cached_property

from checker.builtin import Verdict, sentence
from checker.lang.columns import Worths
from checker.lang.evaluate import Frame, Program, Row
from checker.lang.exact import Worth
from checker.lang.frame import NO_FACTS, Column, RowSet, Table
from checker.lang.named import NamedTuple
from checker.model import (
    Agreement,
    Batch,
    Condition,
    Each,
    Judged,
    Judgement,
    Line,
    Permission,
    Policy,
    Status,
    Subject,
)

STATUS: dict[Worth, Status] = {True: Status.PASS, False: Status.FAIL, None: Status.UNKNOWN}
NO_READINGS: Mapping[str, Status] = {}
LOAN_ID = "loan.loan_id"


class Told(Table):
    """Every fact of some lines: the tape's of its loan, what it attests, its own, those that all of its batch share."""

    __slots__ = ("_own",)

    def __init__(self, lines: Sequence[Line], loans: Mapping[str, Row | None], shared: Row) -> None:
        """Join each line with the row of its loan; `loans` has None where there is none."""
        super().__init__(len(lines), shared=shared)
        self._own = [{**(loans[line.loan] or NO_FACTS), **line.stated, LOAN_ID: line.loan} for line in lines]

    def read(self, name: str) -> Column:
        """Read what each line says of a fact."""
        if name in self.shared:
            return [self.shared[name]] * len(self)
        return [row.get(name) for row in self._own]

    def make(self) -> list[Row]:
        """Make the row of each line."""
        return [{**row, **self.shared} for row in self._own]


class Asked(NamedTuple):
    """What is asked under a section: the conditions of every section and its own, by what they are judged on.

    `programs` are those of the conditions on lines; `own` tells whether the section itself asks something.
    """

    always: tuple[Condition, ...]
    permission: Permission | None
    on_lines: Sequence[Condition]
    programs: Sequence[Program]
    on_exercise: Sequence[Condition]
    on_batch: Sequence[Condition]
    own: bool


def asked(always: tuple[Condition, ...], permission: Permission | None, section: str) -> Asked:
    """Return what is asked under a section; it is kept with the last expression of its conditions."""
    if permission is None or not permission.conditions:
        return _asked(always, permission, section)
    program = permission.conditions[-1].readings[-1].program
    if program.kept is None or program.kept.always is not always or program.kept.permission is not permission:
        program.kept = _asked(always, permission, section)
    return program.kept  # type: ignore[no-any-return] # nothing else is kept there


def _asked(always: tuple[Condition, ...], permission: Permission | None, section: str) -> Asked:
    own = permission.conditions if permission else ()
    on_lines = [each for each in always + own if each.each is Each.DISPOSITION]
    return Asked(
        always,
        permission,
        on_lines,
        [reading.program for each in on_lines for reading in each.readings],
        [each for each in always + own if each.each is Each.EXERCISE],
        [each for each in own if each.each is Each.BATCH],
        any(each.rule.startswith(f"{section}/") for each in always + own),
    )


class Standing(NamedTuple):
    """What decides the lines of a section: the status of each rule on each of them, the statuses of what bears on all
    of them (`wider`), and whether the section itself asks something (`asked`).
    """

    lines: Sequence[Line]
    statuses: Sequence[Sequence[Status]]
    wider: AbstractSet[Status]
    asked: bool


class OfRule(NamedTuple):
    """A built-in rule judged on some lines: of each its state, and of each state the verdict."""

    rule: str
    states: Sequence[object]
    verdicts: Mapping[object, Verdict]

    def statuses(self) -> list[Status]:
        """Return the status of each line."""
        found = {state: status for state, (status, _) in self.verdicts.items()}
        return list(map(found.__getitem__, self.states))


class OfSection(NamedTuple):
    """What was judged of one section.

    `builtin` are the built-in rules, on the lines from `start` on; of each condition on lines, as they are `asked`,
    there are the `statuses` and what each reading is worth, line by line; `once` are the judgements on the exercise and
    batch. `owed` judges its obligations; nothing is decided by those.
    """

    name: str
    lines: Sequence[Line]
    table: Table
    sets: Mapping[str, RowSet]
    builtin: Sequence[OfRule]
    start: int
    asked: Asked
    worths: Sequence[Sequence[Worths]]
    statuses: Sequence[Sequence[Status]]
    once: Sequence[Judgement]
    owed: Callable[[], Sequence[Judgement]]

    @property
    def rules(self) -> list[str]:
        """Return the name of each rule that is judged on its lines: the built-in ones, then its conditions."""
        return [*(f"builtin/{one.rule}" for one in self.builtin), *(each.rule for each in self.asked.on_lines)]

    def standing(self, builtin: Sequence[Sequence[Status]], whole: Sequence[Judgement]) -> Standing:
        """Return what decides its lines; `builtin` are the statuses of the built-in rules."""
        here = slice(self.start, self.start + len(self.lines))
        statuses = [*[one[here] for one in builtin], *self.statuses]
        return Standing(self.lines, statuses, {found.status for found in (*self.once, *whole)}, self.asked.own)

    def judgements(self) -> Iterator[tuple[Judgement, ...]]:
        """Yield the judgements on each line."""
        subjects = [Subject(line.loan, line.number) for line in self.lines]
        frames = [Frame(row, self.sets) for row in self.table]
        found = [_builtin(one, subjects, self.start) for one in self.builtin]
        every = zip(self.asked.on_lines, self.worths, self.statuses, strict=True)
        found += [_condition(one, subjects, frames, worths, statuses) for one, worths, statuses in every]
        return zip(*found, strict=True)


def _builtin(one: OfRule, subjects: Sequence[Subject], start: int) -> list[Judgement]:
    rule, name = one.rule, f"builtin/{one.rule}"
    verdicts = [one.verdicts[state] for state in one.states[start : start + len(subjects)]]
    return [
        Judgement(name, subject, status, NO_READINGS, None, None, sentence(rule, subject.loan, said))
        for subject, (status, said) in zip(subjects, verdicts, strict=True)
    ]


def _condition(
    condition: Condition,
    subjects: Sequence[Subject],
    frames: Sequence[Frame],
    worths: Sequence[Worths],
    statuses: Sequence[Status],
) -> list[Judgement]:
    names = [reading.name for reading in condition.readings]
    said = [dict(zip(names, map(STATUS.__getitem__, found), strict=True)) for found in zip(*worths, strict=True)]
    readings = said if len(names) > 1 else [NO_READINGS] * len(said)
    every = zip(subjects, statuses, readings, frames, strict=True)
    return [
        Judgement(condition.rule, subject, status, readings, condition, frame)
        for subject, status, readings, frame in every
    ]


class OfBatch(Judged):
    """What was judged of a batch: `whole`, on itself, whatever the section, and its sections as they come in it."""

    _whole: Sequence[Judgement]
    _sections: Sequence[OfSection]

    def __init__(
        self,
        batch: Batch,
        agreement: Agreement,
        policy: Policy | None,
        as_of: date,
        whole: Sequence[Judgement],
        sections: Sequence[OfSection],
    ) -> None:
        """Keep what was judged; the single judgements are made when they are first asked for."""
        super().__init__(batch=batch, agreement=agreement, policy=policy, as_of=as_of, _whole=whole, _sections=sections)

    @cached_property
    def standings(self) -> Sequence[Standing]:
        """What decides the lines of each section."""
        builtin: list[list[Status]] = []
        found = []
        for section in self._sections:
            builtin = builtin or [one.statuses() for one in section.builtin]
            found.append(section.standing(builtin, self._whole))
        return found

    @cached_property
    def judgements(self) -> tuple[Judgement, ...]:  # type: ignore[override] # neither is ever changed
        """Every judgement: on the batch, on each section, on each line."""
        once = (found for section in self._sections for found in (*section.once, *section.owed()))
        each = (found for line in self.batch.lines for found in self._on_lines[line.number])
        return (*self._whole, *once, *each)

    @cached_property
    def bearing(self) -> Mapping[int, tuple[Judgement, ...]]:  # type: ignore[override] # neither is ever changed
        """The judgements that bear on each line."""
        wider = {section.name: (*section.once, *self._whole) for section in self._sections}
        return {line.number: self._on_lines[line.number] + wider[line.under] for line in self.batch.lines}

    @cached_property
    def rows(self) -> Mapping[int, Row]:  # type: ignore[override] # neither is ever changed
        """Every fact of each line."""
        found = {line.number: row for one in self._sections for line, row in zip(one.lines, one.table, strict=True)}
        return {line.number: found[line.number] for line in self.batch.lines}

    @cached_property
    def _on_lines(self) -> Mapping[int, tuple[Judgement, ...]]:
        judged = ((section.lines, section.judgements()) for section in self._sections)
        return {line.number: own for lines, every in judged for line, own in zip(lines, every, strict=True)}
