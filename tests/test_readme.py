"""The README's commands, run: `python tests/test_readme.py` writes their output anew."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(
    r"```console\n\$ checker (?P<arguments>[^|\n]*?)(?: \| head -n (?P<most>\d+))?\n(?P<output>.*?)```", re.DOTALL
)


def printed(arguments: str, most: str | None) -> str:
    command = [sys.executable, "-m", "checker", *arguments.split()]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines(
        keepends=True
    )
    return "".join(lines[: int(most) if most else None])


def test_the_readme_shows_what_the_command_prints() -> None:
    blocks = list(BLOCK.finditer(README.read_text()))
    assert blocks
    assert [block["output"] for block in blocks] == [printed(block["arguments"], block["most"]) for block in blocks]


def test_the_readme_s_python_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert [subprocess.run([sys.executable, "-c", each], cwd=ROOT, check=False).returncode for each in code] == [0]


def test_every_test_that_the_readme_names_is_there() -> None:
    named = re.findall(r"`(tests/\w+\.py)::(\w+)`", README.read_text())
    assert named
    assert [name for file, name in named if f"def {name}(" not in (ROOT / file).read_text()] == []


if __name__ == "__main__":
    whole = README.read_text()
    for block in BLOCK.finditer(whole):
        head = block.group()[: block.group().index("\n") + 1] + block.group().split("\n")[1] + "\n"
        whole = whole.replace(block.group(), head + printed(block["arguments"], block["most"]) + "```")
    README.write_text(whole)
