"""Excel workbooks: text stays text, a number has the digits that Excel shows, and what is wrong is told by its cell."""

import datetime as dt
import re
import sys
import time
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from builders import agreement
from hypothesis import given
from hypothesis import strategies as st
from workbooks import MAIN, Cell, Error, Formula, Number, Rows, parts, write

import checker
from checker.cli import run
from checker.read import parts as parts_module
from checker.read import workbook

DAY = dt.date(2011, 3, 31)
TRUE: Cell = True
FALSE: Cell = False
HEADER = ["loan_id", "stated_principal_balance", "next_due_date", "defaulted"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tape(rows: Rows | str, layout: str = "canonical", sheet: str | None = None) -> checker.Tape:
    """Return the tape on the only sheet of a workbook."""
    write(Path("pool.xlsx"), {"Pool": rows})
    return checker.read_tape(Path("pool.xlsx"), DAY, agreement().facts, layout, Path(), sheet)


def row_of(*cells: Cell) -> Mapping[str, object]:
    """Return what is read of the one loan with these cells."""
    (row,) = tape([HEADER, cells]).loans.values()
    return row


def said(rows: Rows | str) -> str:
    with pytest.raises(checker.InputError) as error:
        tape(rows)
    return str(error.value)


def said_of(*cells: Cell) -> str:
    return said([HEADER, cells])


# Reading


def test_each_kind_of_cell_is_what_it_is() -> None:
    assert row_of("00123", Number("412877.1"), dt.date(2011, 1, 1), TRUE) == {
        "loan.loan_id": "00123",
        "loan.stated_principal_balance": Decimal("412877.1"),
        "loan.next_due_date": dt.date(2011, 1, 1),
        "loan.defaulted": True,
        "loan.in_pool": True,
    }


def test_text_that_spells_a_value_is_read_as_in_a_csv_file() -> None:
    row = row_of("1", "412877.10", "2011-01-01", "false")
    assert row["loan.stated_principal_balance"] == Decimal("412877.10")
    assert (row["loan.next_due_date"], row["loan.defaulted"]) == (dt.date(2011, 1, 1), False)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("0.1", "0.1", id="a tenth"),
        pytest.param("0.30000000000000004", "0.3", id="a tenth and two tenths"),
        pytest.param("16462165.290000003", "16462165.29", id="a sum with noise behind the cents"),
        pytest.param("4.35", "4.35", id="what is 4.3499999999999996 in binary"),
        pytest.param("1.00274E+11", "100274000000", id="an exponent in the file"),
        pytest.param("9999999999999.99", "9999999999999.99", id="fifteen digits"),
        pytest.param("0", "0", id="nothing"),
    ],
)
def test_a_number_is_read_to_fifteen_digits(written: str, read: str) -> None:
    assert row_of("1", Number(written), None, None)["loan.stated_principal_balance"] == Decimal(read)


def test_a_day_that_is_written_with_its_hour_is_a_day() -> None:
    cells = '<row><c t="inlineStr"><is><t>1</t></is></c><c/><c t="d"><v>2011-01-01T00:00:00</v></c></row>'
    named = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADER)
    write(
        Path("pool.xlsx"),
        {"Pool": f'<worksheet xmlns="{MAIN}"><sheetData><row>{named}</row>{cells}</sheetData></worksheet>'},
    )
    (row,) = checker.read_tape(Path("pool.xlsx"), DAY, agreement().facts).loans.values()
    assert row["loan.next_due_date"] == dt.date(2011, 1, 1)


@given(st.decimals(min_value=0, max_value="9999999999999.99", places=2))
def test_every_amount_in_cents_is_read_as_it_was_typed(amount: Decimal) -> None:
    assert Decimal(workbook._text(float(amount))) == amount


def test_a_whole_number_may_be_a_loan_id() -> None:
    assert row_of(Number("100401815374"), None, None, None)["loan.loan_id"] == "100401815374"


@pytest.mark.parametrize("cell", [None, "", Formula("A1+1")], ids=["no cell", "no text", "a formula without a value"])
def test_a_cell_without_a_value_is_unknown_and_not_zero(cell: Cell) -> None:
    assert row_of("1", cell, cell, cell)["loan.stated_principal_balance"] is None


