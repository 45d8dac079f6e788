"""Which of the layouts that ship a file fits, by its header, the number of its columns, or its XML namespace.

Nothing is read by it unless somebody is told.
"""

import csv
from collections.abc import Sequence

from checker.document import strict
from checker.document.shape import Reader
from checker.faults import InputError
from checker.lang.named import NamedTuple
from checker.read.hardened import namespace_of
from checker.read.layout import DELIMITERS, FOLDER, LAYOUT, LayoutDraft, find_layout, shipped
from checker.read.source import is_workbook
from checker.read.table import Form

MOST_LINE = 100_000


class Fit(NamedTuple):
    """A layout that a file fits, and by what."""

    layout: str
    by: str


def fitting(data: bytes, file: str, sheet: str | None = None) -> tuple[Fit, ...]:
    """Return the layouts that a file fits; a canonical table has the header of none."""
    drafts = [_draft(name) for name in shipped()]
    if is_workbook(file):
        return _by_names(_header(data, file, sheet), drafts)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        namespace = _namespace(data, file)
        return tuple(
            Fit(draft.layout or "", f"its namespace `{namespace}`")
            for draft in drafts
            if draft.namespace and draft.namespace == namespace
        )
    return _by_line(_first_line(data), drafts)


def spelled(found: Sequence[Fit]) -> str:
    """Return what fits, as what to do about it."""
    if len(found) == 1:
        return f"it fits the layout `{found[0].layout}` by {found[0].by}; name it to be sure"
    return "it fits several layouts; name one: " + ", ".join(f"`{fit.layout}` (by {fit.by})" for fit in found)


def _draft(name: str) -> LayoutDraft:
    document = strict.load(*find_layout(name, FOLDER))
    return Reader(document).read(LAYOUT, document.root)  # type: ignore[return-value] # made by the shape


def _by_line(line: str, drafts: Sequence[LayoutDraft]) -> tuple[Fit, ...]:
    """Hold the first line against every layout as its own delimiter divides it; a header says more than a number."""
    cells = {name: next(csv.reader([line], delimiter=sign), []) for name, sign in DELIMITERS.items()}
    of = [(draft, cells[draft.delimiter]) for draft in drafts if draft.delimiter]
    headed = [draft for draft, found in of if draft.header and tuple(found) == draft.columns]
    counted = [draft for draft, found in of if not draft.header and len(found) == len(draft.columns)]
    return tuple(map(_fit, headed or counted))


def _by_names(names: Sequence[str], drafts: Sequence[LayoutDraft]) -> tuple[Fit, ...]:
    return tuple(_fit(draft) for draft in drafts if draft.header and tuple(names) == draft.columns)


def _fit(draft: LayoutDraft) -> Fit:
    return Fit(draft.layout or "", "its header" if draft.header else f"its {len(draft.columns)} columns")


def _first_line(data: bytes) -> str:
    line = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")[:MOST_LINE].splitlines()[:1]
    return line[0].decode("utf-8", "replace") if line else ""


def _namespace(data: bytes, file: str) -> str:
    try:
        return namespace_of(data, file)
    except InputError:
        return ""


def _header(data: bytes, file: str, sheet: str | None) -> Sequence[str]:
    from checker.read.workbook import read_sheet

    try:
        return tuple(read_sheet(data, file, Form(sheet=sheet)).columns)
    except InputError:
        return ()
