"""What is shown of every small batch is shown of batches that are large, long and odd enough for what a policy says."""

from pathlib import Path

import pytest
from small import POLICY, condition, small, split

from checker.cli import run
from checker.lint import look
from checker.load.policies import load_folders
from checker.proof.boundaries import boundaries
from checker.proof.run import Wanted
from checker.proof.run import test as prove

FACTS = """\
facts:
  loan.originated:
    type: date
    means: A day.
  loan.rate:
    type: number
    means: A rate.
  note.sent:
    type: date
    means: A day.
"""
CASE = """\
- title: Nothing is known.
  date: 2005-09-30
  tape:
    loans:
      "1": {}
  dispositions:
    - loan: "1"
      under: "1"
  expect:
    decision: undecided
    rules:
      1/c0: unknown
  also: any
"""
RETROACTIVE = POLICY.replace("executed: 2005-01-01", "executed: 2005-08-01")
DEEMED = """\
tell:
  quote: some words
  owed_by: servicer
  owed_to: [trustee]
  done_on: add_days(note.sent, 3)
  deadline: add_days(batch.date, 10)
"""
SENSIBLE = {
    "a day long before": ["loan.originated <= 1995-12-31"],
    "a day long after": ["loan.originated >= 2040-01-01"],
    "many months": ["batch.date >= add_months(loan.originated, 60)"],
    "many days": ["days_between(loan.originated, batch.date) >= 3650"],
    "a sum of several": [
        "loan.stated_principal_balance <= $500000.00",
        "sum(loan.stated_principal_balance over exercise) <= $2000000.00",
    ],
    "a share of a count": ["count(exercise) <= 5% of count(pool)"],
}


def made(folder: Path, *requires: str, **more: str) -> Path:
    """Return the policies of a small agreement that asks these, of the exercise where they are about it."""
    conditions = "".join(
        condition(text, f"c{number}") + ("  each: exercise\n" if "exercise" in text else "")
        for number, text in enumerate(requires)
    )
    return small(folder, conditions, facts=FACTS, cases=CASE, **more)


def said(folder: Path) -> set[str]:
    found = look([folder])
    assert found.faults == ()
    return {doubt.code for doubt in found.doubts} - {"L103", "L104"}


def survivors(folder: Path) -> dict[tuple[str, str], str]:
    """Return the kind of each mutant that no case notices, by what became what."""
    (tested,) = prove(load_folders(folder), Wanted(mutation=True), lambda _what, _done, _of: None)
    return {(one.mutant.was, one.mutant.becomes): one.kind for of in tested.mutation for one in of.survivors}


@pytest.mark.parametrize("requires", SENSIBLE.values(), ids=SENSIBLE)
def test_what_some_batch_can_meet_and_fail_is_no_finding(tmp_path: Path, requires: list[str]) -> None:
    assert said(made(tmp_path, *requires)) == set()


@pytest.mark.parametrize("requires", SENSIBLE.values(), ids=SENSIBLE)
def test_each_of_their_limits_has_a_batch_at_it(tmp_path: Path, requires: list[str]) -> None:
    (folder,) = load_folders(made(tmp_path, *requires))
    found = boundaries(folder.agreement, folder.agreement.versions[0], lambda _done, _of: None)
    assert [beside.side for limit in found.limits for beside in limit.beside if beside.units == 0] == ["at"] * len(
        requires
    )


def test_a_day_before_a_version_was_signed_counts(tmp_path: Path) -> None:
    folder = made(tmp_path, "batch.date < 2005-06-01 or loan.rate > 1.5", head=RETROACTIVE)
    assert said(folder) == set()
    assert survivors(folder)["batch.date < 2005-06-01", "batch.date <= 2005-06-01"] == "survived"


def test_more_lines_than_are_tried_prove_nothing(tmp_path: Path) -> None:
    folder = made(tmp_path, "count(exercise) <= 100000 or batch.date >= add_days(tape.as_of, 3650)")
    assert said(folder) == {"L200"}


def test_an_amount_finer_than_those_tried_proves_nothing(tmp_path: Path) -> None:
    folder = made(tmp_path, "loan.rate <= 0.06125")
    assert survivors(folder)["0.06125", "0.06126"] == "survived"


def test_a_limit_on_a_computed_day_is_looked_at_when_it_is_done(tmp_path: Path) -> None:
    (folder,) = load_folders(made(tmp_path, "loan.rate <= 0.5", obligations=DEEMED))
    found = boundaries(folder.agreement, folder.agreement.versions[0], lambda _done, _of: None)
    (limit,) = [limit for limit in found.limits if limit.rule == "1/tell"]
    assert [(beside.side, beside.status) for beside in limit.beside] == [
        ("just inside", "met"),
        ("at", "met"),
        ("just outside", "late"),
    ]


def test_another_reading_adopted_is_told_by_the_status_as_a_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readings = split({"a": "loan.rate <= 0.10", "b": "loan.rate <= 0.20"})
    adopted = "adopted:\n  reading: b\n  adopted_by: A. Person\n  adopted_on: 2005-01-10\n  because: A reason.\n"
    own = "c0:\n  quote: some words\n" + "".join(f"  {line}\n" for line in (readings + adopted).splitlines())
    folder = small(tmp_path, own, facts=FACTS, cases=CASE)
    assert run(["test", "--mutate", str(folder)]) == 1
    text = capsys.readouterr().out
    told = text.partition("`adopted: b` became `adopted: a`")[2].partition("SURVIVED")[0]
    assert "rules:\n            1/c0: pass\n" in told
