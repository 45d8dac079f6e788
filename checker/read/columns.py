"""How the cells of one column are read where a layout says it: its form, its codes, what means unknown."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from checker.document import strict
from checker.document.shape import Key, List, Map, Reader, Record, Word, built
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type, Value
from checker.values import BadValueError, parse_value

Parse = Callable[[str], Value | None]
Spell = Callable[[Value], str]
AMOUNTS = (Type.MONEY, Type.NUMBER)
MARKS = {"comma": ",", "space": " ", "apostrophe": "'"}
TOKENS = {"YYYY": r"(?P<year>[0-9]{4})", "MM": r"(?P<month>[0-9]{2})", "DD": r"(?P<day>[0-9]{2})"}


class ColumnDraft(NamedTuple):
    """How one column is read, as written."""

    type: str | None
    column: str | None
    form: str | None
    leading_zeros: bool | None
    thousands: str | None
    currency: str | None
    brackets: bool | None
    unknown: tuple[str, ...]
    unknown_below: int | None
    codes: dict[str, str]
    at: strict.Node

    @property
    def kind(self) -> Type:
        """Return the type of its values."""
        return Type(self.type or "text")


class Column(NamedTuple):
    """A column ready to be read: its name in the source, the type of its values, and what reads a cell; `spell` writes
    a value that the source itself has as this column would, None where it is written in no way of its own. `draft` is
    how it is written in the layout.
    """

    name: str
    kind: Type
    parse: Parse
    spell: Spell | None
    draft: ColumnDraft


COLUMN = Record(
    title="a column",
    make=built(ColumnDraft),
    keys={
        "type": Key(shape=Word(one_of=tuple(Type)), means="the type of its values", required=True),
        "column": Key(shape=Word(), means="the column of the source, where this name of it is another"),
        "form": Key(shape=Word(), means="how a date is written, in YYYY, MM and DD; without a day it is the first"),
        "leading_zeros": Key(shape=Word(type=Type.FLAG), means="whether a count may be written like `03`"),
        "thousands": Key(shape=Word(one_of=tuple(MARKS)), means="what may stand between the thousands of an amount"),
        "currency": Key(shape=Word(), means="the sign that may stand before an amount"),
        "brackets": Key(shape=Word(type=Type.FLAG), means="whether an amount in round brackets is one below zero"),
        "unknown": Key(shape=List(of=Word()), means="the texts that mean unknown, besides none"),
        "unknown_below": Key(shape=Word(type=Type.COUNT), means="a lesser number means unknown"),
        "codes": Key(shape=Map(of=Word()), means="every code, and the value that it stands for"),
    },
)
# What a key is for, and the types of the columns that may have it.
_GOES_WITH: dict[str, tuple[str, tuple[Type, ...]]] = {
    "form": ("is how a date is written", (Type.DATE,)),
    "leading_zeros": ("is how a count is written", (Type.COUNT,)),
    "thousands": ("is how an amount is written", AMOUNTS),
    "currency": ("is how an amount is written", AMOUNTS),
    "brackets": ("is how an amount is written", AMOUNTS),
    "unknown_below": ("bounds an amount", (*AMOUNTS, Type.COUNT)),
}


def parser(reader: Reader, column: ColumnDraft) -> Parse:
    """Return what reads a cell of a column, noting what does not go with its type."""
    wrong = [
        f"`{key}` {what}"
        for key, (what, kinds) in _GOES_WITH.items()
        if getattr(column, key) is not None and column.kind not in kinds
    ]
    if column.form and column.kind is Type.DATE and not {"YYYY", "MM"} <= set(re.findall("YYYY|MM|DD", column.form)):
        wrong.append("a form needs YYYY and MM")
    for message in wrong:
        reader.fault("E510", message, column.at)
    codes = {code: _code(reader, column, value) for code, value in column.codes.items()}
    return str if wrong else _reading(_plain(column), column, codes)


def speller(column: ColumnDraft) -> Spell | None:
    """Return what writes a day or a flag that a cell of a workbook has as the column would, for `parser` to read."""
    if column.kind is Type.DATE:
        return partial(_spelled, column.form or "YYYY-MM-DD")
    if column.kind is Type.FLAG and {"true", "false"} & {*column.codes, *column.unknown}:
        return lambda value: str(value).lower()
    return None  # a flag where the codes are others says itself what it means


def _spelled(form: str, day: Value) -> str:
    if not isinstance(day, date):
        return str(day)
    if "DD" not in form and day.day != 1:
        message = f"`{day}` is not the first of a month, and this column has months: {form}"
        raise BadValueError(message, "write the month as text, or as its first day")
    parts = {"YYYY": f"{day.year:04}", "MM": f"{day.month:02}", "DD": f"{day.day:02}"}
    for token, digits in parts.items():
        form = form.replace(token, digits, 1)
    return form


def _code(reader: Reader, column: ColumnDraft, value: str) -> Value:
    try:
        return parse_value(column.kind, value)
    except BadValueError as error:
        reader.fault("E401", str(error), column.at, error.help)
        return value


def _reading(plain: Callable[[str], Value], column: ColumnDraft, codes: Mapping[str, Value]) -> Parse:
    unknown, least = frozenset(column.unknown), column.unknown_below

    def parse(text: str) -> Value | None:
        if text in unknown:
            return None
        if codes:
            if text not in codes:
                raise BadValueError(f"`{text}` is not one of the codes of the layout")
            return codes[text]
        value = plain(text)
        return None if least is not None and value < least else value  # type: ignore[operator] # only numbers have one

    return parse


def _plain(column: ColumnDraft) -> Callable[[str], Value]:
    """Return what reads a cell that is no code."""
    kind = column.kind
    if column.form:
        return _dates(column.form)
    if column.leading_zeros:
        return lambda text: parse_value(kind, re.sub(r"^(-?)0+(?=[0-9])", r"\1", text))
    if kind in AMOUNTS and (column.thousands or column.currency or column.brackets):
        return _amounts(column)
    return lambda text: parse_value(kind, text)


def _dates(form: str) -> Callable[[str], date]:
    pattern = re.escape(form)
    for token, group in TOKENS.items():
        pattern = pattern.replace(token, group, 1)
    match = re.compile(pattern, re.ASCII).fullmatch

    def parse(text: str) -> date:
        found = match(text)
        if found is None:
            raise BadValueError(f"`{text}` is not a date of the form {form}")
        parts = {"day": "1", **found.groupdict()}
        try:
            return date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
        except ValueError:
            raise BadValueError(f"there is no day `{text}`") from None

    return parse


def _amounts(column: ColumnDraft) -> Callable[[str], Value]:
    """Read an amount with the marks that the column allows: `-$1,234.50`, `($1,234.50)`."""
    mark = re.escape(MARKS[column.thousands]) if column.thousands else ""
    whole = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+|[0-9]+" if mark else "[0-9]+"
    sign = rf"(?:{re.escape(column.currency)} ?)?" if column.currency else ""
    amount = rf"{sign}(?:{whole})(?:\.[0-9]+)?"
    match = re.compile(rf"-?{amount}|\({amount}\)" if column.brackets else rf"-?{amount}", re.ASCII).fullmatch

    example = f"{column.currency or ''}1{MARKS.get(column.thousands or '', '')}234.50"

    def parse(text: str) -> Value:
        if not match(text):
            raise BadValueError(f"`{text}` is not an amount as this column writes them", f"write it like `{example}`")
        minus = "-" if text[0] in "-(" else ""
        bare = text.replace(column.currency or "", "") if column.currency else text
        return parse_value(column.kind, minus + re.sub(rf"[-() ]|{mark}" if mark else "[-() ]", "", bare))

    return parse
