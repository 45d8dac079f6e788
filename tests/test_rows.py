"""Rows that are kept by column are the rows that would be made of them."""

from decimal import Decimal

import pytest

from checker.lang.rows import Amounts, ByName, Rows, column, kept

TEXTS = ["1.50", "2", "-3.00"]
MADE = [
    {"id": "a", "amount": Decimal("1.50")},
    {"id": "b", "amount": Decimal(2)},
    {"id": "c", "amount": Decimal("-3.00")},
]


def rows() -> Rows:
    return Rows({"id": ["a", "b", "c"], "amount": Amounts(TEXTS)})


def test_one_row_all_rows_and_their_number_come_to_the_same() -> None:
    found = rows()
    assert (found[1], found[-1], len(found), list(found), found[0]) == (MADE[1], MADE[2], 3, MADE, MADE[0])


@pytest.mark.parametrize("is_listed", [False, True])
def test_a_row_is_made_once(is_listed: bool) -> None:  # noqa: FBT001 (a case)
    found = rows()
    first = list(found)[1] if is_listed else found[1]
    assert found[1] is first


def test_a_row_is_found_by_its_name() -> None:
    found = ByName(rows(), ["a", "b", "c"])
    assert (dict(found), found.get("d"), "b" in found, len(found)) == (
        dict(zip("abc", MADE, strict=True)),
        None,
        True,
        3,
    )


@pytest.mark.parametrize("of", [rows(), MADE])
def test_a_column_is_what_each_row_says(of: Rows | list[dict[str, object]]) -> None:
    found = [list(column(of, name)) for name in ("id", "amount", "other")]  # type: ignore[arg-type] # values of facts
    assert found == [["a", "b", "c"], [Decimal("1.50"), Decimal(2), Decimal("-3.00")], [None] * 3]


@pytest.mark.parametrize("of", [rows(), MADE])
def test_the_rows_that_are_kept_are_those_that_were(of: Rows | list[dict[str, object]]) -> None:
    found = kept(of, [True, False, True])  # type: ignore[arg-type] # values of facts
    assert (list(found), list(column(found, "amount"))) == ([MADE[0], MADE[2]], [Decimal("1.50"), Decimal("-3.00")])


def test_an_amount_that_says_nothing_is_unknown() -> None:
    found = Amounts(["1.50", ""])
    assert (list(found), found[1]) == ([Decimal("1.50"), None], None)


def test_no_rows_are_no_rows() -> None:
    found = Rows({"id": []})
    assert (list(found), len(found), list(column(found, "id")), dict(ByName(found, []))) == ([], 0, [], {})
