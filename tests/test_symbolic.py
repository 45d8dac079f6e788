"""The policy language in a solver's terms means what the evaluator means, and a batch that it finds is as wanted."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import pytest
import z3
from builders import NAME, agreement, loaded, texts
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import FACTS, SCOPE, expressions, frames
from test_conformance import CASES
from test_conformance import Case as Example
from test_conformance import program_of as conforming

import checker
from checker.lang.check import check
from checker.lang.evaluate import Frame, Program, Row
from checker.lang.exact import AtLeast, Worth
from checker.lang.parse import parse
from checker.lang.syntax import Type, Value
from checker.lang.typed import Constant, Typed, facts_of, parts
from checker.load.bind import scope_of
from checker.model import Agreement, Condition, Each, Judgement, Policy, Status
from checker.proof.search import Search
from checker.proof.symbolic import FALSE, Amount, Member, Setting, Symbol, Truth, Unsupported, encode, whole
from checker.proof.variables import meant
from checker.proof.world import Bounds, Found, Nothing, Open, World
from checker.read.form import flatten
from checker.read.tape import tape_of

often = settings(deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))
BOUNDS = Bounds(date(2004, 6, 1), date(2006, 6, 30))


class Fixed:
    """Variables of a solver, each with the value that it is to have."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Any, Any]] = []

    def flag(self, value: bool) -> Any:  # noqa: FBT001 (a variable's value)
        return self._variable(z3.Bool, z3.BoolVal(value))

    def number(self, value: int) -> Any:
        return self._variable(z3.Int, z3.IntVal(value))

    def _variable(self, make: Callable[[str], Any], value: Any) -> Any:
        found = make(f"v{len(self.pairs)}")
        self.pairs.append((found, value))
        return found

    def symbol(self, kind: Type, value: Value | None, codes: Mapping[str, int]) -> Symbol:
        """Return a fact that may be anything, and is this value."""
        if kind is Type.FLAG:
            known, is_true = self.flag(value is not None), self.flag(value is True)
            return Truth(z3.And(known, is_true), z3.And(known, z3.Not(is_true)))
        known = self.flag(value is not None)
        if isinstance(value, date):
            day = value.toordinal()
            return Amount(known, FALSE, self.number(day), 0, (max(day - 40, 1), min(day + 40, date.max.toordinal())))
        number, places = (codes[value], 0) if isinstance(value, str) else whole(value or 0)  # type: ignore[arg-type]
        return Amount(known, FALSE, self.number(number), places)

    def row(self, row: Row, codes: Mapping[str, int], kinds: Mapping[str, Type]) -> dict[str, Symbol]:
        return {name: self.symbol(kinds[name], value, codes) for name, value in row.items()}

    def value(self, term: Any) -> Any:
        """Return what a term comes to."""
        found = z3.simplify(z3.substitute(term, *self.pairs))
        if z3.is_int_value(found):
            return found.as_long()
        assert z3.is_true(found) or z3.is_false(found), found
        return z3.is_true(found)

    def worth(self, symbol: Symbol, kind: Type) -> object:
        """Return what a symbol is worth, in the evaluator's words but for the kind of number."""
        first, second = self.value(symbol[0]), self.value(symbol[1])
        assert not (first and second)
        if isinstance(symbol, Truth):
            return True if first else (False if second else None)
        if not (first or second):
            return None
        number = self.value(symbol.value)
        assert kind is not Type.DATE or symbol.days[0] <= number <= symbol.days[1]
        return (number if kind in (Type.DATE, Type.TEXT) else Fraction(number, 10**symbol.places), bool(second))


def constants(tree: Typed) -> Iterator[Value]:
    if isinstance(tree, Constant):
        yield tree.value
    for part in parts(tree):
        yield from constants(part)


