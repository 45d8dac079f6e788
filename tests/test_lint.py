"""`checker lint` finds what ships right, every fault of every file of what is wrong, and what makes no sense."""

import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

import pytest
from builders import FOLDER, NAME
from small import CASE, FACTS, POLICY, condition, small, split

from checker.cli import run
from checker.document import strict
from checker.document.schema import document_schema
from checker.faults import InputError
from checker.lint import look, violations
from checker.lint.as_text import render
from checker.load.drafts import POLICY as SHAPE
from checker.load.policies import shipped

AMENDMENT = "2004-12-28-amendment-1.yaml"
AGREEMENT = "2004-11-24-servicing-agreement.yaml"


def copied(folder: Path) -> Path:
    """Return a copy of the policies that ship."""
    return Path(shutil.copytree(shipped(), folder / "law"))


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    """Return a copy of the policies that ship, one text of one file changed."""
    law = copied(folder)
    path = law / NAME / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    return law


def lint(folders: Sequence[Path | None]) -> tuple[str, bool]:
    """Return what was found as text, and whether all is right."""
    found = look(folders)
    if found.faults:
        raise InputError(*found.faults)
    return render(found), found.exit_code == 0


def codes(*folders: Path) -> list[str]:
    with pytest.raises(InputError) as found:
        lint(folders)
    return [fault.code for fault in found.value.faults]


