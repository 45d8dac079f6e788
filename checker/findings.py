"""The nouns of the report: a judgement explained, and everything that a renderer lays out."""

import datetime as dt
from collections.abc import Mapping

from checker.faults import Place
from checker.lang.mark import Piece
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type
from checker.model import Adoption, Decision, Status, Subject


class Number(NamedTuple):
    """One number behind a finding: its text, its value in full (None: unknown), and where it is from.

    `at_least` is what is known of an unknown one; `source` is `tape`, `batch`, `tape and batch`, or "" for neither.
    """

    text: str
    type: Type
    value: str | None
    at_least: str | None
    source: str


class Margin(NamedTuple):
    """One comparison behind a finding: whether it holds (None: unknown), and by how much (None: no measure).

    `passes` says from which amount, count or date on it would hold; "" where it holds or that is not one value. `sides`
    are what is compared and `sign` how, where two values are.
    """

    text: str
    type: Type
    holds: bool | None
    by: str | None
    passes: str
    sign: str = ""
    sides: tuple[Number, ...] = ()


class Asked(NamedTuple):
    """What a condition asks under one reading ("" where it has only one), and what came of it.

    `pieces` are the condition as it is written, its tests marked; `terms` are those that it uses, in the same way.
    """

    reading: str
    means: str
    status: Status
    pieces: tuple[Piece, ...]
    terms: Mapping[str, tuple[Piece, ...]]


class Finding(NamedTuple):
    """A judgement, explained: the same sentence and numbers for every renderer.

    `asked` is what a condition asks, reading by reading; the last four are an obligation's.
    """

    rule: str
    subject: Subject
    status: Status
    message: str
    quote: str
    means: str
    values: tuple[Number, ...]
    margins: tuple[Margin, ...]
    readings: Mapping[str, Status]
    adopted: Adoption | None
    missing: tuple[str, ...]
    passes_from: dt.date | None
    at: Place
    asked: tuple[Asked, ...] = ()
    owed_by: str = ""
    owed_to: tuple[str, ...] = ()
    deadline: dt.date | None = None
    done: dt.date | None = None


class Tightest(NamedTuple):
    """Of the lines that pass a rule, how many there are, and the one that passes it most narrowly, if there is one."""

    rule: str
    lines: int
    by: str | None = None
    type: Type = Type.COUNT
    line: int = 0


class LineReport(NamedTuple):
    """One line of the report: its decision, and the first rule that stopped it with its message ("" where none did)."""

    number: int
    loan: str
    under: str
    decision: Decision
    at: Place
    stopped_by: str
    message: str
    price: str | None
    asked: str | None
    difference: str | None


class BatchReport(NamedTuple):
    """One batch of the report; DESIGN of the JSON report names every part."""

    name: str
    agreement: str
    date: dt.date
    as_of: dt.date
    policy: str | None
    title: str
    decision: Decision
    assumptions: tuple[str, ...]
    notes: tuple[str, ...]
    advice: tuple[str, ...]
    tape: str
    tape_as_of: dt.date
    loans: int
    balance: str | None
    lines: tuple[LineReport, ...]
    passes: tuple[Tightest, ...]
    findings: tuple[Finding, ...]
    at: Place
    inputs: Mapping[str, str]


class Report(NamedTuple):
    """The whole report, as every renderer lays it out; `engine` is what read the tapes, Python itself unless said."""

    checker: str
    decision: Decision
    exit_code: int
    everything: bool
    batches: tuple[BatchReport, ...]
    engine: str = "python"

    @property
    def made_by(self) -> str:
        """Return the version of checker, and the engine where it is another."""
        return self.checker if self.engine == "python" else f"{self.checker} with {self.engine}"
