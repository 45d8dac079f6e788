"""Which limbs of its conditions the cases of a policy cover, and which they do not."""

import os
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from math import floor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trials import case, law, read, tried, write

from checker.document import strict
from checker.document.shape import Reader
from checker.faults import Place
from checker.lang.check import Declared, Scope, check
from checker.lang.evaluate import Frame, Program
from checker.lang.explain import limbs
from checker.lang.parse import parse
from checker.lang.syntax import Type
from checker.load.facts import core_facts, load_facts
from checker.load.policies import read_draft
from checker.model import Agreement, Run
from checker.proof.coverage import Coverage, Limb, coverage, forced, marks
from checker.proof.trial import run_case
from checker.proof.versions import Version, meant

often = settings(max_examples=int(os.environ.get("EXAMPLES", "300")), deadline=None)
some = settings(often, max_examples=100)
NAMES = "abcd"
FACTS = "facts:\n" + "".join(
    f"  {group}.{name}:\n    type: {kind}\n    means: A fact.\n"
    for group in ("loan", "notice")
    for name, kind in [*((name, "flag") for name in NAMES), ("sent", "date"), ("paid", "money"), ("form", "text")]
)
HEAD = """\
policy: trust-a/one
agreement: trust-a
title: One section
executed: 2011-01-10
effective: 2011-01-10
source:
  title: The contract
  sha256: 8c9e74fc037c97db97934e937590474aed9f1aaa86750a6c14830af3653afb7f
"""
KNOWN = load_facts(strict.parse(FACTS.encode(), "facts.yaml"), core_facts())
T, F, U = "true", "false", None
Row = Mapping[str, Any]


def version(body: str) -> Version:
    """Return a version with this body: its terms, its conditions, and so on."""
    document = strict.parse((HEAD + body).encode(), "one.yaml")
    draft = read_draft(Reader(document))
    return Version(document=document, draft=draft, policy=meant(document, draft, KNOWN))


def body(require: str, *, each: str = "disposition", terms: Mapping[str, str] | None = None) -> str:
    """Return a body with one condition, `1/it`."""
    defined = "".join(f"  {name}:\n    is: |\n      {text}\n" for name, text in (terms or {}).items())
    return (f"terms:\n{defined}" if defined else "") + (
        f"permissions:\n  '1':\n    title: Sale\n    conditions:\n      it:\n        each: {each}\n"
        f"        require: |\n          {require}\n"
    )


def run(of: Version, **says: Any) -> Run:
    """Return one loan judged: `loan` are its facts, the others those of the case."""
    own = {"date": "2011-03-31", "tape": {"loans": {"1": says.pop("loan", {})}}, "every": {"under": "1"}}
    under = Agreement(name="trust-a", facts=KNOWN, versions=(of.policy,))
    (found,) = read(case(like=None, **{**own, "dispositions": ["1"], **says}), under=under)
    return run_case(found, under)


def lacking(of: Version, *runs: Run) -> dict[str, str]:
    """Return what each limb lacks, by its text."""
    return {limb.text: " ".join(limb.lacks) for limb in coverage(of, runs).limbs}


def lacks(require: str, *rows: Row, **more: Any) -> dict[str, str]:
    """Return what the limbs of one condition lack where it was judged on loans with these facts."""
    of = version(body(require, **more))
    return lacking(of, *(run(of, loan=row) for row in rows))


def rows(*values: tuple[str | None, ...]) -> list[Row]:
    """Return loans whose facts a, b and so on have these values."""
    return [dict(zip(NAMES, each, strict=False)) for each in values]


# True, false, unknown.


@pytest.mark.parametrize(
    ("values", "lacking"),
    [
        pytest.param([], "true false unknown alone", id="no case"),
        pytest.param([(T,)], "false unknown", id="never false nor unknown"),
        pytest.param([(F,)], "true unknown", id="never true nor unknown"),
        pytest.param([(U,)], "true false", id="never known"),
        pytest.param([(T,), (F,)], "unknown", id="never unknown"),
        pytest.param([(T,), (U,)], "false", id="never false"),
        pytest.param([(F,), (U,), (U,)], "true", id="never true"),
        pytest.param([(T,), (F,), (U,)], "", id="covered"),
    ],
)
def test_a_limb_must_be_seen_true_false_and_unknown(values: list[tuple[str | None, ...]], lacking: str) -> None:
    assert lacks("loan.a", *rows(*values)) == {"loan.a": lacking}


