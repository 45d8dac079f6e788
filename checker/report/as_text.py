"""The report as text, for a terminal and for a reviewer: the decision, what stopped it, what it rests on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from checker import phrase
from checker.advise import numbered
from checker.faults import printable
from checker.findings import BatchReport, Finding, LineReport, Margin, Number, Report, Tightest
from checker.lang.syntax import Type
from checker.model import Status
from checker.report.wrap import wrap
from checker.values import grouped

WIDTH = 110
MOST_SHOWN = 2
_STOPS = (Status.FAIL, Status.DISPUTED, Status.UNKNOWN)


def render(report: Report) -> str:
    """Return the report as text."""
    lines: list[str] = []
    if len(report.batches) > 1:
        lines += [f"{report.decision}: {len(report.batches)} batches", ""]
    for batch in report.batches:
        lines += [*_batch(batch, most=len(batch.findings) if report.everything else MOST_SHOWN), ""]
    lines.append(f"checker {report.made_by}, exit code {report.exit_code}")
    return "\n".join(printable(line).replace("\n", "\\n").rstrip() for line in lines) + "\n"


def _batch(batch: BatchReport, most: int) -> Iterator[str]:
    yield f"{phrase.decision_line(batch.decision, len(batch.assumptions)).upper()}"
    yield f"{batch.name}: {_lines(batch)} on {batch.date}, under {batch.policy or 'no policy'}"
    if batch.title:
        yield f"  {batch.title}"
    balance = grouped(Type.MONEY, Decimal(batch.balance)) if batch.balance else "an unknown balance"
    yield f"  pool: {batch.loans:,} loans, {balance}, as of {batch.tape_as_of} ({batch.tape})"
    if batch.as_of != batch.date:
        yield f"  obligations as of {batch.as_of}"
    yield from _section("Decisions", _decisions(batch.lines))
    yield from _section("Stopped by", _findings([f for f in batch.findings if f.status in _STOPS], most))
    yield from _section("What would help", (line for text in batch.advice for line in _bullet(text)))
    yield from _section("Passed", _passed(batch, most))
    yield from _section("Obligations", _findings([f for f in batch.findings if f.owed_by], most))
    yield from _section("Notes", (line for text in batch.notes for line in _bullet(text)))
    numbered_assumptions = (line for n, text in enumerate(batch.assumptions, 1) for line in _bullet(text, f"{n}."))
    yield from _section("Assumptions", numbered_assumptions)
    yield from _section("Inputs (sha256)", (f"  {name:<8} {digest}" for name, digest in batch.inputs.items()))


def _lines(batch: BatchReport) -> str:
    return f"{len(batch.lines)} line{'s' if len(batch.lines) != 1 else ''}"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return ["", title, *found] if found else []


def _decisions(lines: Iterable[LineReport]) -> Iterator[str]:
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for line in lines:
        groups[line.under, line.decision, line.stopped_by].append(line.number)
    for (under, decision, rule), found in sorted(groups.items(), key=lambda group: group[1]):
        first = f" by {rule}" if rule else ""
        yield from _bullet(f"{numbered(found)} under {under}: {decision}{first}")


def _findings(findings: list[Finding], most: int) -> Iterator[str]:
    groups: dict[tuple[str, Status], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.rule, finding.status].append(finding)
    for group in groups.values():
        for finding in group[:most]:
            yield from finding_lines(finding)
        rest = [finding.subject.line for finding in group[most:]]
        if rest:
            yield from _bullet(f"{group[0].rule}  {group[0].status}: also {numbered(rest)} (`--all` shows them)")


def finding_lines(finding: Finding) -> Iterator[str]:
    """Yield the lines that show one finding."""
    yield f"  {finding.rule}  {finding.status.upper()}  {phrase.subject(finding.subject)}"
    if finding.quote:
        yield from _text(f'"{finding.quote}"', "      ")
    yield from _text(finding.message, "    ")
    yield from (_number(number) for number in finding.values)
    # The message has told of those that do not hold.
    yield from (_margin(margin) for margin in finding.margins if margin.holds is not False)
    if finding.readings:
        yield "    readings: " + ", ".join(f"{name} {status}" for name, status in finding.readings.items())
    if finding.passes_from:
        yield f"    passes from {finding.passes_from} on"


def _number(number: Number) -> str:
    if number.value is None:
        return f"      {number.text} is {phrase.shown(number)}"
    return f"      {number.text} = {phrase.shown(number)}" + (f"  [{number.source}]" if number.source else "")


def _margin(margin: Margin) -> str:
    return f"      {margin.text}: {phrase.outcome(margin)}"


def _passed(batch: BatchReport, most: int) -> Iterator[str]:
    width = max((len(tightest.rule) for tightest in batch.passes), default=0)
    yield from (_tightest(tightest, width) for tightest in batch.passes)
    yield from _findings([f for f in batch.findings if f.status is Status.PASS], most)


def _tightest(tightest: Tightest, width: int) -> str:
    lines = f"{tightest.lines} line{'s' if tightest.lines != 1 else ''}"
    if tightest.by is None:
        return f"  {tightest.rule:<{width}}  {lines}"
    by = int(tightest.by) if tightest.type is Type.DATE else Decimal(tightest.by)
    measure = phrase.measure(tightest.type, by)
    return f"  {tightest.rule:<{width}}  {lines}, most narrowly line {tightest.line}, by {measure}"


def _bullet(text: str, mark: str = "-") -> list[str]:
    return wrap(text, WIDTH, f"  {mark} ", " " * (3 + len(mark)))


def _text(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, indent, indent)
