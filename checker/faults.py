"""What is wrong with an input: one value per fault, with its place and what to do about it."""

from checker.lang.named import NamedTuple


class Place(NamedTuple):
    """A stretch of one line of a file; line and column count from 1, `source` is the line itself ("" if not shown).

    In a workbook they are those of a `cell`, which has a name (`Pool!B7`).
    """

    file: str
    line: int = 0
    column: int = 0
    width: int = 1
    source: str = ""
    cell: str = ""


class Fault(NamedTuple):
    """One error of the user's input: a stable code, one lower-case sentence, its place, and a help line."""

    code: str
    message: str
    place: Place | None = None
    help: str = ""


class InputError(Exception):
    """The input is wrong; nothing is decided. Carries every fault found, in the order of their places."""

    def __init__(self, *faults: Fault) -> None:
        """Keep the faults, sorted by place."""
        self.faults = tuple(sorted(faults, key=_order))
        super().__init__("\n\n".join(map(render, self.faults)))


def _order(fault: Fault) -> tuple[str, int, int, str, str]:
    place = fault.place or Place(file="")
    return (place.file, place.line, place.column, fault.code, fault.message)


def render(fault: Fault) -> str:
    """Return the fault as text: the sentence, file:line:column, the line underlined, the help."""
    lines = [f"{fault.code}: {fault.message}"]
    margin = " "
    if fault.place is not None:
        shown, margin = _place(fault.place)
        lines += shown
    if fault.help:
        lines.append(f"{margin} = help: {fault.help}")
    return "\n".join(printable(line).replace("\n", "\\n") for line in lines)


def _place(place: Place) -> tuple[list[str], str]:
    if place.cell or not place.line:
        return [f" --> {place.file}" + (f": {place.cell}" if place.cell else "")], " "
    number = str(place.line)
    margin = " " * len(number)
    column = f":{place.column}" if place.column else ""
    shown = [f"{margin}--> {place.file}:{place.line}{column}"]
    if place.source.strip():
        source, start = _window(place.source, place.column - 1)
        width = max(1, min(place.width, len(source) - start))
        shown += [f"{number} | {source}", f"{margin} | {' ' * start}{'^' * width}"]
    return shown, margin


def _window(source: str, start: int, longest: int = 160) -> tuple[str, int]:
    """Cut a very long line down to the part around `start`."""
    if len(source) <= longest:
        return source, start
    left = max(0, start - longest // 2)
    return source[left : left + longest], start - left


def printable(text: str) -> str:
    """Return the text with control characters spelled out, so that a file cannot steer a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in text)


def spelled(line: str) -> str:
    """Return a line with control characters and line breaks spelled out: it stays one line and steers nothing."""
    return printable(line).replace("\n", "\\n").rstrip()
