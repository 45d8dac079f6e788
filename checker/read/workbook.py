"""A sheet of an Excel workbook as a table: text stays text, a date is a date, a number has the digits that Excel keeps.

Cells are read by python-calamine, which tells no error from an empty cell and makes room for every cell up to the last;
so the sheet's own XML is looked through first, for errors and for a cell that stands too far out.
"""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial

from checker.faults import Fault, InputError, Place
from checker.lang.problem import nearest
from checker.lang.syntax import Type
from checker.read.parts import Parts
from checker.read.scan import letters_of
from checker.read.table import Form, Own, Table, capped, check_header
from checker.values import HELP, BadValueError

HOW = "pip install 'loan-pool-checker[excel]'"
DIGITS = 15  # Excel keeps so many of a number
MOST_WHOLE = 10**DIGITS
CENTS = 2
ROUND = "round it in the spreadsheet: `=ROUND(cell, 2)`"
AS_TEXT = "format the column as text in the spreadsheet, and type the cell again"

Cell = object  # text, a number, a flag, a day, a time, or "" where there is nothing
Rows = Sequence[Sequence[Cell]]
Errors = Mapping[tuple[int, int], str]  # by row and column from 0


def read_sheet(data: bytes, file: str, form: Form) -> Table:
    """Return the table on a sheet: its columns are named by the form, or else by the row that is the header.

    Rows in which every cell is empty are skipped. Raises InputError where the file is no workbook, or could be an
    attack, where the sheet is not there, and where the rows do not fit the columns.
    """
    parts = Parts(data, file)
    sheet = _chosen(parts, file, form.sheet)
    errors = parts.errors(sheet)
    grid = _grid(data, file, sheet)
    wrong = {row for row, _ in errors}
    rows = [at for at, row in enumerate(grid) if at in wrong or any(cell != "" for cell in row)]
    above = [at for at in rows if at + 1 < form.header_row]
    kept = rows[len(above) :]
    names = form.names
    if names is None:
        if not kept:
            message = f"the sheet `{sheet}` has no header"
            raise InputError(Fault(code="E701", message=message, place=Place(file=file)))
        names = _names(grid[kept[0]])
        check_header(names, _place(file, sheet, kept.pop(0), 0))
    _check_width(grid, errors, kept, len(names), partial(_place, file, sheet))
    return Table(
        file=file,
        columns={name: [_shown(grid, errors, row, at) for row in kept] for at, name in enumerate(names)},
        lines=[row + 1 for row in kept],
        where=partial(_where, file, sheet, list(names), kept),
        own=partial(_own, grid, errors, list(names), kept),
        empty=len(grid) - len(rows),
        above=len(above),
        sheet=sheet,
    )


def _chosen(parts: Parts, file: str, wanted: str | None) -> str:
    known = list(parts.sheets)
    if wanted is None and len(known) == 1:
        return known[0]
    listed = "there is " + ", ".join(f"`{name}`" for name in known)
    if wanted is None:
        message = "the workbook has several sheets, and none is named"
        raise InputError(Fault(code="E711", message=message, place=Place(file=file), help=f"name one: {listed}"))
    if wanted not in known:
        message = f"the workbook has no sheet named `{wanted}`"
        help_ = nearest(wanted, known) or listed
        raise InputError(Fault(code="E711", message=message, place=Place(file=file), help=help_))
    return wanted


def _grid(data: bytes, file: str, sheet: str) -> Rows:
    """Return every cell of a sheet from its first row and column on."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        message = "an Excel workbook needs a package that is not installed"
        raise InputError(Fault(code="E713", message=message, place=Place(file=file), help=HOW)) from None
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except CalamineError as error:
        message = f"not a well-formed workbook: {str(error).lower()}"
        raise InputError(Fault(code="E702", message=message, place=Place(file=file))) from None
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # noqa: BLE001 (a panic in the package is no Exception, and would end with the code of a refusal)
        message = "not a well-formed workbook: the package that reads it gave up"
        raise InputError(Fault(code="E702", message=message, place=Place(file=file))) from None


def _names(row: Sequence[Cell]) -> list[str]:
    """Return the names in a header, up to the last of them."""
    names = [_text(cell) for cell in row]
    while names and not names[-1]:
        names.pop()
    return names


def _check_width(grid: Rows, errors: Errors, kept: Sequence[int], wide: int, place: partial[Place]) -> None:
    faults = [
        Fault(code="E704", message="a cell stands beside the columns that have a name", place=place(row, at))
        for row in kept
        for at in range(wide, len(grid[row]))
        if _shown(grid, errors, row, at)
    ]
    if faults:
        raise InputError(*capped(faults, str(place.args[0])))


def _place(file: str, sheet: str, row: int, at: int | None) -> Place:
    cell = f"{sheet}!{row + 1}" if at is None else f"{sheet}!{letters_of(at)}{row + 1}"
    return Place(file=file, line=row + 1, column=0 if at is None else at + 1, cell=cell)


def _where(file: str, sheet: str, names: list[str], kept: Sequence[int], row: int, column: str | None) -> Place:
    return _place(file, sheet, kept[row], None if column is None else names.index(column))


def _text(cell: Cell) -> str:
    """Return a cell as text: of a number the 15 digits that Excel shows and compares by, whatever lies behind them."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str | dt.date | dt.time | dt.timedelta):
        return str(cell)
    return (
        f"{Decimal(f'{cell:.15g}').normalize():f}"  # formatting rounds the binary number once, and nothing is added up
    )


