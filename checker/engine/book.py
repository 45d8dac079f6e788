"""A book: many batches of many agreements over tables, in one file that says where the tables are."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from checker.document import strict
from checker.document.shape import Key, Reader, Record, Word
from checker.faults import Fault, InputError, Place
from checker.lang.syntax import Type
from checker.model import Agreement, FactDeclared
from checker.read.batch import says
from checker.read.form import proposal_parts, written
from checker.read.lines import Stated
from checker.read.table import Form

SUFFIXES = {".csv": "csv", ".parquet": "parquet"}
OTHERS = (".xlsx", ".xml")  # what a layout may read besides delimited text, whatever that is named


class Table(NamedTuple):
    """A table that a book names: its file as the user is shown it, what it is written in, and the digest it must have.

    `file` may be a folder of Parquet files; a text has a `form`.
    """

    file: str
    format: str
    sha256: str = ""
    layout: str = "canonical"
    form: Form = Form()

    def paths(self) -> list[Path]:
        """Return its files; of a folder all but what a writer hides there, each of which must be a Parquet file."""
        path = Path(self.file)
        return sorted(one for one in path.iterdir() if not one.name.startswith(("_", "."))) if path.is_dir() else [path]


class Book(NamedTuple):
    """Tables of loans, of lines and perhaps of batches, and what stands in none of them.

    `agreement` and `date` are those of every batch where a table has no such column, `every` what each line says unless
    it says otherwise. `facts` are those of all agreements in hand, which no two declare differently.
    """

    name: str
    agreement: str | None
    date: dt.date | None
    as_of: dt.date
    tape: Table
    batches: Table | None
    lines: Table
    every: Stated
    facts: Mapping[str, FactDeclared]
    base: Path
    at: Place
    sha256: str

    def tables(self) -> dict[str, Table]:
        """Return its tables, each by the key that it stands under."""
        found = {"tape": self.tape, "batches": self.batches, "dispositions": self.lines}
        return {name: table for name, table in found.items() if table is not None}


def is_book(path: Path) -> bool:
    """Tell whether a file is a book: whether its outermost keys have `book` among them."""
    if not path.is_file() or b"book" not in strict.read_bytes(path, str(path)):
        return False
    root = strict.load(path).root
    return isinstance(root, strict.Mapping) and any(key.text == "book" for key, _ in root.entries)


def read_book(path: Path, agreements: Mapping[str, Agreement], *, remote: bool = False) -> Book:
    """Return the book in a YAML or JSON file, or raise InputError with every fault of it.

    Where it is `remote`, its tables are those that a cluster sees: of its catalog, by name, or by their place in its
    storage; whether they are there is not seen from here.
    """
    document = strict.load(path)
    reader = Reader(document)
    facts = facts_of(agreements)
    stated: dict[str, object] = reader.read(shape(facts), document.root)  # type: ignore[assignment] # made by the shape
    if reader.faults:
        raise InputError(*reader.faults)
    tape: dict[str, object] = stated["tape"]  # type: ignore[assignment] # made by the shape
    batches, lines = stated.get("batches"), stated["dispositions"]
    return Book(
        name=str(stated["book"]),
        agreement=stated.get("agreement"),  # type: ignore[arg-type] # a text by shape
        date=stated.get("date"),  # type: ignore[arg-type] # a date by shape
        as_of=tape["as_of"],  # type: ignore[arg-type] # a date by shape
        tape=_table(path.parent, tape, remote=remote),
        batches=_table(path.parent, batches, remote=remote) if batches else None,
        lines=_table(path.parent, lines, remote=remote),
        every=says(stated.get("every", {})),  # type: ignore[arg-type] # made by the shape
        facts=facts,
        base=path.parent,
        at=document.place(document.root.start, document.root.start + 1),
        sha256=document.sha256,
    )


def facts_of(agreements: Mapping[str, Agreement]) -> Mapping[str, FactDeclared]:
    """Return the facts of all agreements; raise InputError where two declare one differently."""
    found: dict[str, FactDeclared] = {}
    seen: set[int] = set()
    for agreement in agreements.values():
        if id(agreement.facts) in seen:
            continue
        seen.add(id(agreement.facts))
        for name, fact in agreement.facts.items():
            if found.setdefault(name, fact)._replace(means="", unread="") != fact._replace(means="", unread=""):
                message = f"two agreements of one folder of policies declare `{name}` differently"
                raise InputError(Fault(code="E614", message=message, help="judge their batches apart"))
    return found


def shape(facts: Mapping[str, FactDeclared]) -> Record:
    """Return the shape of a book under agreements with these facts."""
    pin = Key(shape=Word(pattern="[0-9a-f]{64}"), means="the digest that the file must have")
    means = "a CSV or Parquet file, or a folder of Parquet files; on a cluster also a place in its storage, or a table"
    file = Key(shape=Word(), means=means, required=True)
    table = Record(title="a table", make=written, keys={"file": file, "sha256": pin})
    as_of = Key(shape=Word(type=Type.DATE), means=facts["tape.as_of"].means, required=True)
    layout = Key(shape=Word(), means="how the file is read; `canonical` unless said")
    tape = Record(title="a tape", make=written, keys={"file": file, "as_of": as_of, "layout": layout, "sha256": pin})
    return Record(
        title="a book",
        make=written,
        keys={
            "book": Key(shape=Word(), means="the name of this run over tables", required=True),
            "agreement": Key(shape=Word(), means="the agreement of every batch, where no table has that column"),
            "date": Key(shape=Word(type=Type.DATE), means="the date of every batch, where no table has that column"),
            "tape": Key(shape=tape, means="the table of loans, of all agreements", required=True),
            "batches": Key(
                shape=table, means="the table of batches: their agreement, their date and their other facts"
            ),
            "every": Key(
                shape=proposal_parts(facts, written).every, means="what each line says unless it says otherwise"
            ),
            "dispositions": Key(shape=table, means="the table of lines", required=True),
        },
    )


def _table(base: Path, stated: object, *, remote: bool) -> Table:
    found: dict[str, str] = stated  # type: ignore[assignment] # made by the shape
    path = base / found["file"]
    layout = found.get("layout", "canonical")
    if remote and not path.exists():
        return _remote(found["file"], path, layout, pinned="sha256" in found)
    kind = "parquet" if path.is_dir() else SUFFIXES.get(path.suffix.lower(), "" if layout == "canonical" else "csv")
    if layout != "canonical" and path.suffix.lower() in OTHERS:
        kind = path.suffix[1:].lower()
    if not kind:
        message = "a table of a book is a CSV or a Parquet file"
        raise InputError(Fault(code="E613", message=message, place=Place(file=str(path))))
    if not path.exists():
        raise InputError(Fault(code="E001", message="there is no such file or folder", place=Place(file=str(path))))
    pinned = found.get("sha256", "")
    if pinned:
        _check_pin(path, pinned)
    return Table(str(path), kind, pinned, layout)


def _remote(name: str, path: Path, layout: str, *, pinned: bool) -> Table:
    """Return a table that only a cluster sees."""
    if pinned:
        message = "what only the cluster sees cannot be pinned"
        raise InputError(Fault(code="E613", message=message, place=Place(file=name)))
    if "/" not in name and "." not in Path(name).name.removeprefix("."):
        return Table(name, "table", layout=layout)
    kind = SUFFIXES.get(Path(name).suffix.lower(), "parquet")
    return Table(name if "://" in name else str(path), kind, layout=layout)


def _check_pin(path: Path, pinned: str) -> None:
    """Raise InputError where a file has not the digest that it must have; a folder has none."""
    if path.is_dir():
        message = "a folder has no digest: pin a single file"
        raise InputError(Fault(code="E613", message=message, place=Place(file=str(path))))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != pinned:
        message = f"the table is not the one that the book names: its digest is {digest}"
        raise InputError(Fault(code="E603", message=message, place=Place(file=str(path))))
