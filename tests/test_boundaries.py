"""`checker boundaries`: beside each limit of a policy stand batches, and what is shown of them is what is decided."""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any, NamedTuple

import pytest
from builders import FOLDER, NAME, shipped_policies
from small import FACTS, condition, small, split
from test_cli import ran

from checker.cli import run
from checker.lang.syntax import Type
from checker.load.policies import load_policies
from checker.model import Status
from checker.proof.boundaries import UNIT, Beside, Limit, Limits, boundaries
from checker.proof.tables import render
from checker.read.form import flatten

GOLDEN = Path(__file__).parent / "proof"
GOOD = (Status.PASS, Status.MET)


@cache
def law() -> tuple[Limits, ...]:
    """Return the limits of the policies that ship."""
    agreement = shipped_policies()[NAME]
    return tuple(boundaries(agreement, policy, lambda _done, _of: None) for policy in agreement.versions)


def of(folder: Path) -> tuple[Limit, ...]:
    """Return the limits of a small agreement."""
    agreement = load_policies(folder)["small"]
    return boundaries(agreement, agreement.versions[0], lambda _done, _of: None).limits


LIMITS = [
    pytest.param(one, id=f"{found.policy.name} {one.rule} {one.reading} {one.text}")
    for found in law()
    for one in found.limits
]
BESIDE = [(one, beside) for found in law() for one in found.limits for beside in one.beside]


# What is printed.


class Row(NamedTuple):
    """One batch as it is printed."""

    limit: str
    side: str
    left: str
    right: str
    decision: str
    finding: str


def rows(text: str) -> list[Row]:
    """Return the batches in a text."""
    found, limit = [], ""
    for line in text.splitlines():
        batch = re.fullmatch(r" {6}(at|just inside|just outside) +(\S+) against +(\S+)  (\w+) +(.*)", line)
        if batch:
            found.append(Row(limit, *batch.groups()))
        elif re.match(r" {4}\S", line):
            limit = line.strip()
    return found


def value(text: str) -> Decimal:
    """Return an amount, a count or a day as it is printed."""
    day = re.fullmatch(r"\d{4}-\d\d-\d\d", text)
    return Decimal(date.fromisoformat(text).toordinal()) if day else Decimal(text.replace(",", ""))


def unit(text: str) -> Decimal:
    return Decimal("0.01") if re.search(r"\.\d\d$", text) else Decimal(1)


HOLDS = {"<=": "__le__", "<": "__lt__", ">=": "__ge__", ">": "__gt__", "=": "__eq__"}


def test_what_is_printed_is_at_the_limit_or_one_unit_beside_it() -> None:
    found = rows(render(law(), "text"))
    assert len(found) == len(BESIDE)
    for row in found:
        by = (value(row.left) - value(row.right)) / unit(row.left)
        assert by in ((0,) if row.side == "at" else (-1, 1)), row


def test_what_is_printed_as_inside_meets_the_limit_and_what_is_outside_does_not() -> None:
    for row in rows(render(law(), "text")):
        op = re.findall(r" (<=|>=|<|>|=) ", row.limit)[0]
        holds = getattr(value(row.left), HOLDS[op])(value(row.right))
        assert holds is (row.side != "just outside"), row


def test_the_limits_of_one_version_as_text() -> None:
    text, _ = render(law(), "text").split("\nimpac-cmb-2004-10/amendment-1")
    assert text == (GOLDEN / "boundaries.txt").read_text()


def cells(text: str) -> list[list[str]]:
    return [re.split(r" (?<!\\)\| ", line[2:-2]) for line in text.splitlines() if line.startswith("| ")]


def test_the_markdown_has_the_same_rows() -> None:
    shown = [row for row in cells(render(law(), "markdown")) if len(row) == 7 and row[0] != "Rule"]
    assert [Row(limit.strip("`"), side, *others) for _, limit, side, *others in map(reordered, shown)] == rows(
        render(law(), "text")
    )


def reordered(row: Sequence[str]) -> list[str]:
    rule, limit, side, left, right, finding, decision = row
    return [rule, limit, side, left, right, decision, finding]


def test_the_markdown_can_be_signed_version_by_version() -> None:
    text = render(law(), "markdown")
    assert text.count("Read and agreed:") == 2
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [found.policy.title for found in law()]


# What stands beside the limits that ship.


