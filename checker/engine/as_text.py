"""The report of a book as text: the decision, counts by rule and by batch, then the first findings of each rule."""

from collections.abc import Iterator

from checker.engine import phrase
from checker.engine.summary import Summary, ranked
from checker.faults import spelled
from checker.report.as_text import finding_lines
from checker.report.wrap import wrap

WIDTH = 110
MOST_BATCHES = 20


def render(found: Summary) -> str:
    """Return the report as text."""
    return "\n".join(map(spelled, _lines(found))) + "\n"


def _lines(found: Summary) -> Iterator[str]:
    yield phrase.head(found).upper()
    yield from wrap(phrase.size(found), WIDTH, "", "  ")
    yield ""
    yield "Lines"
    yield from (f"  {decision:<9}  {count:>12,}" for decision, count in found.lines().items())
    yield ""
    yield "Rules"
    width = max((len(one.rule) for one in found.rules), default=0)
    yield from (f"  {one.rule:<{width}}  {phrase.counted(one) or phrase.NOT_ASKED}" for one in found.rules)
    yield ""
    yield "Batches"
    batches = ranked(found.batches)
    for one in batches[:MOST_BATCHES]:
        yield from wrap(phrase.batch(one), WIDTH, "  - ", "    ")
    if len(batches) > MOST_BATCHES:
        yield f"  - {phrase.more_batches(len(batches) - MOST_BATCHES)}"
    if found.findings:
        yield ""
        yield "First findings of each rule"
    for explained in found.findings:
        yield f"  {explained.batch}"
        yield from finding_lines(explained.finding)
    yield from _listed("Notes", (*found.notes, phrase.again(found)))
    yield from _listed("Assumptions", found.assumptions)
    yield ""
    yield "Inputs (sha256)"
    yield from (f"  {name:<8} {digest}" for name, digest in found.inputs.items())
    yield ""
    yield f"checker {found.checker}, exit code {found.exit_code}"


def _listed(title: str, texts: tuple[str, ...]) -> Iterator[str]:
    if texts:
        yield ""
        yield title
    for n, text in enumerate(texts, 1):
        mark = f"  {n}. " if title == "Assumptions" else "  - "
        yield from wrap(text, WIDTH, mark, " " * len(mark))