def symbolic_worth(program: Program, frame: Frame, kinds: Mapping[str, Type]) -> tuple[object, object]:
    """Return what an expression is worth to the solver, and what it is worth to the evaluator in the same words."""
    rows = [frame.row, *(row for found in frame.sets.values() for row in (*found.rows, *found.maybe))]
    said = {value for row in rows for value in row.values() if isinstance(value, str)}
    said |= {value for value in constants(program.tree) if isinstance(value, str)}
    codes = {text: at for at, text in enumerate(sorted(said))}
    fixed = Fixed()
    sets = {
        name: [
            Member(fixed.row(row, codes, kinds), fixed.flag(certain), fixed.flag(maybe))
            for members, certain, maybe in (
                (found.rows, True, False),
                (found.maybe, False, True),
                (found.rows[:1], False, False),
            )
            for row in members
        ]
        for name, found in frame.sets.items()
    }
    found = encode(program.tree, Setting(fixed.row(frame.row, codes, kinds), sets, codes))
    return fixed.worth(found, program.tree.type), plainly(program(frame), codes)


def plainly(worth: Worth, codes: Mapping[str, int]) -> object:
    if worth is None or isinstance(worth, bool):
        return worth
    if isinstance(worth, AtLeast):
        return Fraction(worth.least), True
    if isinstance(worth, date):
        return worth.toordinal(), False
    return codes[worth] if isinstance(worth, str) else Fraction(worth), False


def typed(tree: Any) -> Program:
    found = check(tree, SCOPE)
    assert not isinstance(found, tuple), found
    return Program(found)


@st.composite
def judged(draw: st.DrawFn) -> tuple[Program, Frame]:
    program = typed(draw(expressions(draw(st.sampled_from([*Type, Type.FLAG, Type.FLAG])), depth=3)))
    return program, draw(frames(facts_of(program.tree)))


@given(judged())
@often
def test_the_solver_and_the_evaluator_agree(case: tuple[Program, Frame]) -> None:
    try:
        found, expected = symbolic_worth(*case, {name: fact.type for name, fact in FACTS.items()})
    except Unsupported:
        assume(False)  # noqa: FBT003 (Hypothesis's own)
    assert found == expected


SHAPES = ["{}", "{} + $1.00", "{} - $1.00", "-1 * {}", "2 * {}", "{} * batch.factor", "50% of {}", "-50% of {}"]
SHAPES += ["least({}, $2.00)", "greatest($2.00, {})", "{} + sum(disposition.amount over exercise)"]
SIDES = ["$3.00", "batch.amount", "sum(disposition.amount over exercise)"]
LESS_KNOWN: list[dict[str, list[Row]]] = [
    {"rows": [{"loan.amount": Decimal(1)}, {"loan.amount": Decimal(2)}]},
    {"rows": [{"loan.amount": Decimal(1)}, {"loan.amount": None}]},
    {"rows": [{"loan.amount": Decimal(3)}], "maybe": [{"loan.amount": Decimal(2)}]},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_they_agree_on_every_comparison_of_a_bound(shape: str) -> None:
    kinds = {name: fact.type for name, fact in FACTS.items()}
    left = shape.format("sum(loan.amount over pool)")
    ops = ["=", "!=", "<", "<=", ">", ">="]
    asked = [text for op in ops for side in SIDES for text in (f"{left} {op} {side}", f"{side} {op} {left}")]
    programs = [(text, typed(parse(text))) for text in [*asked, f"{left} in ($1.00, $3.00)", f"given({left})"]]
    for of_pool in LESS_KNOWN:
        for amount in (None, Decimal(3)):
            for text, program in programs:
                sets = {"pool": rowset(**of_pool), "exercise": rowset([{"disposition.amount": amount}])}
                frame = Frame(row={"batch.amount": amount, "batch.factor": Decimal("0.5")}, sets=sets)
                found, expected = symbolic_worth(program, frame, kinds)
                assert (text, found) == (text, expected)


def rowset(rows: list[Row], maybe: list[Row] | tuple[()] = ()) -> Any:
    return checker.lang.frame.RowSet(rows=rows, maybe=maybe, decided_by="loan.in_pool")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("add_months(batch.day, 1)", date(9999, 12, 15), id="a month after the last"),
        pytest.param("add_months(batch.day, 1)", date(9999, 11, 30), id="the last month"),
        pytest.param("add_months(batch.day, -1)", date(1, 1, 20), id="a month before the first"),
        pytest.param("add_months(batch.day, -1)", date(1, 2, 1), id="the first month"),
    ],
)
def test_they_agree_at_the_ends_of_the_calendar(text: str, day: date) -> None:
    found, expected = symbolic_worth(
        typed(parse(text)),
        Frame(row={"batch.day": day}, sets={}),
        {"batch.day": Type.DATE},
    )
    assert found == expected


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES])
def test_the_neutral_suite_holds_for_the_solver(case: Example) -> None:
    program = conforming(case, case.expression)
    try:
        found, expected = symbolic_worth(program, case.frame, {name: fact.type for name, fact in case.facts.items()})
    except Unsupported as reason:
        assert str(reason).startswith("a number of months that is not a constant")  # noqa: PT017 (it may also agree)
    else:
        assert found == expected


