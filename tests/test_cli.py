"""The command as a pipeline runs it: processes, their exit codes and bytes, and the files that they leave alone."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from builders import DAY, FOLDER, adopting, certification, files, line, loans, proposal
from oracle import Certification, Line
from reports import AFTER, EXAMPLES, over

import checker
from checker.document import strict
from checker.load.policies import shipped
from checker.report import FORMATS

ROOT = Path(checker.__file__).parent.parent
AMENDMENT = "2004-12-28-amendment-1.yaml"
Done = subprocess.CompletedProcess[bytes]


def ran(*arguments: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> Done:
    """Run the command in a folder, with nothing of this process's environment but what it needs to start."""
    own = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "checker", *map(os.fsencode, arguments)]
    return subprocess.run(command, cwd=cwd, env=own | dict(env or {}), capture_output=True, check=False)


def check(*arguments: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> Done:
    return ran("check", *arguments, cwd=cwd, env=env)


def exercise(folder: Path, *lines: Line, certified: Certification | None = None) -> Path:
    """Write a batch of these lines, or of six loans that are exactly 1.00% of the pool."""
    pool = over("0.00")
    said = proposal(lines or [line(each) for each in pool[:6]], certification=certified or certification())
    return files(folder, pool, [said])[0]


def policies(folder: Path, old: str = "", new: str = "") -> Path:
    """Write the policies that ship, with one text for another."""
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("examples"))
    text = (folder / AMENDMENT).read_text()
    assert old in text
    (folder / AMENDMENT).write_text(text.replace(old, new) if old else text)
    return folder


# Exit codes.


def test_a_permitted_batch_exits_0(tmp_path: Path) -> None:
    done = check(exercise(tmp_path))
    assert (done.returncode, done.stdout[:9], done.stderr) == (0, b"PERMITTED", b"")


def test_a_refused_batch_exits_1(tmp_path: Path) -> None:
    done = check(exercise(tmp_path, line(over("0.00")[0], buyer_role="affiliate")))
    assert (done.returncode, done.stdout[:7], done.stderr) == (1, b"REFUSED", b"")


def test_a_batch_that_is_wrong_exits_2_and_decides_nothing(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    path.write_text(path.read_text().replace('"batch"', '"bach"'))
    done = check(path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"E304: a batch has no key `bach`\n" in done.stderr


def test_a_policy_that_is_wrong_exits_2_and_decides_nothing(tmp_path: Path) -> None:
    own = policies(tmp_path / "own", "require: loan.defaulted", "require: loan.defualted")
    done = check(EXAMPLES / "defaulted-sale.yaml", "--policies", own)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"did you mean `loan.defaulted`?" in done.stderr


def test_an_undecided_batch_exits_3(tmp_path: Path) -> None:
    done = check(exercise(tmp_path, line(over("0.00")[0])))
    assert (done.returncode, done.stdout[:9], done.stderr) == (3, b"UNDECIDED", b"")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"sent_to_custodian": DAY + AFTER}, id="late"),
        pytest.param({"form": "Exhibit C"}, id="defective"),
    ],
)
def test_a_permitted_batch_with_an_obligation_that_lapsed_exits_4(tmp_path: Path, said: dict[str, object]) -> None:
    path = exercise(tmp_path, certified=certification(**said))
    done = check(path, "--as-of", str(DAY + AFTER))
    assert (done.returncode, done.stdout[:9]) == (4, b"PERMITTED")


def test_without_as_of_what_is_late_later_is_not_late_yet(tmp_path: Path) -> None:
    path = exercise(tmp_path, certified=certification(sent_to_custodian=DAY + AFTER))
    assert check(path).returncode == 0


def test_an_input_that_is_wrong_outranks_a_batch_that_is_refused(tmp_path: Path) -> None:
    refused, wrong = exercise(tmp_path, line(over("0.00")[0], buyer_role="affiliate")), tmp_path / "wrong.yaml"
    wrong.write_text("batch: b\n")
    done = check(refused, wrong)
    assert (done.returncode, done.stdout) == (2, b"")


