"""The page of a book says what its report says, in every part; nothing that others wrote is anything but text on it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from bench.book_data import write
from builders import NAME
from pages import Element, check_badges, check_closed, check_headings, check_links, check_tables, read, table, tags
from poison import HARMFUL, poisoned
from test_book import BATCHES, BOUGHT, LATE, MASTER, OTHER, REFUSED, RIGHT, Book, written

from checker.engine import as_html
from checker.engine.book import read_book
from checker.engine.run import Wanted, judge_book
from checker.engine.summary import Summary
from checker.load.policies import load_policies
from checker.model import Status

Capsys = pytest.CaptureFixture[str]
ASKED = (Status.PASS, Status.FAIL, Status.UNKNOWN, Status.DISPUTED)
OWED = (Status.MET, Status.DUE, Status.LATE, Status.DEFECTIVE)


def judged(book: Book, as_of: date | None = None) -> Summary:
    law = load_policies(book.policies)
    wanted = Wanted(engine="duckdb", as_of=as_of)
    return judge_book(read_book(book.path, law), law, wanted, "0", lambda *_: None)


@dataclass
class Both:
    """A report, and its page."""

    report: Summary
    page: Element


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """A book of twenty trusts, in which every rule has every status that it can have."""
    folder = tmp_path_factory.mktemp("many")
    write(folder, loans=20_000, lines=480, batches=24, agreements=20, formats=("csv",))
    report = judged(Book(folder / "csv.yaml", folder / "policies"))
    return Both(report, read(as_html.render(report)))


def number(count: int) -> str:
    return f"{count:,}" if count else ""


def test_the_page_leads_with_the_decision_and_how_much_was_judged(many: Both) -> None:
    header = many.page.first("header")
    assert header.first("h1").text == f"refused, on {len(many.report.assumptions)} assumptions"
    assert header.first("p").text.startswith("bench: 480 lines in 24 batches of 20 agreements, 19,")
    assert many.page.first("title").text == "refused: bench"


def test_the_page_counts_lines_by_decision_and_subjects_by_rule_and_status(many: Both) -> None:
    report, page = many.report, many.page
    assert table(page, "Lines") == [[decision, f"{count:,}"] for decision, count in report.lines().items()]
    owed = [one for one in report.rules if Status.MET in one.counts]
    assert len(owed) == 4
    for caption, rules, statuses in (
        ("Conditions", [one for one in report.rules if one not in owed], ASKED),
        ("Obligations", owed, OWED),
    ):
        assert table(page, caption) == [
            [one.rule, *(number(one.counts[status]) for status in statuses)] for one in rules
        ]


def test_each_number_of_what_does_not_pass_leads_to_the_findings_of_its_kind(many: Both) -> None:
    links = Counter((one.text, one.attributes["href"]) for one in many.page.first("main").all("a"))
    wanted = Counter[tuple[str, str]]()
    for kind in dict.fromkeys((one.finding.rule, one.finding.status) for one in many.report.findings):
        (count,) = (one.counts[kind[1]] for one in many.report.rules if one.rule == kind[0])
        place = many.page.named(f"f{len(wanted) + 1}")
        assert place.text == " ".join(kind)
        wanted[f"{count:,}", f"#f{len(wanted) + 1}"] += 1
    assert links == wanted


def test_of_more_findings_than_are_explained_it_says_how_many(many: Both) -> None:
    (group,) = (one for one in many.page.all("section") if one.attributes["aria-labelledby"] == "f1")
    (rule,) = (one for one in many.report.rules if one.rule == "builtin/loan-in-pool")
    assert (group.first("h3").text, len(group.all("article"))) == ("builtin/loan-in-pool fail", 3)
    assert group.first("p").text == f"The first 3 of {rule.counts[Status.FAIL]}."


def test_the_page_has_every_batch(many: Both) -> None:
    rows = table(many.page, "Batches")
    assert sorted(rows) == sorted(
        [one.name, one.agreement, str(one.date), one.policy or "no policy", one.decision]
        + [number(count) for count in (one.permitted, one.refused, one.undecided)]
        for one in many.report.batches
    )


def test_the_page_has_each_finding_that_is_explained_and_its_batch(many: Both) -> None:
    found = many.page.all("article")
    assert len(found) == len(many.report.findings) > 30
    for element, one in zip(found, many.report.findings, strict=True):
        head = element.first("h4").text
        assert head.startswith(f"{one.finding.rule} {one.finding.status} ")
        batch = [dd.text for dt, dd in zip(element.all("dt"), element.all("dd"), strict=True) if dt.text == "Batch"]
        assert batch == [one.batch]


def test_assumptions_notes_and_digests_are_those_of_the_report(many: Both) -> None:
    listed = [[item.text for item in one.all("li")] for one in many.page.first("main") if one.tag in ("ol", "ul")]
    assumptions, notes = listed
    assert assumptions == [one.replace("`", "") for one in many.report.assumptions]
    assert notes[:-1] == [one.replace("`", "") for one in many.report.notes]
    assert notes[-1].endswith("findings were judged again by the evaluator, each the same.")
    assert table(many.page, "Digests") == [[name, digest] for name, digest in many.report.inputs.items()]


def test_the_book_is_signed_for_as_one(many: Both) -> None:
    block = many.page.first("section", "sign-off")
    assert table(block, "Decided by the checker") == [["bench", "refused", many.report.inputs["book"]]]
    assert [one.text for one in block.all("legend")] == ["Decision taken on bench"]


def test_a_permitted_book_has_no_findings_and_no_part_for_them(tmp_path: Path) -> None:
    page = read(as_html.render(judged(written(tmp_path))))
    assert page.first("h1").text.startswith("permitted, on ")
    assert not page.all("article")
    assert "First findings of each rule" not in [one.text for one in page.all("a")]


def test_the_worst_batches_come_first_and_of_more_than_fit_the_rest_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = [*BATCHES, f"two,{OTHER},2005-03-31,,,,,", f"without,{OTHER},2005-03-31,,,,,"]
    found = judged(written(tmp_path, [RIGHT, REFUSED.replace("one", "two", 1)], batches=batches))
    decisions = [(row[0], row[4]) for row in table(read(as_html.render(found)), "Batches")]
    assert decisions == [("two", "refused"), ("without", "undecided"), ("one", "permitted")]
    monkeypatch.setattr(as_html, "MOST_BATCHES", 1)
    page = read(as_html.render(found))
    assert [row[0] for row in table(page, "Batches")] == ["two"]
    assert "and 2 more, in the report as JSON" in page.first("main").text


def test_an_exercise_of_several_batches_is_one_finding(tmp_path: Path) -> None:
    """Six loans, one of them large, bought on one day in two batches."""
    lines = [*BOUGHT, f"two,0200,3.13(g),100001.00,{MASTER}"]
    report = judged(written(tmp_path, lines, batches=[*BATCHES, BATCHES[1].replace("one", "two", 1)]))
    page = read(as_html.render(report))
    assert [(one.batch, one.finding.status) for one in report.findings if one.finding.subject.exercise] == [
        ("one", Status.FAIL)
    ]
    (size,) = (row for row in table(page, "Conditions") if row[0] == "3.13(g)/size")
    assert size[1:] == ["", "1", "", ""]


def test_a_late_obligation_is_found_and_the_day_is_told(tmp_path: Path) -> None:
    page = read(as_html.render(judged(written(tmp_path, BOUGHT, batches=LATE), date(2005, 4, 30))))
    assert page.first("header").first("p", "small").text.endswith("exit code 4")
    (day,) = (dd.text for dt, dd in zip(page.all("dt"), page.all("dd"), strict=True) if dt.text == "Obligations as of")
    assert day == "2005-04-30"
    (certify,) = (row for row in table(page, "Obligations") if row[0] == "3.13(g)/certify")
    assert certify[1:] == ["", "", "1", ""]
    assert "3.13(g)/certify late the batch one" in [one.text for one in page.all("h4")]


def test_a_rule_that_nothing_asks_says_so(tmp_path: Path) -> None:
    page = read(as_html.render(judged(written(tmp_path))))
    assert ["3.13(g)/price (not asked)", "", "", "", ""] in table(page, "Conditions")


def test_the_command_writes_the_page_beside_the_text(tmp_path: Path, capsys: Capsys) -> None:
    done = written(tmp_path).check(capsys, "--format", f"html={tmp_path / 'r.html'}", "--format", "text")
    assert done.out.startswith("PERMITTED")
    assert read((tmp_path / "r.html").read_text()).first("h1").text.startswith("permitted, on ")


def test_the_page_is_sound(many: Both) -> None:
    check_closed(many.page)
    check_links(many.page)
    check_headings(many.page)
    check_tables(many.page)
    check_badges(many.page)


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_what_others_wrote_is_text_and_nothing_else(tmp_path: Path, text: str) -> None:
    line = f"one,0102,3.13(g),11.01,{MASTER}"
    report = judged(written(tmp_path, [RIGHT, line], batches=[*BATCHES, f"none,{NAME},2005-03-31,,,,,"]))
    page, clean = as_html.render(poisoned(report, text)), as_html.render(poisoned(report, "a"))
    assert tags(read(page)) == tags(read(clean))
    assert not [one for one in page if not one.isprintable() and one != "\n"]
