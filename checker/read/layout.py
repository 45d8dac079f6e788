"""Layouts: YAML files that say how the columns of a source become the facts of a loan, or of a line."""

from collections.abc import Mapping
from pathlib import Path

from checker.document import strict
from checker.document.shape import Code, Key, List, Map, Prose, Reader, Record, Word, Written, built
from checker.faults import Fault, InputError
from checker.lang.check import Declared, Scope, check
from checker.lang.evaluate import Program
from checker.lang.named import NamedTuple
from checker.lang.problem import nearest
from checker.lang.syntax import Type
from checker.lang.typed import Typed
from checker.model import FactDeclared
from checker.read.columns import COLUMN, Column, ColumnDraft, parser, speller

FOLDER = Path(__file__).parent.parent / "layouts"
DELIMITERS = {"comma": ",", "pipe": "|", "semicolon": ";", "tab": "\t"}
# What a layout of each format has, of the keys that not every layout has; the first ones it must have.
_OF_FORMAT = {"delimited": (("delimiter", "header"), ("header_row",)), "xml": (("namespace", "row"), ())}
# The fact that each kind of layout must give.
_ID = {"tape": "loan.loan_id", "lines": "disposition.loan"}
_A = {"tape": "a tape", "lines": "lines"}


class LayoutDraft(NamedTuple):
    """A whole layout as written."""

    layout: str | None
    title: str
    assumes: tuple[str, ...]
    of: str | None
    format: str | None
    delimiter: str | None
    header: bool | None
    header_row: int | None
    namespace: str | None
    row: str | None
    columns: tuple[str, ...]
    read: dict[str, ColumnDraft]
    rows: Written | None
    loans: Written | None
    facts: dict[str, Written]
    at: strict.Node


class Layout(NamedTuple):
    """A layout ready to be applied: `read` by name, `rows` (those as of the date), `loans` (those that are loans) and
    `facts` as programs. One for XML has a `namespace` and the element that is a `row`.
    """

    name: str
    sha256: str
    assumes: tuple[str, ...]
    delimiter: str
    columns: tuple[str, ...]
    header: bool
    header_row: int
    namespace: str
    row: str
    read: Mapping[str, Column]
    rows: Program | None
    loans: Program | None
    facts: Mapping[str, Program]


LAYOUT = Record(
    title="a layout",
    make=built(LayoutDraft),
    keys={
        "layout": Key(shape=Word(), means="the name of this layout", required=True),
        "title": Key(shape=Prose(), means="what files it reads, for a reader", required=True),
        "assumes": Key(shape=List(of=Prose()), means="what the facts read by it rest on"),
        "of": Key(shape=Word(one_of=("tape", "lines")), means="what its rows are; a tape's unless said"),
        "format": Key(
            shape=Word(one_of=tuple(_OF_FORMAT)),
            means="how the file is written; `delimited` unless said, or a workbook",
        ),
        "delimiter": Key(shape=Word(one_of=tuple(DELIMITERS)), means="what stands between cells; not in a workbook"),
        "header": Key(shape=Word(type=Type.FLAG), means="whether a row names the columns"),
        "header_row": Key(
            shape=Word(type=Type.COUNT, at_least=0), means="the line of the row that names them; the first unless said"
        ),
        "namespace": Key(shape=Word(), means="the XML namespace of its elements"),
        "row": Key(shape=Word(), means="the XML element, under the outermost, that is a row"),
        "columns": Key(
            shape=List(of=Word(), least=1), means="every column, in order; of XML every element of a row", required=True
        ),
        "read": Key(shape=Map(of=COLUMN), means="the columns that are read, and how", required=True),
        "rows": Key(
            shape=Code(examples=("row.month = tape.as_of",)),
            means="which rows are as of the tape's date; all of them unless said",
        ),
        "loans": Key(
            shape=Code(examples=("row.zero_balance_code is unknown",)),
            means="which rows are loans; all of them unless said",
        ),
        "facts": Key(
            shape=Map(of=Code(examples=("row.balance",)), least=1),
            means="each fact, from the row's columns",
            required=True,
        ),
    },
)


def shipped() -> list[str]:
    """Return the names of the layouts that ship."""
    return sorted(found.stem for found in FOLDER.glob("*.yaml"))


def find_layout(name: str, base: Path) -> tuple[Path, str]:
    """Return the file of a layout and its shown name: one that ships, or a YAML file beside the batch."""
    if name.endswith((".yaml", ".yml")):
        return base / name, str(base / name)
    known = ["canonical", *shipped()]
    if name not in known:
        help_ = nearest(name, known) or "there is " + ", ".join(f"`{one}`" for one in known)
        raise InputError(Fault(code="E602", message=f"no layout named `{name}`", help=help_))
    return FOLDER / f"{name}.yaml", f"layouts/{name}.yaml"


