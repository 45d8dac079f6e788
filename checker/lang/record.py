"""Records: values with named parts, made by keyword and never changed, like frozen data classes.

Defining a data class takes half a millisecond, and there are sixteen kinds of node: a tenth of a small run.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, TypeVar, dataclass_transform

    R = TypeVar("R", bound="Record")
else:

    def dataclass_transform(**_: bool) -> object:
        """Return what leaves a class as it is: only a type checker takes note of it."""
        return lambda kind: kind


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False)
class Record:
    """A value whose parts are the annotations of its class, in their order; `parts` are their names."""

    parts: ClassVar[tuple[str, ...]] = ()
    _names: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        """Note the parts, those of the class that it extends first."""
        super().__init_subclass__()
        cls.parts = tuple(dict.fromkeys((*cls.parts, *cls.__annotations__)))
        cls._names = frozenset(cls.parts)

    def __init__(self, **values: Any) -> None:
        """Set every part."""
        if values.keys() != self._names:
            raise TypeError(f"{type(self).__name__} has the parts {', '.join(self.parts)}")
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name} of a {type(self).__name__} is never changed")

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.parts)
        return f"{type(self).__name__}({shown})"


def replaced(record: R, **changes: Any) -> R:
    """Return a record with some parts replaced."""
    return type(record)(**{**vars(record), **changes})