@cache
def world(version: int, section: str) -> World:
    """Return every small batch under a section of one of the versions that ship."""
    return World(agreement(), agreement().versions[version], section, BOUNDS)


SECTIONS = [(at, section) for at, each in enumerate(agreement().versions) for section in each.permissions]
each_section = pytest.mark.parametrize(("version", "section"), SECTIONS)


def batch_of(values: Mapping[str, Any], of: Agreement) -> checker.Batch:
    """Return the batch that a witness is."""
    loans = {loan: flatten("loan.", facts) for loan, facts in values["tape"]["loans"].items()}
    rows = [{"loan.in_pool": True, **facts, "loan.loan_id": loan} for loan, facts in loans.items()]
    tape = tape_of(rows, file="", sha256="", as_of=values["tape"]["as_of"], layout="", columns=frozenset())
    own = {key: value for key, value in values.items() if key not in ("date", "tape", "dispositions")}
    lines = [flatten("", line) for line in values["dispositions"]]
    return checker.make_batch(of, tape, name="a", date=values["date"], lines=lines, stated=flatten("", own))


def judgements(values: Mapping[str, Any], of: Agreement | None = None) -> list[Judgement]:
    given = of or agreement()
    (verdict,) = checker.check({NAME: given}, [batch_of(values, given)]).verdicts
    return list(verdict.judged.judgements)


def status(found: list[Judgement], rule: str, reading: str = "") -> Status:
    """Return the status of a rule on the first line, the exercise or the batch."""
    judgement = next(each for each in found if each.rule == rule and each.subject.line in (0, 1))
    return judgement.readings[reading] if reading else judgement.status


WANTED: dict[Status, Callable[[Truth], Any]] = {
    Status.PASS: lambda truth: truth.true,
    Status.FAIL: lambda truth: truth.false,
    Status.UNKNOWN: lambda truth: z3.Not(z3.Or(truth.true, truth.false)),
}
DATES = "always/tape-of-the-date"
# What cannot be: both dates are always known; of the three kinds of buyer one reading lets every one buy.
NEVER = {(1, DATES, reading, Status.UNKNOWN) for reading in ("that-day", "latest-report")}
NEVER |= {(1, "3.18/buyer", "affiliate-counts", Status.FAIL)}


def found_by(of: World, *wanted: Any, **more: Any) -> dict[str, Any]:
    found = of.find(*wanted, **more)
    assert isinstance(found, Found), found
    return found.values


