"""What makes no sense in a policy and takes a proof to see: never met, never failing, implied, never differing.

Each is asked of every small batch at once. What the solver finds no end to is said to be open, and is a doubt itself.
"""

from collections.abc import Iterator
from itertools import combinations

from checker.faults import Fault, Place
from checker.model import Agreement, Condition
from checker.proof.reach import bounds, section_of, trees
from checker.proof.sense import path_of
from checker.proof.symbolic import Formula, every, negated, some
from checker.proof.versions import Path_, Version, Versions, place_at
from checker.proof.world import Found, Open, World

DROP = "drop it, or mend it"


def doubts(versions: Versions) -> Iterator[Fault]:
    """Yield every doubt about the versions of an agreement, version by version and rule by rule."""
    for version in versions.each:
        yield from _Doubts(versions.agreement, version).found()


class _Doubts:
    def __init__(self, agreement: Agreement, version: Version) -> None:
        self.version = version
        self.policy = version.policy
        self.doubtful: set[str] = set()
        self.worlds = {
            section: World(agreement, self.policy, section, bounds(self.policy, asked), asked)
            for section in self.policy.permissions
            for asked in [trees(self.policy, section)]
        }

    def found(self) -> Iterator[Fault]:
        """Yield the doubts of one version."""
        conditions = [*self.policy.always]
        for permission in self.policy.permissions.values():
            conditions += permission.conditions
        for condition in conditions:
            found = list(self.extremes(condition))
            self.doubtful |= {condition.rule} if found else set()
            yield from found
        yield from self.readings(conditions)
        for section in self.policy.permissions:
            yield from self.implied(section)

    def world(self, condition: Condition) -> World:
        """Return the batches on which a condition is judged: those of its section, of the first for one of all."""
        return self.worlds.get(section_of(condition)) or next(iter(self.worlds.values()))

    def extremes(self, condition: Condition) -> Iterator[Fault]:
        """A reading can be met; and under one of the readings at least, the condition can fail."""
        world = self.world(condition)
        truths = {reading.name: world.holds(reading.program, condition.each) for reading in condition.readings}
        for name, truth in truths.items():
            path = self.path(condition, name)
            yield from self.doubt(world, "L201", f"`{_named(condition, name)}` can never be met", path, truth.true)
        can_fail = some(*(truth.false for truth in truths.values()))
        yield from self.doubt(world, "L202", f"`{condition.rule}` can never fail", path_of(condition), can_fail)

    def readings(self, conditions: list[Condition]) -> Iterator[Fault]:
        """Two readings differ about some batch; those of a term do so in one of the conditions that use it."""
        by_source: dict[str, list[Condition]] = {}
        for condition in conditions:
            by_source.setdefault(condition.splits or condition.rule, []).append(condition)
        for own in by_source.values():
            for one, other in combinations([reading.name for reading in own[0].readings], 2):
                yield from self.pair(own, one, other)

    def pair(self, conditions: list[Condition], one: str, other: str) -> Iterator[Fault]:
        """Yield a doubt where two readings differ in none of some conditions."""
        first = conditions[0]
        name = f"the term `{first.splits}`" if first.splits else f"`{first.rule}`"
        message = f"the readings `{one}` and `{other}` of {name} never differ"
        found = []
        for each in conditions:
            world, path = self.world(each), self.path(first, other)
            found.append(list(self.doubt(world, "L204", message, path, _differ(world, each, one, other))))
        if all(found):
            yield next((doubt for (doubt,) in found if doubt.code == "L200"), found[0][0])

    def implied(self, section: str) -> Iterator[Fault]:
        """No condition of a section passes whenever another one does; one in doubt by itself would imply anything."""
        world = self.worlds[section]
        own = [each for each in self.policy.permissions[section].conditions if each.rule not in self.doubtful]
        for condition in own:
            for other in (*self.policy.always, *own):
                if other is not condition and other.rule not in self.doubtful:
                    message = f"`{condition.rule}` is implied by `{other.rule}`"
                    wanted = every(world.passes(other), negated(world.passes(condition)))
                    yield from self.doubt(world, "L203", message, path_of(condition), wanted)

    def doubt(self, world: World, code: str, message: str, path: Path_, wanted: Formula) -> Iterator[Fault]:
        """Yield the doubt where no batch is as wanted, or where that is not known."""
        answer = world.find(wanted)
        if isinstance(answer, Open):
            yield Fault(code="L200", message=f"it is open whether {message}: {answer.reason}", place=self.place(path))
        elif not isinstance(answer, Found):
            yield Fault(code=code, message=f"{message}: {answer.reason}", place=self.place(path), help=DROP)

    def path(self, condition: Condition, reading: str) -> Path_:
        """Return where a reading stands: under its condition, or under the term that gives it."""
        if not reading:
            return path_of(condition)
        return (*(("terms", condition.splits) if condition.splits else path_of(condition)), "readings", reading)

    def place(self, path: Path_) -> Place:
        """Return a place in the version's file."""
        return place_at(self.version.document, path)


def _differ(world: World, condition: Condition, one: str, other: str) -> Formula:
    truths = {reading.name: world.holds(reading.program, condition.each) for reading in condition.readings}
    return some(truths[one].true != truths[other].true, truths[one].false != truths[other].false)


def _named(condition: Condition, reading: str) -> str:
    return f"{condition.rule} ({reading})" if reading else condition.rule
