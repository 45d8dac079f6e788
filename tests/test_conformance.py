"""Runs the neutral suite in `conformance/*.yaml`: what expressions are worth, as any implementation must find them.

A file is a mapping with these keys; every scalar is text, whatever YAML would make of it.

    about    one sentence: what the file pins down
    facts    the facts that its expressions may read: a `type`, and `at_least: 0` where the value is never below zero
    terms    optional: defined terms, each an expression
    subject  optional: the facts of the subject
    rows     optional: the rows of the sets `pool` (facts `loan.*`) and `exercise` (facts `loan.*` and `disposition.*`)
    maybe    optional: rows of which it is unknown whether they belong to their set
    cases    the cases

A case has a `title`, an `expression` and the `value` it is worth; its own `terms`, `subject`, `rows` or `maybe` stand
in for those of the file, each as a whole. Inside `sum` and `count` a fact of the set's groups is each row's, any other
is the subject's. A fact that is left out is unknown.

Values are written as in the language (`$5.00`, `0.25`, `5`, `2004-12-28`, `true`), which shows their type; text has no
quotation marks. What an expression is worth may also be `unknown`, or `at least` an amount, a number or a count.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from strategies import GROUPS, SETS, agrees, poorer

from checker.lang.check import Declared, Scope, check
from checker.lang.evaluate import Frame, Program, Row, RowSet
from checker.lang.exact import AtLeast, Worth
from checker.lang.parse import parse
from checker.lang.syntax import Type, Value

SUITE = Path(__file__).parent / "conformance"
HEAD = {"about", "facts", "terms", "subject", "rows", "maybe", "cases"}
CASE = {"title", "expression", "value", "terms", "subject", "rows", "maybe"}
FORMS = {
    Type.MONEY: r"-?\$\d+(\.\d+)?",
    Type.NUMBER: r"-?\d+\.\d+",
    Type.COUNT: r"-?\d+",
    Type.DATE: r"\d{4}-\d{2}-\d{2}",
    Type.FLAG: r"true|false",
    Type.TEXT: r".*",
}
Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    expression: str
    facts: Mapping[str, Declared]
    terms: Mapping[str, str]
    frame: Frame
    value: str
    id: str


def read_value(kind: Type, text: str) -> Value:
    if not re.fullmatch(FORMS[kind], text):
        raise ValueError(f"`{text}` is not written like a {kind}")
    if kind in (Type.MONEY, Type.NUMBER):
        return Decimal(text.replace("$", ""))
    if kind is Type.DATE:
        return date.fromisoformat(text)
    return {Type.COUNT: int, Type.FLAG: "true".__eq__, Type.TEXT: str}[kind](text)


def read_worth(kind: Type, text: str) -> Worth:
    if text == "unknown":
        return None
    if not text.startswith("at least "):
        return read_value(kind, text)
    least = read_value(kind, text.removeprefix("at least "))
    assert isinstance(least, Decimal | int)
    return AtLeast(least)


def read_declared(raw: Raw) -> Declared:
    if raw.keys() - {"type", "at_least"} or raw.get("at_least", "0") != "0":
        raise ValueError(f"a fact has a `type` and may have `at_least: 0`, not {dict(raw)}")
    return Declared(type=Type(raw["type"]), nonnegative="at_least" in raw)


def read_frame(raw: Raw, facts: Mapping[str, Declared]) -> Frame:
    def row(written: Raw, groups: frozenset[str]) -> Row:
        if strange := [name for name in written if name.partition(".")[0] not in groups]:
            raise ValueError(f"the facts {strange} have no place here")
        return {name: read_value(facts[name].type, text) for name, text in written.items()}

    if strange := (raw["rows"].keys() | raw["maybe"].keys()) - SETS.keys():
        raise ValueError(f"there is no set {sorted(strange)}")
    members = {
        name: [[row(each, groups) for each in raw[part].get(name, [])] for part in ("rows", "maybe")]
        for name, groups in SETS.items()
    }
    sets = {name: RowSet(rows=rows, maybe=maybe, decided_by="loan.in_pool") for name, (rows, maybe) in members.items()}
    return Frame(row=row(raw["subject"], GROUPS), sets=sets)


def read_case(raw: Raw, head: Raw, file: str) -> Case:
    if strange := raw.keys() - CASE:
        raise ValueError(f"a case has no {sorted(strange)}")
    whole = {"terms": {}, "subject": {}, "rows": {}, "maybe": {}} | dict(head) | dict(raw)
    facts = {name: read_declared(declared) for name, declared in head["facts"].items()}
    return Case(
        expression=raw["expression"],
        facts=facts,
        terms=whole["terms"],
        frame=read_frame(whole, facts),
        value=raw["value"],
        id=f"{file}: {raw['title']}",
    )


def read_file(file: Path) -> list[Case]:
    head = yaml.CBaseLoader(file.read_text("utf-8")).get_single_data()
    if strange := head.keys() - HEAD:
        raise ValueError(f"{file.name}: a file has no {sorted(strange)}")
    if not head.get("cases"):
        raise ValueError(f"{file.name}: a file has cases")
    return [read_case(raw, head, file.stem) for raw in head["cases"]]


def read_suite(folder: Path) -> list[Case]:
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ValueError(f"there is no suite in {folder}")
    return [case for file in files for case in read_file(file)]


CASES = read_suite(SUITE)
each_case = pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES])


def program_of(case: Case, expression: str) -> Program:
    terms = {name: parse(text) for name, text in case.terms.items()}
    tree = check(parse(expression), Scope(facts=case.facts, bare=GROUPS, sets=SETS, terms=terms))
    assert not isinstance(tree, tuple), tree
    return Program(tree)


@each_case
def test_an_expression_is_worth_what_the_suite_says(case: Case) -> None:
    program = program_of(case, case.expression)
    assert program(case.frame) == read_worth(program.tree.type, case.value)


@each_case
def test_the_canonical_spelling_means_the_same(case: Case) -> None:
    program = program_of(case, str(parse(case.expression)))
    assert program(case.frame) == read_worth(program.tree.type, case.value)


@each_case
def test_the_order_of_rows_means_nothing(case: Case) -> None:
    program = program_of(case, case.expression)
    sets = {
        name: RowSet(rows=members.rows[::-1], maybe=members.maybe[::-1]) for name, members in case.frame.sets.items()
    }
    assert program(Frame(row=case.frame.row, sets=sets)) == program(case.frame)


@each_case
def test_knowing_one_thing_less_never_gives_another_answer(case: Case) -> None:
    program = program_of(case, case.expression)
    worth = program(case.frame)
    found = [program(less) for less in poorer(case.frame)]
    assert [each for each in found if not agrees(each, worth)] == []


def test_every_case_has_a_title_of_its_own() -> None:
    titles = [case.id for case in CASES]
    assert sorted(set(titles)) == sorted(titles)


def test_a_folder_without_files_is_no_suite(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no suite"):
        read_suite(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("facts: {}", "a file has cases", id="no cases"),
        pytest.param("facts: {}\ncases: []", "a file has cases", id="an empty list of cases"),
        pytest.param("facts: {}\ncase: []", r"a file has no \['case'\]", id="an unknown key"),
        pytest.param("facts: {}\ncases: [{titel: x}]", r"a case has no \['titel'\]", id="an unknown key of a case"),
        pytest.param(
            "facts: {}\ncases: [{title: x, expression: '1', rows: {poll: []}}]", "no set", id="an unknown set"
        ),
        pytest.param("facts: {a: {type: money, at_most: 0}}\ncases: [{}]", "a fact has", id="an unknown key of a fact"),
    ],
)
def test_a_file_that_could_not_fail_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "wrong.yaml").write_text(text, "utf-8")
    with pytest.raises(ValueError, match=message):
        read_suite(tmp_path)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        pytest.param(Type.MONEY, "5.00", id="money without its sign"),
        pytest.param(Type.NUMBER, "5", id="a number like a count"),
        pytest.param(Type.COUNT, "5.0", id="a count like a number"),
        pytest.param(Type.MONEY, "$1e3", id="an exponent"),
        pytest.param(Type.FLAG, "yes", id="a flag that YAML would know"),
    ],
)
def test_a_value_that_is_not_written_like_its_type_is_refused(kind: Type, text: str) -> None:
    with pytest.raises(ValueError, match="is not written like"):
        read_worth(kind, text)