@pytest.mark.parametrize("is_clean", [False, True], ids=["anything else", "nothing else in the way"])
@pytest.mark.parametrize("wanted", WANTED)
@each_section
def test_a_witness_is_judged_as_it_was_wanted(version: int, section: str, wanted: Status, *, is_clean: bool) -> None:
    of = world(version, section)
    for rule in of.conditions:
        clean = [of.clean(but=[rule.rule])] if is_clean else []
        for reading in rule.readings:
            found = of.find(WANTED[wanted](of.holds(reading.program, rule.each)), *clean)
            if (version if rule.rule != DATES else 1, rule.rule, reading.name, wanted) in NEVER:
                assert isinstance(found, Nothing)
                continue
            assert isinstance(found, Found)
            judged = judgements(found.values)
            assert status(judged, rule.rule, reading.name) is wanted
            if is_clean:
                others = [each for each in judged if each.rule != rule.rule and each.deadline is each.done is None]
                assert {each.status for each in others if isinstance(each.by, Condition | None)} == {Status.PASS}


@each_section
def test_a_batch_that_is_clean_is_permitted_where_readings_are_settled(version: int, section: str) -> None:
    values = found_by(world(version, section), world(version, section).clean())
    run = checker.check({NAME: agreement()}, [batch_of(values, agreement())])
    assert run.decision == checker.Decision.PERMITTED


def test_a_witness_is_plain_to_read() -> None:
    of = world(1, "3.18")
    assert found_by(of, of.clean()) == {
        "date": date(2005, 3, 31),
        "tape": {
            "as_of": date(2005, 3, 31),
            "loans": {
                "1": {
                    "foreclosed": False,
                    "next_due_date": date(2004, 12, 1),
                    "stated_principal_balance": Decimal("100000.00"),
                    "accrued_interest": Decimal("0.00"),
                    "unreimbursed_advances": Decimal("0.00"),
                }
            },
        },
        "dispositions": [
            {
                "loan": "1",
                "under": "3.18",
                "buyer": {"role": "master_servicer", "name": "Impac Funding Corporation"},
                "price": Decimal("100000.00"),
            }
        ],
    }


def tree(text: str, each: Each = Each.EXERCISE) -> Typed:
    facts = {name: fact.declared for name, fact in agreement().facts.items()}
    found = check(parse(text), scope_of(facts, each, exercise=True))
    assert not isinstance(found, tuple), found
    return found


REACH = (
    "of up to 6 lines and 1 further loan on the tape, dates from 2004-06-01 to 2006-06-30, "
    "each listed once and with no fact attested, amounts in whole cents"
)


@pytest.mark.parametrize(
    "never",
    [
        pytest.param("count(exercise) <= 5 and count(exercise) > 5", id="a count on both sides of a limit"),
        pytest.param("sum(loan.stated_principal_balance over pool) < $0.00", id="a sum of what is never below zero"),
        pytest.param("tape.as_of > 2006-06-30", id="a day outside the window"),
        pytest.param("count(exercise) > 6", id="more lines than there are"),
        pytest.param("add_months(tape.as_of, 1) < add_days(tape.as_of, 28)", id="a month shorter than any"),
    ],
)
def test_what_cannot_be_is_proved(never: str) -> None:
    of = world(1, "3.13(g)")
    assert of.find(of.holds(tree(never), Each.EXERCISE).true) == Nothing(f"proved for all batches {REACH}")


@pytest.mark.parametrize(
    "maybe",
    [
        pytest.param("count(exercise) = 6", id="as many lines as there are"),
        pytest.param("count(pool) = 7", id="as many loans as there are"),
        pytest.param("count(pool) < count(exercise)", id="a line's loan that is not in the pool"),
        pytest.param("tape.as_of >= 2006-06-30", id="the last day of the window"),
        pytest.param("sum(loan.stated_principal_balance over pool) <= $0.00", id="nothing but zero"),
        pytest.param("add_months(tape.as_of, 1) = add_months(add_days(tape.as_of, 1), 1)", id="a month's end"),
        pytest.param("add_months(tape.as_of, 1) = add_days(tape.as_of, 28)", id="the shortest month"),
        pytest.param("days_between(tape.as_of, add_months(tape.as_of, 12)) = 365", id="a year"),
    ],
)
def test_what_can_be_is_found(maybe: str) -> None:
    of, asked = world(1, "3.13(g)"), tree(maybe)
    values = found_by(of, of.holds(asked, Each.EXERCISE).true)
    frame = next(each.frame for each in judgements(values) if each.rule == "3.13(g)/size")
    assert frame is not None
    assert Program(asked)(frame) is True


