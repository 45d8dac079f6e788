"""What the neutral suite cannot say: what holds of every expression, whatever the facts."""

from calendar import isleap
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import permutations
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import FACTS, GROUPS, SCOPE, SETS, agrees, expressions, frames, poorer

from checker.lang import syntax
from checker.lang.check import Declared, Scope, check
from checker.lang.evaluate import Frame, Program, Row, RowSet
from checker.lang.exact import AtLeast, Worth
from checker.lang.parse import parse
from checker.lang.syntax import Expression, Type
from checker.lang.typed import Apply, facts_of

often = settings(deadline=None, max_examples=250, suppress_health_check=list(HealthCheck))
fewer = settings(often, max_examples=100)
Judged = tuple[Expression, Frame]


def program_of(written: str | Expression, scope: Scope = SCOPE, **terms: str) -> Program:
    tree = parse(written) if isinstance(written, str) else written
    scope = scope._replace(terms={name: parse(text) for name, text in terms.items()})
    typed = check(tree, scope)
    assert not isinstance(typed, tuple), typed
    return Program(typed)


def loan(**facts: Any) -> Row:
    return {f"loan.{name}": value for name, value in facts.items()}


def pool(*rows: Row, maybe: tuple[Row, ...] = ()) -> RowSet:
    return RowSet(rows=rows, maybe=maybe, decided_by="loan.in_pool")


def frame_of(rows: RowSet, **subject: Any) -> Frame:
    facts = {f"batch.{name}": value for name, value in subject.items()}
    return Frame(row=facts, sets={"pool": rows, "exercise": RowSet(rows=())})


@st.composite
def judged(draw: st.DrawFn, kinds: tuple[Type, ...] = tuple(Type), *, known: bool = False, depth: int = 3) -> Judged:
    """Return an expression of one of the types, and facts for what it reads."""
    tree = draw(expressions(draw(st.sampled_from(kinds)), depth=depth))
    return tree, draw(frames(facts_of(program_of(tree).tree), known=known))


def contradictions(program: Program, frame: Frame, steps: int = 1) -> list[tuple[Worth, Worth]]:
    """Return every answer that knowing one thing less turns into another, step by step."""
    worth, found = program(frame), []
    for less in poorer(frame):
        if not agrees(program(less), worth):
            found.append((worth, program(less)))
        if steps > 1:
            found += contradictions(program, less, steps - 1)
    return found


@given(judged())
@often
def test_knowing_one_thing_less_never_gives_another_answer(case: Judged) -> None:
    assert contradictions(program_of(case[0]), case[1]) == []


@given(judged((Type.FLAG,), known=True, depth=2))
@often
def test_knowing_one_thing_less_never_turns_a_condition_on_known_facts(case: Judged) -> None:
    assert contradictions(program_of(case[0]), case[1]) == []


TOTALS = ["sum(loan.amount over pool)", "sum(disposition.amount over exercise)"]
POOL = ({"loan.amount": Decimal(1), "loan.agreed": True}, {"loan.amount": Decimal(2), "loan.agreed": False})
SMALL = Frame(
    row={"batch.amount": Decimal(3), "batch.factor": Decimal("0.5")},
    sets={"pool": RowSet(rows=POOL), "exercise": RowSet(rows=[{"disposition.amount": Decimal(3)}])},
)


def limits(shape: str) -> list[str]:
    """Return every comparison of a sum in some shape with a limit or another sum, either way round."""
    left = [shape.format(total) for total in TOTALS]
    pairs = [
        pair
        for total in left
        for other in ["-$2.00", "$1.00", "$3.00", "batch.amount", *TOTALS]
        for pair in permutations([total, other])
    ]
    compared = [f"{one} {op} {other}" for one, other in pairs for op in ["=", "!=", "<", "<=", ">", ">="]]
    return [*compared, *(f"{total} in ($1.00, $3.00)" for total in left)]


