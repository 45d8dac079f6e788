"""What is said of bad cases: each changes the good ones in `cases/good.yaml`, and the whole message is asserted.

`PYTHONPATH=. python tests/test_bad_cases.py` writes what is said now into the table; read the difference first.
"""

import contextlib
import io
import os
import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_bad_input import changed
from trials import HERE, tried, write

from checker.cli import run

TABLE = HERE / "faults.yaml"
KEYS = {"case", "change", "write", "remove", "arguments", "says"}
GOOD = "law/cases/good.yaml"
Case = dict[str, Any]


def cases() -> list[Case]:
    found: list[Case] = yaml.safe_load(TABLE.read_text("utf-8"))
    return found


def make(folder: Path, case: Case) -> None:
    """Lay out the small agreement with its good cases, then what is bad; a name with a `/` at its end is a folder."""
    shutil.copytree(HERE / "law", folder / "law")
    write(folder / GOOD, changed((HERE / "good.yaml").read_text("utf-8"), case.get("change", {})))
    for name, text in case.get("write", {}).items():
        if name.endswith("/"):
            (folder / name).mkdir(parents=True)
        else:
            write(folder / name, text)
    for name in case.get("remove", []):
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def arguments(case: Case) -> list[str]:
    return ["test", *case.get("arguments", ["law"])]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in cases()])
def test_bad_cases_are_errors_with_their_whole_messages(
    case: Case, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(folder, case)
    assert run(arguments(case)) == 2
    assert capsys.readouterr() == ("", case["says"])


def test_the_good_cases_are_good(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(folder, {})
    assert run(["test", "law"]) == 0
    assert capsys.readouterr() == ("trust-a: 2 of 2 cases came as expected\n", "")


def test_the_command_says_the_same_and_exits_with_2(folder: Path) -> None:
    case = cases()[0]
    make(folder, case)
    done = tried("law", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", case["says"])


def test_nothing_is_written_where_the_cases_are_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(folder, cases()[0])
    assert run(["test", "law", "--output", "out.txt"]) == 2
    assert capsys.readouterr().err
    assert not (folder / "out.txt").exists()


@pytest.mark.parametrize("name", ["a.yml", "a.YAML"])
def test_a_file_of_cases_may_have_another_suffix(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(folder, {})
    (folder / GOOD).rename(folder / "law" / "cases" / name)
    assert run(["test", "law"]) == 0
    assert capsys.readouterr().out == "trust-a: 2 of 2 cases came as expected\n"


def test_every_row_of_the_table_is_whole_and_has_a_name_of_its_own() -> None:
    assert [name for name, times in Counter(case["case"] for case in cases()).items() if times > 1] == []
    assert [case["case"] for case in cases() if not {"case", "says"} <= case.keys() <= KEYS] == []


def test_the_table_has_every_code_that_cases_have() -> None:
    said = "".join(case["says"] for case in cases())
    assert set(re.findall(r"^E9\d\d", said, flags=re.MULTILINE)) == {f"E90{number}" for number in range(1, 7)}


def said(case: Case) -> str:
    """Return what is said of a case now."""
    err = io.StringIO()
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stderr(err):
        make(Path(name), case)
        os.chdir(name)
        try:
            code = run(arguments(case))
        finally:
            os.chdir(here)

    assert code == 2, f"{case['case']}: exit code {code}"
    return err.getvalue()


def retold() -> str:
    """Return the table with what is said now."""
    parts = re.split(r"(?m)^(?=- case: )", TABLE.read_text("utf-8"))
    told = []
    for part, case in zip(parts[1:], cases(), strict=True):
        block = "".join(f"    {line}".rstrip(" ") + "\n" for line in said(case).splitlines())
        told.append(re.sub(r"(?ms)^  says:.*", lambda _, block=block: f"  says: |\n{block}", part))
    return parts[0] + "\n".join(told)


if __name__ == "__main__":
    TABLE.write_text(retold(), "utf-8")
