"""What both engines of Rego share: the input that `rules.rego` reads, and what its findings come to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from peers.reading import Facts, Pool, batch_in_numbers, joined, loan_in_numbers
from peers.verdict import Found, Judge, Said, concluded

RULES = Path(__file__).with_name("rules.rego")
ONCE = ("always/tape-of-the-date", "3.13(g)/size")
# What a rule with readings says of a line of which a fact is missing.
UNKNOWN: dict[str, Said] = {
    "3.18/delinquent-90-days": {"mba": None, "ots": None, "calendar": None},
    "3.18/buyer": {"affiliate-counts": None, "affiliate-does-not": None},
}


def load(pool: Pool, evaluate: Any) -> Judge:
    """Return what judges a batch by `evaluate`, from the input to the findings by rule and line."""
    loans = {name: loan_in_numbers(loan) for name, loan in pool.loans.items()}

    def judge(batch: Facts) -> Found:
        lines = {section: joined(own, loans) for section, own in batch["lines"].items()}
        for own in lines.values():
            for line in own.values():
                del line["loan"], line["under"]  # only the host needs them, and an engine reads less faster
        return _found(evaluate({**batch, "lines": lines}), lines)

    return Judge(lambda batch: batch_in_numbers(batch, pool), judge)


def _found(findings: Mapping[str, Any], lines: Mapping[str, Mapping[str, Facts]]) -> Found:
    numbers = {section: list(own) for section, own in lines.items()}
    every = [number for own in numbers.values() for number in own]
    answers = {}
    for rule, said in findings.items():
        missing = UNKNOWN.get(rule)
        subjects = numbers.get(rule.partition("/")[0], every)
        answers[rule] = [said] if rule in ONCE else [said.get(number, missing) for number in subjects]
    return concluded(answers, numbers)
