"""What `checker explain` says of every rule, where its words come from, and that its templates can be filled in."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import jsonschema
import pytest
from builders import DAY, NAME, shipped_policies

import checker
from checker.builtin import BUILTIN, MEANS
from checker.document import strict
from checker.document.schema import document_schema, instance_of
from checker.faults import InputError
from checker.lang.typed import facts_of
from checker.load.policies import shipped
from checker.model import Agreement, Condition, Obligation, Policy
from checker.read.form import batch_shape
from checker.reference import explain, template
from checker.reference.as_text import render

SHARED = Path(os.environ.get("SHARED", shipped().parent.parent / "shared"))
SOURCE = SHARED / "source" / "amendment-no-1.txt"
in_hand = pytest.mark.skipif(not SOURCE.exists(), reason="the text of the contract does not ship")
OF_EVERY_SECTION = ["always/tape-of-the-date"]
SALES = [
    *("3.18/delinquent-90-days", "3.18/not-foreclosed", "3.18/buyer", "3.18/price"),
    *("3.13(f)/defaulted", "3.13(f)/alternative-to-foreclosure", "3.13(f)/third-party", "3.13(f)/fair-market-value"),
    *("3.13(f)/maximizes-proceeds", "3.13(f)/determination"),
]
PURCHASES = [f"3.13(g)/{name}" for name in ("buyer", "size", "price")]
OWED = [f"3.13(g)/{name}" for name in ("certify", "deposits", "request-files", "release-files")]
OF_THE_CHECKER = [f"builtin/{name}" for name in ("loan-in-pool", "listed-once", "in-force", "buyer-is-who-it-says")]
NAMES = [*OF_EVERY_SECTION, *SALES, *PURCHASES, *OWED, *OF_THE_CHECKER]
VERSIONS = shipped_policies()[NAME].versions
AMENDED = VERSIONS[-1]


def folded(text: str) -> str:
    """Return a text as it reads on: without page breaks, and with one space for any white space."""
    return " ".join(re.sub(r"\n\s*\d+\s*\n<PAGE>|<PAGE>", " ", text).split())


def rules(policy: Policy) -> dict[str, Condition | Obligation]:
    sections = policy.permissions.values()
    found = [*policy.always, *(rule for each in sections for rule in (*each.conditions, *each.obligations))]
    return {rule.rule: rule for rule in found}


def explained(rule: str, policy: Policy = AMENDED) -> str:
    return folded(render(explain({NAME: alone(policy)}, rule)))


def alone(policy: Policy) -> Agreement:
    """Return the agreement with one version only."""
    return shipped_policies()[NAME]._replace(versions=(policy,))


# Every rule, and its words.


def test_the_rules_are_those_that_the_design_names() -> None:
    assert sorted([*rules(AMENDED), *(f"builtin/{name}" for name in BUILTIN)]) == sorted(NAMES)


@pytest.mark.parametrize("name", [*SALES, *PURCHASES, *OWED])
def test_a_rule_is_explained_with_its_quote_its_meaning_and_its_expressions(name: str) -> None:
    rule, text = rules(AMENDED)[name], explained(name)
    assert rule.quote
    assert f'clause "{rule.quote}"' in text
    assert [part for part in said(rule) if folded(part) not in text] == []


def said(rule: Condition | Obligation) -> Iterator[str]:
    """Return everything that a rule says, but for its quote."""
    yield from filter(None, [rule.means, *rule.assumes])
    if isinstance(rule, Obligation):
        yield f"owed by {rule.owed_by}, to {' and '.join(rule.owed_to)}"
        yield from (str(each.tree.source) for each in (rule.deadline, rule.done_on, rule.required) if each)
    else:
        yield from (text for reading in rule.readings for text in (reading.name, reading.means) if text)
        yield from (str(reading.program.tree.source) for reading in rule.readings)


@pytest.mark.parametrize("name", OF_THE_CHECKER)
def test_a_rule_of_the_checker_itself_is_explained(name: str) -> None:
    text = render(explain(shipped_policies(), name))
    assert text.startswith(f"{name}\n\n  {MEANS[name.removeprefix('builtin/')]}")


def test_a_rule_without_words_of_the_contract_says_so() -> None:
    assert "The contract in hand has no words for this." in explained("always/tape-of-the-date")


@pytest.mark.parametrize("name", [*OF_EVERY_SECTION, *SALES, *PURCHASES, *OWED])
def test_a_rule_names_the_facts_that_it_needs_with_their_meaning(name: str) -> None:
    rule, text = rules(AMENDED)[name], explained(name)
    parts = [each.program for each in rule.readings] if isinstance(rule, Condition) else []
    parts += (
        [each for each in (rule.deadline, rule.done_on, rule.required) if each] if isinstance(rule, Obligation) else []
    )
    needed = {fact for program in parts for fact in facts_of(program.tree)}
    assert set(re.findall(r"needs ([a-z_.]+) \(", text)) == needed
    assert [fact for fact in needed if folded(shipped_policies()[NAME].facts[fact].means) not in text] == []


def test_who_may_state_a_fact_is_said() -> None:
    text = explained("3.18/price") + explained("3.18/delinquent-90-days")
    assert "loan.next_due_date (date, from the tape):" in text
    assert "loan.accrued_interest (money, from the tape, or attested by the line):" in text
    assert "disposition.price (money, from the batch):" in text


@pytest.mark.parametrize("section", ["3.18", "3.13(f)", "3.13(g)"])
def test_a_section_is_explained_by_all_its_rules_under_every_version(section: str) -> None:
    text = render(explain(shipped_policies(), section))
    for policy in [policy for policy in VERSIONS if section in policy.permissions]:
        assert f"  under {policy.name}, in force from {policy.effective} (" in text
        assert [rule for rule in rules(policy) if rule.startswith(f"{section}/") and f"\n{rule}\n" not in text] == []


def test_an_obligation_without_a_deadline_is_said_never_to_be_late() -> None:
    never = "by no day is named, so it is never late"
    assert [name for name in OWED if never in explained(name)] == ["3.13(g)/release-files"]


def test_the_latest_version_comes_first() -> None:
    text = render(explain(shipped_policies(), "3.18/buyer"))
    assert text.index("amendment-1") < text.index(f"{NAME}/servicing-agreement")


def test_a_term_is_spelled_out_with_what_it_rests_on() -> None:
    text = explained("3.13(g)/price")
    term = "repurchase_price is loan.stated_principal_balance + loan.accrued_interest + loan.unreimbursed_advances"
    assert term in text
    assert "Appendix A of the Agreement was not in hand" in text


def test_the_readings_of_a_term_are_those_of_the_rule_that_uses_it() -> None:
    text = explained("3.18/buyer")
    assert "those of the term `outside_buyer`: affiliate-counts, affiliate-does-not" in text
    assert 'outside_buyer (affiliate-does-not) is disposition.buyer.role = "third_party"' in text


@pytest.mark.parametrize(
    ("rule", "help_"),
    [
        pytest.param("3.13(g)/sise", "did you mean `3.13(g)/size`?", id="a rule"),
        pytest.param("builtin/in-forc", "did you mean `builtin/in-force`?", id="a rule of the checker"),
        pytest.param("in-force", "did you mean `builtin/in-force`?", id="without its section"),
        pytest.param("3.31", "did you mean `3.18`?", id="a section"),
        pytest.param("", "there is ", id="nothing"),
    ],
)
def test_an_unknown_rule_is_an_error_that_offers_the_nearest(rule: str, help_: str) -> None:
    with pytest.raises(InputError) as found:
        explain(shipped_policies(), rule)
    [fault] = found.value.faults
    assert (fault.code, fault.message) == ("E610", f"no rule or section `{rule}`")
    assert help_ in fault.help or "there is" in fault.help


# The words of the contract.


def quotes(policy: Policy) -> dict[str, str]:
    """Return every quote of a policy by what it stands at."""
    found = {name: rule.quote for name, rule in rules(policy).items() if rule.quote}
    found |= {f"term {term.name}": term.quote for term in policy.terms if term.quote}
    return found | {f"not checked {n}": each.quote for n, each in enumerate(policy.not_checked) if each.quote}


@in_hand
@pytest.mark.parametrize("policy", VERSIONS, ids=lambda policy: policy.name)
def test_every_quote_stands_in_the_text_of_the_contract(policy: Policy) -> None:
    text = folded(SOURCE.read_text())
    assert len(quotes(policy)) >= 6
    assert {name: quote for name, quote in quotes(policy).items() if folded(quote) not in text} == {}


@in_hand
@pytest.mark.parametrize("policy", VERSIONS, ids=lambda policy: policy.name)
def test_the_digest_is_that_of_the_text_that_was_quoted(policy: Policy) -> None:
    assert policy.source_sha256 == hashlib.sha256(SOURCE.read_bytes()).hexdigest()


def without(text: str, quoted: Mapping[str, str]) -> str:
    for quote in quoted.values():
        text = text.replace(folded(quote), "\n")
    return text


@in_hand
def test_what_the_amendment_asks_is_quoted_by_a_rule_or_said_to_be_unchecked() -> None:
    amended = folded(SOURCE.read_text()).partition("replaced with the phrase ")[2].partition("IN WITNESS WHEREOF")[0]
    left = without(amended, quotes(AMENDED))
    # The first is about the document; what the second introduces is quoted.
    left = left.replace("subsections shall be added", "").replace("which certification shall include", "")
    assert re.findall(r"\b(?:shall|must|not|only|at least|equal|\d+\.\d+%)\b", left) == []


@pytest.mark.parametrize("policy", VERSIONS, ids=lambda policy: policy.name)
def test_every_condition_of_a_section_has_words_of_the_contract(policy: Policy) -> None:
    assert [name for name, rule in rules(policy).items() if not rule.quote] == OF_EVERY_SECTION


# Templates.

FILLED = {
    "batch": "filled",
    "date": str(DAY),
    "as_of": str(DAY),
    "loan_id": '"1"',
    "role": "master_servicer",
    **dict.fromkeys(["price", "amount", "sale", "foreclosure", "accrued_interest", "unreimbursed_advances"], "1.00"),
    **dict.fromkeys(["defaulted", "foreclosed", "deposits_stated"], "true"),
    **dict.fromkeys(["sent_to_indenture_trustee", "sent_to_custodian"], str(DAY)),
    **dict.fromkeys(["mortgage_files_requested", "mortgage_files_released"], str(DAY)),
}
SECTIONS = [(policy, section) for policy in VERSIONS for section in policy.permissions]
each_section = pytest.mark.parametrize(("policy", "section"), SECTIONS, ids=[f"{p.name} {s}" for p, s in SECTIONS])


def filled(text: str) -> str:
    """Return a template with a value for every key that is left open; `every` holds others."""
    open_key = r"^( *(?:- )?(?!every)(\w+):)  #.*$"
    return re.sub(open_key, lambda key: f"{key[1]} {FILLED.get(key[2], 'a text')}", text, flags=re.MULTILINE)


@each_section
def test_a_template_that_was_filled_in_is_a_batch(tmp_path: Path, policy: Policy, section: str) -> None:
    agreements = {NAME: alone(policy)}
    (tmp_path / "tape.csv").write_text("loan_id,stated_principal_balance\n1,1000.00\n")
    (tmp_path / "batch.yaml").write_text(filled(template(agreements, section)))
    batch = checker.read_batch(tmp_path / "batch.yaml", checker.Source(agreements))
    assert [(line.loan, line.under) for line in batch.lines] == [("1", section)]


@each_section
def test_a_template_fits_the_schema_when_it_is_filled_in(policy: Policy, section: str) -> None:
    document = strict.parse(filled(template({NAME: alone(policy)}, section)).encode(), "batch.yaml")
    jsonschema.validate(instance_of(document.root), document_schema(batch_shape(shipped_policies()[NAME].facts)))


@each_section
def test_a_filled_template_leaves_nothing_unknown_that_its_rules_ask(
    tmp_path: Path, policy: Policy, section: str
) -> None:
    agreements = {NAME: alone(policy)}
    (tmp_path / "tape.csv").write_text("loan_id,stated_principal_balance,next_due_date\n1,1000.00,2004-01-01\n")
    (tmp_path / "batch.yaml").write_text(filled(template(agreements, section)))
    run = checker.check(agreements, [checker.read_batch(tmp_path / "batch.yaml", checker.Source(agreements))])
    report = checker.make_report(agreements, run, everything=True)
    [batch] = report.batches
    assert [each.rule for each in batch.findings if each.missing or each.status == "unknown"] == []


@each_section
def test_a_template_names_nothing_that_its_rules_do_not_need(policy: Policy, section: str) -> None:
    text = template({NAME: alone(policy)}, section)
    assert ("certification:" in text) is (section == "3.13(g)")
    assert ("present_value:" in text) is (section == "3.13(f)")
    assert ("accrued_interest:" in text) is (section != "3.13(f)")


def test_a_template_that_is_not_filled_in_is_no_batch(tmp_path: Path) -> None:
    (tmp_path / "batch.yaml").write_text(template(shipped_policies(), "3.18"))
    with pytest.raises(InputError):
        checker.read_batch(tmp_path / "batch.yaml", checker.Source(shipped_policies()))


def test_a_template_is_of_the_latest_version_that_has_the_section() -> None:
    assert template(shipped_policies(), "3.18").startswith(f"# A batch under 3.18 of {NAME}/amendment-1.")


def test_there_is_no_template_of_a_rule() -> None:
    with pytest.raises(InputError, match=re.escape("no rule or section `3.18/price`")):
        template(shipped_policies(), "3.18/price")
