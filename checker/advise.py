"""What would help a batch that is not permitted: lines to drop, sections to cite instead. Every advice was judged."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from checker.explain import passes_from
from checker.lang.evaluate import Row
from checker.model import Batch, Decision, Judgement, Line, Run, Status, Verdict

MOST_TRIED = 20
SHORTEST_RANGE = 3
Again = Callable[[Sequence[Batch]], Run]


def advise(run: Run, verdict: Verdict, again: Again) -> tuple[str, ...]:
    """Return advice on one batch of a run; `again` judges changed batches as the run was judged."""
    if verdict.decision is Decision.PERMITTED or not verdict.lines:
        return ()
    return (*_dropping(run, verdict, again), *_citing(run, verdict, again))


def _with(run: Run, batch: Batch, lines: Iterable[Line], again: Again) -> Verdict:
    """Return the verdict on a batch with other lines, everything else in hand as it was."""
    changed = batch._replace(lines=tuple(lines))
    others = [verdict.judged.batch for verdict in run.verdicts if verdict.judged.batch.name != batch.name]
    return next(v for v in again([*others, changed]).verdicts if v.judged.batch.name == batch.name)


def _stops(verdict: Verdict, line: Line) -> list[Judgement]:
    """Return what stops a line by itself, whatever else is in the exercise."""
    return [j for j in verdict.judged.bearing[line.number] if j.subject.line and j.status is not Status.PASS]


def _dropping(run: Run, verdict: Verdict, again: Again) -> list[str]:
    lines = verdict.judged.batch.lines
    sound = [line for line in lines if not _stops(verdict, line)]
    if not sound or len(sound) == len(lines):
        return []
    count = f"{len(sound)} of {len(lines)} lines are permitted by themselves"
    if _with(run, verdict.judged.batch, sound, again).decision is not Decision.PERMITTED:
        return [f"{count}, but not together: see the exercise."]
    kept = {line.number for line in sound}
    dropped = [line for line in lines if line.number not in kept]
    return [f"{count}; to trade them, drop {_reasons(verdict, dropped)}."]


def _reasons(verdict: Verdict, lines: Iterable[Line]) -> str:
    grouped: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        grouped[_reason(verdict, line)].append(line.number)
    return "; ".join(f"{numbered(found)} ({reason})" for reason, found in grouped.items())


def _reason(verdict: Verdict, line: Line) -> str:
    stop = min(_stops(verdict, line), key=lambda j: j.status is not Status.FAIL)
    status = {Status.FAIL: "fails", Status.DISPUTED: "disputed", Status.UNKNOWN: "unknown"}[stop.status]
    until = passes_from(stop)
    return f"`{stop.rule}`, {status}" + (f" until {until}" if until else "")


def numbered(numbers: Sequence[int]) -> str:
    """Return `line 3` or `lines 3, 5 to 8`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    spelled = [_spelled(run) for run in runs]
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(spelled)}"


def _spelled(run: list[int]) -> str:
    if len(run) >= SHORTEST_RANGE:
        return f"{run[0]} to {run[-1]}"
    return ", ".join(map(str, run))


def _citing(run: Run, verdict: Verdict, again: Again) -> list[str]:
    policy = verdict.judged.policy
    found = []
    for section in policy.permissions if policy else ():
        stopped = [line for line in verdict.judged.batch.lines if _is_stopped(verdict, line, section)]
        numbers = _permitted_under(run, verdict, section, stopped, again)
        if numbers:
            alone = ", each by itself" if len(numbers) > 1 else ""
            found.append(f"{numbered(numbers)} would also be permitted under {section}{alone}.")
    return found


def _is_stopped(verdict: Verdict, line: Line, section: str) -> bool:
    return verdict.lines[line.number] is not Decision.PERMITTED and line.under != section


def _permitted_under(run: Run, verdict: Verdict, section: str, lines: list[Line], again: Again) -> list[int]:
    """Return which lines would be permitted under another section; the first few that pass by themselves are tried."""
    if not lines:
        return []
    batch = verdict.judged.batch
    moved = {line.number: line._replace(under=section, stated=_cites(line, section)) for line in lines}
    together = _with(run, batch, [moved.get(line.number, line) for line in batch.lines], again)
    passing = [line for line in lines if not _stops(together, moved[line.number])][:MOST_TRIED]
    there = [line for line in batch.lines if line.under == section]
    alone = {line.number: _with(run, batch, [*there, moved[line.number]], again) for line in passing}
    return [number for number, found in alone.items() if found.lines[number] is Decision.PERMITTED]


def _cites(line: Line, section: str) -> Row:
    return {**line.stated, "disposition.under": section}
