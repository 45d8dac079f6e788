"""The report as workflow commands, which GitHub shows beside the lines of a change: the decision, then the worst.

A command is `::error file=F,line=N,title=T::message`. GitHub shows ten of each level for a step; more are not written.
"""

from collections.abc import Iterable

from checker.faults import Place, printable
from checker.findings import Report
from checker.report.groups import DECIDED, Concerns, Group, Level, concerns

MOST = 10
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
# What the runner reads back, in a message and in a property; the per cent sign comes first.
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}


def render(report: Report) -> str:
    """Return the commands, each on a line."""
    return commands(concerns(report))


def commands(found: Concerns) -> str:
    """Return the command that says what was decided, then those of the worst findings."""
    decided = DECIDED[found.decision]
    shown = [group for level in Level for group in _first(found.groups, level, MOST - (level is decided))]
    head = _command(decided, Place(file=""), "checker", ". ".join(found.said(shown)))
    return "\n".join([head, *map(_annotation, shown)]) + "\n"


def _first(found: Iterable[Group], level: Level, most: int) -> list[Group]:
    return [group for group in found if group.level is level][:most]


def _annotation(group: Group) -> str:
    finding = group.first
    lines = [f"{group.where}: {finding.message}"]
    lines += [f'"{finding.quote}"'] if finding.quote else []
    return _command(group.level, finding.at, f"{finding.rule}: {finding.status}", "\n".join(lines))


def _command(level: Level, at: Place, title: str, message: str) -> str:
    named = {"file": at.file, "line": str(at.line or ""), "title": title}
    properties = ",".join(f"{name}={_escaped(text, _PROPERTY)}" for name, text in named.items() if text)
    return f"::{_COMMANDS[level]} {properties}::{_escaped(message, _DATA)}"


def _escaped(text: str, marks: dict[str, str]) -> str:
    return "".join(marks.get(character, character) for character in printable(text))
