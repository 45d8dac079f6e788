"""`checker tape`: the rows, the pool, what is unknown, and how the loans fare under each reading."""

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from builders import FOLDER as SHIPPED
from builders import agreement, loans, shipped_policies, tape_text
from workbooks import Number, write

import checker
from checker.cli import run
from checker.model import Status
from checker.read.suggest import Fit
from checker.tape import look
from checker.tape.sight import Sight
from checker.values import parse_text, parse_texts

ROOT = Path(checker.__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
in_hand = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real loan data is not in {DATA}")
FANNIE = DATA / "fannie-2007q3"
SCHEMA = json.loads((ROOT / "checker" / "tape" / "tape.schema.json").read_text("utf-8"))
NAME, DELINQUENT = "impac-cmb-2004-10", "3.18/delinquent-90-days"
DAY = dt.date(2005, 3, 31)
CANONICAL = """\
loan_id,stated_principal_balance,next_due_date,foreclosed,in_pool
003,300.00,2004-12-01,false,true
001,100.00,2005-01-01,true,true
,,,,
002,200.00,2005-03-01,,true
004,400.00,2004-12-01,false,false
"""
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tape.csv").write_text(CANONICAL)
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, day: str = "2005-03-31") -> str:
    assert run(["tape", *arguments, "--as-of", day]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def document(capsys: pytest.CaptureFixture[str], *arguments: str, day: str = "2005-03-31") -> Json:
    found: Json = json.loads(printed(capsys, *arguments, "--format", "json", day=day))
    jsonschema.validate(found, SCHEMA, format_checker=jsonschema.FormatChecker())
    return found


def seen(path: str = "tape.csv", day: dt.date = DAY, **said: str) -> Sight:
    return look(Path(path), day, shipped_policies(), checker="0", **said)


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str, day: str = "2005-03-31") -> str:
    assert run(["tape", *arguments, "--as-of", day]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


# The real pool


def facts() -> list[Any]:
    if not DATA.is_dir():
        return []
    with (FANNIE / "facts.csv").open(newline="") as file:
        return [pytest.param(row, id=row["as_of"]) for row in csv.DictReader(file)]


@in_hand
@pytest.mark.parametrize("row", facts())
def test_the_counts_of_the_real_pool_are_those_of_the_agency(
    row: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    first = dt.date.fromisoformat(row["as_of"])
    day = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    found = document(capsys, str(FANNIE / "performance.psv"), "--agreement", NAME, day=str(day))
    passing = {name: counts["pass"] for name, counts in found["conditions"][DELINQUENT].items()}
    assert (found["rows"], found["loans"], found["pool"]["loans"]) == (10_000, int(row["rows"]), int(row["active"]))
    assert dt.date.fromisoformat(found["as_of"]) == day
    assert (passing["mba"], passing["ots"]) == (int(row["mba90_loans"]), int(row["ots90_loans"]))


@in_hand
def test_what_may_be_sold_in_march_2011(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, str(FANNIE / "performance.psv"), "--agreement", NAME, "--list", day="2011-03-31")
    assert found["pool"] == {"loans": 93, "stated_principal_balance": "16462165.29"}
    assert found["skipped"] == {"rows as of another date": 9906}
    assert found["conditions"][DELINQUENT] == {
        "mba": {"pass": 14, "fail": 79, "unknown": 0},
        "ots": {"pass": 10, "fail": 83, "unknown": 0},
        "calendar": {"pass": 10, "fail": 83, "unknown": 0},
    }
    assert found["conditions"]["3.18/not-foreclosed"] == {"only": {"pass": 0, "fail": 0, "unknown": 93}}
    listed = found["listed"]["conditions"][DELINQUENT]
    assert [len(listed[name]) for name in ("mba", "ots", "calendar")] == [14, 10, 10]
    assert set(listed["ots"]) < set(listed["mba"])
    assert (found["layout"], found["suggested_by"]) == ("fannie-mae-performance", "its header")


@in_hand
def test_the_loans_that_pass_are_those_that_a_batch_of_them_passes(capsys: pytest.CaptureFixture[str]) -> None:
    tape = checker.read_tape(
        FANNIE / "performance.psv", dt.date(2011, 3, 31), agreement().facts, "fannie-mae-performance"
    )
    lines = [{"loan": loan, "under": "3.18"} for loan in tape.loans]
    batch = checker.make_batch(agreement(), tape, name="a", date=tape.as_of, lines=lines)
    (verdict,) = checker.check({NAME: agreement()}, [batch]).verdicts
    judged = {found.subject.loan: found.readings for found in verdict.judged.judgements if found.rule == DELINQUENT}
    pool = {str(row["loan.loan_id"]) for row in tape.pool.rows}
    found = document(capsys, str(FANNIE / "performance.psv"), "--agreement", NAME, "--list", day="2011-03-31")
    for name, passing in found["listed"]["conditions"][DELINQUENT].items():
        assert set(passing) == {loan for loan in pool if judged[loan][name] is Status.PASS}


# Any tape

TEXT = """\
3 LOANS IN THE POOL, 600.00
tape.csv, as of 2005-03-31
  sha256 {sha256}
  read as `canonical`: its columns are the facts of a loan
  the facts of a loan are those of impac-cmb-2004-10
  5 rows: 4 loans, 1 of them not in the pool
    not read, empty rows: 1

Unknown
  loan.accrued_interest: of every loan; the tape does not have it
  loan.unreimbursed_advances: of every loan; the tape does not have it
  loan.defaulted: of every loan; the tape does not have it
  loan.foreclosed: of 1 of 3 loans

Assumptions
  - No contract in hand says how old a report may be; 31 days is the checker's own limit.

Under impac-cmb-2004-10/amendment-1 on 2005-03-31, what reads nothing but the loan, the tape and the date
  always/tape-of-the-date
    that-day       3 pass, 0 fail, 0 unknown
    latest-report  3 pass, 0 fail, 0 unknown
  3.18/delinquent-90-days
      "delinquent in payment for a period of 90 days or longer"
    mba       2 pass, 1 fail, 0 unknown
    ots       1 pass, 2 fail, 0 unknown
    calendar  1 pass, 2 fail, 0 unknown
  3.18/not-foreclosed
      "any Mortgage Loan delinquent in payment"
    1 pass, 1 fail, 1 unknown
  3.13(f)/defaulted
      "sell defaulted Mortgage Loans"
    0 pass, 0 fail, 3 unknown
  3.13(f)/alternative-to-foreclosure
      "as an alternative to foreclosure"
    1 pass, 1 fail, 1 unknown

Loans that pass always/tape-of-the-date under `that-day`
  001  100.00
  002  200.00
  003  300.00

Loans that pass always/tape-of-the-date under `latest-report`
  001  100.00
  002  200.00
  003  300.00

Loans that pass 3.18/delinquent-90-days under `mba`
  001  100.00
  003  300.00

Loans that pass 3.18/delinquent-90-days under `ots`
  003  300.00

Loans that pass 3.18/delinquent-90-days under `calendar`
  003  300.00

Loans that pass 3.18/not-foreclosed
  003  300.00

Loans that pass 3.13(f)/defaulted
  none

Loans that pass 3.13(f)/alternative-to-foreclosure
  003  300.00

checker {version}
"""


def test_the_text_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "tape.csv", "--agreement", NAME, "--list")
    assert said == TEXT.format(sha256=seen().tape.sha256, version=checker.__version__)


def test_without_an_agreement_nothing_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "tape.csv", "--list")
    assert (found["policy"], found["conditions"], found["adopted"]) == (None, {}, {})
    assert (found["agreement"], found["listed"]) == (NAME, {"pool": ["001", "002", "003"]})
    said = printed(capsys, "tape.csv", "--list")
    assert "the facts of a loan are those of impac-cmb-2004-10, the only agreement in hand\n" in said
    assert "Loans in the pool\n  001  100.00\n  002  200.00\n  003  300.00\n" in said
    assert "Under " not in said


