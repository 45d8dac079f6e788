"""The report as CSV: a row a line of every batch. No cell can be taken for a formula by a spreadsheet."""

import csv
import io

from checker.findings import BatchReport, LineReport, Report

HEADER = ("batch", "line", "loan", "under", "decision", "rule", "message", "price", "asked", "difference")
# With the full-width forms, which some spreadsheets take for the same.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def render(report: Report) -> str:
    """Return the lines of every batch as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_row(batch, line) for batch in report.batches for line in batch.lines)
    return out.getvalue()


def _row(batch: BatchReport, line: LineReport) -> list[str]:
    texts = [batch.name, str(line.number), line.loan, line.under, line.decision, line.stopped_by, line.message]
    amounts = [line.price or "", line.asked or "", line.difference or ""]
    return [_harmless(text) for text in texts] + amounts


def _harmless(text: str) -> str:
    """Return text that a spreadsheet shows as it is; an amount, which may be negative, is never text."""
    return f"'{text}" if text.startswith(FORMULA) else text
