"""The cells of a column as values of the fact that the column is named after."""

from collections.abc import Callable, Sequence

from checker.faults import Fault
from checker.lang.syntax import Type, Value
from checker.model import FactDeclared
from checker.read.table import Table, parse_column
from checker.values import check_bounds, parse_amounts, parse_texts, parse_value


def column_of(table: Table, name: str, fact: FactDeclared, faults: list[Fault]) -> Sequence[Value | None]:
    """Return the values of a fact's column; one of good amounts, or of plain texts, is read at once."""
    cells = table.columns[name]
    if fact.type in (Type.MONEY, Type.NUMBER) and not table.own(name, fact.type):
        amounts = parse_amounts(cells, fact.at_least)
        if amounts is not None:
            return amounts
    if fact.type is Type.TEXT and not fact.one_of and not table.own(name, fact.type):
        texts = parse_texts(cells)
        if texts is not None:
            return texts
    return parse_column(table, name, fact.type, cell_parser(fact), faults)


def cell_parser(fact: FactDeclared) -> Callable[[str], Value]:
    """Return what reads a cell of this fact, within its declared bounds."""

    def parse(text: str) -> Value:
        value = parse_value(fact.type, text)
        check_bounds(value, fact.one_of, fact.at_least)
        return value

    return parse