def test_one_case_with_many_lines_shows_what_each_line_shows() -> None:
    of = version(body("loan.a"))
    loans = {"1": {"a": T}, "2": {"a": F}, "3": {}}
    one = run(of, tape={"loans": loans}, dispositions=["1", "2", "3"])
    assert lacking(of, one) == {"loan.a": ""}


@pytest.mark.parametrize(
    ("require", "text"),
    [
        pytest.param("loan.paid >= $5.00", "loan.paid >= $5.00", id="a comparison"),
        pytest.param("loan.a = loan.b", "loan.a = loan.b", id="a comparison of two flags"),
        pytest.param(
            "(loan.a and loan.b) = loan.c", "(loan.a and loan.b) = loan.c", id="a comparison of what is made of"
        ),
        pytest.param('loan.form in ("a", "b")', 'loan.form in ("a", "b")', id="in"),
        pytest.param("given(loan.a)", "given(loan.a)", id="given"),
        pytest.param("not loan.a", "loan.a", id="a flag"),
        pytest.param("loan.paid > $5.00 or loan.paid > $5.00", "loan.paid > $5.00", id="the same one twice is one"),
    ],
)
def test_a_limb_is_a_comparison_in_given_or_a_flag(require: str, text: str) -> None:
    assert [limb.text for limb in coverage(version(body(require)), []).limbs] == [text]


# Alone.


@pytest.mark.parametrize(
    ("require", "values", "lacking"),
    [
        pytest.param(
            "loan.a and loan.b",
            [(T, F), (F, F), (U, F)],
            {"loan.a": "alone", "loan.b": "true unknown"},
            id="in `a and b` a false b masks a",
        ),
        pytest.param(
            "loan.a and loan.b",
            [(T, U), (F, U), (U, U)],
            {"loan.a": "alone", "loan.b": "true false"},
            id="in `a and b` an unknown b masks a",
        ),
        pytest.param(
            "loan.a and loan.b",
            [(T, T), (F, T), (U, T)],
            {"loan.a": "", "loan.b": "false unknown"},
            id="in `a and b` a true b lets a decide",
        ),
        pytest.param(
            "loan.a or loan.b",
            [(T, T), (F, T), (U, T)],
            {"loan.a": "alone", "loan.b": "false unknown"},
            id="in `a or b` a true b masks a",
        ),
        pytest.param(
            "loan.a or loan.b",
            [(T, F), (F, F), (U, F)],
            {"loan.a": "", "loan.b": "true unknown"},
            id="in `a or b` a false b lets a decide",
        ),
        pytest.param(
            "loan.a or loan.b",
            [(F, U)],
            {"loan.a": "true unknown alone", "loan.b": "true false"},
            id="an unknown b masks",
        ),
        pytest.param("not loan.a", [(T,), (F,), (U,)], {"loan.a": ""}, id="what is denied decides"),
        pytest.param(
            "not (loan.a and loan.b)",
            [(T, F), (F, F), (U, F)],
            {"loan.a": "alone", "loan.b": "true unknown"},
            id="and is masked in there as elsewhere",
        ),
        pytest.param(
            "loan.a and (loan.b or loan.c)",
            [(T, T, F), (T, F, F), (F, T, F)],
            {"loan.a": "unknown", "loan.b": "unknown", "loan.c": "true unknown"},
            id="or within and",
        ),
        pytest.param(
            "loan.a and (loan.b or loan.c)",
            [(F, T, F), (F, F, T), (F, F, F)],
            {"loan.a": "true unknown", "loan.b": "unknown alone", "loan.c": "unknown alone"},
            id="what is masked outside is masked inside",
        ),
        pytest.param(
            "(loan.a and loan.b) or (loan.a and loan.c)",
            [(T, T, F), (F, T, F), (U, T, F)],
            {"loan.a": "", "loan.b": "false unknown", "loan.c": "true unknown alone"},
            id="a limb that stands there twice decides by both",
        ),
        pytest.param(
            "(loan.a and loan.b) or (loan.b and not loan.a)",
            [(T, T), (F, T)],
            {"loan.a": "unknown alone", "loan.b": "false unknown"},
            id="a limb that makes no difference by both does not decide",
        ),
        pytest.param(
            "loan.a and loan.b and loan.c",
            [(T, T, F), (T, F, T), (F, T, T)],
            {"loan.a": "unknown", "loan.b": "unknown", "loan.c": "unknown"},
            id="each of three",
        ),
        pytest.param(
            "loan.a and true", [(T,), (F,), (U,)], {"loan.a": ""}, id="a constant masks nothing that it does not decide"
        ),
        pytest.param("loan.a or true", [(T,), (F,), (U,)], {"loan.a": "alone"}, id="a constant may mask everything"),
    ],
)
def test_a_limb_must_decide_a_case_alone(
    require: str, values: list[tuple[str | None, ...]], lacking: dict[str, str]
) -> None:
    assert lacks(require, *rows(*values)) == lacking


