"""A batch from values that a caller has in memory, held to what a file could say."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from checker.faults import Fault, InputError, Place
from checker.lang.problem import nearest
from checker.lang.syntax import Type, Value
from checker.model import Agreement, Batch, FactDeclared, Tape
from checker.read.batch import lines_of
from checker.read.lines import Draft, Stated, full
from checker.values import BadValueError, check_bounds, parse_value, plain

_TYPES: dict[Type, tuple[type, ...]] = {
    Type.MONEY: (Decimal, int),
    Type.NUMBER: (Decimal, int),
    Type.COUNT: (int,),
    Type.DATE: (dt.date,),
    Type.TEXT: (str,),
    Type.FLAG: (bool,),
}


def make_batch(
    agreement: Agreement,
    tape: Tape,
    *,
    name: str,
    date: dt.date,
    lines: Sequence[Mapping[str, Value | None]],
    stated: Mapping[str, Value | None] | None = None,
) -> Batch:
    """Return a batch from values, for a caller that has them in memory.

    A line's keys are those of a batch file by full name: `loan`, `under`, `price`, `buyer.role`, `loan.defaulted`;
    `stated` holds the batch's other facts, like `certification.form`. Amounts are Decimal or int, never float. A fact
    that is None, or is not there, is unknown. Raises InputError for a name, a type or a value that the agreement's
    facts do not allow, and where a line says otherwise than the tape.
    """
    _check_head(name, date)
    says = [{full(key): value for key, value in line.items()} for line in lines]
    of_line = {key for key, fact in agreement.facts.items() if fact.group in ("loan", "disposition")}
    own = dict(stated or {})
    faults = [fault for n, line in enumerate(says, 1) for fault in _faults(line, agreement, f"{name}, line {n}")]
    faults += [
        Fault(code="E706", message=f"`{key}` is of a line, not of a batch", place=Place(file=name))
        for key in sorted(of_line & set(own))
    ]
    faults += _faults({key: value for key, value in own.items() if key not in of_line}, agreement, name)
    if faults:
        raise InputError(*faults)
    drafts = [Draft(says=_exact(line, agreement), at=Place(file=name)) for line in says]
    head: Stated = {"batch.batch": name, "batch.agreement": agreement.name, "batch.date": date}
    return Batch(
        name=name,
        agreement=agreement.name,
        date=date,
        tape=tape,
        lines=lines_of(drafts, {}, tape, name),
        stated=head | _exact(own, agreement),
        at=Place(file=name),
        sha256="",
    )


def _check_head(name: str, date: dt.date) -> None:
    """Refuse a name or a day that a file could not hold."""
    if type(date) is not dt.date or type(name) is not str or not name:
        message = "a batch needs a name, and a date as its day"
        raise InputError(Fault(code="E401", message=message, place=Place(file=str(name))))
    try:
        parse_value(Type.TEXT, name)
    except BadValueError as error:
        raise InputError(Fault(code="E401", message=str(error), place=Place(file=name), help=error.help)) from None


def _exact(says: Mapping[str, Value | None], agreement: Agreement) -> Stated:
    """Return what is said, whole amounts as amounts; None says nothing."""
    amounts = {name for name, fact in agreement.facts.items() if fact.type in (Type.MONEY, Type.NUMBER)}
    return {
        name: Decimal(value) if name in amounts and isinstance(value, int) else value
        for name, value in says.items()
        if value is not None
    }


def _faults(says: Mapping[str, Value | None], agreement: Agreement, where: str) -> list[Fault]:
    found = []
    for name, value in says.items():
        fact = agreement.facts.get(name)
        if fact is None or fact.group in ("batch", "tape") or fact.measured:
            help_ = nearest(name, list(agreement.facts))
            message = f"`{name}` cannot be stated here"
            found.append(Fault(code="E706", message=message, place=Place(file=where), help=help_))
        elif value is not None:
            found += _value_faults(fact, value, where)
    return found


def _value_faults(fact: FactDeclared, value: Value, where: str) -> list[Fault]:
    """A value is one that a file could spell: of the very type, finite, not too long, within its bounds."""
    place = Place(file=where)
    if type(value) not in _TYPES[fact.type]:
        return [Fault(code="E401", message=f"`{fact.name}` needs a {fact.type}", place=place)]
    if value == "":
        return [Fault(code="E401", message=f"`{fact.name}` is empty: leave it out, or say None", place=place)]
    try:
        parse_value(fact.type, plain(fact.type, value) or "")
        check_bounds(value, fact.one_of, fact.at_least)
    except BadValueError as error:
        return [Fault(code=error.code, message=f"`{fact.name}`: {error}", place=place, help=error.help)]
    except ArithmeticError:
        return [Fault(code="E401", message=f"`{fact.name}` is not a number that a file could hold", place=place)]
    return []
