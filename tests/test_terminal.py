"""Colours and the line that tells how far a run is: on a terminal only, and never the only thing that says so."""

import io
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from builders import certification, files, line, proposal
from hypothesis import given
from hypothesis import strategies as st
from reports import over

import checker
from checker.arguments import parser
from checker.cli import _is_text
from checker.model import Decision, Status
from checker.proof.mutation import Kind
from checker.terminal import COLOURS, Line, painted

ROOT = Path(checker.__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
EXAMPLE = ROOT / "policies/impac-cmb-2004-10/examples/optional-purchase.yaml"
ESCAPE = re.compile(r"\x1b\[\d+m")
GREEN, RED, YELLOW = "\x1b[32m", "\x1b[31m", "\x1b[33m"


def plain(text: str) -> str:
    return ESCAPE.sub("", text)


def environment(**own: str) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "TERM": "xterm"} | own


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "checker", *map(str, arguments)]


def on_terminal(arguments: Sequence[str | Path], env: Mapping[str, str], *, error: bool = False) -> str:
    """Return what a command writes to a terminal: to its standard output, or to its standard error."""
    ours, theirs = pty.openpty()
    streams = {"stdout": subprocess.DEVNULL if error else theirs, "stderr": theirs if error else subprocess.DEVNULL}
    with subprocess.Popen(command(*arguments), cwd=ROOT, env=env, **streams) as process:  # type: ignore[call-overload] # its overloads do not take both
        os.close(theirs)
        found = b""
        while data := _read(ours):
            found += data
        process.wait()
    os.close(ours)
    return found.decode().replace("\r\n", "\n")


def _read(end: int) -> bytes:
    try:
        return os.read(end, 4096)
    except OSError:  # Linux says so where the other end is closed.
        return b""


def piped(*arguments: str | Path, **own: str) -> str:
    done = subprocess.run(command(*arguments), cwd=ROOT, env=environment(**own), capture_output=True, check=False)
    return done.stdout.decode()


# Where there are colours.


def test_a_report_on_a_terminal_is_the_same_bytes_but_for_its_colours() -> None:
    found = on_terminal(["check", EXAMPLE], environment())
    assert f"{YELLOW}UNDECIDED\x1b[0m, ON 9 ASSUMPTIONS\n" in found
    assert plain(found) == piped("check", EXAMPLE)


@pytest.mark.parametrize(
    ("arguments", "own"),
    [
        pytest.param([], {"NO_COLOR": "1"}, id="NO_COLOR"),
        pytest.param([], {"NO_COLOR": "0"}, id="NO_COLOR, whatever it says"),
        pytest.param([], {"TERM": "dumb"}, id="a terminal that has none"),
        pytest.param(["--color", "never"], {}, id="never"),
        pytest.param(["--format", "json"], {}, id="no text"),
        pytest.param(["--format", "json", "--color", "always"], {}, id="no text, whatever was asked"),
    ],
)
def test_a_terminal_without_colours(arguments: list[str], own: dict[str, str]) -> None:
    found = on_terminal(["check", EXAMPLE, *arguments], environment(**own))
    assert "\x1b" not in found
    assert found == piped("check", EXAMPLE, *[each for each in arguments if each not in ("--color", "never", "always")])


@pytest.mark.parametrize(
    ("arguments", "is_text"),
    [
        pytest.param(["check", "a"], True, id="a report"),
        pytest.param(["check", "a", "--format", "text", "--format", "csv=b"], True, id="text, and a file"),
        pytest.param(["check", "a", "--format", "csv"], False, id="a report in another format"),
        pytest.param(["lint"], True, id="lint"),
        pytest.param(["lint", "--format", "json"], False, id="lint in another format"),
        pytest.param(["test", "--format", "junit"], False, id="cases in another format"),
    ],
)
def test_only_text_has_colours(arguments: list[str], is_text: bool) -> None:  # noqa: FBT001 (a table's cell)
    assert _is_text(parser().parse_args(arguments)) is is_text


def test_an_empty_no_color_says_nothing() -> None:
    assert YELLOW in on_terminal(["check", EXAMPLE], environment(NO_COLOR=""))


def test_a_pipe_has_no_colours_unless_they_are_asked_for() -> None:
    assert "\x1b" not in piped("check", EXAMPLE)
    assert YELLOW in piped("check", EXAMPLE, "--color", "always", NO_COLOR="1")


def test_a_file_has_no_colours(tmp_path: Path) -> None:
    assert piped("check", EXAMPLE, "--color", "always", "--output", tmp_path / "report.txt") == ""
    assert (tmp_path / "report.txt").read_text() == piped("check", EXAMPLE)


def test_a_fault_on_a_terminal_has_its_code_in_colour() -> None:
    found = on_terminal(["check", "none.yaml"], environment(), error=True)
    assert found.startswith(f"{RED}E001\x1b[0m: cannot read the file")


