"""Shapes: tables that say what a document may hold. One reader checks and builds by them; the schemas are made of them.

Reading never stops at a fault: what is wrong is noted and replaced by a blank, so that all faults of a file are found.
"""

import re
from collections.abc import Callable, Mapping

from checker.document.strict import Document, Listing, Node, Scalar
from checker.document.strict import Mapping as Entries
from checker.faults import Fault
from checker.lang.named import NamedTuple
from checker.lang.parse import parse
from checker.lang.problem import ParseError, Problem, nearest
from checker.lang.syntax import Expression, Type
from checker.values import BadValueError, check_bounds, parse_text, parse_value


class Word(NamedTuple):
    """A single value of a type; text may be any unless `one_of` closes it. An empty one is None where `optional`."""

    type: Type = Type.TEXT
    one_of: tuple[str, ...] = ()
    at_least: int | None = None
    pattern: str = ""
    optional: bool = False
    examples: tuple[str, ...] = ()


class Prose(NamedTuple):
    """Text for a reader: any characters, on any number of lines."""


class Code(NamedTuple):
    """An expression of the policy language."""

    examples: tuple[str, ...] = ()


class List(NamedTuple):
    """A list of things of one shape."""

    of: "Shape"
    least: int = 0


class Map(NamedTuple):
    """Names of the author's choosing, each with a thing of one shape; `key` is the pattern of a name."""

    of: "Shape"
    key: str = ""
    least: int = 0


class Key(NamedTuple):
    """One key of a record."""

    shape: "Shape"
    means: str
    required: bool = False


class Record(NamedTuple):
    """Fixed keys. `make` builds the value from those that are written or have a blank, and the node. Of `one_of_keys`
    exactly one must be written. One with nothing in it is None where `optional`.
    """

    title: str
    keys: Mapping[str, Key]
    make: Callable[[dict[str, object], Node], object]
    one_of_keys: tuple[str, ...] = ()
    optional: bool = False


class Either(NamedTuple):
    """One of several shapes, told apart by whether a word, a list or a mapping is written."""

    word: "Shape | None" = None
    listing: "Shape | None" = None
    mapping: "Shape | None" = None


Shape = Word | Prose | Code | List | Map | Record | Either


_WANTED = {kind: f"a {kind}" for kind in Type} | {Type.TEXT: "text", Type.FLAG: "true or false"}


class Written(NamedTuple):
    """An expression as written: its tree, None where it does not parse, and the string it stands in."""

    tree: Expression | None
    at: Scalar


def built(make: Callable[..., object]) -> Callable[[dict[str, object], Node], object]:
    """Return a maker of records: each key a field (`is` and `with` take a `_`), and the node as `at`."""

    def maker(values: dict[str, object], at: Node) -> object:
        return make(**{f"{key}_" if key in ("is", "with") else key: value for key, value in values.items()}, at=at)

    return maker


