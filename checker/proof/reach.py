"""How far a search goes: as many lines as the counts of some expressions tell apart, and the days around a version."""

from collections.abc import Iterable
from datetime import timedelta

from checker.lang.typed import Constant, Fold, Term, Typed, parts
from checker.model import Policy
from checker.proof.world import Bounds
from checker.rules import Rule, programs, rules

FEWEST = 2
BEFORE, AFTER = timedelta(days=400), timedelta(days=800)


def trees(policy: Policy, section: str) -> list[Typed]:
    """Return every expression that is judged under a section."""
    judged = [rule for rule in rules(policy) if section_of(rule) in ("always", section)]
    return [program.tree for rule in judged for program in programs(rule).values()]


def bounds(policy: Policy, of: Iterable[Typed]) -> Bounds:
    """Return bounds with a line more than any whole number beside a count, and some years around the version."""
    counts = [number for tree in of if _counts(tree) for number in _numbers(tree)]
    lines = max([FEWEST, *(number + 1 for number in counts)])
    return Bounds(first=policy.effective - BEFORE, last=policy.effective + AFTER, lines=lines)


def _counts(tree: Typed) -> bool:
    return (isinstance(tree, Fold) and tree.body is None) or any(map(_counts, parts(tree)))


def _numbers(tree: Typed) -> list[int]:
    """Return the whole numbers of an expression that stand in no function."""
    if isinstance(tree, Constant):
        return [tree.value] if isinstance(tree.value, int) and not isinstance(tree.value, bool) else []
    if isinstance(tree, Term):
        return _numbers(tree.body)
    return [number for part in parts(tree) for number in _numbers(part)]


def section_of(rule: Rule) -> str:
    """Return the section that a rule belongs to, `always` where it is of every one."""
    return rule.rule.split("/", 1)[0]


def sections(policy: Policy, changed: Iterable[Rule]) -> list[str]:
    """Return the sections under which any of some rules is judged."""
    own = {section_of(rule) for rule in changed}
    return [section for section in policy.permissions if "always" in own or section in own]
