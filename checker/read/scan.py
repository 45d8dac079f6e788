"""One pass over the cells of a sheet before another package reads them: where they stand, and what could mislead it."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from checker.lang.named import NamedTuple
from checker.read.hardened import split

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of a sheet, as the format has it
NAMESPACES = frozenset(
    {"http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"}
)
_READ = frozenset({"sheetData", "row", "c", "v", "is", "t"})  # of the elements of a sheet
_HOLDS_ONE = frozenset({"v", "is"})  # of them in a cell
_LONGEST = 9  # no row or column that can be held has a longer name


class OddError(ValueError):
    """A sheet is not as a workbook's are, so that it could be read as two different ones."""


class Spot(NamedTuple):
    """A row and a column, from 0."""

    row: int
    column: int


class Scan:
    """The errors among the cells, and how far out the last is; one that does not say where it is follows the last.

    Raises OddError where a row or a cell stands twice or out of order, has several values or one in pieces, is of
    another vocabulary, or lies beyond the last that a sheet can have. `at` is how far the reading is, in bytes of
    `data`.
    """

    def __init__(self, data: bytes, at: Callable[[], int]) -> None:
        """Start before the first row."""
        self.errors: dict[tuple[int, int], str] = {}
        self.last_row = self.last_column = -1
        self.spot = Spot(-1, -1)
        self._data = data
        self._at = at
        self._is_inside = self._was_inside = self._is_named = False
        self._kind = ""  # of the cell
        self._held = 0  # by the cell
        self._started = 0
        self._text: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take note of an element that opens."""
        namespace, local = split(name)
        if not self._is_inside and local != "sheetData":
            return
        if local in _READ and namespace not in NAMESPACES:
            raise OddError(f"an element `{local}` is of the namespace `{namespace[:200]}`")
        if local == "sheetData":
            if self._was_inside:
                raise OddError("the sheet has its data twice")
            self._is_inside = self._was_inside = True
        if local == "row":
            self._row(attributes.get("r", ""))
        elif local == "c":
            self._cell(attributes.get("r", ""))
            self._kind = attributes.get("t", "n")
        elif local in _HOLDS_ONE:
            self._held += 1
            if self._held > 1:
                raise OddError("a cell has two values")
            self._started = self._at()
            self._text.clear()

    def _row(self, named: str) -> None:
        row = _number(named, self.spot.row + 2) - 1
        self._check(row <= self.spot.row, row, 0)
        self._is_named = bool(named)
        self.spot = Spot(row, -1)

    def _cell(self, named: str) -> None:
        letters = named.rstrip("0123456789")
        column = _number_of(letters, self.spot.column + 2) - 1
        row = _number(named[len(letters) :], self.spot.row + 1) - 1
        is_elsewhere = row != self.spot.row and (self._is_named or row < self.spot.row)
        self._check(column <= self.spot.column or is_elsewhere, row, column)
        self._is_named = self._is_named or bool(named)
        self.spot = Spot(row, column)
        self._held = 0
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)

    def _check(self, is_odd: bool, row: int, column: int) -> None:  # noqa: FBT001 (told where it is found)
        if row >= MOST_ROWS or column >= MOST_COLUMNS:
            self.spot = Spot(min(row, MOST_ROWS), min(column, MOST_COLUMNS))
            raise OddError(f"a cell lies beyond the {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns of a sheet")
        if is_odd:
            self.spot = Spot(row, column)
            raise OddError("a row or a cell stands twice, or not in its order")

    def text(self, text: str) -> None:
        """Keep the text of an error."""
        if self._kind == "e":
            self._text.append(text)

    def end(self, name: str) -> None:
        """Take note of an element that closes."""
        if not self._is_inside:
            return
        local = split(name)[1]
        if local == "v":
            written = self._data[self._started : self._at()].partition(b">")[2]
            if b"<" in written or (b"&" in written and self._kind != "str"):
                raise OddError("the value of a cell is in pieces, or spelled by references")
        elif local == "c":
            if self._kind == "e":
                self.errors[self.spot] = "".join(self._text).strip() or "#N/A"
            self._kind = ""
        elif local == "sheetData":
            self._is_inside = False


def _number(digits: str, usual: int) -> int:
    if not (digits.isascii() and digits.isdecimal()):
        return usual
    return int(digits) if len(digits) <= _LONGEST else 10**_LONGEST


@lru_cache(maxsize=512)
def _number_of(letters: str, usual: int) -> int:
    if not (letters.isascii() and letters.isalpha()):
        return usual
    found = 0
    for letter in letters[:_LONGEST].upper():
        found = found * 26 + ord(letter) - ord("A") + 1
    return found


def letters_of(column: int) -> str:
    """Return the name of a column."""
    before, last = divmod(column, 26)
    return (letters_of(before - 1) if before else "") + chr(ord("A") + last)
