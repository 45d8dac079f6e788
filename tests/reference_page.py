"""Makes `policies/REFERENCE.md` of the code: its commands, its language, its facts, its rules and its codes."""

import re
from collections.abc import Iterable, Iterator
from itertools import product

from builders import shipped_policies

from checker.arguments import VALUES, parser
from checker.builtin import BUILTIN
from checker.codes import CODES
from checker.completion import commands
from checker.completion.commands import Argument, Command
from checker.lang.check import Declared, Scope, check
from checker.lang.parse import parse
from checker.lang.syntax import Type
from checker.lang.typed import Typed
from checker.lang.words import LITERALS, WORDS
from checker.load.facts import core_facts
from checker.model import FactDeclared
from checker.reference.topics import builtin_means, source

BAR = r"\|"
HEAD = """# Reference

What the commands take, what the language has, which facts there are, and what each code means. This page is made of the
code: `python tests/test_reference_page.py` writes it, and a test holds the two together.
"""


def page() -> str:
    """Return the page as the code has it now."""
    parts = [HEAD, *_commands(), *_language(), *_facts(), *_builtin(), *_codes()]
    return "\n".join(parts)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = tuple(head)
    return "".join(map(_row, [titles, ("---",) * len(titles), *rows]))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |\n"


def _commands() -> Iterator[str]:
    yield "## Commands\n"
    for command in commands(parser(), VALUES)[1:]:
        yield f"### `{' '.join(['checker', command.name, *map(_place, command.places)])}`\n"
        yield f"{command.means}\n"
        rows = [(f"`{_spelled(each)}`", _means(each)) for each in (*command.places, *command.options)]
        yield table(("argument", "meaning"), [row for row in rows if row[0] != "`-h`, `--help`"])
        yield from _ending(command)


def _place(argument: Argument) -> str:
    name = f"{argument.metavar}..." if argument.repeats else argument.metavar
    return name if argument.required else f"[{name}]"


def _spelled(argument: Argument) -> str:
    value = f" {argument.metavar}" if argument.names and argument.takes and not argument.words else ""
    value = f" {argument.metavar}" if argument.names and "[" in argument.metavar else value
    return "`, `".join(f"{name}{value}" for name in argument.names) or argument.metavar


def _means(argument: Argument) -> str:
    words = f": {', '.join(f'`{word}`' for word in argument.words)}" if argument.words else ""
    needed = "; needed" if argument.names and argument.required else ""
    is_said = ", ".join(argument.words) in argument.means
    return f"{argument.means}{needed}{'' if is_said else words}"


def _ending(command: Command) -> Iterator[str]:
    """Yield the example and the exit codes of a command's help; those of one without any are of every command."""
    for block in command.ending.split("\n\n"):
        title, _, lines = block.partition("\n")
        yield f"{title.capitalize()}\n"
        yield f"```text\n{lines}\n```\n"


def _language() -> Iterator[str]:
    yield "## The language\n"
    yield "Types, and how a value of each is written in an expression:\n"
    yield table(("type", "written", "is"), [(kind, f"`{word.form}`", word.means) for kind, word in LITERALS.items()])
    yield "Operators and functions, with the types that `a` and `b` may have and the type that comes of it:\n"
    rows = [
        (f"`{word.form}`", types(word.form), ("In layouts only. " if is_of_layouts(word.form) else "") + word.means)
        for word in WORDS
    ]
    yield table(("written", "types", "means"), rows)


def is_of_layouts(form: str) -> bool:
    """Tell whether only a layout may say this."""
    return typed(form, {}, asks=False) is None


def types(form: str) -> str:
    """Return which types go together in an expression, found by trying them all."""
    letters = re.findall(r"(?<!\w)[ab](?!\w)", form)
    found = {
        kinds: result for kinds in product(Type, repeat=len(letters)) if (result := result_of(form, letters, kinds))
    }
    if not letters:
        return f"{found[()]}"
    for at in range(len(letters)):
        found = _joined(found, at)
    return "; ".join(dict.fromkeys(f"{', '.join(kinds)} → {result}" for kinds, result in found.items()))


def _joined(found: dict[tuple[str, ...], str], at: int) -> dict[tuple[str, ...], str]:
    """Return the same with `any` where each of the types may stand, giving one type or the type itself."""
    joined = dict(found)
    for kinds in found:
        alike = {kind: found.get((*kinds[:at], kind, *kinds[at + 1 :])) for kind in Type}
        results = {"any" if result == kind else str(result) for kind, result in alike.items()}
        whole = results if results == {"any"} else {str(result) for result in alike.values()}
        if None not in alike.values() and len(whole) == 1:
            joined.pop(kinds, None)
            joined[*kinds[:at], "any", *kinds[at + 1 :]] = "the same" if whole == {"any"} else whole.pop()
    return joined


def result_of(form: str, letters: list[str], kinds: tuple[Type, ...]) -> str:
    found = typed(form, dict(zip(letters, kinds, strict=True)), asks=True)
    return str(found.type) if found else ""


def typed(form: str, kinds: dict[str, Type], *, asks: bool) -> Typed | None:
    """Return an expression typed, where its letters have these types; without types, whether it may stand at all."""
    letters = frozenset("ab")
    tries = [kinds] if kinds else [dict(zip("ab", pair, strict=True)) for pair in product(Type, repeat=2)]
    for each in tries:
        facts = {letter: Declared(type=each.get(letter, Type.FLAG)) for letter in letters}
        scope = Scope(facts=facts, bare=letters, sets=dict.fromkeys(("exercise", "pool"), letters), asks=asks)
        found = check(parse(form), scope)
        if not isinstance(found, tuple):
            return found
    return None


def _facts() -> Iterator[str]:
    yield "## Facts\n"
    yield "Those of every agreement; a fact of the tape that a line may attest is stated under its `loan`.\n"
    core = core_facts()
    yield table(_FACT, map(_fact, core.values()))
    for agreement in shipped_policies().values():
        yield f"### {agreement.name}\n"
        yield table(_FACT, [_fact(fact) for name, fact in agreement.facts.items() if name not in core])


_FACT = ("fact", "type", "unit", "means", "comes")


def _fact(fact: FactDeclared) -> tuple[str, ...]:
    bounds = f" One of {', '.join(f'`{one}`' for one in fact.one_of)}." if fact.one_of else ""
    bounds += f" At least {fact.at_least}." if fact.at_least is not None else ""
    return f"`{fact.name}`", fact.type, fact.unit, f"{fact.means}{bounds}", source(fact)


def _builtin() -> Iterator[str]:
    yield "## Rules of the checker itself\n"
    yield "They are judged on every line, under every agreement.\n"
    yield table(("rule", "asks"), [(f"`builtin/{name}`", builtin_means(name)) for name in BUILTIN])


def _codes() -> Iterator[str]:
    yield "## Codes\n"
    guide = "[How to write a policy](README.md#what-lint-finds)"
    yield f"`checker explain E204` prints the line of one; {guide} says more of those with an `L`.\n"
    yield table(("code", "means", "what to do"), [(f"`{code}`", *said) for code, said in CODES.items()])
