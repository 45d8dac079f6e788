"""Holds what the peers print against checker's JSON: every rule, status, reading and decision, on every line."""

import json
import sys
from collections.abc import Iterable

OWED = ("met", "due", "late", "defective")


def expected(report: str) -> list[str]:
    """Return the rows that a peer must print, of a JSON report with all findings, but for those on obligations."""
    (batch,) = json.loads(report)["batches"]
    rows = [_row(finding) for finding in batch["findings"] if finding["status"] not in OWED]
    return sorted([*rows, *(f"{line['line']} decision {line['decision']}" for line in batch["lines"])])


def _row(finding: dict[str, dict[str, str]]) -> str:
    subject = finding["subject"]
    readings = [f"{name}={status}" for name, status in finding["readings"].items()]
    who = subject.get("line") or subject["exercise"]
    return " ".join((str(who), str(finding["rule"]), str(finding["status"]), *sorted(readings)))


def check_equal(name: str, wanted: list[str], rows: Iterable[str]) -> None:
    """Stop unless a peer printed just the rows that are wanted; the rows that differ are shown."""
    found = sorted(rows)
    if found != wanted:
        more, less = set(found) - set(wanted), set(wanted) - set(found)
        sys.exit(f"{name} differs: it says {sorted(more)}, not {sorted(less)} ({len(found)} rows of {len(wanted)})")
