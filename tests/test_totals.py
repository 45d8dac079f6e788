"""Which texts are loans' numbers, one by one and all together."""

import pytest

from checker.read.totals import are_loans, is_total


@pytest.mark.parametrize("text", ["Total", "grand total", "Total 2011", "---", "", "count"])
def test_a_label_of_a_total_is_no_loan(text: str) -> None:
    assert is_total(text)
    assert not are_loans(["0001", text])


@pytest.mark.parametrize(
    "texts", [["1", "2", "1"], ["1", None], ["1", "two"], ["1", "a b 2"]], ids=["twice", "unknown", "a word", "words"]
)
def test_what_needs_a_closer_look_is_not_told_at_a_glance(texts: list[str | None]) -> None:
    assert not are_loans(texts)


@pytest.mark.parametrize("texts", [["1"], ["0001", "2A", "B3"]])
def test_numbers_of_loans_are_told_at_a_glance(texts: list[str]) -> None:
    assert are_loans(texts)
    assert not any(map(is_total, texts))
