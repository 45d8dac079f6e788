"""The parts of a report in Markdown that is to fit in a comment on GitHub, which holds 65,536 characters."""

from collections.abc import Iterable, Iterator, Sequence

from checker import phrase
from checker.findings import Number
from checker.lang.named import NamedTuple
from checker.report.escape import text
from checker.report.groups import Group

MOST = 60_000
SHORT = 10


class Part(NamedTuple):
    """A stretch of the report that stands by itself, and how many findings and lines of the batches it shows."""

    text: str
    findings: int = 0
    lines: int = 0


def document(parts: Sequence[Part]) -> str:
    """Return the report; of a longer one the first parts are kept, and it ends with what is left out."""
    return "\n\n".join(_cut(parts)) + "\n"


def _cut(parts: Sequence[Part]) -> Iterator[str]:
    """Yield the parts that fit, and what is left out for want of room."""
    room = MOST
    for at, part in enumerate(parts):
        room -= len(part.text) + 2
        if room < 0:
            yield from _left_out(parts, parts[at:])
            return
        yield part.text


def _left_out(parts: Iterable[Part], rest: Iterable[Part]) -> Iterator[str]:
    every, lacking = list(parts), list(rest)
    counts = {
        "findings": (sum(part.findings for part in lacking), sum(part.findings for part in every)),
        "lines": (sum(part.lines for part in lacking), sum(part.lines for part in every)),
    }
    said = [phrase.left_out(what, count, of) for what, (count, of) in counts.items() if count]
    yield f"**{text('. '.join(said or [phrase.left_out('parts', len(lacking), len(every))]))}**"


def listed(title: str, texts: Sequence[str]) -> Iterator[Part]:
    """Yield sentences under a title, folded away where they are many; nothing of none."""
    if texts:
        bullets = "\n".join(f"- {text(one)}" for one in texts)
        yield Part(folded(f"{title} ({len(texts)})", bullets) if len(texts) > SHORT else f"{title}:\n\n{bullets}")


def folded(title: str, inner: str) -> str:
    """Return what is shown when its title is chosen."""
    return f"<details>\n<summary>{text(title)}</summary>\n\n{inner}\n\n</details>"


def grouped(group: Group, about: str) -> Part:
    """Return what was found, its clause and its sentence; the numbers too, where they are those of one finding."""
    finding = group.first
    paragraphs = [f'> "{text(finding.quote)}"'] if finding.quote else []
    paragraphs.append(text(finding.message))
    if len(group.findings) == 1:
        paragraphs += ["\n".join(found)] if (found := [_number(number) for number in finding.values]) else []
    if finding.readings:
        said = ", ".join(f"`{name}` {status}" for name, status in finding.readings.items())
        paragraphs.append(text(f"readings: {said}"))
    head = f"- {text(f'`{finding.rule}`')} **{finding.status.upper()}** {text(about)}"
    inner = "\n\n".join(paragraphs).replace("\n", "\n  ").replace("\n  \n", "\n\n")
    return Part(f"{head}\n\n  {inner}", findings=len(group.findings))


def _number(number: Number) -> str:
    source = f" [{number.source}]" if number.source else ""
    return "- " + text(f"`{number.text}`: {phrase.shown(number)}{source}")


def table(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return cells, which are Markdown, as a table."""
    return "\n".join(map(_row, [heads, ["---"] * len(heads), *rows]))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