@pytest.fixture
def _no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the proofs: they take most of the time, and are not what a test is about."""
    monkeypatch.setattr("checker.proof.needs.find_spec", lambda _name: None)


BLIND = (
    "not looked at, for want of the solver z3: what can never be met, never fails, is implied by another, or never "
    "differs (pip install 'loan-pool-checker[proof]')\n\n"
)


# What loading and the schemas find.


def count(under: str) -> int:
    return len([path for path in (FOLDER / under).iterdir() if path.suffix in (".yaml", ".json")])


def test_what_ships_is_right_and_is_counted() -> None:
    right = (
        f"right: {count('.') - 1} policies, 1 facts, {count('examples')} examples, {count('cases')} files of cases\n"
    )
    assert lint([None]) == (right, True)


@pytest.mark.usefixtures("_no_solver")
def test_a_folder_is_linted_by_its_name_and_one_agreement_by_its_own(tmp_path: Path) -> None:
    law = copied(tmp_path)
    assert lint([law]) == lint([law / NAME]) == lint([None])


@pytest.mark.usefixtures("_no_solver")
def test_two_folders_are_counted_together(tmp_path: Path) -> None:
    law, other = copied(tmp_path), small(tmp_path, CLEAN)
    assert lint([law, other]) == (f"{BLIND}right: 3 policies, 2 facts, 3 examples, 6 files of cases\n", True)


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        pytest.param(AMENDMENT, "title:", "titel:", "E304", id="an unknown key"),
        pytest.param(AMENDMENT, "loan.defaulted", "loan.defualted", "E204", id="an unknown fact"),
        pytest.param(AMENDMENT, "policy: ", "policy: &a ", "E009", id="an anchor"),
        pytest.param("facts.yaml", "type: date", "type: day", "E402", id="an unknown type"),
        pytest.param("examples/defaulted-sale.yaml", "under: 3.13(f)", "undr: 3.13(f)", "E304", id="an example's key"),
        pytest.param(
            "examples/defaulted-sale.yaml", "file: tape.csv", "file: none.csv", "E001", id="an example's tape"
        ),
        pytest.param("examples/optional-purchase.yaml", "2005-03-31", "2005-02-30", "E401", id="an example's date"),
        pytest.param("examples/tape.csv", "loan_id", "loan", "E706", id="a column of the tape"),
        pytest.param("examples/delinquent-sale.json", f'"{NAME}"', '"another"', "E601", id="an example's agreement"),
        pytest.param("cases/3.18.yaml", "- title: ", "- titel: ", "E304", id="a case's key"),
        pytest.param("cases/3.18.yaml", "decision: permitted", "decision: allowed", "E402", id="a case's decision"),
        pytest.param("cases/3.18.yaml", "3.18/price: ", "3.18/prize: ", "E902", id="a case's rule"),
        pytest.param("cases/3.18.yaml", "foreclosed: ", "forclosed: ", "E304", id="a case's fact"),
    ],
)
def test_a_fault_anywhere_is_found(tmp_path: Path, file: str, old: str, new: str, code: str) -> None:
    assert code in codes(changed(tmp_path, file, old, new))


def test_the_faults_of_all_examples_and_cases_are_found_at_once(tmp_path: Path) -> None:
    law = changed(tmp_path, "examples/defaulted-sale.yaml", "role: third_party", "role: thrid_party")
    for file, old, new in (
        ("examples/optional-purchase.yaml", "role: master_servicer", "role: servicer"),
        ("cases/3.18.yaml", "decision: permitted", "decision: allowed"),
    ):
        path = law / NAME / file
        path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InputError) as found:
        lint([law])
    assert [Path(fault.place.file).name for fault in found.value.faults if fault.place] == [
        "3.18.yaml",
        "defaulted-sale.yaml",
        "optional-purchase.yaml",
    ]


def test_the_faults_of_all_folders_are_found_at_once(tmp_path: Path) -> None:
    first = changed(tmp_path / "first", AMENDMENT, "title:", "titel:")
    second = changed(tmp_path / "second", "facts.yaml", "type: date", "type: day")
    assert set(codes(first, second)) == {"E304", "E305", "E402"}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(lambda folder: folder / "none", "E001", id="no such folder"),
        pytest.param(lambda folder: folder, "E509", id="a folder without a policy"),
    ],
)
def test_a_folder_that_is_none_is_a_fault_and_never_right(
    tmp_path: Path, spoil: Callable[[Path], Path], code: str
) -> None:
    assert codes(spoil(tmp_path)) == [code]


@pytest.mark.usefixtures("_no_solver")
def test_an_agreement_without_examples_and_cases_is_right(tmp_path: Path) -> None:
    law = copied(tmp_path)
    shutil.rmtree(law / NAME / "examples")
    shutil.rmtree(law / NAME / "cases")
    assert lint([law]) == (f"{BLIND}right: 2 policies, 1 facts, 0 examples, 0 files of cases\n", True)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        pytest.param("executed: 2004-12-28", "executed: 2004-12-32", "executed", id="no day"),
        pytest.param("sha256: 8", "sha256: x", "source/sha256", id="no digest"),
        pytest.param("title: Purchase or sale", "titel: Purchase or sale", "permissions/3.18", id="another key"),
    ],
)
def test_the_schema_alone_finds_what_the_loader_finds(old: str, new: str, where: str) -> None:
    text = (FOLDER / AMENDMENT).read_text().replace(old, new, 1)
    found = list(violations(strict.parse(text.encode(), "p.yaml"), document_schema(SHAPE)))
    assert {fault.code for fault in found} == {"E801"}
    assert f"the schema refuses {where}: " in found[0].message


def test_what_the_schema_alone_refuses_is_a_fault_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.lint.cases_of", lambda _document, _agreement: ())
    assert codes(changed(tmp_path, "cases/3.18.yaml", "decision: permitted", "decision: allowed")) == ["E801"]


# What makes no sense, in a small agreement.

CLEAN = (
    condition("disposition.agreed", "agreed")
    + condition("disposition.value <= $5.00", "worth")
    + condition("disposition.rate <= 0.5", "rate")
    + condition("loan.due <= batch.date", "due")
)
PROVED = (
    "proved for all batches of up to 2 lines and 1 further loan on the tape, dates from 2003-11-28 to 2007-03-12, "
    "each listed once and with no fact attested, amounts in whole cents"
)


class Finding(NamedTuple):
    """One finding as it is printed: what it says, the text underlined, and what to do."""

    said: str
    at: str
    help: str = ""


def findings(text: str) -> list[Finding]:
    """Return the findings in what lint printed."""
    blocks = re.findall(
        r"^(L\d+: .*)\n *--> (.*):(\d+):(\d+)\n.*\n.*\| ( *\^+)(?:\n *= help: (.*))?$", text, re.MULTILINE
    )
    return [
        Finding(said, underlined(file, line, column, mark), help_) for said, file, line, column, mark, help_ in blocks
    ]


def underlined(file: str, line: str, column: str, mark: str) -> str:
    own = Path(file).read_text().splitlines()[int(line) - 1]
    return own[int(column) - 1 :][: mark.count("^")]


def linted(folder: Path) -> list[Finding]:
    """Return the findings; that there are some and that all is not right are the same."""
    text, is_right = lint([folder])
    found = findings(text)
    assert is_right is not bool(found)
    assert not found or text.endswith(
        f"\n\n{len(found)} findings in 1 policies, 1 facts, 0 examples, 1 files of cases\n"
    )
    return found


def own(name: str, readings: str) -> str:
    return f"{name}:\n  quote: some words\n{indent(readings, '  ')}"


QUOTE = "quote the words, or say under `assumes` what it rests on"
DROP = "drop it, or mend it"
OWED = "tell:\n  {}\n  owed_by: a\n  owed_to: [b]\n  done_on: batch.date\n"
LOW = split({"a": "disposition.price < $1.00", "b": "$1.00 > disposition.price"}, "is")


def test_a_small_agreement_that_makes_sense_is_right(tmp_path: Path) -> None:
    assert lint([small(tmp_path, CLEAN)]) == ("right: 1 policies, 1 facts, 0 examples, 1 files of cases\n", True)


@pytest.mark.parametrize(
    ("more", "found"),
    [
        pytest.param(
            {"conditions": "bare:\n  require: disposition.price < $1.00\n"},
            Finding("L101: `1/bare` quotes no words", "bare", QUOTE),
            id="a condition without words",
        ),
        pytest.param(
            {"obligations": OWED.format("means: To tell.")},
            Finding("L101: `1/tell` quotes no words", "tell", QUOTE),
            id="an obligation without words",
        ),
        pytest.param(
            {"always": "bare:\n  require: disposition.price < $1.00\n"},
            Finding("L101: `always/bare` quotes no words", "bare", QUOTE),
            id="a condition of every section without words",
        ),
        pytest.param(
            {"terms": "low:\n  is: $7.00\n", "conditions": condition("disposition.price < low", "low")},
            Finding("L101: the term `low` quotes no words", "low", QUOTE),
            id="a term without words",
        ),
        pytest.param(
            {"terms": "low:\n  quote: low\n  is: $7.00\n"},
            Finding("L102: no rule uses the term `low`", "low", "use it, or drop it"),
            id="a term that nothing uses",
        ),
        pytest.param(
            {"facts": "  loan.spare:\n    type: flag\n    means: Nothing.\n"},
            Finding(
                "L103: no rule reads the fact `loan.spare`",
                "loan.spare",
                "drop it, or say under `unread` why it can be stated",
            ),
            id="a fact that nothing reads",
        ),
        pytest.param(
            {"facts": "    unread: For the record.\n"},
            Finding(
                "L103: `disposition.agreed` says why no rule reads it, and one does",
                "disposition.agreed",
                "drop `unread`",
            ),
            id="a fact that is read, and is said not to be",
        ),
        pytest.param(
            {"conditions": condition("disposition.value < $0.00", "never")},
            Finding(f"L201: `1/never` can never be met: {PROVED}", "never", DROP),
            id="never met",
        ),
        pytest.param(
            {"always": condition("disposition.value < $0.00", "never")},
            Finding(f"L201: `always/never` can never be met: {PROVED}", "never", DROP),
            id="one of every section that is never met",
        ),
        pytest.param(
            {"conditions": own("own", split({"a": "disposition.price > $1.00", "b": "disposition.price < $0.00"}))},
            Finding(f"L201: `1/own (b)` can never be met: {PROVED}", "b", DROP),
            id="a reading that is never met",
        ),
        pytest.param(
            {"conditions": condition("count(exercise) >= 1", "idle")},
            Finding(f"L202: `1/idle` can never fail: {PROVED}", "idle", DROP),
            id="never fails",
        ),
        pytest.param(
            {"conditions": condition("disposition.price >= $0.00", "idle")},
            Finding(f"L202: `1/idle` can never fail: {PROVED}", "idle", DROP),
            id="never fails, and may be unknown",
        ),
        pytest.param(
            {"conditions": condition("disposition.value <= $5.01", "loose")},
            Finding(f"L203: `1/loose` is implied by `1/worth`: {PROVED}", "loose", DROP),
            id="implied by another condition",
        ),
        pytest.param(
            {
                "always": condition("disposition.price <= $5.00", "dear"),
                "conditions": condition("disposition.price < $6.00", "loose"),
            },
            Finding(f"L203: `1/loose` is implied by `always/dear`: {PROVED}", "loose", DROP),
            id="implied by one of every section",
        ),
        pytest.param(
            {
                "conditions": own(
                    "own",
                    split(
                        {
                            "a": "disposition.price < $1.00",
                            "b": "$1.00 > disposition.price",
                            "c": "disposition.price < $2.00",
                        }
                    ),
                )
            },
            Finding(f"L204: the readings `a` and `b` of `1/own` never differ: {PROVED}", "b", DROP),
            id="readings that never differ",
        ),
        pytest.param(
            {
                "terms": f"low:\n  quote: low\n{indent(LOW, '  ')}",
                "conditions": condition("low", "low") + condition("not low or disposition.value = $1.00", "not-low"),
            },
            Finding(f"L204: the readings `a` and `b` of the term `low` never differ: {PROVED}", "b", DROP),
            id="readings of a term that never differ in any condition",
        ),
    ],
)
def test_what_makes_no_sense_is_one_finding_at_its_place(tmp_path: Path, more: dict[str, str], found: Finding) -> None:
    parts = {**more, "conditions": CLEAN + more.get("conditions", ""), "facts": FACTS + more.get("facts", "")}
    assert linted(small(tmp_path, **parts)) == [found]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(
            {"conditions": "bare:\n  assumes: A thing.\n  require: disposition.price < $1.00\n"}, id="assumed"
        ),
        pytest.param({"obligations": OWED.format("assumes: A thing.")}, id="an obligation that is assumed"),
        pytest.param(
            {
                "conditions": "own:\n"
                + indent(split({"a": "disposition.price < $1.00", "b": "disposition.price < $2.00"}), "  ")
                + "      assumes: A thing.\n"
            },
            id="a reading that is assumed",
        ),
        pytest.param(
            {
                "terms": "low:\n  quote: low\n  is: $7.00\nlower:\n  assumes: A thing.\n  is: low - $1.00\n",
                "conditions": condition("disposition.price < lower", "low"),
            },
            id="a term that only another term uses",
        ),
        pytest.param(
            {"facts": "  loan.spare:\n    type: flag\n    means: Nothing.\n    unread: For the record.\n"},
            id="a fact that is said to be unread",
        ),
        pytest.param(
            {"conditions": own("own", split({"a": "disposition.price < $1.00", "b": "disposition.price <= $1.00"}))},
            id="readings that differ by a cent",
        ),
        pytest.param(
            {
                "terms": f"low:\n  quote: low\n{indent(LOW, '  ')}".replace("$1.00 >", "$1.01 >"),
                "conditions": condition("low and disposition.price < $0.50", "never-differs")
                + condition("disposition.rate = 0.1 or not low", "differs"),
            },
            id="readings of a term that differ in one condition",
        ),
        pytest.param(
            {"conditions": condition("disposition.value <= $4.99 or loan.due = batch.date", "x")}, id="not implied"
        ),
    ],
)
def test_what_makes_sense_is_no_finding(tmp_path: Path, more: dict[str, str]) -> None:
    parts = {**more, "conditions": CLEAN + more.get("conditions", ""), "facts": FACTS + more.get("facts", "")}
    assert linted(small(tmp_path, **parts)) == []


def test_two_conditions_that_say_the_same_imply_one_another(tmp_path: Path) -> None:
    found = linted(small(tmp_path, CLEAN + condition("$5.00 >= disposition.value", "again")))
    assert [one.said.partition(": proved")[0] for one in found] == [
        "L203: `1/worth` is implied by `1/again`",
        "L203: `1/again` is implied by `1/worth`",
    ]


MONTHS = "add_months(batch.date, count(exercise)) > 2005-06-01"
UNSUPPORTED = (
    "this is not supported: a number of months that is not a constant, in add_months(batch.date, count(exercise))"
)


def test_what_the_solver_is_not_given_is_open_and_never_right(tmp_path: Path) -> None:
    assert linted(small(tmp_path, CLEAN + condition(MONTHS, "months"))) == [
        Finding(f"L200: it is open whether `1/months` can never be met: {UNSUPPORTED}", "months"),
        Finding(f"L200: it is open whether `1/months` can never fail: {UNSUPPORTED}", "months"),
    ]


def test_readings_that_never_differ_but_where_it_is_open_are_open(tmp_path: Path) -> None:
    terms = f"low:\n  quote: low\n{indent(LOW, '  ')}".replace("$1.00 >", "$2.00 >")
    conditions = condition("low and disposition.price < $0.50", "low") + condition(f"low and {MONTHS}", "months")
    found = [one.said for one in linted(small(tmp_path, CLEAN + conditions, terms=terms)) if "differ" in one.said]
    assert found == [f"L200: it is open whether the readings `a` and `b` of the term `low` never differ: {UNSUPPORTED}"]


def test_a_limit_of_the_solver_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.proof.search.FIRST", 1)
    found = linted(small(tmp_path, CLEAN))
    assert {one.said[:4] for one in found} == {"L200"}
    assert {one.said.rpartition(": ")[2] for one in found} == {"the solver did not come to an end within its limit"}


# Periods.

SECOND = POLICY.replace("small/first", "small/second").replace("2005-01-01", "2006-01-01")
THIRD = POLICY.replace("small/first", "small/third").replace("2005-01-01", "2007-01-01")
SECTIONS = 'permissions:\n  "{}":\n    title: A section\n    conditions:\n' + indent(CLEAN, " " * 6)


@pytest.mark.usefixtures("_no_solver")
@pytest.mark.parametrize(
    ("head", "others", "found"),
    [
        pytest.param(
            POLICY.replace("executed: 2005-01-01", "executed: 2005-01-03"),
            [],
            [
                Finding(
                    "L104: from 2005-01-01 to 2005-01-02 no version is in force for a check made then: it was signed "
                    "on 2005-01-03",
                    "executed",
                    "nothing is permitted by it until it is signed",
                )
            ],
            id="the first signed later",
        ),
        pytest.param(POLICY, [SECOND + SECTIONS.format(1)], [], id="one after the other"),
        pytest.param(
            POLICY,
            [SECOND.replace("executed: 2006-01-01", "executed: 2005-12-01") + SECTIONS.format(1)],
            [],
            id="the second signed earlier",
        ),
        pytest.param(
            POLICY,
            [SECOND.replace("executed: 2006-01-01", "executed: 2006-01-02") + SECTIONS.format(1)],
            [
                Finding(
                    "L105: from 2006-01-01 to 2006-01-01 two versions speak: `small/second` was signed only on "
                    "2006-01-02",
                    "executed",
                    "what holds on those days depends on the day of the check",
                )
            ],
            id="the second signed a day later",
        ),
        pytest.param(
            POLICY,
            [SECOND + SECTIONS.format(2), THIRD + SECTIONS.format(1)],
            [
                Finding(
                    "L104: `1` stands here and in an earlier version, but not in `small/second` between them",
                    '"1"',
                    "each version is complete in itself: write the section into it, if it was in force",
                )
            ],
            id="a section that comes back",
        ),
        pytest.param(
            POLICY, [SECOND + SECTIONS.format(2), THIRD + SECTIONS.format(2)], [], id="a section that goes for good"
        ),
    ],
)
def test_versions_follow_one_another(tmp_path: Path, head: str, others: list[str], found: list[Finding]) -> None:
    folder = small(tmp_path, CLEAN, head=head)
    for number, text in enumerate(others):
        (folder / "small" / f"{number}.yaml").write_text(text)
    assert findings(lint([folder])[0]) == found


# What ships, changed a little.


@pytest.mark.usefixtures("_no_solver")
@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        pytest.param(
            AMENDMENT,
            "        quote: sell defaulted Mortgage Loans\n",
            "",
            Finding("L101: `3.13(f)/defaulted` quotes no words", "defaulted", QUOTE),
            id="a quote",
        ),
        pytest.param(
            AMENDMENT,
            '"master_servicer" or outside_buyer',
            '"master_servicer"',
            None,
            id="one of two uses of a term",
        ),
        pytest.param(
            AMENDMENT,
            "        require: outside_buyer\n",
            '        require: disposition.buyer.role != "master_servicer"\n',
            None,
            id="the other use of a term",
        ),
        pytest.param(
            AGREEMENT,
            "require: disposition.price = repurchase_price",
            "require: disposition.price >= loan.stated_principal_balance",
            Finding("L102: no rule uses the term `repurchase_price`", "repurchase_price", "use it, or drop it"),
            id="the only use of a term",
        ),
        pytest.param(
            AMENDMENT,
            "require: loan.defaulted",
            "require: loan.foreclosed",
            Finding(
                "L103: no rule reads the fact `loan.defaulted`",
                "loan.defaulted",
                "drop it, or say under `unread` why it can be stated",
            ),
            id="a fact",
        ),
        pytest.param(
            AMENDMENT,
            "executed: 2004-12-28",
            "executed: 2005-01-31",
            Finding(
                "L105: from 2004-12-28 to 2005-01-30 two versions speak: `impac-cmb-2004-10/amendment-1` was signed "
                "only on 2005-01-31",
                "executed",
                "what holds on those days depends on the day of the check",
            ),
            id="a signature",
        ),
    ],
)
def test_a_small_change_of_what_ships_is_found(
    tmp_path: Path, file: str, old: str, new: str, found: Finding | None
) -> None:
    law = changed(tmp_path, file, old, new)
    shutil.rmtree(law / NAME / "cases")
    assert findings(lint([law])[0]) == ([found] if found else [])


SHIPPED = "proved for all batches of up to 6 lines and 1 further loan on the tape, dates from 2003-11-24 to 2007-03-08"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "disposition.present_value.sale <= disposition.price\n",
            "disposition.present_value.sale < $0.00\n",
            "L201: `3.13(f)/maximizes-proceeds` can never be met",
            id="never met",
        ),
        pytest.param(
            "= repurchase_price\n    obligations:",
            "<= repurchase_price or disposition.price > repurchase_price\n    obligations:",
            "L202: `3.13(g)/price` can never fail",
            id="never fails",
        ),
        pytest.param(
            "              or count(exercise) <= 5\n",
            "              and count(exercise) >= 5\n",
            "L204: the readings `floor` and `minimum` of `3.13(g)/size` never differ",
            id="readings",
        ),
    ],
)
def test_what_takes_a_proof_is_found_in_what_ships(tmp_path: Path, old: str, new: str, said: str) -> None:
    law = changed(tmp_path, AMENDMENT, old, new)
    (found,) = findings(lint([law])[0])
    assert found.said.startswith(f"{said}: proved for all batches of up to ")


# The command.


def test_the_command_prints_findings_and_exits_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small(tmp_path, CLEAN + condition("disposition.value <= $6.00", "loose"))
    monkeypatch.chdir(tmp_path)
    assert run(["lint", "policies"]) == 1
    assert capsys.readouterr().out == (
        f"L203: `1/loose` is implied by `1/worth`: {PROVED}\n"
        "  --> policies/small/first.yaml:25:7\n"
        "25 |       loose:\n"
        "   |       ^^^^^\n"
        "   = help: drop it, or mend it\n"
        "\n"
        "1 findings in 1 policies, 1 facts, 0 examples, 1 files of cases\n"
    )


def test_a_fault_exits_2_and_hides_no_fault_behind_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small(tmp_path, CLEAN + condition("disposition.valeu <= $6.00", "loose"))
    assert run(["lint", str(folder)]) == 2
    found = capsys.readouterr()
    assert (found.out, found.err.splitlines()[0]) == ("", "E204: no fact or term named `disposition.valeu`")


@pytest.mark.usefixtures("_no_solver")
def test_without_the_solver_it_says_what_it_did_not_look_at_and_exits_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small(tmp_path, CLEAN + condition("disposition.value <= $6.00", "loose"))
    assert run(["lint", str(folder)]) == 0
    assert capsys.readouterr().out == f"{BLIND}right: 1 policies, 1 facts, 0 examples, 1 files of cases\n"


@pytest.mark.usefixtures("_no_solver")
def test_without_the_solver_what_needs_no_proof_is_found(tmp_path: Path) -> None:
    text, is_right = lint([small(tmp_path, f"{CLEAN}bare:\n  require: disposition.price < $1.00\n", cases=CASE)])
    assert (text.count("L101"), BLIND in text, is_right) == (1, True, False)


def made() -> set[str]:
    """Return the code of every finding that the checker can make."""
    folder = Path(look.__code__.co_filename).parents[1] / "proof"
    return {code for path in folder.glob("*.py") for code in re.findall(r'"(L\d\d\d)"', path.read_text())}


def test_every_finding_stands_in_the_guide_to_policies() -> None:
    guide = re.findall(r"^### (L\d+): ", (shipped() / "README.md").read_text(), re.MULTILINE)
    assert guide == sorted(made())
    assert len(guide) == 10


def test_a_gap_ends_where_another_version_is_in_force(tmp_path: Path) -> None:
    late = POLICY.replace("executed: 2005-01-01", "executed: 2006-06-01")
    folder = small(tmp_path, condition("disposition.price > $1.00"), head=late)
    first = (folder / "small" / "first.yaml").read_text()
    second = first.replace("small/first", "small/second").replace("2005-01-01", "2005-06-01")
    (folder / "small" / "second.yaml").write_text(second.replace("executed: 2006-06-01", "executed: 2005-06-01"))
    said = [doubt.message for doubt in look([folder]).doubts if doubt.code == "L104"]
    assert [text.partition(" no version")[0] for text in said] == ["from 2005-01-01 to 2005-05-31"]


def test_who_follows_whom_is_looked_at(tmp_path: Path) -> None:
    shutil.copytree(shipped(), tmp_path / "policies")
    (tmp_path / "policies" / "trusts").mkdir()
    follows = tmp_path / "policies" / "trusts" / "follows.yaml"
    follows.write_text("follows: impac-cmb-2004-10\nagreements:\n  - trust-1\n")
    assert look([tmp_path / "policies"]).faults == ()
    follows.write_text("follows: impac-cmb-2004-01\nagreements:\n  - trust-1\n")
    assert [fault.code for fault in look([tmp_path / "policies"]).faults] == ["E601"]
