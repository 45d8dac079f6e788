"""What is printed can be checked with a pocket calculator, says the same in every format, and steers no terminal.

`python tests/test_report.py` writes the whole texts in `golden/` anew; read the difference before it is committed.
"""

import csv
import hashlib
import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from builders import FOLDER, batch, files, line, loan, loans, proposal, shipped_policies, tape
from calculator import COMPARISONS, Printed, composed, outcome, part, split
from hypothesis import given, settings
from reports import CASES, CENT, EXAMPLES, REPORT, case, document, findings, of_world, over, reported
from worlds import World, seeds

import checker
from checker.findings import Report
from checker.report import FORMATS, renderer

GOLDEN = Path(__file__).parent / "golden"
WHOLE = ["example-optional-purchase", "refused", "unknown", "adopted", "to-drop", "together", "before-any-version"]
SCHEMA = json.loads(REPORT.read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
AMOUNT = re.compile(r"-?\d+(\.\d+)?")
NUMBER = re.compile(r"\d{4}-\d{2}-\d{2}|\d[\d,]*(?:\.\d+)?")
some = settings(max_examples=int(os.environ.get("EXAMPLES", "40")), deadline=None)
each_case = pytest.mark.parametrize("name", CASES)
each_format = pytest.mark.parametrize("form", FORMATS)
Json = Mapping[str, Any]


def text_of(of: Report) -> str:
    return renderer("text")(of)


def rows_of(of: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(renderer("csv")(of), newline="")))


# The pocket calculator.


def miscounted(of: Report) -> list[tuple[str, Json, object]]:
    """Return every comparison that is printed with another outcome than its printed numbers have."""
    worked = [(each, margin, outcome(each, margin)) for each in findings(of) for margin in each["margins"]]
    return [(each["rule"], margin, found) for each, margin, found in worked if found != said(margin)]


def said(margin: Json) -> tuple[bool | None, Fraction | None]:
    return margin["holds"], None if margin["by"] is None else Fraction(margin["by"])


@each_case
def test_every_printed_comparison_follows_from_the_printed_numbers_alone(name: str) -> None:
    assert miscounted(case(name, everything=True)) == []


@some
@given(seeds())
def test_every_printed_comparison_follows_from_them_in_every_world(of: World) -> None:
    assert miscounted(of_world(of, everything=True)) == []


def test_the_cases_print_comparisons_of_every_kind() -> None:
    printed = [margin for name in CASES for each in findings(case(name, everything=True)) for margin in each["margins"]]
    kinds = Counter(
        (kind, m["holds"]) for m in printed for kind in [*COMPARISONS, " in ", "given("] if kind in m["text"]
    )
    never = {("given(", False), (" in ", None)} - set(kinds)
    assert {(kind, holds) for kind in COMPARISONS for holds in (True, False, None)} <= set(kinds)
    assert never <= {("given(", False)}


@each_case
def test_every_sum_share_and_function_follows_from_the_numbers_printed_beside_it(name: str) -> None:
    for each in findings(case(name, everything=True)):
        printed = Printed(each)
        worked = {text: composed(printed, text) for text in printed.values}
        assert {text: printed.worth(text) for text, worth in worked.items() if worth is not None} == {
            text: worth for text, worth in worked.items() if worth is not None
        }


def parts_of(text: str) -> list[str]:
    """Return the parts of a sum, a share or a function; none of anything else."""
    for sign in (" + ", " - ", " * ", "% of "):
        if len(found := split(text, sign)) > 1:
            return [sign.join(found[:-1]), found[-1]] if sign != "% of " else found[1:]
    name, _, inner = text.partition("(")
    return split(inner[:-1], ", ") if name in ("least", "greatest", "add_days", "add_months", "days_between") else []