def test_every_limit_that_ships_is_found() -> None:
    old, new = ([(one.rule, one.reading) for one in found.limits] for found in law())
    always = [("always/tape-of-the-date", name) for name in ("that-day", "latest-report", "latest-report")]
    delinquent = [("3.18/delinquent-90-days", name) for name in ("mba", "ots", "calendar")]
    assert old == [*always, *delinquent, ("3.18/price", "")]
    assert new == [
        *old,
        ("3.13(f)/fair-market-value", ""),
        ("3.13(f)/fair-market-value", ""),
        ("3.13(f)/maximizes-proceeds", ""),
        ("3.13(f)/maximizes-proceeds", ""),
        ("3.13(f)/determination", ""),
        *(("3.13(g)/size", "floor") for _ in range(2)),
        *(("3.13(g)/size", "minimum") for _ in range(2)),
        *(("3.13(g)/size", "floor-and-minimum") for _ in range(3)),
        ("3.13(g)/price", ""),
        ("3.13(g)/certify", ""),
        ("3.13(g)/deposits", ""),
        ("3.13(g)/request-files", ""),
    ]


@pytest.mark.parametrize("limit", LIMITS)
def test_three_batches_stand_beside_it_or_it_says_why_not(limit: Limit) -> None:
    assert len(limit.beside) + len(limit.missing) == 3
    assert [beside.units for beside in limit.beside] == sorted({beside.units for beside in limit.beside})


def test_only_one_side_of_one_limit_that_ships_has_no_batch() -> None:
    (one,) = [one for found in law() for one in found.limits if one.missing]
    (why,) = one.missing
    assert one.text == "count(exercise) = 5"
    assert why == (
        "no batch on which it decides stands 1 below it: proved for all batches of up to 6 lines and 1 further loan "
        "on the tape, "
        "dates from 2003-10-24 to 2007-04-08, "
        "each listed once and with no fact attested, amounts in whole cents"
    )


@pytest.mark.parametrize("limit", LIMITS)
def test_the_limit_alone_decides(limit: Limit) -> None:
    for beside in limit.beside:
        status = beside.readings[limit.reading] if limit.reading else beside.status
        assert (status in GOOD) is beside.holds


@pytest.mark.parametrize("limit", LIMITS)
def test_all_else_is_clean_where_it_can_be(limit: Limit) -> None:
    for beside in limit.beside:
        (verdict,) = beside.run.verdicts
        assert not {
            one.rule
            for one in verdict.judged.judgements
            if one.rule != limit.rule and one.status in (Status.FAIL, Status.DISPUTED, Status.UNKNOWN)
        }


@pytest.mark.parametrize("limit", LIMITS)
def test_what_was_judged_is_just_so_many_units_from_the_limit(limit: Limit) -> None:
    for beside in limit.beside:
        left, right = (one.toordinal() if isinstance(one, date) else one for one in (beside.left, beside.right))
        assert left - right == beside.units * UNIT[limit.type]  # type: ignore[operator] # amounts, counts or days
        assert (beside.side == "at") is (left == right)


# What is decided of the batches by the command, from files.

