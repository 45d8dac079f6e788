"""What a case says, with the base that it is like, and when it comes as expected."""

import copy
import os
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from builders import FOLDER, shipped_policies
from hypothesis import given, settings
from hypothesis import strategies as st
from trials import CLEAN, LAW, ROOT, Says, batch, came, case, read, told

from checker.document import strict
from checker.load.policies import load_folders
from checker.proof.cases import cases_of, merged, read_cases
from checker.proof.trial import deviations, run_case

some = settings(max_examples=int(os.environ.get("EXAMPLES", "150")), deadline=None)
NOTICE = {"notice.form": "B", "notice.sent": date(2011, 3, 31)}


def said(**says: Any) -> Any:
    """Return what a case states that is like `clean` but for this."""
    return batch(case(**says))


def line(number: int = 1, **says: Any) -> Any:
    return said(**says)["lines"][number - 1]


def loan(name: str = "1", **says: Any) -> Any:
    return said(**says)["pool"][name]


# What a case says.


def test_a_case_that_is_like_none_says_everything_itself() -> None:
    assert batch(case(like=None, **CLEAN)) == said()


def test_a_key_that_the_case_says_replaces_that_of_the_base_and_the_others_stay() -> None:
    assert line(every={"price": "7.00"})["disposition.price"] == Decimal("7.00")
    assert line(every={"price": "7.00"})["under"] == "2.1"


def test_mappings_are_merged_however_deep() -> None:
    changed = loan("1", tape={"loans": {"1": {"interest": "7.00"}}})
    assert changed == {**loan("1"), "loan.interest": Decimal("7.00")}
    assert loan("2", tape={"loans": {"1": {"interest": "7.00"}}}) == loan("2")


def test_a_loan_that_only_the_case_has_stands_beside_those_of_the_base() -> None:
    assert list(said(tape={"loans": {"more": {}}})["pool"]) == ["1", "2", "rest", "more"]


def test_a_list_replaces_that_of_the_base() -> None:
    assert [one["loan"] for one in said(dispositions=["rest"])["lines"]] == ["rest"]


def test_an_empty_list_leaves_no_line_of_the_base() -> None:
    assert said(dispositions=[])["lines"] == []


def test_an_empty_value_takes_a_fact_of_the_batch_away() -> None:
    assert "notice.sent" not in said(notice={"sent": None})["stated"]
    assert said(notice={"sent": None})["stated"]["notice.form"] == "B"


def test_an_empty_value_takes_a_fact_of_every_line_away() -> None:
    assert "disposition.price" not in line(every={"price": None})


def test_an_empty_value_of_a_line_takes_away_what_every_line_says() -> None:
    says = {"dispositions": [{"loan": "1", "price": None}, "2"]}
    assert "disposition.price" not in line(1, **says)
    assert line(2, **says)["disposition.price"] == Decimal("1010.00")


def test_an_empty_value_of_every_loan_takes_a_fact_of_the_tape_away() -> None:
    assert "loan.interest" not in loan(tape={"every": {"interest": None}})


def test_an_empty_value_of_one_loan_takes_away_what_every_loan_is() -> None:
    says = {"tape": {"loans": {"1": {"interest": None}}}}
    assert ("loan.interest" in loan("1", **says), "loan.interest" in loan("2", **says)) == (False, True)


@pytest.mark.parametrize("empty", [None, ""], ids=["nothing", "empty text"])
def test_an_empty_group_takes_the_whole_group_away(empty: str | None) -> None:
    assert NOTICE.items() <= said()["stated"].items()
    assert not NOTICE.keys() & said(notice=empty)["stated"].keys()


def test_an_empty_group_of_every_line_takes_the_whole_group_away() -> None:
    base = {"like": "clean", "every": {"value": {"amount": "5.00", "by": "A"}}}
    found = batch(case(like="valued", every={"value": None}), valued=base)
    assert found == said()


def test_an_empty_group_of_one_line_takes_away_what_every_line_says_of_it() -> None:
    says = {"every": {"value": {"amount": "5.00", "by": "A"}}, "dispositions": [{"loan": "1", "value": None}, "2"]}
    assert line(1, **says) == line(1)
    assert line(2, **says)["disposition.value.by"] == "A"


