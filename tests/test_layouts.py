"""The layouts that ship, trap by trap; how columns are read; which layout a file fits."""

import csv
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from builders import agreement
from workbooks import write

import checker
from checker.document import strict
from checker.document.schema import document_schema, instance_of
from checker.document.shape import Reader
from checker.faults import InputError
from checker.lang.check import Declared, Scope, check
from checker.lang.evaluate import Frame, Program
from checker.lang.parse import parse
from checker.lang.syntax import Type
from checker.lang.typed import Typed
from checker.model import FactDeclared
from checker.read.columns import COLUMN, ColumnDraft, parser
from checker.read.layout import FOLDER, LAYOUT, named_layout, shipped
from checker.read.suggest import fitting, spelled

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
in_hand = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real loan data is not in {DATA}")
MARCH = dt.date(2011, 3, 31)
BALANCE, DUE, FORECLOSED = "loan.stated_principal_balance", "loan.next_due_date", "loan.foreclosed"
Json = dict[str, Any]

# Of each layout of an agency: its own names of the columns that matter, and how it writes March 2011 and February.
FANNIE = {"id": "loan_identifier", "paid": "last_paid_installment_date"}
FREDDIE = {"id": "loan_sequence_number", "paid": "ddlpi"}
AGENCIES: dict[str, Json] = {
    "fannie-mae-31": {**FANNIE, "march": "03/01/2011", "november": "11/01/2010"},
    "fannie-mae-110": {**FANNIE, "march": "032011", "november": "112010"},
    "freddie-mac-32": {**FREDDIE, "march": "201103", "november": "201011"},
    "freddie-mac-35": {**FREDDIE, "march": "201103", "november": "201011"},
}
each_agency = pytest.mark.parametrize("layout", AGENCIES)
each_layout = pytest.mark.parametrize("name", shipped())


@cache
def written(name: str) -> Json:
    found: Json = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return found


def agency_line(layout: str, **cells: str) -> str:
    """Return a row of an agency: a current loan of 1,000.00 in March 2011, unless said otherwise."""
    own = AGENCIES[layout]
    usual = {
        own["id"]: "001",
        "monthly_reporting_period": own["march"],
        "current_actual_upb": "1000.00",
        "current_loan_delinquency_status": "0",
    }
    said = usual | {own.get(name, name): text for name, text in cells.items()}
    assert not said.keys() - set(written(layout)["columns"])
    return "|".join(said.get(column, "") for column in written(layout)["columns"])


def agency_row(layout: str, folder: Path, **cells: str) -> Mapping[str, Any]:
    """Return what is read of that row."""
    (folder / "tape.txt").write_text(agency_line(layout, **cells) + "\n")
    (row,) = checker.read_tape(folder / "tape.txt", MARCH, agreement().facts, layout).loans.values()
    return row


# The agencies


@each_agency
def test_a_loan_is_read(layout: str, tmp_path: Path) -> None:
    row = agency_row(layout, tmp_path)
    assert row == {
        "loan.loan_id": "001",
        BALANCE: Decimal("1000.00"),
        DUE: dt.date(2011, 4, 1),
        FORECLOSED: None,
        "loan.in_pool": True,
    }


@each_agency
@pytest.mark.parametrize("code", ["01", "03", "06", "09", "15", "96"])
def test_a_terminated_loan_keeps_its_balance_and_is_not_in_the_pool(layout: str, code: str, tmp_path: Path) -> None:
    row = agency_row(layout, tmp_path, zero_balance_code=code)
    assert (row[BALANCE], row["loan.in_pool"]) == (Decimal("1000.00"), False)


@each_agency
@pytest.mark.parametrize(
    ("status", "due"),
    [
        pytest.param("0", dt.date(2011, 4, 1), id="current"),
        pytest.param("00", dt.date(2011, 4, 1), id="current, with two digits"),
        pytest.param("1", dt.date(2011, 3, 1), id="one"),
        pytest.param("03", dt.date(2011, 1, 1), id="three"),
        pytest.param("12", dt.date(2010, 4, 1), id="a year"),
        pytest.param("99", dt.date(2003, 1, 1), id="ninety-nine is a count"),
        pytest.param("", None, id="blank is not current"),
        pytest.param("-1", None, id="a recoded blank is not current"),
        pytest.param("XX", None, id="unknown"),
    ],
)
def test_a_status_is_the_number_of_unpaid_due_dates(
    layout: str, status: str, due: dt.date | None, tmp_path: Path
) -> None:
    assert agency_row(layout, tmp_path, current_loan_delinquency_status=status)[DUE] == due


