"""Layouts in SQL: through a layout DuckDB reads what the checker reads, cell by cell, or both say what is wrong."""

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from books import World, engine_finds, evaluated
from builders import agreement

from checker.cli import run
from checker.engine import survey
from checker.engine.book import Book, Table
from checker.engine.duck import Duck
from checker.engine.reduce import Asked, read_apart
from checker.faults import InputError, Place
from checker.lang.evaluate import RowSet
from checker.model import Batch, FactDeclared, Line, Tape
from checker.read.layout import FOLDER
from checker.read.tape import read_tape

pytest.importorskip("duckdb")

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
in_hand = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real loan data is not in {DATA}")
MARCH = dt.date(2011, 3, 31)
TOO_WIDE = {"E714"}  # what an engine that holds less says of a cell that the checker reads
Json = dict[str, Any]


def through_duckdb(
    path: Path, layout: str, as_of: dt.date, cited: list[str], facts: Mapping[str, FactDeclared] | None = None
) -> Tape:
    """Return what DuckDB reads of a tape, with the loans of these numbers."""
    law = agreement()
    table = Table(str(path), "csv", "", layout)
    own = Tape(str(path), "", as_of, layout, {}, RowSet(rows=[]), frozenset())
    at = Place(file="book.yaml")
    lines = tuple(Line(n, loan, "3.18", {}, at) for n, loan in enumerate(cited, 1))
    batch = Batch("batch", law.name, as_of, own, lines, {}, at, "")
    book = Book("", law.name, None, as_of, table, None, table, {}, facts or law.facts, path.parent, at, "")
    with Duck([table]) as engine:
        return read_apart(engine, Asked(book, law, own, [batch]), None)[as_of]


def alike(path: Path, layout: str, as_of: dt.date = MARCH) -> Tape:
    """Hold what DuckDB reads of a tape against what the checker reads, and return that."""
    wanted = read_tape(path, as_of, agreement().facts, layout, path.parent)
    got = through_duckdb(path, layout, as_of, list(wanted.loans))
    assert got.loans == {loan: dict(row) for loan, row in wanted.loans.items()}
    assert (got.columns, got.assumes, dict(got.inputs)) == (wanted.columns, wanted.assumes, dict(wanted.inputs))
    assert dict(got.skipped) == dict(wanted.skipped)
    assert got.counted is not None
    assert got.counted.loans == len(wanted.pool.rows)
    return wanted


def codes(path: Path, layout: str, as_of: dt.date = MARCH, *, by_engine: bool) -> set[str]:
    """Return the codes of what is wrong with a tape."""
    try:
        if by_engine:
            through_duckdb(path, layout, as_of, [])
        else:
            read_tape(path, as_of, agreement().facts, layout, path.parent)
    except InputError as error:
        return {fault.code for fault in error.faults} - {"E705"}
    return set()


# The layouts that ship

AGENCIES: dict[str, tuple[str, str, str, str]] = {
    "fannie-mae-31": ("loan_identifier", "last_paid_installment_date", "03/01/2011", "11/01/2010"),
    "fannie-mae-110": ("loan_identifier", "last_paid_installment_date", "032011", "112010"),
    "freddie-mac-32": ("loan_sequence_number", "ddlpi", "201103", "201011"),
    "freddie-mac-35": ("loan_sequence_number", "ddlpi", "201103", "201011"),
    "fannie-mae-performance": ("loan_id", "last_paid_installment_date", "03/01/2011", "11/01/2010"),
}
each_agency = pytest.mark.parametrize("layout", AGENCIES)


@cache
def written(layout: str) -> Json:
    found: Json = yaml.safe_load((FOLDER / f"{layout}.yaml").read_text("utf-8"))
    return found


def agency_tape(layout: str, folder: Path, *rows: Mapping[str, str]) -> Path:
    """Write rows of an agency, each a current loan in March 2011 unless it says otherwise."""
    own_id, paid, march, _ = AGENCIES[layout]
    spec = written(layout)
    lines = ["|".join(spec["columns"])] if spec["header"] else []
    for n, row in enumerate(rows):
        usual = {own_id: f"{n:03}", "monthly_reporting_period": march, "current_actual_upb": "1000.00"}
        usual |= {"current_loan_delinquency_status": "0"}
        said = usual | {{"id": own_id, "paid": paid}.get(name, name): text for name, text in row.items()}
        assert not said.keys() - set(spec["columns"])
        lines.append("|".join(said.get(column, "") for column in spec["columns"]))
    path = folder / "tape.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


