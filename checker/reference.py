"""`checker explain`: what a rule asks, in the contract's words and in the language; and a batch to fill in."""

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from checker.builtin import BUILTIN
from checker.faults import Fault, InputError
from checker.lang.problem import nearest
from checker.lang.typed import facts_of, terms_of
from checker.model import Agreement, Condition, FactDeclared, Obligation, Permission, Policy
from checker.rules import programs, rules

WIDTH = 110
_OF_EACH_LINE = ("disposition.loan", "disposition.under", "disposition.price")


def explain(agreements: Mapping[str, Agreement], rule: str) -> str:
    """Return what a rule, or every rule of a section, asks under each version that has it, the latest first."""
    if rule.removeprefix("builtin/") in BUILTIN and rule.startswith("builtin/"):
        doc = BUILTIN[rule.removeprefix("builtin/")].__doc__ or ""
        return f"{rule}\n\n  {doc}\n  Judged on every line, under every agreement.\n"
    found = [
        _under(agreement, policy, rule)
        for agreement in agreements.values()
        for policy in reversed(agreement.versions)
        if rule in _names(policy)
    ]
    if not found:
        raise InputError(_unknown(agreements, rule))
    return "\n".join(found)


def _names(policy: Policy) -> set[str]:
    return {*policy.permissions, *(rule.rule for rule in rules(policy))}


def _unknown(agreements: Mapping[str, Agreement], rule: str) -> Fault:
    known = {name for a in agreements.values() for policy in a.versions for name in _names(policy)}
    known |= {f"builtin/{name}" for name in BUILTIN}
    help_ = nearest(rule, sorted(known)) or "there is " + ", ".join(f"`{name}`" for name in sorted(known))
    return Fault(code="E610", message=f"no rule or section `{rule}`", help=help_)


def _under(agreement: Agreement, policy: Policy, rule: str) -> str:
    head = [f"{rule}", f"  under {policy.name}, in force from {policy.effective} ({policy.source_title})"]
    permission = policy.permissions.get(rule)
    if permission is not None:
        body = [line for part in _parts(permission) for line in ("", *_rule(agreement, policy, part))]
        head.append(f"  {permission.title}")
        head += [line for text in permission.assumes for line in _labelled("assumes", text)]
        return "\n".join([*head, *body]) + "\n"
    found = next(one for one in rules(policy) if one.rule == rule)
    return "\n".join([*head, *_rule(agreement, policy, found)[1:]]) + "\n"


def _parts(permission: Permission) -> Iterable[Condition | Obligation]:
    return (*permission.conditions, *permission.obligations)


def _rule(agreement: Agreement, policy: Policy, rule: Condition | Obligation) -> list[str]:
    quote = f'"{rule.quote}"' if rule.quote else "The contract in hand has no words for this."
    return [
        rule.rule,
        *_labelled("clause", quote),
        *(_labelled("means", rule.means) if rule.means else []),
        *(_condition(rule) if isinstance(rule, Condition) else _obligation(rule)),
        *(line for text in rule.assumes for line in _labelled("assumes", text)),
        *(line for name in _terms(rule) for line in _term(policy, name)),
        *_facts(agreement, rule),
    ]


def _condition(rule: Condition) -> Iterator[str]:
    yield from _labelled("judged on", f"each {rule.each}")
    if len(rule.readings) == 1:
        yield from _labelled("requires", str(rule.readings[0].program.tree.source))
        return
    if rule.splits:
        yield from _labelled("requires", str(rule.readings[0].program.tree.source))
        names = ", ".join(reading.name for reading in rule.readings)
        yield from _labelled("readings", f"those of the term `{rule.splits}`: {names}")
    for reading in () if rule.splits else rule.readings:
        yield from _labelled("reading", f"{reading.name}: {reading.means}")
        yield from _labelled("", str(reading.program.tree.source))
        yield from _labelled("", f"Assumes: {reading.assumes}") if reading.assumes else ()
    adopted = rule.adopted
    if adopted is None:
        yield from _labelled("adopted", "none: where the readings disagree, the finding is disputed")
    else:
        said = f"{adopted.reading}, by {adopted.adopted_by} on {adopted.adopted_on}: {adopted.because}"
        yield from _labelled("adopted", said)


