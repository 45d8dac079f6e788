"""The command line's arguments: every command with its options, examples and exit codes."""

import argparse
from datetime import date
from pathlib import Path

from checker import __version__
from checker.lang.named import NamedTuple
from checker.report import FORMATS, SCHEMAS
from checker.values import BadValueError, parse_date

SHELLS = ("bash", "fish", "zsh")
ENGINES = ("auto", "python", "duckdb", "spark")
_CHECKED = """exit codes:
  0 permitted   1 refused   2 an input or a policy is wrong   3 undecided
  4 permitted, but an obligation is late or defective   70 a bug in checker"""
_CITED = """exit codes:
  0 each quote stands in the text, and each word that is named as operative is accounted for
  1 not so, or a policy cites another text   2 an input or a policy is wrong   70 a bug in checker"""
_TESTED = """exit codes:
  0 every case comes as expected, and what else was asked for holds   1 not so
  2 a file of cases or a policy is wrong   70 a bug in checker"""
_SEEN = """exit codes:
  0 the tape was read   2 the tape, a layout or a policy is wrong   70 a bug in checker"""
_LINTED = """exit codes:
  0 nothing found   1 something is loaded but makes no sense   2 a file is wrong   70 a bug in checker"""


def _date(text: str) -> date:
    try:
        return parse_date(text)
    except BadValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


class Form(NamedTuple):
    """A format that the report is wanted in, and the file that it goes to; None: where `--output` says."""

    name: str
    file: Path | None = None


def _form(text: str) -> Form:
    name, wants_file, file = text.partition("=")
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise argparse.ArgumentTypeError(f"invalid choice: '{name}' (choose from {known})")
    if wants_file and not file:
        raise argparse.ArgumentTypeError(f"`{text}` names no file; write it like `{name}=FILE`")
    return Form(name, Path(file) if file else None)


# What a shell can offer for a type of arguments whose parser takes more than words.
VALUES: dict[object, tuple[str, ...]] = {_form: FORMATS}


class _Parser(argparse.ArgumentParser):
    """A parser that measures the terminal where help is printed, and not for each argument that is added."""

    def format_usage(self) -> str:
        """Return the usage, as wide as the terminal."""
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        return super().format_usage()

    def format_help(self) -> str:
        """Return the help, as wide as the terminal."""
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        return super().format_help()


def _unmeasured(prog: str) -> argparse.HelpFormatter:
    """Return what checks an argument that is added, without `shutil`, which asks how wide the terminal is."""
    return argparse.RawDescriptionHelpFormatter(prog, width=80)


def parser(only: str = "") -> argparse.ArgumentParser:
    """Return the parser of the command line; `command` of what it parses is the name of the command.

    Where `only` is a command, the others are left out: making them all takes as long as a small batch.
    """
    found: argparse.ArgumentParser = _Parser(
        prog="checker",
        allow_abbrev=False,
        description="Checks proposed dispositions of mortgage loans against the contract of their trust.",
        epilog=f"example:\n  checker check batch.yaml\n\n{_CHECKED}",
        formatter_class=_unmeasured,
    )
    found.add_argument("--version", action="version", version=f"checker {__version__}")
    commands = found.add_subparsers(metavar="COMMAND", required=True)
    for name in [only] if only in _COMMANDS else _COMMANDS:
        _COMMANDS[name](commands)
    return found


_Commands = argparse._SubParsersAction  # noqa: SLF001 (argparse has no public name for it)


def _add(
    commands: "_Commands[argparse.ArgumentParser]",
    name: str,
    help_: str,
    example: str,
    codes: str = "",
    *,
    policies: bool = True,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=help_,
        description=help_[0].upper() + help_[1:] + ".",
        epilog=f"example:\n  {example}" + (f"\n\n{codes}" if codes else ""),
        formatter_class=_unmeasured,
        allow_abbrev=False,
    )
    if policies:
        help_ = "the folder of the policies; those that ship with checker unless given"
        parser.add_argument("--policies", type=Path, metavar="DIR", help=help_)
    parser.set_defaults(command=name)
    return parser


def _add_color(parser: argparse.ArgumentParser) -> None:
    help_ = "whether text has colours; auto, unless given: on a terminal, where NO_COLOR is not set"
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help=help_)


def _add_check(commands: "_Commands[argparse.ArgumentParser]") -> None:
    example = "checker check proposals/ --as-of 2011-04-15 --format json --output report.json\n"
    example += "  checker check proposals/ --format text --format sarif=report.sarif"
    parser = _add(commands, "check", "judge batches together and print the decision", example, _CHECKED)
    help_ = "a batch, a folder of batches, or a book"
    parser.add_argument("batches", nargs="+", type=Path, metavar="BATCH", help=help_)
    parser.add_argument("--as-of", type=_date, metavar="DATE", help="look at obligations from this day")
    help_ = f"text unless given; {', '.join(FORMATS)}. With a file it goes there; give it again for another"
    parser.add_argument("--format", type=_form, action="append", metavar="NAME[=FILE]", dest="forms", help=help_)
    help_ = "write the format without a file here, not to standard output"
    parser.add_argument("--output", type=Path, metavar="FILE", help=help_)
    parser.add_argument("--all", action="store_true", help="list the findings on lines that pass, too")
    _add_color(parser)
    _add_engine(parser.add_argument_group("for tables, and for a book of them"))


