"""The report as one page, to be read, printed and signed: the decision, what stopped it, what it rests on.

It fetches nothing, and no script is needed to read it: the script sorts and filters the lines.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from checker import phrase
from checker.findings import BatchReport, Finding, Report, Tightest
from checker.lang.syntax import Type
from checker.model import Status
from checker.page import document, safe
from checker.report.article import article, facts, loans
from checker.report.groups import lead
from checker.report.page import SCRIPT, STYLE
from checker.report.parts import badge, decided, is_stop, listed, named, scrolled, section, table, worded
from checker.report.picture import pictures
from checker.report.rows import lines_table, rows
from checker.report.sign import Signed, sign_off
from checker.values import grouped

MOST_SHOWN = 3
Names = Mapping[tuple[str, Status], str]


def render(report: Report) -> str:
    """Return the report as an HTML document."""
    batches = "".join(_batch(report, batch, f"b{at}") for at, batch in enumerate(report.batches, 1))
    body = f"""<header>
<h1>{_decision(report, lead(report))}</h1>
<p class="small">checker {safe(report.made_by)}, exit code {report.exit_code}</p>
</header>
{_contents(report)}<main>
{_batches(report)}{batches}{sign_off(map(_signed, report.batches), "Batch", phrase.CONFIRMED)}</main>
"""
    title = f"{report.decision}: {', '.join(batch.name for batch in report.batches)}"
    return document(title=title, style=STYLE, script=SCRIPT, body=body)


def _decision(of: Report | BatchReport, line: str) -> str:
    """Return the line that leads with a decision."""
    return f"{badge(of.decision)}{safe(line.removeprefix(of.decision))}"


def _contents(report: Report) -> str:
    links = {f"b{at}": batch.name for at, batch in enumerate(report.batches, 1)} | {"sign-off": "Sign-off"}
    found = "".join(f'<li><a href="#{name}">{safe(text)}</a></li>\n' for name, text in links.items())
    return f'<nav aria-label="Contents">\n<ul>\n{found}</ul>\n</nav>\n'


def _batches(report: Report) -> str:
    """Return the decision on each of several batches."""
    if len(report.batches) == 1:
        return ""
    found = (_of_many(batch, f"b{at}") for at, batch in enumerate(report.batches, 1))
    return scrolled("Batches", table("Batches", ("Batch", "Date", "Lines", "Decision", "Stopped by"), found, "batches"))


def _of_many(batch: BatchReport, key: str) -> tuple[str, ...]:
    rules = dict.fromkeys(line.stopped_by for line in batch.lines if line.stopped_by)
    name = f'<a href="#{key}">{safe(batch.name)}</a>'
    return name, str(batch.date), f"{len(batch.lines):,}", badge(batch.decision), safe(", ".join(rules))


def _batch(report: Report, batch: BatchReport, key: str) -> str:
    """Return one batch: every finding that stops it first, then what it rests on."""
    most = len(batch.findings) if report.everything else MOST_SHOWN
    names: dict[tuple[str, Status], str] = {}
    for at, found in enumerate(batch.findings, 1):
        names.setdefault((found.rule, found.status), f"{key}-f{at}")

    def shown(which: Callable[[Finding], bool]) -> str:
        return _findings(report, batch, key, which, most)

    parts = {
        "Stopped by": shown(is_stop),
        "Headroom": pictures(batch.findings, f"{key}-p"),
        "What would help": listed(batch.advice),
        "Lines": lines_table("Lines", rows(batch, names), f"{key}-t") if batch.lines else "",
        "Obligations": _obligations(report, batch, key),
        "Passed": table("Rules that lines pass", ("Rule", "Lines", "Most narrowly"), map(_tightest, batch.passes))
        + shown(lambda found: found.status is Status.PASS),
        "Assumptions": listed(batch.assumptions, "ol"),
        "Notes": listed(batch.notes),
        "Inputs": table("Digests", ("Input", "sha256"), map(_input, batch.inputs.items())),
    }
    line = phrase.decision_line(batch.decision, len(batch.assumptions))
    decision = f"<p>{_decision(batch, line)}</p>\n" if len(report.batches) > 1 else ""
    sections = (section(title, content, f"{key}-s{at}") for at, (title, content) in enumerate(parts.items(), 1))
    return section(safe(batch.name), f"{decision}{_decisions(batch, names)}{_about(batch)}{''.join(sections)}", key, 2)


def _signed(batch: BatchReport) -> Signed:
    return Signed(batch.name, batch.decision, batch.inputs.get("batch", ""))


def _input(read: tuple[str, str]) -> tuple[str, str]:
    return safe(read[0]), f"<code>{read[1]}</code>"


def _decisions(batch: BatchReport, names: Names) -> str:
    """Return which lines are decided how, and by what; each rule leads to its finding."""
    linked = {rule: f'<a href="#{name}">{safe(rule)}</a>' for (rule, _), name in reversed(list(names.items()))}
    found = [
        (named(lines), safe(under), badge(decision), linked.get(rule, ""))
        for (under, decision, rule), lines in decided(batch.lines).items()
    ]
    return table("Decisions", ("Lines", "Under", "Decision", "Stopped by"), found)


def _about(batch: BatchReport) -> str:
    balance = grouped(Type.MONEY, Decimal(batch.balance)) if batch.balance else "an unknown balance"
    return facts(
        {
            "Date": str(batch.date),
            "Agreement": safe(batch.agreement),
            "Policy": safe(batch.policy or "no policy"),
            "Title": safe(batch.title),
            "Pool": f"{batch.loans:,} loans, {balance}",
            "Tape": f"{safe(batch.tape)}, as of {batch.tape_as_of}",
            "Batch": safe(batch.at.file),
            "Obligations as of": str(batch.as_of),
        },
        "about",
    )


def _findings(report: Report, batch: BatchReport, key: str, which: Callable[[Finding], bool], most: int) -> str:
    """Return the first few findings of each rule and status in full, and the lines that the others are about."""
    found: dict[tuple[str, Status], list[tuple[str, Finding]]] = {}
    for at, finding in enumerate(batch.findings, 1):
        if which(finding):
            found.setdefault((finding.rule, finding.status), []).append((f"{key}-f{at}", finding))
    return "".join(_group(report, batch, group, most) for group in found.values())


def _group(report: Report, batch: BatchReport, group: list[tuple[str, Finding]], most: int) -> str:
    shown = "".join(_article(report, batch, finding, name) for name, finding in group[:most])
    rest = [finding.subject.line for _, finding in group[most:]]
    return shown + (f"<p>{worded(phrase.also(group[0][1].rule, named(rest)))}</p>\n" if rest else "")


def _article(report: Report, batch: BatchReport, finding: Finding, name: str) -> str:
    return article(finding, name, {"Loans": "; ".join(loans(finding, report, batch))})


def _obligations(report: Report, batch: BatchReport, key: str) -> str:
    """Return who owes what to whom by when, each obligation in a row, and then in full."""
    owed = [(f"{key}-f{at}", found) for at, found in enumerate(batch.findings, 1) if found.owed_by]
    heads = ("Obligation", "Owed by", "Owed to", "By when", "Done", "Status")
    found = table("Obligations", heads, (_obligation(name, one) for name, one in owed), "obligations")
    full = "".join(_article(report, batch, one, name) for name, one in owed)
    return f"{scrolled('Obligations', found)}{full}" if owed else ""


def _obligation(name: str, finding: Finding) -> tuple[str, ...]:
    return (
        f'<a href="#{name}">{safe(finding.rule)}</a>',
        safe(finding.owed_by),
        safe(", ".join(finding.owed_to)),
        str(finding.deadline or "no deadline"),
        str(finding.done or ""),
        badge(finding.status),
    )


def _tightest(tightest: Tightest) -> tuple[str, ...]:
    if tightest.by is None:
        return safe(tightest.rule), f"{tightest.lines:,}", ""
    by = int(tightest.by) if tightest.type is Type.DATE else Decimal(tightest.by)
    return safe(tightest.rule), f"{tightest.lines:,}", f"line {tightest.line}, by {phrase.measure(tightest.type, by)}"
