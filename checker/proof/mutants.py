"""Mutants: policies that differ from the one in hand by one small change, each of which the cases should notice."""

from collections.abc import Iterator, Mapping
from datetime import date

from checker.document.shape import Written
from checker.faults import Place
from checker.lang.named import NamedTuple
from checker.lang.typed import Term, Typed, parts
from checker.load.drafts import AdoptionDraft, PolicyDraft
from checker.model import FactDeclared, Policy
from checker.proof.changes import Words, changes, days_beside
from checker.proof.versions import REMOVED, Path_, Places, Version, named, place_at, written
from checker.rules import programs, rules

SETS = ("exercise", "pool")
_PARTS = ("deadline", "done_on", "with_")


class Mutant(NamedTuple):
    """One change to a version: what stands where, what it becomes ("" where it is removed), and its writing by path."""

    where: str
    at: Place
    was: str
    becomes: str
    path: Path_
    value: object


def mutants(version: Version, facts: Mapping[str, FactDeclared]) -> Iterator[Mutant]:
    """Yield every mutant of a version, in the order of its parts; the loader may refuse some."""
    words = _words(version.policy, facts)
    places = Places(version)
    for path, held in written(version.draft):
        assert held.tree is not None
        for change in changes(held.tree, words):
            was, becomes = str(change.was), str(change.becomes)
            value = Written(tree=change.whole, at=held.at)
            yield Mutant(where=named(path), at=places.of(change.was), was=was, becomes=becomes, path=path, value=value)
    yield from _removed(version)
    yield from _moved(version)
    yield from _adopted(version)


def _words(policy: Policy, facts: Mapping[str, FactDeclared]) -> Words:
    types = {name: fact.type for name, fact in facts.items()}
    for rule in rules(policy):
        for program in programs(rule).values():
            types |= {term.name: term.type for term in _terms(program.tree)}
    one_of = dict.fromkeys(text for fact in facts.values() for text in fact.one_of)
    return Words(types=types, one_of=tuple(one_of), sets=SETS)


def _terms(tree: Typed) -> Iterator[Term]:
    if isinstance(tree, Term):
        yield tree
    for part in parts(tree):
        yield from _terms(part)


def _removed(version: Version) -> Iterator[Mutant]:
    """Yield the version without each condition, reading, obligation, part of one, and name of a party."""
    for path, _ in _records(version.draft):
        yield _mutant(version, path, named(path), "", REMOVED)
    for path, _ in written(version.draft):
        if path[-1] in _PARTS:
            yield _mutant(version, path, named(path), "", None)
    for role, names in version.draft.parties.items():
        for name in names:
            rest = tuple(other for other in names if other != name)
            yield _mutant(version, ("parties", role), f"{role}: {name}", "", rest)


def _records(draft: PolicyDraft) -> Iterator[tuple[Path_, object]]:
    """Yield each condition, obligation and reading of a draft, with its path."""
    found: list[tuple[Path_, object]] = [(("always", name), one) for name, one in draft.always.items()]
    for section, permission in draft.permissions.items():
        here = ("permissions", section)
        found += [((*here, "conditions", name), one) for name, one in permission.conditions.items()]
        found += [((*here, "obligations", name), one) for name, one in permission.obligations.items()]
    found += [(("terms", name), one) for name, one in draft.terms.items()]
    for path, record in found:
        if path[0] != "terms":
            yield path, record
        for reading, one in getattr(record, "readings", {}).items():
            yield (*path, "readings", reading), one


def _moved(version: Version) -> Iterator[Mutant]:
    """Yield the version signed, and in force, a day earlier and later."""
    for key in ("executed", "effective"):
        day: date = getattr(version.draft, key)
        for other in days_beside(day):
            yield _mutant(version, (key,), f"{key}: {day}", f"{key}: {other}", other)


def _adopted(version: Version) -> Iterator[Mutant]:
    """Yield the version with each adoption taken back, and with another reading adopted instead."""
    for path, record in [*_records(version.draft), *((("terms", n), t) for n, t in version.draft.terms.items())]:
        adopted: AdoptionDraft | None = getattr(record, "adopted", None)
        if adopted is None:
            continue
        was = f"adopted: {adopted.reading}"
        yield _mutant(version, (*path, "adopted"), was, "", None)
        for reading in record.readings:  # type: ignore[attr-defined] # what is adopted has readings
            if reading != adopted.reading:
                other = adopted._replace(reading=reading)
                yield _mutant(version, (*path, "adopted"), was, f"adopted: {reading}", other)


def _mutant(version: Version, path: Path_, was: str, becomes: str, value: object) -> Mutant:
    return Mutant(
        where=named(path), at=place_at(version.document, path), was=was, becomes=becomes, path=path, value=value
    )