@each_case
def test_a_number_is_from_where_its_parts_are_from(name: str) -> None:
    for each in findings(case(name, everything=True)):
        values = {value["text"]: value for value in each["values"]}
        for text, value in values.items():
            parts = [bare for one in parts_of(text) if (bare := one.strip("()")) in values or (bare := one) in values]
            sources = {source for bare in parts for source in (values[bare]["from"] or "").split(" and ") if source}
            assert not parts or set((value["from"] or "").split(" and ")) == sources, (each["rule"], text)


@each_case
def test_a_comparison_that_fails_passes_at_its_other_side(name: str) -> None:
    for each in findings(case(name, everything=True)):
        for margin in each["margins"]:
            numbers = NUMBER.findall(margin["passes"] or "")
            sides = [side for sign in COMPARISONS for side in split(margin["text"], sign)[1:]]
            assert margin["passes"] is None or margin["holds"] is False
            assert numbers == [] or plain(numbers[0]) == part(Printed(each), sides[0])


WIDE = Context(prec=100)


def plain(number: str) -> date | Fraction:
    """Return the value of a number or a day as people write it."""
    return date.fromisoformat(number) if number.count("-") > 1 else Fraction(number.replace(",", ""))


@each_case
def test_every_number_in_a_message_is_printed_beside_it(name: str) -> None:
    for each in findings(case(name)):
        if each["margins"] and not each["adopted"] and "owed_by" not in each:
            said = re.sub(r'`[^`]*`|"[^"]*"', "", each["message"])
            assert {plain(number) for number in NUMBER.findall(said)} <= printed_beside(each) | counts(said)


def printed_beside(each: Json) -> set[object]:
    """Return every number that a finding prints, and every constant of its comparisons."""
    texts = [value[key] for value in each["values"] for key in ("value", "at_least") if value.get(key)]
    texts += [text for margin in each["margins"] for text in (margin["text"], margin["by"]) if text]
    return {plain(number) for number in NUMBER.findall(" ".join(texts))}


def counts(message: str) -> set[object]:
    """Return how many loans a message says lack a fact."""
    return {Fraction(number) for number in re.findall(r"of (\d+) loans?", message)}


def status_of(each: Json) -> str:
    """Work out the status of a finding from its readings and what was adopted."""
    if each["adopted"]:
        return str(each["readings"][each["adopted"]["reading"]])
    found = set(each["readings"].values())
    if len(found) == 1:
        return str(found.pop())
    return "disputed" if {"pass", "fail"} <= found else "unknown"


def misjudged(of: Report) -> list[Json]:
    return [each for each in findings(of) if each["readings"] and each["status"] != status_of(each)]


@each_case
def test_a_status_follows_from_the_readings_and_the_adoption(name: str) -> None:
    assert misjudged(case(name, everything=True)) == []


@some
@given(seeds())
def test_a_status_follows_from_them_in_every_world(of: World) -> None:
    assert misjudged(of_world(of, everything=True)) == []


def test_the_cases_show_every_status_that_readings_can_have() -> None:
    found = [each for name in CASES for each in findings(case(name, everything=True)) if each["readings"]]
    assert {(each["status"], each["adopted"] is not None) for each in found} >= {
        *(("pass", False), ("fail", False), ("unknown", False), ("disputed", False), ("pass", True), ("fail", True)),
    }


DUE = [date(2004, 11, 30), date(2004, 12, 1), date(2004, 12, 31), date(2005, 1, 1), date(2005, 2, 1), date(2005, 7, 1)]


@pytest.mark.parametrize("due", DUE, ids=str)
def test_a_finding_passes_from_the_day_that_it_says_and_not_on_the_day_before(due: date) -> None:
    pool = [loan(next_due_date=due)]

    def judged(day: date) -> Json:
        found = findings(reported(pool, [proposal([line(pool[0], "3.18", day=day)], day=day)], everything=True))
        return next(each for each in found if each["rule"] == "3.18/delinquent-90-days")

    early = date.fromordinal(due.toordinal() + 80)
    from_ = date.fromisoformat(judged(early)["passes_from"])
    assert judged(from_)["status"] == "pass"
    assert judged(date.fromordinal(from_.toordinal() - 1))["status"] != "pass"