STATUS = "current_loan_delinquency_status"


def right_rows(layout: str) -> list[dict[str, str]]:
    """Return rows of which each says something else that a layout reads."""
    _, _, march, november = AGENCIES[layout]
    paid = [{STATUS: "", "paid": november}, {STATUS: "2", "paid": november}, {STATUS: "", "paid": ""}]
    how = written(layout)["read"].get("unpaid_due_dates") or written(layout)["read"][STATUS]
    texts = ["0", "3", "12", "99", "", *how.get("unknown", []), *(["00", "03", "-1"] if "leading_zeros" in how else [])]
    statuses = [{STATUS: text} for text in texts]
    balances = [{"current_actual_upb": text} for text in ("", "0.00", "0", "12345678.9", "5")]
    ended = [{"zero_balance_code": "01"}, {"zero_balance_code": "01", "current_actual_upb": "0"}]
    other = [{"monthly_reporting_period": november}]
    own = {"foreclosure_date": march} if "foreclosure_date" in written(layout)["columns"] else {STATUS: "0"}
    return [{}, *paid, *statuses, *balances, *ended, *other, own, {"id": "00A-9"}, {"id": "F\u00e9"}]


@each_agency
def test_an_engine_reads_the_facts_that_the_checker_reads(layout: str, tmp_path: Path) -> None:
    tape = alike(agency_tape(layout, tmp_path, *right_rows(layout)), layout)
    assert len(tape.loans) > 15
    assert tape.skipped["rows as of another date"] == 1


WRONG: dict[str, dict[str, str]] = {
    "a month of another form": {"monthly_reporting_period": "2011-3"},
    "a thirteenth month": {"monthly_reporting_period": "13/01/2011"},
    "no month": {"monthly_reporting_period": ""},
    "another month": {"monthly_reporting_period": "02/01/2011"},
    "a balance with a comma": {"current_actual_upb": "1,000.00"},
    "a balance with an exponent": {"current_actual_upb": "1e3"},
    "a balance below zero": {"current_actual_upb": "-0.01"},
    "a balance of too many digits": {"current_actual_upb": "1" * 31},
    "a status with a letter": {STATUS: "1O"},
    "a status with a point": {STATUS: "1.0"},
    "a status with a space": {STATUS: " 1"},
    "no loan": {"id": ""},
    "a total": {"id": "Total"},
    "what a spreadsheet made": {"id": "1.00274E+11"},
    "a space": {"id": " 1"},
    "a loan twice": {"id": "001"},
    "a paid month of another form": {"paid": "x"},
}


@each_agency
@pytest.mark.parametrize("wrong", WRONG)
def test_an_engine_finds_the_faults_that_the_checker_finds(layout: str, wrong: str, tmp_path: Path) -> None:
    path = agency_tape(layout, tmp_path, {}, {}, WRONG[wrong])
    wanted = codes(path, layout, by_engine=False)
    assert codes(path, layout, by_engine=True) == wanted
    assert wanted or wrong == "another month" or AGENCIES[layout][1] not in written(layout)["read"]


@each_agency
@pytest.mark.parametrize("more", [1, -1])
def test_a_row_of_another_width_is_an_error(more: int, layout: str, tmp_path: Path) -> None:
    path = agency_tape(layout, tmp_path, {}, {})
    text = path.read_text()
    path.write_text(text[:-1] + "|\n" if more > 0 else text[:-2] + "\n")
    assert codes(path, layout, by_engine=True) == codes(path, layout, by_engine=False) == {"E704"}


@each_agency
def test_a_tape_of_another_date_is_an_error_that_says_its_dates(layout: str, tmp_path: Path) -> None:
    path = agency_tape(layout, tmp_path, {}, {})
    with pytest.raises(InputError) as wanted:
        read_tape(path, dt.date(2011, 4, 30), agreement().facts, layout)
    with pytest.raises(InputError) as got:
        through_duckdb(path, layout, dt.date(2011, 4, 30), [])
    assert str(got.value) == str(wanted.value)


@in_hand
@pytest.mark.parametrize("month", [dt.date(2009, 12, 31), MARCH, dt.date(2013, 6, 30)], ids=str)
def test_the_real_loans_are_read_alike(month: dt.date) -> None:
    path = DATA / "fannie-2007q3" / "performance.psv"
    assert len(alike(path, "fannie-mae-performance", month).loans) > 20


