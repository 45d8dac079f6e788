"""The command line: calls the stages in order for each command, writes the output."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

from checker import __version__
from checker.api import Report, Source, check, load_policies, make_report, read_batches
from checker.arguments import VALUES, Form, parser
from checker.faults import Fault, InputError, Place
from checker.report import WHOLE, renderer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from checker.engine.book import Book
    from checker.model import Agreement, Batch


def run(arguments: Sequence[str]) -> int:
    """Run the command with these arguments and return its exit code."""
    options = parser(*arguments[:1]).parse_args(arguments)
    try:
        with _progress(options.command) as options.progress:
            text, code = _COMMANDS[options.command](options)
        output = getattr(options, "output", None)
        _write(text if output or not _is_text(options) else _coloured(text, options, sys.stdout), output)
    except InputError as error:
        sys.stderr.write(_coloured(f"{error}\n", options, sys.stderr))
        return 2
    return code


def _check(options: argparse.Namespace) -> tuple[str, int]:
    """Policies, batches and tapes in; judged, decided, explained and laid out."""
    forms: list[Form] = options.forms or [Form("text")]
    outputs = _outputs(forms, options.output, options.lines)
    policies = load_policies(options.policies)
    book = _book(options, policies)
    if book is not None:
        from checker.engine.command import check_book, engine_of, files_of

        files = [*options.batches, *files_of(book), *_laws(options.policies)]
        _spare(outputs, files)
        if engine_of(book, options) != "python":
            texts, code = check_book(book, [form.name for form in forms], options, policies, __version__)
            return _written(list(zip(forms, texts, strict=True))), code
        batches, engine = _plain(book, policies), "python"
    else:
        if options.lines is not None:
            help_ = "the lines of batches are in the report: `--format csv`"
            raise InputError(Fault(code="E613", message="--lines is for a book", help=help_))
        source = Source(agreements=policies, engine=options.engine)
        batches = read_batches(options.batches, source)
        if outputs:
            _spare(outputs, [*source.files, *_laws(options.policies)])
        if source.left:
            from checker.engine.reduce import reduced

            batches = reduced(batches, source, options.memory_limit, options.as_of)
        engine = "duckdb" if source.left else "python"
    decided = check(policies, batches, options.as_of)
    whole = options.all or any(form.name in WHOLE for form in forms)
    found = make_report(policies, decided, options.as_of, everything=whole, engine=engine)
    return _written([(form, _laid_out(form, found, everything=options.all)) for form in forms]), found.exit_code


def _book(options: argparse.Namespace, policies: Mapping[str, Agreement]) -> Book | None:
    """Return the book that is to be checked, None where batches are; what says nothing of a book is none."""
    if not any(path.is_file() and b"book" in path.read_bytes() for path in options.batches):
        return None
    from checker.engine.command import book_of

    return book_of(options.batches, policies, options.engine)


def _plain(book: Book, policies: Mapping[str, Agreement]) -> list[Batch]:
    from checker.engine.plain import read_plain

    return read_plain(book, policies)


def _written(texts: Sequence[tuple[Form, str]]) -> str:
    """Write what goes to a file, and return what is printed."""
    for form, text in texts:
        if form.file is not None:
            _write(text, form.file)
    return "".join(text for form, text in texts if form.file is None)


def _laid_out(form: Form, found: Report, *, everything: bool) -> str:
    """Return the report in one format; of what passes on lines, most list only how much it is."""
    if found.everything and not everything and form.name not in WHOLE:
        from checker.report.groups import brief

        found = brief(found)
    return renderer(form.name)(found)


def _outputs(forms: Sequence[Form], output: Path | None, lines: Path | None) -> list[Path]:
    """Return the files to write: `lines`, and one for each format, but for at most one that is printed."""
    bare = [form.name for form in forms if form.file is None]
    if len(bare) > 1:
        help_ = f"give all but one a file, like `--format {bare[1]}=FILE`"
        raise InputError(Fault(code="E609", message=f"{' and '.join(bare)} would go to one output", help=help_))
    if output is not None and not bare:
        message = "every format has a file, so there is none for --output"
        raise InputError(Fault(code="E609", message=message, place=Place(file=str(output))))
    files = [*(form.file or output for form in forms), lines]
    found = [file for file in files if file is not None]
    twice = [file for at, file in enumerate(found) if any(_same(file, other) for other in found[:at])]
    if twice:
        place = Place(file=str(twice[0]))
        raise InputError(Fault(code="E609", message="two outputs would go to one file", place=place))
    for file in found:
        if not file.parent.is_dir():
            message = "cannot write the output: no such file or directory"
            raise InputError(Fault(code="E609", message=message, place=Place(file=str(file))))
    return found


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))


def _explain(options: argparse.Namespace) -> tuple[str, int]:
    from checker.reference import explain, overview, template

    policies = load_policies(options.policies)
    if options.template and options.rule is None:
        raise InputError(Fault(code="E610", message="--template needs a section", help="`checker explain` lists them"))
    if options.output:
        _spare([options.output], _laws(options.policies))
    if options.template:
        return template(policies, options.rule), 0
    found = overview(policies) if options.rule is None else explain(policies, options.rule)
    return renderer(options.format, "reference")(found), 0


def _schema(options: argparse.Namespace) -> tuple[str, int]:
    from checker.schemas import schema

    return schema(options.name, load_policies(options.policies), options.agreement), 0


def _lint(options: argparse.Namespace) -> tuple[str, int]:
    from checker.lint import look

    found = look(options.folders or [None])
    if found.faults and options.format == "text":
        raise InputError(*found.faults)
    return renderer(options.format, "lint")(found), found.exit_code


def _completion(options: argparse.Namespace) -> tuple[str, int]:
    from checker.completion import commands

    return renderer(options.shell, "completion")(commands(parser(), VALUES)), 0


def _cite(options: argparse.Namespace) -> tuple[str, int]:
    from checker.cite import FORMATS as RENDERERS
    from checker.cite import cite

    found = cite(options.source, load_policies(options.policies), options.agreement, __version__)
    if options.output:
        _spare([options.output], [options.source, *_laws(options.policies)])
    return RENDERERS[options.format](found), found.exit_code


def _tape(options: argparse.Namespace) -> tuple[str, int]:
    from checker.tape import look

    asked = {"agreement": options.agreement, "layout": options.layout, "sheet": options.sheet}
    found = look(options.file, options.as_of, load_policies(options.policies), checker=__version__, **asked)
    layouts = [Path(options.layout)] if options.layout and Path(options.layout).exists() else []
    if options.output:
        _spare([options.output], [options.file, *layouts, *_laws(options.policies)])
    return renderer(options.format, "tape")(found, listed=options.list), 0


def _laws(folder: Path | None) -> list[Path]:
    """Return the files that policies are made of: those of a folder, or that ship, and the checker's own."""
    from checker.load.policies import SUFFIXES, shipped

    own = [folder or shipped(), Path(__file__).parent]
    return [path for root in own for path in root.rglob("*") if path.suffix.lower() in SUFFIXES]


