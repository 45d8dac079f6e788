"""The cases beside a policy: each a small batch with its tape, and what is expected of it.

A file of cases holds `bases` and `cases`. A case, or a base, may be `like` a base of its file and then says only what
differs: keys are merged with those of the base, lists replace the base's, and an empty value takes a fact away.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from checker.builtin import BUILTIN
from checker.document import strict
from checker.document.shape import Reader
from checker.faults import Fault, InputError, Place
from checker.lang.problem import nearest
from checker.lang.syntax import Value
from checker.load.policies import Folder, documents
from checker.model import Agreement, Batch, Condition, Decision, Status
from checker.proof.form import CaseFile, Said, cases_shape
from checker.read.batch import Draft, batch_of, says
from checker.read.form import flatten
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
    likes = [said.says.get("like") for said in (*file.bases.values(), *file.cases)]
    for name, base in file.bases.items():
        if name not in likes:
            reader.fault("E903", f"no case is like `{name}`", base.at)
    cases = []
    for said in file.cases:
        try:
            cases.append(_case(reader, agreement, file.bases, said))
        except InputError as error:
            reader.faults += error.faults
    if reader.faults:
        raise InputError(*dict.fromkeys(reader.faults))
    return cases


def _case(reader: Reader, agreement: Agreement, bases: Mapping[str, Said], said: Said) -> Case:
    whole = _whole(reader, bases, said, ())
    for key in ("date", "tape", "dispositions"):
        if whole.get(key) is None:
            raise InputError(reader.document.fault("E305", f"the case does not say `{key}`", said.at))
    place = reader.document.place(said.at.start, said.at.start + 1)
    return Case(
        title=str(said.says["title"]),
        batch=batch_of_case(whole, agreement, place),
        as_of=whole.get("as_of"),  # type: ignore[arg-type] # made by the shape
        expected=_expected(reader, agreement, said),
        at=place,
    )


def _whole(reader: Reader, bases: Mapping[str, Said], said: Said, through: tuple[str, ...]) -> dict[str, object]:
    """Return what a base or a case says together with the base that it is like."""
    own = {key: value for key, value in said.says.items() if key not in ("title", "like", "expect", "also")}
    like = said.says.get("like")
    if like is None:
        return own
    if like not in bases:
        help_ = nearest(str(like), list(bases)) or "a base stands under `bases` of the same file"
        raise InputError(reader.document.fault("E904", f"there is no base `{like}` here", said.at, help_))
    if like in through:
        raise InputError(reader.document.fault("E904", f"the base `{like}` leads back to itself", said.at))
    return merged(_whole(reader, bases, bases[str(like)], (*through, str(like))), own)


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
    written = [line if isinstance(line, dict) else {"loan": line} for line in lines]
    drafts = [Draft(says=says(pruned(line)), at=at) for line in written]
    stated = pruned({key: value for key, value in whole.items() if key not in ("as_of", "tape")})
    return batch_of({**stated, "batch": NAME, "agreement": agreement.name}, tape, drafts, at)


def _expected(reader: Reader, agreement: Agreement, said: Said) -> Expected:
    wanted: dict[str, object] = said.says["expect"]  # type: ignore[assignment] # made by the shape
    named: dict[str, Status | dict[str, Status]] = wanted.get("rules") or {}  # type: ignore[assignment] # made by the shape
    decision = Decision(str(wanted["decision"]))
    known = rules_of(agreement)
    faults = []
    for rule, status in named.items():
        if rule not in known:
            help_ = nearest(rule, sorted(known)) or "there is " + ", ".join(f"`{name}`" for name in sorted(known))
            faults.append(reader.document.fault("E902", f"there is no rule `{rule}`", said.at, help_))
        elif isinstance(status, dict):
            faults += [
                reader.document.fault(
                    "E902", f"`{rule}` has no reading `{name}`", said.at, nearest(name, sorted(known[rule]))
                )
                for name in status
                if name not in known[rule]
            ]
    if decision is not Decision.PERMITTED and not named:
        message = "the expectation names no rule, so that anything that stops the batch would do"
        faults.append(
            reader.document.fault("E906", message, said.at, "name the rule that must stop it, with its status")
        )
    if faults:
        raise InputError(*faults)
    parsed = {
        rule: {name: Status(found) for name, found in status.items()} if isinstance(status, dict) else Status(status)
        for rule, status in named.items()
    }
    return Expected(decision=decision, rules=parsed, only=said.says.get("also") is None)


def rules_of(agreement: Agreement) -> dict[str, frozenset[str]]:
    """Return every rule of every version, and the built-in ones, with the names of its readings."""
    found: dict[str, frozenset[str]] = {f"builtin/{name}": frozenset() for name in BUILTIN}
    for rule in (rule for policy in agreement.versions for rule in rules(policy)):
        readings = {reading.name for reading in rule.readings} - {""} if isinstance(rule, Condition) else set()
        found[rule.rule] = found.get(rule.rule, frozenset()) | readings
    return found
