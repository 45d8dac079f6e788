"""The account of a source as text, for a terminal: what is wrong first, then what is cited where."""

from collections.abc import Iterable, Iterator
from textwrap import wrap

from checker.cite.account import Account, Citation, Kind, Report, Standing
from checker.cite.phrase import counted, heading, lines, marks, not_this, sums
from checker.faults import printable

WIDTH = 110


def render(report: Report) -> str:
    """Return the account as text."""
    size = f"{counted(len(report.source.lines), 'line')}, {counted(len(report.source.words), 'word')}"
    found = [
        heading(report).upper(),
        *_wrapped(f"{report.file}: {size}", ""),
        f"  sha256 {report.sha256}",
        *_wrapped(marks(report.source.marks), "  "),
        *(line for account in report.accounts for line in ("", *_account(account))),
        "",
        f"checker {report.checker}, exit code {report.exit_code}",
    ]
    return "\n".join(found) + "\n"


def _account(account: Account) -> Iterator[str]:
    policy = account.policy
    yield from _wrapped(f"{policy.name} ({policy.file})", "")
    yield from _wrapped(policy.title, "  ")
    if not account.cites_this:
        yield from _wrapped(not_this(account), "  ")
        return
    yield from (line for text in sums(account) for line in _wrapped(text, "  "))
    yield from _section("Not found", (line for one in account.lost for line in _lost(one)))
    yield from _section("Unaccounted for", _stretches(account, Standing.UNACCOUNTED, shown=True))
    yield from _section("Checked by", _cited(account, (Kind.TERM, Kind.RULE)))
    yield from _section("Not checked", _cited(account, (Kind.NOT_CHECKED,)))
    yield from _section("The rest of the document", _stretches(account, Standing.REST, shown=False))


def _section(title: str, found: Iterable[str]) -> list[str]:
    rows = list(found)
    return ["", f"  {title}", *rows] if rows else []


def _lost(citation: Citation) -> Iterator[str]:
    yield from _wrapped(f"{citation.name}: {citation.problem}", "    ")
    yield from _wrapped(f'"{citation.text}"', "        ")
    yield from _wrapped(f"{citation.at.file}:{citation.at.line}", "        ")


def _cited(account: Account, kinds: tuple[Kind, ...]) -> Iterator[str]:
    for citation in account.citations:
        if citation.kind in kinds and not citation.problem:
            yield from _wrapped(f"{citation.name}  {lines(citation.lines)}", "    ")
            yield from _wrapped(f'"{citation.text}"', "        ")
            yield from _wrapped(citation.why, "        ") if citation.kind is Kind.NOT_CHECKED else ()


def _stretches(account: Account, standing: Standing, *, shown: bool) -> Iterator[str]:
    for stretch in account.stretches:
        if stretch.standing is standing:
            yield f"    {lines([stretch.lines])}: {counted(stretch.words, 'word')}"
            yield from _wrapped(f'"{stretch.text}"', "        ") if shown else ()


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(printable(text), WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