def changed(old: str, new: str) -> Policy:
    text = texts()[1]
    assert old in text
    return loaded(text.replace(old, new))


@pytest.mark.parametrize("is_further", [False, True], ids=["the loans of the lines", "one further loan"])
def test_a_limit_made_stricter_is_told_from_the_old_one(*, is_further: bool) -> None:
    policy = changed("count(exercise) <= 5", "count(exercise) < 5")
    of = World(agreement(), agreement().versions[1], "3.13(g)", BOUNDS._replace(others=int(is_further)))
    old, new = (
        next(c for c in each.permissions["3.13(g)"].conditions if c.rule == "3.13(g)/size").readings[0].program
        for each in (of.policy, policy)
    )
    values = found_by(of, of.holds(old, Each.EXERCISE).true, of.holds(new, Each.EXERCISE).false)
    frame = next(each.frame for each in judgements(values) if each.rule == "3.13(g)/size")
    assert frame is not None
    assert (old(frame), new(frame), len(values["dispositions"])) == (True, False, 5)


@pytest.mark.parametrize("by", ["0.00", "0.01", "-0.01", "0.0001"])
def test_an_edge_is_met_to_the_cent_or_is_not_there(by: str) -> None:
    of = world(1, "3.13(g)")
    ours = tree("sum(loan.stated_principal_balance over exercise)")
    limit = tree("1.00% of sum(loan.stated_principal_balance over pool)")
    values = found_by(of, of.apart(ours, limit, Decimal(by), Each.EXERCISE), of.clean(but=["3.13(g)/size"]))
    balances = {loan: facts["stated_principal_balance"] for loan, facts in values["tape"]["loans"].items()}
    bought = [balances[line["loan"]] for line in values["dispositions"]]
    assert sum(bought) - sum(balances.values()) / 100 == Decimal(by)


def test_no_edge_is_finer_than_what_there_can_be() -> None:
    of = world(1, "3.13(g)")
    ours = tree("sum(loan.stated_principal_balance over exercise)")
    limit = tree("1.00% of sum(loan.stated_principal_balance over pool)")
    assert isinstance(of.find(of.apart(ours, limit, Decimal("0.00001"), Each.EXERCISE)), Nothing)


def test_a_witness_may_be_like_another() -> None:
    of = world(1, "3.18")
    values = found_by(of, of.clean())
    values["dispositions"][0]["price"] = Decimal("123456.78")
    values["tape"]["loans"]["1"]["accrued_interest"] = Decimal("23456.78")
    values["dispositions"][0]["buyer"]["name"] = "A name that no policy names"
    price = next(each for each in of.conditions if each.rule == "3.18/price").readings[0].program
    truth = of.holds(price, Each.DISPOSITION)
    assert found_by(of, truth.true, like=values) == values
    other = found_by(of, truth.false, like=values)
    assert other["tape"] == values["tape"]


def test_a_witness_like_another_has_as_many_lines_and_loans() -> None:
    of = world(1, "3.13(g)")
    values = found_by(of, of.holds(tree("count(exercise) = 2 and count(pool) = 3"), Each.EXERCISE).true)
    price = next(each for each in of.conditions if each.rule == "3.13(g)/price").readings[0].program
    other = found_by(of, of.holds(price, Each.DISPOSITION).false, like=values)
    assert (len(other["dispositions"]), other["tape"]) == (2, values["tape"])


