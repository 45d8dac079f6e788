"""The lines of a batch from a table: its columns are the keys of a line, or what a layout of lines makes of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from checker.document import strict
from checker.document.digest import sha256
from checker.faults import Fault, InputError, Place
from checker.lang.named import NamedTuple
from checker.lang.problem import nearest
from checker.lang.syntax import Value
from checker.model import FactDeclared
from checker.read.cells import column_of
from checker.read.source import open_table
from checker.read.table import Form, Table, capped
from checker.read.totals import OF_LINES, is_total, no_loan

Stated = dict[str, Value | None]
LOAN = "disposition.loan"


class Draft(NamedTuple):
    """A line as written: what it says, by the full names of facts, and where."""

    says: Stated
    at: Place


def full(key: str) -> str:
    """Return the fact that a key of a line states: a `loan.` fact by its name, any other without `disposition.`."""
    return key if key.startswith("loan.") else f"disposition.{key}"


def read_lines(
    base: Path, wanted: Mapping[str, object], facts: Mapping[str, FactDeclared]
) -> tuple[list[Draft], dict[str, str]]:
    """Return the lines in the table that a batch in the folder `base` names, and the digests of the files read."""
    path = base / str(wanted["file"])
    data = strict.read_bytes(path, str(path), most=None)
    sheet: str | None = wanted.get("sheet")  # type: ignore[assignment] # a text by shape
    digests = {"lines": sha256(data)}
    if wanted.get("layout", "canonical") == "canonical":
        return _plain(open_table(data, str(path), Form(sheet=sheet)), facts), digests
    from checker.read.apply import layout_frames, layout_row, layout_table
    from checker.read.layout import named_layout

    layout = named_layout(str(wanted["layout"]), base, facts, of="lines")
    table = layout_table(layout, data, str(path), sheet)
    faults: list[Fault] = []
    rows = [
        layout_row(layout, frame, table, at, facts, faults) for at, frame in enumerate(layout_frames(layout, table, {}))
    ]
    if faults:
        raise InputError(*capped(faults, str(path)))
    return _drafts(table, rows), digests | {"lines_layout": layout.sha256}


def _drafts(table: Table, rows: Iterable[Mapping[str, Value | None]]) -> list[Draft]:
    """Return what each row says; raise InputError with every row that is a total and no line."""
    drafts = [
        Draft(says={name: value for name, value in says.items() if value is not None}, at=table.row_place(at))
        for at, says in enumerate(rows)
    ]
    faults = [no_loan(draft.at, OF_LINES) for draft in drafts if LOAN in draft.says and is_total(str(draft.says[LOAN]))]
    if faults:
        raise InputError(*capped(faults, table.file))
    return drafts


def _plain(table: Table, facts: Mapping[str, FactDeclared]) -> list[Draft]:
    """Read a table whose columns are the keys of a line."""
    stated = [f for f in facts.values() if f.group in ("disposition", "loan") and not f.measured]
    known = {fact.name.removeprefix("disposition."): fact for fact in stated}
    place = Place(file=table.file, line=1)
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
    columns = {full(name): column_of(table, name, known[name], faults) for name in table.columns}
    if faults:
        raise InputError(*capped(faults, table.file))
    return _drafts(table, ({name: values[row] for name, values in columns.items()} for row in range(len(table.lines))))
