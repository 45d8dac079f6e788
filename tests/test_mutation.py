"""Mutation: every small change of a policy is tried; of one that no case notices it is said what would notice it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from shutil import copytree
from textwrap import indent

import pytest
from builders import FOLDER, adopting, loaded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import CASE, FACTS, POLICY, condition, small, split
from strategies import FACTS as KINDS
from strategies import expressions, trees
from test_cli import ran

from checker.cli import run
from checker.document import strict
from checker.faults import InputError
from checker.lang.evaluate import spelled
from checker.lang.parse import parse
from checker.lang.problem import ParseError
from checker.lang.syntax import Expression, Node, Type
from checker.load.policies import Folder, load_folders
from checker.model import Condition, Decision, Policy
from checker.proof.cases import Case, cases_of, read_cases
from checker.proof.changes import Words, changes
from checker.proof.mutants import Mutant, mutants
from checker.proof.mutation import Kind, Mutation, Survivor, mutation, notices
from checker.proof.run import _look
from checker.proof.survivors import look
from checker.proof.trial import deviations, run_case
from checker.proof.versions import REMOVED, Versions, changed, read_versions
from checker.rules import programs, rules

GOLDEN = Path(__file__).parent / "proof"
OF_ITS_TYPE = {
    "price": Type.MONEY,
    "rate": Type.NUMBER,
    "units": Type.COUNT,
    "day": Type.DATE,
    "role": Type.TEXT,
    "agreed": Type.FLAG,
}
WORDS = Words(types=OF_ITS_TYPE, one_of=("buyer", "seller", "agent"), sets=("exercise", "pool"))


# Changes of one expression.


def to(text: str, words: Words = WORDS) -> list[str]:
    """Return every change of an expression."""
    return [str(change.whole) for change in changes(parse(text), words)]


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        pytest.param("5", ["4", "6"], id="a count by one"),
        pytest.param("0", ["-1", "1"], id="zero"),
        pytest.param("-1", ["-2", "0"], id="below zero"),
        pytest.param("9", ["8", "10"], id="to another number of digits"),
        pytest.param("$5000.00", ["$4999.99", "$5000.01"], id="money by a cent"),
        pytest.param("$5000", ["$4999.99", "$5000.01"], id="whole money by a cent"),
        pytest.param("$0.5", ["$0.49", "$0.51"], id="money of one digit by a cent"),
        pytest.param("$0.125", ["$0.124", "$0.126"], id="money finer than a cent in its last digit"),
        pytest.param("$0.00", ["-$0.01", "$0.01"], id="no money"),
        pytest.param("-$0.01", ["-$0.02", "$0.00"], id="money below zero"),
        pytest.param("1.00%", ["0.99%", "1.01%"], id="a percentage in its last digit"),
        pytest.param("1%", ["0%", "2%"], id="a whole percentage"),
        pytest.param("0%", ["-1%", "1%"], id="no percent"),
        pytest.param("-0.5%", ["-0.6%", "-0.4%"], id="a percentage below zero"),
        pytest.param("0.25", ["0.24", "0.26"], id="a number in its last digit"),
        pytest.param("0.0", ["-0.1", "0.1"], id="the number zero"),
        pytest.param(f"0.{'9' * 29}", [f"0.{'9' * 28}8", f"1.{'0' * 29}"], id="a number of thirty digits, exactly"),
        pytest.param("2005-03-01", ["2005-02-28", "2005-03-02"], id="a date by a day"),
        pytest.param("2004-02-28", ["2004-02-27", "2004-02-29"], id="a date beside a leap day"),
        pytest.param("9999-12-31", ["9999-12-30"], id="the last date there is"),
        pytest.param("0001-01-01", ["0001-01-02"], id="the first date there is"),
        pytest.param('"buyer"', ['"seller"', '"agent"'], id="a text that a closed fact can have"),
        pytest.param('"Exhibit B"', ['"Exhibit B*"'], id="any other text"),
        pytest.param('""', ['"*"'], id="no text"),
        pytest.param("true", ["false"], id="a flag"),
    ],
)
def test_a_constant_moves_by_the_least_there_is(text: str, becomes: list[str]) -> None:
    assert to(text) == becomes


LESS, MORE = "units < 5", "price > $1.00"


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        pytest.param("role < role", {"role >= role", "role <= role"}, id="less"),
        pytest.param("role <= role", {"role > role", "role < role"}, id="at most"),
        pytest.param("role > role", {"role <= role", "role >= role"}, id="more"),
        pytest.param("role >= role", {"role < role", "role > role"}, id="at least"),
        pytest.param("role = role", {"role != role", "role <= role", "role >= role"}, id="equal"),
        pytest.param("role != role", {"role = role"}, id="unequal"),
        pytest.param("agreed", {"not agreed"}, id="a flag"),
        pytest.param("not agreed", {"agreed"}, id="not"),
        pytest.param("not role = role", {"role = role", "not role <= role", "not role >= role"}, id="not, of a test"),
        pytest.param(
            "agreed and given(role)",
            {
                "not (agreed and given(role))",
                "agreed or given(role)",
                "given(role)",
                "agreed",
                "not agreed and given(role)",
                "agreed and not given(role)",
            },
            id="and",
        ),
        pytest.param(
            "agreed or not given(role)",
            {
                "not (agreed or not given(role))",
                "agreed and not given(role)",
                "not given(role)",
                "agreed",
                "not agreed or not given(role)",
                "agreed or given(role)",
            },
            id="or, and an operand that is negated",
        ),
        pytest.param(
            "agreed and given(role) and role != role",
            {
                "not (agreed and given(role) and role != role)",
                "agreed or given(role) or role != role",
                "given(role) and role != role",
                "agreed and role != role",
                "agreed and given(role)",
                "not agreed and given(role) and role != role",
                "agreed and not given(role) and role != role",
                "agreed and given(role) and role = role",
            },
            id="three operands",
        ),
        pytest.param(
            "given(role, day, price)",
            {"not given(role, day, price)", "given(day, price)", "given(role, price)", "given(role, day)"},
            id="given",
        ),
        pytest.param(
            'role in ("buyer", "seller")',
            {
                'not role in ("buyer", "seller")',
                'role in ("seller")',
                'role in ("buyer")',
                'role in ("seller", "seller")',
                'role in ("agent", "seller")',
                'role in ("buyer", "buyer")',
                'role in ("buyer", "agent")',
            },
            id="in",
        ),
        pytest.param('role in ("x")', {'not role in ("x")', 'role in ("x*")'}, id="in, of one option"),
    ],
)
def test_a_test_becomes_each_of_its_neighbours_and_its_opposite(text: str, becomes: set[str]) -> None:
    assert set(to(text)) == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        pytest.param("price + price", {"price - price"}, id="plus"),
        pytest.param("price - price", {"price + price"}, id="minus"),
        pytest.param("price * rate", set(), id="times"),
        pytest.param("price - (price + price)", {"price + (price + price)", "price - (price - price)"}, id="nested"),
        pytest.param(
            "least(price, $1.00)", {"greatest(price, $1.00)", "least(price, $0.99)", "least(price, $1.01)"}, id="least"
        ),
        pytest.param("greatest(day, day)", {"least(day, day)"}, id="greatest"),
        pytest.param("add_days(day, 2)", {"add_days(day, 1)", "add_days(day, 3)"}, id="a call"),
        pytest.param("1.00% of price", {"0.99% of price", "1.01% of price"}, id="a share"),
        pytest.param("count(exercise)", {"count(pool)"}, id="count over the lines"),
        pytest.param("sum(price over pool)", {"sum(price over exercise)"}, id="sum over the pool"),
        pytest.param(
            "sum(price over pool where agreed)",
            {
                "sum(price over exercise where agreed)",
                "sum(price over pool)",
                "sum(price over pool where not agreed)",
            },
            id="where",
        ),
        pytest.param(
            "count(pool where role != role)",
            {"count(exercise where role != role)", "count(pool)", "count(pool where role = role)"},
            id="where, of a test",
        ),
    ],
)
def test_what_is_no_test_becomes_its_counterpart(text: str, becomes: set[str]) -> None:
    assert {one for one in to(text) if not one.startswith("not ")} == becomes


def test_a_fact_becomes_each_other_of_its_type_and_none_of_another() -> None:
    types = OF_ITS_TYPE | {"value": Type.MONEY, "fee": Type.MONEY, "due": Type.DATE}
    words = WORDS._replace(types=types)
    assert set(to("price + fee", words)) - {"price - fee", "not price + fee"} == {
        "value + fee",
        "fee + fee",
        "price + price",
        "price + value",
    }
    assert to("day", words) == ["not day", "due"]


def test_a_change_that_comes_twice_is_one() -> None:
    assert to("agreed and agreed").count("agreed") == 1


def every(kinds: Mapping[str, Type]) -> Words:
    return Words(types=kinds, one_of=("a", "b"), sets=("exercise", "pool"))


ANY = every({name: declared.type for name, declared in KINDS.items()})
any_expression = st.sampled_from(list(Type)).flatmap(expressions) | trees(3)
often = settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))


@given(any_expression)
@often
def test_no_change_is_the_expression_itself_and_no_two_are_alike(tree: Expression) -> None:
    texts = [str(tree), *(str(change.whole) for change in changes(tree, ANY))]
    assert len(set(texts)) == len(texts)


@given(any_expression)
@often
def test_a_change_is_what_its_text_says_or_the_language_has_no_such_text(tree: Expression) -> None:
    for change in changes(tree, ANY):
        with suppress(ParseError):
            assert parse(str(change.whole)) == change.whole


@given(any_expression)
@often
def test_just_one_place_is_changed(tree: Expression) -> None:
    for change in changes(tree, ANY):
        assert change.whole in list(instead(tree, change.was, change.becomes))


def instead(tree: object, was: Node, becomes: Node) -> Iterable[object]:
    """Yield a tree with one place where a node stands replaced, for each such place."""
    if tree is was:
        yield becomes
    if isinstance(tree, tuple):
        yield from (
            (*tree[:at], new, *tree[at + 1 :]) for at, one in enumerate(tree) for new in instead(one, was, becomes)
        )
    elif isinstance(tree, Node):
        fields = {name: getattr(tree, name) for name in ("span", *tree.inside)}
        for name, value in fields.items():
            yield from (type(tree)(**{**fields, name: new}) for new in instead(value, was, becomes))


# Mutants of a version.


@cache
def law() -> Versions:
    return read_versions(law_folder())


@cache
def law_folder() -> Folder:
    (found,) = load_folders(None)
    return found


def versions(folder: Path) -> Versions:
    (found,) = load_folders(folder)
    return read_versions(found)


def of(found: Versions, at: int = 0) -> list[Mutant]:
    return list(mutants(found.each[at], found.agreement.facts))


def applied(found: Versions, mutant: Mutant, at: int = 0) -> Policy | None:
    return changed(found.each[at], mutant.path, mutant.value, found.agreement.facts)


def said(policy: Policy | None) -> object:
    """Return all that a policy asks."""
    if policy is None:
        return None
    asked = {
        rule.rule: (
            {name: spelled(program.tree) for name, program in programs(rule).items()},
            rule.adopted if isinstance(rule, Condition) else None,
        )
        for rule in rules(policy)
    }
    return asked, policy.parties, policy.executed, policy.effective


def edited(text: str, mutant: Mutant) -> Policy | None:
    """Return what the file means with the change written at its place, None where the loader refuses it."""
    lines = text.splitlines(keepends=True)
    at, start = mutant.at.line - 1, mutant.at.column - 1
    line = lines[at]
    assert line[start : start + mutant.at.width] == mutant.was
    for becomes in (mutant.becomes, f"({mutant.becomes})"):
        new = f"{line[:start]}{becomes}{line[start + mutant.at.width :]}"
        try:
            return loaded("".join([*lines[:at], new, *lines[at + 1 :]]))
        except InputError:
            continue
    return None


@pytest.mark.parametrize("at", [0, 1])
def test_a_change_written_at_its_place_in_the_file_makes_the_mutant(at: int) -> None:
    text = (FOLDER / Path(law().each[at].policy.file).name).read_text()
    on_a_line = [one for one in of(law(), at) if hasattr(one.value, "tree") and one.at.width == len(one.was)]
    assert len(on_a_line) > 100
    for one in on_a_line[::2]:
        assert said(edited(text, one)) == said(applied(law(), one, at)), one


def test_what_spans_lines_is_pointed_at_where_it_begins() -> None:
    (spanning,) = {one.at for one in of(law(), 1) if one.was.startswith("disposition.price >=") and " and " in one.was}
    lines = (FOLDER / "2004-12-28-amendment-1.yaml").read_text().splitlines()
    assert (
        lines[spanning.line - 1][spanning.column - 1 :] == "disposition.price >= disposition.fair_market_value.amount"
    )


WHOLE = {
    "conditions": condition("disposition.price >= worth") + "buyer:\n  quote: some words\n"
    + indent(split({"wide": "disposition.agreed", "narrow": "not disposition.agreed"}), "  "),
    "terms": "worth:\n  quote: some words\n  is: $5.00\n",
    "obligations": "tell:\n  quote: some words\n  owed_by: a\n  owed_to: [b]\n  deadline: batch.date\n"
    "  done_on: certification.sent\n  with: certification.told\n",
    "facts": FACTS + "  certification.sent:\n    type: date\n    means: A day.\n"
    "  certification.told:\n    type: flag\n    means: Whether it is told.\n",
    "head": POLICY + "parties:\n  master_servicer:\n    - The Servicer\n    - Its Successor\n",
}  # fmt: skip


def test_what_is_no_expression_is_removed_or_moved(tmp_path: Path) -> None:
    found = versions(small(tmp_path, **WHOLE))
    others = [one for one in of(found) if not hasattr(one.value, "tree")]
    assert [(one.where, one.at.line, one.at.column, one.was, one.becomes) for one in others] == [
        ("1/size", 21, 7, "1/size", ""),
        ("1/buyer", 24, 7, "1/buyer", ""),
        ("1/buyer (wide)", 27, 11, "1/buyer (wide)", ""),
        ("1/buyer (narrow)", 30, 11, "1/buyer (narrow)", ""),
        ("1/tell", 34, 7, "1/tell", ""),
        ("1/tell (deadline)", 38, 9, "1/tell (deadline)", ""),
        ("1/tell (done_on)", 39, 9, "1/tell (done_on)", ""),
        ("1/tell (with)", 40, 9, "1/tell (with)", ""),
        ("parties master_servicer", 10, 3, "master_servicer: The Servicer", ""),
        ("parties master_servicer", 10, 3, "master_servicer: Its Successor", ""),
        ("executed", 4, 1, "executed: 2005-01-01", "executed: 2004-12-31"),
        ("executed", 4, 1, "executed: 2005-01-01", "executed: 2005-01-02"),
        ("effective", 5, 1, "effective: 2005-01-01", "effective: 2004-12-31"),
        ("effective", 5, 1, "effective: 2005-01-01", "effective: 2005-01-02"),
    ]


def test_what_is_removed_is_gone_and_all_else_is_there(tmp_path: Path) -> None:
    found = versions(small(tmp_path, **WHOLE))
    before: dict[str, tuple[Mapping[str, object], object]] = said(found.each[0].policy)[0]  # type: ignore[index]
    for mutant in of(found):
        if mutant.value is REMOVED or mutant.value is None:
            policy = applied(found, mutant)
            assert policy is not None
            rule, _, part = mutant.was.removesuffix(")").partition(" (")
            means, adopted = before[rule]
            less = {name: one for name, one in means.items() if name != part}
            assert said(policy)[0] == {  # type: ignore[index]
                name: (less, adopted) if name == rule else one for name, one in before.items() if part or name != rule
            }


def test_a_name_of_a_party_is_removed_alone(tmp_path: Path) -> None:
    found = versions(small(tmp_path, **WHOLE))
    left = [applied(found, one).parties for one in of(found) if one.path[0] == "parties"]  # type: ignore[union-attr]
    assert left == [{"master_servicer": ("Its Successor",)}, {"master_servicer": ("The Servicer",)}]


ADOPTED = adopting((FOLDER / "2004-12-28-amendment-1.yaml").read_text(), "3.13(g)/size", "floor")


@pytest.mark.parametrize(
    ("text", "where", "others"),
    [
        pytest.param(ADOPTED, "3.13(g)/size (adopted)", ["minimum", "floor-and-minimum"], id="of a condition"),
        pytest.param(
            adopting((FOLDER / "2004-12-28-amendment-1.yaml").read_text(), "outside_buyer", "affiliate-counts"),
            "the term outside_buyer (adopted)",
            ["affiliate-does-not"],
            id="of a term",
        ),
    ],
)
def test_an_adoption_is_taken_back_and_made_of_each_other_reading(
    tmp_path: Path, text: str, where: str, others: list[str]
) -> None:
    (tmp_path / "law").mkdir()
    for name, own in (("facts.yaml", (FOLDER / "facts.yaml").read_text()), ("version.yaml", text)):
        (tmp_path / "law" / name).write_text(own)
    found = versions(tmp_path / "law")
    moved = [one for one in of(found) if one.path[-1] == "adopted"]
    (line,) = [number for number, one in enumerate(text.splitlines(), 1) if one.strip() == "adopted:"]
    assert [(one.where, one.at.line, one.becomes) for one in moved] == [
        (where, line, ""),
        *((where, line, f"adopted: {other}") for other in others),
    ]
    used = [adoptions(applied(found, one)) for one in moved]
    assert used == [set(), *({other} for other in others)]


def adoptions(policy: Policy | None) -> set[str]:
    assert policy is not None
    return {rule.adopted.reading for rule in rules(policy) if isinstance(rule, Condition) and rule.adopted}


def test_a_change_of_a_term_reaches_every_rule_that_uses_it() -> None:
    (mutant, *_) = [one for one in of(law(), 1) if one.where == "the term repurchase_price" and " - " in one.becomes]
    before, after = said(law().each[1].policy)[0], said(applied(law(), mutant, 1))[0]  # type: ignore[index]
    assert {rule for rule in before if before[rule] != after[rule]} == {"3.18/price", "3.13(g)/price"}


def test_what_the_loader_refuses_is_counted_and_no_survivor(tmp_path: Path) -> None:
    found = tried(small(tmp_path, condition('disposition.buyer.role = "third_party"')))
    refused = [
        mutant
        for versions_ in [versions(tmp_path / "policies")]
        for mutant in of(versions_)
        if applied(versions_, mutant) is None
    ]
    assert {one.becomes for one in refused} == {
        'disposition.buyer.role <= "third_party"',
        'disposition.buyer.role >= "third_party"',
    }
    assert found.refused == len(refused)
    assert found.noticed + found.refused + len(found.survivors) == len(of(versions(tmp_path / "policies")))
    assert not {one.becomes for one in refused} & {one.mutant.becomes for one in found.survivors}


# What survives.


def tried(folder: Path, at: int = 0) -> Mutation:
    (found,) = load_folders(folder)
    return mutation(read_versions(found), at, read_cases(found), _look, lambda _done, _of: None)


def left(found: Mutation, kind: Kind = Kind.SURVIVED) -> set[tuple[str, str]]:
    return {(one.mutant.was, one.mutant.becomes) for one in found.survivors if one.kind is kind}


AT_MOST_TWO = condition("count(exercise) <= 2") + condition("disposition.price >= $10.00", "price")


def test_the_survivors_are_the_changes_that_one_case_cannot_notice(tmp_path: Path) -> None:
    found = tried(small(tmp_path, AT_MOST_TWO))
    assert left(found) == {
        ("count(exercise) <= 2", "count(exercise) < 2"),
        ("count(exercise)", "count(pool)"),
        ("2", "1"),
        ("2", "3"),
        ("$10.00", "$9.99"),
        ("disposition.price", "loan.stated_principal_balance"),
        ("disposition.price", "disposition.value"),
        ("1/size", ""),
        ("1/price", ""),
        ("executed: 2005-01-01", "executed: 2005-01-02"),
        ("effective: 2005-01-01", "effective: 2004-12-31"),
        ("effective: 2005-01-01", "effective: 2005-01-02"),
    }
    assert left(found, Kind.EQUIVALENT) == {("executed: 2005-01-01", "executed: 2004-12-31")}
    assert not found.is_right


def pasted(found: Iterable[Survivor]) -> str:
    """Return the cases of survivors as a person would paste them, each with a title of its own."""
    cases = [one.case for one in found if one.case]
    return "".join(f"{one}\n" for one in map(named, cases, range(len(cases))))


def named(case: str, number: int) -> str:
    return case.replace("To be named, for a change of", f"Case {number}, for a change of", 1)


@pytest.mark.parametrize(
    "law",
    [
        pytest.param({"conditions": AT_MOST_TWO}, id="two conditions"),
        pytest.param(WHOLE, id="a term, readings, an obligation and parties"),
        pytest.param(
            {"conditions": condition("sum(disposition.value over exercise where disposition.agreed) < 50% of $100.00")},
            id="a sum of some lines",
        ),
        pytest.param(
            {"conditions": condition('given(disposition.value) and not disposition.buyer.name = "A"')}, id="not"
        ),
        pytest.param({"conditions": condition("loan.due in (2005-03-01, 2005-03-02)")}, id="days in a list"),
    ],
)
def test_who_pastes_every_case_is_left_with_no_survivor(
    tmp_path: Path, law: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small(tmp_path, **law)
    before = tried_whatever(folder)
    (folder / "small" / "cases" / "all.yaml").write_text(f"cases:\n{indent(pasted(before.survivors), '  ')}")
    assert run(["test", "--mutate", str(folder)]) == 0
    after = capsys.readouterr().out
    assert left(before)
    assert "SURVIVED" not in after
    assert ", 0 survived" in after


def tried_whatever(folder: Path) -> Mutation:
    """Return the mutation of a small agreement without any case."""
    (found,) = load_folders(folder)
    return mutation(read_versions(found), 0, [], _look, lambda _done, _of: None)


def few() -> list[Case]:
    """Return three of the cases that ship: one permitted under each section of the amendment."""
    permitted = [one for one in read_cases(law_folder()) if one.expected.decision is Decision.PERMITTED]
    amended = [one for one in permitted if one.batch.date.year > 2004]
    return [
        next(one for one in amended if {line.under for line in one.batch.lines} == {section})
        for section in ("3.18", "3.13(f)", "3.13(g)")
    ]


UNSAYABLE = ("loan.loan_id", "disposition.loan", "batch.batch")  # names, which no batch that is found tells apart


@pytest.mark.parametrize("at", [0, 1])
def test_a_survivors_case_passes_on_the_policy_and_fails_on_the_mutant(at: int) -> None:
    asked = 0

    def every_fourth(*about: object) -> Survivor:
        nonlocal asked
        asked += 1
        mutant: Mutant = about[2]  # type: ignore[assignment]
        is_looked_at = asked % 4 == 0 or mutant.path[0] in ("executed", "effective", "parties")
        return look(*about) if is_looked_at else Survivor(mutant=mutant, kind=Kind.SURVIVED)  # type: ignore[arg-type]

    found = mutation(law(), at, few(), every_fourth, lambda _done, _of: None)
    looked_at = [one for one in found.survivors if one.case or one.reason]
    assert len(looked_at) > 45
    for one in looked_at:
        if one.case:
            assert tells(law(), at, one), one.case
        else:
            assert one.kind is Kind.EQUIVALENT or one.mutant.becomes in UNSAYABLE, one


def tells(found: Versions, at: int, survivor: Survivor) -> bool:
    """Tell whether the case of a survivor, in a file, comes as expected on the policy, and not on the mutant."""
    text = f"cases:\n{indent(survivor.case, '  ')}\n"
    (case,) = cases_of(strict.parse(text.encode(), "cases.yaml"), found.agreement)
    policy = applied(found, survivor.mutant, at)
    assert policy is not None
    is_passed = not deviations(case, run_case(case, found.agreement))
    return is_passed and notices(case, found.with_policy(at, policy))


@pytest.mark.parametrize(
    ("at", "was", "becomes"),
    [
        pytest.param(1, "effective: 2004-12-28", "effective: 2004-12-27", id="in force a day earlier"),
        pytest.param(1, "effective: 2004-12-28", "effective: 2004-12-29", id="in force a day later"),
        pytest.param(1, "executed: 2004-12-28", "executed: 2004-12-29", id="signed a day later"),
        pytest.param(0, "effective: 2004-11-24", "effective: 2004-11-23", id="the first in force a day earlier"),
        pytest.param(0, "effective: 2004-11-24", "effective: 2004-11-25", id="the first in force a day later"),
        pytest.param(1, "master_servicer: Impac Funding Corporation", "", id="without a name of a party"),
    ],
)
def test_a_change_of_days_or_names_is_told_by_a_case(at: int, was: str, becomes: str) -> None:
    (mutant,) = [one for one in of(law(), at) if (one.was, one.becomes) == (was, becomes)]
    found = look(law(), at, mutant, applied(law(), mutant, at))  # type: ignore[arg-type] # it is not refused
    assert found.case
    assert tells(law(), at, found)


TELL = "tell:\n  quote: some words\n  owed_by: a\n  owed_to: [b]\n  deadline: add_days(batch.date, 30)\n"


@pytest.mark.parametrize(
    "how", [pytest.param("with: certification.told", id="told"), pytest.param("done_on: certification.sent", id="done")]
)
def test_a_deadline_is_told_by_a_case_on_the_day_itself(tmp_path: Path, how: str) -> None:
    folder = small(
        tmp_path, condition("count(exercise) <= 2"), obligations=f"{TELL}  {how}\n", facts=str(WHOLE["facts"])
    )
    found = tried(folder)
    own = [one for one in found.survivors if one.mutant.was == "30"]
    assert [(one.mutant.becomes, one.kind) for one in own] == [("29", Kind.SURVIVED), ("31", Kind.SURVIVED)]
    of_it = [one for one in found.survivors if one.mutant.where.startswith("1/tell")]
    assert ("1/tell (deadline)", "") in left(found)
    assert all(tells(versions(folder), 0, one) for one in of_it)


def test_a_rule_that_is_removed_is_missed_where_it_fails(tmp_path: Path) -> None:
    found = tried(small(tmp_path, AT_MOST_TWO)).survivors
    missed = {one.mutant.was: one.case for one in found if one.mutant.was in ("1/size", "1/price")}
    assert [f"{rule}: fail" in case for rule, case in missed.items()] == [True, True]


def test_a_rule_that_never_fails_is_missed_by_a_case_that_names_it(tmp_path: Path) -> None:
    folder = small(tmp_path, condition("count(exercise) >= 1", "idle") + AT_MOST_TWO)
    (found,) = [one for one in tried(folder).survivors if (one.mutant.was, one.mutant.becomes) == ("1/idle", "")]
    assert "1/idle: pass" in found.case
    assert tells(versions(folder), 0, found)


@pytest.mark.parametrize("becomes", ["effective: 2005-12-31", "effective: 2006-01-02"])
def test_the_day_of_a_version_is_told_by_what_only_one_of_the_two_permits(tmp_path: Path, becomes: str) -> None:
    folder = small(tmp_path, condition("disposition.price >= $10.00"))
    first = (folder / "small" / "first.yaml").read_text()
    second = (
        first.replace("small/first", "small/second").replace("2005-01-01", "2006-01-01").replace("$10.00", "$20.00")
    )
    (folder / "small" / "second.yaml").write_text(second)
    two = versions(folder)
    (mutant,) = [one for one in of(two, 1) if one.becomes == becomes]
    assert tells(two, 1, look(two, 1, mutant, applied(two, mutant, 1)))  # type: ignore[arg-type] # it is not refused


# What makes no difference, and what is not known.


PROVED = (
    "proved for all batches of up to 3 lines and 1 further loan on the tape, dates from 2003-11-28 to 2007-03-12, "
    "each listed once and with no fact attested, amounts in whole cents"
)


def reason(found: Mutation, was: str, becomes: str) -> tuple[Kind, str]:
    (one,) = [one for one in found.survivors if (one.mutant.was, one.mutant.becomes) == (was, becomes)]
    return one.kind, one.reason


def test_a_change_that_no_batch_can_tell_is_equivalent_with_what_was_proved(tmp_path: Path) -> None:
    text = "count(exercise) >= 2 and (count(exercise) = 2 or disposition.agreed)"
    found = tried(
        small(
            tmp_path,
            condition("\n    " + text),
            cases=CASE.replace("permitted", "refused\n    rules:\n      1/size: fail"),
        )
    )
    assert reason(found, "count(exercise) = 2", "count(exercise) <= 2") == (
        Kind.EQUIVALENT,
        f"under 1: {PROVED} (by z3)",
    )
    assert reason(found, "count(exercise) = 2", "count(exercise) >= 2")[0] is Kind.SURVIVED


def test_signed_a_day_earlier_is_equivalent_and_says_why(tmp_path: Path) -> None:
    found = tried(small(tmp_path, AT_MOST_TWO))
    assert reason(found, "executed: 2005-01-01", "executed: 2004-12-31") == (
        Kind.EQUIVALENT,
        "the same version is in force on every day, whatever the day of the check: all days that matter were tried",
    )


def test_a_change_of_what_no_rule_uses_is_equivalent(tmp_path: Path) -> None:
    found = tried(small(tmp_path, AT_MOST_TWO, terms="worth:\n  is: $5.00\n"))
    assert reason(found, "$5.00", "$5.01") == (Kind.EQUIVALENT, "it says the same as before, word by word")


def test_an_obligation_is_equivalent_only_on_whatever_day_it_is_looked_at(tmp_path: Path) -> None:
    owed = TELL.replace("add_days(batch.date, 30)", "greatest(batch.date, add_days(batch.date, -1))")
    folder = small(tmp_path, AT_MOST_TWO, obligations=f"{owed}  with: certification.told\n", facts=str(WHOLE["facts"]))
    kind, why = reason(tried(folder), "-1", "-2")
    proved = PROVED.replace("2003-11-28 to 2007-03-12", "2003-11-25 to 2007-03-15")
    assert (kind, why) == (Kind.EQUIVALENT, f"under 1, on whatever day it is looked at: {proved} (by z3)")


def test_what_the_solver_does_not_decide_has_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.proof.search.FIRST", 1)
    found = tried(small(tmp_path, condition("count(exercise) <= 2")))
    assert reason(found, "2", "3") == (
        Kind.SURVIVED,
        "no case was found: the solver did not come to an end within its limit",
    )
    assert not found.is_right


def test_what_the_solver_is_not_given_has_survived(tmp_path: Path) -> None:
    found = tried(small(tmp_path, condition("add_months(loan.due, count(exercise)) >= batch.date")))
    kind, why = reason(found, "count(exercise)", "count(pool)")
    assert kind is Kind.SURVIVED
    assert why.startswith("no case was found: this is not supported: a number of months that is not a constant")


@pytest.mark.parametrize("at", [0, 1])
def test_the_name_of_a_batch_which_no_case_can_say_stands_in_no_case(at: int) -> None:
    named = [one for one in of(law(), at) if one.becomes == "batch.batch" and applied(law(), one, at)]
    assert named
    for mutant in named:
        found = look(law(), at, mutant, applied(law(), mutant, at))  # type: ignore[arg-type] # it is not refused
        assert found.kind is Kind.SURVIVED
        assert not found.case or tells(law(), at, found)


def test_without_the_solver_survivors_say_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.proof.needs.find_spec", lambda _name: None)
    found = tried(small(tmp_path, AT_MOST_TWO))
    how = "to look for a case that would notice it: pip install 'loan-pool-checker[proof]'"
    assert {(one.kind, one.reason, one.case) for one in found.survivors} == {(Kind.SURVIVED, how, "")}
    assert len(found.survivors) == 13


# The command.


def test_survivors_are_printed_with_their_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small(tmp_path, condition("count(exercise) >= 1"))
    monkeypatch.chdir(tmp_path)
    assert run(["test", "--mutate", "policies"]) == 1
    assert capsys.readouterr().out == (GOLDEN / "mutation.txt").read_text()


def test_a_case_that_fails_comes_before_any_mutant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = small(tmp_path, condition("count(exercise) > 1"))
    assert run(["test", "--mutate", str(folder)]) == 1
    assert "no mutant was tried: the cases must come as expected first" in capsys.readouterr().out


@pytest.fixture(scope="module")
def of_two_processes() -> list[bytes]:
    done = [ran("test", "--mutate", "--format", "json", env={"PYTHONHASHSEED": seed}) for seed in ("1", "2")]
    assert [(one.returncode, one.stderr) for one in done] == [(0, b""), (0, b"")]
    return [one.stdout for one in done]


def test_every_mutant_of_what_ships_is_noticed_or_says_why_none_can(of_two_processes: list[bytes]) -> None:
    (one,) = json.loads(of_two_processes[0])["agreements"]
    found = [survivor for each in one["mutation"] for survivor in each["survivors"]]
    assert [each["noticed"] > 100 for each in one["mutation"]] == [True, True]
    assert {(survivor["kind"], bool(survivor["reason"])) for survivor in found} == {("equivalent", True)}
    assert sorted(survivor["becomes"] for survivor in found) == [
        "count(exercise) <= 5",
        "executed: 2004-11-23",
        "executed: 2004-12-27",
    ]


def test_two_processes_print_the_same(of_two_processes: list[bytes]) -> None:
    assert of_two_processes[0] == of_two_processes[1]


def without(titles: Sequence[str]) -> list[Case]:
    """Return the cases that ship but for some."""
    cases = read_cases(law_folder())
    assert set(titles) <= {one.title for one in cases}
    return [one for one in cases if one.title not in titles]


@pytest.mark.parametrize(
    ("title", "at", "where", "survive"),
    [
        pytest.param(
            "A cent below the Repurchase Price of one loan refuses the optional purchase.",
            1,
            "3.13(g)/price",
            [("disposition.price = repurchase_price", "disposition.price <= repurchase_price")],
            id="a cent below",
        ),
        pytest.param(
            "A tape that is 31 days old is the oldest that may pass for the latest report.",
            1,
            "always/tape-of-the-date (latest-report)",
            [
                ("days_between(tape.as_of, batch.date) <= 31", "days_between(tape.as_of, batch.date) < 31"),
                ("31", "30"),
            ],
            id="the last day",
        ),
        pytest.param(
            "The day before the agreement stays before it, when looked at on the day on which it was signed.",
            0,
            "effective",
            [("effective: 2004-11-24", "effective: 2004-11-23")],
            id="the day before the first version",
        ),
    ],
)
def test_without_a_case_just_what_it_alone_notices_survives(
    title: str, at: int, where: str, survive: list[tuple[str, str]]
) -> None:
    found = mutation(law(), at, without([title]), look, lambda _done, _of: None)
    own = [one for one in found.survivors if one.kind is Kind.SURVIVED]
    assert [(one.mutant.was, one.mutant.becomes) for one in own] == survive
    assert {one.mutant.where for one in own} == {where}
    assert all(tells(law(), at, one) for one in own)


def test_the_command_names_the_line_that_no_case_notices_any_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "law"
    copytree(FOLDER, folder)
    drop(folder / "cases" / "3.13(f).yaml", "A price of exactly the fair market value is at fair market value.")
    file = folder / "2004-12-28-amendment-1.yaml"
    line = 1 + file.read_text().splitlines().index(
        "          disposition.price >= disposition.fair_market_value.amount"
    )
    assert run(["test", "--mutate", str(folder)]) == 1
    found = [one for one in capsys.readouterr().out.splitlines() if "SURVIVED" in one]
    assert found == [f"  SURVIVED {file}:{line}:11: 3.13(f)/fair-market-value"]


def drop(file: Path, title: str) -> None:
    """Take a case out of a file."""
    head, *cases = file.read_text().split("  - title: ")
    kept = [one for one in cases if not one.startswith(title)]
    assert len(kept) == len(cases) - 1
    file.write_text("  - title: ".join([head, *kept]))
