"""The report of a book as JSON: counts, batches, and the findings that were explained."""

import json

from checker.engine.summary import BatchCount, Summary
from checker.report.as_json import Json, finding_json


def render(found: Summary) -> str:
    """Return the report as one JSON document."""
    return json.dumps(document(found), indent=2, ensure_ascii=False) + "\n"


def document(found: Summary) -> Json:
    """Return the report by the names of its schema."""
    return {
        "format": 1,
        "checker": found.checker,
        "engine": found.engine,
        "book": found.book,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "decision": found.decision,
        "loans": found.loans,
        "lines": found.lines(),
        "rules": {one.rule: dict(one.counts) for one in found.rules},
        "batches": [_batch(one) for one in found.batches],
        "findings": [{"batch": one.batch, **finding_json(one.finding)} for one in found.findings],
        "judged_again": found.again,
        "assumptions": found.assumptions,
        "notes": found.notes,
        "inputs": {name: {"sha256": digest} for name, digest in found.inputs.items()},
    }


def _batch(one: BatchCount) -> Json:
    return {
        "batch": one.name,
        "agreement": one.agreement,
        "date": one.date.isoformat(),
        "policy": one.policy,
        "decision": one.decision,
        "lines": {"permitted": one.permitted, "refused": one.refused, "undecided": one.undecided},
    }
