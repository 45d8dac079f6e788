"""Books that are wrong: both engines refuse them with one code, and the plain one says where."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from books import Answers, World, engine_finds, evaluated
from builders import NAME
from wrong_books import BAD, BOOK, FAULTS, FILES, LAW, LINE, MALFORMED, SAME, SECOND, WORLD, Change, cell, written

from checker.document.digest import sha256
from checker.engine.book import read_book
from checker.engine.plain import read_plain
from checker.faults import InputError

Judge = Callable[[Path, World], Answers]
ENGINES = [pytest.param(evaluated, id="python"), pytest.param(engine_finds, id="duckdb")]


def codes(judge: Judge, path: Path, world: World = WORLD) -> set[str]:
    """Return the codes of what is wrong with a book, none where it is judged."""
    try:
        judge(path, world)
    except InputError as error:
        return {fault.code for fault in error.faults}
    return set()


@pytest.mark.parametrize("judge", ENGINES)
def test_the_book_itself_is_judged(judge: Judge, tmp_path: Path) -> None:
    assert codes(judge, written(tmp_path)) == set()


@pytest.mark.parametrize("judge", ENGINES)
@pytest.mark.parametrize(("code", "changes"), FAULTS.values(), ids=FAULTS)
def test_a_fault_has_one_code(code: str, changes: list[Change], judge: Judge, tmp_path: Path) -> None:
    assert codes(judge, written(tmp_path, *changes)) == {code}


@pytest.mark.parametrize(("said", "code"), [("true", set()), ("false", {"E604"})])
@pytest.mark.parametrize("judge", ENGINES)
def test_what_every_line_says_is_held_against_the_tape(judge: Judge, said: str, code: set[str], tmp_path: Path) -> None:
    """The lines have no column of it; the tape knows of one of their loans."""
    one = ("tape.csv", "2005-01-31,false", "2005-01-31,")
    without = ("lines.csv", FILES["lines.csv"], dropped(FILES["lines.csv"], "loan.defaulted"))
    book = {**BOOK, "every": {"loan": {"defaulted": said}}}
    assert codes(judge, written(tmp_path, one, without, book=book)) == code


def dropped(text: str, column: str) -> str:
    """Return a table without a column."""
    at = text.splitlines()[0].split(",").index(column)
    rows = [line.split(",") for line in text.splitlines()]
    return "".join(",".join([*row[:at], *row[at + 1 :]]) + "\n" for row in rows)


@pytest.mark.parametrize("judge", ENGINES)
@pytest.mark.parametrize("change", [change for _, change in BAD], ids=[name for name, _ in BAD])
def test_a_cell_that_is_wrong_decides_nothing(change: Change, judge: Judge, tmp_path: Path) -> None:
    assert codes(judge, written(tmp_path, change)) == {"E401"}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("judge", ENGINES)
@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_the_same_written_otherwise_is_judged_the_same(
    change: Callable[[str], str], judge: Judge, file: str, tmp_path: Path
) -> None:
    wanted = evaluated(written(tmp_path), WORLD)
    path = written(tmp_path, (file, FILES[file], change(FILES[file])))
    assert judge(path, WORLD) == wanted


@pytest.mark.parametrize("judge", ENGINES)
@pytest.mark.parametrize(("old", "new", "code"), MALFORMED.values(), ids=MALFORMED)
def test_a_table_that_is_not_well_formed_is_refused(
    old: str, new: str, code: str, judge: Judge, tmp_path: Path
) -> None:
    """An engine that reads tables by itself tells no more than that one is not well-formed."""
    assert codes(judge, written(tmp_path, ("tape.csv", old, new))) in ({code}, {"E702"})


@pytest.mark.parametrize("judge", ENGINES)
def test_a_file_that_is_no_text_is_refused(judge: Judge, tmp_path: Path) -> None:
    path = written(tmp_path)
    (tmp_path / "tape.csv").write_bytes(FILES["tape.csv"].replace("2004-11-01", "é").encode("latin-1"))
    assert codes(judge, path) <= {"E002", "E702"}
    assert codes(judge, path)


@pytest.mark.parametrize("judge", ENGINES)
@pytest.mark.parametrize("file", FILES)
def test_an_empty_file_has_no_header(judge: Judge, file: str, tmp_path: Path) -> None:
    assert codes(judge, written(tmp_path, (file, FILES[file], ""))) == {"E701"}


WIDE = ("10000000000000000.00", "0.105")


@pytest.mark.parametrize("text", WIDE)
def test_an_amount_that_is_longer_than_a_column_holds_is_refused_there_and_fine_here(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, cell("tape.csv", SECOND, "stated_principal_balance", text))
    assert codes(engine_finds, path) == {"E714"}
    assert codes(evaluated, path) == set()


def test_a_cell_is_shown_where_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, cell("tape.csv", SECOND, "stated_principal_balance", "1e3"))
    with pytest.raises(InputError) as error:
        read_plain(read_book(path, LAW), LAW)
    assert str(error.value) == (
        "E401: `1e3` is not an amount\n"
        f" --> {tmp_path}/tape.csv:3:29\n"
        f"3 | {SECOND},true,1e3,2004-11-01,,false\n"
        f"  | {' ' * 28}^^^\n"
        "  = help: write it like `26756.87`: digits and a point, no thousands marks, exponent or currency sign"
    )


def test_every_fault_of_a_table_is_shown_at_once(tmp_path: Path) -> None:
    changes = [cell("lines.csv", LINE, "price", "1e3"), cell("lines.csv", "two,1", "loan", "Total")]
    with pytest.raises(InputError) as error:
        read_plain(read_book(written(tmp_path, *changes), LAW), LAW)
    assert [(fault.code, fault.place and fault.place.line) for fault in error.value.faults] == [
        ("E401", 2),
        ("E707", 4),
    ]


def test_parquet_is_left_to_an_engine(tmp_path: Path) -> None:
    (tmp_path / "tape.parquet").touch()
    book = {**BOOK, "tape": {"file": "tape.parquet", "as_of": "2005-03-31"}}
    with pytest.raises(InputError) as error:
        read_plain(read_book(written(tmp_path, book=book), LAW), LAW)
    assert [(fault.code, fault.help) for fault in error.value.faults] == [("E613", "judge it with `--engine duckdb`")]


@pytest.mark.parametrize("judge", ENGINES)
def test_a_table_that_is_pinned_is_the_one(judge: Judge, tmp_path: Path) -> None:
    right = {"file": "lines.csv", "sha256": sha256(FILES["lines.csv"].encode())}
    assert codes(judge, written(tmp_path, book={**BOOK, "dispositions": right})) == set()
    wrong = {"file": "lines.csv", "sha256": "0" * 64}
    assert codes(judge, written(tmp_path, book={**BOOK, "dispositions": wrong})) == {"E603"}


@pytest.mark.parametrize("judge", ENGINES)
def test_a_date_after_the_day_that_is_looked_from_is_refused(judge: Judge, tmp_path: Path) -> None:
    assert codes(judge, written(tmp_path), WORLD._replace(look=date(2005, 3, 31))) == {"E606"}


@pytest.mark.parametrize("judge", ENGINES)
def test_what_no_table_says_the_book_says(judge: Judge, tmp_path: Path) -> None:
    """The book of one agreement and date, without a table of batches: its lines are as they were."""
    wanted = judge(written(tmp_path), WORLD)
    lines = [row for row in FILES["lines.csv"].splitlines() if not row.startswith("two")]
    tape = [row.split(",", 1)[1] for row in FILES["tape.csv"].splitlines() if not row.startswith("other")]
    (tmp_path / "one.csv").write_text("\n".join(tape))
    (tmp_path / "two.csv").write_text("\n".join(row.split(",", 2)[0] + "," + row.split(",", 2)[2] for row in lines))
    book = {"book": "a book", "agreement": NAME, "date": "2005-03-31", "dispositions": {"file": "two.csv"}}
    path = written(tmp_path, book={**book, "tape": {"file": "one.csv", "as_of": "2005-03-31"}})
    assert judge(path, WORLD) == {key: status for key, status in wanted.items() if not {"two", "other"} & {*key}}


LAYOUT = """\
layout: mine
title: A layout
delimiter: pipe
header: false
columns: [id, balance, status]
read:
  id: {type: text}
  balance: {type: money, unknown: [X]}
  status: {type: flag, codes: {D: "true", C: "false"}}