@pytest.mark.parametrize("layout", ["sec-abs-ee-rmbs", "sec-abs-ee-cmbs"])
def test_a_layout_of_another_format_names_the_engine_that_reads_it(layout: str, tmp_path: Path) -> None:
    (tmp_path / "tape.xml").write_text("<a/>")
    with pytest.raises(InputError, match=r"(?s)E613.*--engine python"):
        through_duckdb(tmp_path / "tape.xml", layout, MARCH, [])


# Layouts at random

KINDS = ("text", "money", "count", "date", "flag", "number")
FORMS = ("MMYYYY", "MM/DD/YYYY", "YYYYMM", "DD.MM.YYYY", "YYYY-MM", "D'YYYY MM", "MM[DD]YYYY")
BY_KIND = {
    "text": ["A1", "x", "0012", "a b", "F\u00e9", " x", "x ", "1E5", "Total", "-", "'", "NA"],
    "money": ["0", "0.00", "-0", "-0.00", "1", "12.5", "1234.56", "-5", "1,234.50", "$5", "$ 1,234", "($1,234.50)",
              "(5)", "-$5.00", "$-5", "1'234", "1 234.5", "12,34", "0123", "1.234", "1" * 16, "1" * 17, "1e3", "5.",
              ".5", "_5", "R.5", "R. 5", "(-5)", "--5", "5%", "\u0665"],
    "number": ["0", "0.5", "6.25", "123.12345678", "1234", "0.123456789", "-1", "1,5", "x", "5.0"],
    "count": ["0", "00", "-0", "-00", "5", "05", "-05", "007", "1" * 18, "1" * 19, "0" * 40 + "5", "5.0", "+5", "5 ",
              "X"],
    "date": ["032011", "03/31/2011", "201103", "31.03.2011", "2011-03", "2011-03-31", "02/30/2011", "30.02.2011",
             "000000", "00010101", "3/31/2011", "D'2011 03", "03[31]2011", "0000-01", "010001", "2011-3", "99999999"],
    "flag": ["true", "false", "True", "Y", "N", "1"],
}  # fmt: skip


RIGHT = {
    "text": ["A1", "0012"],
    "money": ["1", "12.5", "1234.56", "0"],
    "number": ["0.5", "6.25"],
    "count": ["0", "1", "5"],
    "flag": ["true", "false"],
}


def some_column(chance: Random, kind: str) -> Json:
    column: Json = {"type": kind}
    if kind == "date" and chance.random() < 0.8:
        column["form"] = chance.choice(FORMS)
    if kind == "count" and chance.random() < 0.6:
        column["leading_zeros"] = True
    if kind == "money":
        column |= {"thousands": chance.choice(["comma", "space", "apostrophe"])} if chance.random() < 0.5 else {}
        column |= {"currency": chance.choice(["$", "R.", "US$"])} if chance.random() < 0.5 else {}
        column |= {"brackets": True} if chance.random() < 0.5 else {}
    if kind in ("money", "number", "count") and chance.random() < 0.3:
        column["unknown_below"] = chance.choice([0, 1])
    if chance.random() < 0.4:
        column["unknown"] = chance.sample([*BY_KIND[kind], "X", "N/A"], 2)
    if kind in ("text", "flag", "money") and chance.random() < 0.25:
        meant = {"text": ["one", "two"], "flag": ["true", "false"], "money": ["5", "12.50"]}[kind]
        column["codes"] = {code: chance.choice(meant) for code in chance.sample(BY_KIND[kind], 3)}
    return column