def _test(options: argparse.Namespace) -> tuple[str, int]:
    from checker.load.policies import load_folders
    from checker.proof.run import Wanted, is_right, test

    least = options.coverage_min
    wanted = Wanted(coverage=options.coverage or least is not None, least=least or 0, mutation=options.mutate)
    folders = load_folders(*options.folders)
    if options.output:
        _spare([options.output], [path for folder in folders for path in folder.path.rglob("*")])
    tested = test(folders, wanted, options.progress)
    return renderer(options.format, "proof")(tested, wanted), 0 if is_right(tested, wanted) else 1


def _boundaries(options: argparse.Namespace) -> tuple[str, int]:
    from checker.load.policies import agreement_named
    from checker.proof.needs import need_solver

    need_solver("checker boundaries")
    from checker.proof.boundaries import boundaries
    from checker.proof.tables import render

    agreements = load_policies(options.policies)
    if options.output:
        _spare([options.output], _laws(options.policies))
    chosen = [agreement_named(agreements, options.agreement)] if options.agreement else agreements.values()
    found = [
        boundaries(agreement, policy, partial(options.progress, f"limits of {policy.name}"))
        for agreement in chosen
        for policy in agreement.versions
    ]
    return render(found, options.format), 0


def _sql(options: argparse.Namespace) -> tuple[str, int]:
    from checker.engine.queries import queries
    from checker.lang.sql import DUCKDB, SPARK
    from checker.load.policies import chosen

    policies = load_policies(options.policies)
    if options.output:
        _spare([options.output], _laws(options.policies))
    return queries(chosen(policies, options.agreement), {"duckdb": DUCKDB, "spark": SPARK}[options.engine]), 0


def _progress(command: str) -> AbstractContextManager[Callable[[str, int, int], None]]:
    """Return what tells on a terminal how far a long run is."""
    if sys.stderr is None or not sys.stderr.isatty():
        return nullcontext(lambda _what, _done, _of: None)
    from checker.terminal import Line

    return Line(command, sys.stderr)


def _is_text(options: argparse.Namespace) -> bool:
    """Tell whether what is printed is for a person to read."""
    forms: list[Form] | None = getattr(options, "forms", None)
    return getattr(options, "format", "text") == "text" and all(
        form.file or form.name == "text" for form in forms or ()
    )


def _coloured(text: str, options: argparse.Namespace, stream: TextIO | None) -> str:
    """Return the text in colours where it goes to a terminal, or they were asked for."""
    wanted = getattr(options, "color", "never")
    if wanted == "never" or stream is None or (wanted == "auto" and not stream.isatty()):
        return text
    from checker.terminal import coloured

    return coloured(text, asked=wanted == "always")


def _spare(outputs: Iterable[Path], inputs: Collection[str | Path]) -> None:
    """Refuse to write the report over what it is made from."""
    for output in outputs:
        if output.exists() and any(found.exists() and output.samefile(found) for found in map(Path, inputs)):
            message = "the output would overwrite an input"
            raise InputError(Fault(code="E609", message=message, place=Place(file=str(output))))


def _write(text: str, output: Path | None) -> None:
    data = text.encode(errors="backslashreplace")
    if output is None and sys.stdout is None:
        message = "cannot write the output: standard output is closed"
        raise InputError(Fault(code="E609", message=message, place=Place(file="standard output")))
    try:
        if output is None:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            output.write_bytes(data)
    except OSError as error:
        message = f"cannot write the output: {(error.strerror or str(error)).lower()}"
        raise InputError(
            Fault(code="E609", message=message, place=Place(file=str(output or "standard output")))
        ) from None


_COMMANDS: dict[str, Callable[[argparse.Namespace], tuple[str, int]]] = {
    "check": _check,
    "explain": _explain,
    "schema": _schema,
    "lint": _lint,
    "test": _test,
    "boundaries": _boundaries,
    "cite": _cite,
    "completion": _completion,
    "tape": _tape,
    "sql": _sql,
}
