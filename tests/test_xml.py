"""XML tapes: the elements of a layout, read as a stream that declares, expands and fetches nothing."""

import csv
import datetime as dt
import time
from decimal import Decimal
from pathlib import Path

import pytest
from builders import agreement

import checker
from checker.read import elements
from checker.read.hardened import namespace_of

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "sec-abs-ee"
in_hand = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real loan data is not in {DATA}")
DAY = dt.date(2026, 3, 11)
BALANCE = "loan.stated_principal_balance"
LAYOUT = """
layout: mine
title: Loans in XML
format: xml
namespace: urn:loans
row: loan
columns: [id, balance, due, code, property]
read:
  id: {type: text}
  balance: {type: money}
  due: {type: date, form: MM-DD-YYYY}
  code: {type: text}
  state: {column: property/address/state, type: text}
loans: row.balance is known or row.due is known
facts:
  loan.loan_id: row.id
  loan.stated_principal_balance: row.balance
  loan.next_due_date: row.due
  loan.in_pool: row.code is unknown
  loan.foreclosed: when(row.state = "REO", true)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(LAYOUT)
    return tmp_path


def loans(inside: str, before: str = "", root: str = 'loans xmlns="urn:loans"') -> bytes:
    return f"{before}<{root}>{inside}</{root.split(maxsplit=1)[0]}>".encode()


def tape(data: bytes, layout: str = "mine.yaml", on: dt.date = DAY) -> checker.Tape:
    Path("loans.xml").write_bytes(data)
    return checker.read_tape(Path("loans.xml"), on, agreement().facts, layout, Path())


def said(data: bytes) -> str:
    with pytest.raises(checker.InputError) as error:
        tape(data)
    return str(error.value)


# The real filing


def facts() -> dict[str, str]:
    with (DATA / "facts.csv").open(newline="") as file:
        return next(row for row in csv.DictReader(file) if "bmark" in row["file"])


@in_hand
def test_the_filing_gives_the_loans_and_balances_found_in_it_to_the_cent() -> None:
    found = tape((DATA / "bmark-ex102.xml").read_bytes(), "sec-abs-ee-cmbs")
    balances = sorted(row[BALANCE] for row in found.pool.rows)
    total, expected = sum(balances), facts()
    assert len(found.pool.rows) == int(expected["loans"]) == 62
    assert total == Decimal(expected["scheduled_balance"])
    assert (total / 100).quantize(Decimal("0.01")) == Decimal(expected["cap_1pct"])
    assert (balances[0], sum(balances[:5])) == (Decimal(expected["smallest_loan"]), Decimal(expected["five_smallest"]))


@in_hand
def test_a_property_of_a_loan_is_no_loan() -> None:
    found, expected = tape((DATA / "bmark-ex102.xml").read_bytes(), "sec-abs-ee-cmbs"), facts()
    assert found.skipped["rows that are no loans"] == int(expected["property_only_rows"])
    assert len(found.loans) + found.skipped["rows that are no loans"] == int(expected["assets_elements"])
    assert not {"3-001", "3-002"} & set(found.loans)


@in_hand
def test_a_loan_is_due_one_month_after_the_date_through_which_it_is_paid() -> None:
    found = tape((DATA / "bmark-ex102.xml").read_bytes(), "sec-abs-ee-cmbs")
    assert found.loans["1"]["loan.next_due_date"] == dt.date(2026, 4, 6)
    assert {row["loan.next_due_date"].month for row in found.pool.rows} == {4}


@in_hand
def test_a_filing_of_another_day_says_of_which_its_rows_are() -> None:
    with pytest.raises(checker.InputError) as error:
        tape((DATA / "bmark-ex102.xml").read_bytes(), "sec-abs-ee-cmbs", dt.date(2026, 3, 31))
    assert str(error.value) == (
        "E709: no row of the tape is as of 2026-03-31\n --> loans.xml\n"
        "  = help: of its rows `reportingPeriodEndDate` is 2026-03-11"
    )


# Reading


def test_an_element_is_a_cell_by_its_name_wherever_it_stands_in_the_row() -> None:
    found = tape(
        loans(
            "<loan><due>04-01-2026</due><balance>\n 5.25\n</balance><id>001</id></loan>"
            "<loan><id>2</id><balance>1</balance><code>7</code></loan>"
        )
    )
    assert found.loans["001"] == {
        "loan.loan_id": "001",
        BALANCE: Decimal("5.25"),
        "loan.next_due_date": dt.date(2026, 4, 1),
        "loan.in_pool": True,
        "loan.foreclosed": None,
    }
    assert [row["loan.loan_id"] for row in found.pool.rows] == ["001"]


def test_an_element_inside_another_is_read_by_its_path() -> None:
    inner = "<property><state>x</state><address><city>y</city><state>REO</state></address></property>"
    assert tape(loans(f"<loan><id>1</id><balance>1</balance>{inner}</loan>")).loans["1"]["loan.foreclosed"] is True


def test_an_empty_element_is_unknown_and_not_zero() -> None:
    assert tape(loans("<loan><id>1</id><balance/><due>04-01-2026</due></loan>")).loans["1"][BALANCE] is None


def test_a_row_without_anything_of_a_loan_is_skipped_and_counted() -> None:
    found = tape(loans("<loan><id>1</id><balance>1</balance></loan><loan><id>1-1</id><property/></loan>"))
    assert (list(found.loans), found.skipped["rows that are no loans"]) == (["1"], 1)


def test_the_five_entities_of_xml_are_characters() -> None:
    assert list(tape(loans("<loan><id>A&amp;B &lt;1&gt; &#65;</id><balance>1</balance></loan>")).loans) == ["A&B <1> A"]


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        pytest.param(
            "\n  <loan><id>1</id><balanse>1</balanse></loan>",
            "E706: `balanse` is not an element of a row in the layout `mine`\n --> loans.xml:2:19\n"
            "2 |   <loan><id>1</id><balanse>1</balanse></loan></loans>\n"
            "  |                   ^^^^^^^^^^\n"
            "  = help: did you mean `balance`?",
            id="an unknown element",
        ),
        pytest.param(
            "<lone><id>1</id></lone>",
            "E706: `lone` is not a row of the layout `mine`, which is `loan`\n --> loans.xml:1:26",
            id="another row",
        ),
        pytest.param(
            "\n<loan><id>1</id>\n<balance>1,000</balance></loan>",
            "E401: `1,000` is not an amount\n --> loans.xml:3:1\n3 | <balance>1,000</balance></loan></loans>\n"
            "  | ^^^^^^^^^^^^^^\n"
            "  = help: write it like `26756.87`: digits and a point, no thousands marks, exponent or currency sign",
            id="no amount",
        ),
        pytest.param(
            "<loan><id>1</id><balance>1</balance><balance>2</balance></loan>",
            "E401: `1 2` is not an amount",
            id="two amounts",
        ),
        pytest.param("<loan><balance>1</balance></loan>", "E707: a row without a loan id", id="no id"),
        pytest.param(
            "<loan><id>1</id><due>04-01-2026</due></loan>" * 2,
            "E708: the loan `1` stands here twice",
            id="one loan twice",
        ),
        pytest.param(
            '<loan><id xmlns="urn:other">1</id></loan>',
            "E706: the element `id` is of the namespace `urn:other`, and the layout `mine` reads `urn:loans`",
            id="an element of another namespace",
        ),
        pytest.param("<loan><id>1</loan>", "E702: not well-formed XML: mismatched tag", id="an element left open"),
        pytest.param("", "E709: no row of the tape is as of 2026-03-11", id="no rows"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(inside: str, told: str) -> None:
    assert said(loans(inside))[: len(told)] == told


BESIDE = "a text stands in `{}` beside elements, or where they belong"
INSIDE = "there are elements in `balance`, of which the layout `mine` reads the text"


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        pytest.param(
            "<balance>100<z>9</z></balance>", [BESIDE.format("balance"), INSIDE], id="a text, then an element"
        ),
        pytest.param(
            "<balance><z>9</z>100</balance>", [INSIDE, BESIDE.format("balance")], id="an element, then a text"
        ),
        pytest.param("<balance><z>9</z></balance>", [INSIDE], id="an element only"),
        pytest.param("junk<balance>1</balance>", [BESIDE.format("loan")], id="a text before the elements of a row"),
        pytest.param("<balance>1</balance>junk", [BESIDE.format("loan")], id="a text after the elements of a row"),
        pytest.param("<property>x<address/></property>", [BESIDE.format("property")], id="in what is not read"),
    ],
)
def test_a_text_beside_elements_is_never_dropped(inside: str, told: list[str]) -> None:
    Path("loans.xml").write_bytes(loans(f"<loan><id>1</id>{inside}</loan>"))
    with pytest.raises(checker.InputError) as error:
        checker.read_tape(Path("loans.xml"), DAY, agreement().facts, "mine.yaml", Path())
    assert [(fault.code, fault.message) for fault in error.value.faults] == [("E706", message) for message in told]


def test_a_row_that_is_only_text_is_an_error() -> None:
    assert said(loans("<loan>junk</loan>")).startswith(f"E706: {BESIDE.format('loan')}")
    assert said(loans("junk")).startswith(f"E706: {BESIDE.format('loans')}")


def test_an_element_that_is_repeated_without_end_takes_no_time_and_is_not_told_in_full() -> None:
    data = loans(f"<loan><id>1</id>{'<balance>1</balance>' * 200_000}</loan>")
    start = time.perf_counter()
    with pytest.raises(checker.InputError) as error:
        tape(data)
    assert time.perf_counter() - start < 5
    (fault,) = error.value.faults
    assert fault.message == f"`{'1 ' * 100}...` is not an amount"


def test_every_unknown_element_is_told() -> None:
    assert said(loans("<loan><a/><b/></loan><c/>")).count("E706") == 3


def test_two_codes_are_never_taken_for_none() -> None:
    found = tape(loans("<loan><id>1</id><balance>1</balance><code>1</code><code>6</code></loan>"))
    assert (len(found.loans), list(found.pool.rows)) == (1, [])


def test_an_xml_file_has_no_sheets() -> None:
    Path("loans.xml").write_bytes(loans(""))
    with pytest.raises(checker.InputError, match="E711"):
        checker.read_tape(Path("loans.xml"), DAY, agreement().facts, "mine.yaml", Path(), "Pool")


# What means harm

LAUGHS = '<!DOCTYPE a [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
ROW = "<loan><id>&a11;</id><balance>1</balance></loan>"


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(f"{LAUGHS}]>", id="a billion laughs"),
        pytest.param(f'<!DOCTYPE a [<!ENTITY a11 "{"x" * 100_000}">]>', id="one large entity"),
        pytest.param('<!DOCTYPE a [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>', id="a file"),
        pytest.param('<!DOCTYPE a [<!ENTITY a11 SYSTEM "http://127.0.0.1:1/">]>', id="the network"),
        pytest.param('<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">', id="a declaration elsewhere"),
        pytest.param('<!DOCTYPE a [<!ENTITY % b SYSTEM "file:///etc/passwd"> %b;]>', id="a parameter"),
        pytest.param("<!DOCTYPE a>", id="a document type that declares nothing"),
    ],
)
def test_a_document_type_is_refused_at_once(before: str) -> None:
    start = time.perf_counter()
    assert said(loans(ROW * 1000, before)).startswith("E710: a document type is declared\n --> loans.xml:1:")
    assert time.perf_counter() - start < 1


def test_an_entity_that_nobody_declared_is_an_error() -> None:
    assert said(loans(ROW)).startswith("E702: not well-formed XML: undefined entity")


@pytest.mark.parametrize("deep", [41, 100_000])
def test_what_nests_without_end_is_refused(deep: int) -> None:
    assert said(loans(f"<loan>{'<property>' * deep}")).startswith("E008: nested deeper than 40 levels")


def test_a_file_beyond_all_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements, "MOST_BYTES", 1000)
    assert said(loans(" " * 1000)).startswith("E003: the file is larger than 1,000 bytes")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(loans("").decode().encode("utf-16"), "E002: the file is not UTF-8 text", id="UTF-16"),
        pytest.param(b"", "E702: not well-formed XML: no element found", id="nothing"),
        pytest.param(b"loan_id\n1\n", "E702: not well-formed XML", id="a CSV file"),
        pytest.param(loans("\x00"), "E702: not well-formed XML", id="a control character"),
    ],
)
def test_what_is_no_xml_is_an_error(data: bytes, told: str) -> None:
    assert said(data).startswith(told)


def test_only_the_outermost_element_is_read_for_its_namespace() -> None:
    assert namespace_of(loans("<loan>") + b"<", "loans.xml") == "urn:loans"
    assert namespace_of(b"<loans/>", "loans.xml") == ""
