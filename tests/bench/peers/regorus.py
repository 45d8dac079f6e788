"""The rules in Rego, judged by regorus, in this process."""

import json
from typing import Any

from opa_eval import OpaEval
from peers import rego
from peers.reading import Facts, Pool
from peers.verdict import Judge, run


def load(pool: Pool) -> Judge:
    """Return what judges a batch in numbers; the engine is handed JSON and makes Python values itself."""
    engine = OpaEval(str(rego.RULES), query="data.rules.findings")

    def evaluate(batch: Facts) -> Any:
        return engine.evaluate_parsed(json.dumps(batch))

    return rego.load(pool, evaluate)


if __name__ == "__main__":
    run(load)