def test_a_limb_that_is_unknown_may_be_the_one_that_decides() -> None:
    assert lacks("loan.a and loan.b", *rows((U, T)))["loan.a"] == "true false"
    assert lacks("loan.a and loan.b", *rows((U, F)))["loan.a"] == "true false alone"


# What can be wanted of a limb.


def test_given_is_never_false() -> None:
    assert lacks("given(loan.a)", *rows((T,), (U,))) == {"given(loan.a)": ""}
    assert lacks("given(loan.a)", *rows((T,))) == {"given(loan.a)": "unknown"}
    assert lacks("given(loan.a)", *rows((U,))) == {"given(loan.a)": "true"}


@pytest.mark.parametrize(
    "require",
    [
        "tape.as_of = batch.date",
        "days_between(tape.as_of, batch.date) <= 31",
        "batch.date >= 2011-02-01",
        'batch.agreement = "trust-a"',
        'disposition.under = "1"',
        'disposition.loan = "1"',
        'loan.loan_id != "1"',
        "count(exercise) >= 2",
    ],
)
def test_what_a_batch_always_states_need_not_be_unknown(require: str) -> None:
    (limb,) = coverage(version(body(require)), []).limbs
    assert limb.lacks == ("true", "false", "alone")


def test_given_of_what_a_batch_always_states_need_only_be_true() -> None:
    assert lacks("given(batch.date, tape.as_of)", {}) == {"given(batch.date, tape.as_of)": ""}
    assert lacks("given(batch.date, loan.a)", {}) == {"given(batch.date, loan.a)": "true"}


@pytest.mark.parametrize(
    "require",
    [
        pytest.param("loan.sent = batch.date", id="another fact beside it"),
        pytest.param("disposition.price > $0.00", id="a fact of the line"),
        pytest.param("count(pool) >= 2", id="it may be unknown what is in the pool"),
        pytest.param("count(exercise where loan.a) >= 2", id="it may be unknown which rows are chosen"),
        pytest.param("sum(loan.paid over exercise) > $0.00", id="it may be unknown what is summed"),
        pytest.param("count(exercise) * 2 <= count(pool)", id="the pool on one side"),
    ],
)
def test_what_may_be_unknown_must_be_seen_unknown(require: str) -> None:
    (limb,) = coverage(version(body(require)), []).limbs
    assert limb.lacks == ("true", "false", "unknown", "alone")


def test_a_limb_that_is_always_known_is_covered_without_ever_being_unknown() -> None:
    of = version(body("tape.as_of = batch.date"))
    seen = [run(of), run(of, tape={"as_of": "2011-03-30", "loans": {"1": {}}})]
    assert lacking(of, *seen) == {"tape.as_of = batch.date": ""}


def test_a_comparison_in_where_chooses_rows_and_is_no_limb() -> None:
    text = "count(pool where loan.a and loan.paid > $5.00) >= 1"
    assert list(lacks(text)) == [text]
    assert lacks(text, {"a": T, "paid": "6.00"}, {"a": F}, {"a": U}) == {text: "unknown alone"} | {text: ""}


# Terms, readings, obligations, versions.


def test_a_limb_inside_a_term_is_a_limb_of_the_condition() -> None:
    terms = {"sold": "loan.b and right", "right": "not loan.c"}
    found = lacks("loan.a or sold", *rows((F, T, F), (F, T, T), (F, F, F)), terms=terms)
    assert found == {"loan.a": "true unknown", "loan.b": "unknown", "loan.c": "unknown"}


