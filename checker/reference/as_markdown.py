"""What `checker explain` says, as Markdown: for a page beside the contract, or a comment."""

from collections.abc import Iterable, Iterator

from checker.reference.topics import Part, Topic
from checker.report.escape import text


def render(topics: Iterable[Topic]) -> str:
    """Return topics as Markdown."""
    return "\n".join(line for topic in topics for line in _topic(topic))


def _topic(topic: Topic) -> Iterator[str]:
    yield f"## {text(topic.title)}\n"
    yield from (f"{text(line)}\n" for line in (topic.under, *topic.said) if line)
    yield from _parts(topic.parts)
    for entry in topic.entries:
        yield f"### {text(entry.title)}\n"
        yield from _parts(entry.parts)


def _parts(parts: Iterable[Part]) -> Iterator[str]:
    lines = [_part(part) for part in parts]
    yield from (*lines, "") if lines else ()


def _part(part: Part) -> str:
    said = text(f"`{part.text}`" if part.is_code else part.text)
    return f"- **{text(part.label)}** {said}" if part.label else f"  - {said}"
