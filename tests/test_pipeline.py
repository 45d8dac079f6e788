"""The action and the hook as GitHub and pre-commit run them: their scripts in bash, on batches of every decision."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from bench.book_data import write
from builders import certification, files, line, proposal
from formats import Seen, as_html, commands
from oracle import Proposal
from reports import AFTER, DAY, over
from test_cli import policies

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
STEPS = {step["id"]: step for step in ACTION["runs"]["steps"]}
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
NASTY = [
    "a; touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    'it\'s "here"',
    "-x",
    "two\nlines",
    "::error::x",
    "é |&<>*",
]
EXERCISE = [line(each) for each in over("0.00")[:6]]
OVER = [line(each) for each in over("0.01")[:6]]
each_nasty = pytest.mark.parametrize("nasty", NASTY)


class Ran(NamedTuple):
    """What a runner has of a step: its exit code, its log, its outputs, and its summary."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


def said(name: str) -> Proposal:
    """Return a proposal that comes to this decision."""
    late = certification(sent_to_custodian=DAY + AFTER)
    return {
        "permitted": proposal(EXERCISE, "a"),
        "refused": proposal([line(over("0.00")[0], buyer_role="affiliate")], "a"),
        "undecided": proposal(EXERCISE[:1], "a"),
        "lapsed": proposal(EXERCISE, "a", certification=late),
    }[name]


def proposals(folder: Path, decision: str) -> Path:
    """Write a folder of batches that comes to a decision; `none`: one that is wrong."""
    folder.mkdir(parents=True)
    (path,) = files(folder, over("0.00"), [said("permitted" if decision == "none" else decision)])
    if decision == "none":
        path.write_text(path.read_text().replace('"agreement"', '"@octocat ::error::x ##[add-mask]x"'))
    return folder


def step(root: Path, crash: int = 0, **inputs: str) -> Ran:
    """Run the step that checks in a workspace, with its inputs in the environment as GitHub puts them there."""
    temporary = root.parent / f"{root.name}-runner"
    install(temporary, crash)
    given = {key: str(each.get("default", "")) for key, each in ACTION["inputs"].items()} | inputs
    own = {
        key: EXPRESSION.sub(lambda found: given[found[1].removeprefix("inputs.")], value)
        for key, value in STEPS["check"]["env"].items()
    }
    files_ = {"GITHUB_OUTPUT": temporary / "output", "GITHUB_STEP_SUMMARY": temporary / "summary"}
    script = temporary / "script.sh"
    script.write_text(STEPS["check"]["run"])
    for path in files_.values():
        path.write_text("")
    env = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(temporary), "GITHUB_ACTION_PATH": str(ROOT)} | own
    env |= {key: str(path) for key, path in files_.items()}
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    done = subprocess.run(bash, cwd=root, env=env, capture_output=True, text=True, check=False)
    lines = files_["GITHUB_OUTPUT"].read_text().splitlines()
    outputs = dict(each.split("=", 1) for each in lines)
    return Ran(done.returncode, done.stdout + done.stderr, outputs, files_["GITHUB_STEP_SUMMARY"].read_text())


def install(temporary: Path, crash: int = 0) -> None:
    """Put the command where the action installs it, or one that ends otherwise."""
    command = temporary / "checker" / "bin" / "checker"
    command.parent.mkdir(parents=True, exist_ok=True)
    code = f"import sys; sys.path[0] = {str(ROOT)!r}; from checker.__main__ import main; sys.exit({crash} or main())"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(code)} "$@"\n')
    command.chmod(0o755)


# The action.


@pytest.mark.parametrize(
    ("decision", "code"), [("permitted", 0), ("refused", 1), ("none", 2), ("undecided", 3), ("lapsed", 4)]
)
def test_the_step_ends_with_the_exit_code_and_names_the_decision(tmp_path: Path, decision: str, code: int) -> None:
    proposals(tmp_path / "main" / "proposals", decision)
    done = step(tmp_path / "main", batches="proposals", **{"as-of": str(DAY + AFTER)})
    assert (done.code, done.outputs["decision"]) == (code, decision)
    assert Path(done.outputs["report"]).read_text() == done.summary != ""