def test_a_formula_is_what_the_program_kept_of_it() -> None:
    assert row_of("1", Formula("A1+1", "5.25"), None, None)["loan.stated_principal_balance"] == Decimal("5.25")


def test_empty_rows_are_skipped_and_counted() -> None:
    found = tape([[], HEADER, ["1"], ["", None], [], ["2"]])
    assert (list(found.loans), found.empty, found.sheet) == (["1", "2"], 3, "Pool")


def test_a_sheet_is_chosen_by_its_name(folder: Path) -> None:
    write(folder / "pool.xlsx", {"Notes": [["x"]], "Pool & more": [HEADER, ["1"]]})
    found = checker.read_tape(folder / "pool.xlsx", DAY, agreement().facts, sheet="Pool & more")
    assert list(found.loans) == ["1"]


def test_a_report_says_which_sheet_the_tape_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder / "pool.xlsx", {"Pool": [HEADER, ["1"]]})
    (folder / "a.yaml").write_text(
        "batch: a\nagreement: impac-cmb-2004-10\ndate: 2011-03-31\n"
        "tape: {file: pool.xlsx, as_of: 2011-03-31}\ndispositions: [{loan: '1', under: '3.18'}]\n"
    )
    assert run(["check", "a.yaml"]) == 3
    assert "as of 2011-03-31 (pool.xlsx, sheet `Pool`)" in capsys.readouterr().out


def test_two_sheets_of_one_workbook_are_two_tapes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder / "pool.xlsx", {"A": [HEADER, ["1"]], "B": [HEADER, ["1"], ["2"]]})
    for name in ("a", "b"):
        at = f"{{file: pool.xlsx, sheet: {name.upper()}, as_of: 2011-03-31}}"
        lines = f"dispositions: [{{loan: '{1 if name == 'a' else 2}', under: '3.18'}}]"
        text = f"batch: {name}\nagreement: impac-cmb-2004-10\ndate: 2011-03-31\ntape: {at}\n{lines}\n"
        (folder / f"{name}.yaml").write_text(text)
    assert run(["check", "a.yaml", "b.yaml"]) == 2
    assert "E607: the batches `a` and `b` exercise 3.18 on 2011-03-31 on different tapes" in capsys.readouterr().err


