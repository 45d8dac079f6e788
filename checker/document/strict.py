"""A YAML or JSON file as plain strings with places. No value is guessed: `3.10` stays text, `no` is not a boolean."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from checker.document import block
from checker.document.digest import sha256
from checker.document.nodes import MOST_NESTED, Listing, Mapping, Node, Scalar, place_in
from checker.faults import Fault, InputError, Place
from checker.lang.named import NamedTuple

__all__ = ["Document", "Listing", "Mapping", "Node", "Scalar", "decode", "load", "parse", "place_in", "read_bytes"]

MOST_BYTES = 5_000_000
_MARK = b"\xef\xbb\xbf"  # a byte order mark


class Document(NamedTuple):
    """One file: its name as the user gave it, its text, the digest of its bytes, and its content."""

    file: str
    text: str
    sha256: str
    root: Node

    def place(self, start: int, end: int) -> Place:
        """Return the place of a stretch of the text, cut at the end of its line."""
        return place_in(self.text, self.file, start, end)

    def fault(self, code: str, message: str, node: Node, help: str = "") -> Fault:  # noqa: A002 (the word of the output)
        """Return a fault at a node."""
        end = min(node.end, node.start + 1) if isinstance(node, Listing | Mapping) else node.end
        return Fault(code=code, message=message, place=self.place(node.start, end), help=help)

    def place_inside(self, scalar: Scalar, span: tuple[int, int]) -> Place:
        """Return the place of a stretch of a string's content, wherever quoting and indentation put it in the file."""
        spans = _spans(self.text, scalar)
        start, _ = spans[min(span[0], len(spans) - 1)]
        _, end = spans[min(max(span[1] - 1, span[0]), len(spans) - 1)]
        return self.place(start, end)


# What stands for one character between quotation marks: an escape, or a mark written twice. A line's end is none.
_ESCAPES = {
    '"': r"\\(?:\r?\n[ \r\n]*|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)",
    "'": "''",
}


def _spans(text: str, scalar: Scalar) -> list[tuple[int, int]]:
    """Return where each character of the scalar's content is written in the file, found by walking both in step."""
    at, mark = scalar.start, text[scalar.start : scalar.start + 1]
    if mark in ("|", ">"):
        at = text.find("\n", at)
    escape = re.compile(_ESCAPES[mark]) if mark in _ESCAPES and not scalar.plain else None
    at += escape is not None
    found: list[tuple[int, int]] = []
    for character in scalar.text:
        found.append(_written(text, (at, scalar.end), character, escape))
        at = found[-1][1]
    return [*found, (at, at + 1)] if found else [(scalar.start, scalar.start + 1)]


def _written(text: str, span: tuple[int, int], character: str, escape: re.Pattern[str] | None) -> tuple[int, int]:
    """Return the start and end of how a character is written, first thing in a stretch or behind white space."""
    wanted = (character, "\n") if character == " " else (character,)
    at, end = span
    while at < end:
        escaped = escape.match(text, at) if escape else None
        if escaped and "\n" not in escaped[0]:
            return escaped.span()
        if not escaped and text[at] in wanted:
            return at, at + 1
        at = escaped.end() if escaped else at + 1
    return span[0], span[0]


def read_bytes(path: Path, file: str, most: int | None = MOST_BYTES) -> bytes:
    """Return a file's bytes, or raise InputError when it cannot be read or is too large."""
    try:
        found = path.stat()
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISFIFO(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            raise InputError(Fault(code="E001", message="cannot read the file: not a file", place=Place(file=file)))
        with path.open("rb") as file_:
            data = file_.read(-1 if most is None else most + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(
            Fault(code="E001", message=f"cannot read the file: {reason.lower()}", place=Place(file=file))
        ) from None
    if most is not None and len(data) > most:
        raise InputError(Fault(code="E003", message=f"the file is larger than {most:,} bytes", place=Place(file=file)))
    return data


def decode(data: bytes, file: str) -> str:
    """Return the text of UTF-8 bytes, with or without a byte order mark."""
    try:
        return data.removeprefix(_MARK).decode()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        place = Place(file=file, line=line)
        raise InputError(
            Fault(code="E002", message="the file is not UTF-8 text", place=place, help="save it as UTF-8")
        ) from None


def load(path: Path, file: str | None = None) -> Document:
    """Read a YAML or JSON file; raise InputError at its first error of form."""
    name = file or str(path)
    return parse(read_bytes(path, name), name)


def parse(data: bytes, file: str) -> Document:
    """Return the document in `data`; `file` names it in messages."""
    text = decode(data, file)
    if "\t" in text and not file.endswith(".json"):
        at = text.index("\t")
        place = place_in(text, file, at, at + 1)
        raise InputError(Fault(code="E004", message="a tab", place=place, help="indent with spaces"))
    if file.endswith(".json"):
        text = _json(text, file)
    root = None if file.endswith(".json") else block.read(text)
    if root is None:
        from checker.document.events import compose

        root = compose(text, file)
    return Document(file=file, text=text, sha256=sha256(data), root=root)


# An escape of JSON; two of them may stand for one character beyond U+FFFF, which YAML does not know.
_ESCAPE = r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|.)"
_CONSTANT = r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)'


def _json(text: str, file: str) -> str:
    """Return text that is JSON, which the YAML parser then reads for the places; raise InputError if it is not.

    YAML does not know the two escapes that JSON may write for one character, so they are written out.
    """
    import json

    def refuse(name: str) -> None:
        at = next(found.start() for found in re.finditer(_CONSTANT, text) if found[1])
        raise json.JSONDecodeError(f"`{name}` is no number", text, at)

    try:
        json.loads(text, parse_float=str, parse_int=str, parse_constant=refuse)
    except json.JSONDecodeError as error:
        place = place_in(text, file, error.pos, error.pos + 1)
        message = f"not well-formed JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise InputError(Fault(code="E005", message=message, place=place)) from None
    except RecursionError:
        fault = Fault(code="E008", message=f"nested deeper than {MOST_NESTED} levels", place=Place(file=file))
        raise InputError(fault) from None
    return re.sub(_ESCAPE, lambda found: json.loads(f'"{found[0]}"') if len(found[0]) > len(r"\u") else found[0], text)
