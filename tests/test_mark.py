"""An expression in pieces: joined it is as it was written, and what decides it is marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import expressions, frames
from test_explain_lang import FRAME, often, over, program_of

from checker.lang import explain as explaining
from checker.lang.evaluate import Frame, Program
from checker.lang.mark import Piece, marked
from checker.lang.syntax import Type
from checker.lang.typed import facts_of


def pieces(text: str, frame: Frame = FRAME, **terms: str) -> tuple[Piece, ...]:
    return marked(program_of(text, **terms), frame).pieces


def deciding(text: str, frame: Frame = FRAME, **terms: str) -> list[str]:
    return [piece.text for piece in pieces(text, frame, **terms) if piece.decides]


@given(st.data())
@often
def test_the_pieces_joined_are_the_expression_as_it_is_spelled(data: st.DataObject) -> None:
    program = program_of(data.draw(expressions(Type.FLAG)))
    found = marked(program, data.draw(frames(facts_of(program.tree)))).pieces
    assert "".join(piece.text for piece in found) == str(program.tree.source)


@given(st.data())
@often
def test_each_test_is_marked_as_it_is_explained(data: st.DataObject) -> None:
    program = program_of(data.draw(expressions(Type.FLAG)))
    frame = data.draw(frames(facts_of(program.tree)))
    found = marked(program, frame).pieces
    assert marks(found) == explained(program, frame)


def marks(found: tuple[Piece, ...]) -> dict[str, tuple[bool | None, bool]]:
    """Return of each test whether it holds, and whether it decides wherever it stands."""
    deciding = {piece.text for piece in found if piece.decides}
    return {piece.text: (piece.holds, piece.text in deciding) for piece in found if piece.is_test}


def explained(program: Program, frame: Frame) -> dict[str, tuple[bool | None, bool]]:
    return {test.text: (test.holds, test.decides) for test in explaining.tests(program, frame)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("batch.units <= 4 or batch.units >= 5", ["batch.units >= 5"], id="what holds of an `or`"),
        pytest.param("batch.units <= 4 and batch.agreed", ["batch.units <= 4"], id="what fails of an `and`"),
        pytest.param("not batch.agreed", ["batch.agreed"], id="what is denied"),
        pytest.param(
            "(batch.units > 9 or batch.units > 8) and batch.agreed",
            ["batch.units > 9", "batch.units > 8"],
            id="all of an `or` that fails",
        ),
        pytest.param("batch.agreed or (batch.units > 9 and batch.units > 4)", ["batch.agreed"], id="nothing inside"),
    ],
)
def test_what_decides_is_marked(text: str, expected: list[str]) -> None:
    assert deciding(text) == expected


def test_parentheses_and_words_between_are_no_tests() -> None:
    found = pieces("not (batch.agreed and batch.units > 4)")
    assert [piece.text for piece in found if not piece.is_test] == ["not ", "(", " and ", ")"]


def test_a_term_is_one_piece_and_its_meaning_is_in_pieces_of_its_own() -> None:
    found = marked(program_of("fine or batch.agreed", fine="batch.units > 9 and batch.agreed"), FRAME)
    assert found.pieces[0] == Piece("fine", is_test=True, holds=False, decides=False)
    assert [piece.text for piece in found.terms["fine"]] == ["batch.units > 9", " and ", "batch.agreed"]
    assert not any(piece.decides for piece in found.terms["fine"])


def test_a_term_that_decides_anywhere_is_marked() -> None:
    found = marked(program_of("(fine and batch.units > 9) or fine", fine="batch.agreed"), FRAME)
    assert found.terms["fine"] == (Piece("batch.agreed", is_test=True, holds=True, decides=True),)


def test_a_term_of_a_number_is_spelled_out() -> None:
    found = marked(program_of("price > $1", price="batch.amount + $2.50"), FRAME)
    assert found.terms == {"price": (Piece("batch.amount + $2.50"),)}


def test_what_is_asked_of_rows_is_not_asked_of_the_subject() -> None:
    found = marked(program_of("count(pool where large) > 1", large="loan.amount > $1"), over())
    assert found.terms == {"large": (Piece("loan.amount > $1"),)}