@pytest.mark.parametrize(
    ("decision", "fail_on", "code"),
    [
        pytest.param("undecided", "refused", 0, id="undecided asks for a reviewer"),
        pytest.param("undecided", "refused, undecided", 3, id="undecided blocks"),
        pytest.param("refused", "refused", 1, id="refused blocks"),
        pytest.param("refused", "lapsed", 0, id="refused is only told"),
        pytest.param("lapsed", "refused,undecided", 0, id="lapsed is only told"),
        pytest.param("lapsed", "refused\nlapsed\n", 4, id="a word a line"),
        pytest.param("permitted", "", 0, id="nothing fails"),
        pytest.param("none", "", 2, id="what is wrong always fails"),
        pytest.param("none", "refused", 2, id="what is wrong fails whatever is named"),
    ],
)
def test_the_step_fails_on_what_was_named(tmp_path: Path, decision: str, fail_on: str, code: int) -> None:
    proposals(tmp_path / "main" / "proposals", decision)
    inputs = {"batches": "proposals", "as-of": str(DAY + AFTER), "fail-on": fail_on}
    done = step(tmp_path / "main", **inputs)
    assert (done.code, done.outputs["decision"]) == (code, decision)


@pytest.mark.parametrize("words", ["refusd", "refused, never", "*", "none", "permitted"])
def test_an_unknown_word_in_fail_on_is_an_error_before_anything_is_judged(tmp_path: Path, words: str) -> None:
    proposals(tmp_path / "main" / "proposals", "refused")
    done = step(tmp_path / "main", batches="proposals", **{"fail-on": words})
    assert (done.code, done.outputs) == (2, {"decision": "none"})
    assert done.log == "::error title=checker::fail-on knows refused, undecided and lapsed\n"


def test_every_line_of_the_log_is_an_annotation(tmp_path: Path) -> None:
    proposals(tmp_path / "main" / "proposals", "refused")
    found = commands(step(tmp_path / "main", batches="proposals").log)
    assert [each.name for each in found][:2] == ["error", "error"]
    assert {each.properties.get("file") for each in found[1:]} == {"proposals/a.json"}


def test_what_is_wrong_is_told_and_runs_no_command(tmp_path: Path) -> None:
    proposals(tmp_path / "main" / "proposals", "none")
    done = step(tmp_path / "main", batches="proposals")
    first, *quoted, resumed, last = done.log.splitlines()
    token = first.removeprefix("::stop-commands::")
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert (resumed, last) == (f"::{token}::", "::error title=checker::nothing was decided (exit code 2)")
    assert [each for each in quoted if "::error::x" in each] != []
    assert token not in step(tmp_path / "main", batches="proposals").log


def test_the_comment_on_what_is_wrong_calls_nobody(tmp_path: Path) -> None:
    proposals(tmp_path / "main" / "proposals", "none")
    seen = Seen(as_html(step(tmp_path / "main", batches="proposals").summary))
    assert seen.text.startswith("NOTHING WAS DECIDED\n")
    assert ("@octocat" in seen.text, seen.tags) == (True, ["h2", "pre", "code"])


def test_a_comment_on_what_is_wrong_is_short_enough(tmp_path: Path) -> None:
    folder = proposals(tmp_path / "main" / "proposals", "none")
    for number in range(300):
        shutil.copy(folder / "a.json", folder / f"{number}.json")
    done = step(tmp_path / "main", batches="proposals")
    assert (done.code, 30_000 < len(done.summary) < 65_536) == (2, True)


@pytest.mark.parametrize("code", [70, 127, 137])
def test_a_bug_is_no_decision(tmp_path: Path, code: int) -> None:
    proposals(tmp_path / "main" / "proposals", "refused")
    done = step(tmp_path / "main", crash=code, batches="proposals")
    assert (done.code, done.outputs["decision"]) == (code, "none")


