"""What is judged of a batch: deciding makes no single judgement, and what is made later stays as it is."""

import pytest
from builders import NAME, agreement, batches, line, loans, proposal

import checker
from checker.judged import OfBatch
from checker.model import Judged

LAZY = {"judgements", "bearing", "rows"}


def judged(**said: object) -> Judged:
    pool = loans("100000.00", "200000.00", "300000.00")
    lines = [line(loan, **said) for loan in pool]
    (verdict,) = checker.check({NAME: agreement()}, batches(pool, [proposal(lines)])).verdicts
    return verdict.judged


def test_deciding_makes_no_judgement_and_no_row() -> None:
    found = judged()
    assert isinstance(found, OfBatch)
    assert vars(found).keys() & LAZY == set()
    assert [list(section.table._columns) == [] for section in found._sections] == [False]
    assert [section.table._rows for section in found._sections] == [None]


def test_what_was_made_is_kept() -> None:
    found = judged()
    assert all(getattr(found, name) is getattr(found, name) for name in LAZY)


@pytest.mark.parametrize("name", sorted({*LAZY, "batch", "policy"}))
def test_what_was_judged_is_never_changed(name: str) -> None:
    with pytest.raises(AttributeError, match="never changed"):
        setattr(judged(), name, None)


def test_what_bears_on_a_line_is_what_was_judged_of_it_and_of_all() -> None:
    found = judged()
    of_lines = [one for one in found.judgements if one.subject.line]
    wider = [one for one in found.bearing[1] if not one.subject.line]
    assert [one for one in found.bearing[1] if one.subject.line] == [one for one in of_lines if one.subject.line == 1]
    assert [one for one in found.bearing[2] if not one.subject.line] == wider