def test_a_loan_may_be_in_the_pool_or_not() -> None:
    of = world(1, "3.13(g)")
    count = tree("count(pool) < 7")
    everything = tree("given(sum(loan.stated_principal_balance over exercise))")
    unknown = WANTED[Status.UNKNOWN](of.holds(count, Each.EXERCISE))
    values = found_by(of, unknown, of.holds(everything, Each.EXERCISE).true)
    assert [facts.get("in_pool", True) for facts in values["tape"]["loans"].values()] == [True, None]
    frame = next(each.frame for each in judgements(values) if each.rule == "3.13(g)/size")
    assert frame is not None
    assert Program(count)(frame) is None


def test_a_loan_of_which_it_is_unknown_whether_it_is_in_the_pool_is_in_the_way() -> None:
    of = world(1, "3.18")
    unknown = WANTED[Status.UNKNOWN](of.holds(tree("loan.in_pool", Each.DISPOSITION), Each.DISPOSITION))
    assert isinstance(of.find(of.clean(), unknown), Nothing)
    values = found_by(of, of.clean(["builtin/loan-in-pool"]), unknown)
    assert {each.rule for each in judgements(values) if each.status == "unknown"} == {"builtin/loan-in-pool"}


def test_a_party_is_known_by_its_name_in_any_spelling() -> None:
    asked = tree('disposition.buyer.name = "IMPAC  funding corporation"', Each.DISPOSITION)
    of = World(agreement(), agreement().versions[1], "3.13(f)", BOUNDS, [asked])
    named = of.holds(asked, Each.DISPOSITION).true
    assert isinstance(of.find(of.clean(), named), Nothing)
    values = found_by(of, of.clean(["builtin/buyer-is-who-it-says"]), named)
    assert {each.rule for each in judgements(values) if each.status == "fail"} == {"builtin/buyer-is-who-it-says"}


def test_a_text_that_no_batch_can_say_is_not_said() -> None:
    asked = tree('disposition.buyer.name = " "', Each.DISPOSITION)
    of = World(agreement(), agreement().versions[1], "3.13(f)", BOUNDS, [asked])
    assert isinstance(of.find(of.holds(asked, Each.DISPOSITION).true), Nothing)


def test_texts_that_nobody_names_are_told_apart() -> None:
    asked = tree("disposition.determination.by != disposition.determination.document", Each.DISPOSITION)
    of = World(agreement(), agreement().versions[1], "3.13(f)", BOUNDS, [asked])
    values = found_by(of, of.holds(asked, Each.DISPOSITION).true)
    assert values["dispositions"][0]["determination"]["by"] == "Another text"
    assert values["dispositions"][0]["determination"]["document"] == "Another text 2"


