"""The rules that every agreement has, judged on a line. A missing fact is never a pass."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from checker.lang.evaluate import Row
from checker.model import Agreement, Batch, Line, Policy, Status


class Given(NamedTuple):
    """What a line is judged with: the version in force (None: none is), every fact of the line, and `times`, how often
    its loan is listed.
    """

    agreement: Agreement
    policy: Policy | None
    batch: Batch
    row: Row
    times: int


Verdict = tuple[Status, str]  # a status, and the sentence that explains it


def loan_in_pool(line: Line, given: Given) -> Verdict:
    """Look for the loan on the tape, and in the pool."""
    row = given.batch.tape.loans.get(line.loan)
    if row is None:
        return Status.FAIL, f"the loan {line.loan} is not on the tape"
    known = row["loan.in_pool"]
    if known is None:
        return Status.UNKNOWN, f"the loan {line.loan} is on the tape, but it is unknown whether it is in the pool"
    if known:
        return Status.PASS, f"the loan {line.loan} is in the pool"
    return Status.FAIL, f"the loan {line.loan} is on the tape, but not in the pool"


def listed_once(line: Line, given: Given) -> Verdict:
    """Count how often the loan is listed."""
    if given.times == 1:
        return Status.PASS, f"the loan {line.loan} is listed once"
    return Status.FAIL, f"the loan {line.loan} is listed {given.times} times for {given.batch.date}"


def in_force(line: Line, given: Given) -> Verdict:
    """Look for the section in the version in force."""
    day, policy = given.batch.date, given.policy
    if policy is None:
        return Status.UNKNOWN, f"no version of {given.agreement.name} in hand is in force on {day}"
    if line.under in policy.permissions:
        return Status.PASS, f"{line.under} is in force on {day} under {policy.name}"
    others = [other for other in given.agreement.versions if line.under in other.permissions]
    if others:
        return Status.FAIL, f"{line.under} is not in {policy.name}, in force on {day}; it is in {others[0].name}"
    return Status.UNKNOWN, f"{line.under} stands in no version of {given.agreement.name} in hand"


def buyer_is_who_it_says(_line: Line, given: Given) -> Verdict:
    """Compare the buyer's role with the party under whose names the policy lists the buyer."""
    if given.policy is None:
        return Status.UNKNOWN, "without a version in force, no party is known"
    if not given.policy.parties:
        return Status.PASS, "the policy lists no parties"
    name, role = given.row.get("disposition.buyer.name"), given.row.get("disposition.buyer.role")
    if name is None:
        return Status.UNKNOWN, "the buyer's name is missing"
    parties = [party for party, names in given.policy.parties.items() if _folded(str(name)) in map(_folded, names)]
    if not parties:
        return Status.PASS, f"{name} is none of the parties that the policy lists"
    if role is None:
        return Status.UNKNOWN, f"{name} is listed as {_or(parties)}, and the buyer's role is missing"
    if role in parties:
        return Status.PASS, f"{name} is listed as {role}"
    return Status.FAIL, f"{name} is listed as {_or(parties)}, and the line says {role}"


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _or(words: Sequence[str]) -> str:
    return " or ".join(words)


# What each asks, for a reader.
MEANS = {
    "loan-in-pool": "The loan is on the tape and in the pool.",
    "listed-once": "No other line of the same agreement and date, in any batch in hand, has the loan.",
    "in-force": "The section stands in the version in force.",
    "buyer-is-who-it-says": (
        "A name that the policy lists as one party does not buy under another role: a guard, not a proof."
    ),
}
BUILTIN: dict[str, Callable[[Line, Given], Verdict]] = {
    "loan-in-pool": loan_in_pool,
    "listed-once": listed_once,
    "in-force": in_force,
    "buyer-is-who-it-says": buyer_is_who_it_says,
}
