"""The command line: reads arguments, calls the stages in order, writes the output."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from checker import __version__
from checker.api import Batch, Source, check, load_policies, make_report, read_batches
from checker.faults import Fault, InputError, Place
from checker.report import FORMATS, renderer
from checker.values import BadValueError, parse_date

_EXIT = """exit codes:
  0 permitted   1 refused   2 an input or a policy is wrong   3 undecided
  4 permitted, but an obligation is late or defective   70 a bug in checker"""

_CITED = """  0 each quote stands in the text, and each operative word is accounted for
  1 not so, or a policy cites another text   2 an input or a policy is wrong   70 a bug in checker"""


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
    _add_test(commands)
    _add_boundaries(commands)
    _add_cite(commands)
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
    parser.add_argument("--agreement", metavar="NAME", help="the agreement whose facts a batch or a case states")
    parser.set_defaults(command=_schema)


def _add_lint(commands: "_Commands[argparse.ArgumentParser]") -> None:
    help_ = "load every policy and example in folders, and validate them by their schemas"
    parser = _add(commands, "lint", help_, "checker lint policies/", policies=False)
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="DIR", help="those that ship with checker unless given"
    )
    parser.set_defaults(command=_lint)


def _add_cite(commands: "_Commands[argparse.ArgumentParser]") -> None:
    example = "checker cite contract.txt --format html --output contract.html\n\nexit codes:\n" + _CITED
    parser = _add(commands, "cite", "hold a contract's text against the quotes of its policies", example)
    parser.add_argument("source", type=Path, metavar="SOURCE", help="the text of the contract, in UTF-8")
    parser.add_argument("--agreement", metavar="NAME", help="the agreement; those that cite the text unless given")
    parser.add_argument("--format", choices=("text", "json", "html"), default="text", help="text unless given")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the account here, not to standard output")
    parser.set_defaults(command=_cite)


def _add_test(commands: "_Commands[argparse.ArgumentParser]") -> None:
    help_ = "try the cases beside the policies in folders"
    example = "checker test --coverage-min 100 --mutate"
    parser = _add(commands, "test", help_, example, policies=False)
    help_ = "folders of policies; those that ship with checker unless given"
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR", help=help_)
    parser.add_argument("--format", choices=("text", "json", "junit"), default="text", help="text unless given")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the result here, not to standard output")
    parser.add_argument("--coverage", action="store_true", help="show the limbs of conditions that no case decides")
    help_ = "fail where fewer of the limbs are covered, rounded down"
    parser.add_argument("--coverage-min", type=_percent, metavar="PERCENT", help=help_)
    parser.add_argument(
        "--mutate", action="store_true", help="change the policies step by step; a case must notice each"
    )
    parser.set_defaults(command=_test)


def _percent(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 100):  # noqa: PLR2004 (percent)
        raise argparse.ArgumentTypeError(f"`{text}` is not a whole number from 0 to 100")
    return int(text)


def _add_boundaries(commands: "_Commands[argparse.ArgumentParser]") -> None:
    help_ = "print the batches just inside, at and just outside each limit, with their decisions"
    parser = _add(commands, "boundaries", help_, "checker boundaries --format markdown --output limits.md")
    parser.add_argument("agreement", nargs="?", metavar="AGREEMENT", help="the agreement; every one unless given")
    parser.add_argument("--format", choices=("text", "markdown", "cases"), default="text", help="text unless given")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the table here, not to standard output")
    parser.set_defaults(command=_boundaries)
