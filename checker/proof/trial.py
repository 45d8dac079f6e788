"""A case tried on an agreement: what came of it, and where that is not what was expected."""

from collections.abc import Mapping

from checker.decide import decide
from checker.judge import judge
from checker.lang.named import NamedTuple
from checker.model import Agreement, Judgement, Run, Status, Verdict
from checker.proof.cases import Case

GOOD = (Status.PASS, Status.MET)
STOPS = (Status.FAIL, Status.DISPUTED, Status.UNKNOWN, Status.LATE, Status.DEFECTIVE)


class Deviation(NamedTuple):
    """One thing that came otherwise; `rule` is "" where it is the decision."""

    rule: str
    expected: str
    came: str


def run_case(case: Case, agreement: Agreement) -> Run:
    """Return the case's batch, judged and decided."""
    return decide(judge({agreement.name: agreement}, [case.batch], case.as_of))


def deviations(case: Case, run: Run) -> tuple[Deviation, ...]:
    """Return everything that came otherwise than the case expects."""
    (verdict,) = run.verdicts
    found = []
    if verdict.decision is not case.expected.decision:
        found.append(Deviation(rule="", expected=case.expected.decision, came=verdict.decision))
    for rule, expected in case.expected.rules.items():
        found += _of_rule(rule, expected, _judged(verdict, rule))
    return (*found, *(_others(case, verdict) if case.expected.only else ()))


def _judged(verdict: Verdict, rule: str) -> list[Judgement]:
    return [judgement for judgement in verdict.judged.judgements if judgement.rule == rule]


def _of_rule(rule: str, expected: Status | Mapping[str, Status], judgements: list[Judgement]) -> list[Deviation]:
    if not isinstance(expected, Mapping):
        came = [judgement.status for judgement in judgements]
        return [] if _is(expected, came) else [Deviation(rule=rule, expected=expected, came=_listed(came))]
    found = []
    for reading, status in expected.items():
        came = [judgement.readings[reading] for judgement in judgements if reading in judgement.readings]
        if not _is(status, came):
            found.append(Deviation(rule=f"{rule} ({reading})", expected=status, came=_listed(came)))
    return found


def _is(expected: Status, came: list[Status]) -> bool:
    """Tell whether a rule came as expected: passed by all, or stopping some in this way and none in another."""
    notable = {status for status in came if expected in GOOD or status not in GOOD}
    return bool(came) and notable == {expected}


def _listed(came: list[Status]) -> str:
    return " and ".join(dict.fromkeys(came)) or "not judged"


def _others(case: Case, verdict: Verdict) -> list[Deviation]:
    """Return the rules that stand in the way without being expected to."""
    other: dict[str, list[Status]] = {}
    for judgement in verdict.judged.judgements:
        if judgement.status in STOPS and judgement.rule not in case.expected.rules:
            other.setdefault(judgement.rule, []).append(judgement.status)
    return [Deviation(rule=rule, expected="nothing", came=_listed(came)) for rule, came in other.items()]
