"""A page of HTML as a tree, to be compared with what it was made of."""

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

SIGNS = "✓✕?≠…!"
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


def table(of: Element, caption: str) -> list[list[str]]:
    """Return the cells of the table of this name; none where there is none."""
    found = [one for one in of.all("table") if one.first("caption").text.partition(" (")[0] == caption]
    return found[0].rows() if found else []


def tags(of: Element) -> list[tuple[str, list[str]]]:
    """Return every tag with the names of its attributes, but for what stands in backticks."""
    return [(one.tag, sorted(one.attributes)) for one in of if one.tag != "code"]


def check_closed(page: Element) -> None:
    """A page asks for nothing, and allows only its own style and script."""
    assert not {"link", "img", "iframe", "object", "form", "base"} & {one.tag for one in page}
    assert not [key for one in page for key in one.attributes if key in ("src", "style") or key.startswith("on")]
    (policy,) = (one.attributes["content"] for one in page.all("meta") if "http-equiv" in one.attributes)
    code = [one for one in page.all("script") if "type" not in one.attributes]
    assert policy == (
        f"default-src 'none'; style-src {_digest(page.first('style'))}; script-src {_digest(*code)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(of: Element) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(of.whole.encode()).digest()).decode()}'"


def check_links(page: Element) -> None:
    """Every link leads to a place, and no place is there twice."""
    places = [one.attributes["id"] for one in page if "id" in one.attributes]
    links = {one.attributes["href"] for one in page if "href" in one.attributes}
    labels = {one.attributes["aria-labelledby"] for one in page if "aria-labelledby" in one.attributes}
    assert len(places) == len(set(places))
    assert links | {f"#{label}" for label in labels} <= {f"#{place}" for place in places}


def check_headings(page: Element) -> None:
    """Headings are in order, under one of the first level."""
    levels = [int(one.tag[1]) for one in page if re.fullmatch(r"h\d", one.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def check_tables(page: Element) -> None:
    """Every table has a caption, and names its columns and rows."""
    for found in page.all("table"):
        assert found.first("caption").text
        assert {one.attributes.get("scope") for one in found.first("thead").all("th")} == {"col"}
        assert [len(row.all("th")) for row in found.first("tbody").all("tr")] == [1] * len(found.rows())


def check_badges(page: Element) -> None:
    """No status is told by its colour alone."""
    for found in page.all("span", "badge"):
        assert found.text in found.classes
        assert found.first("span").whole in SIGNS
