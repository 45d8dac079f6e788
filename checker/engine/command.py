"""`checker check` of a book: which engine, which formats, and the report laid out."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from checker.engine.book import SUFFIXES, Book, is_book, read_book
from checker.faults import Fault, InputError, Place
from checker.model import Agreement
from checker.read.batch import LARGE, has_duckdb
from checker.report import renderer

# How many findings of each rule and status each format explains, unless all are asked for; SARIF is for a program,
# and lists as many as there are.
FIRST = {"text": 3, "json": 3, "html": 3, "junit": 3, "markdown": 1, "github": 1, "sarif": None}


def book_of(paths: Sequence[Path], agreements: Mapping[str, Agreement], engine: str) -> Book | None:
    """Return the book that is to be checked, None where all are batches; a book is checked by itself."""
    books = [path for path in paths if is_book(path)]
    if not books:
        return None
    if len(paths) > 1:
        help_ = "a book holds all its batches: check others apart"
        raise InputError(
            Fault(code="E613", message="a book is checked by itself", place=Place(str(books[0])), help=help_)
        )
    return read_book(books[0], agreements, remote=engine == "spark")


def engine_of(book: Book, options: argparse.Namespace) -> str:
    """Return the engine that is asked for; of itself plain Python judges small CSV files, and DuckDB others."""
    if options.engine == "python" and options.lines is not None:
        help_ = "judge it with `--engine duckdb`, or take `--format csv`, which has a row for each line"
        raise InputError(Fault(code="E613", message="plain Python writes no file of lines", help=help_))
    if options.engine != "auto":
        return str(options.engine)
    formats = {table.format for table in book.tables().values()}
    plain = "parquet" not in formats and (formats != {"csv"} or size_of(book) < LARGE or not has_duckdb())
    return "python" if plain and options.lines is None else "duckdb"


def check_output(lines: Path, engine: str, book: Book) -> None:
    """Raise InputError where the lines cannot be written to a file, or would become something else."""
    wrong = ""
    if engine == "spark":
        wrong = "Spark writes nothing: have `checker sql` print the queries, and keep what they make"
    elif lines.suffix.lower() not in SUFFIXES:
        wrong = "lines are written to a .csv or a .parquet file"
    elif lines.is_dir():
        wrong = "cannot write the output: is a directory"
    elif any(lines.parent.resolve() == Path(table.file).resolve() for table in book.tables().values()):
        wrong = "the lines would become a part of a table that is read"
    if wrong:
        raise InputError(Fault(code="E609", message=wrong, place=Place(file=str(lines))))


def files_of(book: Book) -> list[Path]:
    """Return every file that a book is read from, beside its own."""
    found = [path for table in book.tables().values() for path in table.paths()]
    return [*found, *([book.base / book.tape.layout] if book.tape.layout.endswith((".yaml", ".yml")) else [])]


def size_of(book: Book) -> int:
    """Return how many bytes its tables have."""
    return sum(Path(table.file).stat().st_size for table in book.tables().values())


def check_book(
    book: Book, formats: Sequence[str], options: argparse.Namespace, agreements: Mapping[str, Agreement], version: str
) -> tuple[list[str], int]:
    """Return the report of a book judged by DuckDB or Spark, in each format, and the exit code."""
    from checker.engine.run import Wanted, judge_book

    engine = engine_of(book, options)
    if options.lines is not None:
        check_output(options.lines, engine, book)
    others = [name for name in formats if name not in FIRST]
    if others:
        help_ = "`--lines FILE.csv` writes a row for each line"
        raise InputError(Fault(code="E613", message=f"no report of a book as {others[0]}", help=help_))
    most = options.explain_max
    shown = [most if options.all else min(FIRST[name] or most, most) for name in formats]
    wanted = Wanted(
        engine=engine,
        memory=options.memory_limit,
        master=options.spark_master,
        as_of=options.as_of,
        most=most,
        shown=max(shown),
        lines=options.lines,
    )
    found = judge_book(book, agreements, wanted, version, options.progress)
    texts = [renderer(name, "engine")(found.first(some)) for name, some in zip(formats, shown, strict=True)]
    return texts, found.exit_code
