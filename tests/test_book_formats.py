"""The report of a book in the formats of a pipeline says what its JSON says, each in its reader's own rules."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from bench.book_data import write
from formats import Found, Said, as_html, commands, said_in_commands, said_in_run, subject_of
from poison import HARMFUL, poisoned
from test_book import BATCHES, BOUGHT, LATE, MASTER, OTHER, REFUSED, RIGHT, UNDECIDED, Book, written
from test_book_page import judged
from test_formats import SARIF

from checker.engine.command import FIRST
from checker.report import markdown, renderer

Capsys = pytest.CaptureFixture[str]
DECISIONS = ("permitted", "refused", "undecided")
OUTCOME = {"fail": "failure", "late": "failure", "defective": "failure", "due": "skipped"}
OUTCOME |= {"disputed": "error", "unknown": "error"}
# In the order of how much they stand in the way.
STATUSES = ("fail", "disputed", "unknown", "defective", "late", "due")
PIPELINE = ("sarif", "junit", "github", "markdown")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return in each format, and as JSON with all of it, a book in which every rule has every status that it can."""
    folder = tmp_path_factory.mktemp("many")
    write(folder, loans=20_000, lines=480, batches=24, agreements=20, formats=("csv",))
    found = {form: printed(Book(folder / "csv.yaml", folder / "policies"), form) for form in ("text", *PIPELINE)}
    return found | {"json": printed(Book(folder / "csv.yaml", folder / "policies"), "json", "--all")}


def printed(book: Book, form: str, *options: str) -> str:
    """Return what the command writes in one format."""
    from checker.cli import run

    out = book.path.parent / f"report.{form}"
    words = ["check", str(book.path), "--policies", str(book.policies), "--engine", "duckdb"]
    assert run([*words, "--format", f"{form}={out}", *options]) in (0, 1, 3, 4)
    return out.read_text("utf-8")


def every(many: dict[str, str]) -> dict[str, Any]:
    """Return the JSON report with all findings."""
    found: dict[str, Any] = json.loads(many["json"])
    return found


def in_json(many: dict[str, str]) -> Said:
    found = every(many)
    of = {Found(one["batch"], one["rule"], subject_of(one["subject"]), one["status"]) for one in found["findings"]}
    return Said(found["decision"], of)


def run_of(text: str) -> dict[str, Any]:
    (found,) = json.loads(text)["runs"]
    return dict(found)


def suites(text: str) -> dict[str, dict[str, ET.Element]]:
    """Return the cases of each suite by their names, of which no two are the same."""
    found = {}
    for suite in ET.fromstring(text).findall("testsuite"):  # noqa: S314 (our own)
        cases = suite.findall("testcase")
        found[suite.attrib["name"]] = {case.attrib["name"]: case for case in cases}
        assert len(found[suite.attrib["name"]]) == len(cases)
        assert {case.attrib["classname"] for case in cases} == {suite.attrib["name"]}
    return found


def outcome(case: ET.Element) -> str:
    assert len(case) <= 1
    return case[0].tag if len(case) else "passed"


def worst(counts: dict[str, int]) -> str | None:
    return next((status for status in STATUSES if counts.get(status)), None)


# SARIF


def test_the_sarif_has_every_finding_at_a_place(many: dict[str, str]) -> None:
    SARIF.validate(json.loads(many["sarif"]))
    run = run_of(many["sarif"])
    assert said_in_run(run) == in_json(many)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"] == f"refused, on {len(every(many)['assumptions'])} assumptions"


def test_a_result_stands_at_the_row_that_it_is_of(tmp_path: Path) -> None:
    run = run_of(printed(written(tmp_path, [RIGHT, REFUSED, UNDECIDED]), "sarif"))
    rows = (tmp_path / "lines.csv").read_text().splitlines()
    for result in run["results"]:
        (place,) = (one["physicalLocation"] for one in result["locations"])
        (finding,) = result["properties"]["findings"]
        assert place["artifactLocation"]["uri"].endswith("/lines.csv")
        assert f",{finding['subject']['loan']}," in rows[place["region"]["startLine"] - 1]
    assert {result["level"] for result in run["results"]} == {"error", "warning"}


def test_a_row_of_parquet_has_no_line(tmp_path: Path) -> None:
    write(tmp_path, loans=2_000, lines=48, batches=4, agreements=2, formats=("parquet",))
    book = Book(tmp_path / "parquet.yaml", tmp_path / "policies")
    found = [place for one in run_of(printed(book, "sarif"))["results"] for place in one["locations"]]
    places = [one["physicalLocation"] for one in found if "lines" in one["physicalLocation"]["artifactLocation"]["uri"]]
    assert {("region" in place, place["artifactLocation"]["uri"].rpartition("/")[2]) for place in places} == {
        (False, "lines.parquet")
    }


