"""Books as tables: written to files in one of many forms, judged by the evaluator or by an engine, and compared.

What is found of a book is a status for each subject and rule, and a decision for each line, under keys that are texts.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeAlias

import duckdb

from checker.api import check
from checker.engine.again import Again
from checker.engine.book import Book, read_book
from checker.engine.book import Table as Named
from checker.engine.duck import Duck
from checker.engine.found import Found, finding
from checker.engine.intake import Engine, batch_columns, line_columns, tape_columns
from checker.engine.plain import read_plain
from checker.engine.plan import BATCH, BUILTIN, EXERCISE, STATUSES, UNDER, scopes, section_of
from checker.lang.sql import WIDTHS
from checker.lang.syntax import Type, Value
from checker.model import Agreement, Condition

Row: TypeAlias = dict[str, Value | None]
Answers: TypeAlias = dict[tuple[str, ...], str]
Open: TypeAlias = Callable[[Book], Engine]
MOST_SHOWN = 20
MOST_AGAIN = 100  # lines of each rule that are judged again
PLAIN = {Type.DATE: "DATE", Type.FLAG: "BOOLEAN", Type.TEXT: "VARCHAR"}


class World(NamedTuple):
    """Everything that a run over tables is given: rows by the names of their columns, and the day that it looks from.

    `texts` are the policies as they are written, to show where something is found.
    """

    law: Mapping[str, Agreement]
    as_of: date
    tape: Sequence[Row]
    batches: Sequence[Row]
    lines: Sequence[Row]
    look: date | None = None
    texts: Sequence[str] = ()


class Form(NamedTuple):
    """A world as files would have it: what stands in the book itself, and its tables, `batches` perhaps not."""

    book: Mapping[str, object]
    tables: Mapping[str, Sequence[Row]]


def formed(chance: Random, world: World, *, numbered: bool = False) -> Form:
    """Return a world in one of the forms that say the same, its lines numbered perhaps, or surely."""
    tape, batches, lines = ([dict(row) for row in rows] for rows in (world.tape, world.batches, world.lines))
    book: dict[str, object] = {}
    _shared(chance, "agreement", book, tape, batches)
    if chance.random() < 0.5:
        _shared(chance, "date", book, batches)
    if all(row["in_pool"] is True for row in tape) and chance.random() < 0.8:
        tape = [_without(row, "in_pool") for row in tape]
    if lines and chance.random() < 0.5:
        _said_by_every(chance, book, lines)
    if numbered or chance.random() < 0.4:
        _numbered(chance, lines)
    _silent(chance, tape, {"agreement", "loan_id", "in_pool"})
    _silent(chance, lines, {"batch", "loan", "under", "line"})
    cited = {row["batch"] for row in lines}
    whole = all(row["batch"] in cited for row in batches)
    if whole and batches and all(set(row) <= {"batch", "agreement", "date"} for row in batches):
        heads = {row["batch"]: row for row in batches}
        lines = [{**heads[row["batch"]], **row} for row in lines]
        return Form(book, {"tape": tape, "lines": lines})
    return Form(book, {"tape": tape, "batches": batches, "lines": lines})


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _shared(chance: Random, name: str, book: dict[str, object], *tables: list[Row]) -> None:
    """Let the book say what all rows of some tables say."""
    values = {row[name] for rows in tables for row in rows}
    if len(values) == 1 and chance.random() < 0.7:
        book[name] = values.pop()
        for rows in tables:
            rows[:] = [_without(row, name) for row in rows]


def _said_by_every(chance: Random, book: dict[str, object], lines: list[Row]) -> None:
    """Let every line say something, and some lines leave it out that say the same."""
    names = [name for name in ("under", "buyer.role", "buyer.name", "price") if all(row.get(name) for row in lines)]
    every = {name: chance.choice(lines)[name] for name in names if chance.random() < 0.5}
    book["every"] = every
    for row in lines:
        row.update({name: None for name, value in every.items() if row[name] == value and chance.random() < 0.8})


def _numbered(chance: Random, lines: list[Row]) -> None:
    """Number lines within their batches, from anywhere and in any order."""
    numbers = chance.sample(range(1, 3 * len(lines) + 2), len(lines))
    for row, number in zip(lines, numbers, strict=True):
        row["line"] = number


def _silent(chance: Random, rows: list[Row], kept: set[str]) -> None:
    """Leave out columns that say nothing, mostly."""
    names = {name for row in rows for name in row} - kept
    empty = [name for name in sorted(names) if all(row.get(name) is None for row in rows) and chance.random() < 0.8]
    rows[:] = [_without(row, *empty) for row in rows]


def write(chance: Random, folder: Path, world: World, form: Form, kind: str) -> Path:
    """Write a form of a world into a folder, its tables as `csv` or `parquet`, and return the file of the book."""
    tables = {name: {"file": f"{name}.{kind}"} for name in form.tables}
    for name, rows in form.tables.items():
        write_csv(folder / f"{name}.csv", rows or [dict.fromkeys(_needed(name, form))], none=not rows)
    every: dict[str, object] = {}
    for name, value in form.book.get("every", {}).items():  # type: ignore[attr-defined] # a mapping, where it is there
        *groups, last = name.split(".")
        inner = every
        for group in groups:
            inner = inner.setdefault(group, {})  # type: ignore[assignment] # no key is inside another
        inner[last] = spelled(value)
    book = {"book": "a book", **form.book, "tape": {**tables["tape"], "as_of": world.as_of}}
    book |= {"batches": tables["batches"]} if "batches" in tables else {}
    book |= {"every": every} if every else {}
    path = folder / f"book-{kind}.json"
    path.write_text(json.dumps({**book, "dispositions": tables["lines"]}, default=str))
    if kind == "parquet":
        _write_parquet(chance, folder, path.with_name("book-csv.json"), world)
    return path


def _needed(name: str, form: Form) -> list[str]:
    """Return the columns that a table has though it has no row."""
    own = {"tape": ["loan_id"], "lines": ["batch", "loan", "under"]}[name]
    return own + [each for each in ("agreement",) if name == "tape" and each not in form.book]


def write_csv(path: Path, rows: Sequence[Row], *, none: bool = False) -> None:
    """Write rows, a column for each name that any has; or only the header where there is none."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([names, *([spelled(row.get(name)) for name in names] for row in rows if not none)])


