"""What there is to say of a rule, a section or a code, in parts; how it is laid out is for the renderers."""

from collections.abc import Iterable, Iterator, Mapping
from textwrap import shorten

from checker.builtin import BUILTIN, MEANS
from checker.codes import CODES
from checker.faults import Fault, InputError
from checker.lang.named import NamedTuple
from checker.lang.problem import nearest
from checker.lang.typed import facts_of, terms_of
from checker.model import Agreement, Condition, FactDeclared, Obligation, Permission, Policy
from checker.rules import Rule, programs, rules

_BUILTIN = "builtin/"
_SHORT = 72
_VERSIONS = "Its versions, with their sections, then each rule as the latest version has it."
_EVERYWHERE = "Judged on every line, under every agreement."


class Part(NamedTuple):
    """A sentence under a label; one without a label goes on with the part before it. `is_code`: an expression."""

    label: str
    text: str
    is_code: bool = False


class Entry(NamedTuple):
    """One rule of a section."""

    title: str
    parts: tuple[Part, ...]


class Topic(NamedTuple):
    """A rule or a section under one version of its agreement; what is of the checker itself is under none."""

    title: str
    under: str = ""
    said: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    entries: tuple[Entry, ...] = ()


def explain(agreements: Mapping[str, Agreement], name: str) -> tuple[Topic, ...]:
    """Return what a rule, or every rule of a section, asks under each version that has it, the latest first.

    Or what a rule of the checker itself, or a code of its messages, means. Raises InputError for another name.
    """
    if name in CODES:
        return (Topic(title=name, said=CODES[name]),)
    if name.startswith(_BUILTIN) and name.removeprefix(_BUILTIN) in BUILTIN:
        return (Topic(title=name, said=(builtin_means(name.removeprefix(_BUILTIN)), _EVERYWHERE)),)
    found = tuple(
        _topic(agreement, policy, name)
        for agreement in agreements.values()
        for policy in reversed(agreement.versions)
        if name in _names(policy)
    )
    if not found:
        raise InputError(unknown(agreements, name))
    return found


def builtin_means(name: str) -> str:
    """Return what a rule of the checker itself asks."""
    return MEANS[name]


def overview(agreements: Mapping[str, Agreement]) -> tuple[Topic, ...]:
    """Return every rule in one line, as the latest version that has it says it, then those of the checker itself."""
    own = tuple(Part(f"{_BUILTIN}{name}", _cut(builtin_means(name))) for name in BUILTIN)
    return (*map(_listed, agreements.values()), Topic(title="checker", under=_EVERYWHERE, parts=own))


def _listed(agreement: Agreement) -> Topic:
    latest: dict[str, Rule] = {}
    for policy in agreement.versions:
        latest |= {rule.rule: rule for rule in rules(policy)}
    said = tuple(
        f"{policy.name}, in force from {policy.effective}: {', '.join(policy.permissions)}"
        for policy in agreement.versions
    )
    return Topic(title=agreement.name, under=_VERSIONS, said=said, parts=tuple(map(_short, latest.values())))


def _short(rule: Rule) -> Part:
    """Return a rule in one line."""
    if rule.means or rule.quote:
        return Part(rule.rule, _cut(rule.means or f'"{rule.quote}"'))
    return Part(rule.rule, _cut("; ".join(str(program.tree.source) for program in programs(rule).values())), True)  # noqa: FBT003


def _cut(text: str) -> str:
    return shorten(text, _SHORT, placeholder=" ...")


def _names(policy: Policy) -> set[str]:
    return {*policy.permissions, *(rule.rule for rule in rules(policy))}


def unknown(agreements: Mapping[str, Agreement], rule: str) -> Fault:
    """Return that there is no such rule, with the nearest."""
    known = {name for a in agreements.values() for policy in a.versions for name in _names(policy)}
    known |= {f"{_BUILTIN}{name}" for name in BUILTIN}
    help_ = nearest(rule, sorted(known)) or "there is " + ", ".join(f"`{name}`" for name in sorted(known))
    return Fault(code="E610", message=f"no rule or section `{rule}`", help=help_)


