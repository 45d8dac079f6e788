"""`checker lint` finds what ships right, and finds every fault of every file of what does not."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import FOLDER, NAME

from checker.document import strict
from checker.document.schema import document_schema
from checker.faults import InputError
from checker.lint import lint, violations
from checker.load.drafts import POLICY
from checker.load.policies import shipped

AMENDMENT = "2004-12-28-amendment-1.yaml"


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


def codes(*folders: Path) -> list[str]:
    with pytest.raises(InputError) as found:
        lint(folders)
    return [fault.code for fault in found.value.faults]


def test_what_ships_is_right_and_is_counted() -> None:
    examples = len([path for path in (FOLDER / "examples").iterdir() if path.suffix in (".yaml", ".json")])
    versions = len([path for path in FOLDER.glob("*.yaml") if path.name != "facts.yaml"])
    assert lint([]) == f"right: {versions} policies, 1 facts, {examples} examples\n"


def test_a_folder_is_linted_by_its_name_and_one_agreement_by_its_own(tmp_path: Path) -> None:
    law = copied(tmp_path)
    assert lint([law]) == lint([law / NAME]) == lint([])


def test_two_folders_are_counted_together(tmp_path: Path) -> None:
    law = copied(tmp_path)
    assert lint([law, law]) == "right: 4 policies, 2 facts, 6 examples\n"


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
    ],
)
def test_a_fault_anywhere_is_found(tmp_path: Path, file: str, old: str, new: str, code: str) -> None:
    assert code in codes(changed(tmp_path, file, old, new))


def test_the_faults_of_all_examples_are_found_at_once(tmp_path: Path) -> None:
    law = changed(tmp_path, "examples/defaulted-sale.yaml", "role: third_party", "role: thrid_party")
    path = law / NAME / "examples" / "optional-purchase.yaml"
    path.write_text(path.read_text().replace("role: master_servicer", "role: servicer"))
    with pytest.raises(InputError) as found:
        lint([law])
    assert [Path(fault.place.file).name for fault in found.value.faults if fault.place] == [
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


def test_an_agreement_without_examples_is_right(tmp_path: Path) -> None:
    law = copied(tmp_path)
    shutil.rmtree(law / NAME / "examples")
    assert lint([law]) == "right: 2 policies, 1 facts, 0 examples\n"


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
    found = list(violations(strict.parse(text.encode(), "p.yaml"), document_schema(POLICY)))
    assert {fault.code for fault in found} == {"E801"}
    assert f"the schema refuses {where}: " in found[0].message
