"""A batch from a file: typed by the agreement's facts and laid beside its tape."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from checker.document import strict
from checker.document.digest import sha256_of
from checker.document.shape import Reader
from checker.faults import Fault, InputError, Place
from checker.lang.evaluate import RowSet
from checker.lang.named import NamedTuple
from checker.lang.problem import nearest
from checker.model import Agreement, Batch, Line, Tape
from checker.read.form import batch_shape, flatten
from checker.read.lines import Draft, Stated, read_lines
from checker.read.table import capped
from checker.read.tape import read_tape

LOAN, UNDER = "disposition.loan", "disposition.under"
LARGE = 20_000_000  # bytes of a text, about 200,000 loans: below it plain Python is ahead of DuckDB
PARQUET = ".parquet"
_ONLY_PYTHON = (".xlsx", ".xml")


class Left(NamedTuple):
    """A tape that is left to an engine: what is known without its rows, its agreement, and the folder of the batch."""

    tape: Tape
    agreement: str
    base: Path


class Source:
    """Where batches are read from: the agreements in hand, and the tapes already read, so that each is read once.

    `engine` reads tapes: `python`; `duckdb`, to which each is `left`; or `auto`, where those are left that are large.
    """

    def __init__(self, agreements: Mapping[str, Agreement], engine: str = "python") -> None:
        """Start with no tape read."""
        self.agreements = agreements
        self.engine = engine
        self.tapes: dict[tuple[Path, date, str, str | None, str], Tape] = {}
        self.left: list[Left] = []
        self.files: set[Path] = set()

    def tape(self, agreement: Agreement, base: Path, wanted: Mapping[str, object]) -> Tape:
        """Return the tape that a batch in the folder `base` names."""
        path = base / str(wanted["file"])
        as_of: date = wanted["as_of"]  # type: ignore[assignment] # a date by shape
        layout = str(wanted.get("layout", "canonical"))
        sheet: str | None = wanted.get("sheet")  # type: ignore[assignment] # a text by shape
        key = (path, as_of, layout, sheet, agreement.name)
        if key not in self.tapes and self._leaves(path):
            tape = Tape(str(path), _digest(path), as_of, layout, {}, RowSet(rows=[]), frozenset(), sheet=sheet or "")
            self.left.append(Left(tape, agreement.name, base))
            self.tapes[key] = tape
        elif key not in self.tapes:
            self.tapes[key] = read_tape(path, as_of, agreement.facts, layout, base, sheet)
        return self.tapes[key]

    def _leaves(self, path: Path) -> bool:
        """Tell whether a tape is left to an engine; raise InputError where it is one that Python does not read."""
        suffix = path.suffix.lower()
        if self.engine == "auto":
            is_large = suffix not in _ONLY_PYTHON and path.is_file() and path.stat().st_size > LARGE
            return suffix == PARQUET or (is_large and has_duckdb())
        if self.engine == "python" and suffix == PARQUET:
            message = "a Parquet tape is not read in plain Python"
            help_ = "judge it with `--engine duckdb`"
            raise InputError(Fault(code="E613", message=message, place=Place(file=str(path)), help=help_))
        return self.engine != "python"


def _digest(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        message = f"cannot read the file: {(error.strerror or str(error)).lower()}"
        raise InputError(Fault(code="E001", message=message, place=Place(file=str(path)))) from None


def has_duckdb() -> bool:
    """Tell whether DuckDB is installed; without it plain Python reads large texts, too."""
    from importlib.util import find_spec

    return find_spec("duckdb") is not None


def read_batch(path: Path, source: Source) -> Batch:
    """Return the batch in a YAML or JSON file, or raise InputError with every fault of it."""
    document = strict.load(path)
    reader = Reader(document)
    agreement = _agreement(reader, source.agreements)
    stated: dict[str, object] = reader.read(batch_shape(agreement.facts), document.root)  # type: ignore[assignment] # made by the shape
    if reader.faults:
        raise InputError(*reader.faults)
    tape = _tape(reader, agreement, source, path.parent, stated["tape"])  # type: ignore[arg-type] # made by the shape
    drafts, digests = _drafts(reader, agreement, path.parent, stated["dispositions"])
    source.files |= {path, *_named(path.parent, stated)}
    batch = batch_of(stated, tape, drafts, document.place(document.root.start, document.root.start + 1))
    return batch._replace(sha256=document.sha256, inputs=digests)


def _named(base: Path, stated: Mapping[str, object]) -> Iterator[Path]:
    """Yield the files that a batch in the folder `base` names: its tape, its table of lines, and layouts beside it."""
    for part in (stated["tape"], stated["dispositions"]):
        if isinstance(part, dict):
            yield from (base / str(part[key]) for key in ("file", "layout") if key in part)


def batch_of(stated: Mapping[str, object], tape: Tape, drafts: Sequence[Draft], at: Place) -> Batch:
    """Return the batch that is stated by its shape, laid beside its tape."""
    every = says(stated.get("every", {}))  # type: ignore[arg-type] # made by the shape
    return Batch(
        name=str(stated["batch"]),
        agreement=str(stated["agreement"]),
        date=stated["date"],  # type: ignore[arg-type] # a date by shape
        tape=tape,
        lines=lines_of(drafts, every, tape, at.file),
        stated=_batch_facts(stated),
        at=at,
        sha256="",
    )


def _agreement(reader: Reader, agreements: Mapping[str, Agreement]) -> Agreement:
    """Return the agreement that the batch names; without one nothing else of the batch has a meaning."""
    root = reader.document.root
    entries = {key.text: value for key, value in root.entries} if isinstance(root, strict.Mapping) else {}
    named = entries.get("agreement")
    if not isinstance(named, strict.Scalar) or named.is_empty:
        message = "a batch needs the key `agreement`, with the name of the contract"
        raise InputError(reader.document.fault("E305", message, named or root))
    if named.text not in agreements:
        known = list(agreements)
        help_ = nearest(named.text, known) or "there is " + ", ".join(f"`{name}`" for name in known)
        raise InputError(reader.document.fault("E601", f"no policy for the agreement `{named.text}`", named, help_))
    return agreements[named.text]


def _tape(reader: Reader, agreement: Agreement, source: Source, base: Path, wanted: Mapping[str, object]) -> Tape:
    try:
        tape = source.tape(agreement, base, wanted)
    except InputError as error:
        raise _at_layout(reader, "tape", error) from None
    pinned = wanted.get("sha256")
    if pinned is not None and pinned != tape.sha256:
        message = f"the tape is not the one that the batch names: its digest is {tape.sha256}"
        raise InputError(_fault_at(reader, "tape", "sha256", Fault(code="E603", message=message)))
    return tape


def _at_layout(reader: Reader, part: str, error: InputError) -> InputError:
    """Return the error with the place where a layout is named that is not there."""
    if error.faults[0].code != "E602":
        return error
    return InputError(_fault_at(reader, part, "layout", error.faults[0]))


def _fault_at(reader: Reader, part: str, key: str, fault: Fault) -> Fault:
    root = reader.document.root
    node = {k.text: v for k, v in root.entries}[part] if isinstance(root, strict.Mapping) else root
    at = {k.text: v for k, v in node.entries}[key] if isinstance(node, strict.Mapping) else node
    return reader.document.fault(fault.code, fault.message, at, fault.help)


def _batch_facts(stated: Mapping[str, object]) -> Stated:
    own = {"batch", "agreement", "date"}
    groups = {
        name: value
        for name, value in stated.items()
        if isinstance(value, dict) and name not in ("tape", "every", "dispositions")
    }
    return {f"batch.{name}": stated[name] for name in sorted(own)} | flatten("", groups)  # type: ignore[return-value] # values by shape


def _drafts(
    reader: Reader, agreement: Agreement, base: Path, dispositions: object
) -> tuple[list[Draft], dict[str, str]]:
    if isinstance(dispositions, dict):
        try:
            return read_lines(base, dispositions, agreement.facts)
        except InputError as error:
            raise _at_layout(reader, "dispositions", error) from None
    place = reader.document.place
    lines: Sequence[tuple[dict[str, object], strict.Node]] = dispositions  # type: ignore[assignment] # made by the shape
    return [Draft(says=says(line), at=place(at.start, at.start + 1)) for line, at in lines], {}


def says(line: Mapping[str, object]) -> Stated:
    """Return what a line says by full names; its loan is a number, or a number with what is attested of it."""
    loan = line.get("loan")
    own = {key: value for key, value in line.items() if key != "loan" or not isinstance(loan, dict)}
    attested = dict(loan) if isinstance(loan, dict) else {}
    if "loan_id" in attested:
        own["loan"] = attested.pop("loan_id")
    return flatten("disposition.", own) | flatten("loan.", attested)  # type: ignore[return-value] # values by shape


def lines_of(drafts: Sequence[Draft], every: Stated, tape: Tape, file: str) -> tuple[Line, ...]:
    """Return the lines, with what every line says filled in; raise InputError with the faults of all of them."""
    whole = [Draft(says={**every, **draft.says}, at=draft.at) for draft in drafts]
    faults = [fault for n, draft in enumerate(whole, 1) for fault in _line_faults(n, draft, tape)]
    if faults:
        raise InputError(*capped(faults, file))
    return tuple(_line(n, draft, tape) for n, draft in enumerate(whole, 1))


def _line(number: int, draft: Draft, tape: Tape) -> Line:
    """Return a line that states what the tape leaves unknown."""
    loan, under = str(draft.says[LOAN]), str(draft.says[UNDER])
    row = tape.loans.get(loan, {})
    stated = {name: value for name, value in draft.says.items() if row.get(name) is None}
    return Line(number=number, loan=loan, under=under, stated=stated, at=draft.at)


def _line_faults(number: int, draft: Draft, tape: Tape) -> list[Fault]:
    """A line names its loan and its section, and says of the loan nothing else than the tape does."""
    silent = [
        Fault(code="E305", message=f"line {number} does not say `{name.partition('.')[2]}`", place=draft.at)
        for name in (LOAN, UNDER)
        if draft.says.get(name) is None
    ]
    return silent + _contradictions(str(draft.says.get(LOAN)), draft.says, tape, draft.at)


def _contradictions(loan: str, stated: Stated, tape: Tape, at: Place) -> list[Fault]:
    """A line may say what the tape leaves unknown; it cannot say otherwise than the tape."""
    row = tape.loans.get(loan, {})
    return [
        Fault(
            code="E604",
            message=f"`{name}` of the loan `{loan}` is {_shown(value)} here and {_shown(row[name])} on the tape",
            place=at,
        )
        for name, value in stated.items()
        if name.startswith("loan.") and row.get(name) is not None and row[name] != value
    ]


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
