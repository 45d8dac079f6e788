"""`checker schema`: the JSON Schemas of policies, facts, batches, layouts and reports."""

import json
from collections.abc import Mapping
from pathlib import Path

from checker.document.schema import Schema, document_schema
from checker.faults import Fault, InputError
from checker.lang.problem import nearest
from checker.load.drafts import POLICY
from checker.load.facts import FACTS
from checker.model import Agreement
from checker.read.form import batch_shape
from checker.read.layout import LAYOUT

REPORT = Path(__file__).parent / "report" / "report.schema.json"


def schema(name: str, agreements: Mapping[str, Agreement], agreement: str | None) -> str:
    """Return a schema as text; a batch's is that of an agreement, which need not be named where there is one."""
    if name == "report":
        return REPORT.read_text("utf-8")
    if name == "batch":
        return _text(document_schema(batch_shape(_chosen(agreements, agreement).facts)))
    return _text(document_schema({"policy": POLICY, "facts": FACTS, "layout": LAYOUT}[name]))


def _chosen(agreements: Mapping[str, Agreement], name: str | None) -> Agreement:
    if name is None and len(agreements) == 1:
        return next(iter(agreements.values()))
    if name is None or name not in agreements:
        known = ", ".join(f"`{one}`" for one in agreements)
        message = (
            "say of which agreement: --agreement NAME" if name is None else f"no policy for the agreement `{name}`"
        )
        help_ = nearest(name or "", list(agreements)) or f"there is {known}"
        raise InputError(Fault(code="E601", message=message, help=help_))
    return agreements[name]


def _text(found: Schema) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
