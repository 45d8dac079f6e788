"""Batches over tapes that DuckDB reads: the same reports as of tapes that Python reads, byte by byte."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest
from books import Row, World, spelled, write_csv
from laws import small_law
from small import condition, small
from trusts import trusts

from checker.api import Source, check, load_policies, make_report, read_batches
from checker.engine.reduce import reduced
from checker.faults import InputError
from checker.lang.evaluate import Frame
from checker.lang.sql import WIDTHS
from checker.lang.syntax import Type
from checker.model import Agreement, Tape
from checker.read import batch as batches
from checker.report import renderer

EXAMPLES = Path(__file__).parent.parent / "policies" / "impac-cmb-2004-10" / "examples"
FORMATS = ("text", "json", "csv", "sarif", "junit", "github", "markdown", "html")
MARCH = date(2005, 3, 31)
PLAIN = {Type.DATE: "DATE", Type.FLAG: "BOOLEAN", Type.TEXT: "VARCHAR"}
Law = Mapping[str, Agreement]


def reports(law: Law, paths: Sequence[Path], engine: str, look: date | None = None) -> list[str]:
    """Return the report of batches in every format, or what is wrong with them."""
    try:
        source = Source(law, engine)
        found = read_batches(paths, source)
        if engine == "duckdb":
            assert source.left
            found = reduced(found, source, as_of=look)
        report = make_report(law, check(law, found, look), look, everything=True)
    except InputError as error:
        return [str(error)]
    return [renderer(name)(report) for name in FORMATS]


def tape_of(law: Law, path: Path, engine: str = "duckdb") -> Tape:
    """Return the tape of one batch."""
    source = Source(law, engine)
    (found,) = read_batches([path], source)
    return (reduced([found], source) if source.left else [found])[0].tape


# The examples that ship


@pytest.mark.parametrize("name", sorted(found.name for found in EXAMPLES.glob("*.[yj]*")))
def test_the_examples_have_the_same_reports(name: str) -> None:
    law = load_policies()
    assert reports(law, [EXAMPLES / name], "duckdb") == reports(law, [EXAMPLES / name], "python")


def test_all_examples_together_have_the_same_reports() -> None:
    law = load_policies()
    found = reports(law, [EXAMPLES], "duckdb")
    assert found == reports(law, [EXAMPLES], "python")
    assert len(found) == len(FORMATS)


def test_a_tape_that_many_batches_name_is_left_once() -> None:
    source = Source(load_policies(), "duckdb")
    read_batches([EXAMPLES], source)
    assert len({left.tape.file for left in source.left}) == len(source.left)


# Tapes at random


def written(world: World, folder: Path, kind: str = "csv") -> list[Path]:
    """Write a world as batches in files of their own, over a tape for each agreement; return the files."""
    tapes = {}
    for n, (name, agreement) in enumerate(sorted(world.law.items())):
        path = folder / f"tape-{n}.csv"
        rows = [_without(row, "agreement") for row in world.tape if row["agreement"] == name]
        write_csv(path, rows or [{"loan_id": "none"}])
        if kind == "parquet":
            _as_parquet(path, agreement)
        tapes[name] = f"tape-{n}.{kind}"
    return [_batch(folder, n, head, world, tapes) for n, head in enumerate(world.batches)]


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _as_parquet(path: Path, agreement: Agreement) -> None:
    """Write a tape again with a type for each column."""
    with duckdb.connect() as connection:
        source = f"read_csv('{path}', all_varchar = true, header = true, delim = ',', quote = '\"')"
        names = [found[0] for found in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        kinds = {name: agreement.facts[f"loan.{name}"].type for name in names}
        types = {name: WIDTHS[kind].type if kind in WIDTHS else PLAIN[kind] for name, kind in kinds.items()}
        columns = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in types.items())
        target = path.with_suffix(".parquet")
        connection.execute(f"COPY (SELECT {columns} FROM {source}) TO '{target}' (FORMAT parquet)")


def _batch(folder: Path, number: int, head: Row, world: World, tapes: Mapping[str, str]) -> Path:
    lines = [_without(row, "batch", "line") for row in world.lines if row["batch"] == head["batch"]]
    write_csv(folder / f"lines-{number}.csv", lines or [{"loan": None, "under": None}])
    document: dict[str, object] = {"tape": {"file": tapes[str(head["agreement"])], "as_of": str(world.as_of)}}
    document["dispositions"] = {"file": f"lines-{number}.csv"}
    for name, value in head.items():
        *groups, last = name.split(".")
        inner = document
        for group in groups:
            inner = inner.setdefault(group, {})  # type: ignore[assignment] # no key is inside another
        inner |= {} if value is None else {last: spelled(value)}
    path = folder / f"batch-{number}.json"
    path.write_text(json.dumps(document))
    return path


WORLDS: list[tuple[Callable[[int, int], World], int, int]] = [
    *((trusts, seed, 3) for seed in range(8)),
    *((small_law, seed, 6) for seed in range(24)),
]


@pytest.mark.parametrize(("make", "seed", "size"), WORLDS)
def test_random_tapes_have_the_same_reports(
    make: Callable[[int, int], World], seed: int, size: int, tmp_path: Path
) -> None:
    world = make(seed, size)
    paths = written(world, tmp_path)
    wanted = reports(world.law, paths, "python", world.look)
    assert reports(world.law, paths, "duckdb", world.look) == wanted


@pytest.mark.parametrize(("make", "seed", "size"), WORLDS[::5])
def test_a_parquet_tape_has_the_report_of_the_same_csv(
    make: Callable[[int, int], World], seed: int, size: int, tmp_path: Path
) -> None:
    world = make(seed, size)
    wanted = reports(world.law, written(world, tmp_path), "duckdb", world.look)
    got = reports(world.law, written(world, tmp_path, "parquet"), "duckdb", world.look)
    assert [_bare(text) for text in got[:3]] == [_bare(text) for text in wanted[:3]]


def _bare(text: str) -> list[str]:
    """Return the words of a report, without the digests and the ending of the tape's name."""
    return re.sub(r"[0-9a-f]{64}", "", text.replace(".parquet", ".csv")).split()


