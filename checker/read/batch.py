"""A batch from a file, or from values: typed by the agreement's facts and laid beside its tape."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from checker.document import strict
from checker.document.shape import Reader
from checker.faults import Fault, InputError, Place
from checker.lang.problem import nearest
from checker.lang.syntax import Type, Value
from checker.model import Agreement, Batch, FactDeclared, Line, Tape
from checker.read.form import batch_shape, flatten
from checker.read.table import capped, read_table
from checker.read.tape import column_of, read_tape
from checker.values import BadValueError, parse_value, plain

LOAN, UNDER = "disposition.loan", "disposition.under"
_TYPES: dict[Type, tuple[type, ...]] = {
    Type.MONEY: (Decimal, int),
    Type.NUMBER: (Decimal, int),
    Type.COUNT: (int,),
    Type.DATE: (date,),
    Type.TEXT: (str,),
    Type.FLAG: (bool,),
}

_DAY = date

Stated = dict[str, Value | None]


class Source:
    """Where batches are read from: the agreements in hand, and the tapes already read, so that each is read once."""

    def __init__(self, agreements: Mapping[str, Agreement]) -> None:
        """Start with no tape read."""
        self.agreements = agreements
        self.tapes: dict[tuple[Path, date, str, str], Tape] = {}

    def tape(self, agreement: Agreement, base: Path, wanted: Mapping[str, object]) -> Tape:
        """Return the tape that a batch in the folder `base` names."""
        path = base / str(wanted["file"])
        as_of: date = wanted["as_of"]  # type: ignore[assignment] # a date by shape
        layout = str(wanted.get("layout", "canonical"))
        key = (path, as_of, layout, agreement.name)
        if key not in self.tapes:
            self.tapes[key] = read_tape(path, as_of, agreement.facts, layout, base)
        return self.tapes[key]


def read_batch(path: Path, source: Source) -> Batch:
    """Return the batch in a YAML or JSON file, or raise InputError with every fault of it."""
    document = strict.load(path)
    reader = Reader(document)
    agreement = _agreement(reader, source.agreements)
    stated: dict[str, object] = reader.read(batch_shape(agreement.facts), document.root)  # type: ignore[assignment] # made by the shape
    if reader.faults:
        raise InputError(*reader.faults)
    tape = _tape(reader, agreement, source, path.parent, stated["tape"])  # type: ignore[arg-type] # made by the shape
    every = flatten("", stated.get("every", {}))  # type: ignore[arg-type] # made by the shape
    drafts, digests = _drafts(reader, agreement, path.parent, stated["dispositions"])
    lines = tuple(_line(n, draft, every, tape) for n, draft in enumerate(drafts, 1))
    faults = [fault for line in lines if not isinstance(line, Line) for fault in line]
    if faults:
        raise InputError(*capped(faults, document.file))
    return Batch(
        name=str(stated["batch"]),
        agreement=agreement.name,
        date=stated["date"],  # type: ignore[arg-type] # a date by shape
        tape=tape,
        lines=tuple(line for line in lines if isinstance(line, Line)),
        stated=_batch_facts(stated),
        at=document.place(document.root.start, document.root.start + 1),
        sha256=document.sha256,
        inputs=digests,
    )


def _agreement(reader: Reader, agreements: Mapping[str, Agreement]) -> Agreement:
    """Return the agreement that the batch names; without one nothing else of the batch has a meaning."""
    root = reader.document.root
    entries = {key.text: value for key, value in root.entries} if isinstance(root, strict.Mapping) else {}
    named = entries.get("agreement")
    if not isinstance(named, strict.Scalar) or named.is_empty:
        message = "a batch needs the key `agreement`, with the name of the contract"
        raise InputError(reader.document.fault("E305", message, named or root))
    if named.text not in agreements:
        known = list(agreements)
        help_ = nearest(named.text, known) or "there is " + ", ".join(f"`{name}`" for name in known)
        raise InputError(reader.document.fault("E601", f"no policy for the agreement `{named.text}`", named, help_))
    return agreements[named.text]


def _tape(reader: Reader, agreement: Agreement, source: Source, base: Path, wanted: Mapping[str, object]) -> Tape:
    try:
        tape = source.tape(agreement, base, wanted)
    except InputError as error:
        if error.faults[0].code != "E602":
            raise
        raise InputError(_tape_fault(reader, "layout", error.faults[0])) from None
    pinned = wanted.get("sha256")
    if pinned is not None and pinned != tape.sha256:
        message = f"the tape is not the one that the batch names: its digest is {tape.sha256}"
        raise InputError(_tape_fault(reader, "sha256", Fault(code="E603", message=message)))
    return tape


def _tape_fault(reader: Reader, key: str, fault: Fault) -> Fault:
    root = reader.document.root
    node = {k.text: v for k, v in root.entries}["tape"] if isinstance(root, strict.Mapping) else root
    at = {k.text: v for k, v in node.entries}[key] if isinstance(node, strict.Mapping) else node
    return reader.document.fault(fault.code, fault.message, at, fault.help)


def _batch_facts(stated: Mapping[str, object]) -> Stated:
    own = {"batch", "agreement", "date"}
    groups = {
        name: value
        for name, value in stated.items()
        if isinstance(value, dict) and name not in ("tape", "every", "dispositions")
    }
    return {f"batch.{name}": stated[name] for name in sorted(own)} | flatten("", groups)  # type: ignore[return-value] # values by shape


class _Draft(NamedTuple):
    """A line as written: what it says by full name without `disposition.`, and where."""

    says: dict[str, object]
    at: Place


def _drafts(
    reader: Reader, agreement: Agreement, base: Path, dispositions: object
) -> tuple[list[_Draft], dict[str, str]]:
    if isinstance(dispositions, dict):
        path = base / str(dispositions["file"])
        data = strict.read_bytes(path, str(path), most=None)
        return _rows(data, str(path), agreement.facts), {"lines": hashlib.sha256(data).hexdigest()}
    place = reader.document.place
    lines: Sequence[tuple[dict[str, object], strict.Node]] = dispositions  # type: ignore[assignment] # made by the shape
    return [_Draft(says=_says(says), at=place(at.start, at.start + 1)) for says, at in lines], {}


def _says(says: dict[str, object]) -> dict[str, object]:
    loan = says.get("loan")
    if not isinstance(loan, dict):
        return flatten("", says)
    return flatten("", {**says, "loan": loan.get("loan_id")}) | flatten(
        "loan.", {name: value for name, value in loan.items() if name != "loan_id"}
    )


def _rows(data: bytes, file: str, facts: Mapping[str, FactDeclared]) -> list[_Draft]:
    """Read the lines from a CSV file, whose columns are the keys of a line."""
    table = read_table(data, file)
    known = {f.name.removeprefix("disposition."): f for f in facts.values() if f.group == "disposition"}
    known |= {f.name: f for f in facts.values() if f.group == "loan" and not f.measured}
    place = Place(file=file, line=1)
    faults = [
        Fault(
            code="E706",
            message=f"no fact of a line for the column `{name}`",
            place=place,
            help=nearest(name, list(known)),
        )
        for name in table.columns
        if name not in known
    ]
    if faults:
        raise InputError(*faults)
    columns = {name: column_of(table, name, known[name], faults) for name in table.columns}
    if faults:
        raise InputError(*capped(faults, file))
    return [
        _Draft(
            says={name: values[row] for name, values in columns.items() if values[row] is not None},
            at=table.row_place(row),
        )
        for row in range(len(table.lines))
    ]


def _line(number: int, draft: _Draft, every: Mapping[str, object], tape: Tape) -> Line | tuple[Fault, ...]:
    """Return a line with what every line says filled in, or its faults."""
    says = {**every, **draft.says}
    faults = [
        Fault(code="E305", message=f"line {number} does not say `{name}`", place=draft.at)
        for name in ("loan", "under")
        if says.get(name) is None
    ]
    loan = str(says.get("loan"))
    stated: Stated = {
        (name if name.startswith("loan.") else f"disposition.{name}"): value  # type: ignore[misc] # values by shape
        for name, value in says.items()
    }
    faults += _contradictions(loan, stated, tape, draft.at)
    if faults:
        return tuple(faults)
    return Line(number=number, loan=loan, under=str(says["under"]), stated=_unmeasured(loan, stated, tape), at=draft.at)


def _contradictions(loan: str, stated: Stated, tape: Tape, at: Place) -> list[Fault]:
    """A line may say what the tape leaves unknown; it cannot say otherwise than the tape."""
    row = tape.loans.get(loan, {})
    return [
        Fault(
            code="E604",
            message=f"`{name}` of the loan `{loan}` is {_shown(value)} here and {_shown(row[name])} on the tape",
            place=at,
        )
        for name, value in stated.items()
        if name.startswith("loan.") and row.get(name) is not None and row[name] != value
    ]


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unmeasured(loan: str, stated: Stated, tape: Tape) -> Stated:
    row = tape.loans.get(loan, {})
    return {name: value for name, value in stated.items() if row.get(name) is None}


def make_batch(
    agreement: Agreement,
    tape: Tape,
    *,
    name: str,
    date: date,
    lines: Sequence[Mapping[str, Value | None]],
    stated: Mapping[str, Value | None] | None = None,
) -> Batch:
    """Return a batch from values, for a caller that has them in memory.

    A line's keys are those of a batch file by full name: `loan`, `under`, `price`, `buyer.role`, `loan.defaulted`;
    `stated` holds the batch's other facts, like `certification.form`. Amounts are Decimal or int, never float. A fact
    that is None, or is not there, is unknown. Raises InputError for a name, a type or a value that the agreement's
    facts do not allow, and where a line says otherwise than the tape.
    """
    place = Place(file=name)
    facts = agreement.facts
    lines = tuple(lines)
    _check_head(name, date)
    own = {key for key, fact in facts.items() if fact.group in ("loan", "disposition")}
    for key in sorted(own & set(stated or {})):
        raise InputError(Fault(code="E706", message=f"`{key}` is of a line, not of a batch", place=place))
    faults = [fault for n, line in enumerate(lines, 1) for fault in _line_faults(line, facts, f"{name}, line {n}")]
    faults += [fault for key, value in (stated or {}).items() for fault in _value_faults(key, value, facts, name)]
    if faults:
        raise InputError(*faults)
    drafts = [_Draft(says=_exact(line, facts), at=place) for line in lines]
    made = [_line(n, draft, {}, tape) for n, draft in enumerate(drafts, 1)]
    faults = [fault for line in made if not isinstance(line, Line) for fault in line]
    if faults:
        raise InputError(*faults)
    head: Stated = {"batch.batch": name, "batch.agreement": agreement.name, "batch.date": date}
    return Batch(
        name=name,
        agreement=agreement.name,
        date=date,
        tape=tape,
        lines=tuple(line for line in made if isinstance(line, Line)),
        stated=head | dict(stated or {}),
        at=place,
        sha256="",
    )


def _exact(line: Mapping[str, Value | None], facts: Mapping[str, FactDeclared]) -> dict[str, object]:
    """Return what a line says, its whole amounts as amounts; None says nothing."""
    names = {key: key if key.startswith("loan.") else f"disposition.{key}" for key in line}
    return {
        key: Decimal(value) if type(value) is int and facts[names[key]].type in (Type.MONEY, Type.NUMBER) else value
        for key, value in line.items()
        if value is not None
    }


def _check_head(name: str, date: date) -> None:
    """Refuse a name or a day that a file could not hold."""
    if type(date) is not _DAY or type(name) is not str or not name:
        raise InputError(
            Fault(code="E401", message="a batch needs a name, and a date as its day", place=Place(file=str(name)))
        )
    try:
        parse_value(Type.TEXT, name)
    except BadValueError as error:
        raise InputError(Fault(code="E401", message=str(error), place=Place(file=name), help=error.help)) from None


def _line_faults(line: Mapping[str, Value | None], facts: Mapping[str, FactDeclared], where: str) -> list[Fault]:
    names = {key: key if key.startswith("loan.") else f"disposition.{key}" for key in line}
    return [fault for key, name in names.items() for fault in _value_faults(name, line[key], facts, where)]


def _value_faults(name: str, value: Value | None, facts: Mapping[str, FactDeclared], where: str) -> list[Fault]:
    place = Place(file=where)
    fact = facts.get(name)
    if fact is None or fact.group in ("batch", "tape") or fact.measured:
        return [
            Fault(code="E706", message=f"`{name}` cannot be stated here", place=place, help=nearest(name, list(facts)))
        ]
    if value is None:
        return []
    if type(value) not in _TYPES[fact.type]:
        return [Fault(code="E401", message=f"`{name}` needs a {fact.type}", place=place)]
    try:
        parse_value(fact.type, "" if value == "" else plain(fact.type, value) or "")
    except (BadValueError, ArithmeticError, ValueError):
        return [Fault(code="E401", message=f"the value of `{name}` is not one that a file could hold", place=place)]
    if value == "":
        return [Fault(code="E401", message=f"`{name}` is empty: leave it out, or say None", place=place)]
    if fact.one_of and value not in fact.one_of:
        return [Fault(code="E402", message=f"`{value}` is not one of the values of `{name}`", place=place)]
    if fact.at_least is not None and value < fact.at_least:  # type: ignore[operator] # only numbers have a bound
        return [Fault(code="E402", message=f"`{name}` is {value}, which is less than {fact.at_least}", place=place)]
    return []
