"""The rules that every agreement has, judged on the lines of a section. A missing fact is never a pass.

Each has two parts: what it asks of every line, one value a line, and what it says of such a value. Lines of which the
same is true are judged once.
"""

from collections.abc import Callable, Mapping, Sequence

from checker.lang.evaluate import Row
from checker.lang.frame import Table
from checker.lang.named import NamedTuple
from checker.model import Agreement, Batch, Line, Policy, Status


class Given(NamedTuple):
    """What the lines of a batch are judged with: the version in force (None: none is), the row of each of their loans
    (None: not on the tape), `listed`, how often each is, and `parties`, under which of them the policy lists each name,
    folded.
    """

    agreement: Agreement
    policy: Policy | None
    day: str
    loans: Mapping[str, Row | None]
    listed: Mapping[str, int]
    parties: Mapping[str, Sequence[str]]


Verdict = tuple[Status, str]  # a status, and the sentence that explains it
Ask = Callable[[Sequence[Line], Table, Given], Sequence[object]]
Judge = Callable[[object, Given], Verdict]
_NOT_THERE = "not on the tape"


def given(
    agreement: Agreement,
    policy: Policy | None,
    batch: Batch,
    loans: Mapping[str, Row | None],
    listed: Mapping[str, int],
) -> Given:
    """Return what the lines of a batch are judged with, prepared once."""
    return Given(agreement, policy, str(batch.date), loans, listed, parties_of(policy))


def parties_of(policy: Policy | None) -> dict[str, list[str]]:
    """Return the parties under which a policy lists each name, folded."""
    parties: dict[str, list[str]] = {}
    for party, names in policy.parties.items() if policy else ():
        for name in dict.fromkeys(map(folded, names)):
            parties.setdefault(name, []).append(party)
    return parties


def _known_in_pool(lines: Sequence[Line], _table: Table, given: Given) -> Sequence[object]:
    rows = [given.loans[line.loan] for line in lines]
    return [_NOT_THERE if row is None else row["loan.in_pool"] for row in rows]


def loan_in_pool(known: object, _given: Given) -> Verdict:
    """Look for the loan on the tape, and in the pool."""
    if known is _NOT_THERE:
        return Status.FAIL, "is not on the tape"
    if known is None:
        return Status.UNKNOWN, "is on the tape, but it is unknown whether it is in the pool"
    if known:
        return Status.PASS, "is in the pool"
    return Status.FAIL, "is on the tape, but not in the pool"


def _times(lines: Sequence[Line], _table: Table, given: Given) -> Sequence[object]:
    return [given.listed[line.loan] for line in lines]


def listed_once(times: object, given: Given) -> Verdict:
    """Count how often the loan is listed."""
    if times == 1:
        return Status.PASS, "is listed once"
    return Status.FAIL, f"is listed {times} times for {given.day}"


def _section(lines: Sequence[Line], _table: Table, _given: Given) -> Sequence[object]:
    return [line.under for line in lines]


def in_force(section: object, given: Given) -> Verdict:
    """Look for the section in the version in force."""
    day, policy = given.day, given.policy
    if policy is None:
        return Status.UNKNOWN, f"no version of {given.agreement.name} in hand is in force on {day}"
    if section in policy.permissions:
        return Status.PASS, f"{section} is in force on {day} under {policy.name}"
    others = [other for other in given.agreement.versions if section in other.permissions]
    if others:
        return Status.FAIL, f"{section} is not in {policy.name}, in force on {day}; it is in {others[0].name}"
    return Status.UNKNOWN, f"{section} stands in no version of {given.agreement.name} in hand"


def _buyer(_lines: Sequence[Line], table: Table, _given: Given) -> Sequence[object]:
    return list(zip(table.column("disposition.buyer.name"), table.column("disposition.buyer.role"), strict=True))


def buyer_is_who_it_says(buyer: object, given: Given) -> Verdict:
    """Compare the buyer's role with the party under whose names the policy lists the buyer."""
    if given.policy is None:
        return Status.UNKNOWN, "without a version in force, no party is known"
    if not given.policy.parties:
        return Status.PASS, "the policy lists no parties"
    name, role = buyer if isinstance(buyer, tuple) else (None, None)
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
BUILTIN: dict[str, tuple[Ask, Judge]] = {
    "loan-in-pool": (_known_in_pool, loan_in_pool),
    "listed-once": (_times, listed_once),
    "in-force": (_section, in_force),
    "buyer-is-who-it-says": (_buyer, buyer_is_who_it_says),
}
# Those whose sentence is about the loan, and begins with it.
OF_LOAN = ("loan-in-pool", "listed-once")


def judged(
    rule: str, lines: Sequence[Line], table: Table, given: Given
) -> tuple[Sequence[object], dict[object, Verdict]]:
    """Judge one rule on lines of which `table` has every fact: return what it asks of each, and says of that."""
    ask, judge = BUILTIN[rule]
    states = ask(lines, table, given)
    return states, {state: judge(state, given) for state in set(states)}


def sentence(rule: str, loan: str, said: str) -> str:
    """Return what is said of a line as a sentence."""
    return f"the loan {loan} {said}" if rule in OF_LOAN else said
