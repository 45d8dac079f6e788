"""The script that completes the command line in fish."""

from collections.abc import Iterable, Iterator

from checker.completion.commands import Argument, Command, Kind

_HEAD = (
    "# Completes the command line of checker in fish: checker completion fish | source",
    "complete -c checker -f",
)
_FOLDERS = "'(__fish_complete_directories (commandline -ct))'"


def render(found: Iterable[Command]) -> str:
    """Return the script."""
    whole, *commands = found
    lines = [*_HEAD, *_options(whole, "__fish_use_subcommand")]
    for command in commands:
        lines.append(f"complete -c checker -n __fish_use_subcommand -a {command.name} -d {_quoted(command.means)}")
        lines += [*_options(command, _seen(command)), *_places(command, _seen(command))]
    return "\n".join(lines) + "\n"


def _seen(command: Command) -> str:
    return f"'__fish_seen_subcommand_from {command.name}'"


def _options(command: Command, when: str) -> Iterator[str]:
    for option in command.options:
        names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
        value = f" {_value(option)}" if option.takes else ""
        yield f"complete -c checker -n {when} {names}{value} -d {_quoted(option.means)}"


def _value(option: Argument) -> str:
    if option.kind is Kind.FILE:
        return "-r -F"
    return f"-x {_offered(option)}".rstrip()


def _offered(argument: Argument) -> str:
    if argument.kind is Kind.WORD:
        return f"-a {_quoted(' '.join(argument.words))}"
    return f"-a {_FOLDERS}" if argument.kind is Kind.FOLDER else ""


def _places(command: Command, when: str) -> Iterator[str]:
    for place in command.places:
        if place.kind is Kind.WORD:
            taken = f"; and not __fish_seen_subcommand_from {' '.join(place.words)}"
            yield f"complete -c checker -n {when[:-1]}{taken}' {_offered(place)}"
        elif offered := "-F" if place.kind is Kind.FILE else _offered(place):
            yield f"complete -c checker -n {when} {offered}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
