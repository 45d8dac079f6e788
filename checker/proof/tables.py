"""The batches beside each limit, laid out: as text, as Markdown to read and sign, and as a file of cases."""

from collections.abc import Iterable, Iterator

from checker import phrase
from checker.proof.boundaries import Beside, Limit, Limits
from checker.proof.write import case_text, expected

FORMATS = ("text", "markdown", "cases")
_HEAD = ("Rule", "Limit", "Batch", "Left side", "Right side", "Finding", "Decision")


def render(found: Iterable[Limits], form: str) -> str:
    """Return the limits of versions in one of FORMATS."""
    lines = {"text": _text, "markdown": _markdown, "cases": _cases}[form](found)
    return "\n".join(lines) + "\n"


def _text(found: Iterable[Limits]) -> Iterator[str]:
    for at, one in enumerate(found):
        yield from ([""] if at else [])
        yield f"{one.policy.name}, in force from {one.policy.effective}"
        for limit in one.limits:
            yield from ("", f"  {_rule(limit)}", f"    {limit.text}")
            rows = [(b.side, _left(limit, b), _right(limit, b), b.decision) for b in limit.beside]
            widths = [max((len(row[n]) for row in rows), default=0) for n in range(4)]
            for beside, (side, left, right, decision) in zip(limit.beside, rows, strict=True):
                amounts = f"{left:>{widths[1]}} against {right:>{widths[2]}}"
                yield f"      {side:<12}  {amounts}  {decision:<{widths[3]}}  {_finding(beside)}"
            yield from (f"      {reason}" for reason in limit.missing)


def _markdown(found: Iterable[Limits]) -> Iterator[str]:
    yield "# Limits, and the batches beside them"
    for one in found:
        yield from (
            "",
            f"## {_cell(one.policy.title)}",
            "",
            f"`{one.policy.name}`, in force from {one.policy.effective}.",
            "",
        )
        yield f"| {' | '.join(_HEAD)} |"
        yield f"|{'|'.join('---' for _ in _HEAD)}|"
        for limit in one.limits:
            for beside in limit.beside:
                cells = (_rule(limit), f"`{limit.text}`", beside.side, _left(limit, beside), _right(limit, beside))
                yield f"| {' | '.join(map(_cell, (*cells, _finding(beside), beside.decision)))} |"
        notes = [f"{_rule(limit)}, `{limit.text}`: {reason}." for limit in one.limits for reason in limit.missing]
        yield from (line for note in notes for line in ("", note))
        yield from ("", "Read and agreed:", "", "| Name | Date | Signature |", "|---|---|---|", "| | | |")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _cases(found: Iterable[Limits]) -> Iterator[str]:
    yield "# The batches beside each limit, as `checker boundaries` finds them."
    yield "# What is expected of each is what comes of it today: read it before you keep it."
    yield "cases:"
    for one in found:
        for limit in one.limits:
            for beside in limit.beside:
                amounts = f"{_left(limit, beside)} against {_right(limit, beside)}"
                title = f"Under {one.policy.name}, {_rule(limit)}, {beside.side} `{limit.text}`: {amounts}."
                text = case_text(title, beside.values, beside.run, expected(beside.run, {limit.rule}))
                yield from (f"  {line}" for line in text.splitlines())


def _rule(limit: Limit) -> str:
    return f"{limit.rule} ({limit.reading})" if limit.reading else limit.rule


def _left(limit: Limit, beside: Beside) -> str:
    return phrase.value(limit.type, beside.left)


def _right(limit: Limit, beside: Beside) -> str:
    return phrase.value(limit.type, beside.right)


def _finding(beside: Beside) -> str:
    """Return the status of the rule, with that under each reading where there are several."""
    readings = ", ".join(f"{name} {status}" for name, status in beside.readings.items())
    return f"{beside.status}: {readings}" if readings else str(beside.status)
