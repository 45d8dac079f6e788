"""What loading does not refuse and can be seen without a proof: missing quotes, what nothing uses, periods in doubt."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from checker.document import strict
from checker.faults import Fault
from checker.lang.typed import facts_of, terms_of
from checker.load.policies import Folder, documents
from checker.model import Condition, FactDeclared
from checker.proof.versions import Path_, Version, Versions, place_at
from checker.rules import Rule, programs, rules


def findings(folder: Folder, versions: Versions) -> Iterator[Fault]:
    """Yield every finding about the versions of an agreement and its facts, in the order of the files."""
    for version in versions.each:
        yield from _unquoted(version)
        yield from _unused_terms(version)
    yield from _facts(folder, versions)
    yield from _periods(versions)


def _at(version: Version, path: Path_, code: str, message: str, help_: str) -> Fault:
    return Fault(code=code, message=message, place=place_at(version.document, path), help=help_)


def path_of(rule: Rule) -> Path_:
    """Return where a rule stands in its file."""
    section, name = rule.rule.split("/", 1)
    if section == "always":
        return section, name
    return "permissions", section, "conditions" if isinstance(rule, Condition) else "obligations", name


def _unquoted(version: Version) -> Iterator[Fault]:
    """A rule or term rests on words of the contract, or says on what else it rests."""
    help_ = "quote the words, or say under `assumes` what it rests on"
    for term in version.policy.terms:
        if not (term.quote or term.assumes or any(reading.assumes for reading in term.readings)):
            yield _at(version, ("terms", term.name), "L101", f"the term `{term.name}` quotes no words", help_)
    for rule in rules(version.policy):
        readings = rule.readings if isinstance(rule, Condition) else ()
        own = rule.quote or rule.assumes or any(reading.assumes for reading in readings)
        if not own:
            yield _at(version, path_of(rule), "L101", f"`{rule.rule}` quotes no words", help_)


def _unused_terms(version: Version) -> Iterator[Fault]:
    used = {name for rule in rules(version.policy) for one in programs(rule).values() for name in terms_of(one.tree)}
    for term in version.policy.terms:
        if term.name not in used:
            yield _at(
                version, ("terms", term.name), "L102", f"no rule uses the term `{term.name}`", "use it, or drop it"
            )


def _facts(folder: Folder, versions: Versions) -> Iterator[Fault]:
    """Every fact that the agreement declares is read by a rule of some version, or says why not."""
    read = {
        name
        for version in versions.each
        for rule in rules(version.policy)
        for program in programs(rule).values()
        for name in facts_of(program.tree)
    }
    facts: Mapping[str, FactDeclared] = versions.agreement.facts
    for path in [path for path in documents(folder.path) if path.stem == "facts"]:
        document = strict.load(path, str(folder.shown / path.name))
        for name in (name for name in facts if _declares(document, name)):
            place = place_at(document, ("facts", name))
            if name not in read and not facts[name].unread:
                help_ = "drop it, or say under `unread` why it can be stated"
                yield Fault(code="L103", message=f"no rule reads the fact `{name}`", place=place, help=help_)
            if name in read and facts[name].unread:
                message = f"`{name}` says why no rule reads it, and one does"
                yield Fault(code="L103", message=message, place=place, help="drop `unread`")


def _declares(document: strict.Document, name: str) -> bool:
    (facts,) = (value for key, value in document.root.entries if key.text == "facts")  # type: ignore[union-attr] # as it was loaded
    return any(key.text == name for key, _ in facts.entries)  # type: ignore[union-attr] # as it was loaded


def _periods(versions: Versions) -> Iterator[Fault]:
    """Versions follow one another: from its first day each is in force, and a section once dropped stays away."""
    for at, version in enumerate(versions.each):
        policy = version.policy
        other = [max(one.policy.effective, one.policy.executed) for one in versions.each if one is not version]
        last = min([policy.executed, *([] if at else other)]) - timedelta(days=1)
        if policy.executed > policy.effective:
            days = f"from {policy.effective} to {last}"
            if at:
                message = f"{days} two versions speak: `{policy.name}` was signed only on {policy.executed}"
                help_ = "what holds on those days depends on the day of the check"
                yield _at(version, ("executed",), "L105", message, help_)
            elif last >= policy.effective:
                message = f"{days} no version is in force for a check made then: it was signed on {policy.executed}"
                yield _at(version, ("executed",), "L104", message, "nothing is permitted by it until it is signed")
        for section in policy.permissions:
            yield from _back(versions, at, section)


def _back(versions: Versions, at: int, section: str) -> Iterator[Fault]:
    """A section that comes back was missing in between."""
    before = [n for n in range(at) if section in versions.each[n].policy.permissions]
    if before and before[-1] < at - 1:
        missing = versions.each[before[-1] + 1].policy
        message = f"`{section}` stands here and in an earlier version, but not in `{missing.name}` between them"
        help_ = "each version is complete in itself: write the section into it, if it was in force"
        yield _at(versions.each[at], ("permissions", section), "L104", message, help_)
