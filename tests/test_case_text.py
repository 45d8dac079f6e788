"""A batch that was found is written as a case that, read back, is the same batch and comes as it came."""

import os
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from textwrap import indent
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from trials import LAW, told

from checker.document import strict
from checker.faults import Place
from checker.model import Decision, Run, Status
from checker.proof.cases import Case, Expected, batch_of_case, cases_of
from checker.proof.trial import STOPS, deviations, run_case
from checker.proof.write import case_text, expected, terse
from checker.values import BadValueError, parse_text

often = settings(
    max_examples=int(os.environ.get("EXAMPLES", "120")), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
DAY = date(2011, 3, 31)
NOWHERE = Place(file="")
Values = dict[str, Any]
# Text that is something else in YAML if it is written without quotation marks, or that breaks off there.
CURIOUS = [
    *("yes", "No", "ON", "off", "y", "N", "true", "False", "null", "Null", "~", "<<", "=", "nan", ".inf", "-.INF"),
    *("007", "0x1F", "0o17", "1e5", "1_000", "12:30:45", "3.10", "2005-03-31", "+1", "-1", "- a", "-", "--- a", "..."),
    *("a: b", "a:", ":a", "a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", "? a", "[a]", "{a}", "a,b", ","),
    *('"', "'", '"a"', "'a'", 'a"b', "a'b", "\\", "a\\", "\\n", '\\"', "a\\\\b", "''", '""', "a  b", "a" * 200),
    *(
        "é",
        "ß §",
        "日本",
        "🏠",
        "a—b",
        "Q4/2004 (a-b)",
        "3.13(f)",
        "a -b",
        "a- b",
        "(a)",
        "/a",
        "_",
        "1a",
        "a.",
    ),
    *("expect:", "expect", "title", "loan", "every", "a\u0301"),
]


def is_text(text: str) -> bool:
    """Tell whether a file can say a text."""
    try:
        return bool(parse_text(text))
    except BadValueError:
        return False


texts = st.sampled_from([text for text in CURIOUS if is_text(text)]) | st.text(min_size=1, max_size=12).filter(is_text)
amounts = st.decimals(0, 10**12, places=2) | st.sampled_from(
    [Decimal(0), Decimal("1E+5"), Decimal("0.0001"), Decimal("100000000000000000000000.000001"), Decimal(5)]
)
days = st.dates(date(2010, 1, 1), date(2013, 12, 31))
flags = st.booleans()


def facts(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Values]:
    """Return some of these facts."""
    return st.fixed_dictionaries({}, optional=optional)


loans = facts(
    stated_principal_balance=amounts,
    interest=amounts,
    defaulted=flags,
    insurer=facts(name=texts),
    in_pool=st.sampled_from([None, False]),
)
lines = facts(
    price=amounts,
    note=texts,
    value=facts(amount=amounts, by=texts),
    buyer=facts(name=texts, role=st.sampled_from(["affiliate", "third_party"])),
)


@st.composite
def values(draw: st.DrawFn) -> Values:
    """Return a batch in the form of a case, spelled out; its loans and lines often share facts."""
    pool = draw(st.dictionaries(texts, loans, min_size=1, max_size=4))
    if draw(flags):
        alike = draw(loans)
        pool = {name: {**own, **alike} for name, own in pool.items()}
    said = draw(facts(price=amounts, note=texts) if draw(flags) else st.just({}))
    own = st.tuples(st.sampled_from([*pool, "none"]), st.sampled_from(["2.1", "2.2", "3.10", "no: section"]), lines)
    dispositions = [
        {"loan": name, "under": under, **each, **said}
        for name, under, each in draw(st.lists(own, min_size=1, max_size=4))
    ]
    day = draw(days)
    found: Values = {"date": day, "tape": {"as_of": draw(days), "loans": pool}, "dispositions": dispositions}
    if draw(flags):
        found["notice"] = draw(facts(form=texts, sent=days, paid=flags))
    if draw(flags):
        found["as_of"] = max(day, draw(days))
    return found


def judged(of: Mapping[str, Any]) -> Run:
    """Return a batch in the form of a case, judged and decided."""
    nothing = Expected(decision=Decision.PERMITTED, rules={}, only=False)
    batch = batch_of_case(of, LAW, NOWHERE)
    return run_case(Case(title="", batch=batch, as_of=of.get("as_of"), expected=nothing, at=NOWHERE), LAW)


def read_back(text: str) -> Case:
    (found,) = cases_of(strict.parse(f"cases:\n{indent(text, '  ')}\n".encode(), "cases.yaml"), LAW)
    return found


@often
@given(values(), texts)
def test_what_is_written_is_read_back_as_the_same_batch(of: Values, title: str) -> None:
    run = judged(of)
    found = read_back(case_text(title, of, run, expected(run)))
    assert told(found.batch) == told(batch_of_case(of, LAW, NOWHERE))
    assert (found.title, found.as_of) == (title, of.get("as_of"))


@often
@given(values())
def test_what_is_written_comes_as_it_came_and_says_what_stands_in_the_way(of: Values) -> None:
    run = judged(of)
    assume(not is_mixed(run))
    found = read_back(case_text("A case.", of, run, expected(run)))
    assert found.expected.decision is run.decision
    assert found.expected.only
    assert deviations(found, run_case(found, LAW)) == ()


def is_mixed(run: Run) -> bool:
    """Tell whether a rule stops one line in one way and another line in another: no expectation can say that."""
    (verdict,) = run.verdicts
    bad = {(one.rule, one.status) for one in verdict.judged.judgements if one.status in STOPS}
    return len(bad) > len({rule for rule, _ in bad})


@often
@given(values())
def test_what_is_shared_is_said_once_and_means_the_same(of: Values) -> None:
    short = terse(of)
    assert told(batch_of_case(short, LAW, NOWHERE)) == told(batch_of_case(of, LAW, NOWHERE))
    pool: list[Values] = list(short["tape"]["loans"].values())  # type: ignore[index] # in the form of a case
    left = [line for line in short["dispositions"] if isinstance(line, dict)]  # type: ignore[attr-defined] # likewise
    assert shared(pool) == {}
    assert len(left) < len(of["dispositions"]) or shared(left).keys() <= {"loan"}


def shared(records: list[Values]) -> Values:
    first, *others = records
    return {key: value for key, value in first.items() if others and all(one.get(key, ...) == value for one in others)}


@often
@given(values(), texts)
def test_what_is_written_can_be_read_by_a_program_that_knows_only_yaml(of: Values, title: str) -> None:
    run = judged(of)
    (found,) = yaml.load(case_text(title, of, run, expected(run)), yaml.CSafeLoader)
    names = [line if isinstance(line, str) else line["loan"] for line in found["dispositions"]]
    assert (found["title"], names) == (title, [line["loan"] for line in of["dispositions"]])


@pytest.mark.parametrize("text", [text for text in CURIOUS if is_text(text)])
def test_a_curious_text_stays_the_same_text_wherever_it_stands(text: str) -> None:
    line: Values = {"loan": text, "under": text, "note": text}
    of = {"date": DAY, "tape": {"loans": {text: {"insurer": {"name": text}}}}, "dispositions": [line]}
    run = judged(of)
    written = case_text(text, of, run, expected(run))
    assert (read_back(written).title, told(read_back(written).batch)) == (text, told(batch_of_case(of, LAW, NOWHERE)))
    assert yaml.load(written, yaml.CSafeLoader)[0]["dispositions"] == [line]


# What is expected of it.

SOLD: Values = {
    "date": date(2011, 3, 31),
    "tape": {"as_of": date(2011, 3, 31), "loans": {"1": {"stated_principal_balance": Decimal(1000)}, "2": {}}},
    "dispositions": [{"loan": "1", "under": "2.1", "price": Decimal(5)}],
}


def test_what_stands_in_the_way_is_expected_by_reading_and_what_passes_is_not() -> None:
    assert expected(judged({**SOLD, "notice": {"form": "B", "sent": DAY}})) == {
        "2.1/current": "unknown",
        "2.1/price": "unknown",
        "2.1/size": {"either": "pass", "both": "unknown"},
    }


def test_what_is_asked_for_is_expected_also_where_it_passes_or_is_due() -> None:
    also = {"builtin/loan-in-pool", "2.1/notify"}
    found = expected(judged(SOLD), also)
    assert {rule: found[rule] for rule in also} == {"builtin/loan-in-pool": Status.PASS, "2.1/notify": Status.DUE}


def test_of_a_rule_that_passes_on_one_line_and_fails_on_another_the_failure_is_expected() -> None:
    two = {**SOLD, "dispositions": [{"loan": name, "under": "2.2", "price": Decimal(5)} for name in ("1", "none")]}
    assert expected(judged(two), {"builtin/loan-in-pool"})["builtin/loan-in-pool"] is Status.FAIL
    turned = {**two, "dispositions": two["dispositions"][::-1]}
    assert expected(judged(turned), {"builtin/loan-in-pool"})["builtin/loan-in-pool"] is Status.FAIL


# As it looks.

TEXT = """\
- title: "Two loans: one is known."
  date: 2011-03-31
  as_of: 2011-04-30
  tape:
    as_of: 2011-03-30
    every:
      interest: 10.00
      in_pool:
    loans:
      "007":
        defaulted: false
      rest: {}
  every:
    under: "2.1"
    buyer:
      role: third_party
  dispositions:
    - "007"
    - loan: rest
      price: 100000
  notice:
    form: Exhibit B (a)
    paid: true
  # Read it.
  expect:
    decision: undecided
    rules:
      2.1/size:
        either: unknown
        both: unknown
      2.1/notify: late"""


def test_the_whole_text_of_a_case_is_plain_to_read() -> None:
    line: Values = {"under": "2.1", "buyer": {"role": "third_party"}}
    loan: Values = {"interest": Decimal("10.00"), "in_pool": None}
    of = {
        "date": date(2011, 3, 31),
        "tape": {"as_of": date(2011, 3, 30), "loans": {"007": {**loan, "defaulted": False}, "rest": loan}},
        "dispositions": [{"loan": "007", **line}, {"loan": "rest", **line, "price": Decimal("1E+5")}],
        "notice": {"form": "Exhibit B (a)", "paid": True},
        "as_of": date(2011, 4, 30),
    }
    rules: Mapping[str, Any] = {
        "2.1/size": {"either": Status.UNKNOWN, "both": Status.UNKNOWN},
        "2.1/notify": Status.LATE,
    }
    assert case_text("Two loans: one is known.", of, judged(of), rules, "Read it.") == TEXT


def test_where_nothing_stands_in_the_way_no_rule_is_named() -> None:
    of = {**SOLD, "dispositions": [{"loan": "1", "under": "2.2", "price": Decimal(5)}]}
    run = judged(of)
    assert (run.decision, expected(run)) == (Decision.PERMITTED, {})
    assert read_back(case_text("A case.", of, run, {})).expected == Expected(Decision.PERMITTED, {}, only=True)


@pytest.mark.parametrize("count", [1, 2])
def test_of_one_loan_or_one_line_nothing_is_shared(count: int) -> None:
    of = {**SOLD, "tape": {"loans": {name: {"interest": Decimal(5)} for name in ["1", "2"][:count]}}}
    found: Any = terse(of)
    assert ("every" in found["tape"], "every" in found) == (count == 2, False)


def test_two_lines_that_say_the_same_keep_their_loans() -> None:
    of = {**SOLD, "dispositions": [{"loan": "1", "under": "2.2"}, {"loan": "1", "under": "2.2"}]}
    found: Any = terse(of)
    assert (found["every"], found["dispositions"]) == ({"under": "2.2"}, ["1", "1"])
