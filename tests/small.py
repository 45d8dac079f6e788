"""A small agreement in a folder: one version with one section, its facts, and its cases."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import indent

POLICY = """\
policy: small/first
agreement: small
title: A small version
executed: 2005-01-01
effective: 2005-01-01
source:
  title: A small contract
  sha256: 0000000000000000000000000000000000000000000000000000000000000000
"""
FACTS = """\
facts:
  loan.due:
    type: date
    means: A day.
  disposition.value:
    type: money
    means: An amount.
    at_least: 0
  disposition.rate:
    type: number
    means: A rate.
  disposition.agreed:
    type: flag
    means: Whether it is agreed.
"""
CASE = """\
- title: One loan for ten dollars.
  date: 2005-03-31
  tape:
    loans:
      "1":
        due: 2005-03-01
        stated_principal_balance: 20.00
  dispositions:
    - loan: "1"
      under: "1"
      price: 10.00
      value: 30.00
      rate: 0.5
      agreed: true
      buyer:
        name: Outside Capital LLC
        role: third_party
  expect:
    decision: permitted
"""


def condition(require: str, name: str = "size", quote: str = "some words") -> str:
    """Return a condition of this one expression."""
    return f"{name}:\n  quote: {quote}\n  require: {require}\n"


def split(readings: Mapping[str, str], key: str = "require") -> str:
    """Return readings of a condition, or of a term, by name."""
    return "readings:\n" + "".join(
        f"  {name}:\n    means: Under it.\n    {key}: {text}\n" for name, text in readings.items()
    )


def small(
    folder: Path,
    conditions: str = "",
    *,
    head: str = POLICY,
    terms: str = "",
    always: str = "",
    obligations: str = "",
    facts: str = FACTS,
    cases: str = CASE,
) -> Path:
    """Write a small agreement into a folder of its own, and return the folder of policies."""
    parts = [head]
    parts += [f"terms:\n{indent(terms, '  ')}"] if terms else []
    parts += [f"always:\n{indent(always, '  ')}"] if always else []
    parts += ['permissions:\n  "1":\n    title: One\n    conditions:\n', indent(conditions, " " * 6)]
    parts += [f"    obligations:\n{indent(obligations, ' ' * 6)}"] if obligations else []
    own = folder / "policies" / "small"
    (own / "cases").mkdir(parents=True)
    (own / "first.yaml").write_text("".join(parts))
    (own / "facts.yaml").write_text(facts)
    (own / "cases" / "all.yaml").write_text(f"cases:\n{indent(cases, '  ')}")
    return own.parent
