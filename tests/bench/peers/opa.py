"""The rules in Rego, judged by OPA's own engine, in this process."""

from functools import partial

from opa_bindings import OpaEngine
from peers import rego
from peers.reading import Pool
from peers.verdict import Judge, run


def load(pool: Pool) -> Judge:
    """Return what judges a batch in numbers; the engine keeps the prepared query."""
    engine = OpaEngine()
    engine.add_policy("rules.rego", rego.RULES.read_text())
    return rego.load(pool, partial(engine.eval_document, "rules.findings"))


if __name__ == "__main__":
    run(load)
