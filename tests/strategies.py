"""Random expressions of the policy language, random facts to judge them on, and every way to know a little less.

The vocabulary is the same for each group of facts, so that an expression may be judged on a subject or on rows.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from checker.lang.check import Declared, Scope
from checker.lang.evaluate import Frame, Row, RowSet
from checker.lang.exact import AtLeast, Worth
from checker.lang.syntax import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Knowledge,
    Literal,
    Logic,
    Membership,
    Name,
    Not,
    Share,
    Type,
    Value,
)

KINDS = {
    "amount": Declared(type=Type.MONEY, nonnegative=True),
    "change": Declared(type=Type.MONEY),
    "factor": Declared(type=Type.NUMBER, nonnegative=True),
    "units": Declared(type=Type.COUNT, nonnegative=True),
    "shift": Declared(type=Type.COUNT),
    "day": Declared(type=Type.DATE),
    "name": Declared(type=Type.TEXT),
    "agreed": Declared(type=Type.FLAG),
}
SETS = {"pool": frozenset({"loan"}), "exercise": frozenset({"loan", "disposition"})}
GROUPS = frozenset({"batch", "loan", "disposition"})
FACTS = {f"{group}.{name}": declared for group in sorted(GROUPS) for name, declared in KINDS.items()}
SCOPE = Scope(facts=FACTS, bare=GROUPS, sets=SETS)
NOWHERE = (0, 0)
NUMERIC = (Type.MONEY, Type.NUMBER, Type.COUNT)
ORDERED = (*NUMERIC, Type.DATE)

# Few and near one another, so that sums meet limits; the long ones need more digits than a float or a default context.
CENTS = ("0.00", "0.01", "1.00", "2.00", "2.50", "100", "1000000000000000.01", "0.1234567890123456789012345")
SMALL = (0, 1, 2, 3, 5, 12)
FIRST_DAY = date(2003, 12, 29)


def _texts(least: str, form: str) -> SearchStrategy[str]:
    signs = st.sampled_from([least, "", "", ""])
    return st.builds(form.format, signs, st.sampled_from(CENTS))


def literals(kind: Type) -> SearchStrategy[Literal]:
    """Return constants of a type, spelled as people do."""
    return {
        Type.MONEY: _texts("-", "{}${}").map(lambda text: _literal(text, kind, Decimal(text.replace("$", "")))),
        Type.NUMBER: _decimals() | percentages(),
        Type.COUNT: st.sampled_from([*SMALL, -1]).map(lambda n: _literal(str(n), kind, n)),
        Type.DATE: days().map(lambda day: _literal(day.isoformat(), kind, day)),
        Type.TEXT: words().map(lambda word: _literal(f'"{word}"', kind, word)),
        Type.FLAG: st.booleans().map(lambda flag: _literal(str(flag).lower(), kind, flag)),
    }[kind]


def _decimals() -> SearchStrategy[Literal]:
    texts = _texts("-", "{}{}").filter(lambda text: "." in text)
    return texts.map(lambda text: _literal(text, Type.NUMBER, Decimal(text)))


def percentages() -> SearchStrategy[Literal]:
    """Return numbers that are written as percentages."""
    texts = st.builds("{}{}%".format, st.sampled_from(["", "", "-"]), st.sampled_from(["0", "1.00", "33.333", "250"]))
    return texts.map(lambda text: _literal(text, Type.NUMBER, Decimal(text[:-1]) * Decimal("0.01")))


def _literal(text: str, kind: Type, value: Value) -> Literal:
    return Literal(text=text, type=kind, value=value, span=NOWHERE)


def days() -> SearchStrategy[date]:
    """Return days around a leap day and two ends of years, and the ends of the calendar."""
    near = st.integers(0, 400).map(lambda n: FIRST_DAY + timedelta(days=n))
    return near | st.sampled_from([date(2004, 2, 29), date(2005, 1, 31), date.min, date.max])


def words() -> SearchStrategy[str]:
    """Return text as it may stand between quotation marks."""
    return st.sampled_from(["a", "b", "", "A b", "1.00%", "§ 3.13(g)"])


def values(declared: Declared) -> SearchStrategy[Value]:
    """Return what a fact may be worth."""
    signs = ("",) if declared.nonnegative else ("", "-")
    amounts = st.builds(Decimal, st.builds("{}{}".format, st.sampled_from(signs), st.sampled_from(CENTS)))
    return {
        Type.MONEY: amounts,
        Type.NUMBER: amounts,
        Type.COUNT: st.sampled_from(SMALL if declared.nonnegative else (*SMALL, -1, -12)),
        Type.DATE: days(),
        Type.TEXT: words(),
        Type.FLAG: st.booleans(),
    }[declared.type]


def expressions(kind: Type, *, rows: str | None = None, depth: int = 3) -> SearchStrategy[Expression]:
    """Return well-typed expressions of a type in `SCOPE`; inside the aggregate over `rows`, if any."""
    return _expressions(kind, rows, depth)


def _is_in(name: str, rows: str | None) -> bool:
    """Tell whether a fact may be named inside the aggregate over `rows`: what rows have is only theirs to give."""
    group = name.partition(".")[0]
    return rows is None or group in SETS[rows] or group == "batch"


@cache
def _expressions(kind: Type, rows: str | None, depth: int) -> SearchStrategy[Expression]:
    names = [name for name, declared in FACTS.items() if declared.type is kind and _is_in(name, rows)]
    leaves = literals(kind) | st.sampled_from(names).map(lambda name: Name(name=name, span=NOWHERE))
    if depth == 0:
        return leaves
    return st.one_of(leaves, *_LARGER[kind](partial(_expressions, rows=rows, depth=depth - 1), rows))


Smaller = Callable[[Type], SearchStrategy[Expression]]
_node = partial(st.builds, span=st.just(NOWHERE))


def _flags(smaller: Smaller, _rows: str | None) -> Iterator[SearchStrategy[Expression]]:
    flag = smaller(Type.FLAG)
    yield _node(Not, operand=flag)
    yield _node(Logic, op=st.sampled_from(["and", "or"]), operands=st.lists(flag, min_size=2, max_size=3).map(tuple))
    yield _calls(["given"], *(smaller(kind) for kind in (Type.MONEY, Type.DATE)))
    for kind in Type:
        ops = ["=", "!=", "<", "<=", ">", ">="] if kind in ORDERED else ["=", "!="]
        yield _node(Comparison, op=st.sampled_from(ops), left=smaller(kind), right=smaller(kind))
        options = st.lists(literals(kind), min_size=1, max_size=3).map(tuple)
        yield _node(Membership, operand=smaller(kind), options=options)


def _calls(names: list[str], *arguments: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    return _node(Call, function=st.sampled_from(names), arguments=st.tuples(*arguments))


def _extremes(same: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    return _calls(["least", "greatest"], same, same)


def _sums(kind: Type) -> SearchStrategy[Expression]:
    return st.one_of([_aggregates(name, _expressions(kind, name, 1)) for name in SETS])


def _aggregates(name: str, body: SearchStrategy[Expression | None]) -> SearchStrategy[Expression]:
    where = st.none() | _expressions(Type.FLAG, name, 1)
    return _node(Aggregate, body=body, rows=st.just(name), where=where)


def _arithmetic(
    ops: list[str], left: SearchStrategy[Expression], right: SearchStrategy[Expression]
) -> SearchStrategy[Expression]:
    return _node(Arithmetic, op=st.sampled_from(ops), left=left, right=right)


def _amounts(smaller: Smaller, rows: str | None) -> Iterator[SearchStrategy[Expression]]:
    money, factor = smaller(Type.MONEY), smaller(Type.NUMBER) | smaller(Type.COUNT)
    yield _arithmetic(["+", "-"], money, money)
    yield _arithmetic(["*"], money, factor)
    yield _arithmetic(["*"], factor, money)
    yield _node(Share, percent=percentages(), whole=money)
    yield _extremes(money)
    if rows is None:
        yield _sums(Type.MONEY)


def _numbers(smaller: Smaller, rows: str | None) -> Iterator[SearchStrategy[Expression]]:
    number, count = smaller(Type.NUMBER), smaller(Type.COUNT)
    yield _arithmetic(["+", "-", "*"], number, number | count)
    yield _arithmetic(["+", "-", "*"], count, number)
    yield _node(Share, percent=percentages(), whole=number | count)
    yield _extremes(number)
    if rows is None:
        yield _sums(Type.NUMBER)


def _counts(smaller: Smaller, rows: str | None) -> Iterator[SearchStrategy[Expression]]:
    count, day = smaller(Type.COUNT), smaller(Type.DATE)
    yield _arithmetic(["+", "-", "*"], count, count)
    yield _calls(["days_between"], day, day)
    yield _extremes(count)
    if rows is None:
        yield _sums(Type.COUNT)
        yield st.one_of([_aggregates(name, st.none()) for name in SETS])


def _days(smaller: Smaller, _rows: str | None) -> Iterator[SearchStrategy[Expression]]:
    day = smaller(Type.DATE)
    yield _calls(["add_months", "add_days"], day, smaller(Type.COUNT))
    yield _extremes(day)


def _no_more(_smaller: Smaller, _rows: str | None) -> tuple[SearchStrategy[Expression], ...]:
    return ()


_LARGER = {
    Type.MONEY: _amounts,
    Type.NUMBER: _numbers,
    Type.COUNT: _counts,
    Type.DATE: _days,
    Type.TEXT: _no_more,
    Type.FLAG: _flags,
}


def trees(depth: int = 4) -> SearchStrategy[Expression]:
    """Return any tree that the grammar can write, whether or not it means anything."""
    return _trees(depth)


@cache
def _trees(depth: int) -> SearchStrategy[Expression]:
    names = st.sampled_from(["a", "loan.balance", "known", "unknown", "least", "sum_of", "x_1.y2", "Over", "_"])
    literal = st.one_of(*map(literals, Type))
    leaves = literal | _node(Name, name=names)
    if depth == 0:
        return leaves
    smaller = _trees(depth - 1)
    return st.one_of(
        leaves,
        _node(Not, operand=smaller),
        _node(Logic, op=st.sampled_from(["and", "or"]), operands=st.lists(smaller, min_size=2, max_size=3).map(tuple)),
        _node(Comparison, op=st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), left=smaller, right=smaller),
        _node(Membership, operand=smaller, options=st.lists(literal, min_size=1, max_size=3).map(tuple)),
        _node(Knowledge, operand=smaller, known=st.booleans()),
        _arithmetic(["+", "-", "*"], smaller, smaller),
        _node(Share, percent=percentages(), whole=smaller),
        _node(Aggregate, body=st.none() | smaller, rows=names, where=st.none() | smaller),
        _node(Call, function=names, arguments=st.lists(smaller, min_size=1, max_size=3).map(tuple)),
    )


def frames(names: Collection[str] = FACTS, *, known: bool = False) -> SearchStrategy[Frame]:
    """Return facts to judge on, only those named; all of them known, or some of them not."""

    def rows(groups: Collection[str]) -> SearchStrategy[Row]:
        read = sorted(name for name in names if name.partition(".")[0] in groups)
        return st.fixed_dictionaries({n: values(FACTS[n]) if known else st.none() | values(FACTS[n]) for n in read})

    def members(groups: Collection[str]) -> SearchStrategy[RowSet]:
        maybe = st.just(()) if known else st.lists(rows(groups), max_size=1)
        return st.builds(RowSet, rows=st.lists(rows(groups), max_size=3), maybe=maybe, decided_by=st.just("in_pool"))

    sets = st.fixed_dictionaries({name: members(groups) for name, groups in SETS.items()})
    return st.builds(Frame, row=rows(GROUPS), sets=sets)


def poorer(frame: Frame) -> Iterator[Frame]:
    """Return the frame with one thing less known, in every way: a fact, or whether a row belongs to its set."""
    for row in _poorer_rows(frame.row):
        yield Frame(row=row, sets=frame.sets)
    for name, members in frame.sets.items():
        for fewer in _poorer_sets(members):
            yield Frame(row=frame.row, sets={**frame.sets, name: fewer})


def _poorer_rows(row: Row) -> Iterator[Row]:
    return ({**row, name: None} for name, value in row.items() if value is not None)


def _poorer_sets(members: RowSet) -> Iterator[RowSet]:
    rows, maybe, by = list(members.rows), list(members.maybe), members.decided_by
    for at, row in enumerate(rows):
        others = rows[:at] + rows[at + 1 :]
        yield RowSet(rows=others, maybe=[*maybe, row], decided_by=by)
        yield RowSet(rows=rows, maybe=[*maybe, row], decided_by=by)
        for fewer in _poorer_rows(row):
            yield RowSet(rows=[*others, fewer], maybe=maybe, decided_by=by)
    for at, row in enumerate(maybe):
        for fewer in _poorer_rows(row):
            yield RowSet(rows=rows, maybe=[*maybe[:at], fewer, *maybe[at + 1 :]], decided_by=by)


def agrees(less: Worth, more: Worth) -> bool:
    """Tell whether `less`, found with less known, claims nothing that `more` does not bear out."""
    if less is None:
        return True
    if isinstance(less, AtLeast):
        least = more.least if isinstance(more, AtLeast) else more
        return least is not None and less.least <= least  # type: ignore[operator] # bounds are of amounts
    return less == more and type(less) is type(more)