def test_the_code_is_that_of_the_worst_batch(tmp_path: Path) -> None:
    pool, defective = over("0.00"), certification(form="Exhibit C")
    lapsed = proposal([line(each) for each in pool[:6]], "lapsed", certification=defective)
    undecided = proposal([line(pool[6], "3.18", price=None)], "undecided")
    refused = proposal([line(loans("1")[0], "3.18", buyer_role="affiliate")], "refused")
    found = files(tmp_path, pool, [refused, undecided, lapsed])
    assert [check(*some).returncode for some in (found, found[1:], found[2:])] == [1, 3, 4]


# Bugs of ours.


@pytest.mark.parametrize(
    "module",
    [
        "checker.cli",
        "checker.api",
        "checker.lang.evaluate",
        "checker.report.as_text",
        "checker.document.block",
        "argparse",
    ],
)
def test_a_module_that_cannot_be_imported_exits_70_and_never_1(tmp_path: Path, module: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules['{module}'] = None\n")
    done = check(EXAMPLES / "defaulted-sale.yaml", env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"})
    assert (done.returncode, done.stdout) == (70, b"")
    assert done.stderr.startswith(b"Traceback (most recent call last):")
    assert done.stderr.endswith(b"\nThis is a bug in checker: nothing was decided.\n")


@pytest.mark.parametrize("file", ["judge.py", "decide.py", "cli.py"])
@pytest.mark.parametrize(
    "bug",
    [
        pytest.param("raise SystemError", id="an exception at import"),
        pytest.param("def judge(:", id="no Python"),
        pytest.param(
            "def _fails(*_):\n    raise KeyError\n\n\njudge = decide = run = _fails", id="an exception in use"
        ),
    ],
)
def test_a_bug_in_the_package_exits_70(tmp_path: Path, file: str, bug: str) -> None:
    shutil.copytree(ROOT / "checker", tmp_path / "checker", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "checker" / file).open("a") as code:
        code.write(f"\n\n{bug}\n")
    batch, env = EXAMPLES / "defaulted-sale.yaml", {"PYTHONPATH": str(tmp_path)}
    done = check(batch, "--policies", FOLDER, env=env, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr[:9]) == (70, b"", b"Traceback")


def test_the_installed_command_has_the_guarded_entry_point() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert '\n[project.scripts]\nchecker = "checker.__main__:main"\n' in text


# The output, and nothing but the output.


def tree(folder: Path) -> dict[Path, tuple[int, bytes]]:
    """Return every file under a folder with its time and content."""
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("form", FORMATS)
def test_the_output_file_has_the_bytes_of_standard_output(tmp_path: Path, form: str) -> None:
    path = exercise(tmp_path)
    printed = check(path, "--format", form)
    written = check(path, "--format", form, "--output", tmp_path / "report")
    assert (written.stdout, written.returncode) == (b"", printed.returncode)
    assert (tmp_path / "report").read_bytes() == printed.stdout


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["check", "proposals", "--all"], id="check"),
        pytest.param(["check", "proposals", "--policies", "law"], id="check by other policies"),
        pytest.param(["check", "proposals/a.json", "--as-of", "2004-01-01"], id="an input that is wrong"),
        pytest.param(["explain", "3.18"], id="explain"),
        pytest.param(["schema", "batch"], id="schema"),
        pytest.param(["lint", "law"], id="lint"),
    ],
)
def test_nothing_is_written(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "proposals").mkdir()
    exercise(tmp_path / "proposals")
    shutil.copytree(shipped(), tmp_path / "law")
    before = tree(tmp_path), tree(shipped())
    done = ran(*command, cwd=tmp_path)
    assert done.stdout or done.returncode == 2
    assert (tree(tmp_path), tree(shipped())) == before