# What is wrong


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        pytest.param(
            ["1", Number("1234.567")],
            """\
E401: `1234.567` is not whole cents
 --> pool.xlsx: Pool!B2
  = help: round it in the spreadsheet: `=ROUND(cell, 2)`""",
            id="no whole cents",
        ),
        pytest.param(
            ["1", Error("#N/A")],
            """\
E401: the cell is an error: `#N/A`
 --> pool.xlsx: Pool!B2
  = help: correct the formula, or empty the cell: it is then unknown""",
            id="an error in an amount",
        ),
        pytest.param(
            [Error("#REF!")],
            """\
E401: the cell is an error: `#REF!`
 --> pool.xlsx: Pool!A2
  = help: correct the formula, or empty the cell: it is then unknown""",
            id="an error in an id",
        ),
        pytest.param(
            [dt.date(2011, 3, 1)],
            """\
E401: `2011-03-01` is a date, and a text is needed here
 --> pool.xlsx: Pool!A2
  = help: format the column as text in the spreadsheet, and type the cell again""",
            id="an id that the spreadsheet took for a date",
        ),
        pytest.param(
            [Number("3.1")],
            """\
E401: `3.1` is a number, and a text is needed here
 --> pool.xlsx: Pool!A2
  = help: format the column as text in the spreadsheet, and type the cell again""",
            id="3.10 that the spreadsheet took for a number",
        ),
        pytest.param(
            [Number("1234567890123456")],
            """\
E401: `1234567890123460` has more digits than a spreadsheet keeps of a number
 --> pool.xlsx: Pool!A2
  = help: format the column as text in the spreadsheet, and type the cell again""",
            id="an id that lost its last digit",
        ),
        pytest.param(
            ["1", dt.date(2011, 3, 1)],
            """\
E401: `2011-03-01` is a date, and a money is needed here
 --> pool.xlsx: Pool!B2
  = help: write it like `26756.87`: digits and a point, no thousands marks, exponent or currency sign""",
            id="a date for an amount",
        ),
        pytest.param(
            ["1", None, Number("40544")],
            """\
E401: `40544` is a number, and a date is needed here
 --> pool.xlsx: Pool!C2
  = help: format the column as dates""",
            id="a number for a date",
        ),
        pytest.param(
            ["1", None, dt.datetime(2011, 3, 1, 12)],  # noqa: DTZ001 (a spreadsheet knows no zones)
            """\
E401: `2011-03-01 12:00:00` is a time, and a date is needed here
 --> pool.xlsx: Pool!C2
  = help: write it like `2011-03-31`""",
            id="a time for a date",
        ),
        pytest.param(
            ["1", True],
            """\
E401: `true` is a flag, and a money is needed here
 --> pool.xlsx: Pool!B2""",
            id="a flag for an amount",
        ),
        pytest.param(
            ["1", "1,234.50"],
            """\
E401: `1,234.50` is not an amount
 --> pool.xlsx: Pool!B2
  = help: write it like `26756.87`: digits and a point, no thousands marks, exponent or currency sign""",
            id="text with a thousands mark",
        ),
        pytest.param(
            ["1", Number("-5")],
            """\
E402: `-5` is less than 0
 --> pool.xlsx: Pool!B2""",
            id="a balance below zero",
        ),
        pytest.param(
            ["1.00274E+11"],
            """\
E401: `1.00274E+11` is what a spreadsheet makes of a long number
 --> pool.xlsx: Pool!A2
  = help: format the column as text in the spreadsheet and export it again: the digits are lost here""",
            id="an id that was spoilt before",
        ),
        pytest.param(
            [None, Number("5")],
            """\
E707: a row without a loan id: a total, or a line that is no loan?
 --> pool.xlsx: Pool!2
  = help: a tape has one row for each loan and nothing else""",
            id="a total",
        ),
        pytest.param(
            ["1", None, None, None, "a note"],
            """\
E704: a cell stands beside the columns that have a name
 --> pool.xlsx: Pool!E2""",
            id="a cell without a column",
        ),
        pytest.param(
            ["1", None, None, None, Error("#N/A")],
            """\
E704: a cell stands beside the columns that have a name
 --> pool.xlsx: Pool!E2""",
            id="an error without a column",
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_cell(cells: list[Cell], told: str) -> None:
    assert said_of(*cells) == told


@pytest.mark.parametrize(
    "written",
    ["12345678901234.56", "1234567890123.456", "99999999999999.98", "-12345678901234.56", "0.1234567890123456"],
)
def test_a_number_whose_last_digits_would_be_lost_is_an_error(written: str) -> None:
    assert said_of("1", Number(written)) == (
        f"E401: `{written}` has more digits than a spreadsheet keeps of a number, which is 15\n"
        " --> pool.xlsx: Pool!B2\n  = help: round it to what is meant, or write it as text"
    )


def test_a_row_without_cells_may_stand_far_out() -> None:
    wide = f'<row r="2"><c r="A2" t="str"><v>1</v></c><c r="XFD2"/></row><row r="{1_048_576}" hidden="1"/>'
    assert list(tape(sheet_of(ROW_1 + wide)).loans) == ["1"]


def test_every_wrong_cell_is_told_in_the_order_of_the_sheet() -> None:
    rows: Rows = [HEADER, *([str(number), Number("0.001")] for number in range(11)), [Error("#N/A"), "x"]]
    found = [line for line in said(rows).splitlines() if "-->" in line]
    assert found == [f" --> pool.xlsx: Pool!B{row}" for row in range(2, 13)] + [
        " --> pool.xlsx: Pool!A13",
        " --> pool.xlsx: Pool!B13",
    ]


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        pytest.param(
            None,
            "E711: the workbook has several sheets, and none is named\n"
            " --> pool.xlsx\n  = help: name one: there is `Notes`, `Pool`",
            id="none named",
        ),
        pytest.param(
            "pool",
            "E711: the workbook has no sheet named `pool`\n --> pool.xlsx\n  = help: did you mean `Pool`?",
            id="another name",
        ),
    ],
)
def test_a_sheet_is_never_guessed(sheet: str | None, told: str) -> None:
    write(Path("pool.xlsx"), {"Notes": [["x"]], "Pool": [HEADER, ["1"]]})
    with pytest.raises(checker.InputError) as error:
        checker.read_tape(Path("pool.xlsx"), DAY, agreement().facts, sheet=sheet)
    assert str(error.value) == told


