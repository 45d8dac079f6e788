"""Delimited text in which nothing is quoted, split into its columns at once: a third of the time of the CSV reader."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 100_000  # of a line: the CSV reader refuses a cell of more than 131,072 characters


def split(text: str, delimiter: str) -> list[Sequence[str]] | None:
    """Return the columns, a row a line, exactly as the CSV reader has them; None where it has to look itself.

    It has to where there is a quotation mark, a line break of an old kind, a row without a cell that says something,
    a row of another width than the first, or a line so long that a cell may be too long.
    """
    text = text.replace("\r\n", "\n").removesuffix("\n")
    width = text.partition("\n")[0].count(delimiter) + 1
    empty = f"\n{delimiter * (width - 1)}\n"
    if '"' in text or "\r" in text or empty in f"\n{text}\n" or _has_long_line(text):
        return None
    cells = text.replace("\n", f"{delimiter}\n").split(delimiter)
    columns = [cells[at::width] for at in range(width)]
    # A line break now starts a cell. If each of them starts one of the first column, all rows are of one width.
    rows = "".join(columns[0]).split("\n")
    if len(rows) * width != len(cells) or len(rows) != text.count("\n") + 1:
        return None
    return [rows, *columns[1:]]


def _has_long_line(text: str) -> bool:
    """Tell whether there may be a line that is too long: as half of it is then a stretch without a break."""
    half = LONGEST // 2
    return any(text.find("\n", at, at + half) < 0 for at in range(0, len(text) - half, half))