def test_a_limb_in_a_term_and_beside_it_is_one() -> None:
    assert lacks("loan.a and sold", *rows((T, T)), terms={"sold": "loan.a or loan.b"}) == {
        "loan.a": "false unknown",
        "loan.b": "false unknown alone",
    }


def test_a_term_that_is_an_amount_has_no_limb_but_the_comparison_that_it_is_in() -> None:
    assert list(lacks("disposition.price >= owed", terms={"owed": "loan.paid + $5.00"})) == [
        "disposition.price >= owed"
    ]


READINGS = """\
permissions:
  '1':
    title: Sale
    conditions:
      it:
        readings:
          strict: {require: loan.a and loan.b}
          loose: {require: loan.a or loan.b}
"""


def test_each_reading_has_its_own_limbs() -> None:
    of = version(READINGS)
    found = coverage(of, [run(of, loan=row) for row in rows((T, F), (F, F), (U, F))]).limbs
    assert [(limb.rule, limb.reading, limb.text, " ".join(limb.lacks)) for limb in found] == [
        ("1/it", "strict", "loan.a", "alone"),
        ("1/it", "strict", "loan.b", "true unknown"),
        ("1/it", "loose", "loan.a", ""),
        ("1/it", "loose", "loan.b", "true unknown"),
    ]


def test_an_adopted_reading_and_the_others_must_be_covered_alike() -> None:
    says = "{reading: loose, adopted_by: A. Person, adopted_on: 2011-01-10, because: A test.}"
    assert len(coverage(version(READINGS + f"        adopted: {says}\n"), []).limbs) == 4


def test_the_readings_of_a_term_are_readings_of_the_condition() -> None:
    terms = "terms:\n  sold:\n    readings:\n      one: {is: loan.a}\n      two: {is: loan.b}\n"
    of = version(terms + body("sold and loan.c"))
    found = coverage(of, [run(of, loan=row) for row in rows((T, F, T), (F, F, T), (U, U, T))]).limbs
    assert [(limb.reading, limb.text, " ".join(limb.lacks)) for limb in found] == [
        ("one", "loan.a", ""),
        ("one", "loan.c", "false unknown"),
        ("two", "loan.b", "true"),
        ("two", "loan.c", "false unknown alone"),
    ]


OWED = """\
    obligations:
      tell:
        owed_by: servicer
        owed_to: [trustee]
        deadline: batch.date
        done_on: notice.sent
        with: notice.a and notice.form = "B"
"""


def test_what_an_obligation_must_be_with_has_limbs_and_its_days_have_none() -> None:
    of = version(body("loan.d") + OWED)
    notices = [{"a": T, "form": "B"}, {"a": F, "form": "B"}, {"form": "B"}]
    found = coverage(of, [run(of, notice=says) for says in notices]).limbs[1:]
    assert [(limb.rule, limb.reading, limb.text, " ".join(limb.lacks)) for limb in found] == [
        ("1/tell", "with", "notice.a", ""),
        ("1/tell", "with", 'notice.form = "B"', "false unknown"),
    ]


@pytest.mark.parametrize("each", ["exercise", "batch"])
def test_what_is_judged_once_for_a_section_or_a_batch_is_covered_by_that(each: str) -> None:
    of = version(body("count(exercise) >= 2", each=each))
    seen = [run(of), run(of, tape={"loans": {"1": {}, "2": {}}}, dispositions=["1", "2"])]
    assert lacking(of, seen[0]) == {"count(exercise) >= 2": "true"}
    assert lacking(of, *seen) == {"count(exercise) >= 2": ""}


def test_a_condition_of_every_section_is_covered_under_any() -> None:
    of = version("always:\n  it: {require: loan.a}\n" + body("loan.d"))
    assert [limb.rule for limb in coverage(of, []).limbs] == ["always/it", "1/it"]
    assert lacking(of, *(run(of, loan=row) for row in rows((T,), (F,), (U,))))["loan.a"] == ""


