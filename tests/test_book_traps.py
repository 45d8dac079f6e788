"""What DuckDB makes of files by itself, and what must not decide anything: folders' names, other types, odd marks."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from builders import asking_nothing, shipped_policies

from checker.cli import run
from checker.engine.book import Table, read_book
from checker.engine.duck import Duck
from checker.engine.intake import ROW, row_place
from checker.engine.quotes import EDGE, check_quotes
from checker.engine.run import Wanted, judge_book
from checker.engine.summary import Summary
from checker.engine.sums import filled
from checker.faults import InputError
from checker.lang.check import Declared, Scope, check
from checker.lang.evaluate import Frame, Program, RowSet
from checker.lang.parse import parse
from checker.lang.syntax import Type
from checker.model import Agreement
from checker.read.batch import LARGE, Source

TAPE = {
    "loan_id": "'0001'",
    "stated_principal_balance": "CAST(100.00 AS DECIMAL(18, 2))",
    "accrued_interest": "CAST(1.01 AS DECIMAL(18, 2))",
    "unreimbursed_advances": "CAST(0.00 AS DECIMAL(18, 2))",
    "next_due_date": "DATE '2010-01-01'",
    "foreclosed": "FALSE",
}
LINES = "batch,agreement,date,loan,under,price,buyer.name,buyer.role\n"
LINE = "b,impac-cmb-2004-10,2011-03-31,0001,3.18,{price},Impac Funding Corporation,master_servicer\n"


def parquet(path: Path, **changes: str) -> Path:
    """Write a tape of one loan that is bought at 101.01, but for what is changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    selected = ", ".join(f"{text} AS {name}" for name, text in {**TAPE, **changes}.items() if text)
    duckdb.connect().execute(f"COPY (SELECT {selected}) TO '{path}' (FORMAT parquet)")
    return path


def judged(
    folder: Path,
    tape: str,
    *,
    price: str = "101.01",
    lines: str = "",
    also: str = "",
    to: Path | None = None,
    law: Mapping[str, Agreement] | None = None,
) -> Summary:
    """Judge a book of one line over a tape in the folder, by the policies that ship unless others are given."""
    law = law or shipped_policies()
    (folder / "lines.csv").write_text(lines or LINES + LINE.format(price=price))
    text = f"book: t\nagreement: impac-cmb-2004-10\ntape: {{file: '{tape}', as_of: 2011-03-31}}\n"
    (folder / "book.yaml").write_text(text + "dispositions: {file: lines.csv}\n" + also)
    book = read_book(folder / "book.yaml", law)
    return judge_book(book, law, Wanted(engine="duckdb", lines=to), "0", lambda _what, _done, _of: None)


def code(folder: Path, tape: str, **changes: str) -> str:
    with pytest.raises(InputError) as error:
        judged(folder, tape, **changes)
    return error.value.faults[0].code


def test_a_loan_bought_at_its_price_is_permitted(tmp_path: Path) -> None:
    parquet(tmp_path / "tape.parquet")
    assert judged(tmp_path, "tape.parquet").decision == "permitted"


def test_a_loan_of_which_its_section_asks_nothing_is_undecided(tmp_path: Path) -> None:
    parquet(tmp_path / "tape.parquet")
    assert judged(tmp_path, "tape.parquet", law=asking_nothing()).decision == "undecided"


@pytest.mark.parametrize("name", ["foreclosed=false", "in_pool=true", "price=1.00"])
def test_the_name_of_a_folder_says_nothing_of_a_loan(tmp_path: Path, name: str) -> None:
    parquet(tmp_path / name / "tape.parquet", foreclosed="TRUE")
    assert judged(tmp_path, f"{name}/tape.parquet").decision == "refused"


def test_the_name_of_a_folder_says_nothing_of_a_csv_file_either(tmp_path: Path) -> None:
    parquet(tmp_path / "tape.parquet", foreclosed="TRUE")
    (tmp_path / "foreclosed=false").mkdir()
    target = tmp_path / "foreclosed=false" / "tape.csv"
    duckdb.connect().execute(f"COPY (FROM '{tmp_path / 'tape.parquet'}') TO '{target}' (HEADER)")
    assert judged(tmp_path, "foreclosed=false/tape.csv").decision == "refused"


@pytest.mark.parametrize(
    "changes",
    [
        {"accrued_interest": "CAST(1.005 AS DOUBLE)"},
        {"accrued_interest": "CAST(1.005 AS DECIMAL(18, 3))"},
        {"accrued_interest": "'1.01'"},
        {"foreclosed": ""},
        {"in_pool": "FALSE"},
    ],
    ids=str,
)
def test_the_files_of_a_folder_have_the_same_columns(tmp_path: Path, changes: dict[str, str]) -> None:
    parquet(tmp_path / "tape" / "1.parquet", loan_id="'0002'")
    parquet(tmp_path / "tape" / "2.parquet", **changes)
    assert code(tmp_path, "tape") == "E715"


