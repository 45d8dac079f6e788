"""`checker lint`: loads everything in folders of policies, and shows that loader and schema accept the same files."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import jsonschema

from checker.document.schema import Schema, document_schema, instance_of
from checker.document.strict import Document, load
from checker.faults import Fault, InputError, Place
from checker.load.drafts import POLICY
from checker.load.facts import FACTS
from checker.load.policies import documents, folders, load_policies, shipped
from checker.model import Agreement
from checker.read.batch import Source, read_batch
from checker.read.form import batch_shape

EXAMPLES = "examples"


def lint(given: Sequence[Path]) -> str:
    """Return what was found to be right; raise InputError with every fault of every file otherwise."""
    faults: list[Fault] = []
    counts = {"policies": 0, "facts": 0, "examples": 0}
    for root in given or [shipped()]:
        try:
            agreements = load_policies(root)
        except InputError as error:
            faults += error.faults
            continue
        for folder in folders(root, root):
            faults += _folder(folder, agreements, counts)
    if faults:
        raise InputError(*faults)
    return "right: " + ", ".join(f"{count} {what}" for what, count in counts.items()) + "\n"


def _folder(folder: Path, agreements: dict[str, Agreement], counts: dict[str, int]) -> Iterable[Fault]:
    """Validate the files of one agreement by their schemas, and read its examples."""
    agreement = next(a for a in agreements.values() if Path(a.versions[0].file).parent == folder)
    batches = document_schema(batch_shape(agreement.facts))
    for path in documents(folder):
        what = "facts" if path.stem == "facts" else "policies"
        counts[what] += 1
        yield from violations(load(path), document_schema(FACTS if path.stem == "facts" else POLICY))
    examples = folder / EXAMPLES
    for path in documents(examples) if examples.is_dir() else []:
        counts["examples"] += 1
        yield from _example(path, batches, agreements)


def _example(path: Path, schema: Schema, agreements: dict[str, Agreement]) -> Iterable[Fault]:
    try:
        read_batch(path, Source(agreements=agreements))
    except InputError as error:
        yield from error.faults
        return
    yield from violations(load(path), schema)


def violations(document: Document, schema: Schema) -> Iterable[Fault]:
    """Return where a document does not fit a schema."""
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for error in validator.iter_errors(instance_of(document.root)):
        where = "/".join(map(str, error.absolute_path)) or "the document"
        message = f"the schema refuses {where}: {error.message}"
        yield Fault(code="E801", message=message, place=Place(file=document.file))
