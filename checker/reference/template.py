"""`checker explain --template`: a batch to fill in, with every fact that a section's rules need."""

from collections.abc import Iterable, Iterator, Mapping

from checker.faults import InputError
from checker.lang.typed import facts_of
from checker.model import Agreement, FactDeclared, Permission, Policy
from checker.reference.topics import rules_of, unknown
from checker.rules import programs

_OF_EACH_LINE = ("disposition.loan", "disposition.under", "disposition.price")


def template(agreements: Mapping[str, Agreement], section: str) -> str:
    """Return a batch under a section, with every fact that its rules need left open and explained."""
    for agreement in agreements.values():
        for policy in reversed(agreement.versions):
            if section in policy.permissions:
                return "\n".join(_template(agreement, policy, policy.permissions[section])) + "\n"
    raise InputError(unknown(agreements, section))


def _template(agreement: Agreement, policy: Policy, permission: Permission) -> Iterator[str]:
    own = [*policy.always, *rules_of(permission)]
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