def test_a_csv_file_has_no_sheets() -> None:
    Path("pool.csv").write_text("loan_id\n1\n")
    with pytest.raises(checker.InputError, match=r"E711: only an Excel workbook \(.xlsx\) has sheets"):
        checker.read_tape(Path("pool.csv"), DAY, agreement().facts, sheet="Pool")


def test_a_column_twice_and_a_sheet_without_a_header_are_errors() -> None:
    assert said([["loan_id", "loan_id"]]).startswith("E703: the column `loan_id` stands here twice")
    assert said([[]]).startswith("E701: the sheet `Pool` has no header")


def test_without_the_package_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    assert said_of("1") == (
        "E713: an Excel workbook needs a package that is not installed\n"
        " --> pool.xlsx\n  = help: pip install 'loan-pool-checker[excel]'"
    )


LABELS = [
    "Totals:",
    "Grand total:",
    "Pool Totals",
    "TOTAL BALANCE",
    "Total (2 loans)",
    "Sub-total",
    "SUM",
    "\u2211",
    "--",
]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("layout", ["canonical", "mine.yaml"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_total_is_no_loan_whatever_it_is_called(label: str, layout: str, kind: str) -> None:
    Path("mine.yaml").write_text(
        "layout: mine\ntitle: Mine\ndelimiter: comma\nheader: true\ncolumns: [loan_id]\n"
        "read: {id: {column: loan_id, type: text}}\nfacts: {loan.loan_id: row.id}\n"
    )
    file = Path(f"pool.{kind}")
    file.write_text(f"loan_id\n1\n{label}\n")
    if kind == "xlsx":
        write(file, {"Pool": [["loan_id"], ["1"], [label]]})
    with pytest.raises(checker.InputError, match="E707: a row without a loan id") as error:
        checker.read_tape(file, DAY, agreement().facts, layout, Path())
    assert [fault.place.line for fault in error.value.faults] == [3]


@pytest.mark.parametrize("name", ["Totally 5", "TOTAL5", "SUMMIT-1", "A-1", "5 Count Rd 7", "\u4e00"])
def test_a_number_that_is_like_a_total_is_one_of_a_loan(name: str) -> None:
    assert list(tape([["loan_id"], [name]]).loans) == [name]


# Files that are none, or that mean harm


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(b"loan_id\n1\n", "E702: not an Excel workbook (.xlsx): file is not a zip file", id="a CSV file"),
        pytest.param(b"", "E702: not an Excel workbook (.xlsx): file is not a zip file", id="nothing"),
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(600), "E702: not an Excel workbook", id="an old or a locked workbook"),
    ],
)
def test_a_file_that_is_no_workbook_is_an_error(data: bytes, told: str) -> None:
    Path("pool.xlsx").write_bytes(data)
    with pytest.raises(checker.InputError) as error:
        checker.read_tape(Path("pool.xlsx"), DAY, agreement().facts)
    assert str(error.value).startswith(told)


@pytest.mark.parametrize("name", ["pool.xls", "pool.xlsm", "pool.zip", "pool.csv"])
@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1"])
@pytest.mark.parametrize("layout", ["canonical", "sec-abs-ee-cmbs", "fannie-mae-31"])
def test_a_workbook_of_another_name_is_an_error_that_says_what_to_do(name: str, start: bytes, layout: str) -> None:
    Path(name).write_bytes(start + bytes(range(256)))
    with pytest.raises(checker.InputError) as error:
        checker.read_tape(Path(name), DAY, agreement().facts, layout)
    assert str(error.value) == (
        f"E002: the file is not UTF-8 text, but a workbook or an archive\n --> {name}\n"
        "  = help: save it as an Excel workbook that is named `.xlsx`, or as CSV"
    )