def test_the_order_of_the_columns_of_a_folder_is_no_matter(tmp_path: Path) -> None:
    parquet(tmp_path / "tape" / "1.parquet", loan_id="'0002'")
    turned = dict(reversed(TAPE.items()))
    selected = ", ".join(f"{text} AS {name}" for name, text in turned.items())
    duckdb.connect().execute(f"COPY (SELECT {selected}) TO '{tmp_path / 'tape' / '2.parquet'}' (FORMAT parquet)")
    assert judged(tmp_path, "tape").decision == "permitted"


def test_a_fault_in_a_folder_is_at_a_row_of_its_file(tmp_path: Path) -> None:
    parquet(tmp_path / "tape" / "1.parquet", loan_id="'0002'")
    wrong = parquet(tmp_path / "tape" / "2.parquet", stated_principal_balance="CAST(-1 AS DECIMAL(18, 2))")
    with pytest.raises(InputError) as error:
        judged(tmp_path, "tape")
    assert [(fault.place.file, fault.place.cell) for fault in error.value.faults] == [(str(wrong), "row 1")]


@pytest.mark.parametrize("names", [("a",), ("a", "a.parquet", "b[1]")])
def test_rows_are_in_the_order_of_their_files_and_in_that_of_each(tmp_path: Path, names: tuple[str, ...]) -> None:
    table, many = Table(str(tmp_path / "tape"), "parquet", "", "canonical"), 11
    (tmp_path / "tape").mkdir()
    for name in names:
        path = tmp_path / "tape" / f"{name}.parquet"
        duckdb.connect().execute(f"COPY (SELECT '{name}' AS own, n FROM range(1, {many + 1}) AS t(n)) TO '{path}'")
    with Duck([table]) as engine:
        numbered = engine.numbered(table, engine.columns(table))
        found = engine.rows(f"SELECT {ROW}, own, n FROM {numbered} ORDER BY {ROW}")
    assert [(name, number) for _, name, number in found] == [(own, n) for own in names for n in range(1, many + 1)]
    places = [row_place(table, row) for row, *_ in found]
    assert [place.cell for place in places] == [f"row {number}" for _, _, number in found]
    if len(names) > 1:
        assert [Path(place.file).stem for place in places] == [name for _, name, _ in found]


@pytest.mark.parametrize("name", ["filename", "file_row_number", "File_Row_Number"])
def test_a_column_that_duckdb_takes_for_its_own_is_refused(tmp_path: Path, name: str) -> None:
    parquet(tmp_path / "tape.parquet", **{name: "1"})
    assert code(tmp_path, "tape.parquet") == "E613"


@pytest.mark.parametrize("other", ["notes.txt", "more/x.parquet"])
def test_a_folder_that_is_a_table_holds_nothing_else(tmp_path: Path, other: str) -> None:
    parquet(tmp_path / "tape" / "1.parquet")
    (tmp_path / "tape" / other).parent.mkdir(exist_ok=True)
    (tmp_path / "tape" / other).write_text("")
    assert code(tmp_path, "tape") == "E613"


def test_parquet_in_capitals_is_read_and_what_a_writer_hides_is_not(tmp_path: Path) -> None:
    parquet(tmp_path / "tape" / "1.PARQUET")
    (tmp_path / "tape" / "_SUCCESS").write_text("")
    assert judged(tmp_path, "tape").decision == "permitted"


@pytest.mark.parametrize("price", ["101.005", "101.014", "12345678901234567.00"])
def test_what_every_line_says_is_never_rounded(tmp_path: Path, price: str) -> None:
    parquet(tmp_path / "tape.parquet")
    lines = LINES.replace("price,", "") + LINE.replace("{price},", "")
    assert code(tmp_path, "tape.parquet", lines=lines, also=f"every: {{price: {price}}}\n") == "E714"


def test_a_control_character_is_no_unknown(tmp_path: Path) -> None:
    parquet(tmp_path / "tape.parquet")
    assert code(tmp_path, "tape.parquet", price="\x01") == "E401"


@pytest.mark.parametrize("price", ['"101.01" ', ' "101.01"', '"1,5" ', ' ""', '"" ', '"a""" ', ' """a"', '\t"101.01"'])
def test_a_quotation_mark_beside_a_space_is_not_read_in_either_way(tmp_path: Path, price: str) -> None:
    parquet(tmp_path / "tape.parquet")
    assert code(tmp_path, "tape.parquet", price=price) == "E702"


def test_a_quoted_cell_is_read(tmp_path: Path) -> None:
    parquet(tmp_path / "tape.parquet")
    assert judged(tmp_path, "tape.parquet", price='"101.01"').decision == "permitted"


