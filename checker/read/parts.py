"""The parts of a workbook, looked through before anything else reads it: how large it is, its sheets, their errors."""

import io
import lzma
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping

from checker.faults import Fault, InputError, Place
from checker.read.hardened import Walk, ignore, split

MOST_BYTES = 500_000_000
MOST_CELLS = 20_000_000
_CHUNK = 1 << 20
_LONGEST = 9  # no row or column that can be held has a longer name
# What unpacking a damaged or a locked file may come to.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    LookupError,
    ValueError,
    RuntimeError,
    OSError,
    EOFError,
)
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships\nid"


class Parts:
    """A workbook's parts; `sheets` has the part that holds each sheet, by its name, in the workbook's order."""

    def __init__(self, data: bytes, file: str) -> None:
        """Open the workbook; raise InputError where it is none, or grows beyond all measure when it is unpacked."""
        self._file = file
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._measure()
            self.sheets = self._sheets()
        except _DAMAGED as error:
            message = "not an Excel workbook (.xlsx)"
            help_ = "a workbook in another format, or with a password, is saved as .xlsx without one"
            raise InputError(self._fault("E702", f"{message}: {_reason(error)}", help_)) from None

    def _fault(self, code: str, message: str, help_: str = "") -> Fault:
        return Fault(code=code, message=message, place=Place(file=self._file), help=help_)

    def _measure(self) -> None:
        """Unpack every part once, whatever size it claims to have; no name may mean two of them."""
        names = [part.filename.casefold() for part in self._zip.infolist()]
        if len(set(names)) < len(names):
            raise ValueError("a part stands in it twice")
        size = 0
        for part in self._zip.infolist():
            with self._zip.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > MOST_BYTES:
                        raise InputError(self._fault("E003", f"the workbook unpacks to more than {MOST_BYTES:,} bytes"))

    def _sheets(self) -> dict[str, str]:
        links: dict[str, str] = {}
        sheets: dict[str, str] = {}

        def link(name: str, attributes: Mapping[str, str]) -> None:
            if split(name)[1] == "Relationship":
                links[attributes.get("Id", "")] = posixpath.normpath(
                    posixpath.join("/xl", attributes.get("Target", ""))
                )

        def sheet(name: str, attributes: Mapping[str, str]) -> None:
            if split(name)[1] == "sheet":
                part = links[attributes.get(_LINK, "")].lstrip("/")
                if attributes.get("name", "") in sheets:
                    raise ValueError("a sheet stands in it twice")
                sheets[attributes.get("name", "")] = self._zip.getinfo(part).filename

        Walk(self._file, link, ignore, ignore).walk(self._zip.read("xl/_rels/workbook.xml.rels"))
        Walk(self._file, sheet, ignore, ignore).walk(self._zip.read("xl/workbook.xml"))
        return sheets

    def errors(self, sheet: str) -> Mapping[tuple[int, int], str]:
        """Return the error in each cell of a sheet that is one, by row and column from 0.

        Raises InputError where the sheet's last cell is so far out that the cells up to it cannot be held.
        """
        scan = _Scan()
        Walk(self._file, scan.start, scan.end, scan.text).walk(self._zip.read(self.sheets[sheet]))
        if (scan.last_row + 1) * (scan.last_column + 1) > MOST_CELLS:
            message = f"the sheet `{sheet}` spans more than {MOST_CELLS:,} cells"
            help_ = "delete the empty rows and columns after the last that is used"
            raise InputError(self._fault("E003", message, help_))
        return scan.errors


class _Scan:
    """One pass over the cells of a sheet; one that does not say where it is stands after the one before."""

    def __init__(self) -> None:
        self.errors: dict[tuple[int, int], str] = {}
        self.last_row = self.last_column = -1
        self._row = self._column = -1
        self._is_error = False
        self._text: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = split(name)[1]
        if local == "row":
            self._row = _number(attributes.get("r", ""), self._row + 2) - 1
            self._column = -1
        elif local == "c":
            self._cell(attributes.get("r", ""))
            self._is_error = attributes.get("t") == "e"
        elif local == "v":
            self._text.clear()

    def _cell(self, named: str) -> None:
        letters = named.rstrip("0123456789")
        self._column = _number_of(letters, self._column + 2) - 1
        self._row = _number(named[len(letters) :], self._row + 1) - 1
        self.last_row, self.last_column = max(self.last_row, self._row), max(self.last_column, self._column)

    def text(self, text: str) -> None:
        if self._is_error:
            self._text.append(text)

    def end(self, name: str) -> None:
        if self._is_error and split(name)[1] == "c":
            self.errors[self._row, self._column] = "".join(self._text).strip() or "#N/A"
            self._is_error = False


def _number(digits: str, usual: int) -> int:
    if not (digits.isascii() and digits.isdecimal()):
        return usual
    return int(digits) if len(digits) <= _LONGEST else 10**_LONGEST


def _number_of(letters: str, usual: int) -> int:
    if not (letters.isascii() and letters.isalpha()):
        return usual
    found = 0
    for letter in letters[:_LONGEST].upper():
        found = found * 26 + ord(letter) - ord("A") + 1
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return "a part of it is missing"
    return (str(error) or "it cannot be unpacked").lower()
