"""What `checker test` found, for a terminal: failures first, then what no case decides, and what no case notices."""

from collections.abc import Iterable, Iterator

from checker.faults import spelled
from checker.proof.coverage import Coverage, Limb
from checker.proof.mutation import Kind, Mutation, Survivor
from checker.proof.run import Outcome, Tested, Wanted
from checker.report.as_text import WIDTH, finding_lines
from checker.report.wrap import wrap


def render(tested: Iterable[Tested], wanted: Wanted) -> str:
    """Return everything as text."""
    lines = [line for one in tested for line in _agreement(one, wanted)]
    return "\n".join(map(spelled, lines)) + "\n"


def _agreement(tested: Tested, wanted: Wanted) -> Iterator[str]:
    failed = [outcome for outcome in tested.outcomes if outcome.deviations]
    as_expected = len(tested.outcomes) - len(failed)
    yield f"{tested.agreement}: {as_expected} of {len(tested.outcomes)} cases came as expected"
    for outcome in failed:
        yield from ("", *failure_lines(outcome))
    for found in tested.coverage:
        yield from ("", *coverage_lines(found))
    for mutated in tested.mutation:
        yield from ("", *mutation_lines(mutated))
    if failed and not tested.mutation:
        yield from ("", "no mutant was tried: the cases must come as expected first") if wanted.mutation else ()


def failure_lines(outcome: Outcome) -> Iterator[str]:
    """Yield what was expected of a case, what came, and why."""
    yield f"FAILED {outcome.case.at.file}:{outcome.case.at.line}"
    yield from _wrapped(outcome.case.title, "  ")
    for deviation in outcome.deviations:
        yield f"  {deviation.rule or 'the decision'}: expected {deviation.expected}, came {deviation.came}"
    for finding in outcome.why:
        yield from finding_lines(finding)


def coverage_lines(found: Coverage) -> Iterator[str]:
    """Yield the limbs that the cases do not cover."""
    lacking = [limb for limb in found.limbs if limb.lacks]
    covered = len(found.limbs) - len(lacking)
    yield f"coverage of {found.policy}: {covered} of {len(found.limbs)} limbs, {found.percent} %"
    for limb in lacking:
        yield from _limb(limb)


def _limb(limb: Limb) -> Iterator[str]:
    reading = f" ({limb.reading})" if limb.reading else ""
    yield f"  {limb.at.file}:{limb.at.line}: {limb.rule}{reading}"
    yield from _wrapped(limb.text, "    ")
    yield f"    never {', '.join(limb.lacks)}"


def mutation_lines(found: Mutation) -> Iterator[str]:
    """Yield the mutants that no case notices."""
    equivalent = sum(survivor.kind is Kind.EQUIVALENT for survivor in found.survivors)
    tried = found.noticed + len(found.survivors)
    yield (
        f"mutation of {found.policy}: {tried} mutants; {found.noticed} noticed, {equivalent} equivalent, "
        f"{len(found.survivors) - equivalent} survived ({found.refused} more are refused by the loader)"
    )
    for survivor in found.survivors:
        yield from _survivor(survivor)


def _survivor(survivor: Survivor) -> Iterator[str]:
    mutant = survivor.mutant
    yield f"  {survivor.kind.upper()} {mutant.at.file}:{mutant.at.line}:{mutant.at.column}: {mutant.where}"
    became = f"became `{mutant.becomes}`" if mutant.becomes else "was removed"
    yield from _wrapped(f"`{mutant.was}` {became}", "    ")
    yield from _wrapped(survivor.reason, "    ") if survivor.reason else ()
    if survivor.case:
        yield "    a case that would notice it; confirm what it should expect:"
        yield from (f"      {line}" for line in survivor.case.splitlines())


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, indent, indent)