@pytest.mark.parametrize("missing", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
def test_a_workbook_without_a_part_is_an_error(missing: str) -> None:
    with zipfile.ZipFile("pool.xlsx", "w") as file:
        for name, text in parts({"Pool": [HEADER]}).items():
            if name != missing:
                file.writestr(name, text)
    with pytest.raises(checker.InputError, match=r"E702: not an Excel workbook .*: a part of it is missing"):
        checker.read_tape(Path("pool.xlsx"), DAY, agreement().facts)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        pytest.param("xl/Worksheets/Sheet1.xml", "", "", id="a part under another spelling of its name"),
        pytest.param(
            "xl/workbook.xml", "</sheets>", '<sheet name="Pool" sheetId="2" r:id="rId1"/></sheets>', id="a sheet"
        ),
    ],
)
def test_what_could_mean_two_things_is_refused(part: str, old: str, new: str) -> None:
    found = parts({"Pool": [HEADER]})
    with zipfile.ZipFile("pool.xlsx", "w") as file:
        for name, text in {part: "", **found}.items():
            file.writestr(name, text.replace(old, new) if name == part else text)
    with pytest.raises(checker.InputError, match=r"E702: not an Excel workbook .*: a .* stands in it twice"):
        checker.read_tape(Path("pool.xlsx"), DAY, agreement().facts)


def test_a_damaged_workbook_is_an_error() -> None:
    tape([HEADER, ["1"]])
    good = Path("pool.xlsx").read_bytes()
    for at in range(0, len(good), 37):
        Path("pool.xlsx").write_bytes(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
        try:
            assert len(checker.read_tape(Path("pool.xlsx"), DAY, agreement().facts).loans) <= 1
        except checker.InputError:
            continue


def test_a_workbook_that_grows_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_module, "MOST_BYTES", 1_000_000)
    told = said(f'<worksheet xmlns="{MAIN}"><sheetData/>{" " * 2_000_000}</worksheet>')
    assert Path("pool.xlsx").stat().st_size < 10_000
    assert told.startswith("E003: the workbook unpacks to more than 1,000,000 bytes")


def sheet_of(cells: str, after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}" xmlns:o="urn:other"><sheetData>{cells}</sheetData>{after}</worksheet>'


@pytest.mark.parametrize("far", ["XFD1222", "S1048576"])
def test_a_cell_far_out_is_refused_before_room_is_made_for_it(far: str) -> None:
    row = far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cells = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{far}"><v>1</v></c></row>'
    assert said(sheet_of(cells)).startswith("E003: the sheet `Pool` spans more than 20,000,000 cells")


@pytest.mark.parametrize("far", ["A19999999", "XFE1", "ZZZZ99999999", "A1048577", "A99999999999"])
def test_a_cell_where_no_sheet_has_one_is_refused(far: str) -> None:
    row = far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    start = time.perf_counter()
    told = said(sheet_of(f'<row r="{row}"><c r="{far}"><v>1</v></c></row>'))
    assert told.startswith("E702: an odd sheet: a cell lies beyond the 1,048,576 rows and 16,384 columns of a sheet")
    assert time.perf_counter() - start < 1


