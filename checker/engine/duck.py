"""DuckDB as the engine of a book: in this process, in the memory that it is given, with no reach but its files."""

import csv
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Self

from checker.engine.book import Table
from checker.engine.intake import IN_PART, ROW, Part, Rows
from checker.engine.quotes import check_quotes
from checker.faults import Fault, InputError, Place
from checker.lang.sql import DUCKDB
from checker.read.table import check_header

if TYPE_CHECKING:
    import duckdb

MISFIT = "misfit row"
NO_CELL = "\ue000 no cell \ue000"  # what stands in no file: a character that nobody has given a meaning
MEMORY = "256MB"
OWN = ("filename", "file_row_number")  # of Parquet, in capitals or not
_OFF = ("autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions")


class Duck:
    """A connection of its own, and the folder that it spills to. Use as a context: nothing stays behind."""

    name = "duckdb"
    dialect = DUCKDB
    streams = True

    def __init__(self, tables: Sequence[Table], memory: str = MEMORY) -> None:
        """Connect; the files of the tables and its own folder are in reach, and nothing else.

        Raises InputError where DuckDB is not installed or does not take the limit of memory.
        """
        if not re.fullmatch("[1-9][0-9]*([.][0-9]+)? ?[KMGT]i?B", memory):
            message = f"`{memory}` is not an amount of memory"
            raise InputError(Fault(code="E613", message=message, help="write it like `4GB`"))
        with _undisturbed():
            try:
                import duckdb
            except ImportError:
                help_ = "`pip install 'loan-pool-checker[duckdb]'`, or judge it with `--engine python`"
                raise InputError(Fault(code="E612", message="the engine duckdb is not installed", help=help_)) from None
        self._texts = [table.file for table in tables if table.format == "csv"]
        self._errors = duckdb.Error
        self._folder = tempfile.TemporaryDirectory(prefix="checker-")
        self._connection = duckdb.connect()
        self._other = self._connection.cursor()
        try:
            self._connection.execute(f"SET memory_limit = {_text(memory)}")
            self._close_off(tables)
        except BaseException:
            self.close()
            raise

    def _close_off(self, tables: Sequence[Table]) -> None:
        """Leave DuckDB no reach but the tables and the folder that it spills to."""
        found = [str(path) for table in tables for path in _files(table)]
        paths = dict.fromkeys([*found, *map(_literal, found)])
        run = self._connection.execute
        run(f"SET temp_directory = {_text(self._folder.name)}")
        run(f"SET allowed_directories = [{_text(self._folder.name)}]")
        run(f"SET allowed_paths = [{', '.join(map(_text, paths))}]")
        for name in _OFF:
            run(f"SET {name} = false")
        for connection in (self._connection, self._other):
            connection.execute("SET python_enable_replacements = false")
        run("SET enable_external_access = false")
        # Of a CSV file DuckDB does not know the size, and would keep all loans in memory to look for a few of them.
        run("SET disabled_optimizers = 'build_side_probe_side'")
        run("SET preserve_insertion_order = false")
        run("SET enable_progress_bar = true")
        run("SET enable_progress_bar_print = false")
        run("SET lock_configuration = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def beside(self) -> "Duck":
        """Return it for another thread, with a connection of its own to the same files."""
        other = copy(self)
        other._connection = self._other  # noqa: SLF001 (its own)
        return other

    def stop(self) -> None:
        """End what is running beside."""
        self._other.interrupt()

    def close(self) -> None:
        """Close the connection and delete what was spilled."""
        self._connection.close()
        self._folder.cleanup()

    def progress(self) -> int:
        """Return how much of the running query is done, in per cent, below zero where that is not known."""
        return int(self._connection.query_progress())

    def columns(self, table: Table) -> dict[str, str]:
        """Return the columns of a table in their order, each with its SQL type; of a CSV file all are text."""
        if table.format == "csv":
            check_quotes(table)
            return dict.fromkeys(_header(table) if table.form.names is None else table.form.names, "VARCHAR")
        found: dict[str, str] = {}
        for path in _files(table):
            rows = self._run(f"DESCRIBE SELECT * FROM {_parquet_of([path])}", table).fetchall()
            own = {str(name): str(kind) for name, kind, *_ in rows}
            if found and own != found:
                message = "the files of the folder have not all the same columns, of the same types"
                raise InputError(Fault(code="E715", message=message, place=Place(file=str(path))))
            found = found or own
        taken = [name for name in found if name.lower() in OWN]
        if taken:
            message = f"the column `{taken[0]}` has a name that DuckDB gives to a column of its own"
            raise InputError(Fault(code="E613", message=message, place=Place(file=table.file), help="rename it"))
        return found

    def scan(self, table: Table, columns: Mapping[str, str]) -> str:
        """Return what stands after FROM for a table.

        DuckDB takes a row that has one empty cell too many for a right one. So each row is read with a column more, in
        which a cell that is not there is told from an empty one.
        """
        return self.drawn(table, columns, "")

    def drawn(self, table: Table, columns: Mapping[str, str], join: str, also: str = "") -> str:
        """Return the same for the rows that a join keeps: only their cells are looked at."""
        if table.format != "csv":
            return f"{_parquet(table)} {join}"
        typed = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in (*columns, MISFIT))
        own = table.form
        form = f"header = {str(own.names is None).lower()}, delim = {_text(own.delimiter)}, skip = {own.header_row - 1}"
        form += f", quote = '\"', escape = '\"', auto_detect = false, null_padding = true, nullstr = {_text(NO_CELL)}"
        form += f", hive_partitioning = false{also}"
        names = list(map(self.dialect.quoted, columns))
        cells = ", ".join(f"NULLIF({name}, '') AS {name}" for name in names)
        some = " OR ".join(f"{name} <> ''" for name in names)
        extra = self.dialect.quoted(MISFIT)
        misfit = f"CASE WHEN {names[-1]} IS NULL THEN {some} ELSE {extra} IS NOT NULL END AS {extra}"
        source = f"read_csv({_text(_literal(table.file))}, {form}, columns = {{{typed}}})"
        kept = f"cited.*, {cells}" if join else f"{cells}, {misfit}"
        return f"(SELECT {kept} FROM {source} {join}) AS cells"

    def misfit(self, table: Table) -> str:
        """Return the column of `scan` that tells whether a row has more or fewer cells than the header, if it can."""
        return self.dialect.quoted(MISFIT) if table.format == "csv" else ""

    def numbered(self, table: Table, columns: Mapping[str, str]) -> str:
        """Return the same with a column `ROW`, which counts from 1; in a folder, of each file, after its path."""
        if table.format == "csv":
            scan = self.drawn(table, columns, "", ", parallel = false")
            return f"(SELECT row_number() OVER () AS {ROW}, * FROM {scan}) AS numbered"
        row = "file_row_number + 1"
        if len(_files(table)) > 1:
            row = f"filename || {_text(IN_PART)} || lpad(CAST({row} AS VARCHAR), 18, '0')"
        scan = _parquet(table, ", filename = true, file_row_number = true")
        return f"(SELECT {row} AS {ROW}, * FROM {scan}) AS numbered"

    def part(self, table: Table) -> Part | None:
        """Return what stands after FROM for some rows of a single Parquet file, which knows their places."""
        if table.format == "csv" or len(_files(table)) > 1:
            return None
        scan = _parquet(table, ", file_row_number = true")

        def rows(first: int, end: int) -> str:
            place = "file_row_number"
            return f"(SELECT {place} AS {ROW}, * FROM {scan} WHERE {place} >= {first} AND {place} < {end}) AS part"

        return rows

    def make(self, name: str, select: str) -> None:
        """Make a relation of a query and keep it."""
        self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS\n{select}")

    def view(self, name: str, select: str) -> None:
        """Give a query a name."""
        self._run(f"CREATE OR REPLACE TEMP VIEW {name} AS\n{select}")

    def rows(self, select: str) -> Rows:
        """Return what a query selects."""
        return self._fetched(self._run(select))

    def table(self, name: str) -> tuple[list[str], Rows]:
        """Return the columns of a relation that was made, and its rows."""
        found = self._run(f"SELECT * FROM {name}")
        return [column[0] for column in found.description], self._fetched(found)

    def put(self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]]) -> None:
        """Make a relation of values, with the SQL type of each column."""
        typed = ", ".join(f"{self.dialect.quoted(column)} {kind}" for column, kind in columns.items())
        self._run(f"CREATE OR REPLACE TEMP TABLE {name} ({typed})")
        if rows:
            values = ", ".join(f"unnest(CAST(? AS {kind}[]))" for kind in columns.values())
            lists = [list(found) for found in zip(*rows, strict=True)]
            self._run(f"INSERT INTO {name} SELECT {values}", values=lists)

    def write(self, select: str, path: Path) -> None:
        """Write what a query selects to a CSV or Parquet file."""
        form = "FORMAT parquet" if path.suffix.lower() == ".parquet" else "FORMAT csv, HEADER"
        made = Path(self._folder.name) / "lines"
        self._run(f"COPY ({select}) TO {_text(str(made))} ({form})")
        try:
            shutil.copyfile(made, path)
        except OSError as error:
            message = f"cannot write the output: {(error.strerror or str(error)).lower()}"
            raise InputError(Fault(code="E609", message=message, place=Place(file=str(path)))) from None

    def _run(self, sql: str, table: Table | None = None, values: Sequence[object] = ()) -> "duckdb.DuckDBPyConnection":
        with self._telling(table):
            return self._connection.execute(sql, values or None)

    def _fetched(self, found: "duckdb.DuckDBPyConnection") -> Rows:
        with self._telling():
            return found.fetchall()

    @contextmanager
    def _telling(self, table: Table | None = None) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            raise self._told(error, table) from error
        except RuntimeError as error:
            if str(error) == "Query interrupted":  # what DuckDB makes of Ctrl-C
                raise KeyboardInterrupt from None
            raise

    def _told(self, error: Exception, table: Table | None) -> Exception:
        """Return an error of a file or of the machine as one of the input; any other is a bug and stays what it is."""
        import duckdb

        first = str(error).split("\n")[0]
        if isinstance(error, duckdb.OutOfMemoryException):
            message = f"the run needs more memory than `--memory-limit` gives: {first}"
            return InputError(Fault(code="E615", message=message, help=f"give it more: of itself it is {MEMORY}"))
        # Of a quoted line break DuckDB tells with its plainest error.
        reading = isinstance(error, duckdb.InvalidInputException) and ("CSV" in first or "Parquet" in first)
        reading = reading or (type(error) is duckdb.Error and first.startswith("CSV Error"))
        if table is None and not reading and not isinstance(error, duckdb.IOException):
            return error
        place = Place(file=table.file if table else " or ".join(self._texts)) if table or self._texts else None
        help_ = "write it anew, each row on one line with one kind of line end, or judge it with `--engine python`"
        return InputError(Fault(code="E702", message=f"not a well-formed table: {first}", place=place, help=help_))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put off Ctrl-C: a library that is loaded by half tells of each of its functions when the process ends."""
    if current_thread() is not main_thread():
        yield
        return
    told: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: told.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if told:
        raise KeyboardInterrupt


def _files(table: Table) -> list[Path]:
    """Return the files of a table; in a folder nothing stands but Parquet files."""
    found, folder = table.paths(), Path(table.file)
    wrong = [one for one in found if one.is_dir() or one.suffix.lower() != ".parquet"] if folder.is_dir() else []
    if wrong or not found:
        message = "a folder that is a table holds Parquet files, and nothing else"
        raise InputError(Fault(code="E613", message=message, place=Place(file=str([*wrong, folder][0]))))
    return found


def _literal(path: str) -> str:
    """Return a path as DuckDB takes it for itself, and not for a pattern of others."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def _parquet(table: Table, also: str = "") -> str:
    return _parquet_of(_files(table), also)


def _parquet_of(paths: Sequence[Path], also: str = "") -> str:
    names = ", ".join(_text(_literal(str(path))) for path in paths)
    return f"read_parquet([{names}], union_by_name = true, hive_partitioning = false{also})"


def _header(table: Table) -> list[str]:
    """Return the names in the first row of a CSV file."""
    with Path(table.file).open(encoding="utf-8-sig", newline="") as file:
        try:
            for _ in range(table.form.header_row - 1):
                file.readline()
            names = next(csv.reader(file, delimiter=table.form.delimiter, strict=True), [])
        except (csv.Error, UnicodeDecodeError) as error:
            place = Place(file=table.file, line=1)
            raise InputError(Fault(code="E702", message=f"not a well-formed table: {error}", place=place)) from None
    if not names:
        raise InputError(Fault(code="E701", message="the file has no header", place=Place(file=table.file)))
    check_header(names, Place(file=table.file, line=1, source=",".join(names)))
    return names


def _text(text: str) -> str:
    return DUCKDB.text(text)
