"""The lines of a batch as a table to read, and as data by which a script sorts and filters it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from checker import phrase
from checker.faults import printable
from checker.findings import BatchReport, LineReport
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type
from checker.model import Decision, Status
from checker.page import safe
from checker.report.parts import SIGNS, badge, concerned, is_stop, scrolled, worded
from checker.values import grouped

MOST_ROWS = 250
_HEADS = {
    "Line": "number",
    "Loan": "text",
    "Under": "text",
    "Decision": "text",
    "Price": "amount",
    "Asked": "amount",
    "Difference": "amount",
    "Stopped by": "text",
}


class Stop(NamedTuple):
    """A rule that stands in the way of lines, its status, and the name of the finding that the page shows of it."""

    rule: str
    status: Status
    name: str


class Row(NamedTuple):
    """A line: its amounts for a person, and what stops it, each with its sentence where that is the line's own."""

    number: int
    loan: str
    under: str
    decision: Decision
    amounts: tuple[str, ...]
    stops: tuple[tuple[Stop, str], ...]


def rows(batch: BatchReport, names: Mapping[tuple[str, Status], str]) -> list[Row]:
    """Return the lines of a batch; `names` are those of the first finding of each rule and status."""
    stops: dict[int, list[tuple[Stop, str]]] = defaultdict(list)
    for finding in batch.findings:
        if is_stop(finding):
            stop = Stop(finding.rule, finding.status, names[finding.rule, finding.status])
            for line in concerned(finding, batch.lines):
                stops[line.number].append((stop, finding.message if finding.subject.line else ""))
    return [_row(line, stops[line.number]) for line in batch.lines]


def _row(line: LineReport, stops: Iterable[tuple[Stop, str]]) -> Row:
    ordered = sorted(stops, key=lambda each: each[0].rule != line.stopped_by)
    amounts = tuple(_amount(each) for each in (line.price, line.asked, line.difference))
    return Row(line.number, line.loan, line.under, line.decision, amounts, tuple(ordered))


def _amount(text: str | None) -> str:
    return "" if text is None else grouped(Type.MONEY, Decimal(text))


def lines_table(caption: str, found: list[Row], name: str) -> str:
    """Return the first lines as a table, and all of them as data."""
    heads = "".join(f'<th scope="col" data-sort="{kind}">{head}</th>' for head, kind in _HEADS.items())
    body = "".join(_html(row) for row in found[:MOST_ROWS])
    more = f'<p class="static">{phrase.first_lines(MOST_ROWS, len(found))}</p>\n' if len(found) > MOST_ROWS else ""
    whole = f"""<table id="{name}">
<caption>{caption}</caption>
<thead><tr>{heads}</tr></thead>
<tbody>
{body}</tbody>
</table>
"""
    return f"""<div class="lines" data-rows="{MOST_ROWS}">
{_controls(found)}{more}{scrolled(caption, whole)}<p class="none" hidden>{phrase.NO_ROWS}</p>
<script type="application/json">{_data(found)}</script>
</div>
"""


def _html(row: Row) -> str:
    amounts = "".join(f'<td class="n">{amount}</td>' for amount in row.amounts)
    stops = "".join(_stop(stop, message) for stop, message in row.stops)
    return (
        f'<tr><td class="n">{row.number}</td><th scope="row">{safe(row.loan)}</th><td>{safe(row.under)}</td>'
        f"<td>{badge(row.decision)}</td>{amounts}<td>{stops}</td></tr>\n"
    )


def _stop(stop: Stop, message: str) -> str:
    return f'<p><a href="#{stop.name}">{safe(stop.rule)}</a> {badge(stop.status)} {worded(message)}</p>'


def _controls(found: Iterable[Row]) -> str:
    """Return what filters the table, which only shows where the script runs."""
    first = {"decision": (row.decision for row in found), "rule": (s.rule for row in found for s, _ in row.stops)}
    choices = {name: dict.fromkeys(values) for name, values in first.items()}
    slots = {name: f'<b data-is="{name}"></b>' for name in ("first", "last", "found", "all")}
    return f"""<div class="controls" hidden>
<label>Find <input type="search" data-by="text"></label>
<label>Decision <select data-by="decision">{_options(choices["decision"])}</select></label>
<label>Stopped by <select data-by="rule">{_options(choices["rule"])}</select></label>
<button type="button" data-do="clear">Show all</button>
<button type="button" data-do="before">Previous rows</button>
<button type="button" data-do="after">Next rows</button>
<p role="status">{phrase.ROWS.format(**slots)}</p>
</div>
"""


def _options(values: Iterable[str]) -> str:
    found = "".join(f'<option value="{safe(value)}">{safe(value)}</option>' for value in sorted(values))
    return f'<option value="">any</option>{found}'


def _data(found: list[Row]) -> str:
    """Return every line as JSON, each stop and sentence once; nothing in it can end the script that it stands in."""
    stops = {stop: at for at, stop in enumerate(dict.fromkeys(stop for row in found for stop, _ in row.stops))}
    messages = {text: at for at, text in enumerate(dict.fromkeys(text for row in found for _, text in row.stops))}
    data = {
        "signs": SIGNS,
        "stops": [[printable(stop.rule), stop.status, stop.name] for stop in stops],
        "messages": [printable(message) for message in messages],
        "rows": [
            [
                row.number,
                printable(row.loan),
                printable(row.under),
                row.decision,
                *row.amounts,
                [[stops[stop], messages[message]] for stop, message in row.stops],
            ]
            for row in found
        ],
    }
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
