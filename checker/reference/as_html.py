"""What `checker explain` says, as one page that fetches nothing."""

from collections.abc import Iterable, Iterator

from checker.page import document, safe
from checker.reference.topics import Part, Topic

_STYLE = """
body { max-width: 60rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .6rem 0; }
dt { color: var(--pale); } dd { margin: 0; grid-column: 2; overflow-wrap: anywhere; }
code { background: var(--soft); }
"""


def render(topics: Iterable[Topic]) -> str:
    """Return topics as a page; it is named after the first."""
    found = list(topics)
    body = "".join(f"{line}\n" for topic in found for line in _topic(topic))
    return document(title=found[0].title, style=_STYLE, script="", body=f"<main>\n{body}</main>\n")


def _topic(topic: Topic) -> Iterator[str]:
    yield f"<h1>{safe(topic.title)}</h1>"
    yield from (f"<p>{safe(line)}</p>" for line in (topic.under, *topic.said) if line)
    yield from _parts(topic.parts)
    for entry in topic.entries:
        yield f"<h2>{safe(entry.title)}</h2>"
        yield from _parts(entry.parts)


def _parts(parts: Iterable[Part]) -> Iterator[str]:
    lines = [line for part in parts for line in _part(part)]
    yield from ("<dl>", *lines, "</dl>") if lines else ()


def _part(part: Part) -> Iterator[str]:
    if part.label:
        yield f"<dt>{safe(part.label)}</dt>"
    yield f"<dd><code>{safe(part.text)}</code></dd>" if part.is_code else f"<dd>{safe(part.text)}</dd>"