def test_nothing_is_listed_unless_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, "tape.csv", "--agreement", NAME)["listed"] is None
    assert "Loans that pass" not in printed(capsys, "tape.csv", "--agreement", NAME)


def test_the_facts_that_the_tape_lacks_are_counted_with_those_it_leaves_empty(
    capsys: pytest.CaptureFixture[str],
) -> None:
    unknown = document(capsys, "tape.csv")["unknown"]
    assert (unknown["loan.defaulted"], unknown["loan.foreclosed"], unknown["loan.next_due_date"]) == (3, 1, 0)


def test_a_balance_that_is_unknown_makes_that_of_the_pool_a_bound(capsys: pytest.CaptureFixture[str]) -> None:
    Path("tape.csv").write_text(CANONICAL.replace("200.00", ""))
    assert document(capsys, "tape.csv")["pool"] == {"loans": 3, "stated_principal_balance": None}
    assert printed(capsys, "tape.csv").startswith("3 LOANS IN THE POOL, AT LEAST 400.00\n")


def test_a_loan_of_which_it_is_unknown_whether_it_is_in_the_pool_is_not_counted_in_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("tape.csv").write_text(CANONICAL.replace("2005-03-01,,true", "2005-03-01,,"))
    found = document(capsys, "tape.csv", "--agreement", NAME)
    assert found["pool"] == {"loans": 2, "stated_principal_balance": None}
    assert (found["maybe_in_pool"], found["unknown"]["loan.in_pool"]) == (1, 1)
    assert sum(found["conditions"][DELINQUENT]["mba"].values()) == 2
    assert "1 of them not in the pool, of 1 it is unknown whether they are in the pool" in printed(capsys, "tape.csv")