def _topic(agreement: Agreement, policy: Policy, name: str) -> Topic:
    under = f"under {policy.name}, in force from {policy.effective} ({policy.source_title})"
    permission = policy.permissions.get(name)
    if permission is None:
        found = next(one for one in rules(policy) if one.rule == name)
        return Topic(title=name, under=under, parts=tuple(_rule(agreement, policy, found)))
    return Topic(
        title=name,
        under=under,
        said=(permission.title,),
        parts=tuple(Part("assumes", text) for text in permission.assumes),
        entries=tuple(Entry(rule.rule, tuple(_rule(agreement, policy, rule))) for rule in rules_of(permission)),
    )


def rules_of(permission: Permission) -> Iterable[Rule]:
    """Return the rules of a section."""
    return (*permission.conditions, *permission.obligations)


def _rule(agreement: Agreement, policy: Policy, rule: Rule) -> Iterator[Part]:
    yield Part("clause", f'"{rule.quote}"' if rule.quote else "The contract in hand has no words for this.")
    if rule.means:
        yield Part("means", rule.means)
    yield from _condition(rule) if isinstance(rule, Condition) else _obligation(rule)
    yield from (Part("assumes", text) for text in rule.assumes)
    for name in _terms(rule):
        yield from _term(policy, name)
    yield from _facts(agreement, rule)


def _condition(rule: Condition) -> Iterator[Part]:
    yield Part("judged on", f"each {rule.each}")
    if len(rule.readings) == 1:
        yield _code("requires", rule.readings[0].program.tree.source)
        return
    if rule.splits:
        yield _code("requires", rule.readings[0].program.tree.source)
        names = ", ".join(reading.name for reading in rule.readings)
        yield Part("readings", f"those of the term `{rule.splits}`: {names}")
    for reading in () if rule.splits else rule.readings:
        yield Part("reading", f"{reading.name}: {reading.means}")
        yield _code("", reading.program.tree.source)
        yield from (Part("", f"Assumes: {reading.assumes}"),) if reading.assumes else ()
    adopted = rule.adopted
    if adopted is None:
        yield Part("adopted", "none: where the readings disagree, the finding is disputed")
    else:
        said = f"{adopted.reading}, by {adopted.adopted_by} on {adopted.adopted_on}: {adopted.because}"
        yield Part("adopted", said)


def _code(label: str, source: object) -> Part:
    return Part(label, str(source), is_code=True)


def _obligation(rule: Obligation) -> Iterator[Part]:
    yield Part("owed by", f"{rule.owed_by}, to {' and '.join(rule.owed_to)}")
    named = {"done on": rule.done_on, "by": rule.deadline, "with": rule.required}
    for label, program in named.items():
        if program is not None:
            yield _code(label, program.tree.source)
    if rule.deadline is None:
        yield Part("by", "no day is named, so it is never late")


def _terms(rule: Rule) -> list[str]:
    return sorted({name for program in programs(rule).values() for name in terms_of(program.tree)})


def _term(policy: Policy, name: str) -> Iterator[Part]:
    term = next(term for term in policy.terms if term.name == name)
    for reading in term.readings:
        called = f"{name} ({reading.name})" if reading.name else name
        yield Part("term", f"{called} is {reading.text}")
        yield from (Part("", reading.means),) if reading.means else ()
    yield from (Part("", f"Assumes: {term.assumes}"),) if term.assumes else ()


def _facts(agreement: Agreement, rule: Rule) -> Iterator[Part]:
    for name in sorted({name for program in programs(rule).values() for name in facts_of(program.tree)}):
        fact = agreement.facts[name]
        yield Part("needs", f"{name} ({fact.type}, {source(fact)}): {fact.means}")


def source(fact: FactDeclared) -> str:
    """Return who may state a fact."""
    if fact.group != "loan":
        return "from the batch"
    return "from the tape" if fact.measured else "from the tape, or attested by the line"
