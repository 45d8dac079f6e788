"""Every small batch under one section of one version at once; of them one as wanted, or a proof that there is none."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import z3

from checker.lang.evaluate import Program
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type
from checker.lang.typed import Typed, facts_of
from checker.model import Agreement, Condition, Each, Policy
from checker.proof.cases import NAME as NAME_OF_CASE
from checker.proof.search import Search, names_of
from checker.proof.symbolic import (
    FALSE,
    TRUE,
    Amount,
    Formula,
    Member,
    Setting,
    Symbol,
    Truth,
    Unsupported,
    aligned,
    amount_of,
    encode,
    every,
    negated,
    some,
    whole,
)
from checker.proof.variables import DATE, IN_POOL, NAME, ROLE, Texts, Variable, limits, variable
from checker.proof.witness import Space, witness

AS_OF = "tape.as_of"
HOLDERS = {"loan": "loan", "disposition": "line"}
NUMBERS = frozenset({"loan.loan_id", "disposition.loan"})
FIXED = NUMBERS | {"disposition.under", "batch.agreement", "batch.batch"}
BUYER, LOAN = "builtin/buyer-is-who-it-says", "builtin/loan-in-pool"
USUAL_DAYS = timedelta(days=90)  # from a version's effect to the end of the month in which a witness is usually dated


class Bounds(NamedTuple):
    """How far a world reaches: the days that a date may be, the most lines, the most further loans of the pool.

    It `is_short` where the expressions tell more lines or loans apart: then it finds, and proves nothing.
    """

    first: date
    last: date
    lines: int = 6
    others: int = 1
    is_short: bool = False


class Found(NamedTuple):
    """A batch as wanted, in the form of a case: nested keys and values; what is unknown is left out.

    Only `in_pool` is left out where it is true, and None where it is unknown.
    """

    values: dict[str, Any]


class Nothing(NamedTuple):
    """There is no such batch; the reason says among which."""

    reason: str


class Open(NamedTuple):
    """It is not known whether there is such a batch; the reason says why."""

    reason: str


class World:
    """Every batch of one to some lines under a section of a version, all on one date, with the pool on its tape.

    The loans of the lines are all different and on the tape; a line attests no facts of its loan.
    """

    def __init__(
        self, agreement: Agreement, policy: Policy, section: str, bounds: Bounds, trees: Iterable[Typed] = ()
    ) -> None:
        """Make the variables. `trees` are others that will be asked about: their texts must be known now."""
        permission = policy.permissions[section]
        self.agreement, self.policy, self.section, self.bounds = agreement, policy, section, bounds
        self.conditions = (*policy.always, *permission.conditions)
        asked = [reading.program.tree for each in self.conditions for reading in each.readings]
        owed = [p for each in permission.obligations for p in (each.deadline, each.done_on, each.required)]
        extra = tuple(trees)
        self.texts = Texts(
            policy,
            agreement.facts.values(),
            (*asked, *(program.tree for program in owed if program), *extra),
            *(agreement.name, section, NAME_OF_CASE, *map(str, range(1, bounds.lines + bounds.others + 1))),
        )
        self.read = {DATE, AS_OF, IN_POOL}.union(*map(facts_of, (*asked, *extra)))
        self.read |= {NAME, ROLE} if policy.parties else set()
        self.days = in_force(agreement, policy, bounds)
        self.variables = self._variables()
        self.present = [TRUE, *(z3.Bool(f"line {n} is there") for n in range(2, bounds.lines + 1))]
        self.further = [z3.Bool(f"further loan {n} is there") for n in range(1, bounds.others + 1)]
        self.settings = self._settings()
        self.unsupported: dict[str, str] = {}
        self._encoded: dict[tuple[Typed, Each, int], Symbol] = {}

    def holds(self, asked: Program | Typed, each: Each, line: int = 1) -> Truth:
        """Return when a flag is true and when it is false, of a line (the first is always there), exercise or batch."""
        found = self._worth(asked, each, line)
        if not isinstance(found, Truth):
            raise TypeError("only a flag holds or does not")
        return found

    def value(self, asked: Program | Typed, each: Each, line: int = 1) -> Amount:
        """Return what a value that is no flag is worth, of a line (the first is always there), exercise or batch."""
        found = self._worth(asked, each, line)
        if not isinstance(found, Amount):
            raise TypeError("a flag has no amount")
        return found

    def apart(self, left: Typed, right: Typed, by: Decimal | int, each: Each) -> Formula:
        """Return when two amounts, counts or days are known and the left one is greater by just so much."""
        a, b = self.value(left, each), self.value(right, each)
        number, places = whole(by)
        (x, y, unit), _ = aligned(a, b, Amount(TRUE, FALSE, z3.IntVal(number), places))
        return every(a.known, b.known, x - y == unit)

    def passes(self, condition: Condition) -> Formula:
        """Return when a condition is judged `pass`, on every line where it is judged on lines."""
        adopted = condition.adopted.reading if condition.adopted else None
        readings = [reading for reading in condition.readings if adopted in (None, reading.name)]
        lines = range(1, self.bounds.lines + 1) if condition.each is Each.DISPOSITION else [1]
        return every(
            *(
                some(negated(self.present[line - 1]), self.holds(reading.program, condition.each, line).true)
                for reading in readings
                for line in lines
            )
        )

    def clean(self, but: Collection[str] = ()) -> Formula:
        """Return when everything that bears on the lines passes, but for these rules."""
        own = [self.passes(condition) for condition in self.conditions if condition.rule not in but]
        for line, present in enumerate(self.present, 1):
            row = self.settings[Each.DISPOSITION, line].row
            built_in = {LOAN: row[IN_POOL].true, BUYER: self._buyer(row)}  # type: ignore[union-attr] # a flag by type
            own += [some(negated(present), passes) for rule, passes in built_in.items() if rule not in but]
        return every(*own)

    def find(self, *wanted: Formula, like: Mapping[str, Any] | None = None) -> Found | Nothing | Open:
        """Return a batch as wanted that is plain to read, or as like another as can be; or that there is none."""
        if self.days[0] > self.days[1]:
            return Open(f"{self.policy.name} is in force on no day of these")
        search = Search([*self._rules(), *wanted])
        answer = search.answer()
        if answer is False:
            finer = self._finer()
            return Open(finer) if finer else Nothing(self._reach())
        if answer is None:
            return Open("the solver did not come to an end within its limit")
        names = names_of(wanted) if self.unsupported else set()
        for name, reason in self.unsupported.items():
            if name in names:
                return Open(reason)
        space = Space(
            variables=self.variables,
            present=self.present,
            further=self.further,
            texts=self.texts,
            read=frozenset(self.read),
            section=self.section,
            day=self._usual_day(),
        )
        return Found(self._signed(witness(search, space, like or {})))

    def _signed(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return a batch, looked at when the version was signed, where that was later."""
        return values if values["date"] >= self.policy.executed else {**values, "as_of": self.policy.executed}

    def _variables(self) -> dict[tuple[str, int], dict[str, Variable]]:
        window = self.bounds.first.toordinal(), self.bounds.last.toordinal()
        lines, loans = self.bounds.lines, self.bounds.lines + self.bounds.others
        numbers = {"batch": [0], "line": range(1, lines + 1), "loan": range(1, loans + 1)}
        return {
            (holder, number): {
                name: variable(fact, holder, number, self.days if name == DATE else window)
                for name, fact in self.agreement.facts.items()
                if HOLDERS.get(fact.group, "batch") == holder and name not in FIXED
            }
            for holder, each in numbers.items()
            for number in each
        }

    def _settings(self) -> dict[tuple[Each, int], Setting]:
        codes = self.texts.codes

        def row(holder: str, number: int, **fixed: str) -> dict[str, Symbol]:
            found = {name: each.symbol for name, each in self.variables[holder, number].items()}
            return found | {name: amount_of(text, codes) for name, text in fixed.items()}

        shared = row("batch", 0, **{"batch.agreement": self.agreement.name, "batch.batch": NAME_OF_CASE})
        loans = [row("loan", n + 1) for n in range(self.bounds.lines + self.bounds.others)]
        under = {"disposition.under": self.section}
        lines = [{**loans[n], **row("line", n + 1, **under), **shared} for n in range(self.bounds.lines)]
        pool = [_member(loan, there) for loan, there in zip(loans, [*self.present, *self.further], strict=True)]
        exercise = [Member(line, there, FALSE) for line, there in zip(lines, self.present, strict=True)]
        sets = {"pool": pool, "exercise": exercise}
        everywhere = {name: shared[name] for name in (DATE, "batch.agreement", AS_OF)}
        of_lines = {(Each.DISPOSITION, n): Setting(line, sets, codes) for n, line in enumerate(lines, 1)}
        return of_lines | {
            (Each.EXERCISE, 1): Setting(everywhere, sets, codes),
            (Each.BATCH, 1): Setting(shared, sets, codes),
        }

    def _worth(self, asked: Program | Typed, each: Each, line: int) -> Symbol:
        tree = asked.tree if isinstance(asked, Program) else asked
        if (tree, each, line) not in self._encoded:
            self._encoded[tree, each, line] = self._encode(tree, each, line)
        return self._encoded[tree, each, line]

    def _encode(self, tree: Typed, each: Each, line: int) -> Symbol:
        """Return what a tree is worth; what is not supported may be anything, so that a proof still holds."""
        read = facts_of(tree)
        self.read |= read
        try:
            if read & NUMBERS:
                raise Unsupported(f"it matters which loan it is in {tree.source}")  # noqa: TRY301 (as from within)
            found: Symbol = encode(tree, self.settings[each, line])
        except Unsupported as reason:
            name = f"unsupported {len(self.unsupported) + 1}"
            known = z3.Bool(name)
            self.unsupported[name] = f"this is not supported: {reason}"
            if tree.type is not Type.FLAG:
                return Amount(known, FALSE, z3.Int(f"{name}, value"))
            value = z3.Bool(f"{name}, value")
            return Truth(every(known, value), every(known, negated(value)))
        return found

    def _buyer(self, row: Mapping[str, Any]) -> Formula:
        name, role = row[NAME], row[ROLE]
        return every(name.known, self.texts.party(name.value, role)) if self.policy.parties else TRUE

    def _rules(self) -> Iterable[Formula]:
        """Yield what holds of every batch: each fact within its bounds, and the first lines and loans there first."""
        for each in self.variables.values():
            yield from (limits(found, self.texts) for name, found in each.items() if name in self.read)
        for there in (self.present, self.further):
            yield from (some(before, negated(after)) for before, after in pairwise(there))

    def _finer(self) -> str:
        """Return what stands beyond this world, so that nothing is proved by it; "" where nothing does."""
        if self.bounds.is_short:
            most = f"{self.bounds.lines} lines or {self.bounds.others} further loans"
            return f"more than {most} matter, and no more are tried"
        return self.texts.finer

    def _usual_day(self) -> int:
        """Return the end of a month some time after the version took effect, or a day near it."""
        month = (self.policy.effective + USUAL_DAYS).replace(day=28) + timedelta(days=4)
        return min(max((month - timedelta(days=month.day)).toordinal(), self.days[0]), self.days[1])

    def _reach(self) -> str:
        lines, others = self.bounds.lines, self.bounds.others
        days = f"dates from {self.bounds.first} to {self.bounds.last}"
        loans = f"{others or 'no'} further loan{'' if others == 1 else 's'} on the tape"
        return (
            f"proved for all batches of up to {lines} line{'' if lines == 1 else 's'} and {loans}, {days}, "
            "each listed once and with no fact attested, amounts in whole cents"
        )


def in_force(agreement: Agreement, policy: Policy, bounds: Bounds) -> tuple[int, int]:
    """Return the first and the last day of those on which the version is in force, once every version is signed."""
    starts = max(policy.effective, bounds.first)
    later = [each.effective for each in agreement.versions if each.effective > policy.effective]
    ends = min([bounds.last, *(day - timedelta(days=1) for day in later)])
    return starts.toordinal(), ends.toordinal()


def _member(loan: Mapping[str, Any], there: Formula) -> Member:
    in_pool: Truth = loan[IN_POOL]
    return Member(loan, every(there, in_pool.true), every(there, negated(in_pool.true), negated(in_pool.false)))
