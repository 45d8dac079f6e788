"""A contract's text, folded: its words in one line, each with where it stands in the source, and quotes found in it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from checker.lang.named import NamedTuple

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_PAGE_MARK = re.compile(r"\s*(<PAGE>|[0-9][0-9\s]*)", re.ASCII)


class Span(NamedTuple):
    """A stretch of the folded text, as offsets."""

    start: int
    end: int


class Word(NamedTuple):
    """A longest run of characters that are not white space: where in the folded text, and in which line."""

    text: str
    at: Span
    line: int


class Lines(NamedTuple):
    """Lines of the source, counted from 1; the last is one of them."""

    first: int
    last: int


class Folded(NamedTuple):
    """A source: its lines as they are, its words joined by one space each, and which lines were page marks."""

    lines: tuple[str, ...]
    text: str
    words: tuple[Word, ...]
    marks: tuple[int, ...]


def fold(text: str) -> Folded:
    """Return a text folded: white space, line breaks among it, is one space, and page marks are dropped.

    A page mark is a line that holds `<PAGE>` alone, or digits and spaces alone. Nothing else is folded.
    """
    *whole, last = _LINE_BREAK.split(text)
    lines = (*whole, last) if last else tuple(whole)
    marks = tuple(number for number, line in enumerate(lines, 1) if _PAGE_MARK.fullmatch(line.rstrip()))
    words: list[Word] = []
    start = 0
    for number, word in _words(lines, frozenset(marks)):
        words.append(Word(text=word, at=Span(start, start + len(word)), line=number))
        start += len(word) + 1
    return Folded(lines=lines, text=" ".join(word.text for word in words), words=tuple(words), marks=marks)


def _words(lines: tuple[str, ...], marks: frozenset[int]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        if number not in marks:
            yield from ((number, word) for word in line.split())


def find(source: Folded, quote: str) -> tuple[Span, ...]:
    """Return every place where a quote stands, its own white space folded.

    It does not stand inside a longer word or number: `1.00%` is not in `11.00%`, `term` in `terms`, `5` in `5,000`.
    """
    wanted = " ".join(quote.split())
    before = r"\b" if wanted[:1].isalnum() else ""
    after = r"\b" if wanted[-1:].isalnum() else ""
    before += r"(?<![0-9][.,])(?<!-)" if wanted[:1].isdecimal() else ""
    after += r"(?![.,][0-9])" if wanted[-1:].isdecimal() else ""
    pattern = f"{before}(?={re.escape(wanted)}{after})"
    return tuple(Span(m.start(), m.start() + len(wanted)) for m in re.finditer(pattern, source.text) if wanted)


def words_in(source: Folded, span: Span) -> range:
    """Return which words a span touches."""
    first = bisect_right(source.words, span.start, key=_start) - 1
    return range(first, bisect_left(source.words, span.end, key=_start))


def lines_of(source: Folded, span: Span) -> Lines:
    """Return the lines in which a span begins and ends."""
    touched = words_in(source, span)
    return Lines(first=source.words[touched[0]].line, last=source.words[touched[-1]].line)


def _start(word: Word) -> int:
    return word.at.start
