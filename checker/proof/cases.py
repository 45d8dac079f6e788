"""The cases beside a policy: each a small batch with its tape, and what is expected of it.

A file of cases holds `bases` and `cases`. A case, or a base, may be `like` a base of its file and then says only what
differs: keys are merged with those of the base, lists replace the base's, and an empty value takes a fact away.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from checker.builtin import BUILTIN
from checker.document import strict
from checker.document.shape import Reader
from checker.faults import Fault, InputError, Place
from checker.lang.named import NamedTuple
from checker.lang.problem import nearest
from checker.lang.syntax import Value
from checker.load.policies import Folder, documents
from checker.model import Agreement, Batch, Condition, Decision, Status
from checker.proof.form import CaseFile, Said, cases_shape
from checker.read.batch import batch_of, says
from checker.read.form import flatten
from checker.read.lines import Draft
from checker.read.tape import tape_of
from checker.rules import rules

CASES = "cases"
NAME = "case"


class Expected(NamedTuple):
    """What is expected: the decision, and of each rule named its status, or its status under each reading named.

    Where it is `only` that, every other rule must not stand in the way.
    """

    decision: Decision
    rules: Mapping[str, Status | Mapping[str, Status]]
    only: bool


class Case(NamedTuple):
    """One case, ready to be judged; `as_of` is the day from which obligations are looked at: `date` unless said."""

    title: str
    batch: Batch
    as_of: date | None
    expected: Expected
    at: Place


def read_cases(folder: Folder) -> tuple[Case, ...]:
    """Return the cases beside the policies of an agreement, in the order of their files.

    Raises InputError with every fault: of form, no cases, a file or base of no use, a rule or reading that does not
    exist, an expectation that cannot fail, two cases of one title.
    """
    path, shown = folder.path / CASES, folder.shown / CASES
    faults: list[Fault] = []
    cases: list[Case] = []
    for file in documents(path) if path.is_dir() else []:
        try:
            cases += cases_of(strict.load(file, str(shown / file.name)), folder.agreement)
        except InputError as error:
            faults += error.faults
    faults += _idle(path, shown)
    if not cases and not faults:
        help_ = "write some: `checker boundaries` prints a start"
        faults.append(
            Fault(code="E901", message="the agreement has no cases", place=Place(file=str(shown)), help=help_)
        )
    titles: dict[str, Case] = {}
    for case in cases:
        if case.title in titles:
            message = f"two cases have one title: {case.title}"
            faults.append(Fault(code="E905", message=message, place=case.at))
        titles[case.title] = case
    if faults:
        raise InputError(*dict.fromkeys(faults))
    return tuple(cases)


def _idle(path: Path, shown: Path) -> Iterable[Fault]:
    """Return a fault for everything among the cases that is not read."""
    read = set(documents(path)) if path.is_dir() else set()
    for other in sorted(path.iterdir()) if path.is_dir() else []:
        if other not in read:
            yield Fault(
                code="E903",
                message="this is no file of cases, and is not read",
                place=Place(file=str(shown / other.name)),
            )


def cases_of(document: strict.Document, agreement: Agreement) -> list[Case]:
    """Return the cases in a document, or raise InputError with every fault of it."""
    reader = Reader(document)
    file: CaseFile = reader.read(cases_shape(agreement.facts), document.root)  # type: ignore[assignment] # made by the shape
    if reader.faults:
        raise InputError(*dict.fromkeys(reader.faults))
    used = _used(file)
    for name in file.bases:
        if name not in used:
            reader.fault("E903", f"no case is like `{name}`", _entry(document.root, "bases", name)[0])
    cases = [_case(reader, agreement, file.bases, said) for said in file.cases]
    if reader.faults:
        raise InputError(*dict.fromkeys(reader.faults))
    return [case for case in cases if case is not None]


def _used(file: CaseFile) -> set[object]:
    """Return the names of the bases that a case is like, directly or through other bases."""
    found: set[object] = set()
    wanted = [said.says.get("like") for said in file.cases]
    while wanted:
        name = wanted.pop()
        if name in file.bases and name not in found:
            found.add(name)
            wanted.append(file.bases[str(name)].says.get("like"))
    return found


def _case(reader: Reader, agreement: Agreement, bases: Mapping[str, Said], said: Said) -> Case | None:
    """Return a case, or None where there is no batch in it; its faults are noted with the reader."""
    expected = _expected(reader, agreement, said)
    place = reader.document.place(said.at.start, said.at.start + 1)
    try:
        whole = _whole(reader, bases, said, ())
        batch = batch_of_case(whole, agreement, place) if _is_whole(reader, whole, said) else None
    except InputError as error:
        reader.faults += error.faults
        batch = None
    if batch is None:
        return None
    as_of: date | None = whole.get("as_of")  # type: ignore[assignment] # made by the shape
    if as_of is not None and as_of < batch.date:
        reader.fault("E606", f"`as_of`, {as_of}, is before the date of the case, {batch.date}", said.at)
    return Case(title=str(said.says["title"]), batch=batch, as_of=as_of, expected=expected, at=place)


def _is_whole(reader: Reader, whole: Mapping[str, object], said: Said) -> bool:
    """Tell whether a case says what every batch does, and note what it does not say."""
    silent = [key for key in ("date", "tape", "dispositions") if whole.get(key) is None]
    for key in silent:
        reader.fault("E305", f"the case does not say `{key}`", said.at)
    return not silent


def _whole(reader: Reader, bases: Mapping[str, Said], said: Said, through: tuple[str, ...]) -> dict[str, object]:
    """Return what a base or a case says together with the base that it is like."""
    own = {key: value for key, value in said.says.items() if key not in ("title", "like", "expect", "also")}
    like = said.says.get("like")
    if like is None:
        return own
    _, at = _entry(said.at, "like")
    if like not in bases:
        help_ = nearest(str(like), list(bases)) or "a base stands under `bases` of the same file"
        raise InputError(reader.document.fault("E904", f"there is no base `{like}` here", at, help_))
    if like in through:
        raise InputError(reader.document.fault("E904", f"the base `{like}` leads back to itself", at))
    return merged(_whole(reader, bases, bases[str(like)], (*through, str(like))), own)


def _entry(node: strict.Node, *path: str) -> tuple[strict.Scalar, strict.Node]:
    """Return the key at the end of a path of keys that are written, and what stands there."""
    entries = {key.text: (key, value) for key, value in node.entries} if isinstance(node, strict.Mapping) else {}
    key, value = entries[path[0]]
    return _entry(value, *path[1:]) if path[1:] else (key, value)


def merged(base: Mapping[str, object], own: Mapping[str, object]) -> dict[str, object]:
    """Return nested keys and values, what is said itself over what the base says."""
    found = dict(base)
    for key, value in own.items():
        under = found.get(key)
        found[key] = merged(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return found


def pruned(says: Mapping[str, object]) -> dict[str, object]:
    """Return what is left when everything that is empty is taken away."""
    return {
        key: pruned(value) if isinstance(value, dict) else value for key, value in says.items() if value is not None
    }


def batch_of_case(whole: Mapping[str, object], agreement: Agreement, at: Place) -> Batch:
    """Return the batch, beside its tape, that a case says in full; a fact that is None is unknown."""
    said: dict[str, dict[str, object]] = whole["tape"]  # type: ignore[assignment] # made by the shape
    as_of: object = said.get("as_of") or whole["date"]
    every = flatten("loan.", said.get("every", {}))
    rows: list[dict[str, Value | None]] = [
        {"loan.in_pool": True, **every, **flatten("loan.", facts), "loan.loan_id": loan}  # type: ignore[dict-item, arg-type] # made by the shape
        for loan, facts in said.get("loans", {}).items()
    ]
    columns = frozenset(name for row in rows for name, value in row.items() if value is not None)
    tape = tape_of(rows, file="the case's tape", sha256="", as_of=as_of, layout="canonical", columns=columns)  # type: ignore[arg-type] # made by the shape
    lines: Sequence[object] = whole["dispositions"]  # type: ignore[assignment] # made by the shape
    shared: Mapping[str, object] = whole.get("every") or {}  # type: ignore[assignment] # made by the shape
    drafts = [Draft(says=says(pruned(merged(shared, _line(line)))), at=at) for line in lines]
    stated = pruned({key: value for key, value in whole.items() if key not in ("as_of", "tape", "every")})
    return batch_of({**stated, "batch": NAME, "agreement": agreement.name}, tape, drafts, at)


def _line(written: object) -> dict[str, object]:
    """Return what a line says, its loan as keys and values, so that an empty one takes away what `every` says."""
    line = written if isinstance(written, dict) else {"loan": written}
    loan = line["loan"]
    return {**line, "loan": loan if isinstance(loan, dict) else {"loan_id": loan}}


def _expected(reader: Reader, agreement: Agreement, said: Said) -> Expected:
    """Return what a case expects; what it cannot expect is noted with the reader."""
    wanted: dict[str, object] = said.says["expect"]  # type: ignore[assignment] # made by the shape
    named: dict[str, Status | dict[str, Status]] = wanted.get("rules") or {}  # type: ignore[assignment] # made by the shape
    decision = Decision(str(wanted["decision"]))
    known = rules_of(agreement)
    for rule, status in named.items():
        at, _ = _entry(said.at, "expect", "rules", rule)
        if rule not in known:
            help_ = nearest(rule, sorted(known)) or _there_is(known)
            reader.fault("E902", f"there is no rule `{rule}`", at, help_)
            continue
        for name in status if isinstance(status, dict) else ():
            if name not in known[rule]:
                at, _ = _entry(said.at, "expect", "rules", rule, name)
                help_ = nearest(name, sorted(known[rule])) or _there_is(known[rule])
                reader.fault("E902", f"`{rule}` has no reading `{name}`", at, help_)
    only = said.says.get("also") is None
    if decision is not Decision.PERMITTED and not (named if only else _stopping(named)):
        message = "the expectation names no rule that stops the batch, so that anything that does would do"
        _, value = _entry(said.at, "expect", "decision")
        reader.fault("E906", message, value, "name the rule that must stop it, with its status")
    parsed = {
        rule: {name: Status(found) for name, found in status.items()} if isinstance(status, dict) else Status(status)
        for rule, status in named.items()
    }
    return Expected(decision=decision, rules=parsed, only=only)


def _there_is(names: Iterable[str]) -> str:
    return "there is " + (", ".join(f"`{name}`" for name in sorted(names)) or "none")


def _stopping(named: Mapping[str, object]) -> bool:
    """Tell whether a rule, or a reading of one, is expected to stop a batch."""
    statuses = [one for found in named.values() for one in (found.values() if isinstance(found, dict) else [found])]
    return any(status in (Status.FAIL, Status.DISPUTED, Status.UNKNOWN) for status in statuses)


def rules_of(agreement: Agreement) -> dict[str, frozenset[str]]:
    """Return every rule of every version, and the built-in ones, with the names of its readings."""
    found: dict[str, frozenset[str]] = {f"builtin/{name}": frozenset() for name in BUILTIN}
    for rule in (rule for policy in agreement.versions for rule in rules(policy)):
        readings = {reading.name for reading in rule.readings} - {""} if isinstance(rule, Condition) else set()
        found[rule.rule] = found.get(rule.rule, frozenset()) | readings
    return found