def only(names: Collection[str], frame: Frame) -> Frame:
    def cut(row: Row) -> Row:
        return {name: value for name, value in row.items() if name in names}

    sets = {name: RowSet(rows=[cut(row) for row in members.rows]) for name, members in frame.sets.items()}
    return Frame(row=cut(frame.row), sets=sets)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param("{}", id="a sum"),
        pytest.param("{} + $1.00", id="a sum and more"),
        pytest.param("{} + -$1.00", id="a sum and less"),
        pytest.param("{} - $1.00", id="a sum less an amount"),
        pytest.param("$5.00 - {}", id="an amount less a sum"),
        pytest.param("-1 * {}", id="a sum below zero"),
        pytest.param("{} * batch.factor", id="a sum times a fact"),
        pytest.param("50% of {}", id="a percentage of a sum"),
        pytest.param("-50% of {}", id="a percentage below zero of a sum"),
        pytest.param("least({}, $2.00)", id="the least of a sum and an amount"),
        pytest.param("greatest($2.00, {})", id="the greatest of a sum and an amount"),
        pytest.param("{} + sum(loan.amount over pool where loan.agreed)", id="two sums"),
    ],
)
def test_knowing_two_things_less_never_turns_a_limit_on_a_sum(shape: str) -> None:
    for text in limits(shape):
        program = program_of(text)
        found = contradictions(program, only(facts_of(program.tree), SMALL), steps=2)
        assert (text, found) == (text, [])


@pytest.mark.parametrize(
    ("less", "more", "consistent"),
    [
        pytest.param(False, True, False, id="another flag"),
        pytest.param(True, None, False, id="an answer out of nothing"),
        pytest.param(AtLeast(6), 5, False, id="a bound above the value"),
        pytest.param(AtLeast(6), AtLeast(5), False, id="a higher bound"),
        pytest.param(5, AtLeast(5), False, id="a value out of a bound"),
        pytest.param(AtLeast(5), None, False, id="a bound out of nothing"),
        pytest.param(None, True, True, id="no answer"),
        pytest.param(AtLeast(5), 5, True, id="a bound at the value"),
        pytest.param(AtLeast(4), AtLeast(5), True, id="a lower bound"),
        pytest.param(True, True, True, id="the same answer"),
    ],
)
def test_the_promise_is_judged_as_it_is_meant(less: Worth, more: Worth, *, consistent: bool) -> None:
    assert agrees(less, more) is consistent


LONGEST = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class OutsideTheCalendarError(Exception):
    """Some day on the way has no date."""


def month_later(day: date, months: int) -> date:
    """Count months one by one on the calendar's own table of lengths."""
    at = (day.year - 1) * 12 + day.month - 1 + months
    if not 0 <= at < 9999 * 12:
        raise OutsideTheCalendarError
    year, month = at // 12 + 1, at % 12 + 1
    longest = 29 if month == 2 and isleap(year) else LONGEST[month - 1]
    return date(year, month, min(day.day, longest))


def day_later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise OutsideTheCalendarError from error


