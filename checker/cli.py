"""The command line: reads arguments, calls the stages in order, writes the output."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from checker import __version__
from checker.api import Batch, Source, check, load_policies, make_report, read_batches
from checker.faults import Fault, InputError, Place
from checker.report import FORMATS, renderer
from checker.values import BadValueError, parse_date

_EXIT = """exit codes:
  0 permitted   1 refused   2 an input or a policy is wrong   3 undecided
  4 permitted, but an obligation is late or defective   70 a bug in checker"""


def run(arguments: Sequence[str]) -> int:
    """Run the command with these arguments and return its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], tuple[str, int]] = options.command
    try:
        text, code = command(options)
        _write(text, getattr(options, "output", None))
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return code


def _check(options: argparse.Namespace) -> tuple[str, int]:
    """Policies, batches and tapes in; judged, decided, explained and laid out."""
    policies = load_policies(options.policies)
    batches = read_batches(options.batches, Source(agreements=policies))
    _spare(options.output, batches)
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

    return lint(options.folders), 0


def _spare(output: Path | None, batches: Sequence[Batch]) -> None:
    """Refuse to write the report over what it is made from."""
    if output is None or not output.exists():
        return
    inputs = {
        place for batch in batches for place in (batch.at.file, batch.tape.file, *(one.at.file for one in batch.lines))
    }
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


def _date(text: str) -> date:
    try:
        return parse_date(text)
    except BadValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="checker",
        allow_abbrev=False,
        description="Checks proposed dispositions of mortgage loans against the contract of their trust.",
        epilog=f"example:\n  checker check batch.yaml\n\n{_EXIT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"checker {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_check(commands)
    _add_explain(commands)
    _add_schema(commands)
    _add_lint(commands)
    return parser


_Commands = argparse._SubParsersAction  # noqa: SLF001 (argparse has no public name for it)


def _add(
    commands: "_Commands[argparse.ArgumentParser]", name: str, help_: str, example: str, *, policies: bool = True
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=help_,
        description=help_[0].upper() + help_[1:] + ".",
        epilog=f"example:\n  {example}" + (f"\n\n{_EXIT}" if name == "check" else ""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if policies:
        help_ = "the folder of the policies; those that ship with checker unless given"
        parser.add_argument("--policies", type=Path, metavar="DIR", help=help_)
    return parser


def _add_check(commands: "_Commands[argparse.ArgumentParser]") -> None:
    example = "checker check proposals/ --as-of 2011-04-15 --format json --output report.json"
    parser = _add(commands, "check", "judge batches together and print the decision", example)
    parser.add_argument("batches", nargs="+", type=Path, metavar="BATCH", help="a batch, or a folder of batches")
    parser.add_argument("--as-of", type=_date, metavar="DATE", help="look at obligations from this day")
    parser.add_argument("--format", choices=FORMATS, default="text", help="text unless given")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report here, not to standard output")
    parser.add_argument("--all", action="store_true", help="list the findings on lines that pass, too")
    parser.set_defaults(command=_check)


def _add_explain(commands: "_Commands[argparse.ArgumentParser]") -> None:
    example = 'checker explain "3.13(g)/size"\n  checker explain "3.13(g)" --template > batch.yaml'
    parser = _add(commands, "explain", "print what a rule asks, in the contract's words and in numbers", example)
    parser.add_argument("rule", metavar="RULE", help="a rule like `3.18/price`, or a section like `3.18`")
    parser.add_argument("--template", action="store_true", help="print a batch under the section, to fill in")
    parser.set_defaults(command=_explain)


def _add_schema(commands: "_Commands[argparse.ArgumentParser]") -> None:
    from checker.report import SCHEMAS

    parser = _add(
        commands, "schema", "print the JSON Schema of a file, for an editor", "checker schema batch > batch.schema.json"
    )
    parser.add_argument("name", choices=SCHEMAS, metavar="NAME", help=", ".join(SCHEMAS))
    parser.add_argument("--agreement", metavar="NAME", help="the agreement whose facts a batch states")
    parser.set_defaults(command=_schema)


def _add_lint(commands: "_Commands[argparse.ArgumentParser]") -> None:
    help_ = "load every policy and example in folders, and validate them by their schemas"
    parser = _add(commands, "lint", help_, "checker lint policies/", policies=False)
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="DIR", help="those that ship with checker unless given"
    )
    parser.set_defaults(command=_lint)
