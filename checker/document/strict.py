"""A YAML or JSON file as plain strings with places. No value is guessed: `3.10` stays text, `no` is not a boolean."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import yaml

from checker.document.digest import sha256
from checker.faults import Fault, InputError, Place
from checker.lang.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_BYTES = 5_000_000
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


def place_in(text: str, file: str, start: int, end: int) -> Place:
    """Return the place of text[start:end] in a file."""
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    source = text[begin : len(text) if stop < 0 else stop].rstrip("\r")
    width = max(1, min(end, begin + len(source)) - start)
    return Place(file=file, line=text.count("\n", 0, start) + 1, column=start - begin + 1, width=width, source=source)


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
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        place = Place(file=file, line=line)
        raise InputError(
            Fault(code="E002", message="the file is not UTF-8 text", place=place, help="save it as UTF-8")
        ) from None
    return text


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
    root = _Composer(text, file).document()
    return Document(file=file, text=text, sha256=sha256(data), root=root)


# An escape of JSON; two of them may stand for one character beyond U+FFFF, which YAML does not know.
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|.)")
_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)')


def _json(text: str, file: str) -> str:
    """Return text that is JSON, which the YAML parser then reads for the places; raise InputError if it is not.

    YAML does not know the two escapes that JSON may write for one character, so they are written out.
    """
    import json

    def refuse(name: str) -> None:
        at = next(found.start() for found in _CONSTANT.finditer(text) if found[1])
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
    return _ESCAPE.sub(lambda found: json.loads(f'"{found[0]}"') if len(found[0]) > len(r"\u") else found[0], text)


class _Composer:
    """Events of the YAML parser to nodes; refuses whatever gives one thing two meanings."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        parser = yaml.CSafeLoader(text)
        self._events: Iterator[Any] = iter(parser.get_event, None)

    def fault(self, code: str, message: str, start: int, end: int, help: str = "") -> InputError:  # noqa: A002 (the word of the output)
        place = place_in(self._text, self._file, start, end)
        return InputError(Fault(code=code, message=message, place=place, help=help))

    def _syntax(self, error: yaml.YAMLError) -> InputError:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        at = min(mark.index, len(self._text)) if mark else min(getattr(error, "position", 0), len(self._text))
        helps = {"did not find expected ',' or '}'": "in `{...}` a comma or a colon in a text needs quotation marks"}
        return self.fault("E005", f"not well-formed YAML: {problem}", at, at + 1, helps.get(str(problem), ""))

    def document(self) -> Node:
        try:
            return self._document()
        except yaml.YAMLError as error:
            raise self._syntax(error) from None

    def _document(self) -> Node:
        next(self._events)
        first = next(self._events)
        if isinstance(first, yaml.StreamEndEvent):
            raise self.fault("E006", "the file is empty", 0, 1)
        root = self.node(next(self._events), 0)
        next(self._events)
        second = next(self._events)
        if not isinstance(second, yaml.StreamEndEvent):
            at = second.start_mark.index if second.start_mark else 0
            raise self.fault("E007", "a second document in the file", at, at + 3, "one file holds one document")
        return root

    def node(self, event: Any, nested: int) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        if nested > MOST_NESTED:
            raise self.fault("E008", f"nested deeper than {MOST_NESTED} levels", start, start + 1)
        if isinstance(event, yaml.AliasEvent):
            raise self.fault("E009", "an alias", start, end, "write the value out")
        if event.anchor is not None:
            raise self.fault("E009", "an anchor", start, start + len(event.anchor) + 1, "write the value out")
        if event.tag is not None:
            raise self.fault("E010", "a tag", start, start + len(event.tag), "write the plain value")
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(text=event.value, plain=not event.style, start=start, end=end)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.listing(start, nested)
        return self.mapping(start, nested)

    def listing(self, start: int, nested: int) -> Listing:
        items = []
        while not _ends(event := next(self._events)):
            items.append(self.node(event, nested + 1))
        return Listing(items=tuple(items), start=start, end=event.end_mark.index)

    def mapping(self, start: int, nested: int) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not _ends(event := next(self._events)):
            key = self.node(event, nested + 1)
            if not isinstance(key, Scalar):
                raise self.fault("E011", "a key must be a single word", key.start, key.start + 1)
            if key.text in entries:
                raise self.fault("E012", f"the key `{key.text}` stands here twice", key.start, key.end)
            if key.plain and key.text == "<<":
                raise self.fault("E009", "a merge key", key.start, key.end, "write the values out")
            entries[key.text] = (key, self.node(next(self._events), nested + 1))
        return Mapping(entries=tuple(entries.values()), start=start, end=event.end_mark.index)


def _ends(event: Any) -> bool:
    return isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent)
