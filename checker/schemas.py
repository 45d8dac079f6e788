"""`checker schema`: the JSON Schemas of the files that people write, and of those that commands print as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path

from checker.document.schema import Schema, document_schema
from checker.engine.book import shape as book_shape
from checker.load.drafts import POLICY
from checker.load.facts import FACTS
from checker.load.follows import FOLLOWS
from checker.load.policies import chosen
from checker.model import Agreement
from checker.proof.form import cases_shape
from checker.read.form import batch_shape
from checker.read.layout import LAYOUT

OF_AGREEMENT = {"batch": batch_shape, "book": book_shape, "cases": cases_shape}
# What programs read, each beside what writes it.
WRITTEN = {name: name for name in ("report", "tape", "cite", "lint")} | {"book-report": "engine"}


def schema(name: str, agreements: Mapping[str, Agreement], agreement: str | None) -> str:
    """Return a schema as text; that of batches or cases is an agreement's, which is named where there are several."""
    if name in WRITTEN:
        return (Path(__file__).parent / WRITTEN[name] / f"{name}.schema.json").read_text("utf-8")
    if name in OF_AGREEMENT:
        return _text(document_schema(OF_AGREEMENT[name](chosen(agreements, agreement).facts)))
    return _text(document_schema({"policy": POLICY, "facts": FACTS, "follows": FOLLOWS, "layout": LAYOUT}[name]))


def _text(found: Schema) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
