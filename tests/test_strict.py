"""Strict documents: JSON as JSON, what says nothing, and files that are none."""

import os
from pathlib import Path

import pytest

from checker.document.strict import Mapping, Scalar, decode, load, parse
from checker.faults import InputError


def words(text: str, file: str = "a.json") -> dict[str, Scalar]:
    root = parse(text.encode(), file).root
    assert isinstance(root, Mapping)
    return {key.text: value for key, value in root.entries if isinstance(value, Scalar)}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param(r"\ud83d\ude00", "\U0001f600", id="two escapes for one character"),
        pytest.param(r"\\ud83d\\ude00", r"\ud83d\ude00", id="a backslash, and no escape"),
        pytest.param(r"\\\ud83d\ude00", "\\\U0001f600", id="a backslash, then two escapes"),
        pytest.param(r"\u00e9 \/ \"", 'é / "', id="single escapes"),
    ],
)
def test_json_escapes_are_read(written: str, read: str) -> None:
    assert words(f'{{"a": "{written}"}}')["a"].text == read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('{"a": 1,}', "E005: not well-formed JSON: expecting property name", id="a comma too many"),
        pytest.param('{"a": 1} x', "E005: not well-formed JSON: extra data", id="more than one value"),
        pytest.param("{a: 1}", "E005: not well-formed JSON: expecting property name", id="YAML in a JSON file"),
        pytest.param('{"a": "\\ud83d"}', "E005: not well-formed YAML", id="half of a character"),
        pytest.param("[" * 5000, "E008: nested deeper than 40 levels", id="depth"),
        pytest.param('{"a": 1, "a": 2}', "E012: the key `a` stands here twice", id="a key twice"),
    ],
)
def test_what_is_not_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(text.encode(), "a.json")


def test_a_constant_that_is_no_number_is_found_behind_a_text_that_names_it() -> None:
    with pytest.raises(InputError) as error:
        parse(b'{"NaN": "NaN",\n "b": NaN}', "a.json")
    place = error.value.faults[0].place
    assert place is not None
    assert (place.line, place.column) == (2, 7)


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL", '""', "''"])
def test_what_says_nothing_is_empty(text: str) -> None:
    assert words(f"a: {text}", "a.yaml")["a"].is_empty


@pytest.mark.parametrize("text", ["no", "0", '"~"', "'null'", "none", "nil"])
def test_a_word_is_not_nothing(text: str) -> None:
    assert not words(f"a: {text}", "a.yaml")["a"].is_empty


def test_a_byte_order_mark_is_no_part_of_a_text() -> None:
    assert decode(b"\xef\xbb\xbfa\xef\xbb\xbf", "a.csv") == "a\ufeff"


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_a_byte_that_is_no_text_is_told_by_its_line(start: bytes) -> None:
    with pytest.raises(InputError, match=r"not UTF-8 text\n +--> a\.csv:3"):
        decode(start + b"a\n\n\xff", "a.csv")


def test_a_device_is_no_file() -> None:
    with pytest.raises(InputError, match="E001: cannot read the file: not a file"):
        load(Path(os.devnull))


def test_the_largest_file_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: b\n#".ljust(5_000_000, b"-"))
    assert load(path)
    path.write_bytes(b"a: b\n#".ljust(5_000_001, b"-"))
    with pytest.raises(InputError, match="E003: the file is larger than 5,000,000 bytes"):
        load(path)
