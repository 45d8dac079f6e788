"""The programs in `bench/` do not rot: what they judge, and that the rules by hand say of it what checker says."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parent / "bench"


@pytest.fixture
def one_batch(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program as a module, with those beside it."""
    monkeypatch.syspath_prepend(BENCH)
    return import_module("one_batch")


def wanted(one_batch: Any, folder: Path) -> list[tuple[Path, list[str]]]:
    """Return three of the batches, at 1.00% of the pool and over it, with what checker finds on them."""
    paths = one_batch.proposal.write(folder)[:3]
    command = [sys.executable, "-m", "checker", "check", "--all", "--format", "json"]
    reports = [subprocess.run([*command, str(path)], capture_output=True, text=True, check=False) for path in paths]
    return [(path, one_batch.equal.expected(report.stdout)) for path, report in zip(paths, reports, strict=True)]


def found(one_batch: Any, path: Path) -> list[str]:
    reading, by_hand = one_batch.reading, one_batch.by_hand
    prepare, judge = by_hand.load(reading.read_pool(path.with_name("tape.csv")))
    return one_batch.rows(judge(prepare(reading.read_batch(path))))  # type: ignore[no-any-return] # a program's module


def test_the_rules_by_hand_say_what_checker_says_of_every_rule_reading_and_line(one_batch: Any, tmp_path: Path) -> None:
    for path, rows in wanted(one_batch, tmp_path):
        one_batch.equal.check_equal("by hand", rows, found(one_batch, path))


def test_the_batches_have_every_decision_and_status_and_both_sections(one_batch: Any, tmp_path: Path) -> None:
    rows = [row for _, rows in wanted(one_batch, tmp_path) for row in rows]
    assert {row.split()[2] for row in rows} == {
        *("pass", "fail", "unknown", "disputed"),
        *("permitted", "refused", "undecided"),
    }
    assert {row.split()[1].partition("/")[0] for row in rows} == {"decision", "always", "builtin", "3.18", "3.13(g)"}
    assert [row.split()[2] for row in rows if "3.13(g)/size" in row] == ["pass", "disputed", "fail"]


def test_a_difference_stops_the_program_and_is_shown(one_batch: Any) -> None:
    with pytest.raises(SystemExit, match=r"by hand differs: it says \['1 a pass'\], not \['1 a fail'\]"):
        one_batch.equal.check_equal("by hand", ["1 a fail"], ["1 a pass"])


def test_a_peer_that_is_not_installed_is_named_and_left_out(
    one_batch: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(one_batch, "PEERS", {"nobody": ("no-such-package", "nobody", "load", ())})
    assert (one_batch.installed(), capsys.readouterr().out) == ({}, "  nobody: not installed (no-such-package)\n")
