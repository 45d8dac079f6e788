"""A finding on the page: the clause, the sentence, the readings side by side, the numbers, the loans it is about."""

from collections.abc import Iterable, Mapping

from checker import phrase
from checker.findings import Asked, BatchReport, Finding, Number, Report
from checker.page import safe
from checker.report.parts import badge, concerned, named, table, worded, written

_LINES_NAMED = 30


def article(finding: Finding, name: str, about: Mapping[str, str]) -> str:
    """Return one finding in full; it is linked to by its name. `about` is what it is about, in HTML by its name."""
    kind = finding.status
    return f"""<article id="{name}" class="{kind}" aria-labelledby="{name}-h">
<h4 id="{name}-h">{safe(finding.rule)} {badge(kind)} {safe(phrase.subject(finding.subject))}</h4>
{_quoted(finding)}<p>{worded(finding.message)}</p>
{_readings(finding)}{_numbers(finding.values)}{_comparisons(finding)}{_facts(finding, about)}</article>
"""


def _quoted(finding: Finding) -> str:
    """Return the words of the contract."""
    return f"<blockquote>{safe(finding.quote)}</blockquote>\n" if finding.quote else ""


def _readings(finding: Finding) -> str:
    """Return what the condition asks: a row a reading, or one where it has only one."""
    marked = f' <span class="small">({phrase.MARKED})</span>'
    if not finding.readings:
        row = [(written(asked), worded(asked.means), badge(asked.status)) for asked in finding.asked]
        return table(f"Condition{marked}", ("As written", "In words", "Status"), row, "condition")
    found = [
        (_name(finding, asked), f"<p>{worded(asked.means)}</p>{written(asked)}", badge(asked.status))
        for asked in finding.asked
    ]
    return table(f"Readings{marked}", ("Reading", "In words, and as written", "Status"), found, "readings")


def _name(finding: Finding, asked: Asked) -> str:
    is_adopted = finding.adopted is not None and finding.adopted.reading == asked.reading
    return safe(asked.reading) + (" <strong>(adopted)</strong>" if is_adopted else "")


def _numbers(values: Iterable[Number]) -> str:
    found = [(f"<code>{safe(n.text)}</code>", safe(phrase.shown(n)), safe(n.source)) for n in values]
    return table("Numbers", ("Number", "Value", "From"), found, "numbers")


def _comparisons(finding: Finding) -> str:
    found = [(f"<code>{safe(m.text)}</code>", phrase.outcome(m), safe(m.passes)) for m in finding.margins]
    return table("Comparisons", ("Comparison", "Outcome", "It passes"), found, "comparisons")


def _facts(finding: Finding, about: Mapping[str, str]) -> str:
    """Return what else there is to know of a finding, each under its name."""
    adopted = finding.adopted
    found = {
        "Adopted reading": safe(f"{adopted.reading}") if adopted else "",
        "Adopted by": safe(adopted.adopted_by) if adopted else "",
        "Adopted on": str(adopted.adopted_on) if adopted else "",
        "Because": worded(adopted.because) if adopted else "",
        "Missing": ", ".join(f"<code>{safe(name)}</code>" for name in finding.missing),
        "Passes from": str(finding.passes_from or ""),
        **about,
        "Stands in": safe(f"{finding.at.file}:{finding.at.line}") if finding.at.line else safe(finding.at.file),
    }
    return facts(found)


def facts(found: dict[str, str], kind: str = "of-one") -> str:
    """Return values under their names; those that are empty are left out."""
    items = "".join(f"<dt>{name}</dt><dd>{value}</dd>\n" for name, value in found.items() if value)
    return f'<dl class="{kind}">\n{items}</dl>\n'


def loans(finding: Finding, report: Report, batch: BatchReport) -> Iterable[str]:
    """Yield the lines that a finding is about; an exercise is all lines of one agreement, section and date in hand."""
    day = (batch.agreement, batch.date)
    together = [one for one in report.batches if (one.agreement, one.date) == day and finding.subject.exercise]
    for one in together or [batch]:
        lines = concerned(finding, one.lines)
        if lines:
            head = f"{one.name}, " if len(together) > 1 else ""
            ids = f": {', '.join(line.loan for line in lines)}" if len(lines) <= _LINES_NAMED else ""
            yield safe(f"{head}{named([line.number for line in lines])}{ids}")