def test_every_attested_fact_can_be_taken_away_at_once() -> None:
    base = {"like": "clean", "tape": {"every": {"defaulted": None}}, "every": {"loan": {"defaulted": "false"}}}
    assert batch(case(like="attested"), attested=base)["lines"] != said()["lines"]  # they attest it
    assert batch(case(like="attested", every={"loan": None}), attested=base)["lines"] == said()["lines"]


def test_what_was_taken_away_can_be_said_again() -> None:
    bare = {"like": "clean", "notice": None}
    assert batch(case(like="bare", notice={"form": "C"}), bare=bare)["stated"].items() >= {"notice.form": "C"}.items()
    assert batch(case(like="bare", notice=CLEAN["notice"]), bare=bare) == said()


def test_a_mapping_with_nothing_in_it_says_nothing_and_takes_nothing_away() -> None:
    assert said(notice={}, every={}, tape={"loans": {"1": {}}}) == said()


def test_a_base_may_be_like_another_base_which_may_be_like_a_third() -> None:
    second: Says = {"like": "clean", "every": {"price": "7.00"}, "notice": {"form": "C"}}
    third: Says = {"like": "second", "every": {"price": "8.00"}}
    found: Any = batch(case(like="third", date="2011-04-01"), second=second, third=third)
    assert found == said(every={"price": "8.00"}, notice={"form": "C"}, date="2011-04-01")


def test_two_cases_that_are_like_one_base_do_not_change_it_for_one_another() -> None:
    changed = case("A.", tape={"loans": {"1": {"interest": "7.00"}}}, every={"price": "7.00"}, notice={"form": "C"})
    _, second = read(changed, case("B."))
    assert told(second.batch) == said()


Nested = st.recursive(
    st.none() | st.sampled_from(["1", "2"]), lambda one: st.dictionaries(st.sampled_from("abcd"), one), max_leaves=12
)
mappings = st.dictionaries(st.sampled_from("abcd"), Nested)


@some
@given(mappings, mappings)
def test_what_is_merged_holds_each_key_of_both_and_of_a_key_in_both_what_is_said_last(base: Says, own: Says) -> None:
    kept, found = copy.deepcopy((base, own)), merged(base, own)
    assert found.keys() == base.keys() | own.keys()
    for key, value in found.items():
        if key not in own or key not in base:
            assert value == {**base, **own}[key]
        elif isinstance(own[key], dict) and isinstance(base[key], dict):
            assert value == merged(base[key], own[key])
        else:
            assert value == own[key]
    assert (base, own) == kept


money = st.decimals(0, 10**6, places=2).map(str)
facts_of_a_loan = st.fixed_dictionaries(
    {
        "in_pool": st.sampled_from(["true", "false"]),
        "insurer": st.fixed_dictionaries({}, optional={"name": st.sampled_from("ab")}),
    },
    optional={
        "stated_principal_balance": money,
        "interest": money,
        "defaulted": st.sampled_from(["true", "false"]),
    },
)
facts_of_every_line = st.fixed_dictionaries(
    {"under": st.sampled_from(["2.1", "2.2"])},
    optional={
        "price": money,
        "note": st.sampled_from(["a", "b"]),
        "value": st.fixed_dictionaries({}, optional={"amount": money, "by": st.sampled_from(["a", "b"])}),
    },
)
facts_of_a_batch = st.fixed_dictionaries({}, optional={"form": st.sampled_from("BC"), "sent": st.just("2011-04-01")})
wholes = st.fixed_dictionaries(
    {
        "date": st.sampled_from(["2011-03-31", "2011-04-30"]),
        "tape": st.fixed_dictionaries({"loans": st.fixed_dictionaries({"1": facts_of_a_loan, "2": facts_of_a_loan})}),
        "every": facts_of_every_line,
        "dispositions": st.sampled_from([["1"], ["1", "2"], []]),
    },
    optional={"notice": facts_of_a_batch},
)


def difference(base: Mapping[str, Any], wanted: Mapping[str, Any]) -> Says:
    """Return what a case like the base must say to be as wanted: what changes, and what goes."""
    found: Says = {key: None for key in base if key not in wanted}
    for key, value in wanted.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            found[key] = difference(base[key], value)
        elif key not in base or base[key] != value:
            found[key] = value
    return found


@some
@given(wholes, wholes)
def test_any_batch_can_be_said_as_what_differs_from_any_other(base: Says, wanted: Says) -> None:
    says = case(like="base", **difference(base, wanted))
    assert batch(says, base=base) == batch(case(like=None, **wanted))


