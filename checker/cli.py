"""The command line: calls the stages in order for each command, writes the output."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from checker import __version__
from checker.api import Batch, Source, check, load_policies, make_report, read_batches
from checker.arguments import parser
from checker.faults import Fault, InputError, Place
from checker.report import renderer


def run(arguments: Sequence[str]) -> int:
    """Run the command with these arguments and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        text, code = _COMMANDS[options.command](options)
        _write(text, getattr(options, "output", None))
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return code


def _check(options: argparse.Namespace) -> tuple[str, int]:
    """Policies, batches and tapes in; judged, decided, explained and laid out."""
    policies = load_policies(options.policies)
    batches = read_batches(options.batches, Source(agreements=policies))
    _spare(options.output, _files(batches))
    decided = check(policies, batches, options.as_of)
    found = make_report(policies, decided, options.as_of, everything=options.all)
    return renderer(options.format)(found), found.exit_code


def _explain(options: argparse.Namespace) -> tuple[str, int]:
    from checker.reference import explain, template

    policies = load_policies(options.policies)
    return (template if options.template else explain)(policies, options.rule), 0


def _schema(options: argparse.Namespace) -> tuple[str, int]:
    from checker.schemas import schema

    return schema(options.name, load_policies(options.policies), options.agreement), 0


def _lint(options: argparse.Namespace) -> tuple[str, int]:
    from checker.lint import lint

    text, is_right = lint(options.folders or [None])
    return text, 0 if is_right else 1


def _cite(options: argparse.Namespace) -> tuple[str, int]:
    from checker.cite import FORMATS as RENDERERS
    from checker.cite import cite

    found = cite(options.source, load_policies(options.policies), options.agreement, __version__)
    _spare(options.output, [options.source])
    return RENDERERS[options.format](found), found.exit_code


def _files(batches: Sequence[Batch]) -> set[str]:
    return {
        place for batch in batches for place in (batch.at.file, batch.tape.file, *(one.at.file for one in batch.lines))
    }


def _test(options: argparse.Namespace) -> tuple[str, int]:
    from checker.load.policies import load_folders
    from checker.proof.run import Wanted, is_right, test

    least = options.coverage_min
    wanted = Wanted(coverage=options.coverage or least is not None, least=least or 0, mutation=options.mutate)
    folders = [found for given in options.folders or [None] for found in load_folders(given)]
    tested = test(folders, wanted, _progress)
    return renderer(options.format, "proof")(tested, wanted), 0 if is_right(tested, wanted) else 1


def _boundaries(options: argparse.Namespace) -> tuple[str, int]:
    from checker.load.policies import agreement_named
    from checker.proof.needs import need_solver

    need_solver("checker boundaries")
    from checker.proof.boundaries import boundaries
    from checker.proof.tables import render

    agreements = load_policies(options.policies)
    chosen = [agreement_named(agreements, options.agreement)] if options.agreement else agreements.values()
    found = [
        boundaries(agreement, policy, partial(_progress, f"limits of {policy.name}"))
        for agreement in chosen
        for policy in agreement.versions
    ]
    return render(found, options.format), 0


def _progress(what: str, done: int, of: int) -> None:
    """Show on a terminal how far a long run is, on one line that goes when it is done."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{what}: {done} of {of}" if done < of else "\r\x1b[K")
        sys.stderr.flush()


def _spare(output: Path | None, inputs: Iterable[str | Path]) -> None:
    """Refuse to write the report over what it is made from."""
    if output is None or not output.exists():
        return
    if any(output.samefile(found) for found in inputs):
        message = "the output would overwrite an input"
        raise InputError(Fault(code="E609", message=message, place=Place(file=str(output))))


def _write(text: str, output: Path | None) -> None:
    data = text.encode(errors="backslashreplace")
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
}
