"""A folder of policies to agreements: each file whole, and the versions of an agreement beside one another."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from checker.document import strict
from checker.document.shape import Reader
from checker.faults import Fault, InputError, Place
from checker.lang.named import NamedTuple
from checker.lang.problem import nearest
from checker.load.bind import Binder
from checker.load.drafts import POLICY, PolicyDraft
from checker.load.facts import core_facts, load_facts
from checker.model import Agreement, FactDeclared, Policy

SUFFIXES = (".yaml", ".yml", ".json")
FOLLOWS = "follows"  # the stem of a file of agreements that follow another
_INSTALLED = Path(__file__).parent.parent / "policies"
_CHECKOUT = Path(__file__).parent.parent.parent / "policies"


def shipped() -> Path:
    """Return the folder of the policies that ship with the package: in the wheel, or beside it in a checkout."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


class Folder(NamedTuple):
    """The folder of one agreement: where it is, and as the user is shown it."""

    path: Path
    shown: Path
    agreement: Agreement


def load_policies(folder: Path | None = None) -> dict[str, Agreement]:
    """Return the agreements of a folder by name: the folder's own files, or else one agreement a sub-folder.

    Raises InputError with every fault of every file, and where the folder holds no policy.
    """
    names: dict[str, Folder] = {}
    faults: list[Fault] = []
    for found in load_folders(folder):
        if found.agreement.name in names:
            other = names[found.agreement.name].shown
            message = f"two folders hold the agreement `{found.agreement.name}`"
            faults.append(Fault(code="E508", message=message, place=Place(file=str(found.shown)), help=f"see {other}"))
        names[found.agreement.name] = found
    if faults:
        raise InputError(*faults)
    agreements = {name: found.agreement for name, found in names.items()}
    return agreements | following(folder or shipped(), agreements)


def following(root: Path, agreements: Mapping[str, Agreement]) -> dict[str, Agreement]:
    """Return the agreements of a folder, or of its sub-folders, that follow others."""
    found: dict[str, Agreement] = {}
    for path in [folder / f"{FOLLOWS}{suffix}" for folder in (root, *_folders_in(root)) for suffix in SUFFIXES]:
        if path.is_file():
            from checker.load.follows import followers

            found |= followers(path, str(path), agreements, found)
    return found


def _folders_in(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir())


def load_folders(*roots: Path | None) -> list[Folder]:
    """Return the agreements of folders, each with the folder it was loaded from; None are the policies that ship."""
    faults: list[Fault] = []
    found: list[Folder] = []
    for root, shown in [(root, root) if root else (shipped(), Path("policies")) for root in roots or [None]]:
        try:
            paths = folders(root, shown)
        except InputError as error:
            faults += error.faults
            continue
        for path in paths:
            called = shown / path.relative_to(root)
            try:
                found.append(Folder(path=path, shown=called, agreement=_agreement(path, called)))
            except InputError as error:
                faults += error.faults
    if faults:
        raise InputError(*faults)
    return found


def agreement_named(agreements: Mapping[str, Agreement], name: str) -> Agreement:
    """Return the agreement of a name, or raise InputError with the nearest."""
    if name not in agreements:
        help_ = nearest(name, list(agreements)) or "there is " + ", ".join(f"`{one}`" for one in agreements)
        raise InputError(Fault(code="E601", message=f"no policy for the agreement `{name}`", help=help_))
    return agreements[name]


def chosen(agreements: Mapping[str, Agreement], name: str | None) -> Agreement:
    """Return the agreement of a name, or the only one where none is given; raise InputError where there are several."""
    if name is None and len(agreements) == 1:
        return next(iter(agreements.values()))
    if name is None:
        help_ = "there is " + ", ".join(f"`{one}`" for one in agreements)
        raise InputError(Fault(code="E601", message="say of which agreement: --agreement NAME", help=help_))
    return agreement_named(agreements, name)


def documents(folder: Path) -> list[Path]:
    """Return the YAML and JSON files that stand in a folder itself, in the order of their names."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.stem != FOLLOWS)
    return sorted(path for path in found if path.is_file())


def folders(root: Path, shown: Path) -> list[Path]:
    """Return the folders of agreements: the folder itself where it holds files, else its sub-folders that do."""
    if not root.is_dir():
        raise InputError(Fault(code="E001", message="there is no such folder", place=Place(file=str(shown))))
    if documents(root):
        return [root]
    found = [path for path in _folders_in(root) if documents(path)]
    if not found:
        raise InputError(Fault(code="E509", message="the folder holds no policy", place=Place(file=str(shown))))
    return found


def _agreement(folder: Path, shown: Path) -> Agreement:
    facts = core_facts()
    inputs: dict[str, str] = {}
    faults: list[Fault] = []
    policies: list[Policy] = []
    paths = documents(folder)
    for path in [path for path in paths if path.stem == "facts"]:
        document = strict.load(path, str(shown / path.name))
        facts = load_facts(document, facts)
        inputs["facts"] = document.sha256
    for path in [path for path in paths if path.stem != "facts"]:
        try:
            policies.append(load_policy(strict.load(path, str(shown / path.name)), facts))
        except InputError as error:
            faults += error.faults
    faults += [] if faults else _faults_between(policies, shown)
    if faults:
        raise InputError(*faults)
    versions = tuple(sorted(policies, key=lambda policy: policy.effective))
    return Agreement(name=versions[0].agreement, facts=facts, versions=versions, inputs=inputs)


def load_policy(document: strict.Document, facts: Mapping[str, FactDeclared]) -> Policy:
    """Return the policy in a document, or raise InputError with every fault of it."""
    reader = Reader(document)
    return bound(reader, read_draft(reader), facts)


def read_draft(reader: Reader) -> PolicyDraft:
    """Return a policy as written; its faults are noted with the reader."""
    return reader.read(POLICY, reader.document.root)  # type: ignore[return-value] # made by the shape


def bound(reader: Reader, draft: PolicyDraft, facts: Mapping[str, FactDeclared]) -> Policy:
    """Return the policy that a draft means, or raise InputError with every fault that was noted."""
    policy = Binder(reader, draft, facts).policy()
    if reader.faults:
        raise InputError(*dict.fromkeys(reader.faults))
    return policy


def _faults_between(policies: Iterable[Policy], shown: Path) -> list[Fault]:
    found = []
    seen: dict[tuple[str, object], Policy] = {}
    first = next(iter(policies), None)
    if first is None:
        return [Fault(code="E509", message="the folder holds no policy", place=Place(file=str(shown)))]
    for policy in policies:
        place = Place(file=policy.file)
        if policy.agreement != first.agreement:
            message = f"`{policy.agreement}` stands in the folder of `{first.agreement}`"
            found.append(Fault(code="E508", message=message, place=place, help="one folder holds one agreement"))
        for kind, value in (("policy", policy.name), ("effective", policy.effective)):
            if (kind, value) in seen:
                message = f"two versions have the same `{kind}`: {value}"
                found.append(Fault(code="E508", message=message, place=place, help=f"see {seen[kind, value].file}"))
            seen[kind, value] = policy
    return found