# Defaults.


def test_a_tape_without_a_day_is_as_of_the_date() -> None:
    assert said(date="2011-04-01")["as of"] == date(2011, 4, 1)
    assert said(date="2011-04-01", tape={"as_of": "2011-03-30"})["as of"] == date(2011, 3, 30)


def test_what_every_loan_is_a_loan_may_say_otherwise() -> None:
    assert loan("rest")["loan.stated_principal_balance"] == Decimal("2000.00")
    assert loan("1")["loan.stated_principal_balance"] == Decimal("1000.00")


def test_what_every_line_says_a_line_may_say_otherwise() -> None:
    says = {"dispositions": [{"loan": "1", "under": "2.2", "price": "7.00"}, {"loan": "2"}]}
    assert [one["under"] for one in said(**says)["lines"]] == ["2.2", "2.1"]
    assert [one["disposition.price"] for one in said(**says)["lines"]] == [Decimal("7.00"), Decimal("1010.00")]


def test_a_line_says_a_part_of_a_group_and_every_the_rest() -> None:
    says = {"every": {"value": {"by": "A", "amount": "5.00"}}, "dispositions": [{"loan": "1", "value": {"by": "B"}}]}
    found = line(**says)
    assert (found["disposition.value.by"], found["disposition.value.amount"]) == ("B", Decimal("5.00"))


@pytest.mark.parametrize("form", ["1", {"loan": "1"}, {"loan": {"loan_id": "1"}}], ids=["number", "line", "loan"])
def test_a_line_may_be_just_the_number_of_a_loan(form: object) -> None:
    assert line(dispositions=[form, "2"]) == line()


@pytest.mark.parametrize("form", ["1", {"loan": "1"}, {"loan": {"loan_id": "1"}}], ids=["number", "line", "loan"])
def test_what_every_line_attests_of_its_loan_each_line_attests(form: object) -> None:
    says = {"tape": {"every": {"defaulted": None}}, "every": {"loan": {"defaulted": "false"}}, "dispositions": [form]}
    assert (line(**says)["loan.defaulted"], line(**says)["loan"]) == (False, "1")


def test_a_line_may_attest_otherwise_than_every_line_does() -> None:
    says = {"tape": {"every": {"defaulted": None}}, "every": {"loan": {"defaulted": "false"}}}
    own = [{"loan": {"loan_id": "1", "defaulted": "true"}}, {"loan": {"loan_id": "2", "defaulted": None}}, "rest"]
    found = said(**says, dispositions=own)["lines"]
    assert [one.get("loan.defaulted") for one in found] == [True, None, False]


def test_a_loan_is_in_the_pool_unless_it_says_otherwise() -> None:
    says = {"tape": {"loans": {"1": {"in_pool": "false"}, "2": {"in_pool": None}}}}
    (found,) = read(case(**says))
    assert [row["loan.in_pool"] for row in found.batch.tape.loans.values()] == [False, None, True]
    assert len(found.batch.tape.pool.rows) == 1


def test_every_loan_may_be_outside_the_pool() -> None:
    (found,) = read(case(tape={"every": {"in_pool": "false"}, "loans": {"rest": {"in_pool": "true"}}}))
    assert [row["loan.in_pool"] for row in found.batch.tape.loans.values()] == [False, False, True]


def test_a_fact_that_no_loan_has_is_no_column_of_the_tape() -> None:
    (found,) = read(case(tape={"every": {"interest": None}}))
    assert "loan.interest" not in found.batch.tape.columns
    assert "loan.defaulted" in found.batch.tape.columns


# What is expected.

LATE = "2.1/notify: expected nothing, came late"
IN_DEFAULT = {"tape": {"loans": {"1": {"defaulted": "true"}}}}
SILENT = {"tape": {"loans": {"1": {"defaulted": None}}}}
LARGE = {"dispositions": ["1", "rest"], "every": {"price": "2010.00"}}  # 3,000.00 of 4,000.00, but two
LARGER = {"dispositions": ["1", "2", "rest"], "every": {"price": "2010.00"}}