def test_a_section_that_no_case_is_about_is_not_covered() -> None:
    more = "  '2':\n    title: Gift\n    conditions:\n      it: {require: loan.a}\n"
    of = version(body("loan.a") + more)
    found = coverage(of, [run(of, loan=row) for row in rows((T,), (F,), (U,))])
    assert [(limb.rule, len(limb.lacks)) for limb in found.limbs] == [("1/it", 0), ("2/it", 4)]


def test_a_case_covers_the_version_in_force_on_its_date_and_no_other() -> None:
    of, other = version(body("loan.a")), version(body("loan.a"))
    seen = [run(of, loan=row) for row in rows((T,), (F,), (U,))]
    assert (lacking(of, *seen), lacking(other, *seen)) == ({"loan.a": ""}, {"loan.a": "true false unknown alone"})


# The share, and the places.


@pytest.mark.parametrize(("values", "percent"), [([(T, T, T)], 0), ([(T, T), (F, T), (U, T), (T, F), (T, U)], 66)])
def test_percent_rounds_down(values: list[tuple[str | None, ...]], percent: int) -> None:
    of = version(body("loan.a and loan.b and not loan.c"))
    seen = [run(of, loan={"c": F, **row}) for row in rows(*values)]
    assert coverage(of, seen).percent == percent


@some
@given(st.integers(0, 400), st.integers(0, 400))
def test_percent_is_100_only_where_every_limb_is_covered(covered: int, not_covered: int) -> None:
    found = [Limb(rule="r", reading="", text="t", at=Place(file=""), lacks=())] * covered
    found += [Limb(rule="r", reading="", text="t", at=Place(file=""), lacks=("alone",))] * not_covered
    percent = Coverage(policy="p", limbs=tuple(found)).percent
    assert percent == (floor(Fraction(100 * covered, len(found))) if found else 100)
    assert (percent == 100) == (not_covered == 0)


PLACES = """\
terms:
  sold:
    is: |
      loan.a
        or given(loan.d)
  dear:
    is: "disposition.price > $5.00"
permissions:
  '1':
    title: Sale
    conditions:
      it:
        require: |
          sold and
            not loan.b
            and (loan.c or dear)
      that:
        readings:
          one:
            require: loan.a
          two: {require: 'loan.b and loan.c'}
    obligations:
      tell:
        owed_by: servicer
        owed_to: [trustee]
        with: >
          notice.a
          or notice.b
"""


def test_the_place_of_a_limb_is_where_it_is_written_also_in_a_term() -> None:
    of = version(PLACES)
    lines = of.document.text.splitlines()
    found = coverage(of, []).limbs
    pointed = [(limb.text, lines[limb.at.line - 1][limb.at.column - 1 :][: limb.at.width]) for limb in found]
    assert len(found) == 10
    assert [(text, at) for text, at in pointed if text != at] == []
    numbers = {(limb.rule, limb.reading, limb.text): limb.at.line - len(HEAD.splitlines()) for limb in found}
    assert (numbers["1/it", "", "loan.a"], numbers["1/it", "", "given(loan.d)"]) == (4, 5)
    assert numbers["1/it", "", "disposition.price > $5.00"] == 7
    assert (numbers["1/that", "one", "loan.a"], numbers["1/tell", "with", "notice.b"]) == (20, 28)


def test_the_command_prints_the_file_and_the_line_of_each_limb(tmp_path: Path) -> None:
    folder = law(tmp_path / "law")
    (folder / "first.yaml").unlink()
    (folder / "second.yaml").unlink()
    write(folder / "facts.yaml", FACTS)
    write(folder / "one.yaml", HEAD + PLACES)
    write(folder / "cases" / "a.yaml", CASES)
    done = tried("law", "--coverage", cwd=tmp_path)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert done.stdout.decode() == PRINTED


CASES = """\
cases:
  - title: Three loans, of which most is unknown.
    date: 2011-03-31
    tape:
      loans:
        "1": {a: true, b: false, c: true}
        "2": {a: false}
        "3": {}
    every:
      under: "1"
    dispositions: ["1", "2", "3"]
    expect:
      decision: undecided
      rules:
        1/it: unknown
        1/tell: due
    also: any
"""
PRINTED = """\
trust-a: 1 of 1 cases came as expected

coverage of trust-a/one: 1 of 10 limbs, 10 %
  law/one.yaml:12: 1/it
    loan.a
    never alone
  law/one.yaml:13: 1/it
    given(loan.d)
    never true, alone
  law/one.yaml:23: 1/it
    loan.b
    never true
  law/one.yaml:24: 1/it
    loan.c
    never false, alone
  law/one.yaml:15: 1/it
    disposition.price > $5.00
    never true, false, alone
  law/one.yaml:29: 1/that (two)
    loan.b
    never true
  law/one.yaml:29: 1/that (two)
    loan.c
    never false, alone
  law/one.yaml:35: 1/tell (with)
    notice.a
    never true, false, alone
  law/one.yaml:36: 1/tell (with)
    notice.b
    never true, false, alone
"""


