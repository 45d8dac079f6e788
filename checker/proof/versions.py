"""The versions of an agreement beside what they were made of, so that a change of the writing makes another policy."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from checker.document import strict
from checker.document.shape import Reader, Written
from checker.faults import InputError, Place
from checker.lang.named import NamedTuple
from checker.lang.syntax import Node
from checker.load.drafts import PolicyDraft
from checker.load.policies import Folder, bound, read_draft
from checker.model import Agreement, Condition, FactDeclared, Obligation, Policy

Path_ = tuple[str, ...]
T = TypeVar("T")
R = TypeVar("R", Condition, Obligation)
REMOVED = object()


class Version(NamedTuple):
    """One version: its document, what is written there, and the policy that it means."""

    document: strict.Document
    draft: PolicyDraft
    policy: Policy


class Versions(NamedTuple):
    """An agreement, and each of its versions in the order in which they take effect."""

    agreement: Agreement
    each: tuple[Version, ...]

    def with_policy(self, at: int, policy: Policy) -> Agreement:
        """Return the agreement with another policy in the place of one version, in order of effect."""
        policies = [policy if n == at else version.policy for n, version in enumerate(self.each)]
        return self.agreement._replace(versions=tuple(sorted(policies, key=lambda one: one.effective)))


def read_versions(folder: Folder) -> Versions:
    """Return the versions of an agreement that was loaded from a folder."""
    facts = folder.agreement.facts
    found = []
    for policy in folder.agreement.versions:
        document = strict.load(folder.path / Path(policy.file).name, policy.file)
        draft = read_draft(Reader(document))
        found.append(Version(document=document, draft=draft, policy=meant(document, draft, facts)))
    versions = tuple(found)
    agreement = folder.agreement._replace(versions=tuple(version.policy for version in versions))
    return Versions(agreement=agreement, each=versions)


def meant(document: strict.Document, draft: PolicyDraft, facts: Mapping[str, FactDeclared]) -> Policy:
    """Return the policy that a draft means, or raise InputError where it means nothing."""
    return bound(Reader(document), draft, facts)


def changed(version: Version, path: Path_, value: object, facts: Mapping[str, FactDeclared]) -> Policy | None:
    """Return the policy with one thing of its writing replaced, None where the loader refuses that.

    A change inside a rule is read by itself and put in the rule's place: the others are as they were.
    """
    draft: PolicyDraft = _replaced(version.draft, path, value)  # type: ignore[assignment] # a draft again
    inside = path[0] in ("always", "permissions")
    try:
        policy = meant(version.document, _only(draft, path) if inside else draft, facts)
    except InputError:
        return None
    return _spliced(version.policy, policy, path) if inside else policy


def _only(draft: PolicyDraft, path: Path_) -> PolicyDraft:
    """Return a draft with the one rule on a path, and the terms."""
    if path[0] == "always":
        return draft._replace(always=_named(draft.always, path[1]), permissions={})
    whole = draft.permissions[path[1]]
    own = whole._replace(conditions=_named(whole.conditions, path[3]), obligations=_named(whole.obligations, path[3]))
    return draft._replace(always={}, permissions={path[1]: own})


def _named(records: Mapping[str, T], name: str) -> dict[str, T]:
    return {key: record for key, record in records.items() if key == name}


def _spliced(policy: Policy, part: Policy, path: Path_) -> Policy:
    """Return a policy with the rule on a path as another has it, or without it."""
    if path[0] == "always":
        return policy._replace(always=_with(policy.always, part.always, f"always/{path[1]}"))
    name = f"{path[1]}/{path[3]}"
    ours, theirs = policy.permissions[path[1]], part.permissions[path[1]]
    spliced = ours._replace(
        conditions=_with(ours.conditions, theirs.conditions, name),
        obligations=_with(ours.obligations, theirs.obligations, name),
    )
    return policy._replace(permissions={**policy.permissions, path[1]: spliced})


def _with(rules: tuple[R, ...], new: tuple[R, ...], name: str) -> tuple[R, ...]:
    return tuple(one for rule in rules for one in (new if rule.rule == name else (rule,)))


def _replaced(record: object, path: Path_, value: object) -> object:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(record, dict):
        new = _replaced(record[head], rest, value)
        return {key: new if key == head else old for key, old in record.items() if key != head or new is not REMOVED}
    new = _replaced(getattr(record, head), rest, value)
    return record._replace(**{head: new})  # type: ignore[attr-defined] # a named tuple


def written(record: object, path: Path_ = ()) -> Iterator[tuple[Path_, Written]]:
    """Yield every expression of a draft that parses, with its path: keys of mappings and fields of records."""
    if isinstance(record, Written):
        if record.tree is not None:
            yield path, record
    elif isinstance(record, dict):
        for key, value in record.items():
            yield from written(value, (*path, key))
    elif isinstance(record, tuple):
        for field in getattr(record, "_fields", ()):
            if field != "at":
                yield from written(getattr(record, field), (*path, field))


def named(path: Path_) -> str:
    """Return what stands at a path, for a reader: `3.18/price`, `always/tape-of-the-date (that-day)`, `the term x`."""
    kind, *rest = path
    if kind == "terms":
        name, inner = f"the term {rest[0]}", rest[1:]
    elif kind == "always":
        name, inner = f"always/{rest[0]}", rest[1:]
    elif path[2:3] and kind == "permissions":
        name, inner = f"{rest[0]}/{rest[2]}", rest[3:]
    else:
        return " ".join(path)
    if inner[:1] == ["readings"]:
        return f"{name} ({inner[1]})"
    return name if not inner or inner[0] in ("require", "is_") else f"{name} ({inner[0].rstrip('_')})"


def place_at(document: strict.Document, path: Path_) -> Place:
    """Return the place of the last key of a path."""
    node: strict.Node = document.root
    key = None
    for name in path:
        entries = node.entries if isinstance(node, strict.Mapping) else ()
        key, node = next((one, value) for one, value in entries if one.text == name.rstrip("_"))
    assert key is not None
    return document.place(key.start, key.end)


class Places:
    """Where each node of each expression of a version stands in its file."""

    def __init__(self, version: Version) -> None:
        """Note which string each expression stands in."""
        self._document = version.document
        self._at = {id(node): held for _, held in written(version.draft) for node in _nodes(held.tree)}

    def of(self, node: Node) -> Place:
        """Return the place of a node that was read from the version's file."""
        return self._document.place_inside(self._at[id(node)].at, node.span)


def _nodes(tree: object) -> Iterator[Node]:
    if isinstance(tree, Node):
        yield tree
        for name in tree.inside:
            yield from _nodes(getattr(tree, name))
    elif isinstance(tree, tuple):
        for part in tree:
            yield from _nodes(part)
