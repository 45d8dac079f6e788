"""Lines are broken as `textwrap` breaks them."""

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from checker.report.wrap import wrap

WORDS = st.sampled_from(["a", "bb", "long-er", " ", "  ", "\t", "\n", "\x0b", "\xa0", "\u2003", "\x1c", "-"])
INDENTS = st.sampled_from(["", "  ", "  - "])


@given(st.lists(WORDS, max_size=25).map("".join), st.integers(6, 30), INDENTS, INDENTS)
def test_lines_are_those_of_the_standard_library(text: str, width: int, first: str, rest: str) -> None:
    options = {"break_long_words": False, "break_on_hyphens": False}
    theirs = textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, **options)  # type: ignore[arg-type] # both are flags
    assert wrap(text, width, first, rest) == theirs
