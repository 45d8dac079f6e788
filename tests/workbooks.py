"""Excel workbooks for tests: the few parts that one needs, written as text, so that a cell can be anything."""

import datetime as dt
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
FIRST_DAY = dt.date(1899, 12, 30)


class Number(NamedTuple):
    """A number as the file spells it."""

    written: str


class Error(NamedTuple):
    """A cell whose formula went wrong."""

    shown: str


class Formula(NamedTuple):
    """A formula, with the number that the program kept of it, or without."""

    text: str
    kept: str | None = None


Cell = str | bool | dt.date | dt.datetime | dt.time | Number | Error | Formula | None
Rows = Sequence[Sequence[Cell]]


def write(path: Path, sheets: Mapping[str, Rows | str]) -> Path:
    """Write a workbook; a sheet given as text is its XML."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts(sheets).items():
            file.writestr(name, text)
    return path


def parts(sheets: Mapping[str, Rows | str]) -> dict[str, str]:
    """Return the parts of a workbook by their names."""
    numbered = list(enumerate(sheets, 1))
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered)
    links = "".join(_link(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered)
    types = "".join(_type(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n, _ in numbered)
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{_type('/xl/workbook.xml', 'sheet.main')}{_type('/xl/styles.xml', 'styles')}{types}</Types>",
        "_rels/.rels": _links(_link("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links(links + _link("styles", "styles", "styles.xml")),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/>'
        f'<xf numFmtId="22"/></cellXfs></styleSheet>',
        **{f"xl/worksheets/sheet{n}.xml": sheet_text(sheets[name]) for n, name in numbered},
    }


def sheet_text(rows: Rows | str) -> str:
    """Return the XML of a sheet."""
    if isinstance(rows, str):
        return rows
    written = "".join(f'<row r="{n}">{"".join(_cells(n, row))}</row>' for n, row in enumerate(rows, 1))
    return f'<worksheet xmlns="{MAIN}"><sheetData>{written}</sheetData></worksheet>'


def _cells(number: int, row: Sequence[Cell]) -> Iterator[str]:
    for at, cell in enumerate(row):
        if cell is not None:
            yield _cell(f"{letters(at)}{number}", cell)


def letters(at: int) -> str:
    """Return the name of a column, counted from 0."""
    return chr(ord("A") + at) if at < 26 else letters(at // 26 - 1) + letters(at % 26)


def _cell(place: str, cell: Cell) -> str:
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    if isinstance(cell, Error):
        return f'<c r="{place}" t="e"><v>{cell.shown}</v></c>'
    if isinstance(cell, Formula):
        kept = "" if cell.kept is None else f"<v>{cell.kept}</v>"
        return f'<c r="{place}"><f>{escape(cell.text)}</f>{kept}</c>'
    if isinstance(cell, Number):
        return f'<c r="{place}"><v>{cell.written}</v></c>'
    if isinstance(cell, dt.datetime):
        hours = f"{(cell - dt.datetime.combine(FIRST_DAY, dt.time())) / dt.timedelta(days=1)}"
        return f'<c r="{place}" s="2"><v>{hours}</v></c>'
    assert isinstance(cell, dt.date)
    return f'<c r="{place}" s="1"><v>{(cell - FIRST_DAY).days}</v></c>'


def _links(links: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'


def _link(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def _type(part: str, kind: str) -> str:
    return f'<Override PartName="{part}" ContentType="{KIND}.{kind}+xml"/>'
