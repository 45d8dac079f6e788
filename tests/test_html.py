"""The page says what the report says, in every part; nothing that others wrote is anything but text on it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from builders import line, loans, proposal
from hypothesis import given, settings
from pages import Element, check_badges, check_closed, check_headings, check_links, check_tables, read, table, tags
from poison import HARMFUL, poisoned
from reports import CASES, case, document, of_world, over, reported
from test_report import spelled
from worlds import World, seeds

from checker.findings import Margin, Number, Report
from checker.lang.syntax import Type
from checker.model import Status
from checker.report import renderer
from checker.report.picture import pictures
from checker.report.rows import MOST_ROWS

each_case = pytest.mark.parametrize("name", CASES)
some = settings(max_examples=25, deadline=None)
STOPS = ("fail", "disputed", "unknown")


def html(of: Report) -> str:
    return renderer("html")(of)


def page(of: Report) -> Element:
    return read(html(of))


def sections(found: Element) -> list[Element]:
    """Return the section of each batch."""
    return [one for one in found.all("section") if re.fullmatch(r"b\d+", one.attributes["aria-labelledby"])]


def part(of: Element, title: str) -> Element:
    """Return the part of a batch under a heading; nothing where it is not there."""
    found = [one for one in of.all("section") if one.first("h3").text == title]
    return found[0] if found else Element("section", {})


def line_rows(of: Element) -> list[Element]:
    """Return the rows of the table of lines; none where the batch has none."""
    return [row for one in of.all("div", "lines") for row in one.first("tbody").all("tr")]


def cells_of(row: Element) -> list[str]:
    return [cell.text for cell in row if cell.tag in ("th", "td")]


def plain(amount: str) -> str:
    return amount.replace(",", "")


def bare(sentence: str) -> str:
    """Return a sentence without the marks that the page sets as code."""
    return " ".join(re.sub("`([^`]+)`", r"\1", sentence).split())


# The page and the report.


@each_case
def test_the_page_leads_with_the_decision(name: str) -> None:
    report, found = case(name), page(case(name))
    assert re.split("[,:]", found.first("h1").text)[0] == document(report)["decision"]
    assert found.first("title").text.startswith(f"{report.decision}: ")


@each_case
def test_each_batch_has_its_decisions_line_by_line(name: str) -> None:
    report = case(name)
    for found, batch in zip(sections(page(report)), document(report)["batches"], strict=True):
        said = [(n, *rest) for lines, *rest in table(found, "Decisions") for n in spelled(lines)]
        lines = [(one["line"], one["under"], one["decision"], one["stopped_by"] or "") for one in batch["lines"]]
        assert sorted(said) == sorted(lines)


@each_case
@pytest.mark.parametrize("everything", [True, False], ids=["everything", "what stops it"])
def test_the_page_has_each_finding_in_full(name: str, *, everything: bool) -> None:
    report = case(name, everything=everything)
    for found, batch in zip(sections(page(report)), document(report)["batches"], strict=True):
        of_each = {one.attributes["id"]: one for one in found.all("article")}
        shown = [(each, of_each.get(f"{id_of(found)}-f{at}")) for at, each in enumerate(batch["findings"], 1)]
        assert len(of_each) == len([one for _, one in shown if one])
        assert [agree(each, one) for each, one in shown if one] == [True] * len(of_each)
        assert not everything or len(of_each) == len(shown)


def id_of(of: Element) -> str:
    return of.attributes["aria-labelledby"]


def agree(finding: dict[str, Any], shown: Element) -> bool:
    """Compare a finding with what the page shows of it, part by part."""
    head = f"{finding['rule']} {finding['status']} "
    assert shown.first("h4").text.startswith(head)
    assert [quote.text for quote in shown.all("blockquote")] == [finding["quote"]] * bool(finding["quote"])
    assert shown.first("p").text == bare(finding["message"])
    assert numbers(shown) == [worth(each) for each in finding["values"]]
    assert comparisons(shown) == [(one["text"], outcome(one), one["passes"] or "") for one in finding["margins"]]
    readings = {row[0].removesuffix(" (adopted)"): row[2] for row in table(shown, "Readings")}
    assert readings == finding["readings"]
    adopted = [row[0].removesuffix(" (adopted)") for row in table(shown, "Readings") if "(adopted)" in row[0]]
    facts = dict(zip([one.text for one in shown.all("dt")], [one.text for one in shown.all("dd")], strict=True))
    assert adopted == ([finding["adopted"]["reading"]] if finding["adopted"] else [])
    if finding["adopted"]:
        said = [facts[name] for name in ("Adopted reading", "Adopted by", "Adopted on", "Because")]
        assert said == list(finding["adopted"].values())
    assert facts.get("Missing", "") == ", ".join(finding["missing"])
    assert facts.get("Passes from") == finding["passes_from"]
    return True


def numbers(shown: Element) -> list[tuple[str, str, str]]:
    return [(text, value, source) for text, value, source in table(shown, "Numbers")]


def worth(value: dict[str, Any]) -> tuple[str, str, str]:
    amount = value["type"] in ("money", "number", "count")
    text = "unknown" if value["value"] is None else value["value"]
    if "at_least" in value:
        text = f"at least {Decimal(value['at_least']):,f}"
    elif amount and value["value"] is not None:
        text = f"{Decimal(value['value']):,f}"
    return value["text"], " ".join(text.split()), value["from"] or ""


def comparisons(shown: Element) -> list[tuple[str, str, str]]:
    return [(text, re.sub(r"[^\w. -]", "", said), passes) for text, said, passes in table(shown, "Comparisons")]


def outcome(margin: dict[str, Any]) -> str:
    holds = {True: "holds", False: "does not hold", None: "is unknown"}[margin["holds"]]
    if margin["by"] is None or (margin["holds"] and Decimal(margin["by"]) == 0):
        return holds
    is_days = re.search(r"date|day", margin["text"]) and "days_between" not in margin["text"]
    return f"{holds} by {margin['by']}" + (f" day{'' if margin['by'] == '1' else 's'}" if is_days else "")


@each_case
def test_what_a_condition_asks_is_shown_as_it_is_written_and_marked(name: str) -> None:
    report = case(name)
    for found, batch in zip(sections(page(report)), report.batches, strict=True):
        for one in found.all("article"):
            asked = batch.findings[int(one.attributes["id"].rpartition("f")[2]) - 1].asked
            written = ["".join(piece.text for piece in each.pieces) for each in asked]
            marked = [[piece.text for piece in each.pieces if piece.decides] for each in asked]
            codes = one.all("code", "asks")
            assert [code.text for code in codes] == written
            assert [[mark.text for mark in code.all("mark")] for code in codes] == marked


@each_case
def test_the_table_has_each_line_with_its_prices_and_what_stops_it(name: str) -> None:
    report = case(name)
    for found, batch in zip(sections(page(report)), document(report)["batches"], strict=True):
        said = [[*row[:4], *map(plain, row[4:7])] for row in map(cells_of, line_rows(found))]
        assert said == [cells(one) for one in batch["lines"]]


def cells(of: dict[str, Any]) -> list[str]:
    price = of["price"]
    amounts = [price["offered"] or "", price["asked"] or "", price["difference"] or ""]
    return [str(of["line"]), of["loan"], of["under"], of["decision"], *amounts]


@each_case
def test_each_line_names_every_rule_that_stops_it_the_first_of_all_first(name: str) -> None:
    report = case(name)
    for found, batch in zip(sections(page(report)), document(report)["batches"], strict=True):
        for row, one in zip(line_rows(found), batch["lines"], strict=True):
            rules = [link.text for link in row.all("a")]
            assert Counter(rules) == Counter(each["rule"] for each in batch["findings"] if stops(each, one))
            assert rules[:1] == [one["stopped_by"]] * bool(one["stopped_by"])


def stops(finding: dict[str, Any], line_: dict[str, Any]) -> bool:
    subject = finding["subject"]
    about = subject.get("line") == line_["line"] or subject.get("exercise") == line_["under"]
    return about and finding["status"] in STOPS


@each_case
def test_the_data_of_the_script_are_the_rows_of_the_table(name: str) -> None:
    for found in sections(page(case(name))):
        scripts = [json.loads(lines.first("script").whole) for lines in found.all("div", "lines")]
        told = [[*map(str, row[:7]), *stopped(data, row[7])] for data in scripts for row in data["rows"]]
        assert told == [[*cells_of(row)[:7], *(one.text for one in row.all("p"))] for row in line_rows(found)]


def stopped(data: dict[str, Any], stops_: list[list[int]]) -> Iterator[str]:
    for stop, message in stops_:
        rule, status, _ = data["stops"][stop]
        yield " ".join(f"{rule} {status} {bare(data['messages'][message])}".split())


@each_case
def test_obligations_are_told_by_who_to_whom_by_when_and_status(name: str) -> None:
    report = case(name)
    for found, batch in zip(sections(page(report)), document(report)["batches"], strict=True):
        owed = [one for one in batch["findings"] if "owed_by" in one]
        assert table(part(found, "Obligations"), "Obligations") == [
            [
                one["rule"],
                one["owed_by"],
                ", ".join(one["owed_to"]),
                one["deadline"] or "no deadline",
                one["done"] or "",
                one["status"],
            ]
            for one in owed
        ]


def test_an_obligation_tells_its_deadline_and_when_it_was_done() -> None:
    rows = table(part(sections(page(case("permitted")))[0], "Obligations"), "Obligations")
    found = {rule: (deadline, done, status) for rule, _, _, deadline, done, status in rows}
    assert found == {
        "3.13(g)/certify": ("2005-03-31", "2005-04-01", "late"),
        "3.13(g)/deposits": ("2005-03-31", "2005-04-01", "late"),
        "3.13(g)/request-files": ("2005-03-31", "2005-04-01", "late"),
        "3.13(g)/release-files": ("no deadline", "", "due"),
    }


@each_case
def test_assumptions_notes_advice_and_digests_are_those_of_the_report(name: str) -> None:
    report = case(name)
    for found, batch in zip(sections(page(report)), document(report)["batches"], strict=True):
        for title, key in (("Assumptions", "assumptions"), ("Notes", "notes"), ("What would help", "advice")):
            assert [one.text for one in part(found, title).all("li")] == list(map(bare, batch[key]))
        assert [one.tag for one in part(found, "Assumptions").all("ol")] == ["ol"] * bool(batch["assumptions"])
        assert dict(table(found, "Digests")) == {what: one["sha256"] for what, one in batch["inputs"].items()}


@each_case
def test_each_batch_is_decided_on_and_signed_for(name: str) -> None:
    report = case(name)
    block = page(report).first("section", "sign-off")
    assert [row[:2] for row in table(block, "Decided by the checker")] == [[b.name, b.decision] for b in report.batches]
    assert [one.text.rpartition(" on ")[2] for one in block.all("legend")] == [batch.name for batch in report.batches]
    labels = [one.text for one in block.first("div", "fields").all("label")]
    assert labels == ["Name", "Role", "Date", "Remarks", "Signature"]


@some
@given(seeds())
def test_the_page_has_the_decisions_of_every_world(world: World) -> None:
    report = of_world(world)
    shown = [cells_of(row)[3] for found in sections(page(report)) for row in line_rows(found)]
    assert shown == [one.decision for batch in report.batches for one in batch.lines]


def test_of_many_findings_of_a_kind_the_first_are_shown_and_the_lines_of_the_others_named() -> None:
    pool = loans(*["1000.00"] * 9)
    report = reported(pool, [proposal([line(each, "3.18", price=each.balance) for each in pool])])
    stopped_by = part(sections(page(report))[0], "Stopped by")
    assert len(stopped_by.all("article")) == 3
    assert "3.18/price also stops lines 4 to 9." in stopped_by.text


# Headroom.


def drawn(
    worth_: str | None, limit: str, sign: str = "<=", *, holds: bool | None = True, least: str | None = None
) -> Element:
    """Return the picture of one comparison on an exercise."""
    sides = (Number("sum(x)", Type.MONEY, worth_, least, "tape"), Number("most", Type.MONEY, limit, None, "tape"))
    margin = Margin("sum(x) <= most", Type.MONEY, holds, None, "", sign, sides)
    finding = case("refused").batches[0].findings[0]._replace(margins=(margin,))
    assert finding.subject.exercise
    return read(pictures([finding], "p"))


def ends(found: Element) -> tuple[int, int]:
    """Return where the bar ends with what is over or under, and where the limit stands."""
    end = max(int(one.attributes["x"]) + int(one.attributes["width"]) for one in found.all("rect", "bar"))
    return end, int(found.first("line").attributes["x1"])


@pytest.mark.parametrize(
    ("worth_", "sign"),
    [
        pytest.param("99.9999", -1, id="hardly under the limit"),
        pytest.param("100.00", 0, id="the limit"),
        pytest.param("100.0001", 1, id="hardly over"),
        pytest.param("0.00", -1, id="nothing"),
        pytest.param("-5.00", -1, id="below nothing"),
        pytest.param("99999999999999999999.99", 1, id="far over"),
    ],
)
def test_a_bar_ends_on_the_side_of_the_limit_where_its_number_is(worth_: str, sign: int) -> None:
    end, limit = ends(drawn(worth_, "100.00"))
    assert (end > limit) - (end < limit) == sign
    assert 0 <= min(end, limit) <= max(end, limit) <= 1000


def test_what_is_hardly_over_can_be_seen() -> None:
    end, limit = ends(drawn("100.0001", "100.00"))
    assert end - limit >= 10


def test_a_bar_is_as_long_as_its_number() -> None:
    end, limit = ends(drawn("25.00", "100.00"))
    assert (end - 10) * 4 == limit - 10


def test_what_is_over_is_marked_only_where_the_comparison_fails() -> None:
    assert drawn("101.00", "100.00", holds=False).all("rect", "breach")
    assert not drawn("101.00", "100.00", ">=", holds=True).all("rect", "breach")


def test_a_number_of_which_the_least_is_known_is_drawn_as_that() -> None:
    found = drawn(None, "100.00", least="120.00", holds=False)
    assert found.all("rect", "bound")
    assert "at least 120.00" in found.text


def test_what_is_unknown_or_compared_without_an_order_is_not_drawn() -> None:
    assert not drawn(None, "100.00", holds=None).content
    assert not drawn("100.00", "100.00", "=").content


@each_case
def test_every_comparison_of_an_exercise_by_its_order_is_drawn_and_told(name: str) -> None:
    report = case(name)
    for found, batch in zip(sections(page(report)), report.batches, strict=True):
        wanted = [
            margin.text
            for finding in batch.findings
            if finding.subject.exercise
            for margin in finding.margins
            if margin.sign in ("<", "<=", ">", ">=") and all(n.value or n.at_least for n in margin.sides)
        ]
        titles = [one.first("title").text for one in part(found, "Headroom").all("svg")]
        assert Counter(re.findall(r"`([^`]*)` (?:holds|does|is unknown)", "; ".join(titles))) == Counter(wanted)


# Many lines.


def many(count: int) -> Report:
    """Return a report of so many lines, each stopped by a rule, made without judging them."""
    report = case("refused")
    batch = report.batches[0]
    finding = next(one for one in batch.findings if one.rule == "3.13(g)/price" and one.status is Status.FAIL)
    lines, findings = [], []
    for number in range(1, count + 1):
        price = f"{number * 7919 % 100003}.{number % 100:02}"
        of = batch.lines[number % 6]._replace(number=number, loan=f"{number * 104729 % 1000003:07}", price=price)
        lines.append(of)
        subject = finding.subject._replace(line=number, loan=of.loan)
        findings.append(finding._replace(subject=subject, message=f"`price` is {price}, and it is asked for another"))
    return report._replace(batches=(batch._replace(lines=tuple(lines), findings=tuple(findings)),))


def test_a_page_of_many_lines_shows_the_first_and_says_how_many_more_there_are() -> None:
    found = page(many(MOST_ROWS + 1)).first("div", "lines")
    assert len(found.first("tbody").all("tr")) == MOST_ROWS
    assert found.first("p", "static").text.startswith(f"These are the first {MOST_ROWS} of {MOST_ROWS + 1} lines.")
    assert len(json.loads(found.first("script").whole)["rows"]) == MOST_ROWS + 1


def test_a_page_of_as_many_lines_as_fit_says_nothing() -> None:
    assert not page(many(MOST_ROWS)).first("div", "lines").all("p", "static")


def test_twenty_thousand_lines_make_no_large_page() -> None:
    assert len(html(many(20_000))) < 5_000_000


# What others wrote.


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_what_others_wrote_is_text_and_nothing_else(text: str) -> None:
    found, clean = page(poisoned(case("adopted"), text)), page(poisoned(case("adopted"), "a"))
    assert tags(found) == tags(clean)


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_what_others_wrote_is_shown_as_it_is(text: str) -> None:
    poison = poisoned(case("adopted"), text)
    shown = "".join(one if one.isprintable() or one == "\n" else f"\\u{ord(one):04x}" for one in text)
    found = page(poison)
    assert f"adopted{shown}" in found.first("h2").whole
    rows = json.loads(found.first("div", "lines").first("script").whole)["rows"]
    assert [row[1] for row in rows] == [f"{one.loan}{shown}" for one in case("adopted").batches[0].lines]


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_no_character_steers_the_page(text: str) -> None:
    assert not [one for one in html(poisoned(case("adopted"), text)) if not one.isprintable() and one != "\n"]


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_nothing_in_the_data_could_end_them(text: str) -> None:
    data = re.findall(r'<script type="application/json">(.*)</script>', html(poisoned(case("adopted"), text)))
    assert [set("<>&") & set(one) for one in data] == [set()]


# The page as a page.


@each_case
def test_the_page_asks_for_nothing_and_allows_only_its_own_style_and_script(name: str) -> None:
    check_closed(page(case(name)))


@each_case
def test_every_link_leads_to_a_place_and_no_place_is_there_twice(name: str) -> None:
    check_links(page(case(name, everything=True)))


@each_case
def test_headings_are_in_order(name: str) -> None:
    check_headings(page(case(name)))


@each_case
def test_every_table_has_a_caption_and_names_its_columns_and_rows(name: str) -> None:
    check_tables(page(case(name)))


@each_case
def test_no_status_is_told_by_its_colour_alone(name: str) -> None:
    check_badges(page(case(name, everything=True)))


def test_the_page_of_a_batch_over_the_limit_by_a_cent_shows_it() -> None:
    pool = over("0.01")
    report = reported(pool, [proposal([line(each) for each in pool[:6]])])
    assert "6,000.00" in part(sections(page(report))[0], "Headroom").text
