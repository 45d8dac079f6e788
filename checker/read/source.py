"""A file as a table, by its kind: delimited text, or a sheet of an Excel workbook where its name ends in `.xlsx`."""

from checker.faults import Fault, InputError, Place
from checker.read.table import Form, Table, read_table

_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how a zip file and an old Excel workbook start


def is_workbook(file: str) -> bool:
    """Tell whether a file is an Excel workbook, by its name."""
    return file.lower().endswith(".xlsx")


def open_table(data: bytes, file: str, form: Form) -> Table:
    """Return the table in a file; a workbook's sheet may be left out where it has only one."""
    if is_workbook(file):
        from checker.read.workbook import read_sheet

        return read_sheet(data, file, form)
    no_sheet(file, form.sheet)
    no_workbook(data, file)
    return read_table(data, file, form)


def no_workbook(data: bytes, file: str) -> None:
    """Refuse a workbook, or an archive, where a text is needed."""
    if data.startswith(_ARCHIVES) and not is_workbook(file):
        message = "the file is not UTF-8 text, but a workbook or an archive"
        help_ = "save it as an Excel workbook that is named `.xlsx`, or as CSV"
        raise InputError(Fault(code="E002", message=message, place=Place(file=file), help=help_))


def no_sheet(file: str, sheet: str | None) -> None:
    """Refuse a sheet of what is no workbook."""
    if sheet is not None:
        message = f"only an Excel workbook (.xlsx) has sheets, and `{sheet}` is named"
        raise InputError(Fault(code="E711", message=message, place=Place(file=file)))
