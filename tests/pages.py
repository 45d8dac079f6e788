"""A page of HTML as a tree, to be compared with what it was made of."""

from collections.abc import Iterator
from html.parser import HTMLParser

VOID = {"meta", "input", "line", "rect", "br"}


class Element:
    """A tag with its attributes and what stands in it."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes = tag, attributes
        self.content: list[Element | str] = []

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def __iter__(self) -> Iterator["Element"]:
        """Yield everything inside, however deep."""
        for part in self.content:
            if isinstance(part, Element):
                yield part
                yield from part

    def all(self, tag: str, kind: str = "") -> list["Element"]:
        return [one for one in self if one.tag == tag and (not kind or kind in one.classes)]

    def first(self, tag: str, kind: str = "") -> "Element":
        return self.all(tag, kind)[0]

    def named(self, name: str) -> "Element":
        return next(one for one in self if one.attributes.get("id") == name)

    @property
    def whole(self) -> str:
        """Return every character of text in it."""
        return "".join(part if isinstance(part, str) else part.whole for part in self.content)

    @property
    def text(self) -> str:
        """Return its text as it is seen, without the signs beside words and what only a screen reader says."""
        parts = (part if isinstance(part, str) else part.text for part in self.content if self.is_seen(part))
        return " ".join("".join(parts).split())

    @staticmethod
    def is_seen(part: "Element | str") -> bool:
        return isinstance(part, str) or not ("aria-hidden" in part.attributes or "told" in part.classes)

    def rows(self) -> list[list[str]]:
        """Return the text of each cell of a table, without its head."""
        body = self.first("tbody")
        return [[cell.text for cell in row if cell.tag in ("th", "td")] for row in body.all("tr")]


class Reader(HTMLParser):
    """Builds the tree; every tag must be closed where it was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].content.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].content.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def read(page: str) -> Element:
    """Return the tree of a page."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1
    return reader.open[0]
