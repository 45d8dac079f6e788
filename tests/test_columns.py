"""Expressions on many subjects at once are worth what each is worth on each subject, however they are put together."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import SCOPE, expressions, frames

from checker.lang import columns
from checker.lang.check import check
from checker.lang.columns import across
from checker.lang.evaluate import Frame, Program, Row, RowSet
from checker.lang.exact import Worth
from checker.lang.frame import Joined, Table
from checker.lang.parse import parse
from checker.lang.syntax import Expression, Type
from checker.lang.typed import facts_of

often = settings(deadline=None, max_examples=250, suppress_health_check=list(HealthCheck))
LEAP, LATER = date(2004, 2, 29), date(2005, 1, 31)


def program_of(written: str | Expression) -> Program:
    typed = check(parse(written) if isinstance(written, str) else written, SCOPE)
    assert not isinstance(typed, tuple), typed
    return Program(typed)


def rows_of(**columns_: Sequence[Any]) -> list[Row]:
    names = [f"loan.{name}" for name in columns_]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns_.values(), strict=True)]


def one_by_one(programs: Sequence[Program], rows: Sequence[Row], sets: dict[str, RowSet]) -> list[list[Worth]]:
    return [[program(Frame(row, sets)) for row in rows] for program in programs]


@given(st.data())
@often
def test_many_subjects_are_judged_as_each_is(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(tuple(Type)), min_size=1, max_size=4))
    programs = [program_of(data.draw(expressions(kind))) for kind in kinds]
    drawn = frames(frozenset().union(*[facts_of(program.tree) for program in programs]))
    first, *others = [data.draw(drawn) for _ in range(5)]
    rows = [first.row, *(other.row for other in others)]
    alike = [name for name in first.row if data.draw(st.booleans())]
    shared = {name: first.row[name] for name in alike}
    rows = [{**row, **shared} for row in rows]
    found = [list(worths) for worths in across(programs, Table(len(rows), rows, shared), first.sets)]
    assert found == one_by_one(programs, rows, dict(first.sets))
    assert [list(map(type, worths)) for worths in found] == [
        list(map(type, worths)) for worths in one_by_one(programs, rows, dict(first.sets))
    ]


def test_what_expressions_have_in_common_is_found_once() -> None:
    programs = [program_of(f"add_months(loan.day, 3) >= {day}") for day in ("2004-05-29", "2005-01-01")]
    across(programs, Table(3, rows_of(day=[LEAP, LATER, None])), {})
    assert len(programs[-1].steps.steps) == 3


def test_what_takes_long_is_asked_once_of_the_same() -> None:
    seen: list[Worth] = []
    whole = columns._once(lambda day, _: seen.append(day), 0, 1)
    whole([[LEAP, LATER, LEAP], [3, 3, 3]], Table(3, []), {})
    assert sorted(map(str, seen)) == [str(LEAP), str(LATER)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_few_and_many_are_judged_alike(count: int) -> None:
    programs, rows = (
        [program_of("loan.units > 1 or not loan.agreed")],
        rows_of(units=[0, 2, None, 3], agreed=[True] * 4),
    )
    found = across(programs, Table(count, rows[:count]), {})
    assert [list(worths) for worths in found] == [[False, True, None, True][:count]]


def test_a_fact_that_is_shared_no_more_is_read_of_each() -> None:
    programs, rows = [program_of("loan.units > 1")], rows_of(units=[0, 2, 3])
    across(programs, Table(3, rows_of(units=[2, 2, 2]), {"loan.units": 2}), {})
    assert across(programs, Table(3, rows), {}) == [[False, True, True]]


def test_other_expressions_beside_the_same_last_one_are_prepared_anew() -> None:
    first, second, last = map(program_of, ("loan.units > 1", "loan.units > 2", "loan.agreed"))
    table = Table(3, rows_of(units=[2, 3, None], agreed=[True, False, None]))
    found = [across([each, last], table, {}) for each in (first, second)]
    assert [one[0] for one in found] == [[True, True, None], [False, True, None]]


def test_joined_tables_are_one() -> None:
    tables = [Table(2, rows_of(units=[1, 2])), Table(1, rows_of(units=[3]))]
    joined = Joined(tables)
    assert (len(joined), joined.column("loan.units"), list(joined)) == (3, [1, 2, 3], rows_of(units=[1, 2, 3]))
