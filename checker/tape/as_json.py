"""What is seen in a tape as JSON, of the shape in `tape.schema.json`: amounts as text, in full."""

import json

from checker.lang.syntax import Type
from checker.model import Status
from checker.tape.sight import STATUSES, Sight
from checker.values import plain

Json = dict[str, object]


def render(sight: Sight, *, listed: bool) -> str:
    """Return it as one JSON document; `listed` lists the loans that pass."""
    tape = sight.tape
    document: Json = {
        "format": 1,
        "checker": sight.checker,
        "file": tape.file,
        "sha256": tape.sha256,
        "sheet": tape.sheet or None,
        "as_of": str(tape.as_of),
        "layout": tape.layout,
        "suggested_by": sight.suggested or None,
        "agreement": sight.agreement.name,
        "policy": sight.policy.name if sight.policy else None,
        "rows": sight.rows,
        "skipped": dict(sight.skipped),
        "loans": len(tape.loans),
        "pool": {"loans": len(tape.pool.rows), "stated_principal_balance": plain(Type.MONEY, sight.balance)},
        "maybe_in_pool": len(tape.pool.maybe),
        "unknown": dict(sight.unknown),
        "assumptions": list(sight.assumptions),
        "conditions": {
            one.condition.rule: {
                name: {str(status): len(found[status]) for status in STATUSES} for name, found in one.found.items()
            }
            for one in sight.conditions
        },
        "adopted": {
            one.condition.rule: one.condition.adopted.reading for one in sight.conditions if one.condition.adopted
        },
        "listed": _listed(sight) if listed else None,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _listed(sight: Sight) -> Json:
    if not sight.is_judged:
        return {"pool": list(sight.loans)}
    return {
        "conditions": {
            one.condition.rule: {name: list(found[Status.PASS]) for name, found in one.found.items()}
            for one in sight.conditions
        }
    }
