"""The script that completes the command line in bash; it runs in the one of macOS, too, which is 3.2."""

from collections.abc import Iterable, Iterator

from checker.completion.commands import Argument, Command, Kind

_KINDS = {Kind.FILE: "kind=f", Kind.FOLDER: "kind=d", Kind.OTHER: ":"}
# `=` is a word by itself in bash, so that `--format=json` is three.
_SCRIPT = """\
# Completes the command line of checker in bash: source <(checker completion bash)
_checker() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= place=0 at word words= kind=
    if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
    for ((at = 1; at < COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        case "$command $word" in
TAKING)
            if [[ ${COMP_WORDS[at+1]} == = ]]; then ((at += 2)); else ((at++)); fi ;;
        *' '-*) ;;
        *' =') ((at++)) ;;
        ' '*) command=$word ;;
        *) ((place++)) ;;
        esac
    done
    case "$command $prev" in
VALUES
    *)
        case "$command $place" in
PLACES
        esac
        if [[ $cur == -* ]]; then
            kind=
            case $command in
OPTIONS
            esac
        fi ;;
    esac
    [[ $kind ]] && compopt -o filenames 2>/dev/null
    COMPREPLY=()
    while IFS= read -r word; do
        COMPREPLY+=("$word")
    done < <(if [[ $kind ]]; then compgen -"$kind" -- "$cur"; else compgen -W "$words" -- "$cur"; fi)
}
complete -F _checker checker
"""


def render(found: Iterable[Command]) -> str:
    """Return the script."""
    commands = list(found)
    taking = [(c, option) for c in commands for option in c.options if option.takes]
    text = _SCRIPT
    for name, lines in {
        "TAKING": [f"        {'|'.join(_asked(c, option) for c, option in taking)}"],
        "VALUES": [f"    {_asked(c, option)}) {_wanted(option)} ;;" for c, option in taking],
        "PLACES": [f"        {line}" for command in commands for line in _places(command)],
        "OPTIONS": [f"            {_case(c.name)}) words='{' '.join(_names(c))}' ;;" for c in commands],
    }.items():
        text = text.replace(name, "\n".join(lines), 1)
    return text


def _case(text: str) -> str:
    return f"'{text}'"


def _asked(command: Command, option: Argument) -> str:
    return "|".join(_case(f"{command.name} {name}") for name in option.names)


def _names(command: Command) -> Iterator[str]:
    return (name for option in command.options for name in option.names)


def _places(command: Command) -> Iterator[str]:
    for at, argument in enumerate(command.places):
        yield f"'{command.name} '{'*' if argument.repeats else at}) {_wanted(argument)} ;;"


def _wanted(argument: Argument) -> str:
    return f"words='{' '.join(argument.words)}'" if argument.kind is Kind.WORD else _KINDS[argument.kind]
