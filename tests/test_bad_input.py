"""What is said of bad input: each case changes the good files in `bad/base`, and the whole message is asserted.

`PYTHONPATH=. python tests/test_bad_input.py` writes what is said now into the tables; read the difference first.
"""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.cli import run

BAD = Path(__file__).parent / "bad"
BASE = BAD / "base"
TABLES = sorted(BAD.glob("*.yaml"))
GOOD = ("batch.yaml", "by-table.yaml", "by-layout.yaml")
KEYS = {"case", "change", "write", "encode", "pad", "link", "folder", "remove", "check", "says"}

Case = dict[str, Any]


def cases_of(table: Path) -> list[Case]:
    found: list[Case] = yaml.safe_load(table.read_text(encoding="utf-8"))
    return found


def changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the file"
        text = text.replace(old, new)
    return text


def make(folder: Path, case: Case) -> None:
    """Lay out the good files in a folder, then what is bad."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    for name in case.get("remove", []):
        (folder / name).unlink()
    for name, changes in case.get("change", {}).items():
        write(folder / name, changed((folder / name).read_text(encoding="utf-8"), changes))
    for name, text in case.get("write", {}).items():
        write(folder / name, text)
    for name, encoding in case.get("encode", {}).items():
        (folder / name).write_bytes((folder / name).read_text(encoding="utf-8").encode(encoding))
    for name, size in case.get("pad", {}).items():
        write(folder / name, (folder / name).read_text(encoding="utf-8") + "#" * size)
    for name, target in case.get("link", {}).items():
        (folder / name).symlink_to(target)
    for name in case.get("folder", []):
        (folder / name).mkdir()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def arguments(case: Case) -> list[str]:
    return ["check", "--policies", "policies", *case.get("check", ["batch.yaml"])]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


CASES = [pytest.param(case, id=f"{table.stem}: {case['case']}") for table in TABLES for case in cases_of(table)]


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_an_error_with_its_whole_message(
    case: Case, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(folder, case)
    assert run(arguments(case)) == 2
    out, said = capsys.readouterr()
    assert (out, said) == ("", case["says"])


def test_the_command_says_the_same_and_exits_with_2(folder: Path) -> None:
    case = cases_of(BAD / "values.yaml")[0]
    make(folder, case)
    command = [sys.executable, "-m", "checker", *arguments(case)]
    env = {**os.environ, "PYTHONPATH": str(BAD.parents[1])}
    done = subprocess.run(command, capture_output=True, check=False, env=env)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", case["says"])


@pytest.mark.parametrize("batch", GOOD)
def test_the_good_files_are_good(batch: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(folder, {})
    assert run(arguments({"check": [batch]})) in (0, 3)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("batch.yaml", "batch: march", "\ufeffbatch: march", id="a byte order mark"),
        pytest.param("batch.yaml", "batch: march", "---\nbatch: march", id="a document start"),
        pytest.param("batch.yaml", "  stated: true\n", "  stated: true\n...\n", id="a document end"),
        pytest.param("batch.yaml", "batch: march", "? batch\n: march", id="a key with a question mark"),
        pytest.param("batch.yaml", 'under: "2.1"', "under: 2.1", id="a section number is text without quotes"),
        pytest.param("batch.yaml", "price: 1010.00", "price: '1010.0'", id="an amount in quotes"),
        pytest.param("batch.yaml", 'loan: "001"', "loan: 001", id="a loan id keeps its leading zeros"),
        pytest.param("batch.yaml", "accrued_interest: 7.25", "accrued_interest: 7.250", id="an attested amount"),
        pytest.param("batch.yaml", "note: A note", "note: null", id="null says nothing"),
        pytest.param("tape.csv", "loan_id,", "\ufeffloan_id,", id="a byte order mark on the tape"),
        pytest.param("tape.csv", "001,", '"001",', id="a quoted cell"),
        pytest.param("tape.csv", "\n003,", "\n\n,,,,,,,\n003,", id="empty rows"),
    ],
)
def test_what_is_no_mistake_is_read(
    name: str, old: str, new: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(folder, {"change": {name: {old: new}}})
    assert run(arguments({})) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["batch.yaml", "tape.csv", "lines.csv", "policies/second.yaml"])
@pytest.mark.parametrize("end", [pytest.param("\r\n", id="Windows"), pytest.param("\r", id="an old Macintosh")])
def test_the_line_ends_of_other_systems_are_read(
    name: str, end: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(folder, {})
    (folder / name).write_bytes((BASE / name).read_bytes().replace(b"\n", end.encode()))
    assert run(arguments({"check": ["batch.yaml", "by-table.yaml"]})) == 1  # each loan is listed in both
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("section", ["3.1", "3.100", "3.1 0", "3.10 "])
def test_section_3_10_is_no_other(section: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(folder, {"change": {"batch.yaml": {'under: "2.1"': f"under: {section}"}}})
    expected = 1 if section.strip() == "3.10" else 3
    assert run(arguments({})) == expected
    assert f" under {section.strip()}: " in capsys.readouterr().out


def test_an_empty_text_is_unknown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(folder, {"change": {"batch.yaml": {"name: Servicer Inc": 'name: ""'}}})
    assert run(arguments({})) == 3
    assert "the buyer's name is missing" in capsys.readouterr().out


def test_of_many_faults_the_first_fifty_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"{number},x\n" for number in range(52))
    make(folder, {"write": {"tape.csv": f"loan_id,units\n{rows}"}})
    assert run(arguments({})) == 2
    said = capsys.readouterr().err
    assert said.count("E401: `x` is not a whole number") == 50
    assert "and 2 more faults" in said


def test_a_batch_without_lines_is_undecided(folder: Path) -> None:
    make(folder, {"write": {"lines.csv": "loan,under\n"}})
    assert run(arguments({"check": ["by-table.yaml"]})) == 3


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        pytest.param(["--as-of", "31.3.2011"], "argument --as-of: `31.3.2011` is not a date", id="a day in dots"),
        pytest.param(["--as-of", "2011-02-30"], "argument --as-of: there is no day `2011-02-30`", id="no such day"),
        pytest.param(["--form", "csv"], "unrecognized arguments: --form", id="a shortened option"),
        pytest.param(["--formats", "csv"], "unrecognized arguments: --formats", id="an unknown option"),
    ],
)
def test_a_wrong_option_is_an_error(
    extra: list[str], says: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(folder, {})
    with pytest.raises(SystemExit) as stop:
        run([*arguments({}), *extra])
    assert stop.value.code == 2
    assert f"error: {says}" in capsys.readouterr().err


def test_every_file_of_bad_input_is_used() -> None:
    named = {*TABLES, *(path for path in BASE.rglob("*") if path.is_file())}
    assert {path for path in BAD.rglob("*") if path.is_file()} == named
    used = {path.relative_to(BASE).as_posix() for path in BASE.rglob("*") if path.is_file()}
    assert used == {*GOOD, "tape.csv", "lines.csv", "layout.yaml", "source.txt"} | {
        f"policies/{name}.yaml" for name in ("facts", "first", "second")
    }


@pytest.mark.parametrize("table", [pytest.param(table, id=table.stem) for table in TABLES])
def test_every_case_is_whole_and_has_a_name_of_its_own(table: Path) -> None:
    cases = cases_of(table)
    assert [name for name, times in Counter(case["case"] for case in cases).items() if times > 1] == []
    assert [case["case"] for case in cases if not {"case", "says"} <= case.keys() <= KEYS] == []


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 70


def said(case: Case) -> str:
    """Return what is said of a case now."""
    err = io.StringIO()
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stderr(err):
        make(Path(name), case)
        os.chdir(name)
        code = run(arguments(case))
        os.chdir(here)
    assert code == 2, f"{case['case']}: exit code {code}"
    return err.getvalue()


def retold(table: Path) -> str:
    """Return a table with what is said now."""
    parts = re.split(r"(?m)^(?=- case: )", table.read_text(encoding="utf-8"))
    cases = cases_of(table)
    told = []
    for part, case in zip(parts[1:], cases, strict=True):
        block = "".join(f"    {line}".rstrip(" ") + "\n" for line in said(case).splitlines())
        told.append(re.sub(r"(?ms)^  says:.*", lambda _, block=block: f"  says: |\n{block}", part))
    return parts[0] + "\n".join(told)


if __name__ == "__main__":
    for path in TABLES:
        path.write_text(retold(path), encoding="utf-8")
