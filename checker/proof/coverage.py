"""What the cases see of each limb: whether it was true, false and unknown, and whether it alone decided a case.

A limb is a test of a condition, of one of its readings, or of what an obligation must be `with`: a comparison, `in`,
`given` or a flag. It decides alone where the whole is true with the limb true and false with it false, or the other way
round, all other limbs being as the case has them (masking modified condition/decision coverage). A comparison in a
`where` chooses rows, and is none.
"""

from collections.abc import Iterable, Iterator

from checker.faults import Place
from checker.lang.evaluate import Frame, Program
from checker.lang.explain import limbs
from checker.lang.named import NamedTuple
from checker.lang.typed import Apply, Fold, Term, Typed, facts_of, parts
from checker.model import Condition, Judgement, Policy, Run
from checker.proof.versions import Places, Version
from checker.rules import programs, rules

# What a batch always states, so that a limb of nothing else is never unknown.
STATED = {"batch.batch", "batch.agreement", "batch.date", "tape.as_of", "loan.loan_id"}
STATED |= {"disposition.loan", "disposition.under"}
MARKS = ("true", "false", "unknown", "alone")


class Limb(NamedTuple):
    """One limb, and the marks of MARKS that are wanted of it and that the cases do not give it."""

    rule: str
    reading: str
    text: str
    at: Place
    lacks: tuple[str, ...]


class Coverage(NamedTuple):
    """The limbs of one version. `percent` is the share of those that lack nothing, rounded down."""

    policy: str
    limbs: tuple[Limb, ...]

    @property
    def percent(self) -> int:
        """Return the share of covered limbs; of none it is all."""
        covered = sum(not limb.lacks for limb in self.limbs)
        return 100 * covered // len(self.limbs) if self.limbs else 100


def coverage(version: Version, runs: Iterable[Run]) -> Coverage:
    """Return what runs of the cases see of a version's limbs."""
    seen: dict[tuple[str, str, str], set[str]] = {}
    for judgement in _judgements(version.policy, runs):
        assert judgement.by is not None
        assert judgement.frame is not None
        for reading, program in _tested(judgement.by):
            for node in limbs(program.tree):
                key = judgement.rule, reading, program.text(node)
                seen.setdefault(key, set()).update(marks(program, node, judgement.frame))
    places = Places(version)
    return Coverage(policy=version.policy.name, limbs=tuple(_limbs(version.policy, places, seen)))


def _judgements(policy: Policy, runs: Iterable[Run]) -> Iterator[Judgement]:
    for verdict in (verdict for run in runs for verdict in run.verdicts):
        if verdict.judged.policy is policy:
            yield from (judgement for judgement in verdict.judged.judgements if judgement.by is not None)


def _tested(rule: object) -> Iterator[tuple[str, Program]]:
    """Yield the expressions of a rule that are true or false."""
    for name, program in programs(rule).items():  # type: ignore[arg-type] # a rule
        if isinstance(rule, Condition) or name == "with":
            yield name, program


def _limbs(policy: Policy, places: Places, seen: dict[tuple[str, str, str], set[str]]) -> Iterator[Limb]:
    for rule in rules(policy):
        for reading, program in _tested(rule):
            for text, node in {program.text(node): node for node in limbs(program.tree)}.items():
                found = seen.get((rule.rule, reading, text), set())
                lacks = tuple(mark for mark in wanted(node) if mark not in found)
                yield Limb(rule=rule.rule, reading=reading, text=text, at=places.of(node.source), lacks=lacks)


def marks(program: Program, limb: Typed, frame: Frame) -> set[str]:
    """Return what one judgement shows of a limb."""
    worth = program.worth(limb, frame)
    name = {True: "true", False: "false", None: "unknown"}[worth]  # type: ignore[index] # a flag by type
    either = {forced(program, program.tree, frame, program.text(limb), value) for value in (True, False)}
    return {name, "alone"} if either == {True, False} else {name}


def forced(program: Program, node: Typed, frame: Frame, limb: str, value: bool) -> bool | None:  # noqa: FBT001 (the worth itself)
    """Return what a node would be worth if its limb of this text were worth `value`."""
    if program.text(node) == limb:
        return value
    if isinstance(node, Term):
        return forced(program, node.body, frame, limb, value)
    if isinstance(node, Apply) and node.op in ("and", "or", "not"):
        inner = [forced(program, part, frame, limb, value) for part in node.arguments]
        if node.op == "not":
            return None if inner[0] is None else not inner[0]
        decisive = node.op == "or"
        return decisive if decisive in inner else None if None in inner else not decisive
    return program.worth(node, frame)  # type: ignore[return-value] # a flag by type


def wanted(node: Typed) -> tuple[str, ...]:
    """Return the marks that a limb can have: `given` is never false, and what a batch always states never unknown."""
    never = {"false"} if isinstance(node, Apply) and node.op == "given" else set()
    never |= {"unknown"} if facts_of(node) <= STATED and not _counts_pool(node) else set()
    return tuple(mark for mark in MARKS if mark not in never)


def _counts_pool(node: Typed) -> bool:
    return (isinstance(node, Fold) and node.rows == "pool") or any(map(_counts_pool, parts(node)))