OPERATORS: dict[str, Callable[[Any, Any], Any]]
OPERATORS = {"+": add, "-": sub, "*": mul, "=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
LOGIC: dict[str, Callable[[list[bool]], bool]] = {"and": all, "or": any}
CALLS: dict[str, Callable[..., Any]] = {
    "least": min,
    "greatest": max,
    "add_months": month_later,
    "add_days": day_later,
    "days_between": lambda start, end: end.toordinal() - start.toordinal(),
    "given": lambda *_: True,
}


def fraction(value: Any) -> Any:
    return Fraction(value) if isinstance(value, Decimal) else value


def reckon(tree: Expression, own: Mapping[str, Any], sets: Mapping[str, RowSet]) -> Any:
    """Return what an expression is worth where every fact is known, by schoolbook fractions."""

    def of(part: Expression) -> Any:
        return reckon(part, own, sets)

    match tree:
        case syntax.Literal() | syntax.Name():
            return fraction(tree.value if isinstance(tree, syntax.Literal) else own[tree.name])
        case syntax.Not():
            return not of(tree.operand)
        case syntax.Logic():
            return LOGIC[tree.op]([of(operand) for operand in tree.operands])
        case syntax.Membership():
            return of(tree.operand) in [of(option) for option in tree.options]
        case syntax.Arithmetic() | syntax.Comparison():
            return OPERATORS[tree.op](of(tree.left), of(tree.right))
        case syntax.Share():
            return Fraction(tree.percent.text[:-1]) / 100 * of(tree.whole)
        case syntax.Call():
            return CALLS[tree.function](*map(of, tree.arguments))
        case syntax.Aggregate():
            return sum(addends(tree, own, sets))
    raise AssertionError(tree)


def addends(tree: syntax.Aggregate, own: Mapping[str, Any], sets: Mapping[str, RowSet]) -> list[Any]:
    rows = [{**own, **row} for row in sets[tree.rows].rows]
    chosen = [row for row in rows if tree.where is None or reckon(tree.where, row, sets)]
    return [1 if tree.body is None else reckon(tree.body, row, sets) for row in chosen]


@given(judged(known=True, depth=3))
@often
def test_known_facts_are_reckoned_as_at_school(case: Judged) -> None:
    tree, frame = case
    try:
        expected = reckon(tree, frame.row, frame.sets)
    except OutsideTheCalendarError:
        assume(False)  # noqa: FBT003 (Hypothesis's own)
    assert fraction(program_of(tree)(frame)) == expected


@given(judged((Type.MONEY, Type.NUMBER, Type.COUNT), known=True))
@fewer
def test_a_count_is_a_whole_number_and_no_amount_is_a_float(case: Judged) -> None:
    program = program_of(case[0])
    worth = program(case[1])
    assert worth is None or type(worth) in ((int,) if program.tree.type is Type.COUNT else (int, Decimal))


@given(judged((Type.MONEY, Type.FLAG)))
@fewer
def test_the_callers_own_precision_of_decimals_means_nothing(case: Judged) -> None:
    program, frame = program_of(case[0]), case[1]
    expected = program(frame)
    with localcontext(prec=1):
        assert program(Frame(row=frame.row, sets=afresh(frame.sets))) == expected


def afresh(sets: Mapping[str, RowSet], order: Callable[[list[Row]], list[Row]] = list) -> dict[str, RowSet]:
    return {
        name: RowSet(rows=order(list(found.rows)), maybe=order(list(found.maybe)), decided_by=found.decided_by)
        for name, found in sets.items()
    }


@given(judged(), st.randoms(use_true_random=False))
@fewer
def test_the_order_of_rows_means_nothing(case: Judged, chance: Any) -> None:
    program, frame = program_of(case[0]), case[1]
    shuffled = afresh(frame.sets, lambda rows: chance.sample(rows, len(rows)))
    assert program(Frame(row=frame.row, sets=shuffled)) == program(frame)


@given(judged((Type.MONEY, Type.COUNT, Type.FLAG)), st.data())
@fewer
def test_sets_that_were_summed_for_another_subject_give_the_same(case: Judged, data: st.DataObject) -> None:
    program, frame = program_of(case[0]), case[1]
    other = data.draw(frames(facts_of(program.tree)))
    program(Frame(row=other.row, sets=frame.sets))
    assert program(frame) == program(Frame(row=frame.row, sets=afresh(frame.sets)))


def test_an_aggregate_that_reads_the_subject_is_not_remembered() -> None:
    program = program_of("count(pool where loan.units <= batch.units)")
    rows = pool(loan(units=1), loan(units=2), loan(units=3))
    assert [program(frame_of(rows, units=n)) for n in (1, 3, 2)] == [1, 3, 2]


def test_an_aggregate_whose_term_reads_the_subject_is_not_remembered() -> None:
    program = program_of("count(pool where old)", old="loan.units <= batch.units")
    rows = pool(loan(units=1), loan(units=2), loan(units=3))
    assert [program(frame_of(rows, units=n)) for n in (1, 3, 2)] == [1, 3, 2]


def test_an_aggregate_that_reads_only_the_rows_is_summed_once() -> None:
    program, rows = program_of("sum(loan.amount over pool) > batch.amount"), pool(loan(amount=Decimal(1)))
    found = [program(frame_of(rows, amount=Decimal(n))) for n in (0, 1, 2)]
    assert (found, len(rows.totals)) == ([True, False, False], 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"t": "loan.units"}, {"t": "loan.shift"}, id="a term of another meaning"),
        pytest.param({"t": "u", "u": "loan.units"}, {"t": "u", "u": "loan.shift"}, id="a term of a term"),
        pytest.param({"t": "loan.units * 2"}, {"t": "loan.units * 3"}, id="another constant"),
        pytest.param({"t": "loan.units + loan.shift"}, {"t": "loan.units - loan.shift"}, id="another operator"),
        pytest.param({"t": "2 * loan.units"}, {"t": "2 * loan.units * 1 + 1"}, id="more of the same"),
    ],
)
def test_programs_that_spell_an_aggregate_alike_do_not_share_its_total(
    one: dict[str, str], other: dict[str, str]
) -> None:
    programs = [program_of("sum(t over pool)", **terms) for terms in (one, other)]
    rows = [loan(units=5, shift=-1)]
    shared = pool(*rows)
    assert [p(frame_of(shared)) for p in programs] == [p(frame_of(pool(*rows))) for p in programs]


