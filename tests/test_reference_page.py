"""`policies/REFERENCE.md` says what the code says, and of every code and word there is something said.

`PYTHONPATH=. python tests/test_reference_page.py` writes the page anew.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from reference_page import is_of_layouts, page, types

from checker.codes import CODES
from checker.lang.parse import COMPARISONS, parse
from checker.lang.signatures import FUNCTIONS
from checker.lang.syntax import Expression, Type
from checker.lang.tokens import KEYWORDS
from checker.lang.words import LITERALS, WORDS
from checker.load.policies import shipped

PAGE = shipped() / "REFERENCE.md"
CODE = Path(__file__).parent.parent / "checker"


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text("utf-8") == page()


def test_every_code_that_is_used_has_its_sentence_and_no_other_has_one() -> None:
    used = {code for path in CODE.rglob("*.py") if path.name != "codes.py" for code in codes_in(path)}
    assert (sorted(used - CODES.keys()), sorted(CODES.keys() - used)) == ([], [])


def codes_in(path: Path) -> Iterator[str]:
    """Yield every code that stands in the code of a file: a text that is one, or begins with one."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and re.fullmatch(r"[EL]\d{3}", str(node.value)):
            yield str(node.value)


def test_the_codes_are_in_order_and_each_is_two_sentences() -> None:
    assert [*CODES] == sorted(CODES)
    wrong = [code for code, said in CODES.items() if any(not re.fullmatch(r"[A-Z`].*\.", one) for one in said)]
    assert wrong == []


def test_what_lint_finds_is_called_the_same_in_the_guide() -> None:
    guide = dict(re.findall(r"^### (L\d+): (.*)$", (shipped() / "README.md").read_text("utf-8"), re.MULTILINE))
    assert guide == {code: means[0].lower() + means[1:-1] for code, (means, _) in CODES.items() if code[0] == "L"}


def test_every_word_of_the_language_is_in_the_table() -> None:
    used = {word for form in WORDS for word in re.findall(r"[a-z_]+|[-+*<>=!]+", form.form)}
    literals = {"true", "false"}  # they are among the types
    assert {*FUNCTIONS, *COMPARISONS, *KEYWORDS, "+", "-", "*"} - literals <= used
    assert {*LITERALS} == {*Type}


@pytest.mark.parametrize("kind", [*Type])
def test_a_value_of_a_type_is_written_like_its_example(kind: Type) -> None:
    found: Expression = parse(LITERALS[kind].form)
    assert getattr(found, "type", None) is kind


@pytest.mark.parametrize(
    ("form", "found"),
    [
        pytest.param("days_between(a, b)", "date, date → count", id="one way"),
        pytest.param("given(a)", "any → flag", id="every type"),
        pytest.param("when(a, b)", "flag, any → the same", id="every type, kept"),
        pytest.param("a + b", "money, money → money; number, number → number; number, count → number; "
        "count, number → number; count, count → count", id="several"),
        pytest.param("count(exercise)", "count", id="no operand"),
    ],
)  # fmt: skip
def test_the_types_of_an_expression_are_those_that_the_checker_accepts(form: str, found: str) -> None:
    assert types(form) == found


def test_what_a_layout_alone_may_ask_is_said() -> None:
    only = [word.form for word in WORDS if is_of_layouts(word.form)]
    assert only == ["a is known", "a is unknown", "first_known(a, b)", "when(a, b)"]


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