def test_a_working_directory_that_is_not_there_is_no_decision(tmp_path: Path) -> None:
    (tmp_path / "main").mkdir()
    done = step(tmp_path / "main", batches="proposals", **{"working-directory": "gone"})
    assert (done.code, done.outputs) == (2, {"decision": "none"})


def test_the_policies_are_those_that_are_named_and_never_those_of_the_change(tmp_path: Path) -> None:
    change = proposals(tmp_path / "main" / "change" / "proposals", "refused").parent
    lax = 'disposition.buyer.role = "master_servicer"', "given(disposition.price)"
    policies(change / "policies", *lax)
    policies(tmp_path / "main" / "base")
    inputs = {"working-directory": "change", "batches": "proposals"}
    found = {each: step(tmp_path / "main", policies=each, **inputs).log for each in ("", "../base", "policies")}
    assert {each for each, log in found.items() if "3.13(g)/buyer%3A fail" in log} == {"", "../base"}


def test_more_formats_are_written_to_their_files(tmp_path: Path) -> None:
    proposals(tmp_path / "main" / "change" / "proposals", "permitted")
    inputs = {"working-directory": "change", "batches": "proposals", "formats": "sarif=a b.sarif\njunit=c.xml\n"}
    assert step(tmp_path / "main", **inputs).code == 0
    assert {path.name for path in (tmp_path / "main" / "change").iterdir()} == {"proposals", "a b.sarif", "c.xml"}


def test_a_book_in_parquet_is_judged_and_told(tmp_path: Path) -> None:
    write(tmp_path / "main", loans=2_000, lines=48, batches=4, agreements=2, formats=("parquet",))
    inputs = {"batches": "parquet.yaml", "policies": "policies", "formats": "junit=c.xml"}
    done = step(tmp_path / "main", **inputs)
    assert (done.code, done.outputs["decision"]) == (1, "refused")
    assert done.summary.startswith("## REFUSED, ON ")
    assert {each.properties["file"] for each in commands(done.log)[1:]} <= {"lines.parquet", "parquet.yaml"}
    assert (tmp_path / "main" / "c.xml").exists()


@each_nasty
def test_a_folder_with_any_name_is_checked_and_nothing_is_run(tmp_path: Path, nasty: str) -> None:
    proposals(tmp_path / "main" / nasty, "refused")
    done = step(tmp_path / "main", batches=nasty)
    assert (done.code, done.outputs["decision"]) == (1, "refused")
    assert [path.name for path in (tmp_path / "main").iterdir()] == [nasty]


@pytest.mark.parametrize("nasty", [each for each in NASTY if each != "-x"])
def test_a_checkout_with_any_name_is_gone_to_and_nothing_is_run(tmp_path: Path, nasty: str) -> None:
    proposals(tmp_path / "main" / nasty / "proposals", "refused")
    policies(tmp_path / "main" / nasty / nasty)
    inputs = {"working-directory": nasty, "batches": "proposals", "policies": nasty}
    assert step(tmp_path / "main", **inputs).outputs["decision"] == "refused"
    assert {path.name for path in (tmp_path / "main").rglob("*")}.isdisjoint({"pwned"})


@pytest.mark.parametrize("name", ["as-of", "policies", "formats"])
def test_an_input_is_one_argument(tmp_path: Path, name: str) -> None:
    proposals(tmp_path / "main" / "proposals", "permitted")
    done = step(tmp_path / "main", **{"batches": "proposals", name: "2005-04-01 --output=pwned"})
    assert (done.code, [path.name for path in (tmp_path / "main").iterdir()]) == (2, ["proposals"])


@each_nasty
def test_a_file_with_any_name_is_one_line_of_the_log(tmp_path: Path, nasty: str) -> None:
    folder = proposals(tmp_path / "main" / "proposals", "refused")
    (folder / "a.json").rename(folder / f"{nasty}.json")
    found = commands(step(tmp_path / "main", batches="proposals").log)
    assert {each.name for each in found} <= {"error", "warning", "notice"}
    assert len(found) == len(commands(step(tmp_path / "main", batches="proposals").log)) > 1


