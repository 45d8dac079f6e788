"""Our named tuples are those of `typing` in every use."""

import pickle
from collections.abc import Callable
from typing import Any
from typing import NamedTuple as Theirs

import pytest

from checker.lang.named import NamedTuple


class Ours(NamedTuple):
    """A place."""

    file: str
    line: int = 0
    width: int = 1

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.line + self.width


class One(NamedTuple):
    """One part."""

    part: tuple[int, ...]


class Other(Theirs):
    """The same as ours, from `typing`."""

    file: str
    line: int = 0
    width: int = 1


USES: list[Callable[[Any], object]] = [
    lambda kind: kind(file="a"),
    lambda kind: kind("a", 2),
    lambda kind: kind("a", width=3),
    lambda kind: kind(width=3, line=2, file="a"),
    lambda kind: kind("a")._replace(line=5),
    lambda kind: kind("a")._asdict(),
    lambda kind: kind("a") == ("a", 0, 1),
    lambda kind: hash(kind("a")) == hash(("a", 0, 1)),
    lambda kind: [*kind("a"), kind("a")[1], len(kind("a")), kind("a").file],
    lambda kind: sorted([kind("b"), kind("a", 2), kind("a", 1)]),
    lambda kind: kind._fields + tuple(kind._field_defaults) + kind.__match_args__,
    lambda kind: repr(kind("a")).replace("Other", "Ours"),
]


@pytest.mark.parametrize("use", USES)
def test_every_use_comes_to_the_same(use: Callable[[Any], object]) -> None:
    assert use(Ours) == use(Other)


@pytest.mark.parametrize("made", [1, 63, 64, 65, 200])
def test_one_of_many_is_made_as_the_first_was(made: int) -> None:
    class Many(NamedTuple):
        file: str
        line: int = 0

    found = [(Many("a"), Many(file="a", line=at), Many("a", at)) for at in range(made)]
    assert found == [(("a", 0), ("a", at), ("a", at)) for at in range(made)]


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(Ours, id="a part that has no default is not given"),
        pytest.param(lambda: Ours(file="a", other=1), id="a part that there is not"),  # type: ignore[call-arg]
        pytest.param(lambda: Ours(file="a", line=1, other=1), id="one for another"),  # type: ignore[call-arg]
        pytest.param(lambda: Ours("a", 1, 2, 3), id="too many"),  # type: ignore[call-arg]
        pytest.param(lambda: Ours("a")._replace(other=1), id="another one replaced"),  # type: ignore[call-arg]
        pytest.param(lambda: setattr(Ours("a"), "file", "b"), id="one changed"),
        pytest.param(lambda: setattr(Ours("a"), "other", "b"), id="one added"),
    ],
)
def test_wrong_parts_are_an_error(call: Callable[[], object]) -> None:
    with pytest.raises((TypeError, KeyError, ValueError, AttributeError)):
        call()


def test_a_tuple_of_one_part_holds_it_as_it_is() -> None:
    assert (One(part=(1, 2)).part, One((1, 2)), Ours("a", 2).end) == ((1, 2), ((1, 2),), 3)


def test_a_value_can_be_kept_and_read_again() -> None:
    assert pickle.loads(pickle.dumps(Ours("a", 2))) == Ours("a", 2)  # noqa: S301 (our own)