def test_with_output_only_that_file_is_written(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    before = tree(tmp_path)
    check(path, "--output", "report.txt", cwd=tmp_path)
    after = tree(tmp_path)
    assert after.pop(tmp_path / "report.txt")[1].startswith(b"PERMITTED")
    assert after == before


def test_an_input_that_is_wrong_leaves_an_older_report_alone(tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("older")
    done = check(tmp_path / "none.yaml", "--output", tmp_path / "report.txt")
    assert (done.returncode, (tmp_path / "report.txt").read_text()) == (2, "older")


@pytest.mark.parametrize("name", ["a.json", "tape.csv"])
def test_an_input_is_not_overwritten(tmp_path: Path, name: str) -> None:
    path = exercise(tmp_path)
    before = tree(tmp_path)
    done = check(path, "--output", tmp_path / name)
    assert (done.returncode, tree(tmp_path)) == (2, before)
    assert done.stderr == b"E609: the output would overwrite an input\n --> %s\n" % bytes(tmp_path / name)


def test_an_output_that_cannot_be_written_exits_2(tmp_path: Path) -> None:
    done = check(exercise(tmp_path), "--output", tmp_path / "none" / "report.txt")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"E609: cannot write the output: no such file or directory\n")


def test_a_reader_who_has_left_is_no_bug(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "checker", "check", str(exercise(tmp_path))]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (2, b"E609: cannot write the output: broken pipe\n --> standard output\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_no_decision(tmp_path: Path) -> None:
    done = check(exercise(tmp_path), "--output", "/dev/full")
    assert (done.returncode, done.stdout, b"no space left on device" in done.stderr) == (2, b"", True)


# What is read, and what is not.


def test_policies_in_the_current_folder_are_not_the_law(tmp_path: Path) -> None:
    path = exercise(tmp_path, line(over("0.00")[0], buyer_role="affiliate"))
    for name in ("policies", ".", "checker-policies"):
        policies(
            tmp_path / name / FOLDER.name, 'disposition.buyer.role = "master_servicer"', "given(disposition.price)"
        )
    done = check(path.name, cwd=tmp_path)
    own = check(path.name, "--policies", "policies", cwd=tmp_path)
    assert (done.returncode, b"3.13(g)/buyer  FAIL" in done.stdout) == (1, True)
    assert b"3.13(g)/buyer  FAIL" not in own.stdout


def test_other_policies_are_the_law_where_they_are_named(tmp_path: Path) -> None:
    path = exercise(tmp_path, line(over("0.00")[0]))
    own = policies(tmp_path / "own")
    (own / AMENDMENT).write_text(adopting((own / AMENDMENT).read_text(), "3.13(g)/size", "floor"))
    assert [check(path).returncode, check(path, "--policies", own).returncode] == [3, 0]


def test_an_empty_folder_is_enough_to_run_in(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    assert check(exercise(there), cwd=here).returncode == 0
    assert list(here.iterdir()) == []


ENVIRONMENTS: dict[str, dict[str, str]] = {
    "hashes seeded by 1": {"PYTHONHASHSEED": "1"},
    "hashes seeded by 4242": {"PYTHONHASHSEED": "4242"},
    "far east": {"TZ": "Pacific/Kiritimati"},
    "far west": {"TZ": "Etc/GMT+12"},
    "the C locale": {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "a locale with decimal commas": {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
    "a narrow ASCII terminal": {"PYTHONIOENCODING": "ascii", "TERM": "dumb", "COLUMNS": "20", "NO_COLOR": "1"},
    "optimized": {"PYTHONOPTIMIZE": "2"},
    "a developer": {"PYTHONDEVMODE": "1", "PYTHONWARNINGS": "error"},
}


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_inputs_give_the_same_bytes_everywhere(tmp_path: Path, form: str) -> None:
    pool = over("0.0001")
    lines = [line(each, buyer_name="Société Générale §", price=None) for each in pool[:6]]
    path = files(tmp_path, pool, [proposal([*lines, line(pool[6], "3.18")])])[0]
    wanted = check(path, "--format", form, env={"PYTHONHASHSEED": "0"}).stdout
    found = {name: check(path, "--format", form, env=env) for name, env in ENVIRONMENTS.items()}
    assert len(wanted) > 400
    assert {name: (done.stdout, done.stderr) for name, done in found.items()} == dict.fromkeys(found, (wanted, b""))


def test_the_current_folder_changes_only_the_names_of_files(tmp_path: Path) -> None:
    exercise(tmp_path)
    inside, outside = check("a.json", cwd=tmp_path).stdout, check(tmp_path / "a.json").stdout
    assert inside == outside.replace(os.fsencode(tmp_path) + b"/", b"")


def test_errors_too_are_the_same_bytes_everywhere(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    path.write_text(path.read_text().replace('"batch"', '"bach"').replace('"date"', '"dat"'))
    found = {check(path, env={"PYTHONHASHSEED": seed}).stderr for seed in "0123"}
    assert len(found) == 1


@pytest.mark.parametrize("form", FORMATS)
def test_the_name_of_a_folder_that_is_no_text_is_no_bug(tmp_path: Path, form: str) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("file names are text here")
    done = check(exercise(folder), "--format", form)
    assert (done.returncode, done.stdout.decode() != "", done.stderr) == (0, True, b"")
    assert form != "json" or json.loads(done.stdout)["decision"] == "permitted"


# Several batches.


def split_exercise(folder: Path, *names: str) -> list[Path]:
    """Write an exercise of six loans, over 1.00% by a cent together, over as many batches as there are names."""
    pool = over("0.01")
    lines = [line(each) for each in pool[:6]]
    size = len(lines) // len(names)
    said = [proposal(lines[at * size : (at + 1) * size], name) for at, name in enumerate(names)]
    return files(folder, pool, said)


def test_an_exercise_split_over_two_files_is_judged_as_one(tmp_path: Path) -> None:
    first, second = split_exercise(tmp_path, "a", "b")
    assert [check(first).returncode, check(second).returncode] == [3, 3]
    assert check(first, second).returncode == check(tmp_path).returncode == 1


def test_the_order_of_files_changes_no_byte(tmp_path: Path) -> None:
    first, second = split_exercise(tmp_path, "a", "b")
    assert check(first, second).stdout == check(second, first).stdout


def test_a_folder_is_its_yaml_and_json_files(tmp_path: Path) -> None:
    split_exercise(tmp_path, "a", "b", "c")
    (tmp_path / "a.json").rename(tmp_path / "a.yaml")
    (tmp_path / "b.json").rename(tmp_path / "b.yml")
    (tmp_path / "notes.txt").write_text("no batch")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "d.yaml").write_text("no batch: either")
    names = [each["batch"] for each in json.loads(check(tmp_path, "--format", "json").stdout)["batches"]]
    assert names == ["a", "b", "c"]


def test_a_folder_without_batches_exits_2(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"E608: the folder holds no batch\n --> %s\n" % bytes(tmp_path)


def test_two_batches_with_one_name_exit_2(tmp_path: Path) -> None:
    first, second = split_exercise(tmp_path, "a", "b")
    second.write_text(second.read_text().replace('"batch": "b"', '"batch": "a"'))
    done = check(first, second)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"E605: two batches have the name `a`\n" in done.stderr


def test_one_file_given_twice_exits_2(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    assert check(path, path).returncode == check(path, tmp_path).returncode == 2


def test_every_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    for path in split_exercise(tmp_path, "a", "b"):
        path.write_text(path.read_text().replace('"date"', '"dat"'))
    errors = check(tmp_path).stderr
    assert [b"--> %s:1" % bytes(tmp_path / name) in errors for name in ("a.json", "b.json")] == [True, True]


# Arguments.


COMMANDS = ("check", "explain", "schema", "lint", "completion")


def test_the_help_names_every_command_the_exit_codes_and_an_example() -> None:
    text = ran("--help").stdout.decode()
    assert all(re.search(rf"\n    {command}\s", text) for command in COMMANDS)
    assert "\nexample:\n  checker check " in text
    assert all(f"  {code} " in text for code in (0, 1, 2, 3, 4, 70))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_has_examples_that_it_understands(command: str, tmp_path: Path) -> None:
    (tmp_path / "proposals").mkdir()
    split_exercise(tmp_path / "proposals", "a")
    shutil.copytree(shipped(), tmp_path / "policies")
    text = ran(command, "--help").stdout.decode()
    examples = text.partition("\nexample:\n")[2].partition("\n\n")[0].splitlines()
    assert [each.split()[:2] for each in examples] == [["checker", command]] * len(examples) != []
    words = [each.replace('"', "").partition(" > ")[0].split()[1:] for each in examples]
    assert {ran(*each, cwd=tmp_path).returncode for each in words} <= {0, 1}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param([], b"the following arguments are required: COMMAND", id="no command"),
        pytest.param(["judge"], b"invalid choice: 'judge'", id="an unknown command"),
        pytest.param(["chec"], b"invalid choice: 'chec'", id="half a command"),
        pytest.param(["--vers"], b"the following arguments are required: COMMAND", id="half an option alone"),
        pytest.param(["check"], b"the following arguments are required: BATCH", id="no batch"),
        pytest.param(["check", "a", "--format", "xml"], b"invalid choice: 'xml'", id="an unknown format"),
        pytest.param(["check", "a", "--form", "json"], b"unrecognized arguments: --form json", id="half an option"),
        pytest.param(["check", "a", "--strict"], b"unrecognized arguments: --strict", id="an unknown option"),
        pytest.param(["check", "a", "--as-of", "31/03/2011"], b"`31/03/2011` is not a date", id="another date format"),
        pytest.param(["check", "a", "--as-of", "2011-02-30"], b"there is no day `2011-02-30`", id="no day"),
        pytest.param(["schema", "pool"], b"invalid choice: 'pool'", id="an unknown schema"),
        pytest.param(["completion"], b"the following arguments are required: SHELL", id="no shell"),
    ],
)
def test_arguments_that_are_wrong_exit_2(arguments: Sequence[str], error: bytes) -> None:
    done = ran(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert error in done.stderr


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param(["check", "none.yaml"], b"E001: cannot read the file: no such file or directory\n", id="no file"),
        pytest.param(["check", "a.json", "--policies", "none"], b"E001: there is no such folder\n", id="no policies"),
        pytest.param(["check", "a.json", "--policies", "."], b"E30", id="policies that are none"),
        pytest.param(
            ["schema", "batch", "--agreement", "x"], b"E601: no policy for the agreement `x`\n", id="no terms"
        ),
        pytest.param(["explain", "3.13(g)/sise"], b"E610: no rule or section `3.13(g)/sise`\n", id="no such rule"),
    ],
)
def test_names_that_are_wrong_exit_2(tmp_path: Path, arguments: Sequence[str], error: bytes) -> None:
    exercise(tmp_path)
    done = ran(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(error)


def test_as_of_before_the_date_of_a_batch_exits_2(tmp_path: Path) -> None:
    done = check(exercise(tmp_path), "--as-of", str(DAY - AFTER))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"E606: --as-of 2005-03-30 is before the date of the batch `a`, 2005-03-31\n")


def test_the_version_is_that_of_the_package() -> None:
    assert ran("--version").stdout.decode() == f"checker {checker.__version__}\n"


def test_the_schema_of_a_batch_is_json_that_names_the_facts() -> None:
    schema = json.loads(ran("schema", "batch").stdout)
    assert "fair_market_value" in schema["properties"]["every"]["properties"]


def test_the_template_of_a_section_is_a_file_of_a_batch(tmp_path: Path) -> None:
    (tmp_path / "batch.yaml").write_bytes(ran("explain", "3.13(g)", "--template").stdout)
    root = strict.load(tmp_path / "batch.yaml").root
    assert isinstance(root, strict.Mapping)
    assert {key.text for key, _ in root.entries} >= {"batch", "tape", "dispositions"}


def test_a_policy_whose_name_ends_in_capitals_is_law_all_the_same(tmp_path: Path) -> None:
    agreement = ROOT / "policies/impac-cmb-2004-10"
    for path in agreement.glob("*.yaml"):
        name = path.name.upper() if "amendment" in path.name else path.name
        (tmp_path / name).write_bytes(path.read_bytes())
    assert check(agreement / "examples/defaulted-sale.yaml", "--policies", tmp_path).returncode == 0


def law(folder: Path) -> Path:
    """Return a copy of the policies that ship."""
    return Path(shutil.copytree(FOLDER.parent, folder / "law"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", "3.18", "--policies"),
        ("boundaries", "--policies"),
        ("test",),
        ("tape", str(FOLDER / "examples" / "tape.csv"), "--as-of", "2005-03-31", "--policies"),
        ("check", str(FOLDER / "examples" / "defaulted-sale.yaml"), "--policies"),
    ],
    ids=["explain", "boundaries", "test", "tape", "check"],
)
def test_no_command_writes_over_the_policies(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = law(tmp_path)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name in ("facts.yaml", "2004-12-28-amendment-1.yaml"):
        done = ran(*arguments, folder, "--output", folder / FOLDER.name / name)
        assert (done.returncode, done.stdout, b"E609" in done.stderr) == (2, b"", True)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_report_is_not_written_over_what_ships() -> None:
    own = ROOT / "checker" / "facts.yaml"
    before = own.read_bytes()
    done = check(FOLDER / "examples" / "defaulted-sale.yaml", "--format", f"text={own}")
    assert (done.returncode, b"E609" in done.stderr, own.read_bytes()) == (2, True, before)


def test_a_closed_output_is_an_error_and_no_bug() -> None:
    example = shlex.quote(str(FOLDER / "examples" / "defaulted-sale.yaml"))
    command = f"{shlex.quote(sys.executable)} -m checker check {example} >&-"
    own = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    done = subprocess.run(["/bin/bash", "-c", command], cwd=ROOT, env=own, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        b"E609: cannot write the output: standard output is closed\n --> standard output\n",
    )


def test_nothing_is_written_where_one_of_several_files_cannot_be(tmp_path: Path) -> None:
    example = FOLDER / "examples" / "defaulted-sale.yaml"
    done = check(example, "--format", f"json={tmp_path / 'a.json'}", "--format", f"text={tmp_path / 'none' / 'a.txt'}")
    assert (done.returncode, (tmp_path / "a.json").exists()) == (2, False)


def test_a_layout_and_an_empty_table_of_lines_are_inputs_too(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "examples" / "tape.csv", tmp_path)
    (tmp_path / "lay.yaml").write_text(
        "layout: mine\ntitle: Mine\ndelimiter: comma\nheader: true\n"
        f"columns: [{(tmp_path / 'tape.csv').read_text().splitlines()[0]}]\n"
        "read: {loan_id: {type: text}}\nfacts: {loan.loan_id: row.loan_id}\n"
    )
    (tmp_path / "lines.csv").write_text("loan,under\n")
    (tmp_path / "batch.yaml").write_text(
        f"batch: b\nagreement: {FOLDER.name}\ndate: 2005-03-31\n"
        "tape: {file: tape.csv, as_of: 2005-03-31, layout: lay.yaml}\ndispositions: {file: lines.csv}\n"
    )
    assert check(tmp_path / "batch.yaml").returncode == 3
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for path in before:
        done = check(tmp_path / "batch.yaml", "--format", f"json={path}")
        assert (done.returncode, b"would overwrite an input" in done.stderr) == (2, True)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
