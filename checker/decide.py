"""Judgements to decisions: of each line, of each batch, of the run."""

from collections.abc import Iterable

from checker.judged import OfBatch, Standing
from checker.model import Decision, Run, Status, Verdict

# By name: looking a member up in its class takes as long as all else that is done for a line.
REFUSED, UNDECIDED, PERMITTED = Decision.REFUSED, Decision.UNDECIDED, Decision.PERMITTED
PASS, FAIL = Status.PASS, Status.FAIL
WORST = (REFUSED, UNDECIDED, PERMITTED)
_PASSED = {PASS}
LAPSED = (Status.LATE, Status.DEFECTIVE)


def decide(judged: Iterable[OfBatch]) -> Run:
    """Return every batch decided, and the run, which is the worst of them."""
    verdicts = tuple(_verdict(batch) for batch in judged)
    return Run(verdicts=verdicts, decision=worst(verdict.decision for verdict in verdicts))


def _verdict(judged: OfBatch) -> Verdict:
    found: dict[int, Decision] = {}
    for standing in judged.standings:
        found.update(zip([line.number for line in standing.lines], decisions(standing), strict=True))
    lines = {line.number: found[line.number] for line in judged.batch.lines}
    return Verdict(judged, lines, worst(lines.values()))


def decisions(standing: Standing) -> list[Decision]:
    """Return of each line its decision: permitted if all that bears on it passes and its section asks something."""
    if FAIL in standing.wider:
        return [REFUSED] * len(standing.lines)
    passing = PERMITTED if standing.asked and standing.wider <= _PASSED else UNDECIDED
    rules = len(standing.statuses)
    return [
        REFUSED if FAIL in own else passing if own.count(PASS) == rules else UNDECIDED
        for own in zip(*standing.statuses, strict=True)
    ]


def worst(decisions: Iterable[Decision]) -> Decision:
    """Return the worst decision; of none at all: undecided."""
    found = set(decisions)
    for decision in WORST:
        if decision in found:
            return decision
    return UNDECIDED


def exit_code(run: Run) -> int:
    """Return the code for a pipeline: 1 refused, 3 undecided, 4 an obligation late or defective, else 0."""
    if run.decision is not Decision.PERMITTED:
        return code_of(run.decision, lapsed=False)
    lapsed = any(j.status in LAPSED for verdict in run.verdicts for j in verdict.judged.judgements)
    return code_of(run.decision, lapsed=lapsed)


def code_of(decision: Decision, *, lapsed: bool) -> int:
    """Return the code for a decision; an obligation that has `lapsed` matters only where all is permitted."""
    return {Decision.REFUSED: 1, Decision.UNDECIDED: 3, Decision.PERMITTED: 4 if lapsed else 0}[decision]
