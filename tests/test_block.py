"""What is read without the YAML parser has the very nodes and places that the parser finds; all else is left to it."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checker.document.block import read
from checker.document.events import compose
from checker.document.nodes import Node, Scalar

ROOT = Path(__file__).parent.parent
FOLDERS = ("checker", "policies/impac-cmb-2004-10", "policies/impac-cmb-2004-10/examples")
SHIPPED = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.yaml"))
WORDS = [
    *[
        "a",
        "b c",
        "key",
        ":",
        ": ",
        " ",
        "  ",
        "\n",
        "\n  ",
        "\n    ",
        "\n- ",
        "- ",
        "-",
        "#",
        " # c",
        "|",
        "|\n  ",
        ">",
    ],
    *['"x"', '"', "'y'", "'it''s'", "'", "[a, b]", "[", "]", ", ", "{a: b}", '{a: b, c: "d"}', "{", "}", "?", "? "],
    *[
        "&a ",
        "*a",
        "!t ",
        "%",
        "@",
        "`",
        "~",
        "null",
        "-1",
        "3.18",
        "(x)",
        "...",
        "---",
        "\n---\n",
        "<<",
        "\n\n",
        "\n \n",
    ],
    *["é", "\u00a0", "\ufeff", "\U0001f600", "\\", "=", "$1", "\r\n", "\x85", "\u2028", "\x00"],
]


def same(text: str) -> Node | None:
    """Return what is read, after holding it against what the parser finds."""
    found = read(text)
    if found is not None:
        assert found == compose(text, "a.yaml")
    return found


@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
@example("a: |\n  b\n \n")
@example("a: |\n  b\n   \n  c\n")
@example("a: |\n  b\n\n\nc: d\n")
@example("a:\n- b\n- c: d\n  e:\n  - f\ng: \n")
@example("a: b\n  # c\n d: e\n")
@example("- a: |\n    b\n  c: 'd' # e\n-  f\n")
def test_what_is_read_is_what_the_parser_finds(text: str) -> None:
    same(f"{text}\n")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_what_ships_is_of_this_form(path: Path) -> None:
    assert same(path.read_text("utf-8")) is not None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: b\n\n# c\nd: e # f\n", id="words and comments"),
        pytest.param("a: 'it''s' # b\nc: \"d: e\"\n", id="words in quotation marks"),
        pytest.param("a:\n  - b\n  - c: d\n    e: f\n  -   g: h\n      i:\n", id="a list"),
        pytest.param("a:\n- b\nc:\n- d: e\n  f:\n  - g\n", id="a list in the column of its key"),
        pytest.param("- a\n- b: c\n", id="a list and nothing else"),
        pytest.param("a:\nb: # c\n  d:\n", id="keys that say nothing"),
        pytest.param("a: |\n  b\n    c # d\n\n  - e\n\n\nf: |\n g\n", id="lines as they are"),
        pytest.param("a: {b: c d, e: \"f, g\", h: 'i' } # j\nk: [ l, 'm', -1 ]\n", id="on one line"),
        pytest.param("a: (b) c, d] & e! \"f\" 'g' - h? 12:30 i#j\n", id="signs inside a word"),
    ],
)
def test_this_form_is_read(text: str) -> None:
    assert same(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("# a\n", id="a comment alone"),
        pytest.param("a: b\nc: d", id="no line break at the end"),
        pytest.param("a: b\nc\n", id="a word on another line"),
        pytest.param("a: b\n  c\n", id="a word on two lines"),
        pytest.param("a: b\n c: d\n", id="a key too far to the right"),
        pytest.param("a:\n   b: c\n  d: e\n", id="a key between two columns"),
        pytest.param("a: b\na: c\n", id="a key twice"),
        pytest.param("a: {b: c, b: d}\n", id="a key twice on one line"),
        pytest.param("a: b: c\n", id="two keys on a line"),
        pytest.param("a: b:\n", id="a colon at the end"),
        pytest.param("a: &b c\n", id="an anchor"),
        pytest.param("a: *b\n", id="an alias"),
        pytest.param("a: !b c\n", id="a tag"),
        pytest.param("<<: b\n", id="a merge key"),
        pytest.param("a: b\n---\nc: d\n", id="a second document"),
        pytest.param("a: >\n  b\n", id="folded lines"),
        pytest.param('a: "b\\n"\n', id="an escape"),
        pytest.param("a: 'b' c\n", id="something behind a quotation mark"),
        pytest.param("a: {b: c}}\n", id="something behind a bracket"),
        pytest.param("a: [b: c]\n", id="a key in a list on one line"),
        pytest.param("a: {b}\n", id="no key on one line"),
        pytest.param("a: [b}\n", id="another bracket"),
        pytest.param("a: b\u2028\n", id="a line break of another kind"),
        pytest.param("- \n", id="a dash that says nothing"),
        pytest.param("- a\nb: c\n", id="a key behind a list"),
        pytest.param("a: b\n- c: d\n", id="a list behind a key that says something"),
        pytest.param("".join(f"{' ' * n}a:\n" for n in range(30)), id="deep"),
    ],
)
def test_another_form_is_left_to_the_parser(text: str) -> None:
    assert read(text) is None


def test_a_word_ends_before_the_comment_behind_it() -> None:
    found = read("a: b  # c\n")
    assert found is not None
    assert found.entries[0][1] == Scalar(text="b", plain=True, start=3, end=4)  # type: ignore[union-attr] # a mapping
