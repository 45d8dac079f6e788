"""Spark as the engine of a book: on this machine, on a cluster or over Spark Connect; tables are where it sees them.

Only findings and counts come back, and `spark.driver.maxResultSize` bounds each answer. Spark has no order of rows, and
no numbers for them, so that a row is named by what it says. Nothing is written but what Spark spills.
"""

import csv
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from checker.engine.book import Table
from checker.engine.intake import ROW, Part, Rows
from checker.engine.spark_session import HERE, MEMORY, opened, reason
from checker.faults import Fault, InputError, Place
from checker.lang.sql import SPARK
from checker.read.table import check_header

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# What is joined with a tape, which is not kept: Spark must know how large it is, to send it and not the tape.
SIZED = ("cited",)
# What every answer rests on, whatever a cluster has set: exact arithmetic, errors for what overflows or cannot be read.
SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.variable.substitute": "false",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "64MB",
}
# An empty cell is unknown, in quotation marks or not; a row with another number of cells than the header is an error.
CSV = {"mode": "FAILFAST", "enforceSchema": "false", "escape": '"', "emptyValue": "", "nullValue": ""}
SEPARATED = ", ', ', "
_MISSING = ("PATH_NOT_FOUND", "TABLE_OR_VIEW_NOT_FOUND", "PARSE_SYNTAX_ERROR")
_UNREADABLE = (
    "FAILED_READ_FILE",
    "MALFORMED_RECORD_IN_PARSING",
    "CANNOT_MERGE_SCHEMAS",
    "CANNOT_READ_FILE_FOOTER",
    "UNABLE_TO_INFER_SCHEMA",
)
_CROWDED = ("OutOfMemoryError", "maxResultSize", "UNABLE_TO_ACQUIRE_MEMORY", "Not enough memory to build")
_IN_CSV = ("CSV header does not conform", "Number of column in CSV header")


