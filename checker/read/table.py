"""Delimited text as rows of strings with their lines; every row is as wide as the header."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from checker.document.strict import decode
from checker.faults import Fault, InputError, Place
from checker.values import BadValueError

MOST_FAULTS = 50
T = TypeVar("T")


class Table(NamedTuple):
    """A file's columns by name, each a sequence of cells, and the line on which each row starts."""

    file: str
    text: str
    delimiter: str
    columns: dict[str, Sequence[str]]
    lines: Sequence[int]

    def place(self, row: int, column: str) -> Place:
        """Return the place of a cell."""
        line = self.lines[row]
        source = _lines(self.text)[line - 1]
        start, width = _cell(source, self.delimiter, list(self.columns).index(column))
        return Place(file=self.file, line=line, column=start + 1, width=max(1, width), source=source)

    def row_place(self, row: int) -> Place:
        """Return the place of a row."""
        line = self.lines[row]
        source = _lines(self.text)[line - 1]
        return Place(file=self.file, line=line, column=1, width=len(source), source=source)


@lru_cache(maxsize=2)
def _lines(text: str) -> list[str]:
    """Return the lines of a file, ended as the CSV reader takes them to end."""
    return re.split(r"\r\n|\r|\n", text)


def read_table(data: bytes, file: str, delimiter: str = ",", names: Sequence[str] | None = None) -> Table:
    """Return the table in `data`. `names` are the columns where the file has no header.

    Rows in which every cell is empty are skipped. Raises InputError where the rows do not fit the columns.
    """
    text = decode(data, file)
    rows, lines = _rows(text, file, delimiter)
    if names is None:
        if not rows:
            raise InputError(Fault(code="E701", message="the file has no header", place=Place(file=file)))
        names, rows, lines = rows[0], rows[1:], lines[1:]
        _check_header(names, file, text)
    faults = [
        _width(file, line, len(row), len(names))
        for row, line in zip(rows, lines, strict=True)
        if len(row) != len(names)
    ]
    if faults:
        raise InputError(*capped(faults, file))
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return Table(file=file, text=text, delimiter=delimiter, columns=dict(zip(names, columns, strict=True)), lines=lines)


def _rows(text: str, file: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    last = 0
    try:
        for row in reader:
            if any(row):
                rows.append(row)
                lines.append(last + 1)
            last = reader.line_num
    except csv.Error as error:
        place = Place(file=file, line=reader.line_num)
        raise InputError(Fault(code="E702", message=f"not a well-formed table: {error}", place=place)) from None
    return rows, lines


def _check_header(names: Sequence[str], file: str, text: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    place = Place(file=file, line=1, column=1, source=_lines(text)[0])
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


def parse_column(table: Table, name: str, parse: Callable[[str], T], faults: list[Fault]) -> list[T | None]:
    """Return a column's values, None where a cell is empty; note a fault for each cell that does not parse.

    A text that stands in many cells is parsed once.
    """
    cells = table.columns[name]
    parsed: dict[str, T | None] = {"": None}
    wrong: dict[str, BadValueError] = {}
    for cell in set(cells) - {""}:
        try:
            parsed[cell] = parse(cell)
        except BadValueError as error:
            parsed[cell], wrong[cell] = None, error
    if wrong:
        faults += [_fault(table, row, name, wrong[cell]) for row, cell in enumerate(cells) if cell in wrong]
    return [parsed[cell] for cell in cells]


def _fault(table: Table, row: int, name: str, error: BadValueError) -> Fault:
    return Fault(code=error.code, message=str(error), place=table.place(row, name), help=error.help)
