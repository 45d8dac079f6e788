"""Quotation marks that two readers of CSV take differently."""

from collections.abc import Iterator
from pathlib import Path

from checker.engine.book import Table
from checker.faults import Fault, InputError, Place

BLOCK, EDGE = 1 << 22, 1 << 12  # bytes that are looked at together, and around a place
_PAIRS = (b' "', b'\t"', b'" ', b'"\t')


def check_quotes(table: Table) -> None:
    """Refuse a quotation mark between a space and the end of a cell: readers differ on whether the cell is quoted."""
    path, delimiter = Path(table.file), table.form.delimiter.encode()
    for start, block, first, last in _blocks(path):
        found = [at for at in _beside_spaces(block, delimiter) if first <= at < last] if b'"' in block else []
        if found:
            message = "a quotation mark stands between a space and the end of a cell, which can be read in two ways"
            help_ = "write the cell without the space, or judge it with `--engine python`"
            with path.open("rb") as file:
                line = file.read(start + min(found)).count(b"\n") + 1
            raise InputError(Fault(code="E702", message=message, place=Place(file=table.file, line=line), help=help_))


def _blocks(path: Path) -> Iterator[tuple[int, bytes, int, int]]:
    """Yield a file in blocks that overlap: where each starts, and from where to where its places are looked at."""
    with path.open("rb") as file:
        start, block, chunk = 0, b"", file.read(BLOCK)
        while chunk:
            block, chunk = block + chunk, file.read(BLOCK)
            yield start, block, EDGE if start else 0, len(block) - EDGE if chunk else len(block)
            kept = block[-2 * EDGE :]
            start, block = start + len(block) - len(kept), kept


def _beside_spaces(data: bytes, delimiter: bytes) -> Iterator[int]:
    """Yield where a mark follows spaces that begin a cell, or precedes spaces that end one.

    Two marks are one that is part of a quoted text, unless nothing else is in the cell.
    """
    ends = (b"", b"\r", b"\n", delimiter)
    for pair in _PAIRS:
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
            at = data.find(pair, at + 1)


def _run(data: bytes, start: int, step: int, signs: bytes) -> int:
    """Return how many of some signs stand one after the other, from a place in one direction."""
    count = 0
    while _at(data, start + step * count) and _at(data, start + step * count) in signs:
        count += 1
    return count


def _at(data: bytes, place: int) -> bytes:
    return data[place : place + 1] if place >= 0 else b""