ROW_1 = '<row r="1"><c r="A1" t="inlineStr"><is><t>loan_id</t></is></c></row>'
ONE = '<c r="A2"><v>1</v></c>'
TWICE = "E702: an odd sheet: a row or a cell stands twice, or not in its order\n --> pool.xlsx: Pool!"
PIECES = "E702: an odd sheet: the value of a cell is in pieces, or spelled by references\n --> pool.xlsx: Pool!A2"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        pytest.param(f'<row r="2">{ONE}</row><row r="2"/>', f"{TWICE}A2", id="two rows of one number"),
        pytest.param(f'<row r="3"/><row r="2">{ONE}</row>', f"{TWICE}A2", id="rows out of order"),
        pytest.param(f'<row r="2">{ONE}{ONE}</row>', f"{TWICE}A2", id="two cells in one place"),
        pytest.param(f'<row r="2"><c r="B2"/>{ONE}</row>', f"{TWICE}A2", id="cells out of order"),
        pytest.param(f'<row r="3">{ONE}</row>', f"{TWICE}A2", id="a cell of another row"),
        pytest.param(f"<row>{ONE}</row><row>{ONE}</row>", f"{TWICE}A2", id="a cell twice in rows without a number"),
        pytest.param(
            '<row r="2"><c r="A2"><v>1</v><v>2</v></c></row>', "E702: an odd sheet: a cell has two values", id="values"
        ),
        pytest.param(
            '<row r="2"><c r="A2"><v>1</v><is><t>2</t></is></c></row>',
            "E702: an odd sheet: a cell has two values",
            id="a value and a text",
        ),
        pytest.param(
            f"</sheetData><sheetData>{ONE}", "E702: an odd sheet: the sheet has its data twice", id="data twice"
        ),
        *(
            pytest.param(
                f"<o:row>{ONE}</o:row>".replace("row", name) if name == "row" else f"<row><o:{name}/></row>",
                f"E702: an odd sheet: an element `{name}` is of the namespace `urn:other`",
                id=f"{name} of another namespace",
            )
            for name in ("row", "c", "v", "sheetData")
        ),
        *(
            pytest.param(f'<row r="2"><c r="A2"><v>{value}</v></c></row>', PIECES, id=value)
            for value in ("1<!-- x -->00", "1&#48;0", "1&#x30;0", "<![CDATA[100]]>", "1<?x?>0", "1<f/>0", "1&amp;0")
        ),
        pytest.param(
            '<row r="2"><c r="A2" t="str"><v><![CDATA[1]]></v></c></row>', PIECES, id="text in a CDATA section"
        ),
    ],
)
def test_a_sheet_that_could_be_read_in_two_ways_is_refused(cells: str, told: str) -> None:
    assert said(sheet_of(ROW_1 + cells)).startswith(told)


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(
            '<row r="2"><c r="A2" t="str"><v>&#49;&amp;</v></c></row>', id="references in the text of a formula"
        ),
        pytest.param('<row r="2"><c r="A2" t="inlineStr"><is><t>1<!-- x -->&#38;</t></is></c></row>', id="in a text"),
        pytest.param(
            '<row r="2"><c r="A2" t="inlineStr"><is><r><t>1</t></r><r><t>&amp;</t></r></is></c></row>', id="runs"
        ),
    ],
)
def test_what_is_read_in_one_way_only_is_no_oddity(cells: str) -> None:
    elsewhere = "<controls><o:row>5</o:row><o:v/></controls>"
    assert list(tape(sheet_of(ROW_1 + cells, elsewhere)).loans) == ["1&"]


def test_the_prefix_of_the_namespace_is_free() -> None:
    text = sheet_of(ROW_1 + '<row r="2"><c r="A2" t="str"><v>1</v></c></row>')
    prefixed = re.sub(r"<(/?)(?=\w)", r"<\1x:", text).replace('xmlns="', 'xmlns:x="')
    assert list(tape(prefixed).loans) == ["1"]


@pytest.mark.parametrize("named", ["A" * 50_000 + "1", "A" + "1" * 50_000, "$A$1", "\u0661", "1A", "A"], ids=range(6))
def test_a_cell_with_a_name_that_is_none_is_an_error_or_read(named: str) -> None:
    row = f'<row r="{named}"><c r="{named}" t="e"><v>#N/A</v></c></row>'
    assert said(f'<worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>').startswith(("E003", "E70"))


class Panic(BaseException):
    """What a package that is not written in Python may raise."""


def test_a_package_that_gives_up_is_an_error_of_the_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_: object, **__: object) -> None:
        raise Panic

    monkeypatch.setattr("python_calamine.CalamineWorkbook", type("Broken", (), {"from_filelike": give_up}))
    assert said_of("1") == "E702: not a well-formed workbook: the package that reads it gave up\n --> pool.xlsx"


def test_a_document_type_in_a_part_is_refused() -> None:
    sheet = f'<!DOCTYPE a [<!ENTITY b "c">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    assert said(sheet).startswith("E710: a document type is declared")


