"""Batches against policies: every rule judged on every subject. Pure: no file, clock, database or environment.

What a status means is in `judged_by`, `combined` and `owed`; what a rule is judged on is in `judge` and what it calls.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from checker.builtin import BUILTIN, Given
from checker.faults import Fault, InputError
from checker.lang.evaluate import Frame, Program, Row, RowSet
from checker.model import (
    Agreement,
    Batch,
    Condition,
    Each,
    Judged,
    Judgement,
    Line,
    Obligation,
    Policy,
    Status,
    Subject,
)

Key = tuple[str, str, date]  # agreement, section, date: an exercise
STATUS = {True: Status.PASS, False: Status.FAIL, None: Status.UNKNOWN}
_NO_READINGS: Mapping[str, Status] = {}


def judge(
    agreements: Mapping[str, Agreement], batches: Iterable[Batch], as_of: date | None = None
) -> tuple[Judged, ...]:
    """Return every batch judged, in the order of their names; all in hand make up the exercises together.

    `as_of` is the day from which obligations are looked at, each batch's own date unless given. Raises InputError where
    it is before a batch's date, two batches have one name, or the batches of one exercise name different tapes.
    """
    ordered = sorted(batches, key=lambda batch: batch.name)
    _check(ordered, as_of)
    rows = {batch.name: {line.number: row_of(batch, line) for line in batch.lines} for batch in ordered}
    exercises = _exercises(ordered, rows)
    listed = Counter((batch.agreement, batch.date, line.loan) for batch in ordered for line in batch.lines)
    return tuple(
        _Bench(agreements[batch.agreement], batch, as_of or batch.date, rows[batch.name], exercises, listed).judged()
        for batch in ordered
    )


def in_force(agreement: Agreement, day: date, as_of: date) -> Policy | None:
    """Return the version in force on a day: the latest effective by then of those executed by `as_of`."""
    known = [policy for policy in agreement.versions if policy.effective <= day and policy.executed <= as_of]
    return max(known, key=lambda policy: policy.effective) if known else None


def row_of(batch: Batch, line: Line) -> Row:
    """Return every fact of a line: the tape's of its loan, what it attests, its own, and its batch's."""
    return {
        **batch.tape.loans.get(line.loan, {}),
        **line.stated,
        **batch.stated,
        "tape.as_of": batch.tape.as_of,
        "loan.loan_id": line.loan,
    }


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
        for line in batch.lines:
            found[batch.agreement, line.under, batch.date].append(rows[batch.name][line.number])
    return {key: RowSet(rows=members) for key, members in found.items()}


class _Bench:
    """What one batch is judged with."""

    def __init__(
        self,
        agreement: Agreement,
        batch: Batch,
        as_of: date,
        rows: Mapping[int, Row],
        exercises: Mapping[Key, RowSet],
        listed: Counter[tuple[str, date, str]],
    ) -> None:
        self.agreement = agreement
        self.batch = batch
        self.as_of = as_of
        self.rows = rows
        self.exercises = exercises
        self.listed = listed
        self.policy = in_force(agreement, batch.date, as_of)
        self.shared: Row = {**batch.stated, "tape.as_of": batch.tape.as_of}
        self.pool = {"pool": batch.tape.pool}

    def judged(self) -> Judged:
        """Judge the batch, section by section, then each of its lines."""
        sections = {line.under: self.sets(line.under) for line in self.batch.lines}
        wider = {section: self.section(section, sets) for section, sets in sections.items()}
        whole = self.judged_on(
            Each.BATCH, self.always(), Subject(batch=self.batch.name), Frame(row=self.shared, sets=self.pool)
        )
        judgements: list[Judgement] = [*whole, *(found for section in wider.values() for found in section)]
        bearing = {}
        for line in self.batch.lines:
            own = self.line(line, sections[line.under])
            judgements += own
            conditions = [found for found in wider[line.under] if isinstance(found.by, Condition)]
            bearing[line.number] = (*own, *conditions, *whole)
        return Judged(
            batch=self.batch,
            agreement=self.agreement,
            policy=self.policy,
            as_of=self.as_of,
            judgements=tuple(judgements),
            bearing=bearing,
            rows=self.rows,
        )

    def sets(self, section: str) -> Mapping[str, RowSet]:
        """Return the sets that the conditions of a section may aggregate over."""
        return {**self.pool, "exercise": self.exercises[self.agreement.name, section, self.batch.date]}

    def always(self) -> tuple[Condition, ...]:
        """Return the conditions of every section."""
        return self.policy.always if self.policy else ()

    def of_section(self, section: str) -> tuple[Condition, ...]:
        """Return the conditions of one section, none where it is not in force."""
        found = self.policy.permissions.get(section) if self.policy else None
        return found.conditions if found else ()

    def section(self, section: str, sets: Mapping[str, RowSet]) -> list[Judgement]:
        """Judge what is judged once for a section: on the exercise, and on the batch."""
        everywhere = {name: self.shared[name] for name in ("batch.date", "batch.agreement", "tape.as_of")}
        conditions = (*self.always(), *self.of_section(section))
        on_exercise = Frame(row=everywhere, sets=sets)
        on_batch = Frame(row=self.shared, sets=sets)
        batch = Subject(batch=self.batch.name)
        permission = self.policy.permissions.get(section) if self.policy else None
        return [
            *self.judged_on(Each.EXERCISE, conditions, Subject(exercise=section), on_exercise),
            *self.judged_on(Each.BATCH, self.of_section(section), batch, on_batch),
            *(
                owed(obligation, batch, on_batch, self.as_of)
                for obligation in (permission.obligations if permission else ())
            ),
        ]

    def judged_on(self, each: Each, conditions: Iterable[Condition], subject: Subject, frame: Frame) -> list[Judgement]:
        """Judge those conditions that are judged on such a subject."""
        return [judged_by(condition, subject, frame) for condition in conditions if condition.each is each]

    def times(self, line: Line) -> int:
        """Return how often the loan is listed for the agreement and date, in every batch in hand."""
        return self.listed[self.batch.agreement, self.batch.date, line.loan]

    def line(self, line: Line, sets: Mapping[str, RowSet]) -> list[Judgement]:
        """Judge one line: the built-in rules, the conditions of every section, and those of its own."""
        subject = Subject(loan=line.loan, line=line.number)
        row = self.rows[line.number]
        frame = Frame(row=row, sets=sets)
        conditions = (*self.always(), *self.of_section(line.under))
        given = Given(
            agreement=self.agreement,
            policy=self.policy,
            batch=self.batch,
            row=self.rows[line.number],
            times=self.times(line),
        )
        own = [
            Judgement(rule=f"builtin/{rule}", subject=subject, status=status, readings=_NO_READINGS, message=message)
            for rule, (status, message) in ((rule, judge(line, given)) for rule, judge in BUILTIN.items())
        ]
        return [*own, *self.judged_on(Each.DISPOSITION, conditions, subject, frame)]


def judged_by(condition: Condition, subject: Subject, frame: Frame) -> Judgement:
    """Judge one condition on one subject, under each of its readings."""
    if len(condition.readings) == 1:
        status = STATUS[condition.readings[0].program(frame)]  # type: ignore[index] # a flag by type
        return Judgement(
            rule=condition.rule, subject=subject, status=status, readings=_NO_READINGS, by=condition, frame=frame
        )
    found = {reading.name: STATUS[reading.program(frame)] for reading in condition.readings}  # type: ignore[index] # a flag by type
    status = found[condition.adopted.reading] if condition.adopted else combined(found.values())
    return Judgement(rule=condition.rule, subject=subject, status=status, readings=found, by=condition, frame=frame)


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