def test_a_condition_in_a_term_is_not_taken_for_another() -> None:
    programs = [program_of("count(pool where t)", t=meaning) for meaning in ("loan.agreed", "not loan.agreed")]
    rows = pool(loan(agreed=True), loan(agreed=True), loan(agreed=False))
    assert [program(frame_of(rows)) for program in programs] == [2, 1]


def test_a_total_is_not_shared_by_agreements_that_bound_a_fact_differently() -> None:
    bounded, unbounded = (
        SCOPE._replace(facts={"loan.cost": Declared(type=Type.MONEY, nonnegative=nonnegative)})
        for nonnegative in (True, False)
    )
    rows = pool(loan(cost=Decimal(1)), loan())
    found = [program_of("sum(loan.cost over pool)", scope)(frame_of(rows)) for scope in (bounded, unbounded)]
    assert found == [AtLeast(Decimal(1)), None]


def test_a_sum_of_ten_thousand_cents_is_exact() -> None:
    rows = pool(*[loan(amount=Decimal("1000000000000.01"))] * 10_000)
    assert program_of("sum(loan.amount over pool)")(frame_of(rows)) == Decimal("10000000000000100.00")


def test_a_sum_of_long_amounts_keeps_its_last_digit() -> None:
    rows = pool(loan(amount=Decimal("1000000000000000000.01")), loan(amount=Decimal("0.000000000000000001")))
    expected = Decimal("1000000000000000000.010000000000000001")
    assert program_of("sum(loan.amount over pool)")(frame_of(rows)) == expected


def test_the_longest_product_keeps_its_last_digit() -> None:
    factors = ["1.00000000000000000000000000001"] * 100
    expected = Fraction(factors[0]) ** 100
    assert fraction(program_of(" * ".join(factors))(frame_of(pool()))) == expected


def test_the_facts_of_layouts_may_be_asked_for() -> None:
    layout = Scope(facts=FACTS, bare=GROUPS, sets=SETS, asks=True)
    asked = ["batch.units is known", "batch.units is unknown", "first_known(batch.units, batch.shift, 7)"]
    frame = frame_of(pool(), units=None, shift=3)
    assert [program_of(text, layout)(frame) for text in asked] == [False, True, 3]


def test_the_first_known_of_nothing_known_is_unknown() -> None:
    layout = Scope(facts=FACTS, bare=GROUPS, sets=SETS, asks=True)
    assert program_of("first_known(batch.units, batch.shift)", layout)(frame_of(pool())) is None


def test_every_part_of_a_program_can_be_asked_for_its_worth() -> None:
    program, frame = program_of("batch.units + 1 > 5"), frame_of(pool(), units=3)
    assert isinstance(program.tree, Apply)
    assert [program.worth(part, frame) for part in program.tree.arguments] == [4, 5]


def test_the_least_that_is_exact_is_the_value_itself_and_no_bound_that_equals_it() -> None:
    program = program_of(parse("least(sum(-$0.00 over exercise), -$0.00)"))
    rows = {"pool": RowSet(rows=[]), "exercise": RowSet(rows=[], maybe=[{}])}
    found = program(Frame(row={}, sets=rows))
    assert (type(found), found) == (Decimal, 0)
