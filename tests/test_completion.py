"""The shells themselves complete the command line by the scripts that `checker completion` prints."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

import checker
from checker.arguments import SHELLS, VALUES, parser
from checker.cli import run
from checker.completion import commands
from checker.completion.commands import Argument, Command, Kind
from checker.report import FORMATS, SCHEMAS, renderer

ROOT = Path(checker.__file__).parent.parent
COMMANDS = {command.name: command for command in commands(parser(), VALUES)}
SECONDS = 20


def needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


each_shell = pytest.mark.parametrize("shell", [pytest.param(shell, marks=needs(shell)) for shell in SHELLS])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two files, one in a folder of its own, and the scripts beside it."""
    here = tmp_path / "here"
    (here / "inner").mkdir(parents=True)
    for name in ("batch one.yaml", "inner/tape.csv"):
        (here / name).touch()
    for shell in SHELLS:
        (tmp_path / f"checker.{shell}").write_text(script(shell))
    return here


@cache
def script(shell: str) -> str:
    command = [sys.executable, "-m", "checker", "completion", shell]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def completed(shell: str, line: str, folder: Path) -> str:
    """Return the last word of a line when a shell has completed it."""
    if shell == "fish":
        [found] = listed_by_fish(line, folder)
        return found
    return typed(shell, line, folder)[0]


def listed_by_fish(line: str, folder: Path) -> list[str]:
    text = "source ../checker.fish; complete -C $argv[1]"
    home = {"HOME": str(folder.parent), "PATH": os.environ["PATH"]}
    call = ["fish", "--no-config", "-c", text, line]
    done = subprocess.run(call, cwd=folder, env=home, capture_output=True, text=True, check=True)
    return sorted(each.partition("\t")[0] for each in done.stdout.splitlines())


def listed_by_bash(line: str, folder: Path) -> list[str]:
    text = 'source ../checker.bash; COMP_WORDS=($1 "$2"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _checker'
    whole, _, last = line.rpartition(" ")
    call = ["bash", "-c", f'{text}; printf "%s\\n" "${{COMPREPLY[@]}}"', "bash", whole, last]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True)
    return sorted(filter(None, done.stdout.splitlines()))


LISTED = {"bash": listed_by_bash, "fish": listed_by_fish}
START = {
    "bash": (
        ["bash", "--norc", "--noprofile", "-i"],
        "bind 'set show-all-if-ambiguous on'; bind 'set enable-bracketed-paste off'",
    ),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -u -D; unsetopt auto_remove_slash"),
}


@contextmanager
def terminal(command: Sequence[str], folder: Path) -> Iterator[int]:
    """Run a command on a terminal of its own and yield its other end."""
    child, end = pty.fork()
    if child == 0:
        os.chdir(folder)
        env = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "TERM": "dumb", "PS1": "$ ", "LC_ALL": "C.UTF-8"}
        os.execvpe(command[0], list(command), env)  # noqa: S606 (it is a shell)
    try:
        yield end
    finally:
        os.close(end)
        os.waitpid(child, 0)


def until(end: int, mark: str) -> str:
    """Return what comes from a terminal up to a mark."""
    found = ""
    while mark not in found:
        ready, _, _ = select.select([end], [], [], SECONDS)
        assert ready, f"{mark!r} did not come, only {found!r}"
        found += os.read(end, 4096).decode(errors="replace")
    return found


def typed(shell: str, line: str, folder: Path) -> tuple[str, str]:
    """Type a line and the key that completes it; return its last word, and what was shown before it was entered."""
    command, start = START[shell]
    shows = "checker() { printf 'LAST<%s>' \"$@\"; echo DONE''NOW; }"
    with terminal(command, folder) as end:
        os.write(end, f"{start}; source ../checker.{shell}; {shows}; echo READY''NOW\n".encode())
        until(end, "READYNOW")
        os.write(end, line.encode() + b"\t\n")
        found = until(end, "DONENOW")
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", found)
    return re.findall(r"LAST<(.*?)>", plain)[-1], plain.partition("LAST<")[0].partition(line)[2]


