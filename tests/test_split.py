"""What is split at once is what the CSV reader reads; whatever is odd is left to that."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.faults import InputError
from checker.read.split import LONGEST, split
from checker.read.table import read_table

TEXTS = st.text(st.sampled_from("ab,,\n\n\r\"\0\x0b\x85\u2028 '"), max_size=24)
PLAIN = st.lists(st.lists(st.text("ab1 ", max_size=3), min_size=2, max_size=3), min_size=1, max_size=6)


def by_the_reader(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


@given(TEXTS | PLAIN.map(lambda rows: "\n".join(map(",".join, rows))), st.sampled_from([",", "a", "|"]))
def test_what_is_split_is_what_the_reader_reads(text: str, delimiter: str) -> None:
    found = split(text, delimiter)
    if found is not None:
        rows = by_the_reader(text, delimiter)
        assert [list(row) for row in zip(*found, strict=True)] == rows
        assert all(map(any, rows))


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_a_plain_table_is_split(line: str, end: str) -> None:
    assert split(line.join(["a,b", "1,", ",2"]) + end, ",") == [["a", "1", ""], ["b", "", "2"]]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param('a,b\n"1",2\n', id="a quotation mark"),
        pytest.param("a,b\r1,2\r", id="an old line break"),
        pytest.param("a,b\n1,2,3\n", id="a row too wide"),
        pytest.param("a,b\n1\n", id="a row too narrow"),
        pytest.param("a,b\n1,2,3\n1\n", id="two that make up for each other"),
        pytest.param("a,b\n1\n2\n3,4\n", id="two too narrow, as wide together"),
        pytest.param("a,b\n,\n1,2\n", id="a row of empty cells"),
        pytest.param("a,b\n\n1,2\n", id="an empty line"),
        pytest.param("a\n\n1\n", id="an empty line of one column"),
        pytest.param("\na,b\n1,2\n", id="an empty line before the header"),
        pytest.param("a,b\n1,2\n\n", id="an empty line at the end"),
        pytest.param("a,b\n" + "1" * 200_000 + ",2\n", id="a cell that is too long for the reader"),
    ],
)
def test_what_is_odd_is_left_to_the_reader(text: str) -> None:
    assert split(text, ",") is None


@pytest.mark.parametrize("before", [0, 1, LONGEST // 2 - 3, LONGEST])
def test_a_line_that_is_too_long_is_seen_wherever_it_stands(before: int) -> None:
    text = "a,b\n" + "1,2\n" * before
    assert split(text + "1" * LONGEST + ",2\n", ",") is None
    assert split(text + "1" * (LONGEST // 2 - 10) + ",2\n", ",") is not None


@pytest.mark.parametrize("row", ["1,2\n", '"1",2\n'])
def test_a_row_is_found_on_its_line_either_way(row: str) -> None:
    table = read_table(f"a,b\n{row}3,4\n".encode(), "a.csv")
    assert (list(table.lines), table.place(1, "b").column, table.empty, table.above) == ([2, 3], 3, 0, 0)


@pytest.mark.parametrize("row", ["1,2\n", '"1",2\n'])
def test_a_column_twice_is_refused_either_way(row: str) -> None:
    with pytest.raises(InputError) as error:
        read_table(f"a,a\n{row}".encode(), "a.csv")
    (fault,) = error.value.faults
    assert (fault.code, fault.place and fault.place.source) == ("E703", "a,a")
