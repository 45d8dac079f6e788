"""A batch that was found, written as a case: the text that `checker test` reads back."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from checker.model import Run, Status
from checker.proof.trial import GOOD

# Text that YAML reads as itself when it is written without quotation marks: `0x1F` and `1e5` are numbers there.
_NUMBER = r"0[xob]|[0-9][0-9._]*[eE][-+0-9]"
_PLAIN = re.compile(rf"(?=.*[A-Za-z])(?!{_NUMBER})[A-Za-z0-9][A-Za-z0-9_./()-]*( [A-Za-z0-9_./()-]+)*").fullmatch
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def case_text(
    title: str,
    values: Mapping[str, object],
    run: Run,
    rules: Mapping[str, Status | Mapping[str, Status]],
    comment: str = "",
) -> str:
    """Return a case: its title, the batch, and the decision and statuses that are to be expected of it."""
    expect = {"decision": str(run.decision), **({"rules": rules} if rules else {})}
    case = {"title": title, **terse(values), "expect": expect}
    lines = list(_lines(case, 0))
    at = lines.index("expect:")
    noted = [*lines[:at], *([f"# {comment}"] if comment else []), *lines[at:]]
    return "\n".join(("- " if n == 0 else "  ") + line for n, line in enumerate(noted))


def expected(
    run: Run, also: Collection[str] = (), whole: Collection[str] = ()
) -> dict[str, Status | dict[str, Status]]:
    """Return the status of every rule that stands in the way, or is named: by reading where there are some.

    Of those that are `whole` it is the status itself.
    """
    (verdict,) = run.verdicts
    found: dict[str, Status | dict[str, Status]] = {}
    for judgement in verdict.judged.judgements:
        bad = judgement.status not in (*GOOD, Status.DUE)
        if (bad or judgement.rule in also) and (judgement.rule not in found or bad):
            by_reading = {} if judgement.rule in whole else dict(judgement.readings)
            found[judgement.rule] = by_reading or judgement.status
    return found


def terse(values: Mapping[str, object]) -> dict[str, object]:
    """Return a batch with what all its loans share, and what all its lines share, said once."""
    tape: Mapping[str, object] = values["tape"]  # type: ignore[assignment] # in the form of a case
    loans: Mapping[str, Mapping[str, object]] = tape["loans"]  # type: ignore[assignment] # in the form of a case
    lines: list[Mapping[str, object]] = values["dispositions"]  # type: ignore[assignment] # in the form of a case
    shared = _shared(list(loans.values()))
    said = {key: value for key, value in _shared(lines).items() if key != "loan"}
    own = {loan: {key: value for key, value in facts.items() if key not in shared} for loan, facts in loans.items()}
    less = [{key: value for key, value in line.items() if key not in said} for line in lines]
    every = {"every": shared} if shared else {}
    head = {key: values[key] for key in ("date", "as_of") if key in values}
    groups = {key: value for key, value in values.items() if key not in ("date", "as_of", "tape", "dispositions")}
    return {
        **head,
        "tape": {**{key: value for key, value in tape.items() if key != "loans"}, **every, "loans": own},
        **({"every": said} if said else {}),
        "dispositions": [line["loan"] if len(line) == 1 else line for line in less],
        **groups,
    }


def _shared(records: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Return what several records say alike; of one record nothing is shared."""
    first, *others = records
    return {key: value for key, value in first.items() if others and all(one.get(key, ...) == value for one in others)}


def _lines(value: object, indent: int) -> Iterator[str]:
    space = " " * indent
    assert isinstance(value, Mapping)
    for key, one in value.items():
        if isinstance(one, Mapping):
            if one:
                yield f"{space}{_scalar(key)}:"
                yield from _lines(one, indent + 2)
            else:
                yield f"{space}{_scalar(key)}: {{}}"
        elif isinstance(one, list | tuple):
            yield f"{space}{_scalar(key)}:"
            yield from _items(one, indent + 2)
        else:
            yield f"{space}{_scalar(key)}: {_scalar(one)}".rstrip()


def _items(items: list[object] | tuple[object, ...], indent: int) -> Iterator[str]:
    space = " " * indent
    for one in items:
        if isinstance(one, Mapping):
            first, *rest = _lines(one, indent + 2)
            yield f"{space}- {first.strip()}"
            yield from rest
        else:
            yield f"{space}- {_scalar(one)}"


def _scalar(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | date):
        return str(value)
    text = str(value)
    if _PLAIN(text) and text.lower() not in _WORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