@each_shell
@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param("checker comp", "completion", id="a command"),
        pytest.param("checker check --as", "--as-of", id="an option"),
        pytest.param("checker lint --format j", "json", id="a choice"),
        pytest.param("checker check a.yaml --format sa", "sarif", id="a choice after a file"),
        pytest.param("checker schema po", "policy", id="a word in its place"),
        pytest.param("checker schema --agreement x po", "policy", id="a word after an option with a value"),
        pytest.param("checker completion z", "zsh", id="a shell"),
        pytest.param("checker cite --policies in", "inner/", id="a folder"),
        pytest.param("checker lint in", "inner/", id="a folder in its place"),
        pytest.param("checker check inner/t", "inner/tape.csv", id="a file"),
        pytest.param("checker check --output inner/t", "inner/tape.csv", id="a file of an option"),
    ],
)
def test_a_shell_completes(shell: str, line: str, found: str, folder: Path) -> None:
    assert completed(shell, line, folder) == found


SEVERAL = [
    pytest.param("checker ", sorted(name for name in COMMANDS if name), id="every command"),
    pytest.param("checker schema ", sorted(SCHEMAS), id="every word in a place"),
    pytest.param("checker check --format ", sorted(FORMATS), id="every format that has no choices"),
    pytest.param("checker check a.yaml --a", ["--all", "--as-of"], id="options that begin alike"),
    pytest.param("checker completion bash ", [], id="nothing behind the last place"),
    pytest.param("checker explain ", [], id="nothing where anything may stand"),
]


@pytest.mark.parametrize(("line", "found"), SEVERAL)
@pytest.mark.parametrize("shell", [pytest.param(shell, marks=needs(shell)) for shell in LISTED])
def test_a_shell_offers(shell: str, line: str, found: list[str], folder: Path) -> None:
    assert LISTED[shell](line, folder) == found


@needs("zsh")
@pytest.mark.parametrize(("line", "found"), SEVERAL)
def test_zsh_shows_what_it_offers_among_what_each_means(line: str, found: list[str], folder: Path) -> None:
    shown = set(re.findall(r"[\w-]+", typed("zsh", line, folder)[1]))
    assert [word for word in found if word not in shown] == []


@each_shell
def test_a_file_with_a_space_is_one_word(shell: str, folder: Path) -> None:
    assert completed(shell, "checker check bat", folder).replace("\\", "") == "batch one.yaml"


@pytest.mark.parametrize("shell", [pytest.param(shell, marks=needs(shell)) for shell in ("bash", "zsh")])
def test_a_value_after_an_equals_sign_is_completed(shell: str, folder: Path) -> None:
    assert completed(shell, "checker lint --format=j", folder) == "--format=json"
    assert completed(shell, "checker check --policies=in", folder) == "--policies=inner/"


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_option_and_word_stands_in_the_script(shell: str) -> None:
    text = script(shell)
    names = {name.lstrip("-") for command in COMMANDS.values() for option in command.options for name in option.names}
    words = {
        word for command in COMMANDS.values() for each in (*command.options, *command.places) for word in each.words
    }
    assert [each for each in sorted({*filter(None, COMMANDS), *names, *words}) if each not in text] == []


@pytest.mark.parametrize("shell", [pytest.param(shell, marks=needs(shell)) for shell in SHELLS])
def test_a_shell_reads_the_script(shell: str) -> None:
    done = subprocess.run([shell, "-n"], input=script(shell), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_shell_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(["completion", "tcsh"])
    assert stop.value.code == 2
    assert "invalid choice: 'tcsh'" in capsys.readouterr().err


@needs("bash")
def test_bash_takes_the_equals_sign_for_a_word(folder: Path) -> None:
    assert listed_by_bash("checker lint --format =", folder) == ["json", "text"]


@each_shell
def test_whatever_the_help_says_steers_no_shell(shell: str, folder: Path) -> None:
    said = '[a]: it\'s `b` \\ "$HOME"'
    option = Argument(("--alpha",), "A[=B]:C", said, Kind.WORD, ("one",))
    place = Argument((), "COMMAND", said, Kind.WORD, ("act",))
    own = [Command("", said, (), (place,), ""), Command("act", said, (option,), (), "")]
    (folder.parent / f"checker.{shell}").write_text(renderer(shell, "completion")(own))
    assert completed(shell, "checker a", folder) == "act"
    assert completed(shell, "checker act --al", folder) in ("--alpha", "--alpha=")
    assert completed(shell, "checker act --alpha o", folder) == "one"
