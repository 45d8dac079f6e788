"""Named tuples, written and used as those of `typing` are, but cheap to define.

`typing` takes three milliseconds to import, and a tenth of one to define a named tuple, most of it for a maker written
for the class. There are some eighty, of most of which a small run makes few: here they share a maker, until one has
made so many that a maker of its own is worth its time. To a type checker this is `typing.NamedTuple` itself.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what `typing` calls so, without importing it
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 (handed on)
else:
    from collections import namedtuple
    from collections.abc import Iterable
    from itertools import count
    from operator import itemgetter

    # What reads a part; where there is a faster one, `collections` takes that, too.
    try:
        from _collections import _tuplegetter as part
    except ImportError:

        def part(at: int, _doc: None) -> property:
            """Return what reads the part at a place."""
            return property(itemgetter(at))

    MANY = 64

    class _Kind(type):
        """Makes a class with a part for each annotation, in their order."""

        def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, object]) -> type:
            names = tuple(space.get("__annotations__", ()))
            own = {"__slots__": (), "_fields": names, "__match_args__": names, "_made": count()}
            own["_field_defaults"] = {each: space[each] for each in names if each in space}
            own["_pick"] = itemgetter(*names) if len(names) > 1 else lambda named: tuple(map(named.__getitem__, names))
            return type.__new__(cls, name, bases, {**space, **own, **{n: part(at, None) for at, n in enumerate(names)}})

    class NamedTuple(tuple, metaclass=_Kind):
        """A tuple whose parts have names."""

        __slots__ = ()

        def __new__(cls, *values: object, **named: object) -> NamedTuple:  # noqa: PYI034 (no type checker reads it)
            """Return a tuple of the parts, those that are not given by their defaults."""
            if next(cls._made) == MANY:
                own = namedtuple(cls.__name__, cls._fields, defaults=cls._field_defaults.values())  # noqa: PYI024
                cls.__new__ = own.__new__
            if values or len(named) != len(cls._fields):
                first = dict(zip(cls._fields[: len(values)], values, strict=True))
                named = cls._whole({**cls._field_defaults, **first, **named})
            return tuple.__new__(cls, cls._pick(named))

        def __repr__(self) -> str:
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

        @classmethod
        def _whole(cls, named: dict[str, object]) -> dict[str, object]:
            if len(named) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has the parts {', '.join(cls._fields)}")
            return named

        @classmethod
        def _make(cls, values: Iterable[object]) -> NamedTuple:
            """Return a tuple of all parts, in their order."""
            found = tuple.__new__(cls, values)
            if len(found) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has the parts {', '.join(cls._fields)}")
            return found

        def _asdict(self) -> dict[str, object]:
            """Return the parts by their names."""
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changes: object) -> NamedTuple:
            """Return the same with other values for some parts."""
            return tuple.__new__(type(self), self._whole({**self._asdict(), **changes}).values())