def test_the_version_in_force_on_the_date_judges(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "tape.csv", "--agreement", NAME, day="2004-12-01")
    assert found["policy"] == "impac-cmb-2004-10/2004-11-24" or found["policy"].startswith(NAME)
    assert found["policy"] != f"{NAME}/amendment-1"
    assert "3.13(f)/defaulted" not in found["conditions"]


def test_before_any_version_nothing_is_judged_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, "tape.csv", "--agreement", NAME, day="2004-01-01")["conditions"] == {}
    said = printed(capsys, "tape.csv", "--agreement", NAME, day="2004-01-01")
    assert f"No version of {NAME} in hand is in force on 2004-01-01: nothing is judged" in said


def test_a_condition_that_reads_a_line_or_the_exercise_is_not_asked() -> None:
    rules = {one.condition.rule for one in seen(agreement=NAME).conditions}
    assert rules == {
        "always/tape-of-the-date",
        "3.18/delinquent-90-days",
        "3.18/not-foreclosed",
        "3.13(f)/defaulted",
        "3.13(f)/alternative-to-foreclosure",
    }


LAW = """
policy: an-agreement/first
agreement: an-agreement
title: A section
executed: 2004-11-24
effective: 2004-11-24
source: {title: The contract, sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}
permissions:
  "1":
    title: A permission
    conditions:
      pool: {each: exercise, require: "sum(loan.stated_principal_balance over pool) >= $500.00"}
      small:
        readings:
          one: {require: "loan.stated_principal_balance <= 25% of sum(loan.stated_principal_balance over pool)"}
          two: {require: loan.stated_principal_balance <= $200.00}
        adopted: {reading: two, adopted_by: A. Person, adopted_on: 2005-01-10, because: It is plain.}
      line:
        readings:
          one: {require: loan.in_pool}
          two: {require: disposition.price > $0.00}
      count: {each: exercise, require: count(exercise) <= 5}
      mixed: {each: exercise, require: "batch.date >= 2005-01-01 and count(exercise where loan.in_pool) >= 0"}
      named: {each: batch, require: batch.batch = "a"}
"""


def test_a_condition_on_the_pool_is_asked_and_an_adopted_reading_is_marked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "law").mkdir()
    (folder / "law" / "first.yaml").write_text(LAW)
    Path("tape.csv").write_text("loan_id,stated_principal_balance\n1,150.00\n2,200.00\n3,300.00\n")
    told = ("tape.csv", "--agreement", "an-agreement", "--policies", "law")
    found = document(capsys, *told)
    assert found["conditions"] == {
        "1/pool": {"only": {"pass": 3, "fail": 0, "unknown": 0}},
        "1/small": {"one": {"pass": 1, "fail": 2, "unknown": 0}, "two": {"pass": 2, "fail": 1, "unknown": 0}},
    }
    assert found["adopted"] == {"1/small": "two"}
    assert "    two  2 pass, 1 fail, 0 unknown (adopted)\n" in printed(capsys, *told)


def test_of_several_agreements_one_must_be_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        (folder / "laws" / name).mkdir(parents=True)
        (folder / "laws" / name / "first.yaml").write_text(LAW.replace("an-agreement", name))
    Path("tape.csv").write_text("loan_id\n1\n")
    assert error_of(capsys, "tape.csv", "--policies", "laws") == (
        "E601: say whose facts the tape gives: --agreement NAME\n  = help: there is `one`, `two`\n"
    )
    assert document(capsys, "tape.csv", "--policies", "laws", "--agreement", "two")["agreement"] == "two"


def test_the_only_layout_that_fits_is_used_and_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = ["1", "03/01/2011", "", "", "5.25", *[""] * 5, "2", *[""] * 20]
    (folder / "tape.txt").write_text("|".join(cells) + "\n")
    found = document(capsys, "tape.txt", day="2011-03-31")
    assert (found["layout"], found["suggested_by"], found["pool"]["loans"]) == ("fannie-mae-31", "its 31 columns", 1)
    told = "read through `fannie-mae-31`, suggested by its 31 columns; name it to be sure\n"
    assert told in printed(capsys, "tape.txt", day="2011-03-31")


