"""The command as a process: its exit codes, its output, and what it does not touch or ask."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "policies/impac-cmb-2004-10/examples"
CLEAN = EXAMPLES / "defaulted-sale.yaml"
PURCHASE = EXAMPLES / "optional-purchase.yaml"


def checker(*arguments: object, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "checker", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, check=False)


def changed(folder: Path, batch: Path, old: str, new: str) -> Path:
    (folder / "tape.csv").write_bytes((EXAMPLES / "tape.csv").read_bytes())
    text = batch.read_text()
    assert old in text
    (folder / batch.name).write_text(text.replace(old, new))
    return folder / batch.name


def test_an_undecided_batch_exits_3() -> None:
    assert checker("check", PURCHASE).returncode == 3


def test_a_permitted_batch_exits_0() -> None:
    assert checker("check", CLEAN).returncode == 0


def test_a_refused_batch_exits_1(tmp_path: Path) -> None:
    assert checker("check", changed(tmp_path, CLEAN, "role: third_party", "role: master_servicer")).returncode == 1


def test_a_wrong_batch_exits_2_and_decides_nothing(tmp_path: Path) -> None:
    run = checker("check", changed(tmp_path, CLEAN, "under: 3.13(f)", "undr: 3.13(f)"))
    assert (run.returncode, run.stdout) == (2, b"")


def test_a_permitted_purchase_that_was_not_certified_in_time_exits_4(tmp_path: Path) -> None:
    adopted = "        # adopted:\n        #   reading: floor\n        #   adopted_by: the name of who decides\n"
    policies = tmp_path / "policies"
    policies.mkdir()
    for path in (ROOT / "policies/impac-cmb-2004-10").glob("*.yaml"):
        text = path.read_text().replace(adopted, adopted.replace("# ", ""))
        text = text.replace("        #   adopted_on", "          adopted_on").replace(
            "        #   because", "          because"
        )
        (policies / path.name).write_text(text)
    late = changed(tmp_path, PURCHASE, "sent_to_custodian: 2005-03-31", "sent_to_custodian: 2005-04-01")
    assert checker("check", late, "--policies", policies).returncode == 0
    assert checker("check", late, "--policies", policies, "--as-of", "2005-04-01").returncode == 4


@pytest.mark.parametrize(
    "arguments", [("--help",), ("check", "--help"), ("explain", "--help"), ("schema", "--help"), ("lint", "--help")]
)
def test_every_help_has_an_example(arguments: tuple[str, ...]) -> None:
    assert b"example" in checker(*arguments).stdout


@pytest.mark.parametrize(
    "arguments", [("check",), ("check", "x", "--format", "xml"), ("check", "x", "--al"), ("chek",)]
)
def test_unknown_words_exit_2(arguments: tuple[str, ...]) -> None:
    assert checker(*arguments).returncode == 2


def test_the_output_file_has_the_same_bytes_and_nothing_else_is_written(tmp_path: Path) -> None:
    batch = changed(tmp_path, CLEAN, "a", "a")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    printed = checker("check", batch).stdout
    assert checker("check", batch, "--output", tmp_path / "report.txt").returncode == 0
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert after == {**before, "report.txt": printed}


def test_the_policies_of_the_current_folder_are_not_law(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "evil.yaml").write_text("policy: evil\n")
    assert checker("check", CLEAN, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "environment", [{"TZ": "Asia/Tokyo"}, {"PYTHONHASHSEED": "7"}, {"LC_ALL": "C"}, {"COLUMNS": "20"}]
)
def test_the_environment_changes_no_byte(environment: dict[str, str]) -> None:
    assert checker("check", EXAMPLES, **environment).stdout == checker("check", EXAMPLES).stdout
