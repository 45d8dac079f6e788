"""The page of a report in a real browser: it asks for nothing and complains of nothing, by hand, by key, by ear.

Without Chromium these are skipped; CI installs it.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from bench.book_data import write
from playwright.sync_api import Browser, Page, expect, sync_playwright
from poison import HARMFUL, poisoned
from reports import case
from test_book import Book
from test_book_page import judged
from test_html import html, many

from checker.engine import as_html
from checker.findings import LineReport, Report
from checker.report.rows import MOST_ROWS

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-sync", *QUIET]
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")
SHOWN = ["example-optional-purchase", "example-delinquent-sale", "refused", "adopted", "together", "without-lines"]
MANY = 20_000
# Milliseconds that a person waits for at most, on a slow machine.
PATIENCE = 800
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def book_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a book of several agreements."""
    folder = tmp_path_factory.mktemp("book")
    write(folder, loans=20_000, lines=480, batches=24, agreements=20, formats=("csv",))
    return as_html.render(judged(Book(folder / "csv.yaml", folder / "policies")))


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Open:
    """Return what opens a report or a page with a browser's options; it may ask for nothing and complain of nothing."""

    @contextmanager
    def open_(report: Report | str, **options: Any) -> Iterator[Page]:
        path = tmp_path / "report.html"
        text = report if isinstance(report, str) else html(report)
        path.write_bytes(text.encode(errors="backslashreplace"))
        context = browser.new_context(**options)
        page, heard = context.new_page(), []
        for event in ("console", "pageerror", "dialog", "popup"):
            page.on(event, lambda what: heard.append(str(what)))  # type: ignore[call-overload] # by its name
        page.on("request", lambda request: heard.append(request.url) if request.url != path.as_uri() else None)
        page.goto(path.as_uri())
        yield page
        context.close()
        assert heard == []

    return open_


@pytest.fixture(scope="module")
def long() -> Report:
    return many(MANY)


def column(page: Page, number: int) -> list[str]:
    """Return what is seen in a column of the first table of lines."""
    cells = f".lines tbody tr > :nth-child({number})"
    return page.eval_on_selector_all(cells, "cells => cells.map(cell => cell.textContent)")  # type: ignore[no-any-return] # texts


def press(page: Page, name: str) -> None:
    page.locator(".lines").first.get_by_role("button", name=name).click()


def status(page: Page) -> str:
    return page.locator(".lines").first.get_by_role("status").inner_text()


@pytest.mark.parametrize("name", SHOWN)
def test_the_script_draws_the_rows_that_stand_in_the_file(shown: Open, name: str) -> None:
    rows = "[...document.querySelectorAll('.lines tbody tr')].map(row => row.outerHTML)"
    with shown(case(name), java_script_enabled=False) as page, shown(case(name)) as scripted:
        assert scripted.evaluate(rows) == page.evaluate(rows)


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_what_others_wrote_does_nothing_even_when_it_is_sorted_and_found(shown: Open, text: str) -> None:
    with shown(poisoned(case("adopted"), text)) as page:
        tags = page.evaluate("document.querySelectorAll('*').length")
        press(page, "Loan")
        page.get_by_label("Find").fill("rest")
        assert len(column(page, 2)) == 1
        press(page, "Show all")
        assert page.evaluate("document.querySelectorAll('*').length") == tags


def test_without_a_script_the_first_lines_are_read_and_the_others_counted(shown: Open) -> None:
    with shown(many(MOST_ROWS + 1), java_script_enabled=False) as page:
        assert page.get_by_text(f"These are the first {MOST_ROWS} of {MOST_ROWS + 1} lines.").is_visible()
        assert page.locator(".lines tbody tr").count() == MOST_ROWS
        assert not page.get_by_label("Find").is_visible()


# Sorting.


def amount(text: str | None) -> Decimal:
    return Decimal(text or 0)


SORTED: dict[str, Callable[[LineReport], Any]] = {
    "Loan": lambda line: line.loan,
    "Under": lambda line: line.under,
    "Decision": lambda line: str(line.decision),
    "Price": lambda line: (line.price is None, amount(line.price)),
    "Asked": lambda line: (line.asked is None, amount(line.asked)),
    "Difference": lambda line: (line.difference is None, amount(line.difference)),
    "Line": lambda line: line.number,
}


def numbers(report: Report, key: Callable[[LineReport], Any]) -> list[str]:
    return [str(line.number) for line in sorted(report.batches[0].lines, key=key)]