@each_agency
@pytest.mark.parametrize("status", ["C", "1O", "+1", "1.0", " 1"])
def test_a_status_that_is_none_is_an_error(layout: str, status: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not a whole number|has spaces around it"):
        agency_row(layout, tmp_path, current_loan_delinquency_status=status)


@each_agency
def test_paid_through_is_one_period_before_the_next_due_date(layout: str, tmp_path: Path) -> None:
    row = agency_row(layout, tmp_path, current_loan_delinquency_status="", paid=AGENCIES[layout]["november"])
    assert row[DUE] == dt.date(2010, 12, 1)


@each_agency
def test_the_status_comes_before_the_last_paid_installment(layout: str, tmp_path: Path) -> None:
    row = agency_row(layout, tmp_path, current_loan_delinquency_status="2", paid=AGENCIES[layout]["november"])
    assert row[DUE] == dt.date(2011, 2, 1)


@each_agency
@pytest.mark.parametrize("balance", ["", "0.00", "0"])
def test_a_balance_that_is_not_disclosed_is_unknown_and_not_zero(layout: str, balance: str, tmp_path: Path) -> None:
    row = agency_row(layout, tmp_path, current_actual_upb=balance)
    assert (row[BALANCE], row["loan.in_pool"]) == (None, True)


@each_agency
def test_a_balance_of_zero_is_zero_where_a_code_ends_the_loan(layout: str, tmp_path: Path) -> None:
    assert agency_row(layout, tmp_path, current_actual_upb="0.00", zero_balance_code="01")[BALANCE] == 0


@each_agency
def test_a_balance_below_zero_is_an_error(layout: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is less than 0"):
        agency_row(layout, tmp_path, current_actual_upb="-1.00")


@pytest.mark.parametrize("layout", ["freddie-mac-32", "freddie-mac-35"])
@pytest.mark.parametrize("status", ["RA", "R"])
def test_an_acquired_property_is_foreclosed_on(layout: str, status: str, tmp_path: Path) -> None:
    row = agency_row(layout, tmp_path, current_loan_delinquency_status=status)
    assert (row[FORECLOSED], row[DUE], row["loan.in_pool"]) == (True, None, True)


@pytest.mark.parametrize("layout", ["fannie-mae-31", "fannie-mae-110"])
def test_a_foreclosure_by_the_date_is_one(layout: str, tmp_path: Path) -> None:
    november = AGENCIES[layout]["november"]
    assert agency_row(layout, tmp_path, foreclosure_date=november)[FORECLOSED] is True
    assert agency_row(layout, tmp_path, foreclosure_date=november.replace("2010", "2011"))[FORECLOSED] is None


@each_agency
def test_rows_of_other_months_are_not_read(layout: str, tmp_path: Path) -> None:
    other = agency_line(layout, id="002", monthly_reporting_period=AGENCIES[layout]["november"])
    (tmp_path / "tape.txt").write_text(f"{other}\n{agency_line(layout)}\n")
    found = checker.read_tape(tmp_path / "tape.txt", MARCH, agreement().facts, layout)
    assert (list(found.loans), found.skipped["rows as of another date"]) == (["001"], 1)


@each_agency
def test_a_row_of_another_width_is_an_error(layout: str, tmp_path: Path) -> None:
    (tmp_path / "tape.txt").write_text(agency_line(layout) + "|\n")
    with pytest.raises(InputError, match="E704"):
        checker.read_tape(tmp_path / "tape.txt", MARCH, agreement().facts, layout)


@in_hand
@pytest.mark.parametrize("month", [dt.date(2009, 12, 31), MARCH, dt.date(2013, 6, 30)], ids=str)
def test_the_real_loans_are_the_same_in_the_layout_without_a_header(month: dt.date, tmp_path: Path) -> None:
    source = DATA / "fannie-2007q3" / "performance.psv"
    with source.open(newline="") as file:
        rows = [row[:31] for row in csv.reader(file, delimiter="|")][1:]
    with (tmp_path / "legacy.txt").open("w", newline="") as file:
        csv.writer(file, delimiter="|").writerows(rows)
    old = checker.read_tape(tmp_path / "legacy.txt", month, agreement().facts, "fannie-mae-31")
    new = checker.read_tape(source, month, agreement().facts, "fannie-mae-performance")
    both = (BALANCE, "loan.in_pool", "loan.loan_id")
    assert [[row[name] for name in both] for row in old.loans.values()] == [
        [row[name] for name in both] for row in new.loans.values()
    ]
    assert {loan: row[DUE] for loan, row in new.loans.items() if row[DUE]}.items() <= {
        loan: row[DUE] for loan, row in old.loans.items()
    }.items()


# The SEC's


def filed(kind: str, folder: Path, **said: str) -> Mapping[str, Any]:
    """Return what is read of a loan in an asset data file: one that is paid through March 2011, unless said."""
    usual: dict[str, dict[str, str]] = {
        "cmbs": {
            "assetNumber": "1",
            "reportingPeriodEndDate": "03-31-2011",
            "reportPeriodEndScheduledLoanBalanceAmount": "1000.00",
            "originationDate": "01-05-2007",
            "paymentFrequencyCode": "1",
            "paidThroughDate": "03-01-2011",
        },
        "rmbs": {
            "assetNumber": "1",
            "reportPeriodEndDate": "03-31-2011",
            "reportingPeriodEndScheduledBalanceAmount": "1000.00",
            "paidThroughDate": "03-01-2011",
        },
    }
    cells = "".join(f"<{name}>{text}</{name}>" for name, text in (usual[kind] | said).items() if text)
    space = f"http://www.sec.gov/edgar/document/absee/{kind}/assetdata"
    (folder / "filed.xml").write_text(f'<assetData xmlns="{space}"><assets>{cells}</assets></assetData>')
    found = checker.read_tape(folder / "filed.xml", MARCH, agreement().facts, f"sec-abs-ee-{kind}")
    (row,) = found.loans.values()
    return row


SCHEDULED = {"cmbs": "reportPeriodEndScheduledLoanBalanceAmount", "rmbs": "reportingPeriodEndScheduledBalanceAmount"}
each_kind = pytest.mark.parametrize("kind", SCHEDULED)


@each_kind
def test_the_balance_is_the_scheduled_one(kind: str, tmp_path: Path) -> None:
    actual = {"cmbs": "reportPeriodEndActualBalanceAmount", "rmbs": "reportingPeriodEndActualBalanceAmount"}[kind]
    row = filed(kind, tmp_path, **{actual: "999.00"})
    assert (row[BALANCE], row["loan.in_pool"]) == (Decimal("1000.00"), True)


@each_kind
def test_a_liquidated_loan_stays_at_zero_and_is_not_in_the_pool(kind: str, tmp_path: Path) -> None:
    row = filed(kind, tmp_path, **{SCHEDULED[kind]: "0.00"})
    assert (row[BALANCE], row["loan.in_pool"]) == (0, False)


@each_kind
def test_a_loan_without_a_balance_is_one_of_which_it_is_unknown(kind: str, tmp_path: Path) -> None:
    row = filed(kind, tmp_path, **{SCHEDULED[kind]: ""})
    assert (row[BALANCE], row["loan.in_pool"]) == (None, None)


@each_kind
def test_a_loan_paid_through_a_day_is_due_a_month_later(kind: str, tmp_path: Path) -> None:
    assert filed(kind, tmp_path)[DUE] == dt.date(2011, 4, 1)


def test_the_next_due_date_is_taken_where_it_is_stated(tmp_path: Path) -> None:
    assert filed("rmbs", tmp_path, nextPaymentDueDate="01-01-2011")[DUE] == dt.date(2011, 1, 1)


@pytest.mark.parametrize("frequency", ["3", "12", ""])
def test_a_loan_that_does_not_pay_monthly_has_no_known_due_date(frequency: str, tmp_path: Path) -> None:
    assert filed("cmbs", tmp_path, paymentFrequencyCode=frequency)[DUE] is None


@pytest.mark.parametrize(
    ("kind", "element", "code", "in_pool"),
    [
        pytest.param("cmbs", "liquidationPrepaymentCode", "1", True, id="a part was liquidated"),
        pytest.param("cmbs", "liquidationPrepaymentCode", "3", False, id="liquidated"),
        pytest.param("cmbs", "liquidationPrepaymentCode", "5", False, id="paid at maturity"),
        pytest.param("rmbs", "zeroBalanceCode", "1", False, id="prepaid"),
        pytest.param("rmbs", "zeroBalanceCode", "99", False, id="ended for a reason that is not available"),
    ],
)
def test_a_code_ends_a_loan_whatever_its_balance(
    kind: str, element: str, code: str, *, in_pool: bool, tmp_path: Path
) -> None:
    assert filed(kind, tmp_path, **{element: code})["loan.in_pool"] is in_pool


@pytest.mark.parametrize(
    ("kind", "element", "code", "foreclosed"),
    [
        pytest.param("cmbs", "workoutStrategyCode", "7", True, id="owned"),
        pytest.param("cmbs", "workoutStrategyCode", "2", None, id="in foreclosure"),
        pytest.param("rmbs", "foreclosureExitReasonCode", "1", True, id="sold to a third party"),
        pytest.param("rmbs", "foreclosureExitReasonCode", "2", True, id="owned, once"),
        pytest.param("rmbs", "foreclosureExitReasonCode", "5", None, id="reinstated"),
    ],
)
def test_a_property_owned_was_foreclosed_on(
    kind: str,
    element: str,
    code: str,
    foreclosed: bool | None,  # noqa: FBT001 (a table's cell)
    tmp_path: Path,
) -> None:
    assert filed(kind, tmp_path, **{element: code})[FORECLOSED] is foreclosed


def test_all_outstanding_advances_are_unreimbursed(tmp_path: Path) -> None:
    names = ["totalPrincipalInterestAdvancedOutstandingAmount", "totalTaxesInsuranceAdvancesOutstandingAmount"]
    two = dict.fromkeys(names, "1.25")
    assert filed("cmbs", tmp_path, **two)["loan.unreimbursed_advances"] is None
    row = filed("cmbs", tmp_path, **two, otherExpensesAdvancedOutstandingAmount="0.50")
    assert row["loan.unreimbursed_advances"] == Decimal("3.00")


# What holds of every layout that ships


@each_layout
def test_a_layout_that_ships_fits_its_schema_and_its_name(name: str) -> None:
    document = strict.load(FOLDER / f"{name}.yaml")
    jsonschema.validate(instance_of(document.root), document_schema(LAYOUT))
    assert (written(name)["layout"], bool(written(name)["assumes"])) == (name, True)


@each_layout
def test_a_layout_that_ships_uses_each_column_that_it_reads(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text("utf-8").partition("\nread:")[2]
    said = text.partition("\nrows:")[2]
    assert [column for column in written(name)["read"] if f"row.{column}" not in said] == []


PROVED = {"fannie-mae-performance", "sec-abs-ee-cmbs"}


@each_layout
def test_a_layout_that_no_file_proves_says_so(name: str) -> None:
    said = [text for text in written(name)["assumes"] if "no file in hand proves" in text]
    assert bool(said) is (name not in PROVED)


@in_hand
@each_layout
def test_the_columns_are_those_of_the_published_layout(name: str) -> None:
    published: dict[str, list[str]] = {}
    with (DATA / "layouts" / "agency_layouts.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            published.setdefault(row["layout"], []).append(row["field"])
    with (DATA / "layouts" / "sec_absee_schema_v3.2.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["level"] == "3" and not row["schedule_al_item"].startswith("4("):  # those are of another schema
                published.setdefault(row["schema"], []).append(row["element"])
    of = {
        "fannie-mae-31": "fannie_performance_legacy_2018",
        "fannie-mae-110": "fannie_sf_lp_110col_current",
        "freddie-mac-32": "freddie_sflld_performance_r46",
        "freddie-mac-35": "freddie_sflld_performance_r47_jul2026",
        "sec-abs-ee-cmbs": "CMBS",
        "sec-abs-ee-rmbs": "RMBS",
    }
    columns = [column for column in written(name)["columns"] if column != "property"]
    assert name == "fannie-mae-performance" or columns == published[of[name]]


@each_layout
def test_a_layout_that_ships_serves_an_agreement_that_knows_less_of_a_loan(name: str) -> None:
    core = {name: fact for name, fact in agreement().facts.items() if name in checker_facts()}
    assert set(named_layout(name, Path(), core).facts) == {"loan.loan_id", BALANCE, "loan.in_pool"}


def checker_facts() -> set[str]:
    return {"loan.loan_id", BALANCE, "loan.in_pool", "tape.as_of", "batch.date"}


def test_a_fact_of_another_type_is_an_error_even_in_a_layout_that_ships() -> None:
    facts = {**agreement().facts, FORECLOSED: FactDeclared(name=FORECLOSED, type=Type.TEXT, means="A word.")}
    with pytest.raises(InputError, match="E203"):
        named_layout("fannie-mae-31", Path(), facts)


# How a column is read


def reading(**said: str) -> Any:
    """Return what reads a cell of a column."""
    text = "\n".join(f"{key}: {value}" for key, value in said.items())
    document = strict.parse(text.encode(), "column.yaml")
    reader = Reader(document)
    draft: ColumnDraft = reader.read(COLUMN, document.root)  # type: ignore[assignment] # made by the shape
    found = parser(reader, draft)
    if reader.faults:
        raise InputError(*reader.faults)
    return found


MARKED = {"type": "money", "thousands": "comma", "currency": "$", "brackets": "true"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("$1,234,567", "1234567"),
        ("$ 5", "5"),
        ("(5.00)", "-5.00"),
        ("($1,000.00)", "-1000.00"),
        ("-$5", "-5"),
        ("0.00", "0.00"),
    ],
)
def test_an_amount_is_read_with_its_marks(text: str, value: str) -> None:
    assert reading(**MARKED)(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["1,23", ",123", "1,2345", "1234,567", "12 345", "$-5", "(-5)", "-(5)", "()", "$", "5$", "€5", "1.", "1.2,3", "٣"],
)
def test_an_amount_with_marks_in_the_wrong_place_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount as this column writes them"):
        reading(**MARKED)(text)


@pytest.mark.parametrize("text", ["1,234.50", "$5", "(5)"])
def test_marks_are_read_only_where_the_column_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        reading(type="money")(text)


def test_an_amount_without_marks_may_have_leading_zeros_only_as_it_is_spelled() -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        reading(**MARKED)("007")


@pytest.mark.parametrize(("mark", "text"), [("space", "1 234 567.5"), ("apostrophe", "1'234'567.5")])
def test_thousands_are_marked_as_the_column_says(mark: str, text: str) -> None:
    assert reading(type="number", thousands=mark)(text) == Decimal("1234567.5")


@pytest.mark.parametrize(("text", "value"), [("00", 0), ("03", 3), ("3", 3), ("-01", -1), ("0", 0)])
def test_a_count_is_read_with_leading_zeros(text: str, value: int) -> None:
    assert reading(type="count", leading_zeros="true")(text) == value


@pytest.mark.parametrize("text", ["", "0x3", "0 3", "3.0", "00-1"])
def test_leading_zeros_make_a_count_of_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="is not a whole number"):
        reading(type="count", leading_zeros="true")(text)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"type": "text", "leading_zeros": "true"}, "`leading_zeros` is how a count is written"),
        ({"type": "count", "thousands": "comma"}, "`thousands` is how an amount is written"),
        ({"type": "date", "currency": "$"}, "`currency` is how an amount is written"),
        ({"type": "flag", "brackets": "true"}, "`brackets` is how an amount is written"),
        ({"type": "money", "form": "YYYYMM"}, "`form` is how a date is written"),
        ({"type": "money", "thousands": "point"}, "`point` is not one of the values known here"),
    ],
)
def test_what_does_not_go_with_a_column_is_an_error(said: dict[str, str], message: str) -> None:
    with pytest.raises(InputError) as error:
        reading(**said)
    assert message in str(error.value)


