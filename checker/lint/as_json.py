"""What `checker lint` found as JSON, of the shape in `lint.schema.json`: for an editor that underlines it."""

import json

from checker import __version__
from checker.faults import Fault, Place
from checker.lint import Looked

Json = dict[str, object]


def render(looked: Looked) -> str:
    """Return everything as one JSON document."""
    document: Json = {
        "format": 1,
        "checker": __version__,
        "exit_code": looked.exit_code,
        "faults": [_fault(fault) for fault in looked.faults],
        "findings": [_fault(doubt) for doubt in looked.doubts],
        "not_looked_at": looked.blind or None,
        "counts": {name.replace(" ", "_"): count for name, count in looked.counts.items()},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _fault(fault: Fault) -> Json:
    place = fault.place
    return {
        "code": fault.code,
        "message": fault.message,
        "help": fault.help or None,
        "file": place.file if place else None,
        "cell": (place.cell if place else "") or None,
        "range": _range(place) if place and place.line and not place.cell else None,
    }


def _range(place: Place) -> Json:
    """Return the stretch of a line; of a line without a column, its start."""
    column = place.column or 1
    return {
        "start": {"line": place.line, "column": column},
        "end": {"line": place.line, "column": column + (place.width if place.column else 0)},
    }
