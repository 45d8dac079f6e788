"""What the README shows is what happens: its commands are run, its Python too, and the tests that it names are there.

`python tests/test_readme.py` writes the output of its commands anew.
"""

import ast
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"\$ checker (?P<arguments>.*?)(?: \| head -n (?P<most>\d+))?")
ROW = re.compile(r"^\| (?!promise)(?P<promise>[^|]+) \| (?P<kept>[^|]+) \| (?P<broken>.+) \|$", re.MULTILINE)


def blocks() -> list[str]:
    return BLOCK.findall(README.read_text("utf-8"))


def ran(block: str) -> str:
    """Return a block of commands with what they print now."""
    found = ""
    for line in [line for line in block.splitlines() if line.startswith("$ ")]:
        command = COMMAND.fullmatch(line)
        assert command, f"only `$ checker ...` and `| head -n N` are run here, not {line}"
        call = [sys.executable, "-m", "checker", *shlex.split(command["arguments"])]
        done = subprocess.run(call, cwd=ROOT, capture_output=True, check=False)
        printed = done.stdout.decode().splitlines(keepends=True)
        found += f"{line}\n{''.join(printed[: int(command['most'] or len(printed))])}"
    return found


@pytest.mark.parametrize("block", blocks())
def test_a_block_of_commands_shows_exactly_what_they_print(block: str) -> None:
    assert block == ran(block)


def test_the_readme_shows_the_readings_of_the_parenthesis_that_it_opens_with() -> None:
    assert len(blocks()) == len(re.findall(r"^```console$", README.read_text("utf-8"), re.MULTILINE)) > 0
    assert any("readings: floor pass, minimum fail, floor-and-minimum pass\n" in block for block in blocks())


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL))
def test_the_python_of_the_readme_runs(code: str) -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert "\nassert " in code


@cache
def defined_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def promises() -> list[re.Match[str]]:
    table = README.read_text("utf-8").partition("\n## Promises\n")[2].partition("\n## ")[0]
    return [row for row in ROW.finditer(table) if not row["promise"].startswith("---")]


def test_the_promises_are_in_a_table() -> None:
    assert len(promises()) >= 7


@pytest.mark.parametrize("row", promises(), ids=lambda row: row["promise"])
def test_a_promise_names_tests_that_are_there(row: re.Match[str]) -> None:
    named = re.findall(r"`(tests/\w+\.py)::(test_\w+)`", row["kept"])
    assert named
    assert [name for file, name in named if name not in defined_in(file)] == []


@pytest.mark.parametrize("row", promises(), ids=lambda row: row["promise"])
def test_a_promise_says_where_it_is_broken(row: re.Match[str]) -> None:
    files = [path for path in re.findall(r"`([\w/]+\.py)`", row["broken"]) if not (ROOT / "checker" / path).exists()]
    names = re.findall(r"`[\w/]+\.py`, `(\w+)`", row["broken"])
    text = "".join(path.read_text("utf-8") for path in (ROOT / "checker").rglob("*.py"))
    assert (files, [name for name in names if f"def {name}(" not in text]) == ([], [])


def test_the_two_commands_are_those_that_ci_runs_each_in_a_new_environment() -> None:
    commands = re.findall(r"```sh\n(.*?)\n```", README.read_text("utf-8"), re.DOTALL)
    steps = [step.replace(".venv", "NEW").replace('"', "") for command in commands for step in command.split(" && ")]
    lines = [line for line in (ROOT / ".ci" / "run").read_text("utf-8").splitlines() if "$folder/" in line]
    plain = [re.sub(r"\$folder/\w+", "NEW", line).replace('"', "").replace("--quiet ", "") for line in lines]
    assert (len(commands), plain) == (2, steps)


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)#]+)\)", README.read_text("utf-8")))
def test_a_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


if __name__ == "__main__":
    README.write_text(BLOCK.sub(lambda block: f"```console\n{ran(block[1])}```", README.read_text("utf-8")), "utf-8")
