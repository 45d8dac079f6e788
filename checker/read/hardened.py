"""XML from anywhere, read as a stream: nothing is declared, expanded or fetched, and nothing nests without end."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from xml.parsers import expat

from checker.faults import Fault, InputError, Place

MOST_NESTED = 40
JOINT = "\n"  # between a namespace and a name: neither can hold it


class Stopped(Exception):  # noqa: N818 (no error: enough was read)
    """Raised by a handler that has seen enough."""


Start = Callable[[str, Mapping[str, str]], None]


class Walk:
    """One pass over a document; `start`, `end` and `text` are told of its elements; `split` divides their names.

    A document type is refused before anything in it is read, so that no entity is declared and nothing outside is
    named; the five entities that XML itself has are characters.
    """

    def __init__(self, file: str, start: Start, end: Callable[[str], None], text: Callable[[str], None]) -> None:
        """Prepare the parser; `file` names the document in messages."""
        self._file = file
        self._start = start
        self._end = end
        self._nested = 0
        self._parser = expat.ParserCreate("utf-8", JOINT)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._opened
        self._parser.EndElementHandler = self._closed
        self._parser.CharacterDataHandler = text
        self._parser.StartDoctypeDeclHandler = self._refused

    @property
    def at(self) -> tuple[int, int]:
        """Return the line and the column of what is being told, counted from 1."""
        return self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1

    @property
    def byte(self) -> int:
        """Return where in the data what is being told starts."""
        return self._parser.CurrentByteIndex

    def walk(self, data: bytes) -> None:
        """Read the document to its end, or until a handler stops; raise InputError where it is not as it must be."""
        try:
            self._parser.Parse(data, True)  # noqa: FBT003 (the last of the data)
        except expat.ExpatError as error:
            message = f"not well-formed XML: {expat.ErrorString(error.code)}"
            raise self._fault("E702", message, error.lineno, error.offset + 1) from None
        except Stopped:
            return

    def _fault(self, code: str, message: str, line: int, column: int, help: str = "") -> InputError:  # noqa: A002 (the word of the output)
        return InputError(Fault(code=code, message=message, place=Place(self._file, line, column), help=help))

    def _opened(self, name: str, attributes: Mapping[str, str]) -> None:
        self._nested += 1
        if self._nested > MOST_NESTED:
            raise self._fault("E008", f"nested deeper than {MOST_NESTED} levels", *self.at)
        self._start(name, attributes)

    def _closed(self, name: str) -> None:
        self._nested -= 1
        self._end(name)

    def _refused(self, *_declared: object) -> None:
        help_ = "an asset data file has none, and one could make the reader expand or fetch without end"
        raise self._fault("E710", "a document type is declared", *self.at, help_)


@lru_cache(maxsize=256)
def split(name: str) -> tuple[str, str]:
    """Return the namespace of a name, "" where it has none, and the name in it."""
    namespace, _, local = name.rpartition(JOINT)
    return namespace, local


def ignore(_text: str) -> None:
    """Take no notice."""


def namespace_of(data: bytes, file: str) -> str:
    """Return the namespace of the outermost element."""
    found: list[str] = []

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        found.append(split(name)[0])
        raise Stopped

    Walk(file, start, ignore, ignore).walk(data)
    return found[0] if found else ""