def some_layout(chance: Random) -> Json:
    kinds = ["text", "money", "date", "count", *chance.sample(KINDS, 2)]
    read = {f"c{n}": some_column(chance, kind) for n, kind in enumerate(kinds, 1)}
    of = {kind: [name for name in read if read[name]["type"] == kind] for kind in KINDS}
    day = f"row.{chance.choice(of['date'])}"
    money, count = (f"row.{chance.choice(of[kind])}" for kind in ("money", "count"))
    flag = f"row.{of['flag'][0]}" if of["flag"] else f"{money} >= $1.00"
    facts = {
        "loan.loan_id": "row.id",
        "loan.stated_principal_balance": chance.choice(
            [
                money,
                f"when({money} != $0.00 or {count} is known, {money})",
                f"first_known({money}, $7.00)",
                f"{money} + {money}",
            ]
        ),
        "loan.next_due_date": chance.choice(
            [day, f"add_months({day}, 1 - {count})", f"first_known(add_days({day}, {count}), tape.as_of)"]
        ),
        "loan.accrued_interest": chance.choice(
            [f"5% of {money}", f"least({money}, $12.34)", f"greatest({money}, $0.00)"]
        ),
        "loan.foreclosed": chance.choice([flag, f"when({day} <= tape.as_of, true)", f"{count} in (1, 5)"]),
        "loan.in_pool": chance.choice([flag, f"{count} is unknown", f"{day} is known", "true"]),
    }
    keep = {name: text for name, text in facts.items() if name == "loan.loan_id" or chance.random() < 0.8}
    layout: Json = {"layout": "random", "title": "At random", "delimiter": chance.choice(["comma", "pipe", "tab"])}
    layout |= {"header": chance.random() < 0.5, "columns": ["id", *read, "unread"]}
    layout |= {"read": {"id": {"type": "text"}, **read}, "facts": keep}
    if layout["header"] and chance.random() < 0.2:
        layout["header_row"] = 3
    if chance.random() < 0.3:
        other = f"{day} = tape.as_of or {count} is unknown"
        layout["rows"] = chance.choice([f"{day} <= tape.as_of", f"{count} is known", other])
    if chance.random() < 0.3:
        layout["loans"] = chance.choice([f"{money} is known", f"{count} != 7", "row.c1 is known"])
    return layout


def some_cell(chance: Random, column: Json, wrong: float) -> str:
    if chance.random() < 0.2:
        return ""
    good = [*column.get("unknown", ()), *column.get("codes", ())] * 2
    if "codes" not in column:
        form = column.get("form", "YYYY-MM-DD")
        for token, text in {"YYYY": "2011", "MM": "03", "DD": "31"}.items():
            form = form.replace(token, text, 1)
        good += {**RIGHT, "date": [form, form]}[column["type"]]
    return str(chance.choice(BY_KIND[column["type"]] if chance.random() < wrong else good))


def some_tape(chance: Random, layout: Json, folder: Path) -> Path:
    sign = {"comma": ",", "pipe": "|", "tab": "\t"}[layout["delimiter"]]
    rows = ["above", "", "" if chance.random() < 0.5 else "above again"][: layout.get("header_row", 1) - 1]
    rows += [sign.join(layout["columns"])] if layout["header"] else []
    wrong = chance.choice([0.0, 0.0, 0.0, 0.0, 0.03, 0.15])
    for n in range(chance.randint(1, 12)):
        cells = [some_cell(chance, column, wrong) for name, column in layout["read"].items() if name != "id"]
        name = chance.choice(["1", "Total", "", "7"]) if chance.random() < wrong else f"L{n}"
        cells = [name, *cells, chance.choice(["", "z"])]
        if chance.random() < 0.04:
            cells = [""] * len(cells)
        rows.append(sign.join(f'"{cell}"' if sign in cell or '"' in cell else cell for cell in cells))
    path = folder / "tape.txt"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "layout.yaml").write_text(json.dumps(layout))
    return path


def at_random(seed: int, folder: Path) -> Path:
    """Write a random tape and its layout, and return the tape."""
    chance = Random(seed)  # noqa: S311 (a test's randomness, to be had again)
    return some_tape(chance, some_layout(chance), folder)


@pytest.mark.parametrize("seed", range(60))
def test_a_random_layout_is_read_alike(seed: int, tmp_path: Path) -> None:
    path = at_random(seed, tmp_path)
    wanted, got = (codes(path, "layout.yaml", by_engine=found) for found in (False, True))
    if got == TOO_WIDE:
        return  # of a cell that is right: no fact is read wrong
    if wanted:
        assert got, "the engine finds nothing wrong"
        assert got - TOO_WIDE <= wanted
    else:
        assert not got
        alike(path, "layout.yaml")


def test_random_layouts_are_mostly_read(tmp_path: Path) -> None:
    """So that the test above is not one of faults alone."""
    read = 0
    for seed in range(60):
        path = at_random(seed, tmp_path)
        read += not codes(path, "layout.yaml", by_engine=False)
    assert read > 15


def test_a_layout_that_could_be_mistaken_names_the_engine_that_reads_it(tmp_path: Path) -> None:
    layout = {
        "layout": "odd", "title": "Odd", "delimiter": "pipe", "header": True, "columns": ["id", "m"],
        "read": {"id": {"type": "text"}, "m": {"type": "money", "currency": "5"}},
        "facts": {"loan.loan_id": "row.id", "loan.stated_principal_balance": "row.m"},
    }  # fmt: skip
    (tmp_path / "layout.yaml").write_text(json.dumps(layout))
    (tmp_path / "tape.txt").write_text("id|m\n1|5 5\n")
    assert codes(tmp_path / "tape.txt", "layout.yaml", by_engine=True) == {"E613"}


