"""Batches against policies: every rule judged on every subject. Pure: no file, clock, database or environment.

What a status means is in `statuses`, `combined` and `owed`; what a rule is judged on is in `judge` and what it calls.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial

from checker.builtin import BUILTIN, given, judged
from checker.faults import Fault, InputError
from checker.judged import NO_READINGS, STATUS, Asked, OfBatch, OfRule, OfSection, Told, asked
from checker.lang.columns import Worths, across
from checker.lang.evaluate import Frame, Program, Row, RowSet
from checker.lang.exact import Worth
from checker.lang.frame import Joined, Table
from checker.model import (
    Agreement,
    Batch,
    Condition,
    Each,
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
Lines = Mapping[str, Sequence[Line]]  # of a batch, by section, as they come in it
Found = tuple[Status, Mapping[str, Status]]  # of a condition, and of each of its readings where it has several
_LINE, _EXERCISE, _BATCH = Each.DISPOSITION, Each.EXERCISE, Each.BATCH


def judge(
    agreements: Mapping[str, Agreement], batches: Iterable[Batch], as_of: date | None = None
) -> tuple[OfBatch, ...]:
    """Return every batch judged, in the order of their names; all in hand make up the exercises together.

    `as_of` is the day from which obligations are looked at, each batch's own date unless given. Raises InputError where
    it is before a batch's date, two batches have one name, or the batches of one exercise name different tapes.
    """
    ordered = sorted(batches, key=lambda batch: batch.name)
    lines = [_by_section(batch) for batch in ordered]
    _check(ordered, lines, as_of)
    listed = _listed(ordered)
    benches = [
        Bench(agreements[batch.agreement], batch, as_of or batch.date, listed[batch.agreement, batch.date])
        for batch in ordered
    ]
    tables = [bench.tables(own) for bench, own in zip(benches, lines, strict=True)]
    exercises = _exercises(ordered, tables)
    return tuple([bench.judged(own, told, exercises) for bench, own, told in zip(benches, lines, tables, strict=True)])


def _by_section(batch: Batch) -> Lines:
    found: dict[str, list[Line]] = defaultdict(list)
    for line in batch.lines:
        found[line.under].append(line)
    return found


def in_force(agreement: Agreement, day: date, as_of: date) -> Policy | None:
    """Return the version in force on a day: the latest effective by then of those executed by `as_of`."""
    known = [policy for policy in agreement.versions if policy.effective <= day and policy.executed <= as_of]
    return max(known, key=lambda policy: policy.effective) if known else None


def _shared(batch: Batch) -> Row:
    """Return the facts that every line of a batch has."""
    return {**batch.stated, "tape.as_of": batch.tape.as_of}


def _check(batches: Sequence[Batch], lines: Sequence[Lines], as_of: date | None) -> None:
    faults = []
    tapes: dict[Key, Batch] = {}
    for before, batch, own in zip([None, *batches], batches, lines, strict=False):
        if before is not None and before.name == batch.name:
            faults.append(Fault(code="E605", message=f"two batches have the name `{batch.name}`", place=batch.at))
        if as_of is not None and as_of < batch.date:
            message = f"--as-of {as_of} is before the date of the batch `{batch.name}`, {batch.date}"
            faults.append(Fault(code="E606", message=message, place=batch.at))
        for section in sorted(own):
            other = tapes.setdefault((batch.agreement, section, batch.date), batch)
            if other.tape is not batch.tape and _tape(other) != _tape(batch):
                both = f"`{other.name}` and `{batch.name}`"
                message = f"the batches {both} exercise {section} on {batch.date} on different tapes"
                faults.append(Fault(code="E607", message=message, place=batch.at, help="one exercise has one tape"))
    if faults:
        raise InputError(*faults)


def _tape(batch: Batch) -> tuple[str, date, str, str]:
    return batch.tape.sha256, batch.tape.as_of, batch.tape.layout, batch.tape.sheet


def _exercises(batches: Sequence[Batch], tables: Sequence[Mapping[str, Table]]) -> dict[Key, RowSet]:
    found: dict[Key, list[Table]] = defaultdict(list)
    for batch, own in zip(batches, tables, strict=True):
        for section, table in own.items():
            found[batch.agreement, section, batch.date].append(table)
    return {key: RowSet(own[0] if len(own) == 1 else Joined(own)) for key, own in found.items()}


def _listed(batches: Sequence[Batch]) -> dict[Day, Counter[str]]:
    """Return how often each loan is listed for an agreement and date, in every batch in hand."""
    found: dict[Day, Counter[str]] = defaultdict(Counter)
    for batch in batches:
        found[batch.agreement, batch.date].update([line.loan for line in batch.lines])
    return found


class Bench:
    """What one batch is judged with; `listed` is how often each loan is listed for its agreement and date."""

    def __init__(self, agreement: Agreement, batch: Batch, as_of: date, listed: Mapping[str, int]) -> None:
        self.agreement = agreement
        self.batch = batch
        self.as_of = as_of
        self.policy = in_force(agreement, batch.date, as_of)
        self.always = self.policy.always if self.policy else ()
        self.shared = _shared(batch)
        self.pool = {"pool": batch.tape.pool}
        row = batch.tape.loans.get
        self.loans = {line.loan: row(line.loan) for line in batch.lines}
        self.given = given(agreement, self.policy, batch, self.loans, listed)

    def tables(self, lines: Lines) -> dict[str, Table]:
        """Return the facts of the lines of each section."""
        return {section: Told(own, self.loans, self.shared) for section, own in lines.items()}

    def judged(self, lines: Lines, tables: Mapping[str, Table], exercises: Mapping[Key, RowSet]) -> OfBatch:
        """Judge the batch, then section by section."""
        frame = Frame(self.shared, self.pool)
        subject = Subject("", 0, "", self.batch.name)
        whole = [judged_by(condition, subject, frame) for condition in self.always if condition.each is _BATCH]
        every = [line for own in lines.values() for line in own]
        builtin = self.builtin(every, Joined([*tables.values()]))
        sections: list[OfSection] = []
        start = 0
        for section, own in lines.items():
            sets = {**self.pool, "exercise": exercises[self.agreement.name, section, self.batch.date]}
            sections.append(self.section(section, own, tables[section], sets, builtin, start))
            start += len(own)
        return OfBatch(self.batch, self.agreement, self.policy, self.as_of, whole, sections)

    def section(
        self,
        section: str,
        lines: Sequence[Line],
        table: Table,
        sets: Mapping[str, RowSet],
        builtin: Sequence[OfRule],
        start: int,
    ) -> OfSection:
        """Judge the lines of a section, and what is judged once for it."""
        asked = self.asked(section)
        found = iter(across(asked.programs, table, sets))
        worths = [[next(found) for _ in each.readings] for each in asked.on_lines]
        statuses = [_statuses(each, own) for each, own in zip(asked.on_lines, worths, strict=True)]
        once, owed_ = self.once(section, sets), partial(self.owed, section, sets)
        return OfSection(section, lines, table, sets, builtin, start, asked, worths, statuses, once, owed_)

    def lines(self, section: str, lines: Sequence[Line], table: Table, sets: Mapping[str, RowSet]) -> OfSection:
        """Judge some lines of a section, of which `table` has every fact."""
        return self.section(section, lines, table, sets, self.builtin(lines, table), 0)

    def permission(self, section: str) -> Permission | None:
        """Return what permits a section, None where it is not in force."""
        return self.policy.permissions.get(section) if self.policy else None

    def asked(self, section: str) -> Asked:
        """Return what is asked under a section, prepared once."""
        return asked(self.always, self.permission(section), section)

    def once(self, section: str, sets: Mapping[str, RowSet]) -> list[Judgement]:
        """Judge the conditions that are judged once for a section: on the exercise, and its own on the batch."""
        asked, found = self.asked(section), []
        if asked.on_exercise:
            everywhere = {name: self.shared[name] for name in ("batch.date", "batch.agreement", "tape.as_of")}
            subject, frame = Subject("", 0, section), Frame(everywhere, sets)
            found += [judged_by(condition, subject, frame) for condition in asked.on_exercise]
        if asked.on_batch:
            subject, frame = Subject("", 0, "", self.batch.name), Frame(self.shared, sets)
            found += [judged_by(condition, subject, frame) for condition in asked.on_batch]
        return found

    def owed(self, section: str, sets: Mapping[str, RowSet]) -> list[Judgement]:
        """Judge the obligations of a section."""
        permission = self.permission(section)
        subject, frame = Subject("", 0, "", self.batch.name), Frame(self.shared, sets)
        obligations = permission.obligations if permission else ()
        return [owed(obligation, subject, frame, self.as_of) for obligation in obligations]

    def builtin(self, lines: Sequence[Line], table: Table) -> list[OfRule]:
        """Judge the built-in rules on each line."""
        return [OfRule(rule, *judged(rule, lines, table, self.given)) for rule in BUILTIN]


def _statuses(condition: Condition, worths: Sequence[Worths]) -> list[Status]:
    """Return the status of a condition on each line, of which each reading has its worth."""
    if len(worths) == 1 or condition.adopted:
        return list(map(STATUS.__getitem__, worths[_chosen(condition)]))
    return list(map(_together, zip(*worths, strict=True)))


def _chosen(condition: Condition) -> int:
    """Return where the reading stands that decides: the one that is adopted, or the only one."""
    names = [reading.name for reading in condition.readings]
    return names.index(condition.adopted.reading) if condition.adopted else 0


@lru_cache(maxsize=1000)
def _together(worths: tuple[Worth, ...]) -> Status:
    """Return what several readings say together of which this is the worth."""
    return combined(STATUS[worth] for worth in worths)


def judged_by(condition: Condition, subject: Subject, frame: Frame) -> Judgement:
    """Judge one condition on one subject."""
    status, readings = statuses(condition, frame)
    return Judgement(condition.rule, subject, status, readings, condition, frame)


def statuses(condition: Condition, frame: Frame) -> Found:
    """Return the status of a condition, and under each of its readings where it has several."""
    readings = condition.readings
    if len(readings) == 1:
        return STATUS[readings[0].program(frame)], NO_READINGS
    worths = [reading.program(frame) for reading in readings]
    found = {reading.name: STATUS[worth] for reading, worth in zip(readings, worths, strict=True)}
    return found[condition.adopted.reading] if condition.adopted else _together(tuple(worths)), found


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
        readings=NO_READINGS,
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