# What a pool leaves open

LAW = {
    "sum": "sum(loan.stated_principal_balance over pool) <= $100.00",
    "count": "count(pool) <= 3",
    "dated": "count(pool where loan.due <= batch.date) <= 2",
}


def pooled(
    folder: Path, tape: str, *, dates: Sequence[date] = (MARCH,), names: str = "loan: '1'"
) -> tuple[Law, list[Path]]:
    """Write a tape under a law that asks for sums over the pool, and a batch for each date."""
    law = load_policies(small(folder, "".join(condition(text, name) for name, text in LAW.items())))
    (folder / "tape.csv").write_text(tape)
    paths = []
    for n, day in enumerate(dates):
        path = folder / f"batch-{n}.yaml"
        path.write_text(
            f"batch: b{n}\nagreement: small\ndate: {day}\ntape: {{file: tape.csv, as_of: {MARCH}}}\n"
            f"dispositions:\n  - {{{names}, under: '1', price: 1, buyer: {{name: A, role: third_party}}}}\n"
        )
        paths.append(path)
    return law, paths


TAPES = {
    "all is known": "loan_id,stated_principal_balance,due,in_pool\n1,10,2005-03-01,true\n2,20,2005-04-01,true\n",
    "no row": "loan_id,stated_principal_balance\n",
    "no column but ids": "loan_id\n1\n2\n",
    "unknown balances": "loan_id,stated_principal_balance\n1,10\n2,\n3,\n",
    "unknown balances over the limit": "loan_id,stated_principal_balance\n1,100.01\n2,\n",
    "unknown whether in the pool": "loan_id,stated_principal_balance,in_pool\n1,10,true\n2,20,\n3,,\n4,5,false\n",
    "all outside": "loan_id,stated_principal_balance,in_pool\n1,10,false\n2,20,false\n",
    "the cited one unknown": "loan_id,stated_principal_balance,in_pool\n1,10,\n",
    "the cited one absent": "loan_id,stated_principal_balance\n7,10\n",
    "empty rows": "loan_id,stated_principal_balance\n1,10\n,\n2,20\n,\n",
    "amounts of other places": "loan_id,stated_principal_balance\n1,10.5\n2,20\n",
}


@pytest.mark.parametrize("tape", TAPES)
def test_what_is_open_in_a_pool_is_reported_alike(tape: str, tmp_path: Path) -> None:
    law, paths = pooled(tmp_path, TAPES[tape], dates=(MARCH, date(2005, 4, 1), date(2005, 2, 28)))
    wanted = reports(law, paths, "python")
    assert len(wanted) == len(FORMATS)
    assert reports(law, paths, "duckdb") == wanted


def test_missing_facts_are_named_with_their_counts(tmp_path: Path) -> None:
    law, paths = pooled(tmp_path, TAPES["unknown balances"])
    text = " ".join(reports(law, paths, "duckdb")[0].split())
    assert "it hangs on what is missing: `loan.stated_principal_balance` of 2 loans" in text


