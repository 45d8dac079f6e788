"""Batches against policies: every rule judged on every subject. Pure: no file, clock, database or environment.

What a status means is in `statuses`, `combined` and `owed`; what a rule is judged on is in `judge` and what it calls.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import repeat

from checker.alike import judge_each, stated
from checker.builtin import ALIKE, BUILTIN, given
from checker.faults import Fault, InputError
from checker.lang.evaluate import Frame, Program, Row, RowSet
from checker.lang.syntax import Type
from checker.model import (
    Agreement,
    Batch,
    Condition,
    Each,
    Judged,
    Judgement,
    Line,
    Obligation,
    Permission,
    Policy,
    Status,
    Subject,
)

Key = tuple[str, str, date]  # agreement, section, date: an exercise
Day = tuple[str, date]  # agreement, date
AMOUNTS = (Type.MONEY, Type.NUMBER)
Found = tuple[Status, Mapping[str, Status]]  # of a condition, and of each of its readings where it has several
STATUS = {True: Status.PASS, False: Status.FAIL, None: Status.UNKNOWN}
_NO_READINGS: Mapping[str, Status] = {}
_judgement = partial(tuple.__new__, Judgement)  # of all its parts: a third less than its own way, and there are many


def judge(
    agreements: Mapping[str, Agreement], batches: Iterable[Batch], as_of: date | None = None
) -> tuple[Judged, ...]:
    """Return every batch judged, in the order of their names; all in hand make up the exercises together.

    `as_of` is the day from which obligations are looked at, each batch's own date unless given. Raises InputError where
    it is before a batch's date, two batches have one name, or the batches of one exercise name different tapes.
    """
    ordered = sorted(batches, key=lambda batch: batch.name)
    _check(ordered, as_of)
    rows = {batch.name: _rows(batch) for batch in ordered}
    exercises = _exercises(ordered, rows)
    listed = _listed(ordered)
    return tuple(
        Bench(agreements[batch.agreement], batch, as_of or batch.date, rows[batch.name], exercises, listed).judged()
        for batch in ordered
    )


def in_force(agreement: Agreement, day: date, as_of: date) -> Policy | None:
    """Return the version in force on a day: the latest effective by then of those executed by `as_of`."""
    known = [policy for policy in agreement.versions if policy.effective <= day and policy.executed <= as_of]
    return max(known, key=lambda policy: policy.effective) if known else None


def _rows(batch: Batch) -> dict[int, Row]:
    """Return every fact of each line, by its number: the tape's of its loan, what it attests, its own, its batch's."""
    loans, shared = batch.tape.loans, _shared(batch)
    return {
        line.number: {**loans.get(line.loan, {}), **line.stated, **shared, "loan.loan_id": line.loan}
        for line in batch.lines
    }


def _shared(batch: Batch) -> Row:
    """Return the facts that every line of a batch has."""
    return {**batch.stated, "tape.as_of": batch.tape.as_of}


def _check(batches: Sequence[Batch], as_of: date | None) -> None:
    faults = []
    tapes: dict[Key, Batch] = {}
    for before, batch in zip([None, *batches], batches, strict=False):
        if before is not None and before.name == batch.name:
            faults.append(Fault(code="E605", message=f"two batches have the name `{batch.name}`", place=batch.at))
        if as_of is not None and as_of < batch.date:
            message = f"--as-of {as_of} is before the date of the batch `{batch.name}`, {batch.date}"
            faults.append(Fault(code="E606", message=message, place=batch.at))
        for section in sorted({line.under for line in batch.lines}):
            other = tapes.setdefault((batch.agreement, section, batch.date), batch)
            if _tape(other) != _tape(batch):
                both = f"`{other.name}` and `{batch.name}`"
                message = f"the batches {both} exercise {section} on {batch.date} on different tapes"
                faults.append(Fault(code="E607", message=message, place=batch.at, help="one exercise has one tape"))
    if faults:
        raise InputError(*faults)


def _tape(batch: Batch) -> tuple[str, date, str, str]:
    return batch.tape.sha256, batch.tape.as_of, batch.tape.layout, batch.tape.sheet


def _exercises(batches: Sequence[Batch], rows: Mapping[str, Mapping[int, Row]]) -> dict[Key, RowSet]:
    found: dict[Key, list[Row]] = defaultdict(list)
    for batch in batches:
        own = rows[batch.name]
        for line in batch.lines:
            found[batch.agreement, line.under, batch.date].append(own[line.number])
    return {key: RowSet(rows=members) for key, members in found.items()}


def _listed(batches: Sequence[Batch]) -> dict[Day, Counter[str]]:
    """Return how often each loan is listed for an agreement and date, in every batch in hand."""
    found: dict[Day, Counter[str]] = defaultdict(Counter)
    for batch in batches:
        found[batch.agreement, batch.date].update([line.loan for line in batch.lines])
    return found


class Bench:
    """What one batch is judged with."""

    def __init__(
        self,
        agreement: Agreement,
        batch: Batch,
        as_of: date,
        rows: Mapping[int, Row],
        exercises: Mapping[Key, RowSet],
        listed: Mapping[Day, Mapping[str, int]],
    ) -> None:
        self.agreement = agreement
        self.batch = batch
        self.as_of = as_of
        self.rows = rows
        self.exercises = exercises
        self.policy = in_force(agreement, batch.date, as_of)
        self.given = given(agreement, self.policy, batch, listed[batch.agreement, batch.date])
        self.always = self.policy.always if self.policy else ()
        self.shared = _shared(batch)
        self.pool = {"pool": batch.tape.pool}

    def judged(self) -> Judged:
        """Judge the batch, section by section, then each of its lines."""
        sections: dict[str, list[Line]] = defaultdict(list)
        for line in self.batch.lines:
            sections[line.under].append(line)
        frame = Frame(self.shared, self.pool)
        whole = _judged_on(Each.BATCH, self.always, Subject(batch=self.batch.name), frame)
        judgements, own, wider = [*whole], dict[int, tuple[Judgement, ...]](), {}
        for section, lines in sections.items():
            sets = {**self.pool, "exercise": self.exercises[self.agreement.name, section, self.batch.date]}
            once = self.once(section, sets)
            judgements += once
            wider[section] = (*(found for found in once if isinstance(found.by, Condition)), *whole)
            own.update(zip([line.number for line in lines], self.lines(section, lines, sets), strict=True))
        for line in self.batch.lines:
            judgements += own[line.number]
        return Judged(
            batch=self.batch,
            agreement=self.agreement,
            policy=self.policy,
            as_of=self.as_of,
            judgements=tuple(judgements),
            bearing={line.number: own[line.number] + wider[line.under] for line in self.batch.lines},
            rows=self.rows,
        )

    def permission(self, section: str) -> Permission | None:
        """Return what permits a section, None where it is not in force."""
        return self.policy.permissions.get(section) if self.policy else None

    def conditions(self, section: str) -> tuple[Condition, ...]:
        """Return the conditions of every section, and those of this one."""
        permission = self.permission(section)
        return self.always + permission.conditions if permission else self.always

    def once(self, section: str, sets: Mapping[str, RowSet]) -> list[Judgement]:
        """Judge what is judged once for a section: on the exercise, and on the batch."""
        everywhere = {name: self.shared[name] for name in ("batch.date", "batch.agreement", "tape.as_of")}
        on_exercise, on_batch = Frame(everywhere, sets), Frame(self.shared, sets)
        batch, permission = Subject(batch=self.batch.name), self.permission(section)
        found = _judged_on(Each.EXERCISE, self.conditions(section), Subject(exercise=section), on_exercise)
        if permission:
            found += _judged_on(Each.BATCH, permission.conditions, batch, on_batch)
            found += [owed(obligation, batch, on_batch, self.as_of) for obligation in permission.obligations]
        return found

    def lines(self, section: str, lines: Sequence[Line], sets: Mapping[str, RowSet]) -> Iterable[tuple[Judgement, ...]]:
        """Judge the lines of a section, rule by rule: built-in, of every section, its own. Return them line by line."""
        subjects = [Subject(line.loan, line.number) for line in lines]
        rows = [self.rows[line.number] for line in lines]
        frames = [Frame(row, sets) for row in rows]
        conditions = [condition for condition in self.conditions(section) if condition.each is Each.DISPOSITION]
        judged = [self.builtin(rule, lines, subjects, rows) for rule in BUILTIN]
        judged += [self.condition(condition, subjects, frames, rows) for condition in conditions]
        return zip(*judged, strict=True)

    def builtin(
        self, rule: str, lines: Sequence[Line], subjects: Sequence[Subject], rows: Sequence[Row]
    ) -> list[Judgement]:
        """Judge a built-in rule on each line of a section."""
        states = stated(ALIKE[rule], rows) if rule in ALIKE else None
        found = judge_each(BUILTIN[rule], zip(lines, rows, repeat(self.given)), states)
        name = f"builtin/{rule}"
        return [
            _judgement((name, subject, status, _NO_READINGS, None, None, message, None, None))
            for subject, (status, message) in zip(subjects, found, strict=True)
        ]

    def asked(self, condition: Condition) -> frozenset[str] | None:
        """Return the facts by which a condition tells lines apart; None where it asks for an amount: those differ."""
        names = frozenset().union(*[reading.program.facts for reading in condition.readings]) - self.shared.keys()
        facts = self.agreement.facts
        return None if any(facts[name].type in AMOUNTS for name in names) else names

    def condition(
        self, condition: Condition, subjects: Sequence[Subject], frames: Sequence[Frame], rows: Sequence[Row]
    ) -> list[Judgement]:
        """Judge a condition on each line of a section."""
        names = self.asked(condition) if len(rows) > 1 else None
        states = None if names is None else stated(names, rows)
        found = judge_each(statuses, zip(repeat(condition), frames), states)
        rule = condition.rule
        return [
            _judgement((rule, subject, status, readings, condition, frame, "", None, None))
            for subject, frame, (status, readings) in zip(subjects, frames, found, strict=True)
        ]


def _judged_on(each: Each, conditions: Iterable[Condition], subject: Subject, frame: Frame) -> list[Judgement]:
    """Judge those conditions that are judged on such a subject."""
    return [judged_by(condition, subject, frame) for condition in conditions if condition.each is each]


def judged_by(condition: Condition, subject: Subject, frame: Frame) -> Judgement:
    """Judge one condition on one subject."""
    status, readings = statuses(condition, frame)
    return Judgement(condition.rule, subject, status, readings, condition, frame)


def statuses(condition: Condition, frame: Frame) -> Found:
    """Return the status of a condition, and under each of its readings where it has several."""
    readings = condition.readings
    if len(readings) == 1:
        return STATUS[readings[0].program(frame)], _NO_READINGS  # type: ignore[index] # a flag by type
    found = {reading.name: STATUS[reading.program(frame)] for reading in readings}  # type: ignore[index] # a flag by type
    return found[condition.adopted.reading] if condition.adopted else combined(found.values()), found


def combined(statuses: Iterable[Status]) -> Status:
    """Return what several readings say together: what they agree on, else disputed where one passes and one fails."""
    different = set(statuses)
    if len(different) == 1:
        return different.pop()
    return Status.DISPUTED if {Status.PASS, Status.FAIL} <= different else Status.UNKNOWN


def owed(obligation: Obligation, subject: Subject, frame: Frame, as_of: date) -> Judgement:
    """Judge one obligation: defective, met, late or due, in this order."""
    right = obligation.required(frame) if obligation.required else True
    done, deadline = _done(obligation, frame, as_of), _day(obligation.deadline, frame)
    is_done = obligation.done_on is None or done is not None
    in_time = obligation.deadline is None or (deadline is not None and (done is None or done <= deadline))
    if right is False:
        status = Status.DEFECTIVE
    elif right is True and is_done and in_time:
        status = Status.MET
    elif deadline is not None and as_of > deadline:
        status = Status.LATE
    else:
        status = Status.DUE
    return Judgement(
        rule=obligation.rule,
        subject=subject,
        status=status,
        readings=_NO_READINGS,
        by=obligation,
        frame=frame,
        done=done,
        deadline=deadline,
    )


def _done(obligation: Obligation, frame: Frame, as_of: date) -> date | None:
    """Return when it was done; what is dated after `as_of` has not been done yet."""
    done = _day(obligation.done_on, frame)
    return done if done is not None and done <= as_of else None


def _day(program: Program | None, frame: Frame) -> date | None:
    found = program(frame) if program else None
    return found if isinstance(found, date) else None