class Reader:
    """Reads one document by a shape, noting every fault."""

    def __init__(self, document: Document) -> None:
        """Start with nothing found."""
        self.document = document
        self.faults: list[Fault] = []

    def fault(self, code: str, message: str, node: Node, help: str = "") -> None:  # noqa: A002 (the word of the output)
        """Note a fault at a node."""
        self.faults.append(self.document.fault(code, message, node, help))

    def problem(self, problem: Problem, at: Scalar) -> None:
        """Note a problem of an expression at its place in the file."""
        place = self.document.place_inside(at, problem.span)
        self.faults.append(Fault(code=problem.code, message=problem.message, place=place, help=problem.help))

    def read(self, shape: Shape, node: Node) -> object:
        """Return what `node` holds, built by `shape`."""
        if isinstance(shape, Prose):
            return self.prose(node)
        if isinstance(shape, Word):
            return self.word(shape, node)
        if isinstance(shape, Either):
            return self.either(shape, node)
        if isinstance(shape, Code):
            return self.code(node)
        if isinstance(shape, List):
            return self.listing(shape, node)
        return self.record(shape, node) if isinstance(shape, Record) else self.map(shape, node)

    def expect(self, node: Node, kind: type, wanted: str) -> bool:
        """Tell whether the node is of the kind, and note it when not."""
        if isinstance(node, kind) and not (isinstance(node, Scalar) and node.is_empty):
            return True
        found = {Scalar: "text", Listing: "a list", Entries: "keys and values"}[type(node)]
        found = "nothing" if isinstance(node, Scalar) and node.is_empty else found
        self.fault("E301", f"{wanted} is needed here, and there is {found}", node)
        return False

    def either(self, shape: Either, node: Node) -> object:
        """Read by the shape for what is written."""
        choices = {Scalar: shape.word, Listing: shape.listing, Entries: shape.mapping}
        chosen = choices[type(node)]
        if chosen is None:
            names = {Scalar: "text", Listing: "a list", Entries: "keys and values"}
            wanted = " or ".join(names[kind] for kind, choice in choices.items() if choice is not None)
            found = "nothing" if isinstance(node, Scalar) and node.is_empty else names[type(node)]
            self.fault("E301", f"{wanted} is needed here, and there is {found}", node)
            return None
        return self.read(chosen, node)

    def prose(self, node: Node) -> str:
        """Read text for a reader."""
        if not (self.expect(node, Scalar, "text") and isinstance(node, Scalar)):
            return ""
        if not node.text.strip():
            self.fault("E301", "text is needed here, and there is nothing", node)
        return node.text.strip()

    def word(self, shape: Word, node: Node) -> object:
        """Read a single value; what is not one reads as None."""
        if isinstance(node, Scalar) and node.is_empty and shape.optional:
            return None
        if not (self.expect(node, Scalar, _WANTED[shape.type]) and isinstance(node, Scalar)):
            return None
        try:
            value = parse_value(shape.type, node.text)
            check_bounds(value, shape.one_of, shape.at_least)
        except BadValueError as error:
            self.fault(error.code, str(error), node, error.help)
            return None
        if shape.pattern and not re.fullmatch(shape.pattern, node.text):
            self.fault("E402", f"`{node.text}` is not of the form {shape.pattern}", node)
            return None
        return value

    def code(self, node: Node) -> Written | None:
        """Read an expression; one that does not parse has no tree."""
        if not (self.expect(node, Scalar, "an expression") and isinstance(node, Scalar)):
            return None
        try:
            return Written(tree=parse(node.text), at=node)
        except ParseError as error:
            self.problem(error.problem, node)
            return Written(tree=None, at=node)

    def listing(self, shape: List, node: Node) -> tuple[object, ...]:
        """Read a list."""
        if not (self.expect(node, Listing, "a list") and isinstance(node, Listing)):
            return ()
        if len(node.items) < shape.least:
            self.fault("E302", f"at least {shape.least} is needed here", node)
        read = [self.read(shape.of, item) for item in node.items]
        return tuple(item for item in read if item is not None)

    def map(self, shape: Map, node: Node) -> dict[str, object]:
        """Read names with things."""
        if not (self.expect(node, Entries, "keys and values") and isinstance(node, Entries)):
            return {}
        if len(node.entries) < shape.least:
            self.fault("E302", f"at least {shape.least} is needed here", node)
        for key, _ in node.entries:
            self.key(shape, key)
        read = {key.text: self.read(shape.of, value) for key, value in node.entries}
        return {name: value for name, value in read.items() if value is not None}

    def key(self, shape: Map, key: Scalar) -> None:
        """Check a name of the author's choosing."""
        try:
            parse_text(key.text)
        except BadValueError as error:
            self.fault("E401", str(error), key, error.help)
            return
        if not key.text or (shape.key and not re.fullmatch(shape.key, key.text)):
            self.fault("E303", f"`{key.text}` cannot be a name here", key, "use lower-case words joined by `-` or `_`")

    def record(self, shape: Record, node: Node) -> object:
        """Read fixed keys and build the value."""
        if shape.optional and isinstance(node, Scalar) and node.is_empty:
            return None
        values = {key: _blank(entry.shape) for key, entry in shape.keys.items()}
        if self.expect(node, Entries, f"{shape.title} (keys and values)") and isinstance(node, Entries):
            self.keys(shape, node)
            known = ((key.text, value) for key, value in node.entries if key.text in shape.keys)
            values.update({key: self.read(shape.keys[key].shape, value) for key, value in known})
        return shape.make(values, node)

    def keys(self, shape: Record, node: Entries) -> None:
        """Check that every key is known, and that those required are there."""
        written = {key.text for key, _ in node.entries}
        for key, _ in node.entries:
            if key.text not in shape.keys:
                help_ = nearest(key.text, list(shape.keys)) or f"{shape.title} has " + ", ".join(
                    f"`{known}`" for known in shape.keys
                )
                self.fault("E304", f"{shape.title} has no key `{key.text}`", key, help_)
        for name, entry in shape.keys.items():
            if entry.required and name not in written:
                self.fault("E305", f"{shape.title} needs the key `{name}`", node, entry.means)
        if shape.one_of_keys and len(written & set(shape.one_of_keys)) != 1:
            wanted = " or ".join(f"`{name}`" for name in shape.one_of_keys)
            self.fault("E306", f"{shape.title} needs exactly one of {wanted}", node)


def _blank(shape: Shape) -> object:
    """Return what stands for a key that is not written."""
    if isinstance(shape, Prose):
        return ""
    if isinstance(shape, List):
        return ()
    return {} if isinstance(shape, Map) else None