BAD = {
    "an amount": "loan_id,stated_principal_balance\n1,1e3\n",
    "a bound": "loan_id,stated_principal_balance\n1,-1\n",
    "a column": "loan_id,balance\n1,1\n",
    "no ids": "stated_principal_balance\n1\n",
    "an agreement": "loan_id,agreement\n1,small\n",
    "twice": "loan_id\n1\n1\n",
    "a total": "loan_id,stated_principal_balance\n1,1\nTotal,1\n",
    "no loan": "loan_id,stated_principal_balance\n1,1\n,1\n",
    "another column twice": "loan_id,loan_id\n1,1\n",
    "no header": "",
    "a contradiction": "loan_id,due\n1,2005-03-01\n",
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_tape_has_the_same_codes(bad: str, tmp_path: Path) -> None:
    law, paths = pooled(tmp_path, BAD[bad], names="loan: {loan_id: '1', due: 2005-03-02}")
    ((python,), (engine,)) = (reports(law, paths, name) for name in ("python", "duckdb"))
    assert engine[:5] == python[:5]
    assert engine.startswith("E")


def test_a_line_that_attests_is_laid_beside_its_loan(tmp_path: Path) -> None:
    law, paths = pooled(tmp_path, "loan_id,due\n1,\n", names="loan: {loan_id: '1', due: 2005-03-02}")
    assert reports(law, paths, "duckdb") == reports(law, paths, "python")


# Which engine reads a tape


def test_python_refuses_a_parquet_tape_and_names_the_engine(tmp_path: Path) -> None:
    law, (path,) = pooled(tmp_path, TAPES["all is known"])
    path.write_text(path.read_text().replace("tape.csv", "tape.parquet"))
    with pytest.raises(InputError, match=r"(?s)E613.*--engine duckdb"):
        read_batches([path], Source(law))


def test_spark_refuses_batches_in_files(tmp_path: Path) -> None:
    law, paths = pooled(tmp_path, TAPES["all is known"])
    source = Source(law, "spark")
    with pytest.raises(InputError, match=r"(?s)E613.*--engine duckdb"):
        reduced(read_batches(paths, source), source)


def test_an_excel_workbook_names_the_engine_that_reads_it(tmp_path: Path) -> None:
    law, (path,) = pooled(tmp_path, TAPES["all is known"])
    (tmp_path / "tape.xlsx").write_bytes(b"PK\x03\x04")
    path.write_text(path.read_text().replace("tape.csv", "tape.xlsx"))
    with pytest.raises(InputError, match=r"(?s)E613.*--engine python"):
        tape_of(law, path)


@pytest.mark.parametrize(("limit", "left"), [(10, 1), (10_000, 0)])
def test_of_itself_python_reads_what_is_small(
    limit: int, left: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "LARGE", limit)
    law, paths = pooled(tmp_path, TAPES["all is known"])
    source = Source(law, "auto")
    read_batches(paths, source)
    assert len(source.left) == left


def test_only_the_loans_that_lines_cite_are_kept(tmp_path: Path) -> None:
    law, (path,) = pooled(tmp_path, TAPES["all is known"])
    assert list(tape_of(law, path).loans) == ["1"]
    assert list(tape_of(law, path, "python").loans) == ["1", "2"]


def test_the_digest_that_a_batch_pins_is_that_of_the_file(tmp_path: Path) -> None:
    law, (path,) = pooled(tmp_path, TAPES["all is known"])
    path.write_text(path.read_text().replace("as_of", f"sha256: {'0' * 64}, as_of"))
    (found,) = reports(law, [path], "duckdb")
    assert found.startswith("E603")


def test_a_sum_that_nobody_asked_for_is_no_sum_over_nothing(tmp_path: Path) -> None:
    law, (path,) = pooled(tmp_path / "asked", TAPES["all is known"])
    other = load_policies(small(tmp_path / "other", condition("count(pool where loan.in_pool) <= 3")))
    (permission,) = other["small"].versions[0].permissions.values()
    program = permission.conditions[0].readings[0].program
    with pytest.raises(KeyError):
        program(Frame({}, {"pool": tape_of(law, path).pool}))


def test_a_tape_through_a_layout_has_the_same_reports(tmp_path: Path) -> None:
    law, (path,) = pooled(tmp_path, "id;bal;day\n1;1000.50;31.03.2005\n2;7;01.01.2005\n3;5;01.04.2005\nx;;\n")
    (tmp_path / "own.yaml").write_text(
        "layout: own\ntitle: Own\nassumes: [That it is so.]\n"
        "delimiter: semicolon\nheader: true\ncolumns: [id, bal, day]\n"
        "read:\n  id: {type: text}\n  bal: {type: money}\n  day: {type: date, form: DD.MM.YYYY}\n"
        "rows: row.day <= tape.as_of or row.day is unknown\nloans: row.bal is known\n"
        "facts: {loan.loan_id: row.id, loan.stated_principal_balance: row.bal, loan.due: row.day}\n"
    )
    path.write_text(path.read_text().replace("as_of", "layout: own.yaml, as_of"))
    wanted = reports(law, [path], "python")
    assert len(wanted) == len(FORMATS)
    assert reports(law, [path], "duckdb") == wanted
