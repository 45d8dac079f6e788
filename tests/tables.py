"""Judges expressions in SQL, many subjects at a time, so that their answers can be held against the evaluator's.

A table has a row for each subject, and for each of its sets a row for each row of the set, which names the subject. The
one query that asks for any number of expressions sums the rows of each subject first, as an engine does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import ClassVar, NamedTuple, Protocol

from strategies import FACTS, SETS

from checker.engine.sums import Sum
from checker.lang.check import Declared
from checker.lang.evaluate import Frame, Program, Row, RowSet, total_key
from checker.lang.exact import EXACT, AtLeast, Worth
from checker.lang.sql import DUCKDB, SPARK, WIDTHS, Columns, Compiler, Dialect, Sql
from checker.lang.syntax import Type, Value
from checker.lang.typed import Fact, Fold, Typed, parts

Cell = Value | None
Answer = tuple[Cell, Cell]  # what an expression is worth, None unless known, and the least that it can be
PLAIN = {Type.DATE: "DATE", Type.TEXT: "VARCHAR", Type.FLAG: "BOOLEAN"}
# Whether a row is in its set: all of an exercise are, as an engine says it; those of a pool may not be, or may be.
MEMBERS = {"pool": "r.member", "exercise": "TRUE"}


class Subject(NamedTuple):
    """A subject and the rows of its sets, each with whether it is in its set, None where that is unknown."""

    row: Row
    sets: Mapping[str, Sequence[tuple[bool | None, Row]]]

    def frame(self) -> Frame:
        """Return what the evaluator judges."""
        sets = {
            name: RowSet(
                rows=[row for member, row in rows if member],
                maybe=[row for member, row in rows if member is None],
                decided_by="in_pool",
            )
            for name, rows in self.sets.items()
        }
        return Frame(row=self.row, sets=sets)


def subject_of(frame: Frame) -> Subject:
    """Return the subject that has a frame."""
    return Subject(
        row=frame.row,
        sets={
            name: [*((True, row) for row in members.rows), *((None, row) for row in members.maybe)]
            for name, members in frame.sets.items()
        },
    )


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


class Table(NamedTuple):
    """The rows of one table, and the type of each column in the language; `member` and numbers are the harness's."""

    name: str
    columns: Mapping[str, Type | None]
    rows: list[list[Cell]]


def tables(subjects: Sequence[Subject], facts: Mapping[str, Declared] = FACTS) -> list[Table]:
    """Return the tables of subjects: their own, and one for each set."""
    own = Table("subject", {"n": None, **{name: d.type for name, d in facts.items()}}, [])
    own.rows.extend([n, *map(subject.row.get, facts)] for n, subject in enumerate(subjects))
    found = [own]
    for name, groups in SETS.items():
        of_rows = {fact: d.type for fact, d in facts.items() if fact.partition(".")[0] in groups}
        table = Table(name, {"subject": None, "member": Type.FLAG, **of_rows}, [])
        for n, subject in enumerate(subjects):
            table.rows.extend([n, member, *map(row.get, of_rows)] for member, row in subject.sets.get(name, ()))
        found.append(table)
    return found


def type_of(kind: Type | None) -> str:
    """Return the SQL type of a column."""
    if kind is None:
        return "INTEGER"
    return WIDTHS[kind].type if kind in WIDTHS else PLAIN[kind]


def _held(table: Table) -> list[list[Cell]]:
    """Return the rows of a table, or raise: an engine would round what its column cannot hold."""
    for name, kind, column in zip(table.columns, table.columns.values(), zip(*table.rows, strict=True), strict=False):
        if strange := [cell for cell in column if cell is not None and not holds(kind, cell)]:
            raise ValueError(f"{strange[0]} does not fit into `{name}`, a {kind}")
    return table.rows


def holds(kind: Type | None, value: Value) -> bool:
    """Tell whether a column of a type holds a value exactly."""
    if kind not in WIDTHS or not isinstance(value, Decimal | int):
        return True
    scaled = EXACT.scaleb(Decimal(value), WIDTHS[kind].places)
    return scaled == scaled.to_integral_value() and abs(scaled) < 10 ** sum(WIDTHS[kind])


class Engine(Protocol):
    """What judges tables."""

    dialect: Dialect

    def fill(self, subjects: Sequence[Subject], facts: Mapping[str, Declared] = FACTS) -> None:
        """Put subjects in the place of those that are there."""

    def ask(self, text: str) -> tuple[list[str], list[tuple[Cell, ...]]]:
        """Return the type of each column, without spaces, and the rows."""


class Duck:
    """DuckDB in memory."""

    dialect = DUCKDB

    def __init__(self) -> None:
        import duckdb

        self.connection = duckdb.connect(config={"threads": "1"})

    def fill(self, subjects: Sequence[Subject], facts: Mapping[str, Declared] = FACTS) -> None:
        for table in tables(subjects, facts):
            columns = [f"{self.dialect.quoted(name)} {type_of(kind)}" for name, kind in table.columns.items()]
            self.connection.execute(f"CREATE OR REPLACE TABLE {table.name} ({', '.join(columns)})")
            for at in range(0, len(table.rows), 100):
                rows = _held(table)[at : at + 100]
                marks = ", ".join(f"({', '.join('?' * len(columns))})" for _ in rows)
                self.connection.execute(f"INSERT INTO {table.name} VALUES {marks}", [c for row in rows for c in row])

    def ask(self, text: str) -> tuple[list[str], list[tuple[Cell, ...]]]:
        done = self.connection.execute(text)
        return [str(column[1]) for column in done.description or ()], done.fetchall()


class Spark:
    """Spark on this machine, with as much set as makes it exact and quiet."""

    dialect = SPARK
    settings: ClassVar[Mapping[str, str]] = {
        "spark.sql.ansi.enabled": "true",
        "spark.sql.decimalOperations.allowPrecisionLoss": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.debug.maxToStringFields": "100000",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        # Much is asked of few rows, once: to start and to plan is all that takes time.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.autoBroadcastJoinThreshold": "-1",
    }

    def __init__(self) -> None:
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]").appName("checker")
        for name, setting in self.settings.items():
            builder = builder.config(name, setting)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")

    def fill(self, subjects: Sequence[Subject], facts: Mapping[str, Declared] = FACTS) -> None:
        for table in tables(subjects, facts):
            kinds = list(table.columns.values())
            types = [type_of(kind).replace("VARCHAR", "STRING") for kind in kinds]
            schema = ", ".join(
                f"{self.dialect.quoted(name)} {of}" for name, of in zip(table.columns, types, strict=True)
            )
            # Spark takes a whole number for no decimal.
            rows = [
                tuple(
                    Decimal(cell) if kind is Type.COUNT and cell is not None else cell
                    for cell, kind in zip(row, kinds, strict=True)
                )
                for row in _held(table)
            ]
            frame = self.session.createDataFrame(rows, schema).coalesce(1).cache()
            frame.createOrReplaceTempView(table.name)

    def ask(self, text: str) -> tuple[list[str], list[tuple[Cell, ...]]]:
        frame = self.session.sql(text)
        types = [field.dataType.simpleString().upper() for field in frame.schema.fields]
        return [{"STRING": "VARCHAR"}.get(of, of) for of in types], [tuple(row) for row in frame.collect()]

    def plan(self, text: str) -> str:
        """Return how a query is read, with every cast in it, before anything is left out."""
        return str(self.session.sql(text)._jdf.queryExecution().analyzed().toString())


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