def _shown(grid: Rows, errors: Errors, row: int, at: int) -> str:
    cells = grid[row]
    return errors.get((row, at)) or (_text(cells[at]) if at < len(cells) else "")


def _own(grid: Rows, errors: Errors, names: list[str], kept: Sequence[int], column: str, kind: Type) -> Own:
    """Return what the cells of a column are where their text does not say it: days, flags, errors, and lost digits."""
    at = names.index(column)
    found = {}
    for number, row in enumerate(kept):
        cell = grid[row][at] if at < len(grid[row]) else ""
        own = _error(errors[row, at]) if (row, at) in errors else _value(cell, kind)
        if own is not None:
            found[number] = own
    return found


def _error(shown: str) -> BadValueError:
    return BadValueError(
        f"the cell is an error: `{shown}`", "correct the formula, or empty the cell: it is then unknown"
    )


def _value(cell: Cell, kind: Type) -> dt.date | bool | BadValueError | None:
    """Return the value of a cell that is more than text, or what is wrong with it; None where its text is its value."""
    if isinstance(cell, str):
        return None
    if isinstance(cell, bool):
        return cell if kind is Type.FLAG else BadValueError(f"`{_text(cell)}` is a flag, and a {kind} is needed here")
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        return _day(cell, kind)
    return _lost(cell) or _number(_text(cell), kind)


def _day(cell: dt.date | dt.time | dt.timedelta, kind: Type) -> dt.date | BadValueError:
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    is_day = isinstance(cell, dt.date) and not isinstance(cell, dt.datetime)
    if is_day and kind is Type.DATE:
        return cell  # type: ignore[return-value] # a day
    help_ = AS_TEXT if kind is Type.TEXT else HELP[kind]
    return BadValueError(f"`{cell}` is a {'date' if is_day else 'time'}, and a {kind} is needed here", help_)


def _lost(cell: object) -> BadValueError | None:
    """Return what is wrong with a number of which 15 digits are not all there is.

    What arithmetic leaves behind the digits that were meant (`0.30000000000000004`) is not lost: the 15 digits of such
    a number end in zeros. Beyond 13 digits before the point there is no room for cents.
    """
    whole, kept = Decimal(repr(cell)), Decimal(f"{cell:.15g}")
    if whole == kept or not whole.is_finite() or abs(whole) >= MOST_WHOLE:
        return None
    is_full = len(kept.normalize().as_tuple().digits) == DIGITS
    if not is_full and abs(whole) < MOST_WHOLE // 10**CENTS:
        return None
    message = f"`{whole:f}` has more digits than a spreadsheet keeps of a number, which is {DIGITS}"
    return BadValueError(message, "round it to what is meant, or write it as text")


def _number(text: str, kind: Type) -> BadValueError | None:
    """Return what is wrong with a number where this type is needed."""
    value = Decimal(text)
    if not value.is_finite():
        return BadValueError(f"`{text}` is not a number", HELP[Type.NUMBER])
    is_whole = value == value.to_integral_value()
    if abs(value) >= MOST_WHOLE:
        return BadValueError(f"`{text}` has more digits than a spreadsheet keeps of a number", AS_TEXT)
    if kind is Type.TEXT and not is_whole:
        return BadValueError(f"`{text}` is a number, and a text is needed here", AS_TEXT)
    if kind is Type.MONEY and -value.as_tuple().exponent > CENTS:  # type: ignore[operator] # it is finite
        return BadValueError(f"`{text}` is not whole cents", ROUND)
    if kind is Type.DATE:
        return BadValueError(f"`{text}` is a number, and a date is needed here", "format the column as dates")
    return None