def test_amounts_with_marks_are_read_to_the_cent(tmp_path: Path) -> None:
    layout = {
        "layout": "marks", "title": "Marks", "delimiter": "pipe", "header": True, "columns": ["id", "m"],
        "read": {
            "id": {"type": "text"},
            "m": {"type": "money", "currency": "$", "thousands": "comma", "brackets": True},
        },
        "facts": {"loan.loan_id": "row.id", "loan.stated_principal_balance": "row.m + $1000000.00"},
    }  # fmt: skip
    (tmp_path / "layout.yaml").write_text(json.dumps(layout))
    (tmp_path / "tape.txt").write_text("id|m\n1|$ 1,234,567.89\n2|($999,999.99)\n3|-$12.5\n4|0\n")
    tape = alike(tmp_path / "tape.txt", "layout.yaml")
    balances = [row["loan.stated_principal_balance"] for row in tape.loans.values()]
    assert balances == [Decimal("2234567.89"), Decimal("0.01"), Decimal("999987.5"), Decimal(1000000)]


# A book

BOOK = """\
book: a tape through a layout
agreement: {agreement}
date: 2011-03-31
tape: {{file: tape.txt, as_of: 2011-03-31, layout: {layout}}}
dispositions: {{file: lines.csv}}
"""


def book_of(layout: str, folder: Path) -> Path:
    """Write a book of a tape of an agency, and of lines that buy some of its loans."""
    agency_tape(layout, folder, *right_rows(layout))
    loans = [f"one,{n:03},3.13(g),1000.00,master_servicer" for n in (0, 1, 4, 5, 99)]
    (folder / "lines.csv").write_text("batch,loan,under,price,buyer.role\n" + "\n".join(loans) + "\n")
    path = folder / "book.yaml"
    path.write_text(BOOK.format(agreement=agreement().name, layout=layout))
    return path


@each_agency
def test_a_book_through_a_layout_is_judged_alike(layout: str, tmp_path: Path) -> None:
    path = book_of(layout, tmp_path)
    world = World({agreement().name: agreement()}, MARCH, (), (), ())
    wanted = evaluated(path, world)
    assert engine_finds(path, world) == wanted
    assert len(wanted) > 20


def test_a_tape_through_a_layout_is_proved_beside_the_judging_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever its first rows look like, the proof runs, and what it cannot show the hashes do."""
    looked: list[bool] = []
    in_stream = survey._in_stream
    monkeypatch.setattr(survey, "_seems_to_ascend", lambda *_: True)
    monkeypatch.setattr(survey, "_in_stream", lambda *told: looked.append(True) or in_stream(*told))
    assert run(["check", str(book_of("fannie-mae-31", tmp_path)), "--engine", "duckdb"]) in (1, 3)
    assert (looked, capsys.readouterr().err) == ([True], "")


def test_a_book_through_a_layout_says_what_it_assumes_and_what_it_skips(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["check", str(book_of("fannie-mae-31", tmp_path)), "--engine", "duckdb"]) in (1, 3)
    text = " ".join(capfdbinary.readouterr().out.decode().split())
    assert "The balances of this tape are actual, not scheduled, balances." in text
    assert "Of the tape 1 rows as of another date were not read." in text


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        pytest.param(
            {"type": "date", "form": "DD.MM.YYYY"}, "31x03x2011", id="another sign between the parts of a date"
        ),
        pytest.param({"type": "money", "currency": "$"}, "\u00a45", id="a currency that stands for another here"),
        pytest.param({"type": "money", "thousands": "comma"}, "1_000", id="a mark that stands for another here"),
    ],
)
def test_a_sign_that_the_layout_does_not_name_is_an_error(column: Json, cell: str, tmp_path: Path) -> None:
    layout = {
        "layout": "signs", "title": "Signs", "delimiter": "pipe", "header": True, "columns": ["id", "c"],
        "read": {"id": {"type": "text"}, "c": column},
        "facts": {"loan.loan_id": "row.id", "loan.in_pool": "row.c is known"},
    }  # fmt: skip
    (tmp_path / "layout.yaml").write_text(json.dumps(layout))
    (tmp_path / "tape.txt").write_text(f"id|c\n1|{cell}\n")
    assert codes(tmp_path / "tape.txt", "layout.yaml", by_engine=True) == {"E401"}
