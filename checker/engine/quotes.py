"""Quotation marks that two readers of CSV take differently."""

import mmap
from collections.abc import Iterator
from pathlib import Path

from checker.engine.book import Table
from checker.faults import Fault, InputError, Place


def check_quotes(table: Table) -> None:
    """Refuse a quotation mark between a space and the end of a cell: readers differ on whether the cell is quoted."""
    with Path(table.file).open("rb") as file:
        if not file.seek(0, 2):
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            at = min(_beside_spaces(data, table.form.delimiter.encode()), default=-1)
            line = data[:at].count(b"\n") + 1 if at >= 0 else 0
    if line:
        message = "a quotation mark stands between a space and the end of a cell, which can be read in two ways"
        help_ = "write the cell without the space, or judge it with `--engine python`"
        raise InputError(Fault(code="E702", message=message, place=Place(file=table.file, line=line), help=help_))


def _beside_spaces(data: mmap.mmap, delimiter: bytes) -> Iterator[int]:
    """Yield where a mark follows spaces that begin a cell, or precedes spaces that end one.

    Two marks are one that is part of a quoted text, unless nothing else is in the cell.
    """
    ends = (b"", b"\r", b"\n", delimiter)
    for pair in (b' "', b'\t"', b'" ', b'"\t'):
        at = data.find(pair)
        while at >= 0:
            opens = pair.endswith(b'"')
            mark = at + 1 if opens else at
            marks = _run(data, mark, 1 if opens else -1, b'"')
            beyond = mark + marks if opens else mark - marks
            spaces = _run(data, at if opens else at + 1, -1 if opens else 1, b" \t")
            edge = at - spaces if opens else at + 1 + spaces
            if _at(data, edge) in ends and (marks % 2 or _at(data, beyond) in ends):
                yield at
                break
            at = data.find(pair, at + 1)


def _run(data: mmap.mmap, start: int, step: int, signs: bytes) -> int:
    """Return how many of some signs stand one after the other, from a place in one direction."""
    count = 0
    while _at(data, start + step * count) and _at(data, start + step * count) in signs:
        count += 1
    return count


def _at(data: mmap.mmap, place: int) -> bytes:
    return data[place : place + 1] if place >= 0 else b""
