"""What is seen in a tape: its rows, its pool, what is unknown of it, and how its loans fare under each reading."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from checker.judged import STATUS
from checker.lang.evaluate import Frame
from checker.lang.exact import AtLeast, Worth, add_all
from checker.lang.named import NamedTuple
from checker.lang.typed import Fold, Typed, facts_of, parts
from checker.model import Agreement, Condition, Policy, Status, Tape
from checker.rules import rules

ID, BALANCE, IN_POOL = "loan.loan_id", "loan.stated_principal_balance", "loan.in_pool"
ONLY = "only"  # the name of the reading of a condition that has no readings
STATUSES = (Status.PASS, Status.FAIL, Status.UNKNOWN)


class Asked(NamedTuple):
    """One condition that reads only the loan, the tape and the date: the loans of each status, by reading."""

    condition: Condition
    found: Mapping[str, Mapping[Status, tuple[str, ...]]]


class Sight(NamedTuple):
    """What is seen in a tape. `suggested` is by what its layout was chosen, "" where it was named or is canonical.

    Where the loans were asked for (`is_judged`), `policy` is the version in force, None where none is.
    """

    checker: str
    tape: Tape
    agreement: Agreement
    suggested: str
    is_judged: bool
    policy: Policy | None
    conditions: tuple[Asked, ...]

    @property
    def skipped(self) -> Mapping[str, int]:
        """Return how many rows gave no loan, by what they are."""
        counted = {**self.tape.skipped, "empty rows": self.tape.empty}
        return {what: rows for what, rows in counted.items() if rows}

    @property
    def rows(self) -> int:
        """Return how many rows were read, those that gave no loan among them."""
        return len(self.tape.loans) + sum(self.skipped.values())

    @property
    def balance(self) -> Worth:
        """Return the balance of the pool, of which a bound is known where one of a loan is not."""
        pool = self.tape.pool
        balances = [balance for row in pool.rows if isinstance(balance := row.get(BALANCE), Decimal)]
        total = add_all(balances)
        return AtLeast(total) if pool.maybe or len(balances) < len(pool.rows) else total

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return of how many loans that are or may be in the pool each fact is unknown."""
        rows = [*self.tape.pool.rows, *self.tape.pool.maybe]
        names = [name for name, fact in self.agreement.facts.items() if fact.group == "loan" and name != ID]
        return {name: sum(row.get(name) is None for row in rows) for name in names}

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Return what the figures rest on and no input shows."""
        own = [text for one in self.conditions for text in _assumed(one.condition)]
        return tuple(dict.fromkeys([*self.tape.assumes, *own]))

    @property
    def loans(self) -> tuple[str, ...]:
        """Return the loans in the pool, in the order of their numbers."""
        return tuple(sorted(str(row[ID]) for row in self.tape.pool.rows))


def asked(policy: Policy, tape: Tape) -> tuple[Asked, ...]:
    """Return how the loans in the pool fare under each condition that reads only them, the tape and its date."""
    conditions = [rule for rule in rules(policy) if isinstance(rule, Condition) and _is_of_the_loan(rule)]
    shared = {"tape.as_of": tape.as_of, "batch.date": tape.as_of}
    frames = {str(row[ID]): Frame(row={**row, **shared}, sets={"pool": tape.pool}) for row in tape.pool.rows}
    return tuple(Asked(condition=condition, found=_found(condition, frames)) for condition in conditions)


def _found(condition: Condition, frames: Mapping[str, Frame]) -> Mapping[str, Mapping[Status, tuple[str, ...]]]:
    found = {}
    for reading in condition.readings:
        statuses = {loan: STATUS[reading.program(frames[loan])] for loan in sorted(frames)}
        by = {status: tuple(loan for loan, own in statuses.items() if own is status) for status in STATUSES}
        found[reading.name or ONLY] = by
    return found


def _is_of_the_loan(condition: Condition) -> bool:
    """Tell whether every reading reads facts of the loan, the tape and the date only, and no other lines."""
    trees = [reading.program.tree for reading in condition.readings]
    read = frozenset[str]().union(*map(facts_of, trees))
    is_own = all(name.partition(".")[0] in ("loan", "tape") or name == "batch.date" for name in read)
    return is_own and not any(_reads_exercise(tree) for tree in trees)


def _reads_exercise(tree: Typed) -> bool:
    return (isinstance(tree, Fold) and tree.rows == "exercise") or any(map(_reads_exercise, parts(tree)))


def _assumed(condition: Condition) -> Iterable[str]:
    yield from condition.assumes
    yield from (reading.assumes for reading in condition.readings if reading.assumes)
