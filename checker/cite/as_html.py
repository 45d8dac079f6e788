"""The account of a source as one page: the contract on the left, what cites it on the right, each a link to the other.

It needs no network, and no script to be read: the script lights up the words of what is pointed at.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from checker.cite.account import Account, Citation, Kind, Report, Standing
from checker.cite.fold import Folded, Lines, words_in
from checker.cite.page import LEGEND, SCRIPT, STYLE
from checker.cite.phrase import counted, heading, lines, marks, not_this, operative, sums
from checker.page import document, safe

_PART = re.compile(r"\S+")
# What a word links to first: what decided how it stands.
_FIRST = {Standing.NOT_CHECKED: (Kind.NOT_CHECKED,), Standing.CHECKED: (Kind.RULE, Kind.TERM)}
_Cited = tuple[Standing, tuple[str, ...]]


def render(report: Report) -> str:
    """Return the account as an HTML document."""
    title = heading(report).capitalize()
    source = report.source
    versions = "".join(_version(source, account, f"v{n}") for n, account in enumerate(report.accounts, 1))
    size = f"{counted(len(source.lines), 'line')}, {counted(len(source.words), 'word')}"
    body = f"""<h1 class="{"holds" if report.holds else "fails"}">{safe(title)}</h1>
<p>{safe(report.file)}: {size}. <span class="small">{safe(marks(source.marks))}</span></p>
<p class="small">sha256 {report.sha256}</p>
{versions}<p class="small">checker {safe(report.checker)}, exit code {report.exit_code}</p>
"""
    return document(title=f"{title}: {report.file}", style=STYLE, script=SCRIPT, body=body)


def _version(source: Folded, account: Account, key: str) -> str:
    policy = account.policy
    head = f"<h2>{safe(policy.name)}</h2>\n<p>{safe(policy.title)} <span class=small>{safe(policy.file)}</span></p>\n"
    if not account.cites_this:
        return f'<section>\n{head}<p class="fails">{safe(not_this(account))}</p>\n</section>\n'
    keys = {citation: f"{key}-q{n}" for n, citation in enumerate(account.citations, 1)}
    contract = "".join(_contract(source, account, keys, key))
    return f"""<section>
{head}<p class="sums">{"<br>".join(safe(line.strip()) for line in sums(account))}</p>
{_bar(account)}<p class="small">{_operative(account, key)}</p>
<div class="sides">
<div class="contract">
{contract}</div>
<div class="rules">
{LEGEND}{"".join(_lists(account, keys, key))}</div>
</div>
</section>
"""


def _bar(account: Account) -> str:
    """Return a bar of the operative words, as long as there are words of each kind."""
    parts = {standing: account.words(standing) for standing in Standing if standing is not Standing.REST}
    if not any(parts.values()):
        return ""
    starts = accumulate(parts.values(), initial=0)
    found = "".join(
        f'<rect class="{standing}" x="{start}" width="{count}" height="1"/>'
        for (standing, count), start in zip(parts.items(), starts, strict=False)
        if count
    )
    box = f'viewBox="0 0 {sum(parts.values())} 1" preserveAspectRatio="none"'
    return f'<svg class="bar" {box} aria-hidden="true">{found}</svg>\n'


def _operative(account: Account, key: str) -> str:
    places = operative(account)
    return f"to the operative text: {'; '.join(_link(place, key) for place in places)}" if places else ""


def _contract(source: Folded, account: Account, keys: Mapping[Citation, str], key: str) -> Iterator[str]:
    """Yield the lines of the source, the words of each marked by how they stand and by what cites them."""
    standings = iter(_cited(source, account, keys))
    for number, line in enumerate(source.lines, 1):
        text = line.expandtabs()
        content = safe(text) if number in source.marks else "".join(_parts(text, standings))
        of = "mark" if number in source.marks else "line"
        name = f"{key}-l{number}"
        yield f'<div class="{of}" id="{name}"><a href="#{name}">{number}</a><span>{content or " "}</span></div>\n'


def _cited(source: Folded, account: Account, keys: Mapping[Citation, str]) -> Iterator[_Cited]:
    """Yield for each word how it stands and the keys of what cites it."""
    citing: dict[int, list[Citation]] = defaultdict(list)
    for citation in account.citations:
        if citation.kind is not Kind.OPERATIVE:
            for at in {at for span in citation.spans for at in words_in(source, span)}:
                citing[at].append(citation)
    for at, standing in enumerate(account.standings):
        first = _FIRST.get(standing, ())
        found = sorted(citing.get(at, ()), key=lambda citation: citation.kind not in first)
        yield standing, tuple(keys[citation] for citation in found)


def _parts(line: str, standings: Iterator[_Cited]) -> Iterator[str]:
    """Yield a line in parts, each of words that stand alike and are cited alike."""
    end = 0
    held: list[str] = []
    last: _Cited = (Standing.REST, ())
    for match in _PART.finditer(line):
        gap = " " * (match.start() - end)
        found = next(standings)
        if found != last:
            yield _marked("".join(held), last)
            held = []
            yield gap
        else:
            held.append(gap)
        held.append(match[0])
        last = found
        end = match.end()
    yield _marked("".join(held), last)


def _marked(text: str, cited: _Cited) -> str:
    standing, keys = cited
    if not keys:
        return f'<span class="{standing}">{safe(text)}</span>' if text and standing is not Standing.REST else safe(text)
    return f'<a class="{standing}" href="#{keys[0]}" data-q="{" ".join(keys)}">{safe(text)}</a>'


def _lists(account: Account, keys: Mapping[Citation, str], key: str) -> Iterator[str]:
    found = [citation for citation in account.citations if not citation.problem]
    yield from _list("Not found", (_entry(one, keys[one], key) for one in account.lost))
    yield from _list("Unaccounted for", _stretches(account, Standing.UNACCOUNTED, key, shown=True))
    checked = (one for one in found if one.kind in (Kind.TERM, Kind.RULE))
    yield from _list("Checked by", (_entry(one, keys[one], key) for one in checked))
    reasons = (one for one in found if one.kind is Kind.NOT_CHECKED)
    yield from _list("Not checked", (_entry(one, keys[one], key) for one in reasons))
    yield from _list("The rest of the document", _stretches(account, Standing.REST, key, shown=False))


def _list(title: str, items: Iterable[str]) -> Iterator[str]:
    found = "".join(items)
    if found:
        yield f"<h3>{title}</h3>\n<ul>\n{found}</ul>\n"


def _entry(citation: Citation, name: str, key: str) -> str:
    places = "; ".join(_link(place, key) for place in citation.lines)
    problem = f'<p class="fails">{safe(citation.problem)}</p>' if citation.problem else ""
    why = f"<p>{safe(citation.why)}</p>" if citation.why else ""
    at = f"{citation.at.file}:{citation.at.line}" if citation.problem else ""
    return (
        f'<li id="{name}" data-q="{name}"><b>{safe(citation.name)}</b> {places}{problem}'
        f"<q>{safe(citation.text)}</q>{why}<p class=small>{safe(at)}</p></li>\n"
    )


def _stretches(account: Account, standing: Standing, key: str, *, shown: bool) -> Iterator[str]:
    for stretch in account.stretches:
        if stretch.standing is standing:
            text = f"<q>{safe(stretch.text)}</q>" if shown else ""
            yield f"<li>{_link(stretch.lines, key)}: {counted(stretch.words, 'word')}{text}</li>\n"


def _link(place: Lines, key: str) -> str:
    return f'<a href="#{key}-l{place.first}">{lines([place])}</a>'