def _add_engine(parser: "argparse._ArgumentGroup") -> None:
    help_ = "what judges: auto, unless given, is python for what is small and duckdb for Parquet and what is large"
    parser.add_argument("--engine", choices=ENGINES, default="auto", help=help_)
    help_ = "what duckdb may use, like 4GB, before it spills to disk; 256MB unless given"
    parser.add_argument("--memory-limit", metavar="SIZE", default="", help=help_)
    help_ = "where Spark is: local[2], spark://HOST:PORT, or sc://HOST:PORT for Spark Connect"
    parser.add_argument("--spark-master", metavar="URL", default="", help=help_)
    help_ = "of a book, write each line with its decision and statuses to a .csv or .parquet file"
    parser.add_argument("--lines", type=Path, metavar="FILE", help=help_)
    help_ = "of a book, judge again at least so many lines that do not pass a rule, of each; 1,000 unless given"
    parser.add_argument("--explain-max", type=_whole, metavar="N", default=1_000, help=help_)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"`{text}` is not a whole number")
    return int(text)


def _add_explain(commands: "_Commands[argparse.ArgumentParser]") -> None:
    example = 'checker explain "3.13(g)/size"\n  checker explain "3.13(g)" --template > batch.yaml'
    parser = _add(commands, "explain", "print what a rule asks, in the contract's words and in numbers", example)
    help_ = "a rule like `3.18/price`, a section like `3.18`, or a code like `E204`; every rule in a line unless given"
    parser.add_argument("rule", nargs="?", metavar="RULE", help=help_)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--template", action="store_true", help="print a batch under the section, to fill in")
    either.add_argument("--format", choices=("text", "markdown", "html"), default="text", help="text unless given")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it here, not to standard output")


def _add_schema(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _add(
        commands, "schema", "print the JSON Schema of a file, for an editor", "checker schema batch > batch.schema.json"
    )
    parser.add_argument("name", choices=SCHEMAS, metavar="NAME", help=", ".join(SCHEMAS))
    parser.add_argument("--agreement", metavar="NAME", help="the agreement whose facts a batch or a case states")


def _add_lint(commands: "_Commands[argparse.ArgumentParser]") -> None:
    help_ = "load every policy, example and case in folders, and look for what makes no sense"
    parser = _add(commands, "lint", help_, "checker lint policies/", _LINTED, policies=False)
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="DIR", help="those that ship with checker unless given"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text unless given")
    _add_color(parser)


def _add_completion(commands: "_Commands[argparse.ArgumentParser]") -> None:
    help_ = "print a script with which a shell completes this command line"
    parser = _add(commands, "completion", help_, "checker completion bash > checker.bash", policies=False)
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def _add_cite(commands: "_Commands[argparse.ArgumentParser]") -> None:
    example = "checker cite contract.txt --format html --output contract.html"
    parser = _add(commands, "cite", "hold a contract's text against the quotes of its policies", example, _CITED)
    parser.add_argument("source", type=Path, metavar="SOURCE", help="the text of the contract, in UTF-8")
    parser.add_argument("--agreement", metavar="NAME", help="the agreement; those that cite the text unless given")
    parser.add_argument("--format", choices=("text", "json", "html"), default="text", help="text unless given")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the account here, not to standard output")


def _add_tape(commands: "_Commands[argparse.ArgumentParser]") -> None:
    help_ = "print what is seen in a tape, and how many of its loans pass what reads nothing but the loan"
    example = "checker tape tape.csv --as-of 2005-03-31 --agreement impac-cmb-2004-10 --list"
    parser = _add(commands, "tape", help_, example, _SEEN)
    parser.add_argument("file", type=Path, metavar="FILE", help="a CSV file, an Excel workbook, or what a layout reads")
    help_ = "a layout that ships, or a YAML file; what is not canonical is read through the only one that fits it"
    parser.add_argument("--layout", metavar="LAYOUT", help=help_)
    parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook that has several")
    parser.add_argument("--as-of", type=_date, metavar="DATE", required=True, help="the day that the tape shows")
    parser.add_argument("--agreement", metavar="NAME", help="judge the loans by its version in force on the day")
    parser.add_argument("--list", action="store_true", help="list the loans in the pool that pass each condition")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text unless given")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it here, not to standard output")


def _add_test(commands: "_Commands[argparse.ArgumentParser]") -> None:
    help_ = "try the cases beside the policies in folders"
    example = "checker test --coverage-min 100 --mutate"
    parser = _add(commands, "test", help_, example, _TESTED, policies=False)
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
    _add_color(parser)


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


def _add_sql(commands: "_Commands[argparse.ArgumentParser]") -> None:
    help_ = "print the queries that judge tables by an agreement's policies"
    parser = _add(commands, "sql", help_, "checker sql impac-cmb-2004-10 --engine spark > judge.sql")
    parser.add_argument("agreement", nargs="?", metavar="AGREEMENT", help="the agreement; the only one unless given")
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="duckdb unless given")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write them here, not to standard output")


_COMMANDS = {
    "check": _add_check,
    "explain": _add_explain,
    "schema": _add_schema,
    "lint": _add_lint,
    "test": _add_test,
    "boundaries": _add_boundaries,
    "cite": _add_cite,
    "completion": _add_completion,
    "tape": _add_tape,
    "sql": _add_sql,
}
