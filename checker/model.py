"""The nouns: frozen values that pass between the stages. They hold, and do nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from checker.faults import Place
from checker.lang.check import Declared
from checker.lang.evaluate import Frame, Program, Row, RowSet
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Status(StrEnum):
    """The verdict on a condition, or on an obligation (the last four)."""

    PASS = "pass"  # noqa: S105 (no password)
    FAIL = "fail"
    UNKNOWN = "unknown"
    DISPUTED = "disputed"
    MET = "met"
    DUE = "due"
    LATE = "late"
    DEFECTIVE = "defective"


class Decision(StrEnum):
    """What is decided of a line, a batch or a run."""

    PERMITTED = "permitted"
    REFUSED = "refused"
    UNDECIDED = "undecided"


class Each(StrEnum):
    """What a condition is judged on."""

    DISPOSITION = "disposition"
    EXERCISE = "exercise"
    BATCH = "batch"


class FactDeclared(NamedTuple):
    """One input: its type, unit and meaning, its bounds, whether only the tape may give it (`measured`), and why it is
    declared where no rule reads it (`unread`).
    """

    name: str
    type: Type
    means: str
    unit: str = ""
    one_of: tuple[str, ...] = ()
    at_least: int | None = None
    measured: bool = False
    unread: str = ""

    @property
    def group(self) -> str:
        """Return the word before the first dot."""
        return self.name.partition(".")[0]

    @property
    def declared(self) -> Declared:
        """Return what the language needs to know of it."""
        nonnegative = self.at_least is not None and self.at_least >= 0
        return Declared(type=self.type, one_of=self.one_of, nonnegative=nonnegative)


class Adoption(NamedTuple):
    """Somebody's choice of one reading."""

    reading: str
    adopted_by: str
    adopted_on: dt.date
    because: str


class Reading(NamedTuple):
    """One defensible meaning of a condition; the only one of a plain condition is named ""."""

    name: str
    means: str
    program: Program
    assumes: str


class Condition(NamedTuple):
    """Something that must hold. `splits` is the term that gives it readings, where it has none of its own."""

    rule: str
    quote: str
    means: str
    each: Each
    readings: tuple[Reading, ...]
    adopted: Adoption | None
    splits: str
    assumes: tuple[str, ...]
    at: Place


class Obligation(NamedTuple):
    """Something owed because a permission was used, judged on each batch; see DESIGN of `met`, `late` and so on."""

    rule: str
    quote: str
    means: str
    owed_by: str
    owed_to: tuple[str, ...]
    deadline: Program | None
    done_on: Program | None
    required: Program | None
    assumes: tuple[str, ...]
    at: Place


class TermReading(NamedTuple):
    """One meaning of a defined term, as written in the policy; the only one of a plain term is named ""."""

    name: str
    means: str
    text: str
    assumes: str


class Term(NamedTuple):
    """A defined term of the contract."""

    name: str
    quote: str
    means: str
    readings: tuple[TermReading, ...]
    adopted: Adoption | None
    assumes: str
    at: Place


class Permission(NamedTuple):
    """A section that says "may"."""

    section: str
    title: str
    assumes: tuple[str, ...]
    conditions: tuple[Condition, ...]
    obligations: tuple[Obligation, ...]
    at: Place


class Passage(NamedTuple):
    """A stretch of the contract: from its first words, which stand there once, through its last."""

    first: str
    last: str
    at: Place


class NotChecked(NamedTuple):
    """Words of the contract that no rule checks, a quote or else a passage, and why."""

    quote: str
    passage: Passage | None
    because: str
    at: Place


class Policy(NamedTuple):
    """One version of an agreement, complete in itself."""

    name: str
    agreement: str
    title: str
    executed: dt.date
    effective: dt.date
    source_title: str
    source_sha256: str
    operative: tuple[Passage, ...]
    assumes: tuple[str, ...]
    parties: Mapping[str, tuple[str, ...]]
    terms: tuple[Term, ...]
    always: tuple[Condition, ...]
    permissions: Mapping[str, Permission]
    not_checked: tuple[NotChecked, ...]
    file: str
    sha256: str


class Agreement(NamedTuple):
    """One contract: the facts that can be stated under it, and its versions in the order in which they take effect.

    `inputs` are the digests of the files of facts.
    """

    name: str
    facts: Mapping[str, FactDeclared]
    versions: tuple[Policy, ...]
    inputs: Mapping[str, str] = NOTHING


class Counted(NamedTuple):
    """How many loans are in a pool, and their balance, None where it is unknown."""

    loans: int
    balance: Decimal | None


class Tape(NamedTuple):
    """A pool file as of a date: each loan's `loan.*` facts by loan id, and the rows that are in the pool.

    `columns` are the facts that the file has at all; a fact that is not among them is unknown for every loan. Of its
    rows, those `skipped` are counted by what they are, and `empty` ones besides; `sheet` is that of a workbook. Where
    the rows are elsewhere, `loans` are those that lines cite, and the pool is `counted`.
    """

    file: str
    sha256: str
    as_of: dt.date
    layout: str
    loans: Mapping[str, Row]
    pool: RowSet
    columns: frozenset[str]
    assumes: tuple[str, ...] = ()
    skipped: Mapping[str, int] = NOTHING
    inputs: Mapping[str, str] = NOTHING
    sheet: str = ""
    empty: int = 0
    counted: Counted | None = None


class Line(NamedTuple):
    """One disposition. `stated` are its own facts: `disposition.*`, and the `loan.*` that it attests."""

    number: int
    loan: str
    under: str
    stated: Row
    at: Place


class Batch(NamedTuple):
    """A proposal. `stated` are its facts (`batch.*`, `certification.*` and so on)."""

    name: str
    agreement: str
    date: dt.date
    tape: Tape
    lines: tuple[Line, ...]
    stated: Row
    at: Place
    sha256: str
    inputs: Mapping[str, str] = NOTHING


class Subject(NamedTuple):
    """What a finding is about: a line (its loan and number), the exercise of a section, or a batch."""

    loan: str = ""
    line: int = 0
    exercise: str = ""
    batch: str = ""


class Judgement(NamedTuple):
    """One rule judged on one subject: its status, under each reading where there are several.

    `by` is the condition or obligation, None for a built-in rule; `frame` is what it was judged on; `message` is the
    sentence of a built-in rule, which needs no other explanation. Of an obligation, `done` is when it was done, by the
    day on which it is looked at, and `deadline` the last day on which it is in time.
    """

    rule: str
    subject: Subject
    status: Status
    readings: Mapping[str, Status]
    by: Condition | Obligation | None = None
    frame: Frame | None = None
    message: str = ""
    done: dt.date | None = None
    deadline: dt.date | None = None


class Judged:
    """One batch with everything judged on it. `policy` is the version in force, None where there is none.

    `bearing` are the judgements that bear on each line, by line number: those on itself, its exercise and its batch.
    """

    batch: Batch
    agreement: Agreement
    policy: Policy | None
    as_of: dt.date
    judgements: tuple[Judgement, ...]
    bearing: Mapping[int, tuple[Judgement, ...]]
    rows: Mapping[int, Row]

    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name} of what was judged is never changed")


class Verdict(NamedTuple):
    """What is decided of one batch: of each line by its number, and of the whole."""

    judged: Judged
    lines: Mapping[int, Decision]
    decision: Decision


class Run(NamedTuple):
    """Every batch in hand, decided together, in the order of their names."""

    verdicts: tuple[Verdict, ...]
    decision: Decision
