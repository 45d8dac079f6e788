"""The sentences about what is seen in a tape."""

from collections.abc import Iterator

from checker.lang.syntax import Type
from checker.model import Status
from checker.tape.sight import STATUSES, Asked, Sight
from checker.values import grouped

ONLY_THE_LOAN = "what reads nothing but the loan, the tape and the date"


def counted(number: int, what: str) -> str:
    """Return a number of things."""
    return f"{number:,} {what.removesuffix('s') if number == 1 else what}"


def heading(sight: Sight) -> str:
    """Return what is in the pool."""
    return f"{counted(len(sight.tape.pool.rows), 'loans')} in the pool, {grouped(Type.MONEY, sight.balance)}"


def where(sight: Sight) -> str:
    """Return which tape it is."""
    sheet = f", sheet `{sight.tape.sheet}`" if sight.tape.sheet else ""
    return f"{sight.tape.file}{sheet}, as of {sight.tape.as_of}"


def how(sight: Sight) -> str:
    """Return how the tape was read, and on whose word."""
    if sight.suggested:
        return f"read through `{sight.tape.layout}`, suggested by {sight.suggested}; name it to be sure"
    if sight.tape.layout == "canonical":
        return "read as `canonical`: its columns are the facts of a loan"
    return f"read through `{sight.tape.layout}`, as named"


def whose(sight: Sight) -> str:
    """Return whose facts they are."""
    reason = "" if sight.is_judged else ", the only agreement in hand"
    return f"the facts of a loan are those of {sight.agreement.name}{reason}"


def rows(sight: Sight) -> Iterator[str]:
    """Yield how many rows there are, and what became of them."""
    tape = sight.tape
    outside = len(tape.loans) - len(tape.pool.rows) - len(tape.pool.maybe)
    told = [counted(len(tape.loans), "loans")]
    told += [f"{outside:,} of them not in the pool"] if outside else []
    told += [f"of {len(tape.pool.maybe):,} it is unknown whether they are in the pool"] if tape.pool.maybe else []
    yield f"{counted(sight.rows, 'rows')}: {', '.join(told)}"
    yield from (f"  not read, {what}: {number:,}" for what, number in sight.skipped.items())


def unknown(sight: Sight) -> Iterator[str]:
    """Yield of how many loans each fact is unknown, where it is of any."""
    loans = len(sight.tape.pool.rows) + len(sight.tape.pool.maybe)
    for name, number in sight.unknown.items():
        if number and name not in sight.tape.columns:
            yield f"{name}: of every loan; the tape does not have it"
        elif number:
            share = "every loan" if number == loans else f"{number:,} of {counted(loans, 'loans')}"
            yield f"{name}: of {share}"


def under(sight: Sight) -> str:
    """Return by what the loans are judged."""
    if sight.policy is None:
        return f"No version of {sight.agreement.name} in hand is in force on {sight.tape.as_of}: nothing is judged"
    return f"Under {sight.policy.name} on {sight.tape.as_of}, {ONLY_THE_LOAN}"


def readings(one: Asked) -> Iterator[str]:
    """Yield how the loans fare under each reading of a condition."""
    adopted = one.condition.adopted
    wide = max(map(len, one.found))
    for name, found in one.found.items():
        numbers = ", ".join(f"{len(found[status]):,} {status}" for status in STATUSES)
        mark = " (adopted)" if adopted and adopted.reading == name else ""
        yield f"{name:<{wide}}  {numbers}{mark}" if len(one.condition.readings) > 1 else numbers


def passing(sight: Sight) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what loans are listed, each list under its title."""
    if not sight.is_judged:
        yield "Loans in the pool", sight.loans
        return
    for one in sight.conditions:
        for name, found in one.found.items():
            reading = f" under `{name}`" if len(one.condition.readings) > 1 else ""
            yield f"Loans that pass {one.condition.rule}{reading}", found[Status.PASS]
