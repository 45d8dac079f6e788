"""Agreements that follow the policies of another: a thousand trusts may share one text."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from checker.document import strict
from checker.document.shape import Key, List, Reader, Record, Word, built
from checker.faults import InputError
from checker.lang.problem import nearest
from checker.model import Agreement


class _Draft(NamedTuple):
    """The agreements that follow one, as written."""

    follows: str | None
    agreements: tuple[str | None, ...]
    at: strict.Node


FOLLOWS = Record(
    title="agreements that follow another",
    make=built(_Draft),
    keys={
        "follows": Key(shape=Word(), means="the agreement whose policies they follow", required=True),
        "agreements": Key(shape=List(of=Word(), least=1), means="the names of those that follow it", required=True),
    },
)


def followers(
    path: Path, shown: str, agreements: Mapping[str, Agreement], others: Collection[str] = ()
) -> dict[str, Agreement]:
    """Return the agreements that a file says follow another of those in hand, by name.

    Each is judged by the policies and facts of the other, under its own name; `others` follow one already. Raises
    InputError where the other is not in hand, or follows one itself, and where a name is taken.
    """
    document = strict.load(path, shown)
    reader = Reader(document)
    draft: _Draft = reader.read(FOLLOWS, document.root)  # type: ignore[assignment] # made by the shape
    leader = agreements.get(draft.follows or "")
    if leader is None and draft.follows:
        help_ = nearest(draft.follows, list(agreements)) or "it must stand in the same folder of policies"
        help_ = "it follows another itself: name that one" if draft.follows in others else help_
        reader.fault("E601", f"no policy for the agreement `{draft.follows}`", _at(document, "follows"), help_)
    names = [name for name in draft.agreements if name]
    seen = {*agreements, *others}
    for node, name in zip(_items(document), draft.agreements, strict=False):
        if name in seen:
            reader.fault("E508", f"there is another agreement `{name}`", node, "one agreement has one text")
        seen.add(name or "")
    if reader.faults or leader is None:
        raise InputError(*reader.faults)
    inputs = {**leader.inputs, "follows": document.sha256}
    return {name: leader._replace(name=name, inputs=inputs) for name in names}


def _at(document: strict.Document, key: str) -> strict.Node:
    root = document.root
    return {k.text: v for k, v in root.entries}[key] if isinstance(root, strict.Mapping) else root


def _items(document: strict.Document) -> tuple[strict.Node, ...]:
    found = _at(document, "agreements")
    return tuple(found.items) if isinstance(found, strict.Listing) else ()
