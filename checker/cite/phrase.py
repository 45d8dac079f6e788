"""The sentences about an account, once for every format that is read by people."""

from collections.abc import Iterable, Iterator, Sequence

from checker.cite.account import Account, Kind, Report, Standing
from checker.cite.fold import Lines


def heading(report: Report) -> str:
    """Return what holds of the whole."""
    if not report.holds:
        return "not accounted for"
    named = all(account.policy.operative for account in report.accounts)
    return "found and accounted for" if named else "found, but not all operative text is named"


def counted(number: int, what: str) -> str:
    """Return a number of things."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def lines(places: Iterable[Lines]) -> str:
    """Return places by their lines."""
    return "; ".join(
        f"line {place.first}" if place.first == place.last else f"lines {place.first} to {place.last}"
        for place in places
    )


def marks(numbers: Sequence[int]) -> str:
    """Return which lines were dropped; nothing is said where none was."""
    if not numbers:
        return ""
    return f"not read, as page marks: line{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))}"


def not_this(account: Account) -> str:
    """Return that a version cites another text, and by which digest."""
    policy = account.policy
    return f"not this text: it cites {policy.source_title}, sha256 {policy.source_sha256}"


def operative(account: Account) -> list[Lines]:
    """Return where the operative text stands."""
    return [place for one in account.citations if one.kind is Kind.OPERATIVE for place in one.lines]


def sums(account: Account) -> Iterator[str]:
    """Yield the numbers of words, and the share that rules check."""
    if not account.policy.operative:
        yield "no operative text is named"
        return
    where = operative(account)
    yield f"{counted(account.operative, 'operative word')}" + (f", in {lines(where)}" if where else "")
    checked = account.words(Standing.CHECKED)
    share = f", {account.share}% ({checked:,} of {account.operative:,})" if account.share else ""
    yield f"  {checked:,} checked by a rule{share}"
    yield f"  {account.words(Standing.NOT_CHECKED):,} not checked, with a reason"
    yield f"  {account.words(Standing.UNACCOUNTED):,} unaccounted for"