def test_of_more_findings_than_are_asked_for_the_rest_is_counted(tmp_path: Path) -> None:
    lines = [REFUSED, *(f"one,{n:04},3.18,{n}.00,{MASTER}" for n in (103, 104, 105))]
    run = run_of(printed(written(tmp_path, lines), "sarif", "--explain-max", "2"))
    said = [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]
    assert len(run["results"]) == 2
    assert said[1] == "2 of 4 findings are not shown here"


def test_no_two_results_have_one_fingerprint(many: dict[str, str]) -> None:
    keys = Counter(
        (one["partialFingerprints"]["checkerFinding/v1"], one["properties"]["status"])
        for one in run_of(many["sarif"])["results"]
    )
    assert [key for key, times in keys.items() if times > 1] == []


def test_the_counts_of_the_book_are_properties_of_the_run(many: dict[str, str]) -> None:
    found, wanted = run_of(many["sarif"])["properties"], every(many)
    for name in ("decision", "engine", "book", "loans", "lines", "rules", "batches", "assumptions", "notes", "inputs"):
        assert found[name] == wanted[name]


def test_the_results_are_those_of_plain_python(tmp_path: Path) -> None:
    """Of which each has the same sentence and the same fingerprint; only their order is another."""
    write(tmp_path, loans=2_000, lines=96, batches=8, agreements=4, formats=("csv",))
    book = Book(tmp_path / "csv.yaml", tmp_path / "policies")
    found, plain = (
        {
            (one["partialFingerprints"]["checkerFinding/v1"], one["ruleId"], one["level"], one["message"]["text"])
            for one in run_of(printed(book, "sarif", "--engine", engine))["results"]
        }
        for engine in ("duckdb", "python")
    )
    assert found == plain
    assert len(found) > 30


# JUnit


def test_every_rule_and_every_batch_is_a_case(many: dict[str, str]) -> None:
    found, wanted = suites(many["junit"]), every(many)
    assert list(found) == ["bench", "bench: batches"]
    assert list(found["bench"]) == ["decision", *wanted["rules"]]
    assert list(found["bench: batches"]) == [one["batch"] for one in wanted["batches"]]


def test_a_rule_is_a_case_as_the_worst_of_what_it_found(many: dict[str, str]) -> None:
    cases, wanted = suites(many["junit"])["bench"], every(many)
    for rule, counts in wanted["rules"].items():
        status = worst(counts)
        assert outcome(cases[rule]) == (OUTCOME[status] if status else "passed")
        if status:
            assert cases[rule][0].attrib["type"] == status
            assert cases[rule][0].attrib["message"] == ", ".join(
                f"{count:,} {one}" for one, count in counts.items() if count
            )
            explained = Counter(re.findall(r"^  \S+  ([A-Z]+)  ", cases[rule][0].text or "", re.MULTILINE))
            assert explained == {one.upper(): min(counts[one], 3) for one in STATUSES if counts.get(one)}
    assert {outcome(case) for case in cases.values()} >= {"failure", "error"}


def test_a_batch_is_a_case_as_it_is_decided(many: dict[str, str]) -> None:
    cases = suites(many["junit"])["bench: batches"]
    wanted = {"permitted": "passed", "refused": "failure", "undecided": "error"}
    assert {name: outcome(case) for name, case in cases.items()} == {
        one["batch"]: wanted[one["decision"]] for one in every(many)["batches"]
    }
    assert outcome(suites(many["junit"])["bench"]["decision"]) == "failure"


def test_a_rule_that_nothing_asks_is_skipped_and_a_late_obligation_fails(tmp_path: Path) -> None:
    text = printed(written(tmp_path, BOUGHT, batches=LATE), "junit", "--as-of", "2005-04-30")
    cases = suites(text)["small"]
    assert (outcome(cases["decision"]), outcome(cases["3.13(g)/certify"])) == ("passed", "failure")
    assert cases["3.13(g)/certify"][0].attrib["type"] == "late"
    assert (outcome(cases["3.18/price"]), cases["3.18/price"][0].attrib["message"]) == ("skipped", "not asked")


# GitHub


def test_the_annotations_are_the_first_of_each_rule_and_status_and_the_rest_is_counted(many: dict[str, str]) -> None:
    wanted = in_json(many)
    found = said_in_commands(many["github"], [one["batch"] for one in every(many)["batches"]])
    assert found.decision == "refused"
    assert found.findings <= wanted.findings
    kinds = Counter(one.properties["title"] for one in commands(many["github"])[1:])
    assert set(kinds.values()) == {1}
    levels = Counter(one.name for one in commands(many["github"]))
    assert levels["error"] == 10
    assert max(levels.values()) <= 10
    lacking = re.search(r"([\d,]+) of ([\d,]+) findings are not shown", many["github"])
    assert lacking
    left, of = (int(text.replace(",", "")) for text in lacking.groups())
    assert (left, of) == (len(wanted.findings) - len(found.findings), len(wanted.findings))


# Markdown


