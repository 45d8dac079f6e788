"""A column of a table to the column of a fact, in SQL: its typed value, and whether each cell is one exactly.

An engine's own cast guesses: DuckDB reads `89.5` as the count 90 and 0.105 as 0.11. So a text is cast, and held against
its form; what does not have the form is shown to the parser of the checker itself, which says what is wrong with it.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from checker.lang.sql import WIDTHS, Dialect, TooWideError
from checker.lang.syntax import Type, Value
from checker.model import FactDeclared

# The forms of values.py, and within them what a column holds: 16 digits of money with two places, and so on.
_TEXT = "[!-~]([ -~]*[!-~])?"
_SPREADSHEET = "[0-9]([.][0-9]+)?[eE][+]?[0-9]+"
_TOTAL = "total|totals|subtotal|subtotals|sum|aggregate|average|count"
_SIGN = "[^0-9A-Za-z]"
IDS = ("loan.loan_id", "disposition.loan")
TEXTS = ("VARCHAR", "STRING")
SQL_TYPES = {Type.DATE: "DATE", Type.FLAG: "BOOLEAN"}


class Cell(NamedTuple):
    """A column in SQL: its value, and whether a cell that is not empty is `right`, None where every one must be.

    That is asked of the value, so that a relation that has it as a column need not make it again. `asks` tells whether
    a cell that is not of a plain form may be right all the same: the parser is asked. Where all that can be wrong is a
    bound, `least` asks the least cell of the column (and the last day), not each.
    """

    value: str
    right: Callable[[str], str] | None = None
    asks: bool = False
    least: str = ""

    @property
    def ok(self) -> str:
        """Return whether a cell is right, where nothing but the cell is there."""
        return self.right(self.value) if self.right else "TRUE"


def always(text: str) -> Callable[[str], str]:
    """Return what asks of the cell itself whether it is right, whatever has its value."""
    return lambda _value: text


class ColumnTypeError(ValueError):
    """The column is of a type that no fact of this type can be read from exactly; the message says why."""


def cell(raw: str, sql_type: str, fact: FactDeclared, dialect: Dialect) -> Cell:
    """Return how a fact is read from a column of an SQL type; an empty text is unknown."""
    if sql_type in TEXTS:
        return bounded(_text_cell(raw, fact, dialect), fact, dialect)
    return bounded(_typed_cell(raw, sql_type, fact), fact, dialect)


def sql_type_of(kind: Type, dialect: Dialect) -> str:
    """Return the SQL type of a fact's column."""
    return WIDTHS[kind].type if kind in WIDTHS else SQL_TYPES.get(kind, dialect.string)


def literal(value: Value, kind: Type, dialect: Dialect) -> str:
    """Return a value in SQL, or raise TooWideError where its column would have to round it."""
    if kind in WIDTHS:
        whole, _, places = f"{abs(Decimal(value)):f}".partition(".")  # type: ignore[arg-type] # a number by kind
        width = WIDTHS[kind]
        if len(whole.lstrip("0")) > width.whole or len(places.rstrip("0")) > width.places:
            raise TooWideError(f"`{Decimal(value):f}` is longer than this engine holds")  # type: ignore[arg-type] # a number
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"CAST({dialect.text(text)} AS {sql_type_of(kind, dialect)})"


def nothing(fact: FactDeclared, dialect: Dialect) -> Cell:
    """Return the column of a fact that a table does not have: unknown in every row."""
    return Cell(f"CAST(NULL AS {sql_type_of(fact.type, dialect)})")


def _text_cell(raw: str, fact: FactDeclared, dialect: Dialect) -> Cell:
    kind = fact.type
    if kind is Type.TEXT:
        if fact.one_of:
            return Cell(raw)
        right = [dialect.matches(raw, _TEXT), f"NOT {dialect.matches(raw, _SPREADSHEET)}"]
        if fact.name in IDS:
            first, last = f"{_SIGN}*({_TOTAL})({_SIGN}.*)?", f"(.*{_SIGN})?({_TOTAL}){_SIGN}*"
            wrong = [dialect.matches(f"lower({raw})", form) for form in (first, last, f"{_SIGN}*")]
            right += [f"NOT {one}" for one in wrong]
        ok = f"CASE WHEN {dialect.matches(raw, '[0-9]+')} THEN TRUE ELSE {' AND '.join(right)} END"
        return Cell(raw, always(ok), asks=True)
    if kind is Type.FLAG:
        value = f"CASE {raw} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END"
        return Cell(value, always(f"{raw} IN ('true', 'false')"))
    if kind is Type.DATE:
        value = f"TRY_CAST({raw} AS DATE)"
        return Cell(value, lambda day: f"length({raw}) = 10 AND CAST({day} AS {dialect.string}) = {raw}")
    width = WIDTHS[kind]
    value = f"TRY_CAST({raw} AS {width.type})"
    places = f"([.][0-9]{{1,{width.places}}})?" if width.places else ""
    form = dialect.matches(raw, f"-?(0|[1-9][0-9]{{0,{width.whole - 1}}}){places}")
    return Cell(value, lambda amount: f"CASE WHEN CAST({amount} AS {dialect.string}) = {raw} THEN TRUE ELSE {form} END")


def _typed_cell(raw: str, sql_type: str, fact: FactDeclared) -> Cell:
    """Return how a fact is read from a column that has types, as in Parquet."""
    kind, given = fact.type, sql_type.upper()
    if kind in WIDTHS:
        width = WIDTHS[kind]
        if given.startswith("DECIMAL"):
            digits, places = (int(part) for part in given[len("DECIMAL(") : -1].split(","))
            value = f"TRY_CAST({raw} AS {width.type})"
            fits = places <= width.places and digits - places <= width.whole
            own = raw if given == width.type.replace(" ", "") else value
            return Cell(own, None if fits else lambda amount: f"{amount} = {raw}")
        if given in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "INT"):
            value = f"TRY_CAST({raw} AS {width.type})"
            return Cell(value, lambda amount: f"{amount} IS NOT NULL")
        if given in ("DOUBLE", "FLOAT", "REAL"):
            raise ColumnTypeError(f"a {kind} is no binary fraction ({sql_type}): write it as DECIMAL, or as text")
    if given == "DATE" and kind is Type.DATE:
        first, last = "DATE '0001-01-01'", "DATE '9999-12-31'"
        beyond = f"CASE WHEN MIN({raw}) < {first} OR MAX({raw}) > {last} THEN 1 ELSE 0 END"
        return Cell(raw, lambda day: f"{day} BETWEEN {first} AND {last}", least=beyond)
    if given == "BOOLEAN" and kind is Type.FLAG:
        return Cell(raw)
    raise ColumnTypeError(f"a {kind} cannot be read from a column of the type {sql_type}")


def bounded(found: Cell, fact: FactDeclared, dialect: Dialect) -> Cell:
    """Hold a cell to the declared bounds, too."""
    if fact.one_of:
        options = ", ".join(map(dialect.text, fact.one_of))
        return Cell(found.value, lambda text: f"{text} IN ({options})")
    if fact.at_least is None:
        return found
    least, right = fact.at_least, found.right
    if right is None:
        below = f"CASE WHEN MIN({found.value}) < {least} THEN 1 ELSE 0 END"
        return found._replace(right=lambda amount: f"{amount} >= {least}", least=below)
    return found._replace(right=lambda amount: f"({right(amount)}) AND {amount} >= {least}")
