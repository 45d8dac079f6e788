"""What a document holds: strings, lists and mappings, each with where it stands in the text."""

from __future__ import annotations

from checker.faults import Place
from checker.lang.named import NamedTuple

MOST_NESTED = 40


class Scalar(NamedTuple):
    """One string; `plain` where it is written without quotation marks. Offsets are in the file's text."""

    text: str
    plain: bool
    start: int
    end: int

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is written here: an unknown."""
        return not self.text or (self.plain and self.text in ("null", "Null", "NULL", "~"))


class Listing(NamedTuple):
    """A list."""

    items: tuple[Node, ...]
    start: int
    end: int


class Mapping(NamedTuple):
    """Keys and values, in the order of the file; no key stands twice."""

    entries: tuple[tuple[Scalar, Node], ...]
    start: int
    end: int


Node = Scalar | Listing | Mapping


def place_in(text: str, file: str, start: int, end: int) -> Place:
    """Return the place of text[start:end] in a file."""
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    source = text[begin : len(text) if stop < 0 else stop].rstrip("\r")
    width = max(1, min(end, begin + len(source)) - start)
    return Place(file=file, line=text.count("\n", 0, start) + 1, column=start - begin + 1, width=width, source=source)