# `when`

KINDS = {"row.a": Declared(type=Type.FLAG), "row.b": Declared(type=Type.COUNT), "row.c": Declared(type=Type.DATE)}


def program(text: str, *, asks: bool = True) -> Any:
    return check(parse(text), Scope(facts=KINDS, bare=frozenset({"row"}), sets={}, asks=asks))


@pytest.mark.parametrize(
    ("condition", "value", "found"),
    [
        pytest.param(True, 5, 5, id="it holds"),
        pytest.param(False, 5, None, id="it does not"),
        pytest.param(None, 5, None, id="it is unknown"),
        pytest.param(True, None, None, id="the value is unknown"),
    ],
)
def test_when_is_the_value_where_the_condition_holds(
    condition: bool | None,  # noqa: FBT001 (a table's cell)
    value: int | None,
    found: int | None,
) -> None:
    typed = program("when(row.a, row.b)")
    assert isinstance(typed, Typed)
    assert Program(typed)(Frame(row={"row.a": condition, "row.b": value}, sets={})) == found


@pytest.mark.parametrize("text", ["when(row.b, row.a)", "when(row.a)", "when(row.a, row.b, row.b)"])
def test_when_takes_a_condition_and_a_value(text: str) -> None:
    (problem,) = program(text)
    assert (problem.code, problem.help) == ("E208", "it is `when(flag, value)`")


