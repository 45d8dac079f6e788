"""Any text in YAML, by the events of the YAML parser, to nodes."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from checker.document.nodes import MOST_NESTED, Listing, Mapping, Node, Scalar, place_in
from checker.faults import Fault, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def compose(text: str, file: str) -> Node:
    """Return the content of a text; raise InputError at its first error of form, or with two meanings."""
    return _Composer(text, file).document()


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
