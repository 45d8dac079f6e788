"""How far a search goes: as many lines as the counts of some expressions tell apart, and the days around a version."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from checker.lang.typed import Apply, Constant, Fold, Typed, parts
from checker.model import Policy
from checker.proof.world import Bounds
from checker.rules import Rule, programs, rules

FEWEST, SEVERAL, MOST = 2, 6, 40  # lines: where nothing is summed, where something is, and never more
POOL = 120  # never more further loans
BEFORE, AFTER = 400, 800  # days around a version, and around what its expressions name
MOVING = {"add_days": 1, "add_months": 31, "days_between": 1}


def trees(policy: Policy, section: str) -> list[Typed]:
    """Return every expression that is judged under a section."""
    judged = [rule for rule in rules(policy) if section_of(rule) in ("always", section)]
    return [program.tree for rule in judged for program in programs(rule).values()]


def bounds(policy: Policy, of: Iterable[Typed]) -> Bounds:
    """Return bounds that take in what expressions name.

    A line more than any whole number beside a count, as many further loans as a share of the pool's count needs, and
    every day that is named or can be reached from the version's days.
    """
    every = list(of)
    nodes = [node for tree in every for node in _nodes(tree)]
    counts = [number for tree in every if _counts(tree) for number in _numbers(tree)]
    sums = any(isinstance(node, Fold) and node.body is not None for node in nodes)
    lines = max([SEVERAL if sums else FEWEST, *(number + 1 for number in counts)])
    shares = [node for node in nodes if isinstance(node, Apply) and node.op == "of" and _counts(node)]
    further = max([1, *map(_whole, shares)])
    named = [node.value for node in nodes if isinstance(node, Constant) and isinstance(node.value, date)]
    reach = sum(_moved(node) for node in nodes)
    first = min([policy.effective, *named]).toordinal() - BEFORE - reach
    last = max([policy.effective, policy.executed, *named]).toordinal() + AFTER + reach
    return Bounds(
        first=date.fromordinal(max(first, date.min.toordinal())),
        last=date.fromordinal(min(last, date.max.toordinal())),
        lines=min(lines, MOST),
        others=min(further, POOL),
        is_short=lines > MOST or further > POOL,
    )


def _nodes(tree: Typed) -> Iterator[Typed]:
    yield tree
    for part in parts(tree):
        yield from _nodes(part)


def _counts(tree: Typed) -> bool:
    return any(isinstance(node, Fold) and node.body is None for node in _nodes(tree))


def _whole(share: Apply) -> int:
    """Return of how many a share is one: of 5 % twenty."""
    (percent, _) = share.arguments
    value = percent.value if isinstance(percent, Constant) else None
    return next((n for n in range(1, POOL + 2) if n * value >= 1), POOL + 1) if isinstance(value, Decimal) else 1


def _moved(tree: Typed) -> int:
    """Return by how many days a function may move a day, or how far a span of days that is named reaches."""
    if isinstance(tree, Apply) and any(isinstance(p, Apply) and p.op == "days_between" for p in tree.arguments):
        return sum(abs(number) for number in _numbers(tree))
    if isinstance(tree, Apply) and tree.op in MOVING:
        found = [one.value for one in tree.arguments if isinstance(one, Constant)]
        return sum(abs(value) * MOVING[tree.op] for value in found if isinstance(value, int))
    return 0


def _numbers(tree: Typed) -> list[int]:
    """Return the whole numbers of an expression that stand in no function of days."""
    if isinstance(tree, Constant):
        return [tree.value] if isinstance(tree.value, int) and not isinstance(tree.value, bool) else []
    if isinstance(tree, Apply) and tree.op in MOVING:
        return []
    return [number for part in parts(tree) for number in _numbers(part)]


def section_of(rule: Rule) -> str:
    """Return the section that a rule belongs to, `always` where it is of every one."""
    return rule.rule.split("/", 1)[0]


def sections(policy: Policy, changed: Iterable[Rule]) -> list[str]:
    """Return the sections under which any of some rules is judged."""
    own = {section_of(rule) for rule in changed}
    return [section for section in policy.permissions if "always" in own or section in own]