@pytest.mark.parametrize(
    ("says", "otherwise"),
    [
        pytest.param({}, [], id="permitted, as expected"),
        pytest.param({"rules": {"2.1/current": "pass"}}, [], id="a rule that passes, as expected"),
        pytest.param({"rules": {"2.1/notify": "met"}}, [], id="an obligation that is met, as expected"),
        pytest.param({"rules": {"builtin/loan-in-pool": "pass"}}, [], id="a built-in rule, as expected"),
        pytest.param(
            {"decision": "refused", "rules": {"2.1/current": "fail"}} | IN_DEFAULT, [], id="a rule that fails"
        ),
        pytest.param(
            {"decision": "undecided", "rules": {"2.1/current": "unknown"}} | SILENT, [], id="a rule that is unknown"
        ),
        pytest.param({"decision": "undecided", "rules": {"2.1/size": "disputed"}} | LARGE, [], id="one in dispute"),
        pytest.param(
            {"decision": "undecided", "rules": {"2.1/size": {"either": "pass", "both": "fail"}}} | LARGE,
            [],
            id="one in dispute, by reading",
        ),
        pytest.param(
            {"decision": "undecided", "rules": {"2.1/size": {"both": "fail"}}} | LARGE, [], id="one reading of it"
        ),
        pytest.param(
            {"decision": "refused", "rules": {"2.1/current": "pass"}},
            ["decision: expected refused, came permitted"],
            id="another decision",
        ),
        pytest.param(
            {"rules": {"2.1/current": "fail"}},
            ["2.1/current: expected fail, came pass"],
            id="a rule that comes with another status",
        ),
        pytest.param(
            {"rules": {"2.1/notify": "due"}}, ["2.1/notify: expected due, came met"], id="an obligation with another"
        ),
        pytest.param(
            {"rules": {"2.1/size": {"either": "pass", "both": "fail"}}},
            ["2.1/size (both): expected fail, came pass"],
            id="a reading that comes with another status",
        ),
        pytest.param(
            {"decision": "refused", "rules": {"2.1/current": "fail"}} | IN_DEFAULT | {"date": "2011-04-01"},
            [],
            id="on one line of two",
        ),
        pytest.param(
            {"decision": "refused", "rules": {"2.1/current": "pass"}} | IN_DEFAULT,
            ["2.1/current: expected pass, came fail and pass"],
            id="a rule that passes on one line only does not pass",
        ),
        pytest.param(
            {
                "decision": "refused",
                "rules": {"2.1/current": "fail"},
                "tape": {"loans": {"1": {"defaulted": "true"}, "2": {"defaulted": None}}},
            },
            ["2.1/current: expected fail, came fail and unknown"],
            id="one that fails on one line and is unknown on another does not just fail",
        ),
        pytest.param(
            {"rules": {"2.2/price": "pass"}}, ["2.2/price: expected pass, came not judged"], id="a rule not judged"
        ),
        pytest.param(
            {"rules": {"2.1/value": "pass"}},
            ["2.1/value: expected pass, came not judged"],
            id="a rule of a version that is not in force",
        ),
        pytest.param(
            {"rules": {"2.1/size": {"either": "pass", "three": "fail"}}},
            ["2.1/size (three): expected fail, came not judged"],
            id="a reading of a version that is not in force",
        ),
        pytest.param(
            {"date": "2012-03-31", "decision": "undecided", "rules": {"2.1/size": {"both": "fail"}}, "also": "any"},
            ["2.1/size (both): expected fail, came not judged"],
            id="a reading that the version in force has no more",
        ),
        pytest.param(
            {"rules": {"2.1/size": {"both": "pass"}}, "every": {"under": "2.2"}},
            ["2.1/size (both): expected pass, came not judged"],
            id="a reading not judged",
        ),
        pytest.param(
            {"decision": "refused", "rules": {"2.1/price": "pass"}} | IN_DEFAULT,
            ["2.1/current: expected nothing, came fail"],
            id="another rule that fails",
        ),
        pytest.param(
            {"decision": "undecided", "rules": {"2.1/price": "pass"}} | SILENT,
            ["2.1/current: expected nothing, came unknown"],
            id="another rule that is unknown",
        ),
        pytest.param(
            {"decision": "undecided", "rules": {"2.1/price": "pass"}} | LARGE,
            ["2.1/size: expected nothing, came disputed"],
            id="another rule in dispute",
        ),
        pytest.param({"notice": None, "as_of": "2011-04-04"}, [LATE], id="an obligation that is late"),
        pytest.param(
            {"notice": {"form": "C"}}, ["2.1/notify: expected nothing, came defective"], id="one that is defective"
        ),
        pytest.param({"notice": None}, [], id="one that is due stands in nobody's way"),
        pytest.param({"notice": None, "rules": {"2.1/notify": "due"}}, [], id="one that is due, as expected"),
        pytest.param(
            {"tape": {"loans": {"2": {"in_pool": "false"}}}, "decision": "refused", "rules": {"2.1/price": "pass"}},
            ["2.1/size: expected nothing, came disputed", "builtin/loan-in-pool: expected nothing, came fail"],
            id="a built-in rule that fails",
        ),
        pytest.param(
            {"decision": "refused", "rules": {"2.1/current": "fail"}, "every": {"price": "1.00"}, "also": "any"}
            | IN_DEFAULT,
            [],
            id="another rule that fails, where any may",
        ),
        pytest.param(
            {"notice": None, "as_of": "2011-04-04", "also": "any"}, [], id="one that is late, where any may be"
        ),
        pytest.param(
            {"rules": {"2.1/current": "fail"}, "also": "any"},
            ["2.1/current: expected fail, came pass"],
            id="any other rule may stop it, but the one named must come as expected",
        ),
        pytest.param(
            {"decision": "permitted", "also": "any"} | IN_DEFAULT,
            ["decision: expected permitted, came refused"],
            id="any other rule may stop it, but the decision must come as expected",
        ),
        pytest.param(
            {"decision": "undecided", "rules": {"2.1/price": "fail"}} | LARGER,
            [
                "decision: expected undecided, came refused",
                "2.1/price: expected fail, came pass",
                "2.1/size: expected nothing, came fail",
            ],
            id="everything at once",
        ),
    ],
)
def test_a_case_comes_as_expected_or_it_is_said_what_came(says: Says, otherwise: list[str]) -> None:
    assert came(case(**says)) == otherwise


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        pytest.param(None, "due", id="on the date itself, unless said"),
        pytest.param("2011-03-31", "due", id="on the date itself"),
        pytest.param("2011-04-03", "due", id="on the last day"),
        pytest.param("2011-04-04", "late", id="a day later"),
    ],
)
def test_as_of_is_the_day_from_which_obligations_are_looked_at(as_of: str | None, status: str) -> None:
    says = {} if as_of is None else {"as_of": as_of}
    assert came(case(notice=None, rules={"2.1/notify": status}, **says)) == []


