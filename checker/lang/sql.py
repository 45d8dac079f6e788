"""Typed tree to SQL: exact or refused. Another form of the meaning that `evaluate` has, for engines that judge tables.

A number is a DECIMAL wide enough for every value that it can have, told before anything runs; one that could need more
than 38 digits is refused. No DOUBLE arises: nothing is divided, and every constant is a decimal cast from text. Unknown
is NULL. Of what is made of sums over rows there are two columns: its value, NULL unless known, and the least that it
can be, NULL where nothing is known of it.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from checker.lang.dialect import DUCKDB, SPARK, Dialect
from checker.lang.signatures import NUMERIC
from checker.lang.sql_operations import OPERATIONS
from checker.lang.syntax import Type
from checker.lang.typed import Constant, Fact, Fold, Term, Typed, facts_of, outer_facts_of, parts
from checker.lang.width import ROWS, WIDTHS, Sql, TooWideError, Width, fitting, width_of

__all__ = [
    "DUCKDB",
    "SPARK",
    "WIDTHS",
    "Columns",
    "Compiler",
    "Dialect",
    "Sql",
    "TooWideError",
    "Total",
    "Width",
    "fitting",
]

MOST_TEXT = 60_000


class Columns(NamedTuple):
    """Where an expression finds what it reads: each fact's column, and of each sum over rows its two columns."""

    fact: Callable[[Fact], str]
    fold: Callable[[Fold], Sql]


class Total(NamedTuple):
    """A sum or a count over rows, as aggregates to select: what is known of it, and how many rows leave it open.

    `open` are the rows of the set of which the addend is unknown; `maybe` those that may be of the set at all;
    `lacking` are, of the first, the rows that lack a fact, by the fact.
    """

    known: str
    open: str
    maybe: str
    lacking: Mapping[str, str]
    width: Width


class Compiler:
    """Compiles the expressions of one engine, over columns of one relation."""

    def __init__(self, dialect: Dialect, columns: Columns) -> None:
        """Start with nothing compiled."""
        self.dialect = dialect
        self.columns = columns

    def flag(self, tree: Typed) -> str:
        """Return the SQL of something that is true, false or unknown."""
        return self.sql(tree).value

    def sql(self, tree: Typed) -> Sql:
        """Return the SQL of an expression, or raise TooWideError."""
        found = self._sql(tree)
        if len(found.value) + len(found.least) > MOST_TEXT:
            raise TooWideError("the expression is too long for SQL")
        return found

    def _sql(self, tree: Typed) -> Sql:
        if isinstance(tree, Constant):
            return self._constant(tree)
        if isinstance(tree, Fact):
            column = self.columns.fact(tree)
            return Sql(column, column, WIDTHS.get(tree.type))
        if isinstance(tree, Term):
            return self.sql(tree.body)
        if isinstance(tree, Fold):
            return self.columns.fold(tree)
        inner = [self.sql(argument) for argument in tree.arguments]
        return OPERATIONS[tree.op](self.dialect, tree, inner)

    def _constant(self, tree: Constant) -> Sql:
        value, kind = tree.value, tree.type
        if kind in NUMERIC:
            width = width_of(Decimal(value))  # type: ignore[arg-type] # a number by type
            text = f"CAST('{Decimal(value):f}' AS {width.type})"  # type: ignore[arg-type] # a number by type
            return Sql(text, text, width)
        if kind is Type.TEXT:
            text = self.dialect.text(str(value))
        else:
            text = f"DATE '{value}'" if kind is Type.DATE else str(value).upper()
        return Sql(text, text)

    def total(self, fold: Fold, member: str) -> Total:
        """Return a sum or count over rows; `member` is the SQL of whether a row is of the set, NULL where unknown."""
        where = "TRUE" if fold.where is None else self.flag(fold.where)
        body = Sql("1", "1", Width(0, 0)) if fold.body is None else self.sql(fold.body)
        width = fitting(body.digits, rows=ROWS)
        chosen = _all(member, where)
        unknown = _any(
            *([] if fold.body is None else [_all(chosen, f"{body.value} IS NULL")]),
            *([] if where == "TRUE" else [_all(member, f"({where}) IS NULL")]),
        )
        known = f"SUM({body.value})" if chosen == "TRUE" else f"SUM(CASE WHEN {chosen} THEN {body.value} END)"
        possible = _all(f"({member}) IS NULL", "TRUE" if where == "TRUE" else f"({where}) IS NOT FALSE")
        return Total(
            known=f"COALESCE(CAST({known} AS {width.type}), CAST(0 AS {width.type}))",
            open=_counted(unknown),
            maybe=_counted("FALSE" if member == "TRUE" else possible),
            lacking=self._lacking(fold, member, where, unknown),
            width=width,
        )

    def _lacking(self, fold: Fold, member: str, where: str, unknown: str) -> dict[str, str]:
        """Return how many rows lack each fact that the fold reads, as the explanation of a missing fact counts them."""
        facts = sorted(facts_of(fold) - outer_facts_of(fold))
        if len(facts) == 1 and isinstance(fold.body, Fact) and fold.where is None:
            return {facts[0]: _counted(unknown)}
        considered = _all(member, "TRUE" if where == "TRUE" else f"({where}) IS NOT FALSE")
        return {
            name: _counted(_all(considered, _any(*(self._lacks(part, name) for part in parts(fold))))) for name in facts
        }

    def _lacks(self, tree: Typed, name: str) -> str:
        """Return the SQL of whether a node is unknown for want of a fact."""
        if isinstance(tree, Fact):
            return f"{self.sql(tree).value} IS NULL" if tree.name == name else "FALSE"
        if isinstance(tree, Constant):
            return "FALSE"
        below = _any(*(self._lacks(part, name) for part in parts(tree)))
        return below if isinstance(tree, Term) else _all(f"({self.sql(tree).value}) IS NULL", below)


def _all(*limbs: str) -> str:
    kept = [limb for limb in limbs if limb != "TRUE"]
    if "FALSE" in kept:
        return "FALSE"
    return " AND ".join(f"({limb})" for limb in kept) or "TRUE"


def _any(*limbs: str) -> str:
    kept = [limb for limb in limbs if limb != "FALSE"]
    return " OR ".join(f"({limb})" for limb in kept) or "FALSE"


def _counted(condition: str) -> str:
    return "0" if condition == "FALSE" else f"COUNT(CASE WHEN {condition} THEN 1 END)"