def spelled(value: object) -> str:
    """Return a value as a cell has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _write_parquet(chance: Random, folder: Path, book: Path, world: World) -> None:
    """Write the CSV tables of a book again, their columns of any types that hold what they have."""
    read = read_book(book, world.law)
    known = {"tape": tape_columns(read), "lines": line_columns(read), "batches": batch_columns(read)}
    with duckdb.connect() as connection:
        for name in [name for name in known if (folder / f"{name}.csv").exists()]:
            source = f"read_csv('{folder / name}.csv', all_varchar = true, header = true, delim = ',', quote = '\"')"
            names = [found[0] for found in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
            columns = [f'CAST("{one}" AS {_type(chance, known[name][one].type)}) AS "{one}"' for one in names]
            target = folder / f"{name}.parquet"
            connection.execute(f"COPY (SELECT {', '.join(columns)} FROM {source}) TO '{target}' (FORMAT parquet)")


def _type(chance: Random, kind: Type) -> str:
    own = WIDTHS[kind].type if kind in WIDTHS else PLAIN[kind]
    others = {Type.MONEY: "DECIMAL(24, 3)", Type.NUMBER: "DECIMAL(18, 8)", Type.COUNT: "BIGINT"}
    return chance.choice([own, own, "VARCHAR", others.get(kind, own)])


def evaluated(path: Path, world: World) -> Answers:
    """Return what the evaluator finds of a book of CSV tables."""
    run = check(world.law, read_plain(read_book(path, world.law), world.law), world.look)
    found: Answers = {}
    for verdict in run.verdicts:
        batch = verdict.judged.batch
        found |= {("decision", batch.name, str(n)): str(decision) for n, decision in verdict.lines.items()}
        for judgement in verdict.judged.judgements:
            rule, (_, line, section, whole) = judgement.rule, judgement.subject
            if line:
                found["line", batch.name, str(line), rule] = str(judgement.status)
            elif section:
                found["exercise", batch.agreement, section, str(batch.date), rule] = str(judgement.status)
            elif isinstance(judgement.by, Condition):
                found["batch", whole, rule] = str(judgement.status)
    return found


def open_duck(book: Book) -> Engine:
    """Return DuckDB with the tables of a book in reach."""
    return Duck(tables_of(book))


def tables_of(book: Book) -> list[Named]:
    """Return the tables that a book names."""
    return [table for table in (book.tape, book.batches, book.lines) if table is not None]


def engine_finds(path: Path, world: World, opened: Open = open_duck) -> Answers:
    """Return what an engine finds of a book; the second opinion on it agrees, which is dear on Spark."""
    book = read_book(path, world.law)
    engine = opened(book)
    try:
        with finding(engine, book, world.law, world.look, lambda *_: None) as found:
            again = Again(engine, book, found, world.look, MOST_AGAIN) if engine.name == "duckdb" else None
            assert again is None or list(again.judged(world.law)), "it raises where it is of another opinion"
            return dict(_answers(engine, found))
    finally:
        engine.close()


def _answers(engine: Engine, found: Found) -> Iterator[tuple[tuple[str, ...], str]]:
    for version in found.relations.versions:
        scope, n = scopes(version.policy), version.number
        builtin = {f"b{at}": f"builtin/{name}" for at, name in enumerate(BUILTIN)}
        lines = {**builtin, **{name: condition.rule for name, condition in scope.line.items()}}
        for row in _rows(engine, f"line_{n}"):
            subject = (str(row[BATCH]), str(int(str(row["line"]))))
            yield ("decision", *subject), str(row["decision"])
            yield from _statuses(("line", *subject), row, lines)
        exercises = {name: condition.rule for name, condition in scope.exercise.items()}
        for row in _rows(engine, f"exercise_{n}"):
            yield from _statuses(("exercise", *(str(row[name]) for name in EXERCISE)), row, exercises)
        for name, of in (("batch", scope.batch), ("section", scope.section)):
            for row in _rows(engine, f"{name}_{n}") if of else ():
                asked = {column: c.rule for column, c in of.items() if section_of(c.rule) in ("", row.get(UNDER))}
                assert all(row[column] is None for column in of if column not in asked), "asked of another section"
                yield from _statuses(("batch", str(row[BATCH])), row, asked)


def _rows(engine: Engine, name: str) -> list[dict[str, object]]:
    names, rows = engine.table(name)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _statuses(
    subject: tuple[str, ...], row: Mapping[str, object], rules: Mapping[str, str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    for column, rule in rules.items():
        if row[column] is not None:
            yield (*subject, rule), str(STATUSES[int(str(row[column]))])


def disagreements(
    chance: Random, folder: Path, world: World, kind: str, opened: Open = open_duck, *, numbered: bool = False
) -> tuple[Answers, str]:
    """Return what the evaluator finds of a world, and where an engine differs with all it takes to see it, or "".

    The evaluator reads a form of the world as CSV, the engine the same form as `kind`.
    """
    form = formed(chance, world, numbered=numbered)
    plain = write(chance, folder, world, form, "csv")
    wanted = evaluated(plain, world)
    path = plain if kind == "csv" else write(chance, folder, world, form, kind)
    found = differences(wanted, engine_finds(path, world, opened))
    return wanted, "\n".join([*found[:MOST_SHOWN], f"{len(found)} differences", told(world, form)]) if found else ""


def differences(wanted: Answers, got: Answers) -> list[str]:
    """Return where two disagree, in lines."""
    keys = sorted({key for key in {*wanted, *got} if wanted.get(key) != got.get(key)})
    return [f"{' '.join(key)}: evaluator {wanted.get(key)}, engine {got.get(key)}" for key in keys]


def told(world: World, form: Form) -> str:
    """Return a world as text, to find it again by hand: its policies, its book, its tables."""
    tables = [
        f"{name}:\n" + "\n".join(str({k: spelled(v) for k, v in row.items() if v is not None}) for row in rows)
        for name, rows in form.tables.items()
    ]
    head = f"tape as of {world.as_of}, looked at from {world.look}; the book says {form.book}"
    return "\n".join([*world.texts, head, *tables])