def near() -> Report:
    """Return a report with prices so near each other that a number of the browser cannot tell them apart."""
    report = many(4)
    prices = ["90071992547409930.02", "90071992547409930.01", None, "90071992547409930.0100001"]
    lines = [line._replace(price=price) for line, price in zip(report.batches[0].lines, prices, strict=True)]
    return report._replace(batches=(report.batches[0]._replace(lines=tuple(lines)),))


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(lambda: case("refused"), id="some without a price that is asked"),
        pytest.param(lambda: case("unknown"), id="some without a price"),
        pytest.param(lambda: many(MOST_ROWS), id="many"),
        pytest.param(near, id="nearly the same"),
    ],
)
def test_every_column_is_sorted_exactly_the_unknown_last(shown: Open, report: Callable[[], Report]) -> None:
    with shown(report()) as page:
        for name, key in SORTED.items():
            press(page, name)
            assert column(page, 1) == numbers(report(), key)


def test_sorting_again_turns_the_order_and_the_heading_tells_it(shown: Open) -> None:
    report = many(MOST_ROWS)
    with shown(report) as page:
        head = page.get_by_role("columnheader", name="Price")
        press(page, "Price")
        expect(head).to_have_attribute("aria-sort", "ascending")
        press(page, "Price")
        expect(head).to_have_attribute("aria-sort", "descending")
        assert page.locator("[aria-sort]").count() == 1
        prices = [Decimal(each.replace(",", "")) for each in column(page, 5)]
        assert prices == sorted(prices, reverse=True)


def test_all_lines_are_sorted_not_those_that_are_shown(shown: Open, long: Report) -> None:
    with shown(long) as page:
        press(page, "Price")
        least = sorted(long.batches[0].lines, key=lambda line: (amount(line.price), line.number))[:MOST_ROWS]
        assert column(page, 1) == [str(line.number) for line in least]


# Filtering.


@pytest.mark.parametrize(
    ("by", "value", "keeps"),
    [
        pytest.param("decision", "refused", lambda one: one["decision"] == "refused", id="by decision"),
        pytest.param("rule", "3.18/price", lambda one: "3.18/price" in one["rules"], id="by any rule"),
        pytest.param("text", "THE LOAN REST", lambda one: one["loan"] == "rest", id="by text, in any case"),
        pytest.param("text", "nobody", lambda _one: False, id="by what is nowhere"),
    ],
)
def test_only_the_lines_that_are_asked_for_are_shown(shown: Open, by: str, value: str, keeps: Any) -> None:
    report = case("refused")
    with shown(report) as page:
        field = page.locator(f".lines [data-by={by}]")
        field.fill(value) if by == "text" else field.select_option(value)
        data = json.loads(page.locator(".lines script").first.inner_text())
        lines = [dict(zip(("line", "loan", "under", "decision"), row, strict=False)) for row in data["rows"]]
        rules = [[data["stops"][stop][0] for stop, _ in row[7]] for row in data["rows"]]
        kept = [one["line"] for one, of in zip(lines, rules, strict=True) if keeps({**one, "rules": of})]
        assert column(page, 1) == [str(line) for line in kept]
        assert status(page) == f"Rows {min(1, len(kept))} to {len(kept)} of {len(kept)} found, of {len(lines)} lines."
        assert page.get_by_text("No line is like this.").is_visible() == (not kept)
        press(page, "Show all")
        assert len(column(page, 1)) == len(lines)


def test_text_is_found_in_any_case(shown: Open) -> None:
    report = many(3)
    lines = [line._replace(loan=loan) for line, loan in zip(report.batches[0].lines, ["aBc", "AbC", "b"], strict=True)]
    with shown(report._replace(batches=(report.batches[0]._replace(lines=tuple(lines)),))) as page:
        page.get_by_label("Find").fill(" ABC ")
        assert column(page, 2) == ["aBc", "AbC"]


def test_many_lines_are_turned_like_pages(shown: Open, long: Report) -> None:
    with shown(long) as page:
        press(page, "Next rows")
        assert column(page, 1)[0] == str(MOST_ROWS + 1)
        assert status(page) == f"Rows {MOST_ROWS + 1} to {2 * MOST_ROWS} of 20,000 found, of 20,000 lines."
        press(page, "Previous rows")
        page.get_by_role("button", name="Previous rows").click(force=True)
        assert column(page, 1)[0] == "1"


def test_each_batch_filters_its_own_lines(shown: Open) -> None:
    with shown(case("together")) as page:
        page.locator(".lines").nth(1).get_by_label("Find").fill("nobody")
        assert [page.locator(".lines tbody").nth(at).locator("tr").count() for at in range(3)] == [3, 0, 1]


TIMED = """async ([what, value]) => {
  const started = performance.now();
  if (what === "sort") document.querySelectorAll(".lines thead button")[value].click();
  else {
    const field = document.querySelector(`.lines [data-by=${what}]`);
    field.value = value;
    field.dispatchEvent(new Event("input"));
  }
  document.body.offsetHeight;
  return performance.now() - started;
}"""


