r"""The YAML that nearly every file is written in, to nodes: the YAML parser takes a fifth of a small run to import.

    block   = mapping | list                    each entry on a line of its own, in the column of the first
    mapping = (KEY ":" (value | block))+        a list may stand in the column of its key
    list    = ("-" (value | mapping))+
    value   = [word | literal | flow] [" #" comment]
    word    = plain | '"' no '"' and no '\' '"' | "'" no "'" but two of them "'"
    literal = "|" lines further to the right
    flow    = "[" word ("," word)* "]" | "{" KEY ":" word ("," KEY ":" word)* "}"

Words and flows are on one line. Whatever is not plainly of this form, or is wrong, is left to the YAML parser: what is
read here has the very nodes and places that `events` finds in it.
"""

from __future__ import annotations

import re

from checker.document.nodes import MOST_NESTED, Listing, Mapping, Node, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_KEY = r"[A-Za-z0-9_][A-Za-z0-9_.()/-]{0,99}"
_LINE = re.compile(rf"(?P<indent> *)(?P<dash>- +)?(?:(?P<key>{_KEY}):(?=[ \n]))? *(?P<rest>[^\n]*)\n")
# How a word without quotation marks starts; with a minus, only before a digit.
_FIRST = r"(?:[A-Za-z0-9_(./$~]|-(?=[0-9]))"
_QUOTED = r"""(?:"[^"\\\n]*"|'(?:[^'\n]|'')*+')"""
_starts_plain = re.compile(_FIRST).match
_quoted = re.compile(_QUOTED).match
_part = re.compile(rf" *(?:(?P<key>{_KEY}): +)?(?P<word>{_QUOTED} *|{_FIRST}[^,:?#\[\]{{}}\n]*+)(?P<sign>[],}}])").match
_CLOSING = {"[": "]", "{": "}"}
_ends = re.compile(r" *(?: #[^\n]*)?\n").match


def read(text: str) -> Node | None:
    """Return the content of a text, None where the parser has to look itself."""
    if not text.endswith("\n") or not text.replace("\n", "").isprintable():
        return None
    try:
        return _Reader(text).document()
    except _OtherFormError:
        return None


class _OtherFormError(Exception):
    """The text is not plainly of the form that is read here."""


