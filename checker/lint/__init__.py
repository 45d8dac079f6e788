"""`checker lint`: folders of policies loaded and held to their schemas, then looked at for what makes no sense."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import jsonschema

from checker.document.schema import Schema, document_schema, instance_of
from checker.document.strict import Document, load
from checker.faults import Fault, InputError, Place
from checker.lang.named import NamedTuple
from checker.load.drafts import POLICY
from checker.load.facts import FACTS
from checker.load.policies import Folder, documents, following, load_folders, shipped
from checker.model import Agreement
from checker.proof.cases import CASES, cases_of
from checker.proof.form import cases_shape
from checker.proof.needs import HOW, has_solver
from checker.proof.sense import findings
from checker.proof.versions import read_versions
from checker.read.batch import Source, read_batch
from checker.read.form import batch_shape

EXAMPLES = "examples"
PROVED = "what can never be met, never fails, is implied by another, or never differs"


class Looked(NamedTuple):
    """What was found: faults, for which nothing more is looked at, or else what makes no sense; and in how much.

    `counts` are of the files that were read; `is_blind` tells that nothing could be proved, for want of the solver.
    """

    faults: tuple[Fault, ...]
    doubts: tuple[Fault, ...]
    counts: Mapping[str, int]
    is_blind: bool

    @property
    def exit_code(self) -> int:
        """Return what the process ends with."""
        return 2 if self.faults else int(bool(self.doubts))

    @property
    def blind(self) -> str:
        """Return what was not looked at, and what to do about it; nothing where all was."""
        return f"not looked at, for want of the solver z3: {PROVED} ({HOW})" if self.is_blind else ""


def look(given: Sequence[Path | None]) -> Looked:
    """Return what there is to find in folders of policies; None is the one that ships."""
    faults: list[Fault] = []
    found: list[Folder] = []
    counts = {"policies": 0, "facts": 0, "examples": 0, "files of cases": 0}
    for root in given:
        try:
            found += load_folders(root)
        except InputError as error:
            faults += error.faults
    agreements = {folder.agreement.name: folder.agreement for folder in found}
    for folder in found:
        faults += _folder(folder, agreements, counts)
    for root in [root for root in given if root is None or root.is_dir()]:
        faults += _following(root, agreements)
    doubts = [] if faults else [doubt for folder in found for doubt in _doubts(folder)]
    sorted_ = InputError(*dict.fromkeys(faults)).faults
    return Looked(faults=sorted_, doubts=tuple(doubts), counts=counts, is_blind=not has_solver())


def _following(root: Path | None, agreements: dict[str, Agreement]) -> Iterable[Fault]:
    """Look at the files that say which agreements follow others."""
    try:
        following(root or shipped(), agreements)
    except InputError as error:
        return error.faults
    return ()


def _doubts(folder: Folder) -> Iterable[Fault]:
    versions = read_versions(folder)
    yield from findings(folder, versions)
    if has_solver():
        from checker.proof.doubts import doubts

        yield from doubts(versions)


def _folder(folder: Folder, agreements: dict[str, Agreement], counts: dict[str, int]) -> Iterable[Fault]:
    """Validate the files of one agreement by their schemas, and read its examples and cases."""
    facts = folder.agreement.facts
    for path in documents(folder.path):
        what = "facts" if path.stem == "facts" else "policies"
        counts[what] += 1
        document = load(path, str(folder.shown / path.name))
        yield from violations(document, document_schema(FACTS if what == "facts" else POLICY))
    batches, cases = document_schema(batch_shape(facts)), document_schema(cases_shape(facts))
    for path in _in(folder.path / EXAMPLES):
        counts["examples"] += 1
        yield from _read(lambda at: read_batch(at, Source(agreements=agreements)), path, batches)
    for path in _in(folder.path / CASES):
        counts["files of cases"] += 1
        yield from _read(lambda at: cases_of(load(at), folder.agreement), path, cases)


def _in(folder: Path) -> list[Path]:
    return documents(folder) if folder.is_dir() else []


def _read(read: Callable[[Path], object], path: Path, schema: Schema) -> Iterable[Fault]:
    """Return the faults of a file; its schema is only asked where reading finds none, which says more of each."""
    try:
        read(path)
    except InputError as error:
        return error.faults
    return violations(load(path), schema)


def violations(document: Document, schema: Schema) -> Iterable[Fault]:
    """Return where a document does not fit a schema."""
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    for error in validator.iter_errors(instance_of(document.root)):
        where = "/".join(map(str, error.absolute_path)) or "the document"
        message = f"the schema refuses {where}: {error.message}"
        yield Fault(code="E801", message=message, place=Place(file=document.file))
