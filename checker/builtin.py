"""The rules that every agreement has, judged on a line. A missing fact is never a pass."""

from collections.abc import Callable, Mapping, Sequence

from checker.lang.evaluate import Row
from checker.lang.named import NamedTuple
from checker.model import Agreement, Batch, Line, Policy, Status


class Given(NamedTuple):
    """What the lines of a batch are judged with: the version in force (None: none is), `listed`, how often each loan
    is, and `parties`, under which of them the policy lists each name, folded.
    """

    agreement: Agreement
    policy: Policy | None
    batch: Batch
    day: str
    listed: Mapping[str, int]
    parties: Mapping[str, Sequence[str]]


Verdict = tuple[Status, str]  # a status, and the sentence that explains it
Judge = Callable[[Line, Row, Given], Verdict]


def given(agreement: Agreement, policy: Policy | None, batch: Batch, listed: Mapping[str, int]) -> Given:
    """Return what the lines of a batch are judged with, prepared once."""
    parties: dict[str, list[str]] = {}
    for party, names in policy.parties.items() if policy else ():
        for name in dict.fromkeys(map(folded, names)):
            parties.setdefault(name, []).append(party)
    return Given(agreement, policy, batch, str(batch.date), listed, parties)


def loan_in_pool(line: Line, _row: Row, given: Given) -> Verdict:
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


def listed_once(line: Line, _row: Row, given: Given) -> Verdict:
    """Count how often the loan is listed."""
    times = given.listed[line.loan]
    if times == 1:
        return Status.PASS, f"the loan {line.loan} is listed once"
    return Status.FAIL, f"the loan {line.loan} is listed {times} times for {given.day}"


def in_force(line: Line, _row: Row, given: Given) -> Verdict:
    """Look for the section in the version in force."""
    day, policy = given.day, given.policy
    if policy is None:
        return Status.UNKNOWN, f"no version of {given.agreement.name} in hand is in force on {day}"
    if line.under in policy.permissions:
        return Status.PASS, f"{line.under} is in force on {day} under {policy.name}"
    others = [other for other in given.agreement.versions if line.under in other.permissions]
    if others:
        return Status.FAIL, f"{line.under} is not in {policy.name}, in force on {day}; it is in {others[0].name}"
    return Status.UNKNOWN, f"{line.under} stands in no version of {given.agreement.name} in hand"


def buyer_is_who_it_says(_line: Line, row: Row, given: Given) -> Verdict:
    """Compare the buyer's role with the party under whose names the policy lists the buyer."""
    if given.policy is None:
        return Status.UNKNOWN, "without a version in force, no party is known"
    if not given.policy.parties:
        return Status.PASS, "the policy lists no parties"
    name, role = row.get("disposition.buyer.name"), row.get("disposition.buyer.role")
    if name is None:
        return Status.UNKNOWN, "the buyer's name is missing"
    parties = given.parties.get(folded(str(name)))
    if not parties:
        return Status.PASS, f"{name} is none of the parties that the policy lists"
    if role is None:
        return Status.UNKNOWN, f"{name} is listed as {_or(parties)}, and the buyer's role is missing"
    if role in parties:
        return Status.PASS, f"{name} is listed as {role}"
    return Status.FAIL, f"{name} is listed as {_or(parties)}, and the line says {role}"


def folded(name: str) -> str:
    """Return a name with its case and spaces folded: two spellings of one name are the same."""
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
BUILTIN: dict[str, Judge] = {
    "loan-in-pool": loan_in_pool,
    "listed-once": listed_once,
    "in-force": in_force,
    "buyer-is-who-it-says": buyer_is_who_it_says,
}
# What a rule asks of a line beside its section, where it does not ask for the loan.
ALIKE: dict[str, tuple[str, ...]] = {
    "in-force": (),
    "buyer-is-who-it-says": ("disposition.buyer.name", "disposition.buyer.role"),
}
