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
from checker.read.scan import OddError, Scan, letters_of

MOST_BYTES = 500_000_000
MOST_CELLS = 20_000_000
_CHUNK = 1 << 20
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

        Raises InputError where the sheet's last cell is so far out that the cells up to it cannot be held, and where
        another reader could read it otherwise.
        """
        data = self._zip.read(self.sheets[sheet])
        scan = Scan(data, lambda: walk.byte)
        walk = Walk(self._file, scan.start, scan.end, scan.text)
        try:
            walk.walk(data)
        except OddError as error:
            row, column = scan.spot
            cell = f"{sheet}!{letters_of(max(0, column))}{row + 1}"
            place = Place(file=self._file, line=row + 1, column=column + 1, cell=cell)
            help_ = "open the workbook in a spreadsheet and save it again"
            raise InputError(Fault(code="E702", message=f"an odd sheet: {error}", place=place, help=help_)) from None
        if (scan.last_row + 1) * (scan.last_column + 2) > MOST_CELLS:  # a row takes room, too
            message = f"the sheet `{sheet}` spans more than {MOST_CELLS:,} cells"
            help_ = "delete the empty rows and columns after the last that is used"
            raise InputError(self._fault("E003", message, help_))
        return scan.errors


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return "a part of it is missing"
    return (str(error) or "it cannot be unpacked").lower()
