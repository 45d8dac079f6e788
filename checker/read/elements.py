"""An XML file as a table: one row an element under the outermost, its cells the elements in it, by name."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

from checker.document.strict import decode
from checker.faults import Fault, InputError, Place
from checker.lang.problem import nearest
from checker.read.hardened import Walk, split
from checker.read.layout import Layout
from checker.read.table import Table, capped, clipped

MOST_BYTES = 500_000_000
Spot = tuple[int, int]  # a line and a column


class _Rows:
    """The rows found so far, each with the text and the place of the cells that are read.

    An element that stands in a row several times is one cell, its texts joined by a space: where one value is needed
    that is an error, and it is never taken for the first of them.
    """

    def __init__(self, file: str, text: str, layout: Layout) -> None:
        self.place = partial(_place, file, text)
        self.file = file
        self.layout = layout
        self.wanted = frozenset(column.name for column in layout.read.values())
        self.cells: list[dict[str, str]] = []
        self._found: dict[str, list[str]] = {}  # of the row that is read
        self._holders = {of for path in self.wanted for of in _above(path)}
        self._parents: list[bool] = []  # of each open element, whether there is one in it
        self.spots: list[dict[str | None, Spot]] = []
        self.faults: list[Fault] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._walk = Walk(file, self.start, self.end, self._text.append)

    def read(self, data: bytes) -> None:
        """Read every row; raise InputError with every element that is not known."""
        self._walk.walk(data)
        if self.faults:
            raise InputError(*capped(self.faults, self.file))

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        namespace, local = split(name)
        if namespace != self.layout.namespace:
            raise InputError(self._foreign(namespace, local))
        self._no_text(has_elements=True)
        if (outer := self._cell()) in self.wanted and outer not in self._holders:
            self._note(f"there are elements in `{outer}`, of which the layout `{self.layout.name}` reads the text", "")
        if self._parents:
            self._parents[-1] = True
        self._path.append(local)
        self._parents.append(False)
        self._text.clear()
        depth = len(self._path)
        if depth == 2:  # noqa: PLR2004 (under the outermost)
            self._row(local)
        elif depth == 3 and local not in self.layout.columns:  # noqa: PLR2004 (in a row)
            help_ = nearest(local, list(self.layout.columns))
            self._note(f"`{local}` is not an element of a row in the layout `{self.layout.name}`", help_)
        if depth > 2 and (cell := self._cell()) in self.wanted:  # noqa: PLR2004 (in a row)
            self.spots[-1].setdefault(cell, self._walk.at)

    def end(self, _name: str) -> None:
        cell, depth = self._cell(), len(self._path)
        self._no_text(has_elements=self._parents.pop() or depth <= 2)  # noqa: PLR2004 (a row, or the outermost)
        if cell in self.wanted and (text := "".join(self._text).strip()):
            self._found.setdefault(cell, []).append(text)
        if depth == 2:  # noqa: PLR2004 (a row)
            self.cells[-1] = {name: " ".join(texts) for name, texts in self._found.items()}
            self._found.clear()
        self._text.clear()
        self._path.pop()

    def _no_text(self, *, has_elements: bool) -> None:
        """Note text beside elements: it belongs to no cell."""
        if has_elements and self._path and any(not text.isspace() for text in self._text):
            self._note(f"a text stands in `{self._path[-1]}` beside elements, or where they belong", "")
            self._text.clear()

    def _cell(self) -> str:
        return "/".join(self._path[2:])

    def _row(self, local: str) -> None:
        if local != self.layout.row:
            self._note(f"`{local}` is not a row of the layout `{self.layout.name}`, which is `{self.layout.row}`", "")
        self.cells.append({})
        self.spots.append({None: self._walk.at})

    def _note(self, message: str, help_: str) -> None:
        self.faults.append(Fault("E706", clipped(message), self.place(*self._walk.at), help_))

    def _foreign(self, namespace: str, local: str) -> Fault:
        of = f"of the namespace `{namespace}`" if namespace else "of no namespace"
        message = f"the element `{local}` is {of}, and the layout `{self.layout.name}` reads `{self.layout.namespace}`"
        return Fault("E706", message, self.place(*self._walk.at))


def read_elements(data: bytes, file: str, layout: Layout) -> Table:
    """Return the rows of an XML file; raise InputError where it is not of the layout, or could be an attack."""
    if len(data) > MOST_BYTES:
        message = f"the file is larger than {MOST_BYTES:,} bytes"
        raise InputError(Fault(code="E003", message=message, place=Place(file=file)))
    text = decode(data, file)
    found = _Rows(file, text, layout)
    found.read(data)
    return Table(
        file=file,
        columns={name: [row.get(name, "") for row in found.cells] for name in sorted(found.wanted)},
        lines=[spots[None][0] for spots in found.spots],
        where=partial(_where, file, text, found.spots),
    )


def _where(file: str, text: str, spots: Sequence[Mapping[str | None, Spot]], row: int, column: str | None) -> Place:
    return _place(file, text, *spots[row].get(column, spots[row][None]))


def _place(file: str, text: str, line: int, at: int) -> Place:
    """Return the place of an element that starts there, up to where it, or its line, ends."""
    source = _lines(text)[line - 1].rstrip("\r")
    end = source.find("</", at)
    width = (end if end >= 0 else len(source.rstrip())) - at + 1
    return Place(file=file, line=line, column=at, width=max(1, width), source=source)


@lru_cache(maxsize=2)
def _lines(text: str) -> list[str]:
    return text.split("\n")


def _above(path: str) -> list[str]:
    """Return the paths of the elements that one is in."""
    names = path.split("/")
    return ["/".join(names[:at]) for at in range(1, len(names))]
