"""What only a terminal is given: colours over words that stand there anyway, and a line that tells how far a run is."""

import os
import re
from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import TextIO

from checker.model import Decision, Status

Progress = Callable[[str, int, int], None]

_GREEN, _RED, _YELLOW = "32", "31", "33"
COLOURS: dict[str, str] = {
    Decision.PERMITTED: _GREEN,
    Decision.REFUSED: _RED,
    Decision.UNDECIDED: _YELLOW,
    Status.PASS: _GREEN,
    Status.FAIL: _RED,
    Status.UNKNOWN: _YELLOW,
    Status.DISPUTED: _YELLOW,
    Status.MET: _GREEN,
    Status.DUE: _YELLOW,
    Status.LATE: _RED,
    Status.DEFECTIVE: _RED,
    "right": _GREEN,
    "failed": _RED,
    "survived": _RED,
    "equivalent": _GREEN,
}
_DECISION = "|".join(Decision)
_STATUS = "|".join(Status)
# Where such a word stands: a report's first line, a line or a finding of it; a code, and the cases of `checker test`.
_PLACES = re.compile(
    rf"""^(?P<decision>{_DECISION})(?=,\ on\ [0-9]+\ assumptions?$|:\ [0-9]+\ batches$|$)
    | ^\ \ -\ lines?\ .*:\ (?P<line>{_DECISION})(?=\ by\ |$)
    | ^\ \ \S+\ \ (?P<finding>{_STATUS})(?=\ \ |:\ also\ )
    | ^(?P<code>[EL][0-9]{{3}})(?=:\ )
    | ^(?P<right>right)(?=:\ )
    | ^(?P<case>FAILED)(?=\ )
    | ^\ \ (?P<mutant>SURVIVED|EQUIVALENT)(?=\ .*:[0-9]+:)""",
    re.VERBOSE | re.IGNORECASE,
)
_READINGS = "    readings: "
_READING = re.compile(rf"(?<=\ )({_STATUS})(?=,\ |$)")


def coloured(text: str, *, asked: bool) -> str:
    """Return the text in colours, unless the user's environment wants none; a colour that was asked for outranks it.

    https://no-color.org: NO_COLOR counts where it is not empty. TERM=dumb is a terminal that has no colours.
    """
    wants_none = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if wants_none and not asked else painted(text)


def painted(text: str) -> str:
    """Return the text with its decisions, statuses and codes in colour, and nothing else changed."""
    return "\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    if line.startswith(_READINGS):
        return _READINGS + _READING.sub(lambda found: _word(found[0]), line.removeprefix(_READINGS))
    found = _PLACES.search(line)
    if found is None or found.lastgroup is None:
        return line
    start, end = found.span(found.lastgroup)
    return line[:start] + _word(line[start:end]) + line[end:]


def _word(word: str) -> str:
    return f"\x1b[{COLOURS.get(word.lower(), _RED if word.startswith('E') else _YELLOW)}m{word}\x1b[0m"


class Line:
    """A line on a terminal that tells what a run is at; it comes after some seconds, and goes when the run is over."""

    def __init__(self, command: str, terminal: TextIO, *, after: int = 2) -> None:
        """Start with the name of the command as all that is known."""
        self._said = command
        self._terminal = terminal
        self._after = after
        self._over = Event()
        self._shows = Thread(target=self._show, daemon=True)

    def __enter__(self) -> Progress:
        """Return what tells how far the run is."""
        self._shows.start()
        return self._tell

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """Take the line away."""
        self._over.set()
        self._shows.join()

    def _tell(self, what: str, done: int, of: int) -> None:
        self._said = f"{what}: {done} of {of}"

    def _show(self) -> None:
        seconds = self._after
        if self._over.wait(seconds):
            return
        while not self._over.is_set():
            self._write(f"{self._said[:60]} ({seconds} s)")
            self._over.wait(1)
            seconds += 1
        self._write("")

    def _write(self, text: str) -> None:
        self._terminal.write(f"\r\x1b[K{text}")
        self._terminal.flush()
