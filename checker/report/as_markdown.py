"""The report as Markdown, for a comment on a change: the decision, what stopped it, and the lines folded away.

A comment on GitHub holds 65,536 characters. Of a longer report the first parts are kept, and it ends with what is left
out.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from checker import phrase
from checker.advise import numbered
from checker.findings import BatchReport, LineReport, Number, Report
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type
from checker.report.escape import text
from checker.report.groups import Group, groups_of, lead
from checker.values import grouped

MOST = 60_000
SHORT = 10
TOGETHER = 100
_HEAD = ("Line", "Loan", "Under", "Decision", "Stopped by", "Price", "Asked", "Difference")


class _Part(NamedTuple):
    """A stretch of the report that stands by itself, and how many findings and lines of the batches it shows."""

    text: str
    findings: int = 0
    lines: int = 0


def render(report: Report) -> str:
    """Return the report as Markdown that fits in a comment."""
    parts = [_Part(f"## {text(lead(report).upper())}")]
    if len(report.batches) > 1:
        parts += [_Part(f"- {_named(batch)}: {_decided(batch)}") for batch in report.batches]
    parts += [part for batch in report.batches for part in _batch(batch)]
    parts.append(_Part(text(f"checker {report.made_by}, exit code {report.exit_code}")))
    return "\n\n".join(_cut(parts)) + "\n"


def _cut(parts: Sequence[_Part]) -> Iterator[str]:
    """Yield the parts that fit, and what is left out for want of room."""
    room = MOST
    for at, part in enumerate(parts):
        room -= len(part.text) + 2
        if room < 0:
            yield from _left_out(parts, parts[at:])
            return
        yield part.text


def _left_out(parts: Iterable[_Part], rest: Iterable[_Part]) -> Iterator[str]:
    every, lacking = list(parts), list(rest)
    counts = {
        "findings": (sum(part.findings for part in lacking), sum(part.findings for part in every)),
        "lines": (sum(part.lines for part in lacking), sum(part.lines for part in every)),
    }
    said = [phrase.left_out(what, count, of) for what, (count, of) in counts.items() if count]
    yield f"**{text('. '.join(said or [phrase.left_out('parts', len(lacking), len(every))]))}**"


def _named(batch: BatchReport) -> str:
    return f"**{text(batch.name)}**"


def _decided(batch: BatchReport) -> str:
    return text(phrase.decision_line(batch.decision, len(batch.assumptions)))


def _batch(batch: BatchReport) -> Iterator[_Part]:
    many = "s" if len(batch.lines) != 1 else ""
    under = f"`{batch.policy}`" if batch.policy else "no policy"
    yield _Part(f"### {text(batch.name)}")
    yield _Part(text(f"{len(batch.lines)} line{many} on {batch.date}, under {under}"))
    yield from map(_group, groups_of(batch))
    yield from _listed("What would help", batch.advice)
    yield from _lines(batch.lines)
    yield from _listed("Notes", batch.notes)
    yield from _listed("Assumptions", batch.assumptions)


def _listed(title: str, texts: Sequence[str]) -> Iterator[_Part]:
    if texts:
        bullets = "\n".join(f"- {text(one)}" for one in texts)
        yield _Part(_folded(f"{title} ({len(texts)})", bullets) if len(texts) > SHORT else f"{title}:\n\n{bullets}")


def _folded(title: str, inner: str) -> str:
    return f"<details>\n<summary>{text(title)}</summary>\n\n{inner}\n\n</details>"


def _group(group: Group) -> _Part:
    """Return what was found, its clause and its sentence; the numbers too, where they are those of one finding."""
    finding = group.first
    paragraphs = [f'> "{text(finding.quote)}"'] if finding.quote else []
    paragraphs.append(text(finding.message))
    if len(group.findings) == 1:
        paragraphs += ["\n".join(found)] if (found := [_number(number) for number in finding.values]) else []
    if finding.readings:
        said = ", ".join(f"`{name}` {status}" for name, status in finding.readings.items())
        paragraphs.append(text(f"readings: {said}"))
    head = f"- {text(f'`{finding.rule}`')} **{finding.status.upper()}** {text(group.subject)}"
    inner = "\n\n".join(paragraphs).replace("\n", "\n  ").replace("\n  \n", "\n\n")
    return _Part(f"{head}\n\n  {inner}", findings=len(group.findings))


def _number(number: Number) -> str:
    source = f" [{number.source}]" if number.source else ""
    return "- " + text(f"`{number.text}`: {phrase.shown(number)}{source}")


def _lines(lines: Sequence[LineReport]) -> Iterator[_Part]:
    """Yield the table of the lines; of many, a table for each hundred, folded."""
    for at in range(0, len(lines), TOGETHER):
        some = lines[at : at + TOGETHER]
        table = "\n".join([_row(_HEAD), _row(["---"] * len(_HEAD)), *map(_line, some)])
        title = numbered([line.number for line in some])
        yield _Part(_folded(title, table) if len(lines) > SHORT else table, lines=len(some))


def _line(line: LineReport) -> str:
    amounts = (grouped(Type.MONEY, Decimal(one)) if one else "" for one in (line.price, line.asked, line.difference))
    return _row(map(text, (str(line.number), line.loan, line.under, line.decision, line.stopped_by, *amounts)))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