def test_a_cell_that_does_not_say_where_it_is_stands_after_the_one_before() -> None:
    cells = '<row><c t="inlineStr"><is><t>loan_id</t></is></c></row><row><c t="e"><v>#N/A</v></c></row>'
    told = said(f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>')
    assert told.startswith("E401: the cell is an error: `#N/A`\n --> pool.xlsx: Pool!A2")


# Layouts, and lines

DESK = """
layout: desk
title: The desk's lines
of: lines
delimiter: comma
header: true
header_row: 3
columns: [Loan No., Section, Price, Valued, Sold by]
read:
  loan: {column: Loan No., type: text}
  section: {column: Section, type: text}
  price: {column: Price, type: money, thousands: comma, currency: $, brackets: true}
  valued: {column: Valued, type: date, form: MM/DD/YYYY}
facts:
  disposition.loan: row.loan
  disposition.under: row.section
  disposition.price: row.price
  disposition.fair_market_value.date: row.valued
"""
TITLED: Rows = [["Sales of March"], [], ["Loan No.", "Section", "Price", "Valued", "Sold by"]]


def batch(folder: Path, lines: str) -> checker.Batch:
    (folder / "desk.yaml").write_text(DESK)
    (folder / "tape.csv").write_text("loan_id\n001\n002\n")
    (folder / "batch.yaml").write_text(
        "batch: a\nagreement: impac-cmb-2004-10\ndate: 2011-03-31\n"
        f"tape: {{file: tape.csv, as_of: 2011-03-31}}\ndispositions: {lines}\n"
    )
    agreements = {"impac-cmb-2004-10": agreement()}
    return checker.read_batch(folder / "batch.yaml", checker.Source(agreements))


def test_lines_are_read_from_a_sheet_through_a_layout(folder: Path) -> None:
    rows: Rows = [
        *TITLED,
        ["001", "3.18", "$1,234.50", "03/30/2011", "x"],
        ["002", "3.13(f)", Number("99.5"), DAY, "y"],
    ]
    write(folder / "lines.xlsx", {"Notes": [], "Lines": rows})
    found = batch(folder, "{file: lines.xlsx, sheet: Lines, layout: desk.yaml}")
    prices = [line.stated["disposition.price"] for line in found.lines]
    days = [line.stated["disposition.fair_market_value.date"] for line in found.lines]
    assert [(line.loan, line.under) for line in found.lines] == [("001", "3.18"), ("002", "3.13(f)")]
    assert (prices, days) == ([Decimal("1234.50"), Decimal("99.5")], [dt.date(2011, 3, 30), DAY])
    assert (found.lines[0].at.cell, set(found.inputs)) == ("Lines!4", {"lines", "lines_layout"})


def test_lines_are_read_from_a_csv_file_through_a_layout(folder: Path) -> None:
    (folder / "lines.csv").write_text(
        'Sales\n\nLoan No.,Section,Price,Valued,Sold by\n001,3.18,"$1,234.50",03/30/2011,\n'
    )
    found = batch(folder, "{file: lines.csv, layout: desk.yaml}")
    assert [(line.stated["disposition.price"], line.at.line) for line in found.lines] == [(Decimal("1234.50"), 4)]


def test_lines_are_read_from_a_sheet_whose_columns_are_their_keys(folder: Path) -> None:
    write(folder / "lines.xlsx", {"Lines": [["loan", "under", "price"], ["001", "3.18", Number("5.25")]]})
    (line,) = batch(folder, "{file: lines.xlsx}").lines
    assert (line.loan, line.under, line.stated["disposition.price"]) == ("001", "3.18", Decimal("5.25"))


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        pytest.param(
            ["001", "3.18", "1,23.50"], "`1,23.50` is not an amount as this column writes them", id="thousands"
        ),
        pytest.param(["001", "3.18", "€5"], "`€5` is not an amount as this column writes them", id="another currency"),
        pytest.param(["001", "3.18", "(5"], "`(5` is not an amount as this column writes them", id="half a bracket"),
        pytest.param(["001", "3.18", "-(5)"], "`-(5)` is not an amount as this column writes them", id="minus twice"),
        pytest.param(["001", "3.18", "($5.00)"], "`disposition.price`: `-5.00` is less than 0", id="below zero"),
        pytest.param(
            ["001", Number("3.18")], "`3.18` is a number, and a text is needed here", id="a section as a number"
        ),
        pytest.param(["001", "3.18", Number("0.005")], "`0.005` is not whole cents", id="half a cent"),
        pytest.param(["001", "3.18", "1", "2011-03-30"], "is not a date of the form MM/DD/YYYY", id="another form"),
        pytest.param(["", "3.18", "1"], "line 1 does not say `loan`", id="no loan"),
    ],
)
def test_a_wrong_cell_of_a_line_is_an_error(cells: list[Cell], told: str, folder: Path) -> None:
    write(folder / "lines.xlsx", {"Lines": [*TITLED, cells]})
    with pytest.raises(checker.InputError) as error:
        batch(folder, "{file: lines.xlsx, layout: desk.yaml}")
    assert told in str(error.value)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("file", ["{file: lines.xlsx, layout: desk.yaml}", "{file: plain.xlsx}"])