def test_when_is_of_the_type_of_its_value() -> None:
    assert program("when(row.a, row.c)").type is Type.DATE


def test_a_condition_cannot_make_a_fact_unknown() -> None:
    (problem,) = program("when(row.a, row.b) = 5", asks=False)
    assert (problem.code, problem.message) == ("E207", "a condition cannot make a fact unknown")
    assert problem.help == "`when` is for layouts only"


# Which layout a file fits


@pytest.mark.parametrize(
    ("layout", "by"),
    [
        ("fannie-mae-31", "its 31 columns"),
        ("fannie-mae-110", "its 110 columns"),
        ("freddie-mac-32", "its 32 columns"),
        ("freddie-mac-35", "its 35 columns"),
    ],
)
def test_a_file_without_a_header_fits_by_its_columns(layout: str, by: str) -> None:
    found = fitting(agency_line(layout).encode(), "tape.txt")
    assert [tuple(fit) for fit in found] == [(layout, by)]
    assert spelled(found) == f"it fits the layout `{layout}` by {by}; name it to be sure"


def test_a_header_says_more_than_the_number_of_columns() -> None:
    header = "|".join(written("fannie-mae-performance")["columns"])
    assert [fit.layout for fit in fitting(header.encode(), "tape.txt")] == ["fannie-mae-performance"]
    assert [fit.layout for fit in fitting(header.replace("quarter", "x").encode(), "t")] == ["freddie-mac-32"]


