"""A layout applied to a source: its table, its rows as the language reads them, and the facts that each row gives."""

from collections.abc import Mapping, Sequence
from datetime import date

from checker.faults import Fault, InputError, Place
from checker.lang.evaluate import Frame
from checker.lang.syntax import Value
from checker.model import FactDeclared
from checker.read.layout import Layout
from checker.read.source import no_sheet, no_workbook, open_table
from checker.read.table import Form, Table, capped, clipped, parse_column
from checker.values import BadValueError, check_bounds


def layout_table(layout: Layout, data: bytes, file: str, sheet: str | None) -> Table:
    """Return the table in a file that has the form of the layout, or raise InputError."""
    if layout.namespace:
        from checker.read.elements import read_elements

        no_sheet(file, sheet)
        no_workbook(data, file)
        return read_elements(data, file, layout)
    names = None if layout.header else layout.columns
    form = Form(delimiter=layout.delimiter, names=names, header_row=layout.header_row, sheet=sheet)
    table = open_table(data, file, form)
    check_names(tuple(table.columns), table.file, layout)
    return table


def check_names(names: Sequence[str], file: str, layout: Layout) -> None:
    """Refuse a table whose columns are not those of the layout in their order."""
    if tuple(names) == layout.columns:
        return
    missing = [name for name in layout.columns if name not in names]
    extra = [name for name in names if name not in layout.columns]
    wrong = [*(f"`{name}` is missing" for name in missing), *(f"`{name}` is not known" for name in extra)]
    message = f"the header is not that of the layout `{layout.name}`: " + (", ".join(wrong[:8]) or "another order")
    raise InputError(Fault(code="E706", message=message, place=Place(file=file, line=layout.header_row)))


def layout_frames(layout: Layout, table: Table, also: Mapping[str, date]) -> list[Frame]:
    """Return what the layout's expressions are judged on, row by row; raise InputError with every bad cell."""
    faults: list[Fault] = []
    parsed = {
        f"row.{name}": parse_column(table, column.name, column.kind, column.parse, faults, column.spell)
        for name, column in layout.read.items()
    }
    if faults:
        raise InputError(*capped(faults, table.file))
    rows = zip(*parsed.values(), strict=True)
    return [Frame(row={**dict(zip(parsed, row, strict=True)), **also}, sets={}) for row in rows]


def layout_row(
    layout: Layout, frame: Frame, table: Table, at: int, facts: Mapping[str, FactDeclared], faults: list[Fault]
) -> dict[str, Value | None]:
    """Return the facts that a row gives, noting those outside their bounds."""
    row: dict[str, Value | None] = {}
    for name, program in layout.facts.items():
        value = program(frame)
        row[name] = value  # type: ignore[assignment] # without sets there are no bounds
        try:
            if value is not None:
                check_bounds(value, facts[name].one_of, facts[name].at_least)
        except BadValueError as error:
            message = f"`{name}`: " + str(error).replace(str(value), clipped(str(value)))
            faults.append(Fault(code=error.code, message=message, place=table.row_place(at), help=error.help))
    return row