# JSON.


@each_case
@pytest.mark.parametrize("everything", [True, False], ids=["everything", "what stops it"])
def test_the_json_fits_its_schema(name: str, *, everything: bool) -> None:
    VALIDATOR.validate(document(case(name, everything=everything)))


@some
@given(seeds())
def test_the_json_fits_its_schema_in_every_world(of: World) -> None:
    VALIDATOR.validate(document(of_world(of)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(["format"], 2, id="another format"),
        pytest.param(["decision"], "allowed", id="a word that is not in the glossary"),
        pytest.param(["batches", 0, "pool", "stated_principal_balance"], 1.5, id="an amount as a number"),
        pytest.param(["batches", 0, "findings", 0, "status"], "passed", id="no status"),
        pytest.param(["batches", 0, "lines", 0, "at", "column"], 1, id="another key"),
        pytest.param(["batches", 0, "date"], "2005-02-30", id="no day"),
    ],
)
def test_the_schema_of_the_report_refuses_what_is_no_report(path: list[Any], value: object) -> None:
    report = document(case("refused"))
    *before, last = path
    inner: Any = report
    for key in before:
        inner = inner[key]
    inner[last] = value
    assert not VALIDATOR.is_valid(report)


def numbers(of: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Return every number of a JSON document that is not text, with its key."""
    if isinstance(of, dict):
        for key, value in of.items():
            yield from numbers(value, "a count of passes" if name == "passes" else key)
    elif isinstance(of, list):
        for value in of:
            yield from numbers(value, name)
    elif isinstance(of, int) and not isinstance(of, bool):
        yield name, of


@each_case
def test_only_counts_and_places_are_numbers_and_amounts_are_text(name: str) -> None:
    found = {key for key, _ in numbers(document(case(name)))}
    assert found <= {"format", "loans", "line", "a count of passes"}


def test_amounts_are_printed_in_full() -> None:
    pool = [loan("1", "123456789012345678901.123456789"), loan("2", "0.0000000001")]
    report = reported(pool, [proposal([line(pool[0])])])
    size = next(each for each in findings(report) if each["rule"] == "3.13(g)/size")
    values = {value["text"]: value["value"] for value in size["values"]}
    assert document(report)["batches"][0]["pool"]["stated_principal_balance"] == "123456789012345678901.1234567891"
    assert values["1.00% of sum(loan.stated_principal_balance over pool)"] == "1234567890123456789.011234567891"


@pytest.mark.parametrize("name", ["optional-purchase.yaml", "defaulted-sale.yaml", "delinquent-sale.json"])
def test_the_digests_are_those_of_the_files(name: str) -> None:
    inputs = document(case(f"example-{name.partition('.')[0]}"))["batches"][0]["inputs"]
    paths = {
        "batch": EXAMPLES / name,
        "tape": EXAMPLES / "tape.csv",
        "policy": FOLDER / "2004-12-28-amendment-1.yaml",
        "facts": FOLDER / "facts.yaml",
    }
    assert inputs == {what: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for what, path in paths.items()}


def test_as_of_is_the_latest_day_from_which_obligations_were_looked_at() -> None:
    pool, later = loans("1.00", "2.00"), date(2005, 4, 30)
    said = [proposal([line(pool[0])], "a"), proposal([line(pool[1], day=later)], "b", later)]
    found = document(reported(pool, said))
    assert [found["as_of"], *(each["as_of"] for each in found["batches"])] == ["2005-04-30", "2005-03-31", "2005-04-30"]


# The formats say the same.


def unwrapped(text: str, section: str) -> list[str]:
    """Return the bullets of each section of this name, each on one line."""
    blocks = re.findall(rf"^{section}\n((?:  .*\n)+)", text, flags=re.MULTILINE)
    return [
        re.sub(r"\n +", " ", bullet)
        for block in blocks
        for bullet in re.split(r"^  - ", block, flags=re.MULTILINE)
        if bullet
    ]


def spelled(text: str) -> list[int]:
    """Return the numbers of `lines 1, 3 to 5`."""
    ranges = re.findall(r"(\d+)(?: to (\d+))?", text)
    return [number for first, last in ranges for number in range(int(first), int(last or first) + 1)]


def decided(text: str) -> list[tuple[int, str, str, str]]:
    """Return line, section, decision and rule of every line of a text report, batch by batch."""
    matched = [
        re.fullmatch(r"lines? ([\d, to]+) under (\S+): (\w+)(?: by (\S+))?\s*", each)
        for each in unwrapped(text, "Decisions")
    ]
    assert None not in matched
    return [(number, m[2], m[3], m[4] or "") for m in matched if m for number in spelled(m[1])]


def in_json(of: Report) -> list[tuple[int, str, str, str]]:
    lines = [each for one in document(of)["batches"] for each in one["lines"]]
    return [(each["line"], each["under"], each["decision"], each["stopped_by"] or "") for each in lines]


@each_case
def test_text_json_and_csv_name_the_same_lines_decisions_and_rules(name: str) -> None:
    report = case(name)
    in_csv = [(int(row["line"]), row["under"], row["decision"], row["rule"]) for row in rows_of(report)]
    assert sorted(decided(text_of(report))) == sorted(in_json(report))
    assert in_csv == in_json(report)


@each_case
def test_text_and_json_name_the_same_findings_and_statuses(name: str) -> None:
    report = case(name, everything=True)
    found = re.findall(r"^  (\S+/\S+)  ([A-Z]+)  \S", text_of(report), flags=re.MULTILINE)
    assert Counter(found) == Counter((each["rule"], each["status"].upper()) for each in findings(report))


@each_case
def test_the_csv_has_the_message_of_the_finding_that_stopped_the_line(name: str) -> None:
    report = case(name)
    found = {(each["rule"], each["subject"].get("line")): each["message"] for each in findings(report)}
    for row in rows_of(report):
        of_line, of_exercise = (row["rule"], int(row["line"])), (row["rule"], None)
        assert row["message"] == (found.get(of_line) or found[of_exercise] if row["rule"] else "")


@each_case
def test_the_csv_has_the_prices_of_the_json(name: str) -> None:
    report = case(name)
    prices = [each["price"] for one in document(report)["batches"] for each in one["lines"]]
    wanted = [[price["offered"] or "", price["asked"] or "", price["difference"] or ""] for price in prices]
    assert [[row["price"], row["asked"], row["difference"]] for row in rows_of(report)] == wanted


@each_case
def test_the_text_leads_with_the_decision_and_ends_with_the_exit_code(name: str) -> None:
    report = case(name)
    first, last = text_of(report).split("\n", 1)[0], text_of(report).rstrip("\n").rpartition("\n")[2]
    assert re.split("[,:]", first)[0].lower() == document(report)["decision"]
    assert last == f"checker {checker.__version__}, exit code {report.exit_code}"


@pytest.mark.parametrize("name", ["refused", "together"])
def test_the_text_numbers_the_assumptions_that_it_announces(name: str) -> None:
    text = text_of(case(name))
    announced = [int(count) for count in re.findall(r"^[A-Z]+, ON (\d+) ASSUMPTIONS$", text, flags=re.MULTILINE)]
    listed = re.findall(r"^Assumptions\n((?:  .*\n)+)", text, flags=re.MULTILINE)
    assert announced == [int(re.findall(r"^  (\d+)\.", block, flags=re.MULTILINE)[-1]) for block in listed]


def test_a_name_is_not_broken_at_the_end_of_a_line() -> None:
    pool = loans(*["1.00"] * 60)
    for count in range(1, 30):
        lines = [line(each, "3.18" if at % 2 and at < 2 * count else "3.13(f)") for at, each in enumerate(pool)]
        report = reported(pool, [proposal(lines, tape_as_of=date(2005, 1, 1))])
        assert sorted(decided(text_of(report))) == sorted(in_json(report))


# Spreadsheets and terminals.


@pytest.mark.parametrize("loan_id", ["=1+1", "@x", "-5", "+7", "-2+3"])
def test_a_spreadsheet_takes_no_loan_id_for_a_formula(loan_id: str) -> None:
    pool = [loan(loan_id)]
    cells = rows_of(reported(pool, [proposal([line(pool[0], price=Decimal(1))], "=a")]))[0]
    assert (cells["loan"], cells["batch"]) == (f"'{loan_id}", "'=a")
    assert not [cell for cell in cells.values() if re.match(r"[=+@\t\r-]", cell) and not AMOUNT.fullmatch(cell)]


def test_an_amount_below_zero_stays_a_number() -> None:
    pool = loans("1000.00")
    said = proposal([line(pool[0], price=Decimal("1532.33"))])
    row = renderer("csv")(reported(pool, [said])).splitlines()[1]
    assert row.endswith(",1532.33,1532.34,-0.01")


CHARACTERS = {
    "tab": "\t",
    "line feed": "\n",
    "carriage return": "\r",
    "escape": "\x1b[31m",
    "bell": "\x07",
    "delete": "\x7f",
    "control sequence introducer": "\x9b31m",
    "right to left": "\u202e",
    "line separator": "\u2028",
}
each_character = pytest.mark.parametrize("character", CHARACTERS.values(), ids=CHARACTERS)


@each_character
@pytest.mark.parametrize("what", ["loan_id", "buyer_name", "under", "det_document", "batch"])
def test_a_batch_with_a_control_character_is_refused(tmp_path: Path, what: str, character: str) -> None:
    pool = loans("1000.00")
    said = replace(line(pool[0]), **({} if what == "batch" else {what: f"a{character}b"}))
    files(tmp_path, pool, [proposal([said])])
    text = (tmp_path / "a.json").read_text()
    path = tmp_path / "b.json"
    path.write_text(
        text.replace('"batch": "a"', f'"batch": {json.dumps(f"a{character}b")}') if what == "batch" else text
    )
    with pytest.raises(checker.InputError, match="control character"):
        checker.read_batches([path], checker.Source(shipped_policies()))


@each_character
def test_a_batch_from_memory_with_a_control_character_is_refused(character: str) -> None:
    pool = loans("1000.00")
    said = proposal([line(pool[0], buyer_name=f"a{character}b")])
    with pytest.raises(checker.InputError):
        batch(said, tape(pool))


@each_character
@pytest.mark.parametrize("form", ["text", "csv"])
def test_the_name_of_a_folder_steers_no_terminal(tmp_path: Path, form: str, character: str) -> None:
    folder = tmp_path / f"proposals{character}PERMITTED"
    folder.mkdir()
    pool = loans("1000.00")
    files(folder, pool, [proposal([line(pool[0])])])
    found = checker.read_batches([folder], checker.Source(shipped_policies()))
    printed = renderer(form)(checker.make_report(shipped_policies(), checker.check(shipped_policies(), found)))
    assert [one for one in printed if not one.isprintable() and one != "\n"] == []
    assert not re.search("^PERMITTED", printed, flags=re.MULTILINE)


@each_format
@each_case
def test_the_same_report_is_laid_out_the_same_twice_and_ends_its_last_line(form: str, name: str) -> None:
    again = CASES[name](everything=False)
    assert renderer(form)(case(name)) == renderer(form)(again)
    assert renderer(form)(again).endswith("\n")


# What passes.


@each_case
def test_passes_count_the_findings_that_everything_lists(name: str) -> None:
    for short, long in zip(
        document(case(name))["batches"], document(case(name, everything=True))["batches"], strict=True
    ):
        passing = [each["rule"] for each in long["findings"] if each["status"] == "pass" and "line" in each["subject"]]
        assert short["passes"] == long["passes"] == dict(Counter(passing))


@each_case
def test_everything_adds_the_lines_that_pass_and_changes_nothing_else(name: str) -> None:
    short, long = document(case(name)), document(case(name, everything=True))
    for before, after in zip(short["batches"], long["batches"], strict=True):
        kept = [each for each in after["findings"] if each["status"] != "pass" or "line" not in each["subject"]]
        assert (before.pop("findings"), after.pop("findings")[:0]) == (kept, [])
    assert short == long


def test_the_text_shows_two_findings_of_a_kind_and_names_the_lines_of_the_others() -> None:
    pool = loans(*["1000.00"] * 6)
    said = [line(each, "3.18", price=each.balance) for each in pool]
    text = text_of(reported(pool, [proposal(said)]))
    assert text.count("  3.18/price  FAIL  ") == 2
    assert "  - 3.18/price  fail: also lines 3 to 6 (`--all` shows them)\n" in text


def narrowest(*lines: Mapping[str, object]) -> dict[str, str]:
    """Return what the text says after each rule that so many sales pass."""
    pool = loans(*["1000.00"] * len(lines))
    said = [line(each, "3.13(f)", **one) for each, one in zip(pool, lines, strict=True)]
    passed = re.findall(r"^  (\S+) +\d+ lines?(.*)$", text_of(reported(pool, [proposal(said)])), flags=re.MULTILINE)
    return {rule: rest.removeprefix(", most narrowly ") for rule, rest in passed}


@pytest.mark.parametrize(
    ("over", "narrow"),
    [
        pytest.param(["5", "0.01", "2"], "line 2, by 0.01", id="the least money"),
        pytest.param(["5", "0", "0"], "line 2, by 0.00", id="of two the first"),
        pytest.param(["1234.5"], "line 1, by 1,234.50", id="one line"),
    ],
)
def test_a_rule_tells_the_line_that_passes_it_most_narrowly(over: list[str], narrow: str) -> None:
    lines = [{"fmv_amount": Decimal("1532.34") - Decimal(one)} for one in over]
    assert narrowest(*lines)["3.13(f)/fair-market-value"] == narrow


def test_a_margin_in_days_is_told_in_days() -> None:
    days = [date(2005, 3, 28), date(2005, 3, 30)]
    assert narrowest(*({"det_date": day} for day in days))["3.13(f)/determination"] == "line 2, by 1 day"


def test_a_line_that_does_not_pass_is_not_the_narrowest() -> None:
    price = line(loan("1", "1000.00")).price
    assert price is not None
    found = narrowest({"fmv_amount": price + CENT}, {"fmv_amount": price - 1})
    assert found["3.13(f)/fair-market-value"] == "line 2, by 1.00"


def test_what_nobody_passes_is_not_listed_as_passed() -> None:
    pool = over("0.01")
    report = document(reported(pool, [proposal([line(pool[0], price=None)])]))
    assert "3.13(g)/price" not in report["batches"][0]["passes"]


# Whole texts.


def whole(name: str) -> str:
    """Return a text report without the digests, which change with every comma of a policy."""
    return re.sub(r"\b[0-9a-f]{64}\b", "(sha256)", text_of(case(name)))


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_text_is_the_one_that_was_read_and_agreed(name: str) -> None:
    assert whole(name) == (GOLDEN / f"{name}.txt").read_text("utf-8")


def test_every_golden_text_is_compared() -> None:
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(f"{name}.txt" for name in WHOLE)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for one in WHOLE:
        (GOLDEN / f"{one}.txt").write_text(whole(one), "utf-8")