def named_layout(name: str, base: Path, facts: Mapping[str, FactDeclared], of: str = "tape") -> Layout:
    """Return the layout of a name; one that ships gives those of its facts that the agreement knows."""
    path, shown = find_layout(name, base)
    return load_layout(strict.load(path, shown), facts, of, is_shipped=path.parent == FOLDER)


def load_layout(
    document: strict.Document, facts: Mapping[str, FactDeclared], of: str = "tape", *, is_shipped: bool = False
) -> Layout:
    """Return the layout in a document; `facts` are those of the agreement. Raises InputError with every fault."""
    reader = Reader(document)
    draft: LayoutDraft = reader.read(LAYOUT, document.root)  # type: ignore[assignment] # made by the shape
    if (draft.of or "tape") != of:
        message = f"this is a layout of {_A[draft.of or 'tape']}, and one of {_A[of]} is needed here"
        raise InputError(document.fault("E510", message, draft.at))
    _check_format(reader, draft)
    known = {name: fact for name, fact in facts.items() if _may_give(of, fact)}
    given = {name: written for name, written in draft.facts.items() if name in known or not is_shipped}
    layout = Layout(
        name=draft.layout or "",
        sha256=document.sha256,
        assumes=draft.assumes,
        delimiter=DELIMITERS.get(draft.delimiter or "", ","),
        columns=draft.columns,
        header=bool(draft.header),
        header_row=draft.header_row or 1,
        namespace=draft.namespace or "",
        row=draft.row or "",
        read={name: _column(reader, name, column, draft) for name, column in draft.read.items()},
        rows=_program(reader, draft, draft.rows, Type.FLAG),
        loans=_program(reader, draft, draft.loans, Type.FLAG),
        facts={name: p for name, w in given.items() if (p := _fact(reader, draft, name, w, known)) is not None},
    )
    if reader.faults:
        raise InputError(*reader.faults)
    return layout


def _may_give(of: str, fact: FactDeclared) -> bool:
    """Tell whether a fact is one that a row of a tape, or of a table of lines, may give."""
    return fact.group == "loan" if of == "tape" else fact.group in ("disposition", "loan") and not fact.measured


def _check_format(reader: Reader, draft: LayoutDraft) -> None:
    """Note which keys do not go with the format, and with what the rows are."""
    written = {key.text: key for key, _ in draft.at.entries} if isinstance(draft.at, strict.Mapping) else {}
    chosen, of = draft.format or "delimited", draft.of or "tape"
    needed, possible = _OF_FORMAT[chosen]
    others = {key for of_one in _OF_FORMAT.values() for keys in of_one for key in keys} - {*needed, *possible}
    wrong = {key: f"a layout of the format `{chosen}` has no `{key}`" for key in others}
    if draft.header_row == 0:
        wrong["header_row"] = "`header_row` counts from 1"
    if of == "lines":
        wrong |= dict.fromkeys(("rows", "loans"), "every row of a table of lines is a line")
    for key, message in wrong.items():
        if key in written:
            reader.fault("E510", message, written[key])
    missing = [f"a layout of the format `{chosen}` needs `{key}`" for key in needed if key not in written]
    missing += [f"a layout of {_A[of]} needs the fact `{_ID[of]}`"] if _ID[of] not in draft.facts else []
    for message in missing:
        reader.fault("E510", message, draft.at)


def _fact(
    reader: Reader, draft: LayoutDraft, name: str, written: Written, known: Mapping[str, FactDeclared]
) -> Program | None:
    if name not in known:
        what = "line" if draft.of == "lines" else "loan"
        reader.fault("E510", f"no fact of a {what} named `{name}`", written.at, nearest(name, list(known)))
        return None
    return _program(reader, draft, written, known[name].type)


def _program(reader: Reader, draft: LayoutDraft, written: Written | None, expected: Type) -> Program | None:
    if written is None or written.tree is None:
        return None
    facts = {f"row.{name}": Declared(type=column.kind) for name, column in draft.read.items()}
    if draft.of != "lines":
        facts["tape.as_of"] = Declared(type=Type.DATE)
    scope = Scope(facts=facts, bare=frozenset({"row", "tape"}), sets={}, asks=True)
    typed = check(written.tree, scope, expected)
    if isinstance(typed, Typed):
        return Program(typed)
    for problem in typed:
        reader.problem(problem, written.at)
    return None


def _column(reader: Reader, name: str, draft: ColumnDraft, layout: LayoutDraft) -> Column:
    """Return how a column is read; one of XML may be an element inside another, as `outer/inner`."""
    source = draft.column or name
    outer = source.partition("/")[0] if layout.format == "xml" else source
    if outer not in layout.columns:
        reader.fault("E510", f"no column named `{source}`", draft.at, nearest(source, list(layout.columns)))
    return Column(name=source, kind=draft.kind, parse=parser(reader, draft), spell=speller(draft), draft=draft)
