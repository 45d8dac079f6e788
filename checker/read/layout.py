"""Layouts: YAML files that say how the columns of a source become the facts of a loan."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from checker.document import strict
from checker.document.shape import Code, Key, List, Map, Prose, Reader, Record, Word, Written, built
from checker.faults import Fault, InputError
from checker.lang.check import Declared, Scope, check
from checker.lang.evaluate import Program
from checker.lang.problem import nearest
from checker.lang.syntax import Type, Value
from checker.lang.typed import Typed
from checker.model import FactDeclared
from checker.values import BadValueError, parse_value

FOLDER = Path(__file__).parent.parent / "layouts"
_DELIMITERS = {"comma": ",", "pipe": "|", "semicolon": ";", "tab": "\t"}
_FORM = {"YYYY": r"(?P<year>[0-9]{4})", "MM": r"(?P<month>[0-9]{2})", "DD": r"(?P<day>[0-9]{2})"}


class ColumnDraft(NamedTuple):
    """How one column is read, as written."""

    type: str | None
    form: str | None
    unknown: tuple[str, ...]
    unknown_below: int | None
    codes: dict[str, str]
    at: strict.Node


class LayoutDraft(NamedTuple):
    """A whole layout as written."""

    layout: str | None
    title: str
    assumes: tuple[str, ...]
    delimiter: str | None
    header: bool | None
    columns: tuple[str, ...]
    read: dict[str, ColumnDraft]
    rows: Written | None
    facts: dict[str, Written]
    at: strict.Node


class Layout(NamedTuple):
    """A layout ready to be applied: `parsers` by column, `rows` (those as of the date) and `facts` as programs."""

    name: str
    sha256: str
    assumes: tuple[str, ...]
    delimiter: str
    columns: tuple[str, ...]
    header: bool
    parsers: Mapping[str, Callable[[str], Value | None]]
    rows: Program | None
    facts: Mapping[str, Program]


LAYOUT = Record(
    title="a layout",
    make=built(LayoutDraft),
    keys={
        "layout": Key(shape=Word(), means="the name of this layout", required=True),
        "title": Key(shape=Prose(), means="what files it reads, for a reader", required=True),
        "assumes": Key(shape=List(of=Prose()), means="what the facts read by it rest on"),
        "delimiter": Key(shape=Word(one_of=tuple(_DELIMITERS)), means="what stands between cells", required=True),
        "header": Key(shape=Word(type=Type.FLAG), means="whether the first row names the columns", required=True),
        "columns": Key(shape=List(of=Word(), least=1), means="every column, in order", required=True),
        "read": Key(
            shape=Map(
                of=Record(
                    title="a column",
                    make=built(ColumnDraft),
                    keys={
                        "type": Key(shape=Word(one_of=tuple(Type)), means="the type of its values", required=True),
                        "form": Key(
                            shape=Word(),
                            means="how a date is written, in YYYY, MM and DD; without a day it is the first",
                        ),
                        "unknown": Key(shape=List(of=Word()), means="the texts that mean unknown, besides none"),
                        "unknown_below": Key(shape=Word(type=Type.COUNT), means="a lesser number means unknown"),
                        "codes": Key(shape=Map(of=Word()), means="every code, and the value that it stands for"),
                    },
                )
            ),
            means="the columns that are read, and how",
            required=True,
        ),
        "rows": Key(shape=Code(), means="which rows are as of the tape's date; all of them unless said"),
        "facts": Key(shape=Map(of=Code(), least=1), means="each fact of a loan, from the row's columns", required=True),
    },
)


def find_layout(name: str, base: Path) -> tuple[Path, str]:
    """Return the file of a layout and its shown name: one that ships, or a YAML file beside the batch."""
    if name.endswith((".yaml", ".yml")):
        return base / name, str(base / name)
    path = FOLDER / f"{name}.yaml"
    known = ["canonical", *sorted(found.stem for found in FOLDER.glob("*.yaml"))]
    if name not in known:
        help_ = nearest(name, known) or "there is " + ", ".join(f"`{one}`" for one in known)
        raise InputError(Fault(code="E602", message=f"no layout named `{name}`", help=help_))
    return path, f"layouts/{name}.yaml"


def load_layout(document: strict.Document, facts: Mapping[str, FactDeclared]) -> Layout:
    """Return the layout in a document; `facts` are those of the agreement. Raises InputError with every fault."""
    reader = Reader(document)
    draft: LayoutDraft = reader.read(LAYOUT, document.root)  # type: ignore[assignment] # made by the shape
    layout = Layout(
        name=draft.layout or "",
        sha256=document.sha256,
        assumes=draft.assumes,
        delimiter=_DELIMITERS.get(draft.delimiter or "", ","),
        columns=draft.columns,
        header=bool(draft.header),
        parsers={name: _parser(reader, name, column, draft) for name, column in draft.read.items()},
        rows=_program(reader, draft, draft.rows, Type.FLAG),
        facts={name: p for name, w in draft.facts.items() if (p := _fact(reader, draft, name, w, facts)) is not None},
    )
    if "loan.loan_id" not in draft.facts:
        reader.fault("E510", "a layout needs the fact `loan.loan_id`", draft.at)
    if reader.faults:
        raise InputError(*reader.faults)
    return layout


def _fact(
    reader: Reader, draft: LayoutDraft, name: str, written: Written, facts: Mapping[str, FactDeclared]
) -> Program | None:
    known = [fact for fact in facts if fact.startswith("loan.")]
    if name not in known:
        reader.fault("E510", f"no fact of a loan named `{name}`", written.at, nearest(name, known))
        return None
    return _program(reader, draft, written, facts[name].type)


def _program(reader: Reader, draft: LayoutDraft, written: Written | None, expected: Type) -> Program | None:
    if written is None or written.tree is None:
        return None
    columns = {f"row.{name}": Declared(type=Type(column.type or "text")) for name, column in draft.read.items()}
    facts = {**columns, "tape.as_of": Declared(type=Type.DATE)}
    scope = Scope(facts=facts, bare=frozenset({"row", "tape"}), sets={}, asks=True)
    typed = check(written.tree, scope, expected)
    if isinstance(typed, Typed):
        return Program(typed)
    for problem in typed:
        reader.problem(problem, written.at)
    return None


def _parser(reader: Reader, name: str, column: ColumnDraft, draft: LayoutDraft) -> Callable[[str], Value | None]:
    if name not in draft.columns:
        help_ = nearest(name, list(draft.columns))
        reader.fault("E510", f"no column named `{name}`", column.at, help_)
    kind = Type(column.type or "text")
    if column.form and kind is not Type.DATE:
        reader.fault("E510", "`form` is how a date is written", column.at)
    if column.form and not {"YYYY", "MM"} <= set(re.findall("YYYY|MM|DD", column.form)):
        reader.fault("E510", "a form needs YYYY and MM", column.at)
        return str
    plain = _dates(column.form) if column.form else lambda text: parse_value(kind, text)
    codes = {code: _code(reader, kind, value, column.at) for code, value in column.codes.items() if value is not None}
    if column.unknown_below is not None and kind not in (Type.MONEY, Type.NUMBER, Type.COUNT):
        reader.fault("E510", "`unknown_below` bounds an amount", column.at)
        return str
    return _reading(plain, column, codes)


def _code(reader: Reader, kind: Type, value: str, at: strict.Node) -> Value:
    try:
        return parse_value(kind, value)
    except BadValueError as error:
        reader.fault("E401", str(error), at, error.help)
        return value


def _reading(
    plain: Callable[[str], Value], column: ColumnDraft, codes: Mapping[str, Value]
) -> Callable[[str], Value | None]:
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


def _dates(form: str) -> Callable[[str], date]:
    pattern = re.escape(form)
    for token, group in _FORM.items():
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