def test_of_several_layouts_that_fit_one_must_be_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.tape.fitting", lambda *_: (Fit("one", "its 5 columns"), Fit("two", "its 5 columns")))
    assert error_of(capsys, "tape.csv") == (
        "E712: no layout is named, and several fit\n --> tape.csv\n"
        "  = help: it fits several layouts; name one: `one` (by its 5 columns), `two` (by its 5 columns)\n"
    )


def test_a_layout_that_is_named_is_not_suggested(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = ["1", "03/01/2011", "", "", "5.25", *[""] * 5, "2", *[""] * 20]
    (folder / "tape.txt").write_text("|".join(cells) + "\n")
    found = document(capsys, "tape.txt", "--layout", "fannie-mae-31", day="2011-03-31")
    assert (found["layout"], found["suggested_by"]) == ("fannie-mae-31", None)
    said = printed(capsys, "tape.txt", "--layout", "fannie-mae-31", day="2011-03-31")
    assert "read through `fannie-mae-31`, as named\n" in said


def test_the_sheet_of_a_workbook_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [["loan_id", "stated_principal_balance"], ["1", Number("5.25")]]
    write(folder / "pool.xlsx", {"Notes": [], "Pool": rows})
    assert document(capsys, "pool.xlsx", "--sheet", "Pool")["sheet"] == "Pool"
    assert "pool.xlsx, sheet `Pool`, as of 2005-03-31\n" in printed(capsys, "pool.xlsx", "--sheet", "Pool")
    assert "E711" in error_of(capsys, "pool.xlsx")


def test_the_order_of_the_loans_is_irrelevant(capsys: pytest.CaptureFixture[str]) -> None:
    first = document(capsys, "tape.csv", "--agreement", NAME, "--list")
    head, *rows = CANONICAL.splitlines(keepends=True)
    Path("tape.csv").write_text("".join([head, *reversed(rows)]))
    again = document(capsys, "tape.csv", "--agreement", NAME, "--list")
    assert {**first, "sha256": ""} == {**again, "sha256": ""}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["none.csv"], "E001", id="no file"),
        pytest.param(["tape.csv", "--layout", "cannonical"], "did you mean `canonical`", id="no such layout"),
        pytest.param(
            ["tape.csv", "--agreement", "impac"], "E601: no policy for the agreement `impac`", id="no agreement"
        ),
        pytest.param(["tape.csv", "--layout", "fannie-mae-31"], "E704", id="another layout"),
        pytest.param(["bad.csv"], "E401", id="a bad cell"),
        pytest.param(["other.csv"], "E706", id="another table"),
        pytest.param(["tape.csv", "--output", "tape.csv"], "E609: the output would overwrite", id="over the input"),
    ],
)
def test_what_is_wrong_is_an_error(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.csv").write_text("loan_id,stated_principal_balance\n1,x\n")
    Path("other.csv").write_text("a,b\n1,2\n")
    assert told in error_of(capsys, *arguments)


def test_the_date_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(["tape", "tape.csv"])
    assert (stop.value.code, "--as-of" in capsys.readouterr().err) == (2, True)


def test_the_output_goes_where_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "tape.csv")
    assert printed(capsys, "tape.csv", "--output", "seen.txt") == ""
    assert Path("seen.txt").read_text() == said


def test_the_tape_of_the_examples_is_seen_as_their_report_sees_it(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, str(SHIPPED / "examples" / "tape.csv"))
    assert found["pool"] == {"loans": 59, "stated_principal_balance": "11758339.38"}


def test_a_loan_that_may_not_be_printed_as_it_is_cannot_steer_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("tape.csv").write_text(tape_text(loans("1.00")).replace("\n1,", "\n\u202e1,"))
    assert "E401" in error_of(capsys, "tape.csv")


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        pytest.param(["001", "A7"], ["001", "A7"], id="letters and digits"),
        pytest.param(["001", "1E11"], None, id="what a spreadsheet makes of a number"),
        pytest.param(["001", "1e5"], None, id="the same in a small letter"),
        pytest.param(["001", ""], None, id="an empty cell"),
        pytest.param(["001", "a b"], None, id="a space"),
        pytest.param(["001", "a\u200b"], None, id="what does not print"),
    ],
)
def test_texts_are_read_at_once_only_where_none_needs_a_closer_look(cells: list[str], read: list[str] | None) -> None:
    found = parse_texts(cells)
    assert found == read
    assert found is None or [parse_text(cell) for cell in cells] == found