@pytest.mark.parametrize("name", ["policies", "as-of", "formats", "fail-on", "working-directory", "batches"])
@each_nasty
def test_an_input_of_any_text_runs_nothing(tmp_path: Path, name: str, nasty: str) -> None:
    proposals(tmp_path / "main" / "proposals", "permitted")
    done = step(tmp_path / "main", **{"batches": "proposals", name: nasty})
    assert (done.code, done.outputs.get("decision", "none")) == (2, "none")
    assert [path.name for path in (tmp_path / "main").iterdir()] == ["proposals"]


def test_nothing_of_the_folder_that_is_checked_is_taken_for_a_module(tmp_path: Path) -> None:
    root = tmp_path / "main"
    root.mkdir()
    for name in ("venv", "logging", "pip", "types", "os", "sitecustomize"):
        (root / f"{name}.py").write_text("raise SystemExit('pwned')")
    command = STEPS["install"]["run"].splitlines()[0]
    env = {"PYTHON": sys.executable, "RUNNER_TEMP": str(tmp_path), "PATH": os.environ["PATH"]}
    bash = [
        "bash",
        "--noprofile",
        "--norc",
        "-eo",
        "pipefail",
        "-c",
        command.replace(" -m venv", " -m venv --without-pip"),
    ]
    done = subprocess.run(bash, cwd=root, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, (tmp_path / "checker" / "bin" / "python").exists()) == (0, "", True)


def test_the_action_installs_itself_with_the_python_that_was_set_up(tmp_path: Path) -> None:
    python = tmp_path / "py thon"
    python.write_text(f'#!/bin/sh\nprintf "%s\\n" "$0" "$@" >> {shlex.quote(str(tmp_path / "log"))}\n')
    python.chmod(0o755)
    (tmp_path / "checker" / "bin").mkdir(parents=True)
    shutil.copy(python, tmp_path / "checker" / "bin" / "python")
    env = {"PYTHON": str(python), "RUNNER_TEMP": str(tmp_path), "GITHUB_ACTION_PATH": "/the action"}
    script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS["install"]["run"]]
    subprocess.run(script, env=env | {"PATH": os.environ["PATH"]}, check=True)
    called = (tmp_path / "log").read_text().splitlines()
    assert called[:5] == [str(python), "-I", "-m", "venv", str(tmp_path / "checker")]
    assert [called[5], *called[6:10], called[-1]] == [
        *(str(tmp_path / "checker/bin/python"), "-I", "-m", "pip", "install", "/the action[excel,duckdb]"),
    ]


def test_no_script_of_the_action_has_an_expression_in_it() -> None:
    scripts = [step["run"] for step in STEPS.values() if "run" in step]
    assert len(scripts) == 2
    assert [script for script in scripts if "${{" in script] == []


def test_every_input_is_described_and_used_and_every_output_is_set() -> None:
    used = {
        found
        for each in STEPS.values()
        for value in each.get("env", {}).values()
        for found in EXPRESSION.findall(value)
    }
    assert {f"inputs.{name}" for name in ACTION["inputs"]} == {each for each in used if each.startswith("inputs.")}
    assert [name for name, each in (ACTION["inputs"] | ACTION["outputs"]).items() if not each["description"]] == []
    outputs = {name: EXPRESSION.findall(each["value"]) for name, each in ACTION["outputs"].items()}
    assert outputs == {name: [f"steps.check.outputs.{name}"] for name in ("decision", "report")}
    assert {step.get("shell", "bash") for step in STEPS.values()} == {"bash"}


# Both judge the folder.


def split(folder: Path) -> tuple[Path, Path]:
    """Write an exercise that is over 1.00% together, and permitted by neither half to itself, as two files."""
    folder.mkdir(parents=True)
    first, second = files(folder, over("0.01"), [proposal(OVER[:3], "first"), proposal(OVER[3:], "second")])
    return first, second


