"""Judgements to decisions: of each line, of each batch, of the run."""

from collections.abc import Iterable, Sequence

from checker.model import Condition, Decision, Judged, Judgement, Run, Status, Verdict

WORST = (Decision.REFUSED, Decision.UNDECIDED, Decision.PERMITTED)
_PASSED = {Status.PASS}
LAPSED = (Status.LATE, Status.DEFECTIVE)


def decide(judged: Iterable[Judged]) -> Run:
    """Return every batch decided, and the run, which is the worst of them."""
    verdicts = tuple(_verdict(batch) for batch in judged)
    return Run(verdicts=verdicts, decision=worst(verdict.decision for verdict in verdicts))


def _verdict(judged: Judged) -> Verdict:
    lines = {line.number: decided(line.under, judged.bearing[line.number]) for line in judged.batch.lines}
    return Verdict(judged=judged, lines=lines, decision=worst(lines.values()))


def decided(section: str, bearing: Sequence[Judgement]) -> Decision:
    """Return the decision of a line: permitted if all that bears on it passes, and its section asks something of it."""
    statuses = {judgement.status for judgement in bearing}
    if Status.FAIL in statuses:
        return Decision.REFUSED
    own = f"{section}/"  # what it asks stands behind what every line is asked
    asked = any(isinstance(found.by, Condition) and found.rule.startswith(own) for found in reversed(bearing))
    return Decision.PERMITTED if asked and statuses == _PASSED else Decision.UNDECIDED


def worst(decisions: Iterable[Decision]) -> Decision:
    """Return the worst decision; of none at all: undecided."""
    found = set(decisions)
    return next((decision for decision in WORST if decision in found), Decision.UNDECIDED)


def exit_code(run: Run) -> int:
    """Return the code for a pipeline: 1 refused, 3 undecided, 4 an obligation late or defective, else 0."""
    if run.decision is not Decision.PERMITTED:
        return {Decision.REFUSED: 1, Decision.UNDECIDED: 3}[run.decision]
    lapsed = any(j.status in LAPSED for verdict in run.verdicts for j in verdict.judged.judgements)
    return 4 if lapsed else 0
