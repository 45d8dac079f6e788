"""The formats say the same of a run, each in its reader's own rules, whatever a batch says; and several at once."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from builders import files, line, loan, loans, proposal, shipped_policies
from formats import (
    GAP,
    Command,
    Found,
    Said,
    Seen,
    as_html,
    cases,
    commands,
    in_csv,
    in_github,
    in_json,
    in_junit,
    in_markdown,
    in_sarif,
    in_text,
    page,
    rendered,
    run_of,
    subjects,
)
from reports import CASES, CENT, case, over, reported
from test_cli import AMENDMENT, check, exercise, policies, tree

import checker
from checker.api import make_report
from checker.findings import Report
from checker.model import Status
from checker.report import FORMATS, as_sarif, markdown
from checker.report.escape import text
from checker.report.groups import brief, concerns

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0.schema.json").read_text("utf-8"))
SARIF = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
HOSTILE = [
    "::error file=x::y",
    "##[error]x",
    "%0A::add-mask::x, y: z",
    "a|b | c",
    "`code` and ``` fences",
    "<script>alert(1)</script><img src=x onerror=y>",
    "</details><!-- gone",
    "@octocat and @org/team, #1, org/repo#2, GH-3",
    "http://evil.example www.evil.example me@evil.example",
    "[x](http://evil.example) ![y](z) [1](0) {0}",
    "*bold* _it_ ~~gone~~ $x^2$ \\",
    "]]> &lt; &amp; ' \"",
    "=1+1",
    "+2",
    "# head",
    "@MAX(A1)",
    "-3",
    "1. one",
    "> quoted",
    "Société Générale §",
    "<div x",
]


def hostile(*, everything: bool = False) -> Report:
    """Return a report whose loans, buyers and batch all try to be something else than text."""
    pool = [loan(re.sub('[,"]', ";", name), "1000.00") for name in HOSTILE]  # the tape of a test has no quoted cells
    lines = [line(each, buyer_name=name, price=each.balance) for each, name in zip(pool, HOSTILE, strict=True)]
    names = [*HOSTILE[::3], "a @b, the batch c"]
    said = [proposal(lines[at :: len(names)], name) for at, name in enumerate(names)]
    return reported(pool, said, everything=everything)


@cache
def report(name: str) -> Report:
    """Return a case, or the hostile one, with everything."""
    return hostile(everything=True) if name == "hostile" else case(name, everything=True)


def many(count: int) -> Report:
    """Return a report of one batch with so many lines, each of which fails by another amount."""
    pool = [loan(str(n), f"{n}.00") for n in range(1, count + 1)]
    lines = [line(each, "3.18", price=Decimal(each.loan_id) + 1) for each in pool]
    return reported(pool, [proposal(lines, "many")], everything=True)


each_case = pytest.mark.parametrize("name", [*CASES, "hostile"])
each_form = pytest.mark.parametrize("form", FORMATS)

# They say the same.


@each_case
@pytest.mark.parametrize("read", [in_text, in_sarif, in_junit, in_markdown], ids=lambda read: read.__name__)
def test_a_format_names_the_rules_subjects_statuses_and_the_decision_of_the_json(
    name: str, read: Callable[[Report], Said]
) -> None:
    assert read(report(name)) == in_json(report(name))


@each_case
def test_the_annotations_name_findings_of_the_json_and_how_many_are_not_among_them(name: str) -> None:
    found, every = in_github(report(name)), in_json(report(name))
    assert found.decision == every.decision
    assert found.findings <= every.findings
    lacking = re.search(r"([\d,]+) of ([\d,]+) findings are not shown", rendered("github", report(name)))
    counted = tuple(int(count.replace(",", "")) for count in lacking.groups()) if lacking else (0, len(every.findings))
    assert counted == (len(every.findings - found.findings), len(every.findings))


@each_case
def test_the_csv_names_a_rule_of_the_json_for_each_line_that_is_stopped(name: str) -> None:
    every = in_json(report(name)).findings
    for batch, number, decision, rule in in_csv(report(name)):
        own = {(Found(batch, rule, f"line {number}", status)) for status in ("fail", "disputed", "unknown")}
        own |= {each for each in every if (each.batch, each.rule) == (batch, rule) and "line" not in each.subject}
        assert (decision == "permitted") == (rule == "")
        assert rule == "" or own & every


@each_case
def test_the_page_names_every_rule_and_the_decision(name: str) -> None:
    seen, every = Seen(rendered("html", report(name))).text.lower(), in_json(report(name))
    assert every.decision in seen
    assert {each.rule for each in every.findings if each.rule.lower() not in seen} == set()


def test_the_cases_have_a_finding_of_every_status_and_several_batches() -> None:
    found = {each.status for name in CASES for each in in_json(report(name)).findings}
    assert found == {str(status) for status in Status} - {"pass", "met"}
    assert max(len(report(name).batches) for name in CASES) > 1


@each_form
def test_the_same_hostile_report_is_laid_out_the_same_twice(form: str) -> None:
    assert rendered(form, hostile(everything=True)) == rendered(form, report("hostile"))


@each_case
def test_a_report_without_what_passes_is_the_one_that_was_not_asked_for_it(name: str) -> None:
    other = hostile() if name == "hostile" else case(name)
    assert brief(report(name)) == other


# SARIF.


@each_case
def test_the_sarif_fits_its_official_schema(name: str) -> None:
    SARIF.validate(json.loads(rendered("sarif", report(name))))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(["version"], "2.0.0", id="another version"),
        pytest.param(["runs", 0, "results", 0, "level"], "fatal", id="no level"),
        pytest.param(["runs", 0, "results", 0, "message"], {}, id="no message"),
        pytest.param(["runs", 0, "results", 0, "extra"], 1, id="another key"),
        pytest.param(["runs", 0, "tool", "driver", "rules", 0], {}, id="a rule without a name"),
    ],
)
def test_the_schema_refuses_what_is_no_sarif(path: list[Any], value: object) -> None:
    log = json.loads(rendered("sarif", report("refused")))
    *before, last = path
    inner = log
    for key in before:
        inner = inner[key]
    inner[last] = value
    assert not SARIF.is_valid(log)


@each_case
def test_every_result_has_its_rule_with_the_clause_and_a_place(name: str) -> None:
    run = run_of(report(name))
    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        quotes = {each.quote for batch in report(name).batches for each in batch.findings if each.rule == rule["id"]}
        assert rule["id"] == result["ruleId"]
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
        assert [quote for quote in quotes if quote in rule["help"]["text"].replace("{{", "{").replace("}}", "}")]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


@pytest.mark.parametrize("status", sorted({str(status) for status in Status} - {"pass", "met"}))
def test_the_level_of_a_result_follows_from_its_status(status: str) -> None:
    wanted = {"fail": "error", "due": "note"}.get(status, "warning")
    results = [result for name in CASES for result in run_of(report(name))["results"]]
    found = {result["level"] for result in results if result["properties"]["status"] == status}
    assert found == {wanted}


def located(folder: Path, path: Path, *, edit: Callable[[str], str] = str) -> list[dict[str, Any]]:
    """Return the results on a batch of two lines, of which the second fails, read from a file."""
    pool = loans("1000.00", "2000.00", "3000.00", "4000.00", "5000.00", "995000.00")
    lines = [line(each) for each in pool[:5]]
    lines[1] = line(pool[1], price=Decimal(1))
    (written,) = files(folder, pool, [proposal(lines, "a")])
    spread = written.read_text().replace("[{", "[\n{").replace("}, {", "},\n{")
    written.unlink()
    path.write_text(edit(spread))
    found = checker.read_batches([path], checker.Source(shipped_policies()))
    made = make_report(shipped_policies(), checker.check(shipped_policies(), found), everything=True)
    return [each for each in run_of(made)["results"] if each["ruleId"] == "3.13(g)/price"]


def test_a_result_stands_at_the_line_of_the_file_that_caused_it(tmp_path: Path) -> None:
    (result,) = located(tmp_path, tmp_path / "a.json")
    (place,) = [one["physicalLocation"] for one in result["locations"]]
    row = (tmp_path / "a.json").read_text().splitlines()[place["region"]["startLine"] - 1]
    assert ('"loan": "2"' in row, '"price": 1,' in row) == (True, True)


def test_a_fingerprint_is_not_of_where_a_finding_stands_or_what_it_amounts_to(tmp_path: Path) -> None:
    before = located(tmp_path, tmp_path / "a.json")
    dearer = located(tmp_path, tmp_path / "a.json", edit=lambda said: "\n" + said.replace('"price": 1,', '"price": 2,'))
    other = located(tmp_path, tmp_path / "a.json", edit=lambda said: said.replace('"batch": "a"', '"batch": "b"'))
    first, second, third = ([each["partialFingerprints"] for each in some] for some in (before, dearer, other))
    assert before[0]["message"] != dearer[0]["message"]
    assert (first == second, first == third) == (True, False)


@pytest.mark.parametrize("name", [*CASES])
def test_no_two_results_have_one_fingerprint_and_rule_in_a_batch(name: str) -> None:
    results = run_of(report(name))["results"]
    keys = Counter((each["partialFingerprints"]["checkerFinding/v1"], each["properties"]["status"]) for each in results)
    assert [key for key, times in keys.items() if times > 1] == []


def test_a_file_is_named_from_the_root_as_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("a b#?%é")
    folder.mkdir()
    located(tmp_path, tmp_path / "x.json")
    (result,) = located(folder, Path("./a b#?%é/y:1.json"))
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "a%20b%23%3F%25%C3%A9/y%3A1.json", "uriBaseId": "%SRCROOT%"}


@pytest.mark.parametrize(
    ("file", "place"),
    [
        pytest.param("a/../b.yaml", {"uri": "b.yaml", "uriBaseId": "%SRCROOT%"}, id="below"),
        pytest.param("../b.yaml", {"uri": "../b.yaml"}, id="outside"),
        pytest.param("/x/b c.yaml", {"uri": "file:///x/b%20c.yaml"}, id="absolute"),
    ],
)
def test_a_file_outside_is_not_named_from_the_root(file: str, place: dict[str, str]) -> None:
    made = report("refused")
    batch = made.batches[0]
    finding = batch.findings[0]._replace(at=batch.at._replace(file=file))
    changed = made._replace(batches=(batch._replace(findings=(finding,)),))
    found = run_of(changed)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert found == place


def test_the_loans_of_one_sentence_are_one_result() -> None:
    pool = loans(*["1000.00"] * 250, accrued_interest=None)
    made = reported(pool, [proposal([line(each, "3.18") for each in pool])], everything=True)
    (result, *others) = run_of(made)["results"]
    assert (others, result["ruleId"], len(result["properties"]["findings"])) == ([], "3.18/price", 250)
    assert len(result["locations"]) == as_sarif.MOST_LOCATIONS
    assert result["message"]["text"].startswith("a, lines 1 to 250: it hangs on what is missing")


def test_of_too_many_results_the_worst_are_kept_and_the_others_counted() -> None:
    made = report("together")
    batch = made.batches[1]
    (failed,) = [each for each in batch.findings if each.status is Status.FAIL]
    others = tuple(each for each in batch.findings if each.status is not Status.FAIL)
    more = tuple(failed._replace(message=f"number {n}") for n in range(as_sarif.MOST_RESULTS + 1))
    run = run_of(made._replace(batches=(batch._replace(findings=(*others, *more)),)))
    assert {each["level"] for each in run["results"]} == {"error"}
    assert len(run["results"]) == as_sarif.MOST_RESULTS
    said = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert said[1] == "5 of 5,005 findings are not shown here"


def test_a_message_has_no_link_and_no_placeholder() -> None:
    messages = [result["message"]["text"] for result in run_of(report("hostile"))["results"]]
    assert [said for said in messages if "](" in said or re.search(r"(?<!\{)\{(?!\{)", said)] == []
    assert [said for said in messages if "{{0}}" in said] != []


def test_the_numbers_of_a_result_are_those_of_the_json() -> None:
    found = run_of(report("refused"))["results"]
    every = json.loads(rendered("json", report("refused")))["batches"][0]["findings"]
    numbers = {(each["rule"], str(each["subject"])): (each["values"], each["margins"]) for each in every}
    for result in found:
        for each in result["properties"]["findings"]:
            assert (each["values"], each["margins"]) == numbers[result["ruleId"], str(each["subject"])]


# JUnit.


@each_case
def test_every_finding_is_a_case_and_every_batch_has_one_for_its_decision(name: str) -> None:
    names = Counter((batch, each.attrib["classname"], each.attrib["name"]) for each, batch, _ in cases(report(name)))
    wanted = sum(len(batch.findings) + 1 for batch in report(name).batches)
    assert (len(names), set(names.values())) == (wanted, {1})


OUTCOME = {"fail": "failure", "late": "failure", "defective": "failure", "due": "skipped", "refused": "failure"}
OUTCOME |= {"disputed": "error", "unknown": "error", "undecided": "error"}


@each_case
def test_a_case_is_failed_in_error_or_skipped_as_its_status_says(name: str) -> None:
    found = {(each[0].attrib["type"], outcome) for each, _, outcome in cases(report(name)) if len(each)}
    assert found == {(status, OUTCOME[status]) for status, _ in found}


@each_case
def test_the_suites_count_their_cases(name: str) -> None:
    counted = Counter((batch, outcome) for _, batch, outcome in cases(report(name)))
    for suite in re.findall(r'<testsuite name="(.*?)" (.*?)>', rendered("junit", report(name))):
        said = dict(re.findall(r'(\w+)="(\d+)"', suite[1]))
        batch = next(one for one, _ in counted if text_of_attribute(suite[0]) == one)
        own = {outcome: counted[batch, outcome] for outcome in ("failure", "error", "skipped", "passed")}
        wanted = {"tests": sum(own.values()), "failures": own["failure"], "errors": own["error"]}
        assert {key: int(count) for key, count in said.items()} == wanted | {"skipped": own["skipped"]}


def text_of_attribute(spelled: str) -> str:
    return Seen(f"<p>{spelled}</p>").text


def test_a_batch_without_lines_is_not_green() -> None:
    assert [outcome for _, _, outcome in cases(report("without-lines"))] == ["error"]


# Workflow commands.


@each_case
def test_no_more_commands_of_a_level_are_written_than_github_shows(name: str) -> None:
    levels = Counter(each.name for each in commands(rendered("github", report(name))))
    assert set(levels) <= {"error", "warning", "notice"}
    assert max(levels.values()) <= 10


def test_the_worst_are_annotated_and_the_others_counted() -> None:
    head, *rest = commands(rendered("github", many(30)))
    assert head.message == "refused, on 6 assumptions. 21 of 30 findings are not shown here"
    assert [each.properties["title"] for each in rest] == ["3.18/price: fail"] * 9


def test_a_batch_that_is_permitted_is_a_notice() -> None:
    (head, *_) = commands(rendered("github", report("example-defaulted-sale")))
    assert head == ("notice", {"title": "checker"}, "permitted, on 7 assumptions")


def annotated(said: str, file: str = "a.yaml") -> Command:
    """Return the command of a finding that says this, in this file."""
    batch = report("refused").batches[0]
    finding = batch.findings[0]._replace(message=said, quote="", at=batch.at._replace(file=file, line=7))
    changed = report("refused")._replace(batches=(batch._replace(findings=(finding,)),))
    (_, found) = commands(rendered("github", changed))
    return found


@pytest.mark.parametrize("said", [*HOSTILE, "100 %25", "two\nlines", "%0A%0D%3A%2C"])
def test_a_command_carries_any_text_back(said: str) -> None:
    found = annotated(said, f"{said}.yaml")
    assert found.message == f"refused, the exercise of 3.13(g): {said}"
    assert (found.properties["file"], found.properties["line"]) == (f"{said}.yaml", "7")


# Markdown.


@each_case
def test_a_comment_is_shorter_than_github_allows(name: str) -> None:
    assert len(rendered("markdown", report(name))) <= markdown.MOST + 200


@pytest.mark.parametrize("count", [150, 400, 1500])
def test_a_comment_that_is_cut_says_what_is_left_out(count: int) -> None:
    seen = Seen(page(many(count))).text
    said = {
        what: (int(n.replace(",", "")), int(of.replace(",", "")))
        for n, of, what in re.findall(r"([\d,]+) of ([\d,]+) (findings|lines) are not shown here", seen)
    }
    shown = len(re.findall(r"^3\.18/price FAIL ", seen, flags=re.MULTILINE))
    assert seen.startswith("REFUSED, ON 6 ASSUMPTIONS\n")
    assert len(rendered("markdown", many(count))) < 65_536
    assert said["findings"] == (count - shown, count)
    assert said["lines"][1] == count


def test_a_short_table_is_open_and_a_long_one_is_folded_away() -> None:
    short, long = rendered("markdown", many(10)), rendered("markdown", many(11))
    assert ("<details>" in short, "<details>\n<summary>lines 1 to 11</summary>\n\n| Line |" in long) == (False, True)


ALLOWED = {"h2", "h3", "p", "ul", "li", "strong", "code", "blockquote", "span"}
ALLOWED |= {"table", "thead", "tbody", "tr", "th", "td", "details", "summary"}


@each_case
def test_a_comment_has_no_tag_link_or_image_of_a_batch(name: str) -> None:
    seen = Seen(page(report(name)))
    assert (set(seen.tags) - ALLOWED, seen.addresses) == (set(), [])


@each_case
def test_a_comment_calls_nobody_and_names_no_issue(name: str) -> None:
    assert re.findall(r"@[\w]|#\d|(?i:gh-\d)|://|(?i:www)\.\w", Seen(page(report(name))).text) == []


@each_case
def test_a_table_has_a_row_a_line_and_eight_cells_a_row(name: str) -> None:
    rows = re.findall(r"<tr>\n(.*?)</tr>", page(report(name)), flags=re.DOTALL)
    bodies = [row for row in rows if "<td" in row]
    assert {len(re.findall("<t[dh]", row)) for row in rows} <= {8}
    assert len(bodies) == sum(len(batch.lines) for batch in report(name).batches)


@pytest.mark.parametrize("said", HOSTILE)
def test_escaped_text_reads_as_it_was_written(said: str) -> None:
    for whole in (said, f"- {text(said)}", f"| a |\n| - |\n| {text(said)} |"):
        markdown = text(said) if whole is said else whole
        seen = Seen(as_html(markdown))
        assert said.replace("`", "") in seen.text.replace(GAP, "").replace("`", "")
        assert set(seen.tags) <= {"p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code", "span"}


# Spreadsheets.


def test_no_text_of_a_batch_is_a_formula_and_amounts_stay_numbers() -> None:
    for row in csv.DictReader(io.StringIO(rendered("csv", report("hostile")), newline="")):
        begins = {name for name, cell in row.items() if re.match(r"[=+@\t\r\n-]", cell)}
        assert begins <= {"difference"}
        assert re.fullmatch(r"(-?\d+\.\d+)?", row["difference"])


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_cell_that_begins_a_formula_is_text(mark: str) -> None:
    pool = [loan(f"{mark}1")]
    row = rendered("csv", reported(pool, [proposal([line(pool[0])])], everything=True)).splitlines()[1]
    assert row.split(",")[2] == f"'{mark}1"


# Several at once.


def test_each_format_goes_to_its_file_and_one_is_printed(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    wanted = {form: check(path, "--format", form).stdout for form in FORMATS}
    named = [f"{form}={tmp_path / f'report.{form}'}" for form in FORMATS if form != "text"]
    done = check(path, *(part for each in named for part in ("--format", each)), "--format", "text")
    assert (done.returncode, done.stdout, done.stderr) == (0, wanted.pop("text"), b"")
    assert {form: (tmp_path / f"report.{form}").read_bytes() for form in wanted} == wanted


def test_with_a_file_for_each_format_nothing_is_printed(tmp_path: Path) -> None:
    done = check(exercise(tmp_path), "--format", f"json={tmp_path / 'report.json'}")
    assert (done.returncode, done.stdout) == (0, b"")
    assert json.loads((tmp_path / "report.json").read_bytes())["decision"] == "permitted"


def test_output_is_for_the_format_without_a_file(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    done = check(path, "--format", f"json={tmp_path / 'one'}", "--format", "csv", "--output", tmp_path / "two")
    assert (done.returncode, done.stdout) == (0, b"")
    assert (tmp_path / "two").read_bytes() == check(path, "--format", "csv").stdout


def test_what_passes_is_listed_where_it_was_asked_for_and_nowhere_else(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    both = check(path, "--format", "text", "--format", f"junit={tmp_path / 'report.xml'}")
    assert both.stdout == check(path).stdout != check(path, "--all").stdout
    assert b"builtin/loan-in-pool: line 6, loan 6" in (tmp_path / "report.xml").read_bytes()


@pytest.mark.parametrize(
    ("forms", "error"),
    [
        pytest.param(["text", "json"], b"E609: text and json would go to one output\n", id="two printed"),
        pytest.param(["text=x", "json=./x"], b"E609: two outputs would go to one file\n --> x\n", id="one file"),
        pytest.param(["json=tape.csv"], b"E609: the output would overwrite an input\n --> tape.csv\n", id="the tape"),
        pytest.param(["text", "csv=a.json"], b"E609: the output would overwrite an input\n --> a.json\n", id="a batch"),
        pytest.param(["text", "csv=none/x"], b"E609: cannot write the output: no such file or", id="no folder"),
    ],
)
def test_files_that_cannot_be_are_refused_and_nothing_is_written(
    tmp_path: Path, forms: list[str], error: bytes
) -> None:
    exercise(tmp_path)
    before = tree(tmp_path)
    done = check("a.json", *(part for form in forms for part in ("--format", form)), cwd=tmp_path)
    assert (done.returncode, done.stdout, tree(tmp_path)) == (2, b"", before)
    assert done.stderr.startswith(error)


def test_a_link_to_a_file_is_the_same_file(tmp_path: Path) -> None:
    path = exercise(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "x")
    done = check(path, "--format", f"json={tmp_path / 'x'}", "--format", f"csv={tmp_path / 'link'}")
    assert (done.returncode, b"two outputs would go to one file" in done.stderr) == (2, True)


def test_a_policy_is_not_overwritten(tmp_path: Path) -> None:
    own = policies(tmp_path / "own")
    done = check(exercise(tmp_path), "--policies", own, "--output", own / AMENDMENT)
    assert (done.returncode, done.stderr[:41]) == (2, b"E609: the output would overwrite an input")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param(["--format", "sarf"], b"invalid choice: 'sarf' (choose from text, json, csv, sarif", id="unknown"),
        pytest.param(["--format", "xml=x"], b"invalid choice: 'xml'", id="unknown with a file"),
        pytest.param(["--format", "json="], b"`json=` names no file; write it like `json=FILE`", id="no file"),
    ],
)
def test_a_format_that_is_wrong_is_an_error_that_names_those_there_are(arguments: list[str], error: bytes) -> None:
    done = check("a.json", *arguments)
    assert (done.returncode, done.stdout, error in done.stderr) == (2, b"", True)


def test_an_output_for_no_format_is_an_error(tmp_path: Path) -> None:
    done = check(exercise(tmp_path), "--format", f"json={tmp_path / 'x'}", "--output", tmp_path / "y")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"E609: every format has a file, so there is none for --output\n")


def test_a_group_is_of_one_batch_rule_status_and_sentence() -> None:
    for name in CASES:
        for group in concerns(report(name)).groups:
            assert len({(each.rule, each.status, each.message) for each in group.findings}) == 1
            assert len(subjects(group.subject)) == len(group.findings)


def test_a_line_over_by_a_cent_is_told_by_every_format() -> None:
    pool = over("0.00")
    lines = [line(each) for each in pool[:6]]
    lines[2] = line(pool[2], price=Decimal("1532.34") + CENT)
    made = reported(pool, [proposal(lines, "a")], everything=True)
    told = {form: rendered(form, made) for form in FORMATS}
    assert {form for form, said in told.items() if not ("1,532.35" in said or "1532.35" in said)} == set()
