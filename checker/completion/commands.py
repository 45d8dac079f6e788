"""What the command line takes, read off its parser: for the scripts that complete it, and for the reference."""

import argparse
from collections.abc import Callable, Mapping
from enum import StrEnum

from checker.lang.named import NamedTuple

Values = Mapping[object, tuple[str, ...]]


class Kind(StrEnum):
    """What the value of an argument is: one of its words, a file, a folder, or something else."""

    WORD = "word"
    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"


class Argument(NamedTuple):
    """An option with its names, or a place that has none; `words` are its values where they are known.

    `takes` tells whether a value follows an option, `repeats` whether it may be given again.
    """

    names: tuple[str, ...]
    metavar: str
    means: str
    kind: Kind = Kind.OTHER
    words: tuple[str, ...] = ()
    takes: bool = True
    repeats: bool = False
    required: bool = False


class Command(NamedTuple):
    """A command: what it does, its options and its places in the order of its help, and what its help ends with."""

    name: str
    means: str
    options: tuple[Argument, ...]
    places: tuple[Argument, ...]
    ending: str


def commands(parser: argparse.ArgumentParser, values: Values) -> tuple[Command, ...]:
    """Return the command itself, of which the only place is the name of a command, and then every one of these.

    `values` has the words for a type of arguments of which the parser does not know them.
    """
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001 (argparse has no public way to its commands)
    return (_command(parser, "", values), *(_command(p, n, values) for one in inner for n, p in one.choices.items()))


def _command(parser: argparse.ArgumentParser, name: str, values: Values) -> Command:
    found = [_argument(action, values) for action in parser._actions]  # noqa: SLF001 (the same)
    return Command(
        name=name,
        means=parser.description or "",
        options=tuple(argument for argument in found if argument.names),
        places=tuple(argument for argument in found if not argument.names),
        ending=parser.epilog or "",
    )


def _argument(action: argparse.Action, values: Values) -> Argument:
    words = tuple(map(str, action.choices or values.get(action.type, ())))
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    return Argument(
        names=tuple(action.option_strings),
        metavar=metavar,
        means=action.help or "",
        kind=Kind.WORD if words else _kind(action.type, metavar),
        words=words,
        takes=action.nargs != 0,
        repeats=action.nargs in ("*", "+") or isinstance(action, argparse._AppendAction),  # noqa: SLF001 (the same)
        required=action.required if action.option_strings else action.nargs not in ("*", "?"),
    )


def _kind(type_: Callable[[str], object] | str | None, metavar: str) -> Kind:
    if getattr(type_, "__name__", "") != "Path":
        return Kind.OTHER
    return Kind.FOLDER if metavar == "DIR" else Kind.FILE
