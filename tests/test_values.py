"""A column of amounts is read at once only where every one would be read by itself, and within its bound."""

import pytest

from checker.values import BadValueError, check_bounds, parse_amount, parse_amounts


@pytest.mark.parametrize(
    ("texts", "at_least", "is_read"),
    [
        pytest.param(["1.50", "0", "0.00"], 0, True, id="none is below zero"),
        pytest.param(["1.50", "-0.01"], 0, False, id="one cent below zero"),
        pytest.param(["1.50", "-2"], 0, False, id="below zero"),
        pytest.param(["1.50", "-2"], None, True, id="below zero, without a bound"),
        pytest.param(["5", "4.99"], 5, False, id="one cent below another bound"),
        pytest.param(["1.50", "-0"], None, False, id="a zero with a sign"),
        pytest.param(["1.50", "", "2"], 0, True, id="an empty cell"),
        pytest.param(["1.50", "1e3"], None, False, id="an exponent"),
        pytest.param(["1.50", "2\n3"], None, False, id="a line break"),
        pytest.param(["1.50", "1" * 31], None, False, id="too long"),
        pytest.param(["01.50"], None, False, id="a leading zero"),
    ],
)
def test_amounts_are_read_at_once_only_where_none_needs_a_closer_look(
    texts: list[str],
    at_least: int | None,
    is_read: bool,  # noqa: FBT001 (a case)
) -> None:
    found = parse_amounts(texts, at_least)
    assert (found is not None) is is_read
    if found is not None:
        one_by_one = [parse_amount(text) if text else None for text in texts]
        assert list(found) == [found[at] for at in range(len(found))] == one_by_one


@pytest.mark.parametrize("text", ["-0.01", "-2"])
def test_what_is_not_read_at_once_is_refused_by_itself(text: str) -> None:
    with pytest.raises(BadValueError, match="is less than 0"):
        check_bounds(parse_amount(text), (), 0)