# What has a colour.


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.iterdir()))
def test_a_colour_changes_nothing_that_is_written(name: str) -> None:
    text = (GOLDEN / name).read_text("utf-8")
    assert plain(painted(text)) == text


@given(st.text(st.sampled_from("  \nPASS permitted,:1E0"), max_size=80))
def test_whatever_is_written_a_colour_changes_nothing(text: str) -> None:
    assert plain(painted(text)) == text


def test_every_decision_status_and_kind_of_mutant_has_a_colour() -> None:
    assert {*Decision, *Status, *Kind, "right", "failed"} == {*COLOURS}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("PERMITTED", f"{GREEN}PERMITTED\x1b[0m", id="a decision alone"),
        pytest.param("REFUSED, ON 2 ASSUMPTIONS", f"{RED}REFUSED\x1b[0m, ON 2 ASSUMPTIONS", id="a decision"),
        pytest.param("refused: 2 batches", f"{RED}refused\x1b[0m: 2 batches", id="of several batches"),
        pytest.param(
            "  - line 1 under 2.1: refused by 2.1/a", f"  - line 1 under 2.1: {RED}refused\x1b[0m by 2.1/a", id="a line"
        ),
        pytest.param("  2.1/a  LATE  the batch b", f"  2.1/a  {RED}LATE\x1b[0m  the batch b", id="a finding"),
        pytest.param(
            "  2.1/a  pass: also lines 3", f"  2.1/a  {GREEN}pass\x1b[0m: also lines 3", id="findings left out"
        ),
        pytest.param(
            "    readings: a pass, b fail", f"    readings: a {GREEN}pass\x1b[0m, b {RED}fail\x1b[0m", id="readings"
        ),
        pytest.param("L101: `a` quotes no words", f"{YELLOW}L101\x1b[0m: `a` quotes no words", id="a finding of lint"),
        pytest.param("right: 2 policies", f"{GREEN}right\x1b[0m: 2 policies", id="nothing found by lint"),
        pytest.param("FAILED a.yaml:3", f"{RED}FAILED\x1b[0m a.yaml:3", id="a case"),
        pytest.param("  SURVIVED a.yaml:3:4: b", f"  {RED}SURVIVED\x1b[0m a.yaml:3:4: b", id="a mutant"),
    ],
)
def test_a_word_that_decides_has_a_colour(text: str, found: str) -> None:
    assert painted(f"a\n{text}\nb") == f"a\n{found}\nb"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("refused: 5 lines on 2005-03-31", id="the name of a batch"),
        pytest.param('      "it shall pass, fail"', id="a quote"),
        pytest.param("  - permitted purchases are listed", id="a note"),
        pytest.param("  a title that says PASS  here", id="a title"),
    ],
)
def test_the_same_word_elsewhere_has_none(text: str) -> None:
    assert painted(text) == text


# How far a run is.


def test_a_run_that_is_soon_over_shows_no_line() -> None:
    assert on_terminal(["check", EXAMPLE], environment(), error=True) == ""


def test_a_run_that_takes_long_tells_so_and_takes_the_line_away(tmp_path: Path) -> None:
    pool = over("0.00")
    [path] = files(tmp_path, pool, [proposal([line(each) for each in pool[:6]], certification=certification())])
    tape = (tmp_path / "tape.csv").read_bytes()
    (tmp_path / "tape.csv").unlink()
    os.mkfifo(tmp_path / "tape.csv")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command("check", path), env=environment(), stdout=subprocess.DEVNULL, stderr=theirs
    ) as process:
        os.close(theirs)
        found = os.read(ours, 4096)
        (tmp_path / "tape.csv").write_bytes(tape)
        while data := _read(ours):
            found += data
        assert process.wait() == 0
    os.close(ours)
    assert found.startswith(b"\r\x1b[Kcheck (2 s)")
    assert found.endswith(b"\r\x1b[K")


def test_it_tells_what_it_was_told() -> None:
    shown = io.StringIO()
    with Line("test", shown, after=0) as tell:
        tell("mutants", 3, 7)
        while "3 of 7" not in shown.getvalue():
            time.sleep(0.05)
    assert "mutants: 3 of 7 (" in shown.getvalue()
    assert shown.getvalue().endswith("\r\x1b[K")


def _raise_when(shown: io.StringIO) -> None:
    while not shown.getvalue():
        time.sleep(0.01)
    raise KeyError


def test_a_run_that_fails_takes_the_line_away_too() -> None:
    shown = io.StringIO()
    with pytest.raises(KeyError), Line("test", shown, after=0):
        _raise_when(shown)
    assert shown.getvalue().endswith("\r\x1b[K")


def test_a_batch_that_is_named_like_a_decision_is_not_coloured_like_one() -> None:
    text = "REFUSED, on 1 assumption\nPERMITTED, on 0 assumptions: 1 line on 2005-03-31, under a policy\n"
    first, second, _ = painted(text).split("\n")
    assert ("\x1b[" in first, second) == (True, text.split("\n")[1])
