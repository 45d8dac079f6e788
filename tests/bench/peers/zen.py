"""The rules as expressions of GoRules' JDM, judged by zen-engine: as the decision that `rules.json` is, and, which is
faster, without its graph, as one compiled expression that is made of the same ones.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zen
from peers.reading import Facts, Pool, batch_in_numbers, joined, loan_in_numbers
from peers.verdict import Found, Judge, concluded, run

RULES = Path(__file__).with_name("rules.json")
# The rule of each expression; in the name of one a dot would be a path.
RULE = {
    "tape_of_the_date": "always/tape-of-the-date",
    "loan_in_pool": "builtin/loan-in-pool",
    "listed_once": "builtin/listed-once",
    "in_force": "builtin/in-force",
    "buyer_is_who_it_says": "builtin/buyer-is-who-it-says",
    "delinquent_90_days": "3.18/delinquent-90-days",
    "not_foreclosed": "3.18/not-foreclosed",
    "either_buyer": "3.18/buyer",
    "delinquent_price": "3.18/price",
    "optional_buyer": "3.13(g)/buyer",
    "size": "3.13(g)/size",
    "optional_price": "3.13(g)/price",
}
ONCE = ("tape_of_the_date", "size")
ON_EVERY_LINE = ("loan_in_pool", "listed_once", "in_force", "buyer_is_who_it_says")


def load(pool: Pool) -> Judge:
    """Return what judges a batch in numbers by the decision, compiled once."""
    decision = zen.ZenEngine().create_decision(zen.ZenDecisionContent(RULES.read_text()))
    return _judge(pool, lambda batch: decision.evaluate(batch)["result"])


def load_expression(pool: Pool) -> Judge:
    """Return what judges a batch in numbers by one compiled expression."""
    (node,) = [node for node in json.loads(RULES.read_text())["nodes"] if node["type"] == "expressionNode"]
    pairs = [f"{one['key']}: {one['value']}" for one in node["content"]["expressions"]]
    return _judge(pool, zen.compile_expression(f"{{{', '.join(pairs)}}}").evaluate)


def _judge(pool: Pool, evaluate: Callable[[Facts], Any]) -> Judge:
    loans = {name: loan_in_numbers(loan) for name, loan in pool.loans.items()}

    def judge(batch: Facts) -> Found:
        lines = [joined(own, loans) for own in batch["lines"].values()]
        # Every line in one list only: the engine makes values of its own of all that it is handed.
        delinquent, optional, others = [list(own.values()) for own in lines]
        said = evaluate({**batch, "lines": None, "delinquent": delinquent, "optional": optional, "others": others})
        answers = {RULE[key]: [value] if key in ONCE else value for key, value in said.items()}
        for key in ON_EVERY_LINE:
            answers[RULE[key]] = [one for own in said[key] for one in own]
        return concluded(answers, {section: list(own) for section, own in batch["lines"].items()})

    return Judge(lambda batch: batch_in_numbers(batch, pool), judge)


if __name__ == "__main__":
    run(load_expression if "expression" in sys.argv else load)
