"""Judges expressions in SQL, many subjects at a time, so that their answers can be held against the evaluator's.

A table has a row for each subject, and for each of its sets a row for each row of the set, which names the subject. The
one query that asks for any number of expressions sums the rows of each subject first, as an engine does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from engines import PLAIN, Cell, Engine, Subject
from strategies import SETS

from checker.engine.sums import Sum
from checker.lang.evaluate import Program, Row, total_key
from checker.lang.exact import AtLeast, Worth
from checker.lang.sql import Columns, Compiler, Dialect, Sql
from checker.lang.syntax import Type, Value
from checker.lang.typed import Fact, Fold, Typed, parts

Answer = tuple[Cell, Cell]  # what an expression is worth, None unless known, and the least that it can be
# Whether a row is in its set: all of an exercise are, as an engine says it; those of a pool may not be, or may be.
MEMBERS = {"pool": "r.member", "exercise": "TRUE"}


class Query(NamedTuple):
    """A query over a table: of each subject, by its number, the columns of each expression and of each sum."""

    text: str
    worths: Sequence[Sql]
    sums: Sequence[Sum]


def query(dialect: Dialect, trees: Sequence[Typed], members: Mapping[str, str] = MEMBERS) -> Query:
    """Return the query that asks for expressions, or raise TooWideError."""
    sums = _sums(dialect, trees, members)
    compiler = Compiler(
        dialect,
        Columns(
            fact=lambda fact: f"s.{dialect.quoted(fact.name)}", fold=lambda fold: sums[fold.rows][total_key(fold)].sql()
        ),
    )
    worths = [compiler.sql(tree) for tree in trees]
    found = [each for of_set in sums.values() for each in of_set.values()]
    columns = [f"{worth.value} AS v{n}, {worth.least} AS l{n}" for n, worth in enumerate(worths)]
    columns += [name for each in found for name in each.aggregates()]
    joins = [f"JOIN ({_valued(name, of_set)}) AS {name}_sums USING (n)" for name, of_set in sums.items() if of_set]
    text = f"SELECT {', '.join(['n', *columns])}\nFROM subject AS s {' '.join(joins)}\nORDER BY n"
    return Query(text=text, worths=worths, sums=found)


def _sums(dialect: Dialect, trees: Iterable[Typed], members: Mapping[str, str]) -> dict[str, dict[str, Sum]]:
    def column(fact: Fact) -> str:
        return f"{'s' if fact.outer else 'r'}.{dialect.quoted(fact.name)}"

    compiler = Compiler(dialect, Columns(fact=column, fold=lambda _: Sql("", "")))
    sums: dict[str, dict[str, Sum]] = {name: {} for name in SETS}
    for fold in [fold for tree in trees for fold in folds(tree)]:
        of_set = sums[fold.rows]
        if total_key(fold) not in of_set:
            total = compiler.total(fold, members[fold.rows])
            of_set[total_key(fold)] = Sum(fold=fold, column=f"{fold.rows}{len(of_set)}", total=total)
    return sums


def _valued(name: str, sums: Mapping[str, Sum]) -> str:
    """Return the sums over a set, for each subject, also those of whose sets no row is."""
    columns = {column: text for each in sums.values() for column, text in each.aggregates().items()}
    summed = ", ".join(f"{text} AS {column}" for column, text in columns.items())
    rows = f"SELECT s.n, {summed} FROM subject AS s JOIN {name} AS r ON r.subject = s.n GROUP BY s.n"
    widths = {f"{each.column}_known": each.total.width for each in sums.values()}
    zeros = {column: f"CAST(0 AS {widths[column].type})" if column in widths else "0" for column in columns}
    filled = ", ".join(f"COALESCE({column}, {zeros[column]}) AS {column}" for column in columns)
    whole = f"SELECT s.n, {filled} FROM subject AS s LEFT JOIN ({rows}) AS summed ON summed.n = s.n"
    return f"SELECT *, {', '.join(each.value() for each in sums.values())} FROM ({whole}) AS filled"


def folds(tree: Typed) -> list[Fold]:
    """Return every sum and count of an expression."""
    return [tree] if isinstance(tree, Fold) else [fold for part in parts(tree) for fold in folds(part)]


def check_same(engine: Engine, subjects: Sequence[Subject], trees: Sequence[Typed]) -> None:
    """Fail with what is needed to repeat it, unless an engine says of expressions what the evaluator says."""
    found = disagreements(engine, subjects, trees)
    assert not found, "\n\n".join([f"{engine.dialect.name} says something else, {len(found)} times:", *found[:3]])


def disagreements(engine: Engine, subjects: Sequence[Subject], trees: Sequence[Typed]) -> list[str]:
    """Return where an engine says something else of expressions than the evaluator, on the subjects that it has."""
    asked = query(engine.dialect, trees)
    types, rows = engine.ask(asked.text)
    columns = [[row[1 + 2 * n : 3 + 2 * n] for row in rows] for n in range(len(trees))]
    found = []
    for n, tree in enumerate(trees):
        wanted = [column_type(tree.type, asked.worths[n])] * 2
        if types[1 + 2 * n : 3 + 2 * n] != wanted:
            found.append(f"{tree.source}\nis {types[1 + 2 * n : 3 + 2 * n]}, not {wanted}")
        found += _differing(tree, subjects, columns[n])
    return found


def _differing(tree: Typed, subjects: Sequence[Subject], column: Sequence[tuple[Cell, ...]]) -> Iterator[str]:
    program = Program(tree)
    for subject, got in zip(subjects, column, strict=True):
        wanted = answer_of(program(subject.frame()))
        if got != wanted:
            yield f"{tree.source}\n{shown(subject, program.facts)}\nevaluator: {wanted}\nSQL: {got}"
            return


def column_type(kind: Type, worth: Sql) -> str:
    """Return the type that an engine must give to a column."""
    return worth.width.type.replace(" ", "") if worth.width else PLAIN[kind]


def answer_of(worth: Worth) -> Answer:
    """Return what SQL should say of what the evaluator says."""
    return (None, worth.least) if isinstance(worth, AtLeast) else (worth, worth)


def shown(subject: Subject, names: Iterable[str]) -> str:
    """Return the facts of a subject that an expression reads, in lines."""
    wanted = set(names)

    def told(row: Row) -> str:
        return ", ".join(f"{n}={_told(v)}" for n, v in row.items() if n in wanted and v is not None) or "nothing"

    rows = [f"{name}, in it {member}: {told(row)}" for name, found in subject.sets.items() for member, row in found]
    return "\n".join([f"subject: {told(subject.row)}", *rows])


def _told(value: Value | None) -> str:
    return str(value) if isinstance(value, Decimal | date) else repr(value)