def test_the_action_refuses_two_files_that_only_breach_together(tmp_path: Path) -> None:
    changed, _ = split(tmp_path / "main" / "proposals")
    assert step(tmp_path / "main", batches=f"proposals/{changed.name}").outputs["decision"] == "undecided"
    assert step(tmp_path / "main", batches="proposals").outputs["decision"] == "refused"


def hooked(root: Path, *arguments: str, changed: list[str]) -> subprocess.CompletedProcess[str]:
    """Run the hook as pre-commit does: its entry and arguments, and the changed files only where it takes them."""
    entry, *rest = shlex.split(HOOK["entry"])
    assert entry == "checker"
    command = [sys.executable, "-m", entry, *rest, *arguments, *(changed if HOOK["pass_filenames"] else [])]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)


def test_the_hook_refuses_two_files_that_only_breach_together_though_one_was_changed(tmp_path: Path) -> None:
    changed, _ = split(tmp_path / "proposals")
    done = hooked(tmp_path, "proposals", changed=[f"proposals/{changed.name}"])
    assert (done.returncode, done.stdout.startswith("refused: 2 batches\n")) == (1, True)
    assert hooked(tmp_path, f"proposals/{changed.name}", changed=[]).returncode == 3


def test_the_hook_passes_a_folder_that_is_permitted(tmp_path: Path) -> None:
    proposals(tmp_path / "proposals", "permitted")
    assert hooked(tmp_path, "proposals", changed=[]).returncode == 0


def test_the_hook_without_a_folder_is_an_error_that_asks_for_one(tmp_path: Path) -> None:
    done = hooked(tmp_path, changed=[])
    assert (done.returncode, "the following arguments are required: BATCH" in done.stderr) == (2, True)


def test_the_hook_has_only_keys_that_pre_commit_knows() -> None:
    known = {"id", "name", "description", "entry", "language", "always_run", "pass_filenames", "require_serial"}
    assert set(HOOK) == known | {"stages", "minimum_pre_commit_version"}
    assert (HOOK["always_run"], HOOK["pass_filenames"], HOOK["require_serial"]) == (True, False, True)


# The examples of the README.


def examples() -> list[dict[Any, Any]]:
    """Return the YAML of the README."""
    text = (ROOT / "README.md").read_text("utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)]


def workflow_steps() -> list[dict[str, Any]]:
    return [step for each in examples() if "jobs" in each for job in each["jobs"].values() for step in job["steps"]]


def test_the_examples_use_only_inputs_and_outputs_that_there_are() -> None:
    own = [step for step in workflow_steps() if step.get("uses", "").startswith("OWNER/checker@")]
    assert len(own) == 2
    assert {name for step in own for name in step["with"]} <= set(ACTION["inputs"])
    assert all("batches" in step["with"] for step in own)
    outputs = set(re.findall(r"steps\.checker\.outputs\.(\w+)", str(workflow_steps())))
    assert outputs == set(ACTION["outputs"])


def test_the_examples_write_no_expression_into_a_script_and_keep_no_credentials() -> None:
    assert [step["run"] for step in workflow_steps() if "${{" in step.get("run", "")] == []
    checkouts = [step for step in workflow_steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert {step["with"]["persist-credentials"] for step in checkouts} == {False}


def test_the_examples_ask_for_no_more_than_they_need() -> None:
    asked = [each["permissions"] for each in examples() if "jobs" in each]
    assert asked == [
        {"contents": "read", "pull-requests": "write"},
        {"contents": "read", "security-events": "write"},
    ]


def test_the_example_takes_its_policies_from_the_base_branch_beside_the_change() -> None:
    first, second, own, *_ = workflow_steps()
    assert (first["with"]["path"], "ref" in first["with"]) == (own["with"]["working-directory"], False)
    assert second["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    assert own["with"]["policies"].startswith(f"../{second['with']['path']}/")


def test_the_example_of_the_hook_names_it_and_a_folder() -> None:
    (config,) = [each for each in examples() if "repos" in each]
    (hook,) = config["repos"][0]["hooks"]
    assert (hook["id"], hook["args"][0]) == (HOOK["id"], "proposals")