@pytest.mark.parametrize("day", ["-infinity", "infinity", "0044-01-01 (BC)", "20000-01-01"])
def test_a_day_outside_the_calendar_is_no_day(tmp_path: Path, day: str) -> None:
    parquet(tmp_path / "tape.parquet", next_due_date=f"DATE '{day}'")
    assert code(tmp_path, "tape.parquet") == "E401"


def test_an_empty_name_of_an_agreement_is_none(tmp_path: Path) -> None:
    parquet(tmp_path / "tape.parquet", agreement="''")
    assert code(tmp_path, "tape.parquet") == "E305"


@pytest.mark.parametrize("memory", ["-1", "banana", "4", "1GB; SELECT 1"])
def test_memory_is_an_amount(memory: str) -> None:
    with pytest.raises(InputError) as error:
        Duck([], memory)
    assert error.value.faults[0].code == "E613"


def test_a_bug_of_ours_is_not_told_as_a_fault_of_a_file() -> None:
    with Duck([]) as engine, pytest.raises(duckdb.BinderException):
        engine.rows("SELECT nothing AS CSV")


@pytest.mark.parametrize("name", ['"Doe, ""Jack"" Jr."', '"""Jack"" , Doe"', '"a ""b"""', 'a "b" c'])
def test_a_mark_that_is_part_of_a_text_is_read(tmp_path: Path, name: str) -> None:
    parquet(tmp_path / "tape.parquet")
    lines = LINES + LINE.format(price="101.01").replace(
        "Impac Funding Corporation,master_servicer", f"{name},third_party"
    )
    assert judged(tmp_path, "tape.parquet", lines=lines).decision == "permitted"


def test_without_duckdb_plain_python_judges_what_is_large(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    (tmp_path / "tape.csv").write_text("loan_id\n" + "1" * (LARGE + 1))
    parquet(tmp_path / "tape.parquet")
    source = Source({}, "auto")
    assert [source._leaves(tmp_path / name) for name in ("tape.csv", "tape.parquet")] == [False, True]
    monkeypatch.undo()
    assert source._leaves(tmp_path / "tape.csv")


def test_no_line_can_be_taken_for_a_formula(tmp_path: Path) -> None:
    parquet(tmp_path / "tape.parquet", loan_id="'-A2'")
    lines = LINES + LINE.format(price="101.01").replace("b,", '"=HYPERLINK(1)",', 1).replace("0001", "-A2")
    judged(tmp_path, "tape.parquet", lines=lines, to=tmp_path / "out.csv")
    assert (
        (tmp_path / "out.csv")
        .read_text()
        .splitlines()[1]
        .startswith("'=HYPERLINK(1),impac-cmb-2004-10,2011-03-31,'-A2,")
    )


def test_a_quoted_line_break_is_a_fault_of_the_file(tmp_path: Path) -> None:
    parquet(tmp_path / "tape.parquet")
    assert code(tmp_path, "tape.parquet", price='"101\n.01"') == "E702"


@pytest.mark.parametrize("gap", range(-EDGE - 3, EDGE + 4, 683))
def test_a_mark_is_found_wherever_a_large_file_is_cut(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gap: int
) -> None:
    monkeypatch.setattr("checker.engine.quotes.BLOCK", 4 * EDGE)
    rows = b"a,b\n" * ((8 * EDGE + gap) // 4)
    for cell, is_wrong in ((b'"a" ', True), (b'"a, ""b"" c"', False)):
        (tmp_path / "lines.csv").write_bytes(rows + cell + b",b\n" + rows)
        table = Table(str(tmp_path / "lines.csv"), "csv")
        if not is_wrong:
            check_quotes(table)
            continue
        with pytest.raises(InputError) as error:
            check_quotes(table)
        place = error.value.faults[0].place
        assert place is not None
        assert place.line == len(rows) // 4 + 1


def test_a_report_never_goes_over_a_part_of_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    part = parquet(tmp_path / "tape" / "1.PARQUET")
    judged(tmp_path, "tape")
    before = part.read_bytes()
    assert run(["check", str(tmp_path / "book.yaml"), "--format", f"json={part}"]) == 2
    assert "E609: the output would overwrite an input" in capsys.readouterr().err
    assert part.read_bytes() == before


def test_a_sum_over_a_pool_that_was_not_asked_for_is_a_bug_and_no_sum_of_nothing() -> None:
    rows = filled(RowSet(rows=[]), {}, {})
    program = reading("sum(loan.stated_principal_balance over pool) = $0.00")
    with pytest.raises(KeyError):
        program(Frame({}, {"pool": rows}))


def reading(text: str) -> Program:
    facts = {"loan.stated_principal_balance": Declared(type=Type.MONEY, nonnegative=True)}
    found = check(parse(text), Scope(facts=facts, bare=frozenset(), sets={"pool": frozenset({"loan"})}))
    assert not isinstance(found, tuple), found
    return Program(found)
