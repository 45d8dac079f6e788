"""Where a stretch of an expression stands in its file, however the expression is quoted, folded or indented."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from checker.document.shape import Code, Reader
from checker.document.strict import Document, Mapping, Scalar, parse


def only(document: Document) -> Scalar:
    """Return the one value of a document of one key."""
    assert isinstance(document.root, Mapping)
    [(_, value)] = document.root.entries
    assert isinstance(value, Scalar)
    return value


def underlined(text: str, wanted: str, file: str = "a.yaml") -> str:
    """Return what is underlined, with its line, where a part of an expression is wanted."""
    document = parse(text.encode(), file)
    scalar = only(document)
    start = scalar.text.index(wanted)
    place = document.place_inside(scalar, (start, start + len(wanted)))
    return f"{place.line}: {place.source[place.column - 1 :][: place.width]}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("a: b = loan.x\n", "1: loan.x", id="plain"),
        pytest.param("a: b =\n  c or\n  loan.x\n", "3: loan.x", id="plain, over lines"),
        pytest.param("a: 'b = loan.x'\n", "1: loan.x", id="single quotation marks"),
        pytest.param("a: 'b = ''c'' or loan.x'\n", "1: loan.x", id="a mark written twice"),
        pytest.param("a: '''c'' = loan.x'\n", "1: loan.x", id="a mark written twice at the start"),
        pytest.param("a: 'b \\\n  loan.x'\n", "2: loan.x", id="a backslash between single marks"),
        pytest.param('a: "b = loan.x"\n', "1: loan.x", id="double quotation marks"),
        pytest.param('a: "b in (\\"c\\", \\"d\\") or loan.x"\n', "1: loan.x", id="escaped marks"),
        pytest.param('a: "\\"c\\" = loan.x"\n', "1: loan.x", id="an escaped mark at the start"),
        pytest.param('a: "\\x6C\\u006f\\U00000061n = \\"\\\\n\\" or\\n loan.x"\n', "1: loan.x", id="every escape"),
        pytest.param('a: "b or \\\n   loan.x"\n', "2: loan.x", id="an escaped line break"),
        pytest.param('a: "b or\n\n   loan.x"\n', "3: loan.x", id="folded between marks"),
        pytest.param("a: |\n  b = c\n    or loan.x\n", "3: loan.x", id="literal"),
        pytest.param("a: |2 # loan.x\n    b or\n    loan.x\n", "3: loan.x", id="literal, with a comment at its head"),
        pytest.param("a: >-\n  b = c\n  or loan.x\n", "3: loan.x", id="folded"),
        pytest.param("a: >\n  b\n\n    loan.x\n", "4: loan.x", id="folded, an empty line and a deeper one"),
        pytest.param("a: b = loan.x\r\n", "1: loan.x", id="another system's line ends"),
        pytest.param("# \u00e9\na: '\u00e9' \n", "2: \u00e9", id="a letter beyond ASCII"),
    ],
)
def test_a_part_of_an_expression_is_underlined_where_it_is_written(text: str, found: str) -> None:
    assert underlined(text, found.partition(": ")[2]) == found


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        pytest.param('a: "x = \\"y\\""\n', '"y"', '1: \\"y\\"', id="a text between escaped marks, with its escapes"),
        pytest.param("a: 'it''s'\n", "'s", "1: ''s", id="a mark written twice is underlined whole"),
        pytest.param("a: '''c'' = d'\n", "'c'", "1: ''c''", id="a mark written twice behind the one that opens"),
        pytest.param('a: "\\"c\\" = d"\n', '"c"', '1: \\"c\\"', id="an escaped mark behind the one that opens"),
        pytest.param('a: "lo\\x61n.x"\n', "loan.x", "1: lo\\x61n.x", id="an escape inside a name"),
    ],
)
def test_what_is_written_with_an_escape_is_underlined_as_written(text: str, wanted: str, found: str) -> None:
    assert underlined(text, wanted) == found


def test_the_escapes_of_json_are_escapes_too() -> None:
    assert underlined('{"a": "b in (\\"\\u00e9\\") or loan.x"}', "loan.x", "a.json") == "1: loan.x"


@given(st.lists(st.sampled_from(['"é"', "'", "\\", "b", "(", ")", "loan.y"]), max_size=12), st.integers(0, 4))
def test_it_is_found_after_whatever_stands_before_it(words: list[str], style: int) -> None:
    expression = " ".join([*words, "loan.x"])
    styles = [{"default_style": mark, "width": 20} for mark in (None, '"', "'", "|", ">")]
    text = yaml.safe_dump({"a": expression}, **styles[style])  # type: ignore[call-overload] # the options are of one call
    assert underlined(text, "loan.x").endswith(": loan.x")
    assert underlined(json.dumps({"a": expression}), "loan.x", "a.json").endswith(": loan.x")


def test_a_fault_of_an_expression_stands_at_its_place() -> None:
    reader = Reader(parse(b'a: "b in (\\"c\\") and == d"\n', "a.yaml"))
    reader.read(Code(), only(reader.document))
    [fault] = reader.faults
    assert fault.place
    assert fault.place.source[fault.place.column - 1 :][: fault.place.width] == "="
