"""The report as Markdown, for a comment on a change: the decision, what stopped it, and the lines folded away."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from checker import phrase
from checker.advise import numbered
from checker.findings import BatchReport, LineReport, Report
from checker.lang.syntax import Type
from checker.report.escape import text
from checker.report.groups import groups_of, lead
from checker.report.markdown import SHORT, Part, document, folded, grouped, listed, table
from checker.values import grouped as amount

TOGETHER = 100
_HEAD = ("Line", "Loan", "Under", "Decision", "Stopped by", "Price", "Asked", "Difference")


def render(report: Report) -> str:
    """Return the report as Markdown that fits in a comment."""
    parts = [Part(f"## {text(lead(report).upper())}")]
    if len(report.batches) > 1:
        parts += [Part(f"- **{text(batch.name)}**: {_decided(batch)}") for batch in report.batches]
    parts += [part for batch in report.batches for part in _batch(batch)]
    parts.append(Part(text(f"checker {report.made_by}, exit code {report.exit_code}")))
    return document(parts)


def _decided(batch: BatchReport) -> str:
    return text(phrase.decision_line(batch.decision, len(batch.assumptions)))


def _batch(batch: BatchReport) -> Iterator[Part]:
    many = "s" if len(batch.lines) != 1 else ""
    under = f"`{batch.policy}`" if batch.policy else "no policy"
    yield Part(f"### {text(batch.name)}")
    yield Part(text(f"{len(batch.lines)} line{many} on {batch.date}, under {under}"))
    yield from (grouped(group, group.subject) for group in groups_of(batch))
    yield from listed("What would help", batch.advice)
    yield from _lines(batch.lines)
    yield from listed("Notes", batch.notes)
    yield from listed("Assumptions", batch.assumptions)


def _lines(lines: Sequence[LineReport]) -> Iterator[Part]:
    """Yield the table of the lines; of many, a table for each hundred, folded."""
    for at in range(0, len(lines), TOGETHER):
        some = lines[at : at + TOGETHER]
        shown = table(_HEAD, map(_line, some))
        title = numbered([line.number for line in some])
        yield Part(folded(title, shown) if len(lines) > SHORT else shown, lines=len(some))


def _line(line: LineReport) -> Iterator[str]:
    amounts = (amount(Type.MONEY, Decimal(one)) if one else "" for one in (line.price, line.asked, line.difference))
    return map(text, (str(line.number), line.loan, line.under, line.decision, line.stopped_by, *amounts))
