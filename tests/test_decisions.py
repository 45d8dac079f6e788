"""What findings come to: under a reading that somebody adopted, and as the exit code of the command."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from builders import (
    COLUMN,
    DAY,
    FACT,
    OUTSIDER,
    adopting,
    asking_nothing,
    certification,
    checked,
    files,
    line,
    loaded,
    loan,
    loans,
    proposal,
    readings,
    run,
    status,
    texts,
    versions,
)
from changes import without
from oracle import NONE, SIZE, Proposal
from worlds import AMENDED, CENT, World

import checker
from checker.cli import run as command

ORIGINAL, AMENDMENT = texts()
ONE = timedelta(1)
POOL = loans(*["100.00"] * 6, "99400.00")


def bought(count: int, name: str = "a", on: date = DAY, **said: object) -> Proposal:
    """Return a purchase of so many small loans: of four the readings dispute it, of five all permit it."""
    return proposal((line(each, day=on) for each in POOL[:count]), name, on, **said)


# An adopted reading decides; the others stay in the report.


def test_nobody_decides_a_disputed_purchase() -> None:
    found = checked(POOL, [bought(4)])
    assert (status(found, SIZE), found.decision) == ("disputed", "undecided")


@pytest.mark.parametrize(
    ("reading", "decision"),
    [
        pytest.param("minimum", "refused", id="minimum"),
        pytest.param("floor-and-minimum", "refused", id="floor-and-minimum"),
        pytest.param("floor", "permitted", id="floor"),
    ],
)
def test_the_adopted_reading_decides(reading: str, decision: str) -> None:
    found = checked(POOL, [bought(4)], {SIZE: reading})
    assert found.decision == decision
    assert readings(found, SIZE) == {"floor": "pass", "minimum": "fail", "floor-and-minimum": "fail"}


@pytest.mark.parametrize(("section", "rule"), [("3.18", "buyer"), ("3.13(f)", "third-party")])
@pytest.mark.parametrize(("reading", "found"), [("affiliate-does-not", "fail"), ("affiliate-counts", "pass")])
def test_an_adoption_on_the_term_settles_both_sections(section: str, rule: str, reading: str, found: str) -> None:
    said = proposal([line(loan(), section, buyer_role="affiliate", buyer_name=OUTSIDER)])
    assert status(checked([loan()], [said], {"outside_buyer": reading}), f"{section}/{rule}") == found


@pytest.mark.parametrize(("on", "found"), [(AMENDED - ONE, "disputed"), (AMENDED, "pass")])
def test_an_adoption_in_one_version_is_none_in_another(on: date, found: str) -> None:
    adopted = versions(ORIGINAL, adopting(AMENDMENT, "3.18/delinquent-90-days", "mba"))
    of = loan(next_due_date=date(2004, 9, 28) if on < AMENDED else date(2004, 9, 29))
    verdicts = checked([of], [proposal([line(of, "3.18", day=on)], day=on)], policies=adopted)
    assert status(verdicts, "3.18/delinquent-90-days") == found


@pytest.mark.parametrize("missing", ["reading", "adopted_by", "adopted_on", "because"])
@pytest.mark.parametrize("left", ["", r"\1:\n", r"\1: ''\n"], ids=["without the key", "nothing", "an empty text"])
def test_an_adoption_needs_its_reading_name_date_and_reason(missing: str, left: str) -> None:
    text, times = re.subn(
        rf"^( +{missing}): .*\n", left, adopting(AMENDMENT, SIZE, "floor"), count=1, flags=re.MULTILINE
    )
    assert times == 1
    with pytest.raises(checker.InputError):
        loaded(text)


@pytest.mark.parametrize("reading", ["flor", "mba", "Floor"])
def test_only_a_reading_of_the_rule_can_be_adopted(reading: str) -> None:
    with pytest.raises(checker.InputError):
        loaded(adopting(AMENDMENT, SIZE, reading))


# Every fact that a section asks for is needed, and no other.

PRICED = {"price", "buyer_role", "buyer_name", "balance", "accrued_interest", "unreimbursed_advances", "in_pool"}
NEEDED = {
    "3.18": PRICED | {"next_due_date", "foreclosed"},
    "3.13(f)": {*FACT, "defaulted", "foreclosed", "in_pool"},
    "3.13(g)": PRICED,
}
STATED = [("line", name) for name in FACT] + [("loan", name) for name in COLUMN if name != "loan_id"]


@pytest.mark.parametrize(("kind", "name"), STATED, ids=[name for _, name in STATED])
@pytest.mark.parametrize("section", sorted(NEEDED))
def test_a_line_is_permitted_without_what_its_section_does_not_ask(section: str, kind: str, name: str) -> None:
    said = proposal(line(each, section) for each in POOL[:5])
    sound = World(pool=tuple(POOL), proposals=(said,), adopted=NONE, as_of=None)
    less = without(sound, kind, "1" if kind == "loan" else ("a", 0), name)
    assert checked(sound.pool, sound.proposals).decision == "permitted"
    assert checked(less.pool, less.proposals).lines["a", 1] == ("undecided" if name in NEEDED[section] else "permitted")


def test_a_line_of_which_its_section_asks_nothing_is_not_permitted() -> None:
    assert run(POOL, [bought(5)]).decision is checker.Decision.PERMITTED
    silent = run(POOL, [bought(5)], policies=asking_nothing())
    assert silent.decision is checker.Decision.UNDECIDED
    assert {one.status for one in silent.verdicts[0].judged.bearing[1]} == {checker.Status.PASS}


# The exit code: 0 permitted, 1 refused, 2 wrong, 3 undecided, 4 permitted with an obligation lapsed.


def batches() -> dict[str, Proposal]:
    """Return one proposal of each kind, each on a day of its own, so that each is its own exercise."""
    days = {name: DAY + n * ONE for n, name in enumerate(["good", "refused", "undecided", "unsent", "lapsed"])}
    dear = replace(line(POOL[6], "3.18", day=days["refused"]), price=CENT)
    unsent = certification(days["unsent"], sent_to_custodian=None)
    lapsed = certification(days["lapsed"], form="Exhibit C")
    return {
        "good": bought(5, "good", days["good"]),
        "refused": proposal([dear], "refused", days["refused"]),
        "undecided": bought(4, "undecided", days["undecided"]),
        "unsent": bought(5, "unsent", days["unsent"], certification=unsent),
        "lapsed": bought(5, "lapsed", days["lapsed"], certification=lapsed),
        "empty": proposal([], "empty"),
    }


def code(folder: Path, names: str, *options: str) -> int:
    """Return the exit code of the command on some of the proposals."""
    paths = files(folder, POOL, [batches()[name] for name in names.split()])
    return command(["check", *map(str, paths), "--output", str(folder / "report.txt"), *options])


@pytest.mark.parametrize(
    ("names", "found"),
    [
        pytest.param("refused", 1, id="refused"),
        pytest.param("good refused", 1, id="permitted and refused"),
        pytest.param("undecided refused lapsed", 1, id="undecided, refused and lapsed"),
        pytest.param("undecided", 3, id="undecided"),
        pytest.param("empty", 3, id="without lines"),
        pytest.param("good undecided lapsed", 3, id="permitted, undecided and lapsed"),
        pytest.param("lapsed", 4, id="defective"),
        pytest.param("good lapsed", 4, id="met and defective"),
        pytest.param("good", 0, id="permitted"),
        pytest.param("good unsent", 0, id="permitted, and due"),
    ],
)
def test_the_exit_code_is_of_the_worst(tmp_path: Path, names: str, found: int) -> None:
    assert code(tmp_path, names) == found


@pytest.mark.parametrize(("after", "found"), [(1, 4), (0, 0)])
def test_what_is_due_is_late_from_the_next_day_on(tmp_path: Path, after: int, found: int) -> None:
    assert code(tmp_path, "unsent", "--as-of", str(batches()["unsent"].date + after * ONE)) == found


@pytest.mark.parametrize("names", ["good good", "good refused lapsed"], ids=["one name twice", "a day before a batch"])
def test_a_wrong_input_decides_nothing(tmp_path: Path, names: str) -> None:
    assert code(tmp_path, names, "--as-of", str(DAY)) == 2
    assert not (tmp_path / "report.txt").exists()


@pytest.mark.parametrize(
    ("was", "wrong"),
    [
        pytest.param('"price": 100532.34', '"price": 1e5', id="an amount with an exponent"),
        pytest.param('"agreement": "impac', '"agreement": "unknown', id="an agreement that no policy names"),
        pytest.param('"dispositions"', '"disposition"', id="a key that is none"),
        pytest.param('"file": "tape.csv"', '"file": "none.csv"', id="a tape that is not there"),
    ],
)
def test_a_wrong_batch_is_neither_permitted_nor_refused(tmp_path: Path, was: str, wrong: str) -> None:
    (path,) = files(tmp_path, [loan()], [proposal([line(loan())])])
    assert was in path.read_text()
    path.write_text(path.read_text().replace(was, wrong))
    assert command(["check", str(path)]) == 2