class SparkEngine:
    """A Spark session of its own. Use as a context: nothing stays behind."""

    name = "spark"
    dialect = SPARK
    streams = False  # a cluster would send all rows to one machine

    def __init__(self, master: str, tables: Sequence[Table], memory: str = MEMORY) -> None:
        """Start Spark here (`local[2]`), or connect to a cluster (`spark://…`, `sc://…`); only the tables are read.

        `memory` is what a local one gets. Raises InputError where Spark or Java is not installed or nothing answers.
        """
        self._tables = {table.file: f"table_{n}" for n, table in enumerate(tables)}
        self._kept: dict[str, DataFrame] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="checker-")
        try:
            self._session, self._is_own = opened(master or HERE, memory, Path(self._folder.name))
        except BaseException:
            self._folder.cleanup()
            raise
        for name, setting in SETTINGS.items():
            self._session.conf.set(name, setting)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop what was kept, and end the session that was made."""
        if self._is_own:
            self._session.stop()
        else:
            for frame in self._kept.values():
                frame.unpersist()
        self._folder.cleanup()

    def beside(self) -> Self:
        """Return itself; without an order of rows nothing is asked beside."""
        return self

    def stop(self) -> None:
        """End nothing: nothing runs beside."""

    def columns(self, table: Table) -> dict[str, str]:
        """Return the columns of a table in their order, each with its SQL type; of a CSV file all are text."""
        try:
            frame = self._frame(table)
            frame.createOrReplaceTempView(self._tables[table.file])
            return {field.name: field.dataType.simpleString().upper() for field in frame.schema.fields}
        except _errors() as error:
            raise told(error, table) from error

    def scan(self, table: Table, columns: Mapping[str, str]) -> str:  # noqa: ARG002 (the view knows them)
        """Return what stands after FROM for a table."""
        return self._tables[table.file]

    def drawn(self, table: Table, columns: Mapping[str, str], join: str) -> str:
        """Return the same for the rows that a join keeps."""
        return f"{self.scan(table, columns)} {join}"

    def misfit(self, table: Table) -> str:  # noqa: ARG002 (of no table)
        """Return "": Spark refuses a row with more or fewer cells than the header itself."""
        return ""

    def numbered(self, table: Table, columns: Mapping[str, str]) -> str:
        """Return the same with a column `ROW`: no number, but a text that names the row by what it says."""
        if {"batch", "loan"} <= columns.keys() and "line" not in columns:
            message = "the table has no column `line`, the number of a line in its batch: Spark does not count rows"
            raise InputError(Fault(code="E613", message=message, place=Place(file=table.file)))
        words = [name for name in ("batch", "line", "agreement", "loan_id") if name in columns]
        if "batch" in words:
            words = words[:2] if "line" in words else words[:1]
        cells = [f"'{word.removesuffix('_id')} ', coalesce(CAST({self._q(word)} AS STRING), '?')" for word in words]
        return f"(SELECT concat({SEPARATED.join(cells)}) AS {ROW}, * FROM {self.scan(table, columns)}) AS numbered"

    def part(self, _table: Table) -> Part | None:
        """Return None: rows that are read in parts at once have no order."""
        return None

    def make(self, name: str, select: str) -> None:
        """Make a relation of a query and keep it."""
        frame = self._run(select).cache()
        self._kept[name] = frame
        frame.createOrReplaceTempView(name)
        if name in SIZED:
            self.rows(f"SELECT COUNT(*) FROM {name}")

    def progress(self) -> int:
        """Return that it is not known how much of the running query is done."""
        return -1

    def write(self, select: str, path: Path) -> None:  # noqa: ARG002 (nothing is written)
        """Raise InputError: a cluster writes where the one who asks cannot see it."""
        help_ = "judge the book with `--engine duckdb` to have its lines in a file"
        raise InputError(Fault(code="E613", message="Spark writes nothing, and so no lines", help=help_))

    def view(self, name: str, select: str) -> None:
        """Give a query a name."""
        self._run(select).createOrReplaceTempView(name)

    def rows(self, select: str) -> Rows:
        """Return what a query selects."""
        return self._collected(self._run(select))

    def table(self, name: str) -> tuple[list[str], Rows]:
        """Return the columns of a relation that was made, and its rows."""
        frame = self._run(f"SELECT * FROM {name}")
        return frame.columns, self._collected(frame)

    def put(self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]]) -> None:
        """Make a relation of values, with the SQL type of each column; they go as one text, with no Python there."""
        said = [[None if cell is None else _said(cell) for cell in row] for row in rows]
        typed = ", ".join(
            f"CAST(cells[{n}] AS {kind}) AS {self._q(of)}" for n, (of, kind) in enumerate(columns.items())
        )
        text = SPARK.text(json.dumps(said))
        self.make(
            name, f"SELECT {typed}\nFROM (SELECT explode(from_json({text}, 'array<array<string>>')) AS cells) AS put"
        )

    def _frame(self, table: Table) -> "DataFrame":
        reader = self._session.read
        if table.format == "table":
            return reader.table(table.file)
        if table.format == "csv":
            names = self._header(table) if table.form.names is None else table.form.names
            schema = ", ".join(f"{self._q(name)} STRING" for name in names)
            own = {"header": str(table.form.names is None).lower(), "sep": table.form.delimiter}
            return reader.options(**CSV, **own).schema(schema).csv(_path(table))
        return reader.option("mergeSchema", "true").parquet(_path(table))

    def _header(self, table: Table) -> list[str]:
        """Return the names in the first row of a CSV file."""
        place = Place(file=table.file, line=1)
        if table.form.header_row > 1:
            message = "Spark reads no table whose columns are not named in its first row"
            raise InputError(Fault(code="E613", message=message, place=place, help="judge it with another `--engine`"))
        first = self._collected(self._session.read.text(_path(table)).limit(1))
        try:
            names = (
                next(csv.reader([str(first[0][0])], delimiter=table.form.delimiter, strict=True), []) if first else []
            )
        except csv.Error as error:
            raise InputError(Fault(code="E702", message=f"not a well-formed table: {error}", place=place)) from None
        if not names:
            raise InputError(Fault(code="E701", message="the file has no header", place=place._replace(line=0)))
        check_header(names, place)
        return names

    def _run(self, select: str) -> "DataFrame":
        return self._session.sql(select)

    def _collected(self, frame: "DataFrame") -> Rows:
        try:
            return [tuple(row) for row in frame.collect()]
        except _errors() as error:
            raise told(error) from error

    def _q(self, name: str) -> str:
        return self.dialect.quoted(name)


def _errors() -> tuple[type[Exception], ...]:
    """Return what Spark raises: its own errors, and those of its Java as they are."""
    from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped] # it has no types
    from pyspark.errors import PySparkException

    return (PySparkException, Py4JJavaError)


def told(error: Exception, table: Table | None = None) -> Exception:
    """Return an error of a file or of the machine as one of the input; any other is a bug and stays what it is."""
    text, place = str(error), Place(file=table.file) if table else None
    if table and any(name in text for name in _MISSING):
        message = "there is no such table" if table.format == "table" else "Spark sees no such file or folder"
        return InputError(Fault(code="E001", message=message, place=place))
    if any(name in text for name in _CROWDED):
        return InputError(Fault(code="E615", message="the run needs more memory than Spark has", help=reason(error)))
    if any(name in text for name in (*_UNREADABLE, *_IN_CSV)):
        return InputError(Fault(code="E702", message=f"not a well-formed table: {reason(error)}", place=place))
    return error


def _said(cell: object) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _path(table: Table) -> str:
    """Return a path in which no character stands for others."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", table.file)