def cells(many: dict[str, str]) -> list[list[str]]:
    """Return the rows of every table that a reader sees."""
    rows = re.findall("<tr>(.*?)</tr>", as_html(many["markdown"]), re.DOTALL)
    return [[re.sub("<.*?>", "", cell) for cell in re.findall("<t[dh]>(.*?)</t[dh]>", row)] for row in rows]


def test_the_comment_counts_lines_rules_and_batches(many: dict[str, str]) -> None:
    seen, wanted = cells(many), every(many)
    for decision, count in wanted["lines"].items():
        assert [decision, f"{count:,}"] in seen
    for rule, counts in wanted["rules"].items():
        assert [rule, *(f"{count:,}" if count else "" for count in counts.values())] in seen
    batches = [row[0] for row in seen if row[0].startswith("batch-")]
    refused = [one["batch"] for one in wanted["batches"] if one["decision"] == "refused"]
    assert len(batches) == 20
    assert set(batches) <= set(refused)
    assert "and 4 more, in the report as JSON" in many["markdown"]


def test_the_comment_lists_the_worst_batches_first(tmp_path: Path) -> None:
    batches = [*BATCHES, f"two,{OTHER},2005-03-31,,,,,"]
    text = printed(written(tmp_path, [RIGHT, REFUSED.replace("one", "two", 1)], batches=batches), "markdown")
    assert [row[0] for row in cells({"markdown": text}) if row[0] in ("one", "two")] == ["two", "one"]


def test_the_comment_has_the_first_finding_of_each_rule_and_status(many: dict[str, str]) -> None:
    found = re.findall(r"<code>(\S+)</code> <strong>([A-Z]+)</strong>", as_html(many["markdown"]))
    wanted = {(one.rule, one.status.upper()) for one in in_json(many).findings}
    assert Counter(found) == dict.fromkeys(wanted, 1)
    assert found[0][1] == "FAIL"
    assert len(many["markdown"]) < markdown.MOST


def test_of_a_longer_comment_the_first_parts_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "MOST", 1_700)
    text = printed(written(tmp_path, [RIGHT, REFUSED, UNDECIDED]), "markdown")
    assert text.startswith("## REFUSED")
    assert text.endswith("2 of 2 findings are not shown here**\n")


# All of them


@pytest.mark.parametrize("form", PIPELINE)
def test_a_permitted_book_has_nothing_to_say(form: str, tmp_path: Path) -> None:
    text = printed(written(tmp_path), form)
    assert ("FAIL" in text, "UNKNOWN" in text, "::error" in text, "<failure" in text) == (False,) * 4
    assert "permitted" in text.lower() or form == "junit"


def test_several_formats_at_once_are_as_each_alone(many: dict[str, str], tmp_path: Path, capsys: Capsys) -> None:
    write(tmp_path, loans=20_000, lines=480, batches=24, agreements=20, formats=("csv",))
    book = Book(tmp_path / "csv.yaml", tmp_path / "policies")
    forms = [word for form in PIPELINE for word in ("--format", f"{form}={tmp_path / form}")]
    done = book.check(capsys, *forms, "--format", "text")
    before = re.search(r"file=(\S+?)/lines.csv", many["github"])
    assert before
    for form in PIPELINE:
        assert (tmp_path / form).read_text().replace(str(tmp_path), before[1]) == many[form]
    blocks = Counter(re.findall(r"^  (\S+  [A-Z]+)  ", done.out.partition("First findings")[2], re.MULTILINE))
    assert max(blocks.values()) == FIRST["text"]


def test_a_row_a_line_is_no_format_of_a_book(tmp_path: Path, capsys: Capsys) -> None:
    done = written(tmp_path).check(capsys, "--format", "csv")
    assert (done.code, done.out) == (2, "")
    assert done.err == "E613: no report of a book as csv\n  = help: `--lines FILE.csv` writes a row for each line\n"


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_what_others_wrote_is_text_and_nothing_else(tmp_path: Path, text: str) -> None:
    line = f"one,0102,3.13(g),11.01,{MASTER}"
    report = judged(written(tmp_path, [RIGHT, line], batches=[*BATCHES, BATCHES[1].replace("one", "none", 1)]))
    text = text.replace("\ud800", "\udcff")  # no other half of a character can stand in the name of a file
    mean, clean = ({form: renderer(form, "engine")(poisoned(report, end)) for form in PIPELINE} for end in (text, "a"))
    assert [one.name for one in commands(mean["github"])] == [one.name for one in commands(clean["github"])]
    assert [list(map(outcome, cases.values())) for cases in suites(mean["junit"]).values()] == [
        list(map(outcome, cases.values())) for cases in suites(clean["junit"]).values()
    ]
    seen, wanted = (set(re.findall(r"</?\w+", as_html(one["markdown"]))) for one in (mean, clean))
    assert seen <= wanted | {"<code", "</code"}  # as code stands what is in backticks
    SARIF.validate(json.loads(mean["sarif"]))
