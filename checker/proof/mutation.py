"""Every mutant of a version tried on the cases: which of them no case notices."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from checker.judge import in_force
from checker.lang.named import NamedTuple
from checker.model import Agreement, Policy
from checker.proof.cases import Case
from checker.proof.mutants import Mutant, mutants
from checker.proof.trial import deviations, run_case
from checker.proof.versions import Versions, changed

Progress = Callable[[int, int], None]


class Kind(StrEnum):
    """What is known of a mutant that no case notices."""

    SURVIVED = "survived"
    EQUIVALENT = "equivalent"


class Survivor(NamedTuple):
    """A mutant that no case notices: with a case that would, or with the reason why none can, or why none was found."""

    mutant: Mutant
    kind: Kind
    reason: str = ""
    case: str = ""


Look = Callable[[Versions, int, Mutant, Policy], Survivor]


class Mutation(NamedTuple):
    """The mutants of one version: how many a case notices, how many the loader refuses, and those that survive."""

    policy: str
    noticed: int
    refused: int
    survivors: tuple[Survivor, ...]

    @property
    def is_right(self) -> bool:
        """Tell whether every mutant that can be noticed is."""
        return all(survivor.kind is Kind.EQUIVALENT for survivor in self.survivors)


def mutation(versions: Versions, at: int, cases: Sequence[Case], look: Look, progress: Progress) -> Mutation:
    """Return what becomes of every mutant of one version; each is tried until a case notices it.

    The cases that name the changed rule come first: they are the likeliest to notice. `look` is asked about each mutant
    that none does.
    """
    version, facts = versions.each[at], versions.agreement.facts
    every = list(mutants(version, facts))
    bearing = [case for case in cases if _in_force(versions.agreement, case) is version.policy]
    refused, survivors = 0, []
    for count, mutant in enumerate(every, 1):
        progress(count, len(every))
        policy = changed(version, mutant.path, mutant.value, facts)
        if policy is None:
            refused += 1
            continue
        tried = cases if mutant.path[0] in ("executed", "effective") else bearing
        agreement = versions.with_policy(at, policy)
        rule = mutant.where.partition(" (")[0]
        near = [case for case in tried if rule in case.expected.rules]
        if not any(notices(case, agreement) for case in near) and not any(notices(case, agreement) for case in tried):
            survivors.append(look(versions, at, mutant, policy))
    noticed = len(every) - refused - len(survivors)
    return Mutation(policy=version.policy.name, noticed=noticed, refused=refused, survivors=tuple(survivors))


def _in_force(agreement: Agreement, case: Case) -> Policy | None:
    return in_force(agreement, case.batch.date, case.as_of or case.batch.date)


def notices(case: Case, agreement: Agreement) -> bool:
    """Tell whether a case comes otherwise than expected under an agreement."""
    return bool(deviations(case, run_case(case, agreement)))
