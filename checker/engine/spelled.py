"""A cell as a layout has it written, in SQL: its value, and whether it is right, as `read.columns` says it in Python.

What is not shown to be right here is asked of the column's own parser.
"""

from collections.abc import Sequence

from checker.engine.cells import Cell, always, cell, literal, sql_type_of
from checker.lang.sql import WIDTHS, Dialect
from checker.lang.syntax import Type
from checker.lang.width import TooWideError
from checker.model import FactDeclared
from checker.read.columns import AMOUNTS, MARKS, TOKENS, Column, ColumnDraft

_SIGN, _MARK = "¤", "_"  # stand for the currency and the mark of thousands while an amount is held against its form
_IN_AMOUNTS = frozenset("0123456789 .,'-()")


def spelled(raw: str, column: Column, dialect: Dialect) -> Cell:
    """Return how a column of text is read. Raises TooWideError where SQL cannot show that it is read exactly."""
    draft = column.draft
    if draft.codes:
        return _coded(raw, column, draft, dialect)
    plain = _plain(raw, column.kind, draft, dialect)
    value = plain.value
    if draft.unknown_below is not None:
        value = f"(CASE WHEN {value} >= {draft.unknown_below} THEN {value} END)"
    if not draft.unknown:
        return plain._replace(value=value)
    unknown = _is_in(raw, draft.unknown, dialect)
    right = always(f"{unknown} OR ({plain.ok})")
    return plain._replace(value=f"(CASE WHEN {unknown} THEN NULL ELSE {value} END)", right=right)


def _coded(raw: str, column: Column, draft: ColumnDraft, dialect: Dialect) -> Cell:
    codes = {code: column.parse(code) for code in draft.codes if code}
    kind = sql_type_of(column.kind, dialect)
    limbs = [
        f"WHEN {dialect.text(code)} THEN {literal(value, column.kind, dialect)}"
        for code, value in codes.items()
        if value is not None
    ]
    value = f"(CASE {raw} {' '.join(limbs)} END)" if limbs else f"CAST(NULL AS {kind})"
    right = [*draft.unknown, *codes]
    return Cell(value, always(_is_in(raw, right, dialect) if right else "FALSE"))


def _plain(raw: str, kind: Type, draft: ColumnDraft, dialect: Dialect) -> Cell:
    """Return what reads a cell that is no code."""
    if draft.form:
        return _day(raw, draft.form, dialect)
    if draft.leading_zeros:
        value = f"TRY_CAST({raw} AS {WIDTHS[Type.COUNT].type})"
        form = f"-?0*(0|[1-9][0-9]{{0,{WIDTHS[Type.COUNT].whole - 1}}})"
        return Cell(value, always(f"{value} IS NOT NULL AND {dialect.matches(raw, form)}"))
    if kind in AMOUNTS and (draft.thousands or draft.currency or draft.brackets):
        return _amount(raw, kind, draft, dialect)
    return cell(raw, dialect.string, FactDeclared(name="", type=kind, means=""), dialect)


def _day(raw: str, form: str, dialect: Dialect) -> Cell:
    """Take the digits of a date from their places, with what stands between them; the first day is in the year 1."""
    found = sorted((form.index(token), token) for token in TOKENS if token in form)
    parts = {token: f"substr({raw}, {at + 1}, {len(token)})" for at, token in found}
    value = f"TRY_CAST(({parts['YYYY']} || '-' || {parts['MM']} || '-' || {parts.get('DD', _FIRST)}) AS DATE)"
    pattern, right, last = "", [], 0
    for at, token in [*found, (len(form), "")]:
        between = form[last:at]
        pattern += f".{{{len(between)}}}[0-9]{{{len(token)}}}"
        right += [f"substr({raw}, {last + 1}, {len(between)}) = {dialect.text(between)}"] if between else []
        last = at + len(token)
    right = [dialect.matches(raw, pattern), *right, f"{value} >= DATE '0001-01-01'"]
    return Cell(value, always(" AND ".join(right)))


_FIRST = "'01'"


def _amount(raw: str, kind: Type, draft: ColumnDraft, dialect: Dialect) -> Cell:
    """Read an amount with marks, held against its form with one sign for its currency and one for its thousands."""
    currency, mark = draft.currency or "", MARKS[draft.thousands] if draft.thousands else ""
    if currency and (currency[0] in "-(" or _IN_AMOUNTS.issuperset(currency)):
        raise TooWideError(f"the currency `{currency}` could be a part of an amount")
    text = _replaced(_replaced(raw, currency, _SIGN, dialect), mark, _MARK, dialect)
    gap = _MARK if mark == " " else " "
    sign = f"({_SIGN}{gap}?)?" if currency else ""
    whole = f"([0-9]{{1,3}}({_MARK}[0-9]{{3}})+|[0-9]+)" if mark else "[0-9]+"
    amount = f"{sign}{whole}([.][0-9]+)?"
    form = f"-?{amount}|[(]{amount}[)]" if draft.brackets else f"-?{amount}"
    bare = text
    for other in ("-", "(", ")", " ", _SIGN, _MARK):
        bare = _replaced(bare, other, "", dialect)
    width = WIDTHS[kind]
    minus = f"CASE WHEN substr({raw}, 1, 1) IN ('-', '(') THEN '-' ELSE '' END"
    value = f"TRY_CAST(({minus} || {bare}) AS {width.type})"
    fits = dialect.matches(bare, f"(0|[1-9][0-9]{{0,{width.whole - 1}}})([.][0-9]{{1,{width.places}}})?")
    clear = [f"instr({raw}, {dialect.text(one)}) = 0" for one in (_SIGN, _MARK)]
    return Cell(value, always(" AND ".join([*clear, dialect.matches(text, form), fits, f"{value} IS NOT NULL"])))


def _replaced(text: str, old: str, new: str, dialect: Dialect) -> str:
    return f"replace({text}, {dialect.text(old)}, {dialect.text(new)})" if old else text


def _is_in(raw: str, texts: Sequence[str], dialect: Dialect) -> str:
    return f"{raw} IN ({', '.join(map(dialect.text, texts))})"