def _obligation(rule: Obligation) -> Iterator[str]:
    yield from _labelled("owed by", f"{rule.owed_by}, to {' and '.join(rule.owed_to)}")
    named = {"done on": rule.done_on, "by": rule.deadline, "with": rule.required}
    for label, program in named.items():
        if program is not None:
            yield from _labelled(label, str(program.tree.source))
    if rule.deadline is None:
        yield from _labelled("by", "no day is named, so it is never late")


def _terms(rule: Condition | Obligation) -> list[str]:
    return sorted({name for program in programs(rule).values() for name in terms_of(program.tree)})


def _term(policy: Policy, name: str) -> Iterator[str]:
    term = next(term for term in policy.terms if term.name == name)
    for reading in term.readings:
        called = f"{name} ({reading.name})" if reading.name else name
        yield from _labelled("term", f"{called} is {reading.text}")
        yield from _labelled("", reading.means) if reading.means else ()
    yield from _labelled("", f"Assumes: {term.assumes}") if term.assumes else ()


def _facts(agreement: Agreement, rule: Condition | Obligation) -> Iterator[str]:
    for name in sorted({name for program in programs(rule).values() for name in facts_of(program.tree)}):
        fact = agreement.facts[name]
        yield from _labelled("needs", f"{name} ({fact.type}, {_source(fact)}): {fact.means}")


def _source(fact: FactDeclared) -> str:
    if fact.group != "loan":
        return "from the batch"
    return "from the tape" if fact.measured else "from the tape, or attested by the line"


def _labelled(label: str, text: str) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent=f"  {label:<10} ",
        subsequent_indent=" " * 13,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [f"  {label}"]


def template(agreements: Mapping[str, Agreement], section: str) -> str:
    """Return a batch under a section, with every fact that its rules need left open and explained."""
    for agreement in agreements.values():
        for policy in reversed(agreement.versions):
            if section in policy.permissions:
                return "\n".join(_template(agreement, policy, policy.permissions[section])) + "\n"
    raise InputError(_unknown(agreements, section))


def _template(agreement: Agreement, policy: Policy, permission: Permission) -> Iterator[str]:
    own = [*policy.always, *_parts(permission)]
    needed = {name for rule in own for program in programs(rule).values() for name in facts_of(program.tree)}
    needed |= {"disposition.buyer.name"}
    yield f"# A batch under {permission.section} of {policy.name}. An empty value is unknown."
    yield "batch:  # any name, unlike another's"
    yield f"agreement: {agreement.name}"
    yield "date:  # " + agreement.facts["batch.date"].means
    yield "tape:"
    yield "  file: tape.csv  # relative to this file"
    yield "  as_of:  # " + agreement.facts["tape.as_of"].means
    yield "every:  # what each line says unless it says otherwise"
    yield f'  under: "{permission.section}"'
    yield from _keys(_named(agreement, needed, "disposition", _OF_EACH_LINE), 2)
    yield "dispositions:"
    yield "  - loan:"
    yield "      loan_id:  # " + agreement.facts["loan.loan_id"].means
    yield from _keys({n: f for n, f in _named(agreement, needed, "loan", ()).items() if not f.measured}, 6)
    yield "    price:  # " + agreement.facts["disposition.price"].means
    others = sorted({name.partition(".")[0] for name in needed} - {"disposition", "loan", "batch", "tape"})
    for group in others:
        yield f"{group}:"
        yield from _keys(_named(agreement, needed, group, ()), 2)


def _named(agreement: Agreement, needed: set[str], group: str, but: Iterable[str]) -> dict[str, FactDeclared]:
    """Return the facts of a group that are needed, by name without the group, in the order of their declaration."""
    known = agreement.facts.items()
    return {n.partition(".")[2]: f for n, f in known if n in needed and f.group == group and n not in but}


def _keys(facts: Mapping[str, FactDeclared], indent: int) -> Iterator[str]:
    last: list[str] = []
    for name, fact in facts.items():
        *groups, key = name.split(".")
        if groups != last:
            yield from (f"{' ' * (indent + 2 * at)}{group}:" for at, group in enumerate(groups))
            last = groups
        choices = f" One of {', '.join(fact.one_of)}." if fact.one_of else ""
        yield f"{' ' * (indent + 2 * len(groups))}{key}:  # {fact.means}{choices}"
