"""What `checker test` prints of cases that come otherwise, in three formats, and how it exits.

`PYTHONPATH=. python tests/test_case_output.py` writes `cases/failing.txt` anew; read the difference first.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from builders import FOLDER
from reports import REPORT
from trials import HERE, ROOT, case, law, tried, write

from checker import __version__
from checker.cli import run
from checker.faults import printable

GOLDEN = HERE / "failing.txt"
FORMATS = ("text", "json", "junit")
each_format = pytest.mark.parametrize("form", FORMATS)

LONG = "A title that is so long that it does not go on one line of a terminal, and is broken between two of its words."
CASES = [
    case("What comes as expected is not shown."),
    case("A price one cent too low.", every={"price": "1009.99"}),
    case("A price that is high enough.", "refused", {"2.1/price": "fail"}),
    case("A loan whose default nobody knows.", tape={"loans": {"2": {"defaulted": None}}}),
    case(
        "One reading of two.",
        "undecided",
        {"2.1/size": {"either": "fail"}},
        dispositions=["rest"],
        every={"price": "3000"},
    ),
    case("A rule of another section.", rules={"2.2/price": "pass"}),
    case("A notice that is late.", notice=None, as_of="2011-04-04"),
    case("A notice that was sent.", notice=None, rules={"2.1/notify": "met"}),
    case("Whatever else stops it.", also="any", notice=None, tape={"loans": {"1": {"defaulted": "true"}}}),
    case("A loan twice.", "refused", {"builtin/listed-once": "pass"}, dispositions=["1", "1"]),
    case(LONG, "refused", {"2.1/current": "fail"}, tape={"loans": {"1": {"defaulted": "true"}}}, notice={"form": "C"}),
]
# They cover the condition `current` of the first version.
KNOWING = [
    case(),
    case("In default.", "refused", {"2.1/current": "fail"}, tape={"every": {"defaulted": "true"}}),
    case("Not known.", "undecided", {"2.1/current": "unknown"}, tape={"every": {"defaulted": None}}),
]
EVIL = 'Ends here: <script>alert("1")</script> & ]]> \x1b[31m\x07\x00\u202e "PERMITTED" \'é\''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed(*arguments: str | Path, code: int = 1) -> str:
    """Return what the command prints, of folders and with options."""
    options = ["--output", "out", *(one for one in arguments if isinstance(one, str))]
    assert run(["test", *options, *(str(one) for one in arguments if isinstance(one, Path))]) == code
    return Path("out").read_bytes().decode()


def ask(*arguments: str | Path, code: int = 1) -> Any:
    return json.loads(printed("--format", "json", *arguments, code=code))


def tree(*arguments: str | Path, code: int = 1) -> ET.Element:
    return ET.fromstring(printed("--format", "junit", *arguments, code=code))  # noqa: S314 (our own)


# Text.


def whole() -> str:
    """Return the whole text on the failing cases, as it is printed where the small agreement is `law`."""
    with TemporaryDirectory() as name:
        law(Path(name) / "law", *CASES)
        return tried("law", cwd=Path(name)).stdout.decode()


def test_the_whole_text_is_the_one_that_was_read_and_agreed() -> None:
    assert whole() == GOLDEN.read_text("utf-8")


def test_what_comes_as_expected_is_counted_and_no_more(folder: Path) -> None:
    assert printed(law(folder / "law", case()), code=0) == "trust-a: 1 of 1 cases came as expected\n"


def test_why_is_told_in_the_words_of_check(folder: Path) -> None:
    text = printed(law(folder / "law", *CASES))
    batch = {
        "batch": "case",
        "agreement": "trust-a",
        "date": "2011-03-31",
        "tape": {"file": "tape.csv", "as_of": "2011-03-31"},
        "dispositions": [{"loan": "1", "under": "2.1", "price": "1009.99"}],
        "notice": {"form": "B", "sent": "2011-03-31"},
    }
    write(folder / "batch.json", json.dumps(batch))
    write(folder / "tape.csv", "loan_id,stated_principal_balance,interest,defaulted\n1,1000.00,10.00,false\n")
    assert run(["check", "batch.json", "--policies", "law", "--output", "checked"]) == 1
    (told,) = re.findall(r"(?m)^  2.1/price  FAIL  line 1.*\n(?:    .*\n)+", (folder / "checked").read_text())
    assert told in text


# JSON.

OUTCOME = {"title", "at", "right", "expected", "deviations", "why"}
SCHEMA = json.loads(REPORT.read_text("utf-8"))
FINDING = jsonschema.Draft202012Validator({"$ref": "#/$defs/finding", "$defs": SCHEMA["$defs"]})


def test_the_json_has_these_keys_and_no_others(folder: Path) -> None:
    found = ask(law(folder / "law", *CASES), "--coverage")
    (one,) = found["agreements"]
    assert found.keys() == {"format", "checker", "right", "agreements"}
    assert one.keys() == {"agreement", "cases", "coverage", "mutation"}
    assert {key for outcome in one["cases"] for key in outcome} == OUTCOME
    assert {key for outcome in one["cases"] for key in outcome["expected"]} == {"decision", "rules", "only"}
    assert {key for o in one["cases"] for each in o["deviations"] for key in each} == {"rule", "expected", "came"}
    assert {key for each in one["coverage"] for key in each} == {"policy", "limbs", "covered", "percent", "lacking"}
    limbs = [limb for each in one["coverage"] for limb in each["lacking"]]
    assert {key for limb in limbs for key in limb} == {"rule", "reading", "text", "at", "lacks"}


def test_why_is_told_as_findings_of_a_report(folder: Path) -> None:
    (one,) = ask(law(folder / "law", *CASES))["agreements"]
    found = [finding for outcome in one["cases"] for finding in outcome["why"]]
    assert len(found) > len(CASES)
    for finding in found:
        FINDING.validate(finding)


def test_the_json_says_what_was_expected_what_came_and_why(folder: Path) -> None:
    found = ask(law(folder / "law", *CASES))
    assert (found["format"], found["checker"], found["right"]) == (1, __version__, False)
    outcomes = {outcome["title"]: outcome for outcome in found["agreements"][0]["cases"]}
    assert list(outcomes) == [one["title"] for one in CASES]
    outcome = outcomes["One reading of two."]
    assert outcome["right"] is False
    assert outcome["at"] == {"file": str(folder / "law" / "cases" / "a.json"), "line": 75}
    assert outcome["expected"] == {"decision": "undecided", "rules": {"2.1/size": {"either": "fail"}}, "only": True}
    assert outcome["deviations"] == [
        {"rule": "", "expected": "undecided", "came": "permitted"},
        {"rule": "2.1/size (either)", "expected": "fail", "came": "pass"},
    ]
    assert [(why["rule"], why["status"], why["readings"]) for why in outcome["why"]] == [
        ("2.1/size", "pass", {"either": "pass", "both": "pass"})
    ]


def test_a_case_that_comes_as_expected_has_no_why(folder: Path) -> None:
    folder = law(folder / "law", case(), case("Another.", notice=None), case("Any.", also="any"))
    found = ask(folder, code=0)
    assert found["right"] is True
    assert [(one["right"], one["deviations"], one["why"]) for one in found["agreements"][0]["cases"]] == [
        (True, [], [])
    ] * 3
    assert [one["expected"]["only"] for one in found["agreements"][0]["cases"]] == [True, True, False]


def test_what_was_not_asked_for_is_empty(folder: Path) -> None:
    (one,) = ask(law(folder / "law", case()), code=0)["agreements"]
    assert (one["coverage"], one["mutation"]) == ([], [])


def test_no_mutant_is_tried_while_a_case_comes_otherwise(folder: Path) -> None:
    assert ask(law(folder / "law", *CASES), "--mutate")["agreements"][0]["mutation"] == []
    said = "no mutant was tried: the cases must come as expected first\n"
    assert printed(folder / "law", "--mutate").endswith(f"\n\n{said}")
    assert said not in printed(folder / "law")


# JUnit.


def test_the_junit_counts_a_test_a_case_and_its_failures(folder: Path) -> None:
    root = tree(law(folder / "law", *CASES))
    (suite,) = root
    assert (root.tag, root.get("name"), suite.tag, suite.get("name")) == (
        "testsuites",
        "checker test",
        "testsuite",
        "trust-a",
    )
    assert (suite.get("tests"), suite.get("failures")) == (str(len(CASES)), str(len(CASES) - 1))
    assert len(suite.findall("testcase")) == len(CASES)
    assert len(suite.findall("testcase/failure")) == len(CASES) - 1


def test_the_junit_tells_of_a_failure_what_the_text_tells(folder: Path) -> None:
    found = tree(law(folder / "law", *CASES)).findall("*/testcase/failure")
    text = printed(folder / "law")
    assert [failure.text for failure in found] == text.rstrip("\n").split("\n\n")[1:]
    assert [failure.get("message") for failure in found] == re.findall(r"(?m)^FAILED .*$", text)


@pytest.mark.parametrize(("least", "failures"), [(0, 0), (100, 2)])
def test_the_junit_has_a_test_for_the_coverage_of_each_version(folder: Path, least: int, failures: int) -> None:
    folder = law(folder / "law", case())
    suite = tree(folder, "--coverage-min", str(least), code=1 if failures else 0)[0]
    tests = suite.findall("testcase")[1:]
    assert [test.get("name") for test in tests] == [
        f"trust-a/{name}: at least {least} % of the limbs are covered" for name in ("first", "second")
    ]
    assert (suite.get("tests"), suite.get("failures")) == ("3", str(failures))
    told = [failure.text or "" for failure in suite.findall("testcase/failure")]
    assert all("limbs" in text.splitlines()[0] and "    never " in text for text in told)


# What a title or a folder is called.


def test_a_title_steers_no_terminal(folder: Path) -> None:
    text = printed(law(folder / "law", case(EVIL, "refused", {"2.1/current": "fail"})))
    assert [one for one in text if not one.isprintable() and one != "\n"] == []
    assert "<script>alert(" in text


def test_a_title_is_in_the_json_as_it_was_written(folder: Path) -> None:
    (outcome,) = ask(law(folder / "law", case(EVIL)), code=0)["agreements"][0]["cases"]
    assert outcome["title"] == EVIL


@pytest.mark.parametrize("came", ["as expected", "otherwise"])
def test_a_title_is_no_markup_in_the_junit(folder: Path, came: str) -> None:
    says = case(EVIL) if came == "as expected" else case(EVIL, "refused", {"2.1/current": "fail"})
    root = tree(law(folder / "law", says), code=int(came == "otherwise"))
    assert root.findall(".//script") == []
    assert [test.get("name") for test in root.findall("*/testcase")] == [printable(EVIL)]
    assert [("<script>" in (failure.text or "")) for failure in root.findall("*/testcase/failure")] == (
        [True] if came == "otherwise" else []
    )


@pytest.mark.parametrize("name", ["law\x07", "law\n", "law\x1b[31m", "l\u202ea\ufffew", 'l<a>&"w', "l\udcffaw"])
@each_format
def test_the_name_of_a_folder_neither_steers_nor_breaks_what_is_printed(folder: Path, form: str, name: str) -> None:
    text = printed(law(folder / name, *CASES[:3]), "--format", form, "--coverage")
    if form == "junit":
        (file,) = {test.get("file") for test in tree(folder / name).findall("*/testcase")} - {None}
        assert file == printable(str(folder / name / "cases" / "a.json")).replace("\n", "\\n")
    elif form == "json":
        assert len(json.loads(text)["agreements"][0]["cases"]) == 3
    assert [one for one in text if not one.isprintable() and one != "\n" and form != "json"] == []
    assert "law\n/" not in text


# The formats say the same.


def in_text(text: str) -> list[tuple[str, str, str, list[str]]]:
    """Return place, title and deviations of every failure in a text."""
    found = []
    for block in text.rstrip("\n").split("\n\n")[1:]:
        first, *lines = block.split("\n")
        file, _, line = first.removeprefix("FAILED ").rpartition(":")
        at = next(n for n, text in enumerate(lines) if re.match(r"  \S+.*: expected .*, came ", text))
        told = [text.strip() for text in lines if re.match(r"  \S.*: expected .*, came ", text)]
        found.append((file, line, " ".join(text.strip() for text in lines[:at]), told))
    return found


def in_json(found: Any) -> list[tuple[str, str, str, list[str]]]:
    return [
        (
            one["at"]["file"],
            str(one["at"]["line"]),
            one["title"],
            [f"{d['rule'] or 'the decision'}: expected {d['expected']}, came {d['came']}" for d in one["deviations"]],
        )
        for agreement in found["agreements"]
        for one in agreement["cases"]
        if not one["right"]
    ]


def in_junit(root: ET.Element) -> list[tuple[str, str, str, list[str]]]:
    return [
        (
            test.get("file", ""),
            test.get("line", ""),
            test.get("name", ""),
            re.findall(r"(?m)^  (\S.*: expected .*, came .*)$", failure.text or ""),
        )
        for test in root.findall("*/testcase")
        for failure in test.findall("failure")
    ]


def test_the_three_formats_name_the_same_failures(folder: Path) -> None:
    law(folder / "law", *CASES)
    found = in_json(ask(folder / "law"))
    assert in_text(printed(folder / "law")) == found == in_junit(tree(folder / "law"))
    assert [title for _, _, title, _ in found] == [one["title"] for one in CASES[1:]]


def test_json_and_junit_name_the_same_cases_and_the_text_counts_them(folder: Path) -> None:
    law(folder / "law", *CASES)
    titles = [one["title"] for one in ask(folder / "law")["agreements"][0]["cases"]]
    assert [test.get("name") for test in tree(folder / "law").findall("*/testcase")] == titles
    assert printed(folder / "law").startswith(f"trust-a: 1 of {len(titles)} cases ")


def test_the_three_formats_name_the_same_limbs(folder: Path) -> None:
    law(folder / "law", *KNOWING)
    found = [
        limb
        for each in ask(folder / "law", "--coverage", code=0)["agreements"][0]["coverage"]
        for limb in each["lacking"]
    ]
    assert "loan.defaulted" not in {limb["text"] for limb in found}
    text = printed(folder / "law", "--coverage", code=0)
    suite = tree(folder / "law", "--coverage-min", "100")[0]
    for told in (text, "\n".join(failure.text or "" for failure in suite.findall("*/failure"))):
        lines = re.findall(r"(?m)^  (.*):(\d+): (\S+)(?: \((.*)\))?\n(?:    .*\n)+?    never (.*)$", told)
        assert [(*one[:3], one[3] or None, one[4].split(", ")) for one in lines] == [
            (limb["at"]["file"], str(limb["at"]["line"]), limb["rule"], limb["reading"], limb["lacks"])
            for limb in found
        ]


# Where cases are, and how it exits.


def second(folder: Path) -> Path:
    """Write another agreement with a case of its own."""
    law(folder, case("Of the other."))
    for path in folder.glob("*.yaml"):
        path.write_text(path.read_text().replace("trust-a", "trust-b"))
    return folder


def test_a_folder_of_agreements_is_tested_agreement_by_agreement(folder: Path) -> None:
    second(folder / "all" / "b")
    law(folder / "all" / "a", case())
    text = printed(folder / "all", code=0)
    assert text == "trust-a: 1 of 1 cases came as expected\ntrust-b: 1 of 1 cases came as expected\n"


def test_two_folders_are_tested_in_the_order_in_which_they_are_given(folder: Path) -> None:
    found = tree(second(folder / "b"), law(folder / "a", *CASES))
    assert [(suite.get("name"), suite.get("failures")) for suite in found] == [
        ("trust-b", "0"),
        ("trust-a", str(len(CASES) - 1)),
    ]


def test_one_agreement_that_is_not_right_is_not_made_right_by_another(folder: Path) -> None:
    wrong, right = law(folder / "a", *CASES), second(folder / "b")
    assert ask(right, wrong)["right"] is ask(wrong, right)["right"] is False


def test_without_a_folder_those_that_ship_are_tested_and_every_limb_of_them_is_covered() -> None:
    done = tried("--coverage-min", "100")
    first, *versions = done.stdout.decode().rstrip("\n").split("\n\n")
    assert re.fullmatch(rf"{FOLDER.name}: (\d+) of \1 cases came as expected", first)
    assert all(re.fullmatch(r"coverage of \S+: (\d+) of \1 limbs, 100 %", version) for version in versions)
    assert (done.returncode, len(versions), done.stderr) == (0, 2, b"")


def test_all_cases_as_expected_exit_0(folder: Path) -> None:
    assert run(["test", str(law(folder / "law", case())), "--output", "out"]) == 0


def test_one_case_that_comes_otherwise_exits_1(folder: Path) -> None:
    assert run(["test", str(law(folder / "law", case(), CASES[1])), "--output", "out"]) == 1


def test_coverage_alone_never_fails(folder: Path) -> None:
    assert "coverage of trust-a/first: " in printed(law(folder / "law", case()), "--coverage", code=0)


def test_the_least_coverage_itself_is_enough_and_a_percent_more_is_not(folder: Path) -> None:
    law(folder / "law", *KNOWING)
    (folder / "law" / "second.yaml").unlink()
    percent = ask(folder / "law", "--coverage", code=0)["agreements"][0]["coverage"][0]["percent"]
    assert 0 < percent < 100
    assert ask(folder / "law", "--coverage-min", str(percent), code=0)["right"] is True
    assert ask(folder / "law", "--coverage-min", str(percent + 1), code=1)["right"] is False


def test_each_version_must_have_the_least_coverage_by_itself(folder: Path) -> None:
    found = ask(law(folder / "law", *KNOWING), "--coverage-min", "1", code=1)["agreements"][0]["coverage"]
    assert [one["percent"] > 0 for one in found] == [True, False]


def test_a_case_that_comes_otherwise_exits_1_however_much_is_covered(folder: Path) -> None:
    assert run(["test", str(law(folder / "law", CASES[1])), "--coverage-min", "0", "--output", "out"]) == 1


@pytest.mark.parametrize("percent", ["101", "abc", "-1", "99.5", "", "1e1", "\u0665", "100%"])
def test_what_is_no_percent_exits_2(percent: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(["test", f"--coverage-min={percent}"])
    assert stop.value.code == 2
    message = f"argument --coverage-min: `{percent}` is not a whole number from 0 to 100\n"
    assert capsys.readouterr().err.endswith(message)


@pytest.mark.parametrize("extra", [["--format", "csv"], ["--cover"], ["--policies", "law"]])
def test_an_option_that_there_is_not_exits_2(extra: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(["test", *extra])
    assert stop.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_an_output_that_cannot_be_written_exits_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(law(folder / "law", case())), "--output", "none/out"]) == 2
    assert capsys.readouterr() == ("", "E609: cannot write the output: no such file or directory\n --> none/out\n")


@each_format
def test_the_output_file_has_the_bytes_of_standard_output(folder: Path, form: str) -> None:
    law(folder / "law", *CASES)
    done = tried("law", "--coverage", "--format", form, cwd=folder)
    to_file = tried("law", "--coverage", "--format", form, "--output", "out", cwd=folder, PYTHONHASHSEED="7")
    assert (done.returncode, to_file.returncode, to_file.stdout, done.stderr) == (1, 1, b"", b"")
    assert done.stdout == (folder / "out").read_bytes()
    assert len(done.stdout) > 1000


@each_format
def test_two_fresh_processes_print_the_same_bytes(form: str) -> None:
    arguments = ["--coverage", "--format", form]
    first, again = (tried(*arguments, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert first.stdout == again.stdout
    assert first.stdout.endswith(b"\n")
    assert first.returncode == again.returncode == 0


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        pytest.param("sys.modules['checker.proof.run'] = None", 70, id="an import error is our bug"),
        pytest.param("import checker.proof.trial as t; t.decide = None", 70, id="an error in judging is our bug"),
        pytest.param("import checker.proof.coverage as c; c.limbs = None", 70, id="an error in covering is our bug"),
        pytest.param("import checker.proof.as_text as t; t.render = None", 70, id="an error in printing is our bug"),
        pytest.param("pass", 0, id="nothing broken"),
    ],
)
def test_a_bug_is_never_taken_for_a_failing_case(breaks: str, code: int) -> None:
    call = "from checker.__main__ import main; sys.exit(main())"
    text = f"import sys; {breaks}; sys.argv = ['checker', 'test', '--coverage']; {call}"
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr, bool(done.stdout)) == (code, code == 70, code == 0)


def test_nothing_else_lies_among_the_cases_of_the_tests() -> None:
    names = {"law", "good.yaml", "faults.yaml", GOLDEN.name}
    assert {path.name for path in HERE.iterdir()} == names


if __name__ == "__main__":
    GOLDEN.write_text(whole(), "utf-8")
