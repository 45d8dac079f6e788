"""Lines that state the same of what a rule asks are judged once, and nothing else is taken for the same."""

from collections.abc import Mapping, Sequence

import pytest

from checker.alike import judge_each, stated

ROWS: Sequence[Mapping[str, str | None]] = (
    {"role": "affiliate", "name": "A"},
    {"role": "affiliate", "name": "B"},
    {"role": None, "name": "A"},
    {"name": "A"},
)


@pytest.mark.parametrize(
    ("names", "alike"),
    [
        pytest.param(("role", "name"), [[0], [1], [2, 3]], id="two facts: both must be the same"),
        pytest.param(("role",), [[0, 1], [2, 3]], id="one fact: absent is unknown"),
        pytest.param(("price",), [[0, 1, 2, 3]], id="a fact that no row has"),
        pytest.param((), [[0, 1, 2, 3]], id="no fact at all"),
    ],
)
def test_rows_are_alike_where_they_state_the_same(names: tuple[str, ...], alike: list[list[int]]) -> None:
    states = stated(names, ROWS)
    found = [[at for at, other in enumerate(states) if other == state] for state in dict.fromkeys(states)]
    assert (len(states), found) == (len(ROWS), alike)


def test_of_no_rows_nothing_is_stated() -> None:
    assert [list(stated(names, [])) for names in ((), ("role",), ("role", "name"))] == [[], [], []]


@pytest.mark.parametrize(
    ("states", "judged"),
    [
        pytest.param(None, [1, 2, 3, 4], id="each where no state is told"),
        pytest.param(["a", "b", "a", "b"], [3, 4], id="once for each state"),
        pytest.param([None] * 4, [4], id="once where all state the same"),
    ],
)
def test_each_state_is_judged_once(states: Sequence[object] | None, judged: list[int]) -> None:
    seen: list[int] = []
    judge_each(seen.append, [(1,), (2,), (3,), (4,)], states)
    assert seen == judged


def test_each_has_what_its_own_state_was_judged() -> None:
    assert judge_each(str.upper, [("x",), ("y",), ("x",)], ["x", "y", "x"]) == ["X", "Y", "X"]
