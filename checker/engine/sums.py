"""The sums over rows that policies ask for: which there are, and the columns that an engine keeps them in."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from checker.faults import Fault, InputError
from checker.lang.evaluate import Program, RowSet, total_key
from checker.lang.exact import AtLeast, Worth
from checker.lang.sql import Columns, Compiler, Dialect, Sql, TooWideError, Total
from checker.lang.syntax import Type
from checker.lang.typed import Fold, Typed, facts_of, is_nonnegative, outer_facts_of, parts
from checker.model import Condition, Obligation, Policy
from checker.rules import programs, rules

# The facts of a subject that a sum over rows may read here: those that every subject of a pool and a date shares.
SHARED = frozenset({"batch.date", "batch.agreement", "tape.as_of"})
HELP = "judge it with `--engine python`, from CSV files: it has no such limit"


class Sum(NamedTuple):
    """A sum or a count over a set, and the name from which the columns are named that hold it."""

    fold: Fold
    column: str
    total: Total

    def aggregates(self) -> dict[str, str]:
        """Return the columns to aggregate: what is known, how many rows leave it open, which fact how many lack."""
        own = {"known": self.total.known, "open": self.total.open, "maybe": self.total.maybe}
        lacks = {f"lacks_{n}": text for n, text in enumerate(self.total.lacking.values())}
        return {f"{self.column}_{name}": text for name, text in {**own, **lacks}.items()}

    def value(self) -> str:
        """Return what it is worth, NULL where that is open, from those columns."""
        return f"CASE WHEN {self.column}_open + {self.column}_maybe = 0 THEN {self.column}_known END AS {self.column}"

    def sql(self) -> Sql:
        """Return how an expression reads it: where no addend is below zero, what is known of it is the least."""
        bounded = self.fold.body is None or is_nonnegative(self.fold.body)
        return Sql(self.column, f"{self.column}_known" if bounded else self.column, self.total.width)


class Sums(NamedTuple):
    """The sums over pools and over exercises, by the key under which the evaluator keeps them."""

    pool: Mapping[str, Sum]
    exercise: Mapping[str, Sum]

    def of(self, rows: str) -> Mapping[str, Sum]:
        """Return those of a set."""
        return self.pool if rows == "pool" else self.exercise

    def fold(self, fold: Fold) -> Sql:
        """Return how an expression reads an aggregate."""
        return self.of(fold.rows)[total_key(fold)].sql()

    def keys_of(self, policy: Policy | None, rows: str) -> set[str]:
        """Return the keys of the sums over a set that the rules of a policy ask for."""
        trees = [program.tree for rule in (rules(policy) if policy else ()) for program in programs(rule).values()]
        return {total_key(fold) for tree in trees for fold in folds(tree) if fold.rows == rows}

    @property
    def is_dated(self) -> bool:
        """Tell whether a sum over a pool asks for the date, so that a pool has one for each date."""
        return any("batch.date" in outer_facts_of(found.fold) for found in self.pool.values())

    def facts(self, rows: str) -> list[str]:
        """Return the facts that the sums of a set read of each row."""
        found = [facts_of(one.fold) - (outer_facts_of(one.fold) & SHARED) for one in self.of(rows).values()]
        return sorted(set().union(*found))


def sums_of(policies: Iterable[Policy], dialect: Dialect, member: str) -> Sums:
    """Return every sum that the policies ask for; `member` is the SQL of whether a loan is in the pool.

    Raises InputError for each rule whose sums are not exact in SQL.
    """
    found = Sums(pool={}, exercise={})
    compiler = Compiler(dialect, Columns(fact=lambda fact: dialect.quoted(fact.name), fold=found.fold))
    faults = []
    for rule in [rule for policy in policies for rule in rules(policy)]:
        try:
            for program in programs(rule).values():
                _note(found, program, compiler, member)
        except TooWideError as error:
            faults.append(refused(rule, error))
    if faults:
        raise InputError(*dict.fromkeys(faults))
    return found


def _note(found: Sums, program: Program, compiler: Compiler, member: str) -> None:
    for fold in folds(program.tree):
        beyond = sorted(outer_facts_of(fold) - SHARED)
        if beyond:
            raise TooWideError(f"`{fold.source}` asks of every row for `{beyond[0]}`, which is not the row's")
        sums: dict[str, Sum] = found.of(fold.rows)  # type: ignore[assignment] # filled here alone
        if total_key(fold) not in sums:
            column = f"{fold.rows[0]}{len(sums)}"
            total = compiler.total(fold, member if fold.rows == "pool" else "TRUE")
            sums[total_key(fold)] = Sum(fold=fold, column=column, total=total)


def folds(tree: Typed) -> list[Fold]:
    """Return every sum and count of an expression."""
    return [tree] if isinstance(tree, Fold) else [fold for part in parts(tree) for fold in folds(part)]


def summing(policy: Policy | None, cited: Iterable[str]) -> list[str]:
    """Return the sections of which a rule sums the lines of an exercise by a fact; `cited` are all that lines name."""
    found = []
    for rule in rules(policy) if policy else ():
        of_rule = [fold for program in programs(rule).values() for fold in folds(program.tree)]
        reads = any(fold.rows == "exercise" and (fold.body is not None or fold.where is not None) for fold in of_rule)
        found += [rule.rule.rpartition("/")[0]] if reads else []
    return list(cited) if "always" in found else sorted(set(found))


def refused(rule: Condition | Obligation, error: TooWideError) -> Fault:
    """Return why a rule cannot be judged in SQL, with its place."""
    return Fault(code="E513", message=f"`{rule.rule}` is not exact in SQL: {error}", place=rule.at, help=HELP)


class Totals(dict[str, Worth]):
    """The sums over rows that are elsewhere: one that was not asked for is a bug, and no sum over nothing."""

    def __contains__(self, _key: object) -> bool:
        return True


def filled(rows: RowSet, sums: Mapping[str, Sum], row: Mapping[str, object]) -> RowSet:
    """Return a set that knows its sums, and of how many rows each lacks a fact, without having the rows."""
    rows.totals = Totals({key: worth_of(found, row) for key, found in sums.items()})
    for key, found in sums.items():
        lacking = {name: int(str(row[f"{found.column}_lacks_{n}"])) for n, name in enumerate(found.total.lacking)}
        maybe = int(str(row[f"{found.column}_maybe"]))
        rows.lacking[key] = {name: count for name, count in {**lacking, rows.decided_by: maybe}.items() if count}
    return rows


def worth_of(found: Sum, row: Mapping[str, object]) -> Worth:
    """Return what a sum is worth, or the least that it can be, from its columns."""
    known, value = row[f"{found.column}_known"], row[found.column]
    is_count = found.fold.type is Type.COUNT
    if value is not None:
        return int(str(value)) if is_count else value  # type: ignore[return-value] # an amount by its column
    bounded = found.fold.body is None or is_nonnegative(found.fold.body)
    least = int(str(known)) if is_count else known
    return AtLeast(least) if bounded else None  # type: ignore[arg-type] # an amount by its column
