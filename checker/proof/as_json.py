"""What `checker test` found, as JSON for other programs."""

import json
from collections.abc import Mapping, Sequence

from checker import __version__
from checker.proof.cases import Case
from checker.proof.coverage import Coverage, Limb
from checker.proof.mutation import Mutation, Survivor
from checker.proof.run import Outcome, Tested, Wanted, is_right
from checker.report.as_json import Json, finding_json, place_json


def render(tested: Sequence[Tested], wanted: Wanted) -> str:
    """Return everything as one JSON document."""
    agreements = [_agreement(one) for one in tested]
    document = {"format": 1, "checker": __version__, "right": is_right(tested, wanted), "agreements": agreements}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _agreement(tested: Tested) -> Json:
    return {
        "agreement": tested.agreement,
        "cases": [_outcome(outcome) for outcome in tested.outcomes],
        "coverage": [_coverage(found) for found in tested.coverage],
        "mutation": [_mutation(found) for found in tested.mutation],
    }


def _outcome(outcome: Outcome) -> Json:
    return {
        "title": outcome.case.title,
        "at": place_json(outcome.case.at),
        "right": not outcome.deviations,
        "expected": _expected(outcome.case),
        "deviations": [deviation._asdict() for deviation in outcome.deviations],
        "why": [finding_json(found) for found in outcome.why],
    }


def _expected(case: Case) -> Json:
    expected = case.expected
    rules = {rule: dict(found) if isinstance(found, Mapping) else found for rule, found in expected.rules.items()}
    return {"decision": expected.decision, "rules": rules, "only": expected.only}


def _coverage(found: Coverage) -> Json:
    lacking = [limb for limb in found.limbs if limb.lacks]
    return {
        "policy": found.policy,
        "limbs": len(found.limbs),
        "covered": len(found.limbs) - len(lacking),
        "percent": found.percent,
        "lacking": [_limb(limb) for limb in lacking],
    }


def _limb(limb: Limb) -> Json:
    return {
        "rule": limb.rule,
        "reading": limb.reading or None,
        "text": limb.text,
        "at": place_json(limb.at),
        "lacks": limb.lacks,
    }


def _mutation(found: Mutation) -> Json:
    return {
        "policy": found.policy,
        "noticed": found.noticed,
        "refused": found.refused,
        "survivors": [_survivor(survivor) for survivor in found.survivors],
    }


def _survivor(survivor: Survivor) -> Json:
    mutant = survivor.mutant
    return {
        "where": mutant.where,
        "at": {**place_json(mutant.at), "column": mutant.at.column},
        "was": mutant.was,
        "becomes": mutant.becomes or None,
        "kind": survivor.kind,
        "reason": survivor.reason or None,
        "case": survivor.case or None,
    }
