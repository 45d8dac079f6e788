"""Shapes to JSON Schema, so that an editor completes and explains the keys by the same tables that the loader reads."""

import re
from decimal import Decimal

from checker.document.shape import Code, Either, Key, List, Map, Prose, Record, Shape, Word
from checker.document.strict import Listing, Node, Scalar
from checker.lang.syntax import Type
from checker.values import AMOUNT, COUNT, DATE, MOST_DIGITS

# What editors know; every keyword used here means the same in later drafts.
DIALECT = "http://json-schema.org/draft-07/schema#"

Schema = dict[str, object]
EXAMPLES = {Type.DATE: "2011-03-31", Type.MONEY: "26756.87", Type.NUMBER: "0.25", Type.COUNT: "5"}

_NUMBER = re.compile(AMOUNT, re.ASCII).fullmatch
# No spaces around it, no character that does not print, and not what a spreadsheet makes of a long number.
_HIDDEN = r"\x00-\x1f\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ue000-\uf8ff\ufeff"
_TEXT = rf"(?![0-9](\.[0-9]+)?[eE]\+?[0-9]+$)[^\s{_HIDDEN}]([^{_HIDDEN}]*[^\s{_HIDDEN}])?"
_MINUS_ZERO = r"-0(\.0+)?"
# Text is whatever is written: an editor reads a plain `3.18` as a number.
_WRITTEN = ["string", "number", "boolean"]


def document_schema(shape: Record) -> Schema:
    """Return the schema of a whole document."""
    return {"$schema": DIALECT, **schema_of(shape)}


def schema_of(shape: Shape) -> Schema:
    """Return the schema of a shape."""
    if isinstance(shape, Word):
        return _word(shape)
    if isinstance(shape, Prose | Code):
        examples = _examples(shape.examples) if isinstance(shape, Code) else {}
        return {"type": _WRITTEN, "pattern": r"\S", **examples}
    if isinstance(shape, List):
        least: Schema = {"minItems": shape.least} if shape.least else {}
        return {"type": "array", "items": schema_of(shape.of), **least}
    if isinstance(shape, Map):
        return _map(shape)
    if isinstance(shape, Either):
        choices = (shape.word, shape.listing, shape.mapping)
        return {"anyOf": [schema_of(choice) for choice in choices if choice is not None]}
    return {"anyOf": [_record(shape), {"enum": [None, ""]}]} if shape.optional else _record(shape)


def _word(shape: Word) -> Schema:
    if shape.optional:
        return {"anyOf": [_word(shape._replace(optional=False)), {"enum": [None, ""]}]}
    if shape.one_of:
        return {"enum": list(shape.one_of)}
    if shape.type is Type.FLAG:
        return {"enum": [True, False, "true", "false"]}
    if shape.type is Type.DATE:
        return {"type": "string", "pattern": _whole(DATE), "format": "date", **_examples((EXAMPLES[Type.DATE],))}
    if shape.type is Type.TEXT:
        own: Schema = {"type": "string", "pattern": _whole(shape.pattern)}
        return (own if shape.pattern else {"type": _WRITTEN, "pattern": _whole(_TEXT)}) | _examples(shape.examples)
    return _amount(shape) | _examples((EXAMPLES[shape.type],))


def _examples(texts: tuple[str, ...]) -> Schema:
    return {"examples": list(texts)} if texts else {}


def _amount(shape: Word) -> Schema:
    whole = shape.type is Type.COUNT
    pattern = COUNT if whole else AMOUNT
    least: Schema = {} if shape.at_least is None else {"minimum": shape.at_least}
    if shape.at_least is not None and shape.at_least >= 0:
        pattern = f"{'-0' if whole else _MINUS_ZERO}|{pattern.removeprefix('-?')}"
    longest = f"(?!.{{{MOST_DIGITS + 1}}})" if whole else f"(?!([^0-9]*[0-9]){{{MOST_DIGITS + 1}}})"
    return {"type": ["string", "integer" if whole else "number"], "pattern": _whole(f"{longest}({pattern})"), **least}


def _whole(pattern: str) -> str:
    """Return the pattern of a whole text; in some languages `$` stands before a last line break, too."""
    return rf"^({pattern})$(?!\n)"


def _map(shape: Map) -> Schema:
    patterns = [_whole(pattern) for pattern in (shape.key, _TEXT) if pattern]
    names: Schema = {"propertyNames": {"allOf": [{"pattern": pattern} for pattern in patterns]}}
    least: Schema = {"minProperties": shape.least} if shape.least else {}
    return {"type": "object", "additionalProperties": schema_of(shape.of), **names, **least}


def _record(shape: Record) -> Schema:
    required = [name for name, key in shape.keys.items() if key.required]
    one_of: Schema = {"oneOf": [{"required": [name]} for name in shape.one_of_keys]} if shape.one_of_keys else {}
    return {
        "type": "object",
        "title": shape.title,
        "properties": {name: _key(key) for name, key in shape.keys.items()},
        "additionalProperties": False,
        **({"required": required} if required else {}),
        **one_of,
    }


def _key(key: Key) -> Schema:
    return {"description": key.means, **schema_of(key.shape)}


def instance_of(node: Node) -> object:
    """Return a document as a schema sees it: plain words that are numbers or flags as such, all other text as text."""
    if isinstance(node, Scalar):
        return _instance(node)
    if isinstance(node, Listing):
        return [instance_of(item) for item in node.items]
    return {key.text: instance_of(value) for key, value in node.entries}


def _instance(node: Scalar) -> object:
    if node.is_empty:
        return None
    if node.plain and node.text in ("true", "false"):
        return node.text == "true"
    if node.plain and len(node.text) <= MOST_DIGITS and _NUMBER(node.text):
        return Decimal(node.text) if "." in node.text else int(node.text)
    return node.text
