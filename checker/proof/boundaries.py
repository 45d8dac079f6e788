"""`checker boundaries`: for each limit of a policy the batches just inside, at and just outside it, with decisions.

A limit is a comparison of two amounts, counts or days that decides a condition, or the deadline of an obligation. The
batches are found from the expressions themselves; everything that is shown of them comes from judging them.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from checker.lang.evaluate import Program
from checker.lang.exact import Worth
from checker.lang.explain import limbs, tests
from checker.lang.named import NamedTuple
from checker.lang.record import replaced
from checker.lang.signatures import ORDERED
from checker.lang.syntax import Type
from checker.lang.typed import COMPARISONS, Apply, Constant, Term, Typed
from checker.model import Agreement, Condition, Decision, Each, Judgement, Obligation, Policy, Run, Status
from checker.proof.reach import bounds, trees
from checker.proof.survivors import all_met, run_values
from checker.proof.symbolic import Formula, every, some
from checker.proof.world import Found, Nothing, Open, World
from checker.rules import Rule

UNIT: dict[Type, Decimal | int] = {
    Type.MONEY: Decimal("0.01"),
    Type.NUMBER: Decimal("0.0001"),
    Type.COUNT: 1,
    Type.DATE: 1,
}
SIDES = (0, -1, 1)

Progress = Callable[[int, int], None]


class Beside(NamedTuple):
    """One batch beside a limit: by how much, in units, its left side is over the right, and what came of it.

    It is inside where it `holds`: where the rule, under the reading that the limit is of, is kept.
    """

    units: int
    holds: bool
    left: Worth
    right: Worth
    status: Status
    readings: Mapping[str, Status]
    decision: Decision
    values: dict[str, Any]
    run: Run

    @property
    def side(self) -> str:
        """Return where the batch stands."""
        return "at" if self.units == 0 else "just inside" if self.holds else "just outside"


class Limits(NamedTuple):
    """The limits of one version."""

    policy: Policy
    limits: tuple["Limit", ...]


class Limit(NamedTuple):
    """One limit of a rule, under a reading where there are several, and the batches beside it, from below to above.

    `missing` says of the sides without a batch why there is none.
    """

    rule: str
    reading: str
    text: str
    type: Type
    beside: tuple[Beside, ...]
    missing: tuple[str, ...]


class Asked(NamedTuple):
    """A limit to look at: its two sides, what they are judged on, and what else must hold so that it decides."""

    rule: Rule
    reading: str
    text: str
    left: Typed
    right: Typed
    each: Each
    alone: Callable[[World], Formula]


def boundaries(agreement: Agreement, policy: Policy, progress: Progress) -> Limits:
    """Return every limit of a version, in the order of its rules."""
    asked = [(section, one) for section in policy.permissions for one in _asked(policy, section)]
    worlds = {
        section: World(agreement, policy, section, bounds(policy, trees(policy, section)), trees(policy, section))
        for section in policy.permissions
    }
    found = []
    for done, (section, one) in enumerate(asked, 1):
        found.append(_limit(agreement, worlds[section], one))
        progress(done, len(asked))
    return Limits(policy=policy, limits=tuple(found))


def _asked(policy: Policy, section: str) -> Iterator[Asked]:
    """Yield the limits of a section; those of every section are looked at under the first."""
    if section == next(iter(policy.permissions)):
        for condition in policy.always:
            yield from _of_condition(condition)
    for condition in policy.permissions[section].conditions:
        yield from _of_condition(condition)
    for obligation in policy.permissions[section].obligations:
        if obligation.done_on and obligation.deadline:
            yield _of_obligation(obligation, obligation.done_on, obligation.deadline)


def _of_condition(condition: Condition) -> Iterator[Asked]:
    for reading in condition.readings:
        program = reading.program
        for limb in {program.text(node): node for node in limbs(program.tree)}.values():
            if isinstance(limb, Apply) and limb.op in COMPARISONS - {"!="} and limb.arguments[0].type in ORDERED:
                yield Asked(
                    rule=condition,
                    reading=reading.name,
                    text=program.text(limb),
                    left=limb.arguments[0],
                    right=limb.arguments[1],
                    each=condition.each,
                    alone=_alone(program, limb, condition.each),
                )


def _alone(program: Program, limb: Typed, each: Each) -> Callable[[World], Formula]:
    """Return when a limb alone decides: the whole is true with it true and false with it false, or the other way."""
    with_it, without = (_with(program, program.tree, program.text(limb), value) for value in (True, False))

    def alone(world: World) -> Formula:
        one, other = world.holds(with_it, each), world.holds(without, each)
        return some(every(one.true, other.false), every(one.false, other.true))

    return alone


def _with(program: Program, node: Typed, text: str, value: bool) -> Typed:  # noqa: FBT001 (the value itself)
    """Return a tree with its limb of this text replaced by true or false."""
    if program.text(node) == text:
        return Constant(type=Type.FLAG, value=value, source=node.source)
    if isinstance(node, Term) and node.type is Type.FLAG:
        return replaced(node, body=_with(program, node.body, text, value))
    if isinstance(node, Apply) and node.op in ("and", "or", "not"):
        return replaced(node, arguments=tuple(_with(program, part, text, value) for part in node.arguments))
    return node


def _of_obligation(owed: Obligation, done: Program, deadline: Program) -> Asked:
    def required(world: World) -> Formula:
        return world.holds(owed.required, Each.BATCH).true if owed.required else every()

    text = f"{done.tree.source} <= {deadline.tree.source}"
    return Asked(rule=owed, reading="", text=text, left=done.tree, right=deadline.tree, each=Each.BATCH, alone=required)


def _limit(agreement: Agreement, world: World, asked: Asked) -> Limit:
    found: dict[int, Beside] = {}
    missing = []
    unit = UNIT[asked.left.type]
    like: Mapping[str, Any] | None = None
    for units in SIDES:
        wanted = every(world.apart(asked.left, asked.right, units * unit, asked.each), asked.alone(world))
        clean = world.clean(but={asked.rule.rule})
        met = all_met(world, world.policy, world.section, {asked.rule.rule})
        answer = world.find(wanted, clean, met, like=like)
        answer = world.find(wanted, clean, like=like) if isinstance(answer, Nothing) else answer
        answer = world.find(wanted, like=like) if isinstance(answer, Nothing) else answer
        if isinstance(answer, Found):
            like = like or answer.values
            found[units] = _beside(agreement, asked, units, answer.values)
        else:
            missing.append(_why_none(units, asked.left.type, answer))
    sides = tuple(found[units] for units in sorted(found))
    name = asked.rule.rule
    return Limit(
        rule=name, reading=asked.reading, text=asked.text, type=asked.left.type, beside=sides, missing=tuple(missing)
    )


def _why_none(units: int, kind: Type, answer: Nothing | Open) -> str:
    by = UNIT[kind]
    where = "at it" if units == 0 else f"{by} {'above' if units > 0 else 'below'} it"
    what = "no batch was found" if isinstance(answer, Open) else "no batch on which it decides stands"
    return f"{what} {where}: {answer.reason}"


def _beside(agreement: Agreement, asked: Asked, units: int, values: dict[str, Any]) -> Beside:
    """Judge a batch that was found; what it shows comes from the judgement."""
    looked_at = _done(asked, values, agreement) if isinstance(asked.rule, Obligation) else None
    dated = {**values, "as_of": looked_at} if looked_at and looked_at > values["date"] else values
    run = run_values(dated, agreement)
    (verdict,) = run.verdicts
    judgement = next(one for one in verdict.judged.judgements if one.rule == asked.rule.rule)
    left, right, holds = _sides(asked, judgement)
    return Beside(
        units=units,
        holds=holds,
        left=left,
        right=right,
        status=judgement.status,
        readings=judgement.readings,
        decision=run.decision,
        values=dated,
        run=run,
    )


def _done(asked: Asked, values: dict[str, Any], agreement: Agreement) -> date | None:
    """Return the day on which an obligation is done, whenever that is."""
    run = run_values({**values, "as_of": date.max}, agreement)
    judgements = [one for verdict in run.verdicts for one in verdict.judged.judgements]
    return next(one.done for one in judgements if one.rule == asked.rule.rule)


def _sides(asked: Asked, judgement: Judgement) -> tuple[Worth, Worth, bool]:
    """Return what the two sides are worth, and whether the rule is kept, as the evaluator has it."""
    assert judgement.frame is not None
    if isinstance(judgement.by, Condition):
        reading = next(one for one in judgement.by.readings if one.name == asked.reading)
        test = next(one for one in tests(reading.program, judgement.frame) if one.text == asked.text)
        return test.left, test.right, reading.program(judgement.frame) is True
    assert judgement.done is not None
    assert judgement.deadline is not None
    return judgement.done, judgement.deadline, judgement.done <= judgement.deadline
