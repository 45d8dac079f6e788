"""What `checker explain` says, for a terminal."""

from collections.abc import Iterable, Iterator
from textwrap import wrap

from checker.faults import spelled
from checker.reference.topics import Part, Topic

WIDTH = 110
_LABEL = 10


def render(topics: Iterable[Topic]) -> str:
    """Return topics as text."""
    return "\n".join("\n".join(map(spelled, _topic(topic))) + "\n" for topic in topics)


def _topic(topic: Topic) -> Iterator[str]:
    yield topic.title
    yield f"  {topic.under}" if topic.under else ""
    yield from (f"  {text}" for text in topic.said)
    yield from _parts(topic.parts)
    for entry in topic.entries:
        yield from ("", entry.title, *_parts(entry.parts))


def _parts(parts: Iterable[Part]) -> Iterator[str]:
    found = list(parts)
    width = max([_LABEL, *(len(part.label) for part in found)])
    for part in found:
        yield from _labelled(part, width)


def _labelled(part: Part, width: int) -> list[str]:
    return wrap(
        part.text,
        WIDTH,
        initial_indent=f"  {part.label:<{width}} ",
        subsequent_indent=" " * (width + 3),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [f"  {part.label}"]
