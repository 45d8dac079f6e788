"""A report in which everything that others wrote ends with a text that would do harm if it were anything else."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from checker.findings import Number
from checker.lang.syntax import Type

T = TypeVar("T")
HARMFUL = {
    "a script": "<script>alert(1)</script>",
    "the end of a script": "</script><img src=x onerror=alert(1)>",
    "the end of a script, spelled otherwise": "</SCRIPT/ ><b>",
    "a comment": "<!--<script>",
    "quotes": '" onmouseover="alert(1)" \'',
    "an entity": "&lt;b&gt;&amp;",
    "the end of a picture": "</title></svg><b>",
    "backticks": "`<b>`",
    "a line separator": "a\u2028b\u2029c",
    "control characters": "a\x00b\x1b[31mc\r\nd\x7f\x9b",
    "right to left": "a\u202eb\u200fc\u2066d",
    "nothing to be seen": "\ufeff\u200b\xad",
    "half a character": "\ud800",
}
# What names a rule stays as it is: it is how findings, lines and sections find each other.
WRITTEN = {
    "name",
    "loan",
    "agreement",
    "policy",
    "title",
    "assumptions",
    "notes",
    "advice",
    "tape",
    "message",
    "quote",
    "means",
    "text",
    "missing",
    "adopted_by",
    "because",
    "file",
    "owed_by",
    "owed_to",
    "batch",
    "book",
}


def poisoned(report: T, text: str) -> T:
    """Return the report with the text at the end of everything that others wrote."""
    return cast("T", _poisoned(report, text))


def _poisoned(value: Any, text: str) -> Any:
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return _of_fields(value, text)
    if isinstance(value, tuple):
        return tuple(_poisoned(one, text) for one in value)
    if isinstance(value, Mapping):
        return {key: _poisoned(one, text) for key, one in value.items()}
    return value


def _of_fields(value: Any, text: str) -> Any:
    found = {name: _field(name, one, text) for name, one in value._asdict().items()}
    if isinstance(value, Number) and value.type is Type.TEXT and value.value:
        found["value"] = value.value + text
    return value._replace(**found)


def _field(name: str, value: Any, text: str) -> Any:
    if name in WRITTEN and isinstance(value, str):
        return value + text if value else value
    if name in WRITTEN and isinstance(value, tuple) and value and isinstance(value[0], str):
        return tuple(one + text for one in value)
    return _poisoned(value, text)
