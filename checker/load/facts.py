"""Declarations of facts: the core ones that ship with the checker, and an agreement's own."""

from collections.abc import Mapping
from pathlib import Path

from checker.document import strict
from checker.document.shape import Key, List, Map, Prose, Reader, Record, Word, built
from checker.faults import InputError
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type
from checker.model import FactDeclared

CORE = Path(__file__).parent.parent / "facts.yaml"
# Groups whose facts every batch and tape carries; an agreement may add others, like `certification`.
LOAN, LINE, SHARED = "loan", "disposition", ("batch", "tape")
_RESERVED = (*SHARED, "row", "every", "dispositions", "agreement", "date")
_NAME = r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+"


class _Draft(NamedTuple):
    type: str | None
    means: str
    unit: str | None
    one_of: tuple[str, ...]
    at_least: int | None
    measured: bool | None
    unread: str
    at: strict.Node


class _File(NamedTuple):
    facts: dict[str, _Draft]
    at: strict.Node


_FACT = Record(
    title="a fact",
    make=built(_Draft),
    keys={
        "type": Key(shape=Word(one_of=tuple(Type)), means="the type of its values", required=True),
        "means": Key(shape=Prose(), means="what it is, in words", required=True),
        "unit": Key(shape=Word(), means="the unit of an amount"),
        "one_of": Key(shape=List(of=Word(), least=1), means="every value that a text can have"),
        "at_least": Key(shape=Word(type=Type.COUNT), means="the least value that an amount can have"),
        "measured": Key(shape=Word(type=Type.FLAG), means="whether only the tape may give it"),
        "unread": Key(shape=Prose(), means="why it can be stated though no rule reads it"),
    },
)
FACTS = Record(
    title="a file of facts",
    make=built(_File),
    keys={"facts": Key(shape=Map(of=_FACT, key=_NAME), means="each fact by its full name", required=True)},
)


def load_facts(document: strict.Document, core: Mapping[str, FactDeclared] | None = None) -> dict[str, FactDeclared]:
    """Return the facts of a file, after the core ones; a name that stands in both is an error."""
    reader = Reader(document)
    drafts: _File = reader.read(FACTS, document.root)  # type: ignore[assignment] # made by the shape
    for name, draft in drafts.facts.items():
        _check(reader, name, draft, core or {}, (*(core or {}), *drafts.facts))
    if reader.faults:
        raise InputError(*reader.faults)
    return {**(core or {}), **{name: _fact(name, draft) for name, draft in drafts.facts.items()}}


def core_facts() -> dict[str, FactDeclared]:
    """Return the facts that every agreement shares."""
    return load_facts(strict.load(CORE, "facts.yaml"))


def _fact(name: str, draft: _Draft) -> FactDeclared:
    return FactDeclared(
        name=name,
        type=Type(draft.type or Type.TEXT),
        means=draft.means,
        unit=draft.unit or "",
        one_of=draft.one_of,
        at_least=draft.at_least,
        measured=bool(draft.measured),
        unread=draft.unread,
    )


def _check(reader: Reader, name: str, draft: _Draft, core: Mapping[str, FactDeclared], names: tuple[str, ...]) -> None:
    if name in core:
        reader.fault("E501", f"`{name}` is declared by the checker itself", draft.at, "use it as it is")
    for other in names:
        if name.startswith(other + ".") or (other in core and other.startswith(name + ".")):
            reader.fault("E501", f"`{name}` cannot stand beside `{other}`", draft.at, "one is inside the other")
    if core and name.partition(".")[0] in _RESERVED:
        reader.fault("E501", f"`{name}` is in a group that an agreement cannot add to", draft.at)
    if draft.one_of and draft.type != Type.TEXT:
        reader.fault("E502", f"`one_of` closes a text, and `{name}` is a {draft.type}", draft.at)
    if draft.at_least is not None and draft.type not in (Type.MONEY, Type.NUMBER, Type.COUNT):
        reader.fault("E502", f"`at_least` bounds an amount, and `{name}` is a {draft.type}", draft.at)
    if draft.measured and name.partition(".")[0] != LOAN:
        reader.fault("E502", f"only a loan's fact can be measured, and `{name}` is not", draft.at)
