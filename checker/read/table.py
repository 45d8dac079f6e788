"""Rows of a source as columns of text, whatever the source; and delimited text as such a table."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from types import MappingProxyType

from checker.document.strict import decode
from checker.faults import Fault, InputError, Place
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type, Value
from checker.read.split import split
from checker.values import BadValueError

MOST_FAULTS = 50
MOST_SHOWN = 200  # of the characters of a cell in a message
Own = Mapping[int, Value | BadValueError]


def _nothing(_column: str, _kind: Type) -> Own:
    return MappingProxyType({})


class Table(NamedTuple):
    """A source's columns by name, each a sequence of cells as text, and the line on which each row starts.

    `where` tells the place of a cell, or of a row where no column is given. `own` tells what the source itself says
    of cells of a column of some type, whatever their text: their value, or what is wrong with them. Of the rows that
    are not here, `empty` say nothing and `above` stand before the header. `sheet` is that of a workbook.
    """

    file: str
    columns: Mapping[str, Sequence[str]]
    lines: Sequence[int]
    where: Callable[[int, str | None], Place]
    own: Callable[[str, Type], Own] = _nothing
    empty: int = 0
    above: int = 0
    sheet: str = ""

    def place(self, row: int, column: str) -> Place:
        """Return the place of a cell."""
        return self.where(row, column)

    def row_place(self, row: int) -> Place:
        """Return the place of a row."""
        return self.where(row, None)


class Form(NamedTuple):
    """How a table is laid out: what stands between cells, its columns where no row names them, and the row that does.

    A workbook has no delimiter, and may have several sheets.
    """

    delimiter: str = ","
    names: Sequence[str] | None = None
    header_row: int = 1
    sheet: str | None = None


def read_table(data: bytes, file: str, form: Form = Form()) -> Table:  # noqa: B008 (a frozen value)
    """Return the table in delimited text.

    Rows in which every cell is empty are skipped. Raises InputError where the rows do not fit the columns.
    """
    text = decode(data, file)
    return _split(text, file, form) or _parsed(text, file, form)


def _split(text: str, file: str, form: Form) -> Table | None:
    """Return the table in a text without quotation marks, rows of several widths and the like."""
    columns = split(text, form.delimiter) if form.header_row == 1 else None
    if columns is None or (form.names is not None and len(form.names) != len(columns)):
        return None
    names, first = form.names, 1
    if names is None:
        names, first = [column[0] for column in columns], 2
        columns = [column[1:] for column in columns]
        if len(set(names)) < len(names):
            check_header(names, _line(file, text, 1))
    return _table(text, file, form, names, columns, range(first, first + len(columns[0])))


def _parsed(text: str, file: str, form: Form) -> Table:
    rows, lines, empty = _rows(text, file, form.delimiter)
    above = next((at for at, line in enumerate(lines) if line >= form.header_row), len(lines))
    rows, lines, names = rows[above:], lines[above:], form.names
    if names is None:
        if not rows:
            raise InputError(Fault(code="E701", message="the file has no header", place=Place(file=file)))
        names, header, rows, lines = rows[0], lines[0], rows[1:], lines[1:]
        check_header(names, _line(file, text, header))
    faults = [
        _width(file, line, len(row), len(names))
        for row, line in zip(rows, lines, strict=True)
        if len(row) != len(names)
    ]
    if faults:
        raise InputError(*capped(faults, file))
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return _table(text, file, form, names, columns, lines)._replace(empty=empty, above=above)


def _table(
    text: str, file: str, form: Form, names: Sequence[str], columns: Sequence[Sequence[str]], lines: Sequence[int]
) -> Table:
    return Table(
        file=file,
        columns=dict(zip(names, columns, strict=True)),
        lines=lines,
        where=partial(_where, file, text, form.delimiter, list(names), lines),
    )


def _line(file: str, text: str, line: int) -> Place:
    return Place(file=file, line=line, column=1, source=_lines(text)[line - 1])


def _where(
    file: str, text: str, delimiter: str, names: list[str], lines: Sequence[int], row: int, column: str | None
) -> Place:
    line = lines[row]
    source = _lines(text)[line - 1]
    if column is None:
        return Place(file=file, line=line, column=1, width=len(source), source=source)
    start, width = _cell(source, delimiter, names.index(column))
    return Place(file=file, line=line, column=start + 1, width=max(1, width), source=source)


@lru_cache(maxsize=2)
def _lines(text: str) -> list[str]:
    """Return the lines of a file, ended as the CSV reader takes them to end."""
    return re.split(r"\r\n|\r|\n", text)


def _rows(text: str, file: str, delimiter: str) -> tuple[list[list[str]], list[int], int]:
    """Return the rows that say something, the line on which each starts, and how many say nothing."""
    import csv
    import io

    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    last = empty = 0
    try:
        for row in reader:
            if any(row):
                rows.append(row)
                lines.append(last + 1)
            else:
                empty += 1
            last = reader.line_num
    except csv.Error as error:
        place = Place(file=file, line=reader.line_num)
        raise InputError(Fault(code="E702", message=f"not a well-formed table: {error}", place=place)) from None
    return rows, lines, empty


def check_header(names: Sequence[str], place: Place) -> None:
    """Refuse a header in which a column stands twice."""
    twice = sorted({name for name in names if names.count(name) > 1})
    faults = [Fault(code="E703", message=f"the column `{name}` stands here twice", place=place) for name in twice]
    if faults:
        raise InputError(*faults)


def _width(file: str, line: int, found: int, wanted: int) -> Fault:
    message = f"the row has {found} cells, and the header {wanted}"
    return Fault(code="E704", message=message, place=Place(file=file, line=line))


def _cell(source: str, delimiter: str, index: int) -> tuple[int, int]:
    """Return where a cell starts in its line, and how wide it is; quotation marks hide delimiters."""
    start, seen, quoted = 0, 0, False
    for at, character in enumerate(source):
        if character == '"':
            quoted = not quoted
        elif character == delimiter and not quoted:
            if seen == index:
                return start, at - start
            start, seen = at + 1, seen + 1
    return (start, len(source) - start) if seen == index else (0, len(source))


def capped(faults: Sequence[Fault], file: str) -> list[Fault]:
    """Return the faults, or the first of them and how many more there are."""
    if len(faults) <= MOST_FAULTS:
        return list(faults)
    more = Fault(
        code="E705", message=f"and {len(faults) - MOST_FAULTS} more faults", place=Place(file=f"{file}: the rest")
    )
    return [*faults[:MOST_FAULTS], more]


def parse_column(
    table: Table,
    name: str,
    kind: Type,
    parse: Callable[[str], Value | None],
    faults: list[Fault],
    spell: Callable[[Value], str] | None = None,
) -> list[Value | None]:
    """Return a column's values, None where a cell is empty; note a fault for each cell that does not parse.

    A text that stands in many cells is parsed once. A value that the source itself has is parsed as `spell` writes it.
    """
    cells = table.columns[name]
    parsed: dict[str, Value | BadValueError | None] = {"": None}
    is_right = True
    for cell in set(cells) - {""}:
        try:
            parsed[cell] = parse(cell)
        except BadValueError as error:
            parsed[cell], is_right = error, False
    own = table.own(name, kind)
    if is_right and not own:
        return [parsed[cell] for cell in cells]  # type: ignore[misc] # none is wrong
    values: list[Value | None] = []
    for row, cell in enumerate(cells):
        value = _meant(own[row], parse, spell) if row in own else parsed[cell]
        if isinstance(value, BadValueError):
            message = str(value).replace(cell, clipped(cell)) if cell else str(value)
            faults.append(Fault(code=value.code, message=message, place=table.place(row, name), help=value.help))
            value = None
        values.append(value)
    return values


def _meant(
    own: Value | BadValueError, parse: Callable[[str], Value | None], spell: Callable[[Value], str] | None
) -> Value | BadValueError | None:
    """Return what a value of the source means in its column, or what is wrong with it."""
    if spell is None or isinstance(own, BadValueError):
        return own
    try:
        return parse(spell(own))
    except BadValueError as error:
        return error


def clipped(text: str) -> str:
    """Return a text for a message: what is longer than anybody reads is cut."""
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."