facts:
  loan.loan_id: row.id
  loan.stated_principal_balance: row.balance
  loan.defaulted: row.status
  loan.in_pool: row.balance > $0.00
"""


def by_layout(folder: Path, **changes: str) -> Path:
    """Write the book with the tape of its first agreement in a layout, and return its file."""
    (folder / "mine.yaml").write_text(LAYOUT)
    (folder / "source.txt").write_text("0101|26756.87|D\n0102|50000.00|\n0303|X|C\n0404|0.00|D\n")
    tape = {"file": "source.txt", "as_of": "2005-03-31", "layout": "mine.yaml"}
    return written(folder, book={**BOOK, "tape": tape, **changes})


def test_a_tape_is_read_through_its_layout(tmp_path: Path) -> None:
    path = by_layout(tmp_path, agreement=NAME)
    found = evaluated(path, WORLD)
    assert found["line", "one", "1", "builtin/loan-in-pool"] == "pass"
    assert found["line", "two", "1", "builtin/loan-in-pool"] == "fail", "it is of another agreement"


def test_an_engine_reads_a_layout_as_the_checker_does(tmp_path: Path) -> None:
    path = by_layout(tmp_path, agreement=NAME)
    assert engine_finds(path, WORLD) == evaluated(path, WORLD)


@pytest.mark.parametrize("judge", ENGINES)
def test_a_tape_in_a_layout_is_of_the_agreement_that_the_book_names(judge: Judge, tmp_path: Path) -> None:
    assert codes(judge, by_layout(tmp_path)) == {"E305"}
