"""`checker sql`: the queries that judge by an agreement's policies, for whoever has the tables in a warehouse."""

from collections.abc import Iterator

from checker.builtin import folded
from checker.engine.cells import sql_type_of
from checker.engine.intake import ROW
from checker.engine.plan import AGREEMENT, BATCH, DATE, ID, IN_POOL, LOAN, Plan, Query, Version, line_rules, scopes
from checker.engine.relations import fact_query, spelled_as
from checker.lang.sql import Dialect
from checker.model import Agreement, FactDeclared, Policy

_HEAD = """\
-- {title}
-- Statuses are 0 pass, 1 fail, 2 unknown, 3 disputed, NULL where a rule is not asked. Three tables are read:
--   tape      a row a loan: {tape}
--   proposal  a row a batch: {batch}
--   line      a row a line: {line}
-- Every amount is a DECIMAL of the width shown, never a DOUBLE. These queries rest on what checker asks of the tables
-- before it judges, and they do not: that each loan of an agreement stands there once, each batch and each line number
-- of a batch too; that every line names its batch, loan and section, and says nothing else of its loan than the tape;
-- that all batches of an exercise have one `tape.as_of`; that no value is outside its declared bounds, for a sum whose
-- addends are never below zero is decided by its known part. A buyer is compared with parties as the policy spells
-- them, where checker folds case and spaces. A batch on which no version is in force has the policy {none}, and of its
-- lines only the built-in rules are asked: none is permitted.
"""


def queries(agreement: Agreement, dialect: Dialect) -> str:
    """Return the queries of every version of an agreement as one SQL script, each explained."""
    every = [*agreement.versions, None]  # the last where none is in force
    versions = [Version(n, agreement, policy, _spelled(policy)) for n, policy in enumerate(every)]
    plan = Plan(dialect, versions, member=dialect.quoted(IN_POOL))
    shared = [*_relations(agreement, dialect), *plan.pool({"named": f"COUNT({dialect.quoted(ID)})"})]
    own = [(version, query) for version in versions for query in plan.queries(version)]
    parts = [_statement(query, dialect) for query in shared]
    parts += [_statement(query, dialect, list(_rules(version, query))) for version, query in own]
    return "\n".join([_head(agreement, dialect), *parts])


def _spelled(policy: Policy | None) -> dict[str, tuple[str, ...]]:
    """Return the names of parties as the policy spells them."""
    listed = policy.parties.values() if policy else ()
    return spelled_as(policy, [(name, folded(name)) for names in listed for name in names])


def _head(agreement: Agreement, dialect: Dialect) -> str:
    typed = {name: f"{name} {sql_type_of(fact.type, dialect)}" for name, fact in agreement.facts.items()}
    loan = [name for name, fact in agreement.facts.items() if fact.group == "loan"]
    line = [n for n, f in agreement.facts.items() if f.group == "disposition" or (f.group == "loan" and not f.measured)]
    batch = [n for n, f in agreement.facts.items() if f.group not in ("loan", "disposition")]
    return _HEAD.format(
        title=f"{agreement.name}, in the SQL of {dialect.name}",
        none=len(agreement.versions),
        tape=", ".join([f"{AGREEMENT} {dialect.string}", *(typed[name] for name in loan)]),
        batch=", ".join(typed[name] for name in batch),
        line=", ".join([f"{BATCH} {dialect.string}", f"{ROW} BIGINT", "line BIGINT", *(typed[name] for name in line)]),
    )


def _relations(agreement: Agreement, dialect: Dialect) -> Iterator[Query]:
    q = dialect.quoted
    latest = sorted(enumerate(agreement.versions), key=lambda one: one[1].effective, reverse=True)
    limbs = " ".join(
        f"WHEN {q(DATE)} >= DATE '{max(policy.effective, policy.executed)}' THEN {n}" for n, policy in latest
    )
    named = f"{q(AGREEMENT)} = {dialect.text(agreement.name)}"
    policy = f"SELECT *, CASE {limbs} ELSE {len(latest)} END AS policy\nFROM proposal WHERE {named}"
    yield Query("batch", "each batch, with the number of the version in force", policy)
    cited = f"SELECT DISTINCT {q(AGREEMENT)}, {q(LOAN)} AS {q(ID)} FROM line JOIN batch USING ({q(BATCH)})"
    yield Query(
        "loan",
        "the loans that lines cite",
        f"SELECT tape.*\nFROM tape JOIN (\n  {cited}\n) AS cited USING ({q(AGREEMENT)}, {q(ID)})",
    )
    loan: dict[str, FactDeclared] = {name: fact for name, fact in agreement.facts.items() if fact.group == "loan"}
    yield Query("fact", "each line, with every fact of it", fact_query(agreement.facts, loan, dialect))


def _statement(query: Query, dialect: Dialect, names: list[str] | None = None) -> str:
    kind = "CREATE TEMP TABLE" if dialect.name == "duckdb" else "CREATE OR REPLACE TEMP VIEW"
    notes = "".join(f"--   {name}\n" for name in names or [])
    return f"-- {query.means}\n{notes}{kind} {query.name} AS\n{query.select};\n"


def _rules(version: Version, query: Query) -> Iterator[str]:
    """Yield what the columns of a query are, for a reader."""
    scope = scopes(version.policy)
    kind = query.name.partition("_")[0]
    found = {column: rule.rule for column, rule in getattr(scope, kind).items()}
    yield f"under {version.policy.name if version.policy else 'no version'}"
    yield from (f"{column}  {rule}" for column, rule in (line_rules(scope) if kind == "line" else found).items())
