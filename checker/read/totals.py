"""What stands where a loan's number should, and is the label of a total."""

import re
from collections.abc import Sequence

from checker.faults import Fault, Place
from checker.lang.syntax import Value

_WORDS = frozenset({"total", "totals", "subtotal", "subtotals", "sum", "aggregate", "average", "count"})
MESSAGE = "a row without a loan id: a total, or a line that is no loan?"
OF_A_TAPE = "a tape has one row for each loan and nothing else"
OF_LINES = "a table of lines has one row for each loan that leaves the pool and nothing else"


def is_total(text: str) -> bool:
    """Tell whether a text is no loan's number: its first or its last word is that of a total, or it has no word."""
    if text.isalnum() and not text.isalpha():
        return False  # one word with a digit in it: nearly every number, told fast
    words = re.findall(r"[^\W_]+", text.casefold())
    return not words or words[0] in _WORDS or words[-1] in _WORDS


def are_loans(texts: Sequence[Value | None]) -> bool:
    """Tell whether a glance at all of them shows that each is a loan's number, and that none stands twice."""
    different = set(texts)
    if len(different) < len(texts) or None in different:
        return False
    words = list(map(str, texts))
    return all(words) and "".join(words).isalnum() and not any(map(str.isalpha, words))


def no_loan(place: Place, help_: str) -> Fault:
    """Return what is said of a row that is no loan."""
    return Fault(code="E707", message=MESSAGE, place=place, help=help_)