def test_what_was_done_after_as_of_has_not_been_done_yet() -> None:
    says = {"notice": {"sent": "2011-04-02"}}
    assert came(case(**says, rules={"2.1/notify": "due"}, as_of="2011-04-01")) == []
    assert came(case(**says, rules={"2.1/notify": "met"}, as_of="2011-04-02")) == []


def test_as_of_does_not_move_the_tape_and_stays_where_a_base_says_it() -> None:
    (found,) = read(case(like="later"), later={"like": "clean", "as_of": "2011-05-01"})
    assert (found.as_of, found.batch.tape.as_of) == (date(2011, 5, 1), date(2011, 3, 31))


# The cases in hand.


def test_every_case_that_ships_comes_as_expected() -> None:
    (folder,) = load_folders(FOLDER)
    cases = read_cases(folder)
    assert len(cases) > 100
    assert [(one.title, found) for one in cases if (found := deviations(one, run_case(one, folder.agreement)))] == []


def test_the_cases_are_in_the_order_of_their_files() -> None:
    (folder,) = load_folders(FOLDER)
    places = [(one.at.file, one.at.line) for one in read_cases(folder)]
    assert places == sorted(places)


def test_the_case_that_the_guide_to_policies_shows_comes_as_expected() -> None:
    text = (ROOT / "policies" / "README.md").read_text("utf-8").partition("## Cases")[2]
    block = re.search(r"(?:^    .*\n)+", text, flags=re.MULTILINE)
    assert block
    agreement = shipped_policies()[FOLDER.name]
    (found,) = cases_of(strict.parse(block[0].encode(), "README.md"), agreement)
    assert deviations(found, run_case(found, agreement)) == ()
    assert deviations(found._replace(expected=found.expected._replace(only=True)), run_case(found, agreement)) != ()


def test_the_small_agreement_is_judged_as_the_tests_say() -> None:
    assert [policy.name for policy in LAW.versions] == ["trust-a/first", "trust-a/second"]