def test_twenty_thousand_lines_are_sorted_and_filtered_without_waiting(shown: Open, long: Report) -> None:
    actions = [*(("sort", at) for at in range(8)), ("text", "99"), ("decision", "refused"), ("text", "nobody")]
    with shown(long) as page:
        waited = {action: page.evaluate(TIMED, action) for action in actions}
    assert {action: time for action, time in waited.items() if time > PATIENCE} == {}


# By key, by ear, by eye.


def test_everything_is_reached_and_used_by_key_and_where_one_is_can_be_seen(shown: Open) -> None:
    with shown(many(MOST_ROWS + 1)) as page:
        reached: dict[str, str] = {}
        for _ in range(60):
            page.keyboard.press("Tab")
            name, outline = page.evaluate("""() => {
              const on = document.activeElement;
              const label = on.closest("label, legend") || on;
              return [label.textContent.trim() || on.ariaLabel, getComputedStyle(on).outlineStyle];
            }""")
            reached[name.split("\n")[0]] = outline
            if name.startswith("Price"):
                break
        assert {"Show all", "Previous rows", "Next rows", "Line", "Loan", "Price"} <= set(reached)
        assert set(reached.values()) == {"solid"}
        page.keyboard.press("Enter")
        assert page.get_by_role("columnheader", name="Price").get_attribute("aria-sort") == "ascending"
        assert page.evaluate("document.activeElement.textContent") == "Price"


def test_the_parts_of_the_page_are_known_to_a_screen_reader(shown: Open) -> None:
    with shown(case("example-optional-purchase")) as page:
        for role in ("banner", "navigation", "main", "status"):
            expect(page.get_by_role(role)).to_have_count(1)  # type: ignore[arg-type] # a role
        told = page.get_by_role("img").first
        assert "148,789.87, against" in told.text_content() or ""
        assert page.get_by_role("region", name="Lines", exact=True).count() == 2
        assert page.get_by_role("table", name="Decisions").count() == 1
        assert page.get_by_role("textbox", name="Signature").count() == 1
        assert page.get_by_role("group", name="Decision taken on 2005-03-optional-purchase").count() == 1


BAD = "axe.run().then(found => found.violations.filter(one => ['serious', 'critical'].includes(one.impact)))"


@pytest.mark.parametrize(
    ("name", "scheme"), [*((name, "light") for name in SHOWN), ("refused", "dark"), ("adopted", "dark")]
)
def test_nothing_serious_stands_in_the_way_of_anybody(shown: Open, name: str, scheme: str) -> None:
    with shown(case(name), color_scheme=scheme) as page:
        page.evaluate(AXE)
        assert [(one["id"], one["nodes"][0]["html"]) for one in page.evaluate(BAD)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_book_is_open_to_anybody_and_no_wider_than_the_screen(
    shown: Open, book_page: str, scheme: str
) -> None:
    with shown(book_page, color_scheme=scheme) as page:
        page.evaluate(AXE)
        assert [(one["id"], one["nodes"][0]["html"]) for one in page.evaluate(BAD)] == []
        for width in (360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") == width
        page.get_by_role("row", name="3.18/price").get_by_role("link").first.click()
        expect(page.get_by_role("heading", name="3.18/price fail", exact=True)).to_be_in_viewport()


def test_the_dark_page_is_dark_and_the_light_one_light(shown: Open) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with shown(case("refused"), color_scheme="dark") as dark, shown(case("refused"), color_scheme="light") as light:
        assert (dark.evaluate(ground), light.evaluate(ground)) == ("rgb(23, 25, 28)", "rgb(255, 255, 255)")
        dark.emulate_media(media="print")
        assert dark.evaluate(ground) == "rgb(255, 255, 255)"


@pytest.mark.parametrize("name", [*SHOWN, "curious", "long-amounts"])
def test_the_page_is_not_wider_than_the_screen(shown: Open, name: str) -> None:
    with shown(case(name)) as page:
        for width in (360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_page_is_printed_on_a4_without_what_is_for_the_screen(shown: Open) -> None:
    with shown(case("refused")) as page:
        printed = page.pdf(prefer_css_page_size=True)
        page.emulate_media(media="print")
        assert not page.get_by_label("Find").is_visible()
        assert not page.get_by_role("navigation").is_visible()
        assert page.get_by_text("Rows 1 to 9 of 9 found").is_visible()
        assert page.get_by_label("Signature").is_visible()
        assert page.locator(".lines tbody tr").count() == 9
    assert printed.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594.95" in printed or b"/MediaBox [0 0 595" in printed


def test_what_is_signed_stays_on_the_page_and_goes_nowhere(shown: Open) -> None:
    with shown(case("together")) as page:
        page.get_by_label("Name").fill("A. Reviewer")
        page.get_by_label("Name").press("Enter")
        page.get_by_role("group", name="second").get_by_label("rejected").check()
        page.get_by_role("group", name="first").get_by_label("rejected").check()
        assert page.get_by_label("rejected").evaluate_all("all => all.map(one => one.checked)") == [True, True, False]
