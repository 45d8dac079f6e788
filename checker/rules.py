"""The rules of a policy, and the expressions of a rule: one way to walk through both."""

from collections.abc import Iterator

from checker.lang.evaluate import Program
from checker.model import Condition, Obligation, Policy

Rule = Condition | Obligation


def rules(policy: Policy) -> Iterator[Rule]:
    """Yield every rule of a policy: those of every section, then section by section."""
    yield from policy.always
    for permission in policy.permissions.values():
        yield from permission.conditions
        yield from permission.obligations


def programs(rule: Rule) -> dict[str, Program]:
    """Return the expressions of a rule: a condition's by reading, an obligation's by the key that they stand under."""
    if isinstance(rule, Condition):
        return {reading.name: reading.program for reading in rule.readings}
    named = {"deadline": rule.deadline, "done_on": rule.done_on, "with": rule.required}
    return {name: program for name, program in named.items() if program is not None}