@pytest.mark.parametrize("seed", range(20))
def test_no_wish_that_could_still_be_granted_is_refused(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 (a test's randomness, to be had again)
    wishes = [z3.Bool(f"wish {n}") for n in range(8)]
    against = [set(chance.sample(range(8), chance.choice([1, 2, 2, 3]))) for _ in range(6)]
    search = Search([z3.Not(z3.And(*(wishes[n] for n in each))) for each in against])
    assert search.answer() is True
    granted = {n for n, is_granted in enumerate(search.grant(wishes)) if is_granted}
    assert not [each for each in against if each <= granted]
    assert all(any(each <= granted | {n} for each in against) for n in set(range(8)) - granted)


def test_what_is_not_supported_is_open_and_never_wrong() -> None:
    of = world(1, "3.13(g)")
    asked = of.holds(tree("add_months(batch.date, count(exercise)) > batch.date"), Each.EXERCISE)
    impossible = of.holds(tree("count(exercise) > 6"), Each.EXERCISE)
    found = of.find(asked.true)
    assert isinstance(found, Open)
    assert found.reason.startswith("this is not supported: a number of months that is not a constant")
    assert isinstance(of.find(asked.true, impossible.true), Nothing)
    assert isinstance(of.find(impossible.false), Found)


def test_a_text_that_the_world_was_not_made_with_is_not_supported() -> None:
    of, asked = world(1, "3.13(f)"), tree('disposition.determination.by = "A. Officer"', Each.DISPOSITION)
    found = of.find(of.holds(asked, Each.DISPOSITION).true)
    assert found == Open("this is not supported: the text `A. Officer`, which was not foreseen")
    made = World(of.agreement, of.policy, "3.13(f)", BOUNDS, [asked])
    assert isinstance(made.find(made.holds(asked, Each.DISPOSITION).true), Found)


def test_which_loan_it_is_is_not_supported() -> None:
    of = world(1, "3.13(g)")
    assert isinstance(of.find(of.holds(tree('count(exercise where loan.loan_id = "7") = 1'), Each.EXERCISE).true), Open)


def test_a_version_that_is_in_force_on_no_day_of_the_window_is_open() -> None:
    of = World(agreement(), agreement().versions[1], "3.18", Bounds(date(2004, 1, 1), date(2004, 12, 27)))
    assert of.find(of.clean()) == Open("impac-cmb-2004-10/amendment-1 is in force on no day of these")


def test_a_version_is_in_force_until_the_next() -> None:
    of = world(0, "3.18")
    late = tree("batch.date >= 2004-12-28")
    assert isinstance(of.find(of.holds(late, Each.EXERCISE).true), Nothing)
    assert found_by(of, of.holds(tree("batch.date >= 2004-12-27"), Each.EXERCISE).true)["date"] == date(2004, 12, 27)


def test_what_an_obligation_asks_may_be_wanted_too() -> None:
    of = world(1, "3.13(g)")
    certify = of.policy.permissions["3.13(g)"].obligations[0]
    assert certify.required is not None
    values = found_by(of, of.holds(certify.required, Each.BATCH).false)
    assert values["certification"]["form"] == "Another text"
    assert status(judgements(values), "3.13(g)/certify") is Status.DEFECTIVE


def test_a_limit_of_the_solver_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.proof.search.FIRST", 1)
    of = world(1, "3.13(g)")
    assert of.find(of.clean()) == Open("the solver did not come to an end within its limit")


SCRIPT = """
from datetime import date
import checker
from checker.model import Each
from checker.proof.world import Bounds, World
agreement = checker.load_policies()["impac-cmb-2004-10"]
for section in {sections}:
    world = World(agreement, agreement.versions[1], section, Bounds(date(2004, 6, 1), date(2006, 6, 30)))
    for condition in world.conditions:
        for reading in condition.readings:
            truth = world.holds(reading.program, condition.each)
            print(world.find(truth.false, world.clean([condition.rule])))
"""


def test_two_processes_find_the_same_in_any_order() -> None:
    def found(seed: str, *sections: str) -> list[str]:
        code, env = SCRIPT.format(sections=sections), {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        return sorted(done.stdout.splitlines())

    assert found("1", "3.18", "3.13(g)") == found("2", "3.13(g)", "3.18")


# Any batch at all is one of the world's, and each rule comes to what it is judged to be.
AMOUNTS = [Decimal(text) for text in ("0.00", "0.01", "1.00", "100.00", "100.01", "9900.00", "10000.00")]
ROLES = {"master_servicer": "Impac Funding Corporation", "affiliate": "Another", "third_party": "impac  FUNDING corp"}


def any_value(chance: Random, kind: Type, name: str, on: date) -> Value | None:
    options: dict[Type, list[Any]] = {
        Type.FLAG: [True, False],
        Type.MONEY: AMOUNTS,
        Type.DATE: [
            on,
            on - timedelta(1),
            on + timedelta(1),
            on - timedelta(90),
            on - timedelta(chance.randint(0, 200)),
        ],
        Type.TEXT: list(ROLES) if name.endswith("role") else [*ROLES.values(), "Exhibit B"],
    }
    return chance.choice([*options[kind] * 3, None])


def any_batch(chance: Random, section: str) -> dict[tuple[str, int], dict[str, Value | None]]:
    """Return the facts of any batch by holder and number."""
    on = chance.choice([date(2005, 1, 31), date(2005, 3, 31), date(2006, 2, 28)])
    of = world(1, section)
    lines, others = chance.randint(1, 6), chance.randint(0, 1)
    numbers = {"batch": [0], "line": range(1, lines + 1), "loan": [*range(1, lines + 1), *range(7, 7 + others)]}
    found = {
        (holder, number): {
            name: any_value(chance, each.fact.type, name, on) for name, each in of.variables[holder, number].items()
        }
        for holder, each in numbers.items()
        for number in each
    }
    found["batch", 0] |= {
        "batch.date": on,
        "tape.as_of": on - timedelta(chance.choice([0, 0, 1, 31, 32])),
        "batch.batch": "a",
    }
    return found


def as_values(facts: Mapping[tuple[str, int], Mapping[str, Value | None]], section: str) -> dict[str, Any]:
    def bare(at: tuple[str, int]) -> dict[str, Any]:
        return {name.partition(".")[2]: value for name, value in facts[at].items()}

    batch = facts["batch", 0]
    return {
        "date": batch["batch.date"],
        "tape": {"as_of": batch["tape.as_of"], "loans": {str(n): bare((h, n)) for h, n in facts if h == "loan"}},
        "dispositions": [{"loan": str(n), "under": section, **bare((h, n))} for h, n in facts if h == "line"],
        **{name: value for name, value in batch.items() if name.partition(".")[0] not in ("batch", "tape")},
    }


@pytest.mark.parametrize("section", ["3.13(g)", "3.13(f)", "3.18"])
def test_any_batch_is_one_of_the_world_and_comes_to_what_it_is_judged(section: str) -> None:
    of = world(1, section)
    for seed in range(25):
        facts = any_batch(Random(seed), section)  # noqa: S311 (a test's randomness, to be had again)
        judged = judgements(as_values(facts, section))
        pairs = [
            (there, z3.BoolVal((holder, n) in facts))
            for holder, terms, first in (("line", of.present, 1), ("loan", of.further, 7))
            for n, there in enumerate(terms, first)
            if not z3.is_true(there)
        ]
        for at, variables in of.variables.items():
            for name, each in variables.items():
                pairs += fixed(of, each, facts.get(at, {}).get(name))

        solver = z3.Solver()
        solver.add(*(term == value for term, value in pairs))
        assert solver.check() == z3.sat

        def comes_to(formula: Any, model: Any = solver.model()) -> bool:  # noqa: B008 (of this round)
            return z3.is_true(model.eval(formula))

        for rule in of.conditions:
            passing = {each.status for each in judged if each.rule == rule.rule} == {Status.PASS}
            assert (seed, rule.rule, comes_to(of.passes(rule))) == (seed, rule.rule, passing)
            for reading in rule.readings:
                truth = of.holds(reading.program, rule.each)
                wanted = {Status.PASS: (True, False), Status.FAIL: (False, True), Status.UNKNOWN: (False, False)}
                found = comes_to(truth.true), comes_to(truth.false)
                assert found == wanted[status(judged, rule.rule, reading.name)]
        bearing = [each for each in judged if each.by is None or isinstance(each.by, Condition)]
        assert comes_to(of.clean()) == ({each.status for each in bearing} == {Status.PASS})
        assert all(map(comes_to, of._rules()))


def fixed(of: World, each: Any, value: Value | None) -> list[tuple[Any, Any]]:
    """Return what a variable of the world stands for where its fact has a value."""
    known = [] if z3.is_true(each.known) else [(each.known, z3.BoolVal(value is not None))]
    if each.fact.type is Type.FLAG:
        return [*known, (each.value, z3.BoolVal(value is True))]
    unknown = {Type.TEXT: of.texts.options(each.fact)[0], Type.DATE: each.days[0]}.get(each.fact.type, 0)
    number = z3.IntVal(unknown) if value is None else z3.simplify(meant(each, value, of.texts).arg(1))
    return [*known, (each.value, number)]
