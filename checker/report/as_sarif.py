"""The report as SARIF 2.1.0, for code scanning: a rule for each that was judged, a result for each sentence found.

The loans that one sentence is about are the locations of one result. GitHub keeps 5,000 results of a run and reads 100
locations of a result (it shows the first): the worst results are kept, and a notification says what is left out.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from posixpath import normpath

from checker.faults import Place, printable
from checker.findings import BatchReport, Finding, Report
from checker.report.as_json import Json, finding_json
from checker.report.groups import Concerns, Group, concerns

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 5000
MOST_LOCATIONS = 100
MOST_CHARACTERS = 1024
_ROOT = "%SRCROOT%"
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
# What a result says of each of its loans, by the names of the JSON report.
_OF_EACH = ("subject", "values", "margins", "readings", "adopted", "missing", "passes_from", "at")
_OF_BATCH = ("name", "agreement", "date", "as_of", "policy", "decision", "assumptions", "notes", "advice")
_Rules = Mapping[tuple[str, str, str], int]


def render(report: Report) -> str:
    """Return the report as one SARIF log with one run."""
    judged = [finding for batch in report.batches for finding in batch.findings]
    return log(concerns(report), judged, {"batches": [_batch(batch) for batch in report.batches]})


def log(found: Concerns, judged: Iterable[Finding], properties: Json) -> str:
    """Return a log of the worst findings, with more `properties` of the run; its rules are those of what was judged."""
    kept = found.groups[:MOST_RESULTS]
    described = {_key(finding): finding for finding in judged}
    rules = {key: index for index, key in enumerate(sorted(described))}
    run = {
        "tool": {
            "driver": {
                "name": "checker",
                "semanticVersion": found.checker,
                "rules": [_rule(described[key]) for key in rules],
            }
        },
        "invocations": [_invocation(found, kept)],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder in which checker ran."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(group, rules) for group in kept],
        "properties": {"decision": found.decision, **properties},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _invocation(found: Concerns, kept: Iterable[Group]) -> Json:
    notes = [{"level": "note", "message": {"text": _text(text)}} for text in found.said(kept)]
    return {"executionSuccessful": True, "exitCode": found.exit_code, "toolExecutionNotifications": notes}


def _key(finding: Finding) -> tuple[str, str, str]:
    """Return what tells a rule from others: two agreements, or two versions, can give one name to different ones."""
    return finding.rule, finding.quote, finding.means


def _rule(finding: Finding) -> Json:
    means = finding.means or finding.quote or finding.rule
    clause = f'"{finding.quote}"' if finding.quote else ""
    return {
        "id": finding.rule,
        "shortDescription": {"text": _text(clause or means)[:MOST_CHARACTERS]},
        "fullDescription": {"text": _text(means)[:MOST_CHARACTERS]},
        "help": {"text": _text("\n\n".join(part for part in (clause, means) if part))},
    }


def _result(group: Group, rules: _Rules) -> Json:
    finding = group.first
    each = [finding_json(one) for one in group.findings]
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules[_key(finding)],
        "level": group.level,
        "message": {"text": _text(f"{group.where}: {finding.message}")},
        "locations": [_location(one.at) for one in group.findings[:MOST_LOCATIONS]],
        "partialFingerprints": {"checkerFinding/v1": _fingerprint(group)},
        "properties": {
            "batch": group.batch,
            "status": finding.status,
            "findings": [{name: one[name] for name in _OF_EACH} for one in each],
        },
    }


def _batch(batch: BatchReport) -> Json:
    return {name: _plain(getattr(batch, name)) for name in _OF_BATCH}


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, tuple) else str(value)


def _fingerprint(group: Group) -> str:
    """Return what stays the same while the finding does: neither where it stands in the file nor what it amounts to."""
    loans = sorted(finding.subject.loan for finding in group.findings)
    parts = (group.agreement, group.batch, group.first.rule, group.first.subject.exercise, *loans)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _location(at: Place) -> Json:
    region = {"region": {"startLine": at.line, "startColumn": max(1, at.column)}} if at.line else {}
    return {"physicalLocation": {"artifactLocation": _artifact(at.file), **region}}


def _artifact(file: str) -> Json:
    path = normpath(file)
    if path.startswith("/"):
        return {"uri": f"file://{_encoded(path)}"}
    outside = path == ".." or path.startswith("../")
    return {"uri": _encoded(path)} if outside else {"uri": _encoded(path), "uriBaseId": _ROOT}


def _encoded(path: str) -> str:
    return "".join(map(_byte, path.encode(errors="surrogateescape")))


def _byte(byte: int) -> str:
    return chr(byte) if byte in _PLAIN else f"%{byte:02X}"


def _text(text: str) -> str:
    """Return a message that has no link and no placeholder in it, whatever a batch says."""
    return printable(text).replace("](", "] (").replace("{", "{{").replace("}", "}}")
