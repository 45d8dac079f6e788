"""The report as JSON: the contract with other programs. Amounts are text, in full."""

import json
from datetime import date

from checker.faults import Place
from checker.findings import BatchReport, Finding, LineReport, Margin, Number, Report
from checker.model import Subject

Json = dict[str, object]


def render(report: Report) -> str:
    """Return the report as one JSON document."""
    days = {batch.as_of.isoformat() for batch in report.batches}
    document = {
        "format": 1,
        "checker": report.checker,
        "engine": report.engine,
        "as_of": max(days, default=None),
        "decision": report.decision,
        "batches": [_batch(batch) for batch in report.batches],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _batch(batch: BatchReport) -> Json:
    return {
        "batch": batch.name,
        "agreement": batch.agreement,
        "date": batch.date.isoformat(),
        "as_of": batch.as_of.isoformat(),
        "policy": batch.policy,
        "decision": batch.decision,
        "assumptions": batch.assumptions,
        "notes": batch.notes,
        "advice": batch.advice,
        "pool": {"loans": batch.loans, "stated_principal_balance": batch.balance},
        "lines": [_line(line) for line in batch.lines],
        "passes": {tightest.rule: tightest.lines for tightest in batch.passes},
        "findings": [finding_json(found) for found in batch.findings],
        "inputs": {name: {"sha256": digest} for name, digest in batch.inputs.items()},
    }


def _line(line: LineReport) -> Json:
    return {
        "loan": line.loan,
        "line": line.number,
        "under": line.under,
        "decision": line.decision,
        "stopped_by": line.stopped_by or None,
        "price": {"offered": line.price, "asked": line.asked, "difference": line.difference},
        "at": place_json(line.at),
    }


def finding_json(finding: Finding) -> Json:
    """Return one finding."""
    found: Json = {
        "rule": finding.rule,
        "subject": _subject(finding.subject),
        "status": finding.status,
        "quote": finding.quote,
        "means": finding.means,
        "message": finding.message,
        "values": [_number(number) for number in finding.values],
        "margins": [_margin(margin) for margin in finding.margins],
        "readings": dict(finding.readings),
        "adopted": _adopted(finding),
        "missing": finding.missing,
        "passes_from": _day(finding.passes_from),
        "at": place_json(finding.at),
    }
    if finding.owed_by:
        found |= {"owed_by": finding.owed_by, "owed_to": finding.owed_to}
        found |= {"deadline": _day(finding.deadline), "done": _day(finding.done)}
    return found


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _subject(subject: Subject) -> Json:
    if subject.line:
        return {"loan": subject.loan, "line": subject.line}
    return {"exercise": subject.exercise} if subject.exercise else {"batch": subject.batch}


def _number(number: Number) -> Json:
    bound = {"at_least": number.at_least} if number.at_least is not None else {}
    return {"text": number.text, "type": number.type, "value": number.value, **bound, "from": number.source or None}


def _margin(margin: Margin) -> Json:
    return {"text": margin.text, "holds": margin.holds, "by": margin.by, "passes": margin.passes or None}


def _adopted(finding: Finding) -> Json | None:
    adopted = finding.adopted
    if adopted is None:
        return None
    return {
        "reading": adopted.reading,
        "adopted_by": adopted.adopted_by,
        "adopted_on": adopted.adopted_on.isoformat(),
        "because": adopted.because,
    }


def place_json(place: Place) -> Json:
    """Return where something stands."""
    return {"file": place.file, "line": place.line, **({"cell": place.cell} if place.cell else {})}