class _Reader:
    """Recursive descent over the lines that say something, one method a rule of the grammar.

    `_indent` is the column in which the next of them starts, -1 after the last; `_start` is its offset.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = list(_LINE.finditer(text))
        self._nested = 0
        self._go(0)

    def _go(self, at: int) -> None:
        """Go on to the first line from there that says something."""
        while at < len(self._lines):
            line = self._lines[at]
            indent, dash, key, rest = line.groups()
            if key is not None or dash is not None or rest[:1] not in ("", "#"):
                self._at, self._line, self._indent, self._dashed = at, line, len(indent), dash is not None
                self._start = line.end("indent")
                return
            at += 1
        self._indent, self._dashed, self._start = -1, False, len(self._text)

    def fail(self) -> NoReturn:
        raise _OtherFormError

    def document(self) -> Node:
        if self._indent != 0:
            self.fail()
        root = self.block()
        return root if self._indent < 0 else self.fail()

    def block(self) -> Node:
        """block = mapping | list."""
        self._nested += 1
        if self._nested > MOST_NESTED // 2:
            self.fail()
        found = self.list(self._indent) if self._dashed else self.mapping(self._indent)
        self._nested -= 1
        return found

    def mapping(self, indent: int) -> Mapping:
        """mapping = (KEY ":" (value | block))+, of which the first key may stand behind the dash of a list."""
        start = self._line.start("key")
        entries: dict[str, tuple[Scalar, Node]] = {}
        while True:
            key, (at, end) = self._line["key"], self._line.span("key")
            if key is None or key in entries:
                self.fail()
            entries[key] = Scalar(text=key, plain=True, start=at, end=end), self.value(indent)
            if self._indent < indent:
                return Mapping(entries=tuple(entries.values()), start=start, end=self._start)
            if self._indent > indent or self._dashed:
                self.fail()

    def list(self, indent: int) -> Listing:
        """list = ("-" (value | mapping))+."""
        start = self._start
        items: list[Node] = []
        while self._dashed and self._indent == indent:
            has_key = self._line["key"] is not None
            items.append(self.mapping(self._line.start("key") - self._line.start()) if has_key else self.value(indent))
        return Listing(items=tuple(items), start=start, end=self._start)

    def value(self, indent: int) -> Node:
        """value = [word | literal | flow] [" #" comment]; without one, the block below it in one of an indentation."""
        line, rest = self._line, self._line["rest"]
        start, first = line.start("rest"), rest[:1]
        if rest == "|":
            return self.literal(start, indent)
        self._go(self._at + 1)
        if first in ("", "#"):
            return self.below(line.end("key"), indent)
        if first in ("[", "{"):
            return self.flow(start, first)
        return self.quoted(start) if first in ('"', "'") else self.plain(start, rest)

    def below(self, end: int, indent: int) -> Node:
        """Return the block below a key, which ends there; without one it has nothing to say."""
        if end < 0:
            self.fail()
        if self._indent > indent or (self._indent == indent and self._dashed):
            return self.block()
        return Scalar(text="", plain=True, start=end + 1, end=end + 1)

    def plain(self, start: int, rest: str) -> Scalar:
        """Read a word without quotation marks, the last on its line."""
        text = rest.partition(" #")[0].rstrip()
        if not _starts_plain(text) or ": " in text or text.endswith(":"):
            self.fail()
        return Scalar(text=text, plain=True, start=start, end=start + len(text))

    def quoted(self, start: int) -> Scalar:
        """Read a word in quotation marks, the last on its line."""
        found = _quoted(self._text, start) or self.fail()
        if not _ends(self._text, found.end()):
            self.fail()
        return _word(found[0], start)

    def literal(self, start: int, indent: int) -> Scalar:
        """literal = "|" lines further to the right; empty ones at its end do not count."""
        lines = self._lines
        first = at = self._at + 1
        width = len(lines[at]["indent"]) if at < len(lines) else 0
        if width <= indent or lines[at][0].isspace():
            self.fail()
        while at < len(lines) and (lines[at][0].isspace() or len(lines[at]["indent"]) >= width):
            at += 1
        texts = [line[0][width:] or line[0] for line in lines[first:at]]
        if any(text.isspace() and text != "\n" for text in texts):
            self.fail()
        end = lines[at - 1].end()
        self._go(at)
        return Scalar(text="".join(texts).rstrip("\n") + "\n", plain=False, start=start, end=end)

    def flow(self, start: int, opening: str) -> Listing | Mapping:
        """flow = "[" word ("," word)* "]" | "{" KEY ":" word ("," KEY ":" word)* "}"."""
        keys: dict[str, Scalar] = {}
        words: list[Scalar] = []
        at, sign = start + 1, ","
        while sign == ",":
            part = _part(self._text, at) or self.fail()
            if (part["key"] is None) is (opening == "{") or part["key"] in keys:
                self.fail()
            if part["key"] is not None:
                keys[part["key"]] = Scalar(text=part["key"], plain=True, start=part.start("key"), end=part.end("key"))
            words.append(_word(part["word"], part.start("word")))
            at, sign = part.end(), part["sign"]
        if sign != _CLOSING[opening] or not _ends(self._text, at):
            self.fail()
        if opening == "[":
            return Listing(items=tuple(words), start=start, end=at)
        return Mapping(entries=tuple(zip(keys.values(), words, strict=True)), start=start, end=at)


def _word(written: str, start: int) -> Scalar:
    """Return a word as it is written, in quotation marks or without, with spaces behind it."""
    written = written.rstrip()
    end = start + len(written)
    if written[0] == '"':
        return Scalar(text=written[1:-1], plain=False, start=start, end=end)
    if written[0] == "'":
        return Scalar(text=written[1:-1].replace("''", "'"), plain=False, start=start, end=end)
    return Scalar(text=written, plain=True, start=start, end=end)
