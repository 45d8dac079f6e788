"""The SQL of an expression says in DuckDB what the evaluator says: the neutral suite, and random expressions.

`seen_in` holds for any engine; `test_sql_spark` asks it of Spark.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from random import Random

import pytest
from chance import subjects, sums, trees
from engines import Duck, Engine, Subject, holds, subject_of
from strategies import SETS
from tables import Answer, answer_of, check_same, query
from test_conformance import CASES, Case, program_of, read_worth

from checker.lang.evaluate import Program
from checker.lang.explain import missing
from checker.lang.sql import DUCKDB, SPARK, Columns, Compiler, Sql, TooWideError
from checker.lang.syntax import Type
from checker.lang.typed import Apply, Constant, Fact, Fold, Typed, outer_facts_of, parts

# The cases of the neutral suite that SQL cannot hold, and why.
TOO_WIDE = {
    "aggregates: A fact of the subject may stand in what is summed": "39 digits",
    "arithmetic: Thirty digits are added exactly": "59 digits",
    "arithmetic: Thirty digits are multiplied exactly": "60 digits",
    "bounds: times a bound keeps none": "54 digits",
}
UNFIT = {
    "aggregates: Ten tenths of a cent are a cent": "an amount with three places",
    "arithmetic: The cap of 1.00% itself is within it": "an amount with four places",
    "arithmetic: The smallest step over the cap of 1.00% is over it": "an amount with three places",
    "arithmetic: A cap above 10^13 dollars is met to the hundredth of a cent": "an amount with four places",
    "arithmetic: A cap above 10^13 dollars is missed by a hundredth of a cent": "an amount with four places",
}
# In the suite a row of any set may be one of which that is unknown.
MEMBERS = dict.fromkeys(SETS, "r.member")


def fits(case: Case) -> bool:
    members = [row for of_set in case.frame.sets.values() for row in (*of_set.rows, *of_set.maybe)]
    facts = [(name, value) for row in (case.frame.row, *members) for name, value in row.items() if value is not None]
    return all(holds(case.facts[name].type, value) for name, value in facts)


def by_facts(cases: Sequence[Case]) -> list[list[Case]]:
    """Return the cases of each file: those that may read the same facts."""
    files: dict[str, list[Case]] = {}
    for case in cases:
        files.setdefault(case.id.partition(":")[0], []).append(case)
    return list(files.values())


def seen_in(engine: Engine, file: Sequence[Case], *, at_once: int) -> Iterator[tuple[str, Answer, Answer]]:
    """Return of each case of a file what the suite says and what an engine says, which is asked so many at once."""
    engine.fill([subject_of(case.frame) for case in file], file[0].facts)
    programs = [program_of(case, case.expression) for case in file]
    for first in range(0, len(file), at_once):
        some = programs[first : first + at_once]
        rows = engine.ask(query(engine.dialect, [program.tree for program in some], MEMBERS).text)[1]
        for n, (case, program) in enumerate(zip(file[first:], some, strict=False)):
            got = rows[first + n][1 + 2 * n : 3 + 2 * n]
            yield case.id, answer_of(read_worth(program.tree.type, case.value)), (got[0], got[1])


def unlike(seen: Iterator[tuple[str, Answer, Answer]]) -> list[tuple[str, Answer, Answer]]:
    return [(title, wanted, got) for title, wanted, got in seen if wanted != got]


HELD = [case for case in CASES if case.id not in TOO_WIDE and case.id not in UNFIT]
each_file = pytest.mark.parametrize(
    "file", [pytest.param(file, id=file[0].id.partition(":")[0]) for file in by_facts(HELD)]
)


@each_file
def test_duckdb_says_what_the_suite_says(duck: Duck, file: list[Case]) -> None:
    assert unlike(seen_in(duck, file, at_once=1)) == []


def test_the_suite_is_asked_whole_but_for_what_is_listed() -> None:
    assert len(HELD) == len(CASES) - len(TOO_WIDE) - len(UNFIT)


@pytest.mark.parametrize("dialect", [pytest.param(dialect, id=dialect.name) for dialect in (DUCKDB, SPARK)])
@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES])
def test_only_what_is_listed_is_too_wide(case: Case, dialect: object) -> None:
    assert dialect in (DUCKDB, SPARK)
    tree = program_of(case, case.expression).tree
    if case.id not in TOO_WIDE:
        assert query(dialect, [tree], MEMBERS).worths
        return
    with pytest.raises(TooWideError, match=f"it could need {TOO_WIDE[case.id]}, and 38 are exact"):
        query(dialect, [tree], MEMBERS)


def test_only_the_facts_of_what_is_listed_do_not_fit() -> None:
    assert {case.id for case in CASES if not fits(case)} == UNFIT.keys()


def test_what_does_not_fit_is_never_put_into_a_table(duck: Duck) -> None:
    with pytest.raises(ValueError, match=r"does not fit into `batch\.amount`, a money"):
        duck.fill([Subject(row={"batch.amount": Decimal("0.001")}, sets={})])


# Random expressions.

SUBJECTS, SEED = 240, 20041228


@cache
def world(*, widest: bool = False) -> list[Subject]:
    """Return the subjects that random expressions are judged on."""
    return subjects(Random(SEED), 60 if widest else SUBJECTS, widest=widest)  # noqa: S311 (chance, not secrets)


@pytest.mark.parametrize("part", range(10))
def test_duckdb_says_of_random_expressions_what_the_evaluator_says(duck: Duck, part: int) -> None:
    duck.fill(world())
    for tree in trees(SEED + part, 45):
        check_same(duck, world(), [tree])


def test_duckdb_says_the_same_of_the_widest_amounts(duck: Duck) -> None:
    duck.fill(world(widest=True))
    for tree in trees(SEED, 150):
        check_same(duck, world(widest=True), [tree])


def test_random_expressions_are_of_every_kind_and_worth() -> None:
    """What is never random is not tested: each operation, and enough of each thing that an expression may be worth."""
    some = [tree for part in range(3) for tree in trees(SEED + part, 45)]
    found = {node.op for tree in some for node in nodes(tree) if isinstance(node, Apply)}
    assert found >= {"and", "or", "not", "in", "+", "-", "*", "of", "least", "greatest", "add_months", "add_days"}
    assert found >= {"days_between", "given", "first_known", "when", "is known", "is unknown", "=", "!=", "<", "<="}
    worths = Counter(kind_of(answer_of(Program(tree)(subject.frame()))) for tree in some for subject in world()[:60])
    assert min(worths[kind] for kind in ("true", "false", "bound", "unknown", "value")) > len(some)


def kind_of(answer: Answer) -> str:
    value, least = answer
    if value is None:
        return "unknown" if least is None else "bound"
    return str(value).lower() if isinstance(value, bool) else "value"


def nodes(tree: Typed) -> list[Typed]:
    return [tree, *(node for part in parts(tree) for node in nodes(part))]


# No float.


def outside(tree: Typed) -> list[Typed]:
    """Return the numbers that an expression is made of but for those inside its sums."""
    inner = [] if isinstance(tree, Fold) else [node for part in parts(tree) for node in outside(part)]
    return [tree, *inner] if tree.type in (Type.MONEY, Type.NUMBER, Type.COUNT) else inner


def test_every_number_on_the_way_is_a_decimal_of_the_width_that_was_told(duck: Duck) -> None:
    duck.fill(world()[:1])
    for tree in trees(SEED, 150, depth=4):
        check_same(duck, world()[:1], [node for node in outside(tree) if not isinstance(node, Constant)])


def test_every_number_inside_a_sum_is_a_decimal_of_the_width_that_was_told(duck: Duck) -> None:
    duck.fill(world()[:1])
    compiler = Compiler(DUCKDB, Columns(fact=column, fold=lambda _: Sql("", "")))
    folds = [fold for fold in sums(SEED, 100) if isinstance(fold, Fold)]
    bodies = [(fold.rows, compiler.sql(node)) for fold in folds for part in parts(fold) for node in outside(part)]
    rows = {name: f"FROM {name} AS r JOIN subject AS s ON s.n = r.subject" for name in SETS}
    types = [
        (duck.ask(f"SELECT {found.value} {rows[name]} LIMIT 0")[0][0], found.digits.type) for name, found in bodies
    ]
    assert [(got, told) for got, told in types if got != told.replace(" ", "")] == []
    assert len(types) > 100


def column(fact: Fact) -> str:
    return f"{'s' if fact.outer else 'r'}.{DUCKDB.quoted(fact.name)}"


# What is missing.


def test_a_sum_counts_the_rows_that_lack_each_fact_as_their_explanation_does(duck: Duck) -> None:
    duck.fill(world())
    assert lacking_unlike(duck, sums(SEED, 200)) == []


def lacking_unlike(
    engine: Engine, folds: Sequence[Typed]
) -> list[tuple[str, int, Mapping[str, int], Mapping[str, int]]]:
    """Return where an open sum lacks other facts, of as many rows, than its explanation says."""
    found, are_open = list[object](), 0
    for fold in folds:
        asked, program = query(engine.dialect, [fold]), Program(fold)
        names = [*asked.sums[0].total.lacking]
        for n, row in enumerate(engine.ask(asked.text)[1]):
            frame = world()[n].frame()
            if row[1] is not None:
                continue
            are_open += 1
            (_known, _open, maybe, *lacks) = row[3:]
            got = {**dict(zip(names, lacks, strict=True)), "in_pool": maybe}
            wanted = {name: many for name, many in missing(program, frame).items() if name not in outer_facts_of(fold)}
            if {name: many for name, many in got.items() if many} != wanted:
                found.append((str(fold.source), n, got, wanted))
    assert are_open > 10 * len(folds)
    return found


# What dialects write differently.


def test_the_names_of_facts_may_have_any_sign() -> None:
    assert (DUCKDB.quoted('a"b'), SPARK.quoted("a`b")) == ('"a""b"', "`a``b`")


FORMS = (
    ("5", True),
    ("55", True),
    ("5\n", False),
    ("\n5", False),
    ("5a", False),
    ("a5", False),
    ("", False),
    ("5\n5", False),
)


def formed(engine: Engine) -> list[bool]:
    return [
        bool(engine.ask(f"SELECT {engine.dialect.matches(engine.dialect.text(text), '5|55')}")[1][0][0])
        for text, _ in FORMS
    ]


def test_a_form_is_held_against_the_whole_text(duck: Duck) -> None:
    assert formed(duck) == [wanted for _, wanted in FORMS]
