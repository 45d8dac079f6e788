"""The small parts of the page: a status, a sentence, a table, a condition with its tests marked."""

import re
from collections.abc import Iterable, Sequence

from checker import phrase
from checker.advise import numbered
from checker.findings import Asked, Finding, LineReport
from checker.lang.mark import Piece
from checker.model import Decision, Status
from checker.page import safe

# A sign for each word, so that none is told by its colour alone.
SIGNS = {
    Decision.PERMITTED: "✓",
    Decision.REFUSED: "✕",
    Decision.UNDECIDED: "?",
    Status.PASS: "✓",
    Status.FAIL: "✕",
    Status.UNKNOWN: "?",
    Status.DISPUTED: "≠",
    Status.MET: "✓",
    Status.DUE: "…",
    Status.LATE: "!",
    Status.DEFECTIVE: "✕",
}
_STOPS = (Status.FAIL, Status.DISPUTED, Status.UNKNOWN)
_LONGEST = 150
_OUTCOME = {True: Status.PASS, False: Status.FAIL, None: Status.UNKNOWN}
_QUOTED = re.compile("`([^`]+)`")


def badge(word: Decision | Status) -> str:
    """Return a decision or a status as a word with its sign."""
    return f'<span class="badge {word}"><span aria-hidden="true">{SIGNS[word]}</span> {word}</span>'


def worded(sentence: str) -> str:
    """Return a sentence, what stands in backticks set as code."""
    parts = _QUOTED.split(sentence)
    return "".join(f"<code>{safe(part)}</code>" if at % 2 else safe(part) for at, part in enumerate(parts))


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """Return a table of cells that are HTML; the first cell of a row names it. Nothing is returned of no rows."""
    body = "".join(_row(cells) for cells in rows)
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    opened = f'<table class="{kind}">' if kind else "<table>"
    parts = (opened, f"<caption>{caption}</caption>", f"<thead><tr>{head}</tr></thead>", f"<tbody>\n{body}</tbody>")
    return "\n".join((*parts, "</table>\n")) if body else ""


def _row(cells: Sequence[str]) -> str:
    first, *rest = cells
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>\n'


def scrolled(name: str, content: str) -> str:
    """Return what may be wider than a small screen, to be moved by hand or by key."""
    return f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n{content}</div>\n'


def section(title: str, content: str, name: str, level: int = 3) -> str:
    """Return a section with a heading, which is linked to by its name; nothing of no content."""
    if not content:
        return ""
    head = f'<h{level} id="{name}">{title}</h{level}>'
    return f'<section aria-labelledby="{name}">\n{head}\n{content}</section>\n'


def listed(texts: Iterable[str], kind: str = "ul") -> str:
    """Return sentences as a list, numbered where its kind is `ol`."""
    items = "".join(f"<li>{worded(text)}</li>\n" for text in texts)
    return f"<{kind}>\n{items}</{kind}>\n" if items else ""


def written(asked: Asked) -> str:
    """Return a condition as it is written, the tests that decide marked, and what its terms stand for."""
    terms = "".join(f"<p><code>{safe(name)} is {_pieces(pieces)}</code></p>" for name, pieces in asked.terms.items())
    return f'<p><code class="asks">{_pieces(asked.pieces)}</code></p>{terms}'


def _pieces(pieces: Iterable[Piece]) -> str:
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: Piece) -> str:
    if not piece.is_test:
        return safe(piece.text)
    status = _OUTCOME[piece.holds]
    sign = f'<span class="sign {status}" aria-hidden="true">{SIGNS[status]}</span>'
    told = f'<span class="told"> ({phrase.HOLDS[piece.holds]}{", decides" if piece.decides else ""})</span>'
    tag = "mark" if piece.decides else "span"
    return f'<{tag} class="{status}">{safe(piece.text)}{sign}</{tag}>{told}'


def is_stop(finding: Finding) -> bool:
    """Tell whether a finding stands in the way of a line."""
    return finding.status in _STOPS and not finding.owed_by


def named(lines: Sequence[int]) -> str:
    """Return the numbers of lines, or how many they are where that would fill a page."""
    text = numbered(lines)
    return text if len(text) <= _LONGEST else phrase.many_lines(len(lines))


def concerned(finding: Finding, lines: Sequence[LineReport]) -> Sequence[LineReport]:
    """Return the lines of a batch that a finding is about: one, those of a section, or all."""
    subject = finding.subject
    if subject.line:
        return lines[subject.line - 1 : subject.line]
    section = subject.exercise or finding.rule.rpartition("/")[0]
    found = [line for line in lines if line.under == section]
    return found if found or subject.exercise else lines


def decided(lines: Iterable[LineReport]) -> dict[tuple[str, Decision, str], list[int]]:
    """Return the numbers of the lines of each section, decision and rule that stopped them, by the first of them."""
    found: dict[tuple[str, Decision, str], list[int]] = {}
    for line in lines:
        found.setdefault((line.under, line.decision, line.stopped_by), []).append(line.number)
    return found