SPREAD = [BESIDE[at * (len(BESIDE) - 1) // 11] for at in range(12)]


@pytest.mark.parametrize(("limit", "beside"), [pytest.param(*one, id=f"{one[0].rule} {one[1].side}") for one in SPREAD])
def test_the_command_decides_the_same_of_the_batch_in_files(tmp_path: Path, limit: Limit, beside: Beside) -> None:
    path = files(tmp_path, beside.values)
    as_of = ["--as-of", str(beside.values["as_of"])] if "as_of" in beside.values else []
    done = ran("check", path, "--format", "json", "--all", *as_of)
    assert done.stderr == b""
    (found,) = json.loads(done.stdout)["batches"]
    assert found["decision"] == beside.decision
    assert judged(json.loads(done.stdout), limit.rule) == (beside.status, dict(beside.readings))


def judged(report: Any, rule: str) -> tuple[str, dict[str, str]]:
    """Return the status of a rule in a report, wherever it stands, and that under each reading."""
    found = next(one for one in records(report) if one.get("rule") == rule and "status" in one)
    return found["status"], found["readings"]


def records(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from records(one)


def files(folder: Path, values: Mapping[str, Any]) -> Path:
    """Write a batch and its tape as a person would, and return the batch."""
    loans = {loan: flatten("", facts) for loan, facts in values["tape"]["loans"].items()}
    columns = ["loan_id", "in_pool", *dict.fromkeys(name for facts in loans.values() for name in facts)]
    with (folder / "tape.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(dict.fromkeys(columns)), restval="", lineterminator="\n")
        table.writeheader()
        for loan, facts in loans.items():
            table.writerow({"loan_id": loan, "in_pool": "true", **{n: cell(v) for n, v in facts.items()}})
    own = {key: one for key, one in values.items() if key not in ("date", "as_of", "tape")}
    head = {"batch": "a", "agreement": NAME, "date": values["date"]}
    tape = {"file": "tape.csv", "as_of": values["tape"].get("as_of", values["date"])}
    (folder / "batch.yaml").write_text(json.dumps({**head, "tape": tape, **own}, default=cell))
    return folder / "batch.yaml"


def cell(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_the_cases_pass_where_there_are_no_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "law"
    copytree(FOLDER, folder, ignore=ignore_patterns("cases", "examples"))
    (folder / "cases").mkdir()
    cases = folder / "cases" / "limits.yaml"
    assert run(["boundaries", "--policies", str(folder), "--format", "cases", "--output", str(cases)]) == 0
    assert run(["test", str(folder)]) == 0
    assert capsys.readouterr().out == f"{NAME}: {len(BESIDE)} of {len(BESIDE)} cases came as expected\n"


# What is a limit, in a small agreement.


def seen(folder: Path) -> dict[str, list[tuple[str, str, str, str]]]:
    """Return of each limit the side, both amounts and the status of each batch beside it."""
    return {one.text: [(b.side, str(b.left), str(b.right), str(b.status)) for b in one.beside] for one in of(folder)}


@pytest.mark.parametrize(
    ("require", "batches"),
    [
        pytest.param(
            "sum(disposition.value over exercise where disposition.agreed) < $100.00",
            [
                ("just inside", "99.99", "100.00", "pass"),
                ("at", "100.00", "100.00", "fail"),
                ("just outside", "100.01", "100.00", "fail"),
            ],
            id="less, of a sum of some lines",
        ),
        pytest.param(
            "disposition.price > $5.00",
            [
                ("just outside", "4.99", "5.00", "fail"),
                ("at", "5.00", "5.00", "fail"),
                ("just inside", "5.01", "5.00", "pass"),
            ],
            id="more",
        ),
        pytest.param(
            "disposition.rate <= 0.5",
            [
                ("just inside", "0.4999", "0.5", "pass"),
                ("at", "0.5000", "0.5", "pass"),
                ("just outside", "0.5001", "0.5", "fail"),
            ],
            id="a number",
        ),
        pytest.param(
            "count(exercise where disposition.agreed) = 1",
            [
                ("just outside", "0", "1", "fail"),
                ("at", "1", "1", "pass"),
                ("just outside", "2", "1", "fail"),
            ],
            id="equal, of a count of some lines",
        ),
        pytest.param(
            "days_between(loan.due, batch.date) >= 30",
            [
                ("just outside", "29", "30", "fail"),
                ("at", "30", "30", "pass"),
                ("just inside", "31", "30", "pass"),
            ],
            id="days",
        ),
    ],
)
def test_batches_stand_at_a_limit_and_one_unit_beside_it(
    tmp_path: Path, require: str, batches: list[tuple[str, str, str, str]]
) -> None:
    assert seen(small(tmp_path, condition(require))) == {require: batches}


@pytest.mark.parametrize(
    "require",
    [
        pytest.param("disposition.price != $5.00", id="unequal"),
        pytest.param('disposition.buyer.role = "third_party"', id="a text"),
        pytest.param("disposition.agreed = true", id="a flag"),
        pytest.param("loan.due in (2005-03-01, 2005-03-02)", id="a list"),
        pytest.param("given(disposition.price)", id="given"),
        pytest.param("count(exercise where disposition.price > $5.00) != 0", id="a comparison inside of a count"),
    ],
)
def test_what_is_no_limit_is_not_shown(tmp_path: Path, require: str) -> None:
    assert seen(small(tmp_path, condition(require))) == {}


def test_a_limit_is_found_in_a_term_under_not_and_beside_others(tmp_path: Path) -> None:
    terms = "dear:\n  is: disposition.price > $5.00\n"
    found = seen(small(tmp_path, condition("not dear or disposition.agreed"), terms=terms))
    assert found == {
        "disposition.price > $5.00": [
            ("just inside", "4.99", "5.00", "pass"),
            ("at", "5.00", "5.00", "pass"),
            ("just outside", "5.01", "5.00", "fail"),
        ]
    }


def test_each_reading_has_its_own_limits(tmp_path: Path) -> None:
    readings = split({"strict": "disposition.price < $5.00", "lax": "disposition.price < $6.00"})
    found = of(small(tmp_path, "size:\n  quote: some words\n" + "".join(f"  {one}\n" for one in readings.splitlines())))
    assert [(one.reading, [dict(b.readings) for b in one.beside][1]) for one in found] == [
        ("strict", {"strict": "fail", "lax": "pass"}),
        ("lax", {"strict": "fail", "lax": "fail"}),
    ]


def test_a_limit_at_which_no_batch_can_stand_says_why(tmp_path: Path) -> None:
    (found,) = of(small(tmp_path, condition("count(exercise) >= 1")))
    assert [beside.side for beside in found.beside] == ["at", "just inside"]
    (why,) = found.missing
    assert why == (
        "no batch on which it decides stands 1 below it: proved for all batches of up to 2 lines and 1 further loan "
        "on the tape, "
        "dates from 2003-11-28 to 2007-03-12, "
        "each listed once and with no fact attested, amounts in whole cents"
    )


def test_a_limit_between_two_amounts_has_one_batch_beside_it(tmp_path: Path) -> None:
    (found,) = of(small(tmp_path, condition("3 * disposition.price = $10.00")))
    assert [(one.side, one.left) for one in found.beside] == [("just outside", Decimal("9.99"))]
    assert [one.partition(": ")[0] for one in found.missing] == [
        "no batch on which it decides stands at it",
        "no batch on which it decides stands 0.01 above it",
    ]


def test_a_limit_that_the_solver_is_not_given_says_so(tmp_path: Path) -> None:
    (found,) = of(small(tmp_path, condition("add_months(loan.due, count(exercise)) <= batch.date")))
    assert found.beside == ()
    assert [one.partition(", in")[0] for one in found.missing] == [
        f"no batch was found {where}: this is not supported: a number of months that is not a constant"
        for where in ("at it", "1 below it", "1 above it")
    ]


OWED = "tell:\n  quote: some words\n  owed_by: a\n  owed_to: [b]\n  deadline: add_days(batch.date, 30)\n"
OF_OWED = (
    FACTS
    + "  certification.sent:\n    type: date\n    means: A day.\n"
    + "  certification.told:\n    type: flag\n    means: Whether it is told.\n"
)


def test_a_deadline_is_a_limit_of_the_day_on_which_it_was_done(tmp_path: Path) -> None:
    folder = small(
        tmp_path, condition("disposition.agreed"), obligations=f"{OWED}  done_on: certification.sent\n", facts=OF_OWED
    )
    (found,) = of(folder)
    assert found.text == "certification.sent <= add_days(batch.date, 30)"
    assert [(b.side, (b.left - b.right).days, b.status) for b in found.beside] == [  # type: ignore[operator,union-attr] # days
        ("just inside", -1, "met"),
        ("at", 0, "met"),
        ("just outside", 1, "late"),
    ]


def test_a_deadline_of_what_has_no_day_is_no_limit(tmp_path: Path) -> None:
    folder = small(
        tmp_path, condition("disposition.agreed"), obligations=f"{OWED}  with: certification.told\n", facts=OF_OWED
    )
    assert of(folder) == ()


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind) for kind in Type if kind not in (Type.TEXT, Type.FLAG)])
def test_whatever_has_an_order_has_a_unit(kind: Type) -> None:
    assert UNIT[kind] > 0


# The command.


def test_the_command_prints_the_agreement_that_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = small(tmp_path, condition("disposition.price > $5.00"))
    assert run(["boundaries", "small", "--policies", str(folder)]) == 0
    assert capsys.readouterr().out == (
        "small/first, in force from 2005-01-01\n"
        "\n"
        "  1/size\n"
        "    disposition.price > $5.00\n"
        "      just outside  4.99 against 5.00  refused    fail\n"
        "      at            5.00 against 5.00  refused    fail\n"
        "      just inside   5.01 against 5.00  permitted  pass\n"
    )


def test_an_agreement_that_there_is_not_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["boundaries", "impac-cmb-2004-1"]) == 2
    found = capsys.readouterr()
    assert (found.out, found.err) == (
        "",
        "E601: no policy for the agreement `impac-cmb-2004-1`\n  = help: did you mean `impac-cmb-2004-10`?\n",
    )


def test_without_the_solver_there_are_no_boundaries(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("checker.proof.needs.find_spec", lambda _name: None)
    assert run(["boundaries"]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err == (
        "E611: checker boundaries needs the solver z3, which is not installed\n"
        "  = help: pip install 'loan-pool-checker[proof]'\n"
    )


def test_two_processes_print_the_same() -> None:
    first, second = (ran("boundaries", "--format", "cases", env={"PYTHONHASHSEED": seed}) for seed in ("1", "2"))
    assert (first.returncode, first.stderr) == (0, b"")
    assert first.stdout == second.stdout
