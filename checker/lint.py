"""`checker lint`: folders of policies loaded and held to their schemas, then looked at for what makes no sense."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import jsonschema

from checker.document.schema import Schema, document_schema, instance_of
from checker.document.strict import Document, load
from checker.faults import Fault, InputError, Place, render
from checker.load.drafts import POLICY
from checker.load.facts import FACTS
from checker.load.policies import Folder, documents, load_folders
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


def lint(given: Sequence[Path | None]) -> tuple[str, bool]:
    """Return what was found, and whether all is right; raise InputError with every fault of every file otherwise."""
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
    if faults:
        raise InputError(*dict.fromkeys(faults))
    doubts = [doubt for folder in found for doubt in _doubts(folder)]
    head = f"{len(doubts)} findings in" if doubts else "right:"
    counted = ", ".join(f"{count} {what}" for what, count in counts.items())
    blind = [] if has_solver() else [f"not looked at, for want of the solver z3: {PROVED} ({HOW})"]
    return "\n\n".join([*map(render, doubts), *blind, f"{head} {counted}"]) + "\n", not doubts


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
        yield from _read(lambda at: read_batch(at, Source(agreements=agreements)), path)
        yield from violations(load(path), batches)
    for path in _in(folder.path / CASES):
        counts["files of cases"] += 1
        yield from _read(lambda at: cases_of(load(at), folder.agreement), path)
        yield from violations(load(path), cases)


def _in(folder: Path) -> list[Path]:
    return documents(folder) if folder.is_dir() else []


def _read(read: Callable[[Path], object], path: Path) -> Iterable[Fault]:
    try:
        read(path)
    except InputError as error:
        yield from error.faults


def violations(document: Document, schema: Schema) -> Iterable[Fault]:
    """Return where a document does not fit a schema."""
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for error in validator.iter_errors(instance_of(document.root)):
        where = "/".join(map(str, error.absolute_path)) or "the document"
        message = f"the schema refuses {where}: {error.message}"
        yield Fault(code="E801", message=message, place=Place(file=document.file))
