"""`checker lint --format json` says whatever text says, with ranges that an editor can underline."""

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from builders import NAME
from small import CASE, condition, small

import checker
from checker.cli import run
from checker.faults import Fault, Place
from checker.lint import Looked
from checker.lint.as_json import render
from checker.load.policies import shipped

SCHEMA = json.loads((Path(checker.__file__).parent / "lint" / "lint.schema.json").read_text("utf-8"))
AMENDMENT = "2004-12-28-amendment-1.yaml"
COUNTS = {"policies": 1, "files of cases": 2}
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def _no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the proofs, which say nothing of the format."""
    monkeypatch.setattr("checker.proof.needs.find_spec", lambda _name: None)


def linted(capsys: pytest.CaptureFixture[str], *folders: Path) -> tuple[int, Json]:
    """Return the exit code and the document, which fits its schema; nothing else is printed."""
    code = run(["lint", *map(str, folders), "--format", "json"])
    out, error = capsys.readouterr()
    assert error == ""
    found: Json = json.loads(out)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return code, found


def law(folder: Path, old: str, new: str, file: str = AMENDMENT) -> Path:
    """Return a copy of the policies that ship, one text changed."""
    path = Path(shutil.copytree(shipped(), folder / "law")) / NAME / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    return folder / "law"


def underlined(fault: Json) -> str:
    start, end = fault["range"]["start"], fault["range"]["end"]
    assert start["line"] == end["line"]
    return (
        Path(fault["file"]).read_text("utf-8").split("\n")[start["line"] - 1][start["column"] - 1 : end["column"] - 1]
    )


def test_what_is_right_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = linted(capsys)
    assert (code, found["exit_code"], found["faults"], found["findings"]) == (0, 0, [], [])
    assert found["not_looked_at"].startswith("not looked at, for want of the solver z3: ")
    assert found["counts"]["files_of_cases"] > 1


def test_what_makes_no_sense_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = f"{condition('disposition.agreed', 'agreed')}bare:\n  require: disposition.price < $1.00\n"
    code, found = linted(capsys, small(tmp_path, bare, cases=CASE))
    assert (code, found["exit_code"], found["faults"]) == (1, 1, [])
    assert {each["code"] for each in found["findings"]} >= {"L101"}
    [bare_] = [each for each in found["findings"] if each["code"] == "L101"]
    assert (underlined(bare_), bare_["help"]) == ("bare", "quote the words, or say under `assumes` what it rests on")


def test_what_is_wrong_exits_2_and_is_on_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = linted(capsys, law(tmp_path, "require: loan.defaulted", "require: loan.defualted"))
    [fault] = found["faults"]
    assert (code, found["exit_code"], found["findings"]) == (2, 2, [])
    assert (fault["code"], fault["message"]) == ("E204", "no fact or term named `loan.defualted`")
    assert (fault["help"], underlined(fault)) == ("did you mean `loan.defaulted`?", "loan.defualted")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("require: loan.defualted", id="plain"),
        pytest.param("require: 'true = (loan.defualted)'", id="single quotation marks"),
        pytest.param(
            'require: "not (\\"a\\" = \\"b\\") and loan.defualted"', id="double quotation marks, with escapes"
        ),
        pytest.param("require: |\n          true\n            and loan.defualted", id="literal"),
        pytest.param("require: >\n          true\n          and loan.defualted", id="folded"),
    ],
)
def test_the_range_is_that_of_the_name_however_it_is_quoted(
    written: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = linted(capsys, law(tmp_path, "require: loan.defaulted", written))
    assert [underlined(fault) for fault in found["faults"]] == ["loan.defualted"]


@pytest.mark.parametrize(
    ("old", "new", "code", "text"),
    [
        pytest.param("title:", "titel:", "E304", "titel", id="a key"),
        pytest.param("executed: 2004-12-28", "executed: 2004-12-32", "E401", "2004-12-32", id="a value"),
        pytest.param("policy: ", "policy: &a ", "E009", "&a", id="a fault of form"),
        pytest.param("\npolicy: ", "\npolicy:\t", "E004", "\t", id="a fault of the file"),
    ],
)
def test_a_fault_of_form_has_its_range_too(
    old: str, new: str, code: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = linted(capsys, law(tmp_path, old, new))
    assert text in [underlined(fault) for fault in found["faults"] if fault["code"] == code]


def test_a_folder_that_is_not_there_has_no_range(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = linted(capsys, tmp_path / "none")
    [fault] = found["faults"]
    assert (code, fault["code"], fault["file"], fault["range"]) == (2, "E001", str(tmp_path / "none"), None)


def rendered(place: Place | None) -> Json:
    looked = Looked(faults=(Fault(code="E001", message="a", place=place),), doubts=(), counts=COUNTS, is_blind=False)
    found: Json = json.loads(render(looked))
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    [fault] = found["faults"]
    return {key: fault[key] for key in ("file", "cell", "range")}


def test_a_column_is_a_character_and_the_end_is_behind_the_last() -> None:
    place = Place(file="a", line=3, column=4, width=2, source="\U0001f600\u00e9 bc d")
    start, end = {"line": 3, "column": 4}, {"line": 3, "column": 6}
    assert rendered(place) == {"file": "a", "cell": None, "range": {"start": start, "end": end}}


def test_a_line_without_a_column_is_its_start() -> None:
    start = {"line": 3, "column": 1}
    assert rendered(Place(file="a", line=3))["range"] == {"start": start, "end": start}


def test_a_cell_of_a_workbook_has_its_name_and_no_range() -> None:
    place = Place(file="a.xlsx", line=7, column=2, cell="Pool!B7")
    assert rendered(place) == {"file": "a.xlsx", "cell": "Pool!B7", "range": None}


def test_a_fault_of_no_file_says_so() -> None:
    assert rendered(None) == {"file": None, "cell": None, "range": None}


def test_the_same_bytes_come_from_the_same_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert linted(capsys) == linted(capsys)
