"""The script that completes the command line in zsh: sourced, or as `_checker` in a folder of `fpath`."""

from collections.abc import Iterable, Iterator

from checker.completion.commands import Argument, Command, Kind

_SCRIPT = """\
#compdef checker
# Completes the command line of checker in zsh: source <(checker completion zsh)
_checker() {
    local context state state_descr line
    typeset -A opt_args
    _arguments -C OPTIONS '1:COMMAND:->command' '*::argument:->argument' && return
    case $state in
    command)
        local -a commands=(
COMMANDS
        )
        _describe command commands ;;
    argument)
        case $words[1] in
ARGUMENTS
        esac ;;
    esac
}
if [[ $funcstack[1] == _checker ]]; then _checker "$@"; else compdef _checker checker; fi
"""
_VALUES = {Kind.FILE: "_files", Kind.FOLDER: "_files -/", Kind.OTHER: " "}


def render(found: Iterable[Command]) -> str:
    """Return the script."""
    whole, *commands = found
    text = _SCRIPT.replace("OPTIONS", " ".join(map(_option, whole.options)), 1)
    text = text.replace("COMMANDS", "\n".join(f"            {_listed(command)}" for command in commands), 1)
    return text.replace("ARGUMENTS", "\n".join(line for command in commands for line in _command(command)), 1)


def _listed(command: Command) -> str:
    return _quoted(f"{command.name}:{command.means}")


def _command(command: Command) -> Iterator[str]:
    specs = [*map(_option, command.options), *map(_place, command.places)]
    yield f"        {command.name})"
    yield "            _arguments \\"
    yield " \\\n".join(f"                {spec}" for spec in specs) + " ;;"


def _option(option: Argument) -> str:
    value = f":{_escaped(option.metavar)}:{_value(option)}" if option.takes else ""
    said = f"[{_escaped(option.means)}]{value}"
    if len(option.names) == 1:
        return _quoted(f"{'*' if option.repeats else ''}{option.names[0]}{'=' if option.takes else ''}{said}")
    return f"'({' '.join(option.names)})'{{{','.join(option.names)}}}{_quoted(said)}"


def _place(place: Argument) -> str:
    return _quoted(f"{'*' if place.repeats else ''}:{_escaped(place.metavar)}:{_value(place)}")


def _value(argument: Argument) -> str:
    return f"({' '.join(argument.words)})" if argument.kind is Kind.WORD else _VALUES[argument.kind]


def _escaped(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "[]:\\" else letter for letter in text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
