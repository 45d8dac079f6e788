"""`checker test`: the cases of an agreement tried, what they cover, and which mutants they notice."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from checker.explain import finding
from checker.faults import Fault, InputError
from checker.findings import Finding
from checker.lang.named import NamedTuple
from checker.load.policies import Folder
from checker.model import Policy, Run
from checker.proof.cases import Case, read_cases
from checker.proof.coverage import Coverage, coverage
from checker.proof.mutants import Mutant
from checker.proof.mutation import Kind, Mutation, Survivor, mutation
from checker.proof.needs import HOW, has_solver
from checker.proof.trial import STOPS, Deviation, deviations, run_case
from checker.proof.versions import Versions, read_versions

Progress = Callable[[str, int, int], None]


class Outcome(NamedTuple):
    """What came of one case: where it deviates from what was expected, and the findings that say why."""

    case: Case
    deviations: tuple[Deviation, ...]
    why: tuple[Finding, ...]


class Tested(NamedTuple):
    """One agreement tested; `coverage` and `mutation` are by version, empty where they were not asked for."""

    agreement: str
    outcomes: tuple[Outcome, ...]
    coverage: tuple[Coverage, ...] = ()
    mutation: tuple[Mutation, ...] = ()


class Wanted(NamedTuple):
    """What is asked for beside the cases; `least` is the share of limbs that must be covered, in percent."""

    coverage: bool = False
    least: int = 0
    mutation: bool = False


def test(folders: Sequence[Folder], wanted: Wanted, progress: Progress) -> tuple[Tested, ...]:
    """Return every agreement tested, or raise InputError with every fault of every file of cases."""
    faults: list[Fault] = []
    cases: list[tuple[Case, ...]] = []
    for folder in folders:
        try:
            cases.append(read_cases(folder))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(*faults)
    return tuple(_tested(folder, own, wanted, progress) for folder, own in zip(folders, cases, strict=True))


def is_right(tested: Iterable[Tested], wanted: Wanted) -> bool:
    """Tell whether all that was asked for holds: the cases, the least coverage, and that every mutant is noticed."""
    return all(
        not any(outcome.deviations for outcome in one.outcomes)
        and all(found.percent >= wanted.least for found in one.coverage)
        and all(found.is_right for found in one.mutation)
        for one in tested
    )


def _tested(folder: Folder, cases: tuple[Case, ...], wanted: Wanted, progress: Progress) -> Tested:
    versions = read_versions(folder)
    runs = [run_case(case, versions.agreement) for case in cases]
    tested = Tested(
        agreement=folder.agreement.name,
        outcomes=tuple(_outcome(case, run) for case, run in zip(cases, runs, strict=True)),
    )
    if wanted.coverage:
        tested = tested._replace(coverage=tuple(coverage(version, runs) for version in versions.each))
    if wanted.mutation and not any(outcome.deviations for outcome in tested.outcomes):
        tested = tested._replace(mutation=tuple(_mutated(versions, cases, progress)))
    return tested


def _look(versions: Versions, at: int, mutant: Mutant, policy: Policy) -> Survivor:
    """Ask about a mutant that no case notices, if there is a solver to be asked."""
    if not has_solver():
        return Survivor(mutant=mutant, kind=Kind.SURVIVED, reason=f"to look for a case that would notice it: {HOW}")
    from checker.proof.survivors import look

    return look(versions, at, mutant, policy)


def _mutated(versions: Versions, cases: tuple[Case, ...], progress: Progress) -> Iterator[Mutation]:
    for at, version in enumerate(versions.each):
        yield mutation(versions, at, cases, _look, partial(progress, f"mutants of {version.policy.name}"))


def _outcome(case: Case, run: Run) -> Outcome:
    """Return what came of a case; why is what stands in the way, or of a rule that was to and does not, why not."""
    found = deviations(case, run)
    (verdict,) = run.verdicts
    about = {deviation.rule.partition(" (")[0] for deviation in found}
    bad = {judgement.rule for judgement in verdict.judged.judgements if judgement.status in STOPS}
    shown = bad if "" in about else bad & about
    why = [j for j in verdict.judged.judgements if j.rule in (shown if j.status in STOPS else about - bad)]
    return Outcome(case=case, deviations=found, why=tuple(finding(verdict.judged, judgement) for judgement in why))
