"""What is seen in a tape as text, for a terminal."""

from collections.abc import Iterable, Iterator
from textwrap import wrap

from checker.faults import printable
from checker.lang.syntax import Type
from checker.tape import phrase
from checker.tape.sight import BALANCE, Asked, Sight
from checker.values import grouped

WIDTH = 110


def render(sight: Sight, *, listed: bool) -> str:
    """Return it as text; `listed` lists the loans that pass."""
    found = [
        phrase.heading(sight).upper(),
        *_wrapped(phrase.where(sight), ""),
        f"  sha256 {sight.tape.sha256}",
        *(line for text in (phrase.how(sight), phrase.whose(sight)) for line in _wrapped(text, "  ")),
        *(f"  {text}" for text in phrase.rows(sight)),
        *_section("Unknown", (f"  {text}" for text in phrase.unknown(sight))),
        *_section("Assumptions", (line for text in sight.assumptions for line in _wrapped(f"- {text}", "  ", 2))),
        *(_judged(sight) if sight.is_judged else ()),
        *(_listed(sight) if listed else ()),
        "",
        f"checker {sight.checker}",
    ]
    return "\n".join(found) + "\n"


def _section(title: str, found: Iterable[str]) -> list[str]:
    lines = list(found)
    return ["", title, *lines] if lines else []


def _judged(sight: Sight) -> Iterator[str]:
    yield ""
    yield from _wrapped(phrase.under(sight), "")
    for one in sight.conditions:
        yield from _condition(one)


def _condition(one: Asked) -> Iterator[str]:
    yield f"  {one.condition.rule}"
    yield from _wrapped(f'"{one.condition.quote}"', "      ") if one.condition.quote else ()
    yield from (f"    {text}" for text in phrase.readings(one))


def _listed(sight: Sight) -> Iterator[str]:
    balances = {loan: grouped(Type.MONEY, row.get(BALANCE)) for loan, row in sight.tape.loans.items()}
    for title, loans in phrase.passing(sight):
        yield from _section(
            title, (f"  {printable(loan)}  {balances[loan]}" for loan in loans) if loans else ["  none"]
        )


def _wrapped(text: str, indent: str, hanging: int = 0) -> list[str]:
    after = indent + " " * hanging
    return wrap(printable(text), WIDTH, initial_indent=indent, subsequent_indent=after, break_on_hyphens=False)
