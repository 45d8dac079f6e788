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
    """Yield where a mark that is not doubled follows spaces that begin a cell, or precedes spaces that end one."""
    ends = (b"", b"\r", b"\n", delimiter)
    for pair in (b' "', b'\t"', b'" ', b'"\t'):
        at = data.find(pair)
        while at >= 0:
            first, last = at, at + 2
            while data[first - 1 : first] in (b" ", b"\t") and first:
                first -= 1
            while data[last : last + 1] in (b" ", b"\t"):
                last += 1
            opens = pair.endswith(b'"') and data[first - 1 : first] in ends and data[last : last + 1] != b'"'
            closes = pair.startswith(b'"') and data[last : last + 1] in ends and data[first - 1 : first] != b'"'
            if opens or closes:
                yield at
                break
            at = data.find(pair, at + 1)
