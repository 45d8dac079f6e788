"""The rules that every agreement has, and their sentences: what a name is listed as, how often a loan is listed."""

import pytest
from builders import NAME, agreement, batches, line, loans, proposal

import checker
from checker.model import Judgement, Status

BOTH = {"master_servicer": ("The Servicer", "THE  servicer"), "affiliate": ("the servicer", "A Sister")}


def judged(rule: str, times: int = 1, **said: object) -> Judgement:
    """Return one built-in rule judged on the first line, where the policy lists the parties of BOTH."""
    of = agreement()
    listing = of._replace(versions=tuple(policy._replace(parties=BOTH) for policy in of.versions))
    pool = loans("100000.00")
    (verdict,) = checker.check({of.name: listing}, batches(pool, [proposal([line(pool[0], **said)] * times)])).verdicts
    return next(j for j in verdict.judged.bearing[1] if j.rule == f"builtin/{rule}")


@pytest.mark.parametrize(
    ("name", "role", "status", "message"),
    [
        pytest.param(
            "the Servicer",
            "third_party",
            Status.FAIL,
            "the Servicer is listed as master_servicer or affiliate, and the line says third_party",
            id="listed as two parties, and neither is said",
        ),
        pytest.param(
            "The Servicer", "affiliate", Status.PASS, "The Servicer is listed as affiliate", id="either is right"
        ),
        pytest.param(
            "A sister",
            "master_servicer",
            Status.FAIL,
            "A sister is listed as affiliate, and the line says master_servicer",
            id="case is folded",
        ),
        pytest.param(
            "A Sister",
            None,
            Status.UNKNOWN,
            "A Sister is listed as affiliate, and the buyer's role is missing",
            id="the role is missing",
        ),
        pytest.param(None, "affiliate", Status.UNKNOWN, "the buyer's name is missing", id="the name is missing"),
        pytest.param(
            "Another",
            "affiliate",
            Status.PASS,
            "Another is none of the parties that the policy lists",
            id="the name is not listed",
        ),
    ],
)
def test_a_listed_name_buys_as_what_it_is_listed(
    name: str | None, role: str | None, status: Status, message: str
) -> None:
    found = judged("buyer-is-who-it-says", buyer_name=name, buyer_role=role)
    assert (found.status, found.message) == (status, message)


@pytest.mark.parametrize(
    ("times", "status", "message"),
    [
        pytest.param(2, Status.FAIL, "the loan 1 is listed 2 times for 2005-03-31", id="twice"),
        pytest.param(1, Status.PASS, "the loan 1 is listed once", id="once"),
    ],
)
def test_a_loan_is_listed_once(times: int, status: Status, message: str) -> None:
    found = judged("listed-once", times)
    assert (found.status, found.message) == (status, message)


def test_a_judgement_has_all_its_parts() -> None:
    pool = loans("100000.00")
    (verdict,) = checker.check({NAME: agreement()}, batches(pool, [proposal([line(pool[0])])])).verdicts
    assert {len(judgement) for judgement in verdict.judged.judgements} == {len(Judgement._fields)}