@pytest.mark.parametrize("kind", ["cmbs", "rmbs"])
def test_an_xml_file_fits_by_its_namespace(kind: str, tmp_path: Path) -> None:
    filed(kind, tmp_path)
    assert [fit.layout for fit in fitting((tmp_path / "filed.xml").read_bytes(), "x")] == [f"sec-abs-ee-{kind}"]


def test_a_workbook_fits_by_its_header(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", {"A": [written("fannie-mae-performance")["columns"]]})
    found = fitting((tmp_path / "a.xlsx").read_bytes(), "a.xlsx")
    assert [tuple(fit) for fit in found] == [("fannie-mae-performance", "its header")]


@pytest.mark.parametrize(
    ("data", "file"),
    [
        pytest.param(b"loan_id,in_pool\n1,true\n", "a.csv", id="a canonical tape"),
        pytest.param(b"\xef\xbb\xbfloan_id\n", "a.csv", id="a canonical tape with a byte order mark"),
        pytest.param(b"a,b,c\n", "a.csv", id="another table"),
        pytest.param(b"", "a.csv", id="nothing"),
        pytest.param(b"\xff\xfe\x00", "a.csv", id="no text"),
        pytest.param(b"<a/>", "a.xml", id="XML without a namespace"),
        pytest.param(b'<a xmlns="urn:b"/>', "a.xml", id="XML of another namespace"),
        pytest.param(b"<a", "a.xml", id="no XML"),
        pytest.param(b"<!DOCTYPE a><a/>", "a.xml", id="XML that means harm"),
        pytest.param(b"PK", "a.xlsx", id="no workbook"),
    ],
)
def test_other_files_fit_nothing(data: bytes, file: str) -> None:
    assert fitting(data, file) == ()


def test_where_several_fit_all_are_told() -> None:
    fits = fitting(agency_line("freddie-mac-32").encode(), "a") + fitting(agency_line("freddie-mac-35").encode(), "a")
    assert spelled(fits) == (
        "it fits several layouts; name one: `freddie-mac-32` (by its 32 columns), `freddie-mac-35` (by its 35 columns)"
    )


def test_a_tape_that_is_not_canonical_is_an_error_that_says_what_it_fits(tmp_path: Path) -> None:
    (tmp_path / "tape.txt").write_text(agency_line("fannie-mae-31", servicer_name="A BANK, N.A.") + "\n")
    with pytest.raises(InputError) as error:
        checker.read_tape(tmp_path / "tape.txt", MARCH, agreement().facts)
    assert str(error.value) == (
        f"E712: the tape is not canonical, and no layout is named\n --> {tmp_path / 'tape.txt'}\n"
        "  = help: it fits the layout `fannie-mae-31` by its 31 columns; name it to be sure"
    )
