"""DuckDB and Spark as tests ask them: tables of subjects with the rows of their sets, and a query's types and rows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, NamedTuple, Protocol

from strategies import FACTS, SETS

from checker.lang.check import Declared
from checker.lang.evaluate import Frame, Row, RowSet
from checker.lang.exact import EXACT
from checker.lang.sql import DUCKDB, SPARK, WIDTHS, Dialect
from checker.lang.syntax import Type, Value

Cell = Value | None
PLAIN = {Type.DATE: "DATE", Type.TEXT: "VARCHAR", Type.FLAG: "BOOLEAN"}


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
        "spark.driver.memory": "3g",
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