# What it would be worth.

LEAVES = {
    "batch.a": {True: {"batch.a": True}, False: {"batch.a": False}, None: {}},
    "batch.b": {True: {"batch.b": True}, False: {"batch.b": False}, None: {}},
    "batch.n <= 3": {True: {"batch.n": 3}, False: {"batch.n": 4}, None: {}},
    'batch.t in ("x", "y")': {True: {"batch.t": "x"}, False: {"batch.t": "z"}, None: {}},
    "batch.m = 5": {True: {"batch.m": 5}, False: {"batch.m": 6}, None: {}},
}
DECLARED = {
    "batch.a": Declared(type=Type.FLAG),
    "batch.b": Declared(type=Type.FLAG),
    "batch.n": Declared(type=Type.COUNT),
    "batch.t": Declared(type=Type.TEXT),
    "batch.m": Declared(type=Type.COUNT),
}
TERMS = {"first": "batch.a or batch.n <= 3", "second": "not (first and batch.b)"}
SCOPE = Scope(
    facts=DECLARED,
    bare=frozenset({"batch"}),
    sets={},
    terms={name: parse(text) for name, text in TERMS.items()},
)
leaves = st.sampled_from([*LEAVES, *TERMS, "true", "false"])
trees = st.recursive(
    leaves,
    lambda tree: (
        tree.map("not ({})".format)
        | st.lists(tree, min_size=2, max_size=3).map(lambda parts: " and ".join(f"({part})" for part in parts))
        | st.lists(tree, min_size=2, max_size=3).map(lambda parts: " or ".join(f"({part})" for part in parts))
    ),
    max_leaves=7,
)
worths = st.fixed_dictionaries({leaf: st.sampled_from([True, False, None]) for leaf in LEAVES})


def program(text: str) -> Program:
    typed = check(parse(text), SCOPE)
    assert not isinstance(typed, tuple), typed
    return Program(typed)


def frame(worth: Mapping[str, bool | None]) -> Frame:
    """Return facts on which each leaf is worth what it is wanted to be."""
    return Frame(row={name: value for leaf, of in worth.items() for name, value in LEAVES[leaf][of].items()}, sets={})


@often
@given(trees, worths)
def test_what_is_forced_is_what_comes_of_really_replacing_the_limb(text: str, worth: dict[str, bool | None]) -> None:
    whole = program(text)
    for leaf in {whole.text(node) for node in limbs(whole.tree)}:
        for value in (True, False):
            assert forced(whole, whole.tree, frame(worth), leaf, value) is whole(frame({**worth, leaf: value}))


@often
@given(trees, worths)
def test_a_limb_is_marked_with_its_worth_and_alone_where_replacing_it_turns_the_whole(
    text: str, worth: dict[str, bool | None]
) -> None:
    whole = program(text)
    for node in limbs(whole.tree):
        leaf = whole.text(node)
        either = [whole(frame({**worth, leaf: value})) for value in (True, False)]
        own = {str(worth[leaf]).lower().replace("none", "unknown")}
        turns = None not in either and either[0] is not either[1]
        assert marks(whole, node, frame(worth)) == own | ({"alone"} if turns else set())


@some
@given(trees)
def test_a_limb_that_never_decides_alone_makes_no_difference_where_all_is_known(text: str) -> None:
    whole = program(text)
    every = [dict(zip(LEAVES, values, strict=True)) for values in product([True, False], repeat=len(LEAVES))]
    for node in limbs(whole.tree):
        leaf = whole.text(node)
        if not any("alone" in marks(whole, node, frame(worth)) for worth in every):
            assert all(whole(frame({**worth, leaf: True})) is whole(frame({**worth, leaf: False})) for worth in every)