def test_a_total_is_no_line(label: str, file: str, folder: Path) -> None:
    write(folder / "lines.xlsx", {"Lines": [*TITLED, [label, "3.18", Number("5")]]})
    write(folder / "plain.xlsx", {"Lines": [["loan", "under"], [label, "3.18"]]})
    with pytest.raises(
        checker.InputError, match=r"E707: a row without a loan id: .*\n.*\n.*a table of lines has one row"
    ):
        batch(folder, file)


def test_a_layout_of_a_tape_reads_a_sheet() -> None:
    Path("mine.yaml").write_text(
        "layout: mine\ntitle: Mine\ndelimiter: pipe\nheader: true\ncolumns: [month, id, code, due]\n"
        "read:\n  month: {type: date, form: MM/YYYY}\n  id: {type: text}\n"
        "  code: {type: flag, codes: {Y: 'true', N: 'false'}}\n  due: {type: date, form: MM/DD/YYYY}\n"
        "rows: row.month = 2011-03-01\n"
        "facts: {loan.loan_id: row.id, loan.defaulted: row.code, loan.next_due_date: row.due}\n"
    )
    rows: Rows = [
        ["month", "id", "code", "due"],
        ["02/2011", "1", "Y", None],
        [dt.date(2011, 3, 1), "2", "Y", "01/01/2011"],
        ["03/2011", "3", False, dt.date(2011, 2, 1)],
    ]
    found = tape(rows, "mine.yaml")
    assert {loan: row["loan.defaulted"] for loan, row in found.loans.items()} == {"2": True, "3": False}
    assert [row["loan.next_due_date"] for row in found.loans.values()] == [dt.date(2011, 1, 1), dt.date(2011, 2, 1)]


COLUMNS = """\
layout: mine
title: Mine
delimiter: comma
header: true
columns: [id, month, due, flag, other]
read:
  id: {type: text}
  month: {type: date, form: MM/YYYY, unknown: [12/9999]}
  due: {type: date, form: MM/DD/YYYY, unknown: [12/31/9999]}
  flag: {type: flag, codes: {"true": "false", "false": "true"}}
  other: {type: flag, unknown: ["false"]}
facts:
  loan.loan_id: row.id
  loan.next_due_date: row.due
  loan.defaulted: row.flag
  loan.foreclosed: row.other
"""
LAST = dt.date(9999, 12, 31)


def through(*cells: Cell) -> Mapping[str, object]:
    Path("mine.yaml").write_text(COLUMNS)
    (row,) = tape([["id", "month", "due", "flag", "other"], ["1", *cells]], "mine.yaml").loans.values()
    return row


def test_a_cell_that_is_a_date_or_a_flag_means_what_the_layout_says() -> None:
    row = through(dt.date(9999, 12, 1), LAST, TRUE, FALSE)
    assert (row["loan.next_due_date"], row["loan.defaulted"], row["loan.foreclosed"]) == (None, False, None)
    row = through(dt.date(2011, 3, 1), DAY, FALSE, TRUE)
    assert (row["loan.next_due_date"], row["loan.defaulted"], row["loan.foreclosed"]) == (DAY, True, True)


def test_a_day_is_no_month_unless_it_is_the_first() -> None:
    with pytest.raises(checker.InputError) as error:
        through(dt.date(2011, 3, 2))
    assert str(error.value) == (
        "E401: `2011-03-02` is not the first of a month, and this column has months: MM/YYYY\n"
        " --> pool.xlsx: Pool!B2\n  = help: write the month as text, or as its first day"
    )


def test_a_flag_that_is_no_code_is_an_error() -> None:
    Path("mine.yaml").write_text(COLUMNS.replace(', "false": "true"', ', N: "true"'))
    with pytest.raises(checker.InputError, match="E401: `false` is not one of the codes of the layout"):
        tape([["id", "month", "due", "flag", "other"], ["1", None, None, False]], "mine.yaml")


def test_another_header_is_told_by_its_row(folder: Path) -> None:
    write(folder / "lines.xlsx", {"Lines": [[], [], ["Loan", "Section", "Price", "Valued", "Sold by"]]})
    with pytest.raises(checker.InputError, match=r"`Loan No.` is missing, `Loan` is not known"):
        batch(folder, "{file: lines.xlsx, layout: desk.yaml}")
