"""A policy to the queries that judge tables by it, in SQL that an engine and a reader understand.

They read three relations, with a column for each fact by its full name, typed as `lang.sql` says:

    tape    a row for each loan: `batch.agreement`, and the facts `loan.*`
    batch   a row for each batch: its facts, `tape.as_of`, and `policy`, the number of the version in force
    fact    a row for each line: its facts, those of its loan and its batch; its number `line`; `policy`; `on_tape`;
            `times`, how often its loan is listed; and in a book `_otherwise`, whether it contradicts the tape

They make `pool`, the sums over each pool, and for each version N `exercise_N`, `batch_N`, `section_N` and `line_N`,
with a column for each rule: 0 pass, 1 fail, 2 unknown, 3 disputed, NULL where it is not asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from checker.engine.sums import Sum, Sums, refused, sums_of
from checker.faults import InputError
from checker.lang.sql import Columns, Compiler, Dialect, TooWideError
from checker.model import Agreement, Condition, Each, Policy, Status
from checker.rules import rules

STATUSES = (Status.PASS, Status.FAIL, Status.UNKNOWN, Status.DISPUTED)
BUILTIN = ("loan-in-pool", "listed-once", "in-force", "buyer-is-who-it-says")
AGREEMENT, DATE, BATCH, UNDER, AS_OF = (
    "batch.agreement",
    "batch.date",
    "batch.batch",
    "disposition.under",
    "tape.as_of",
)
EXERCISE = (AGREEMENT, UNDER, DATE)
ID, LOAN, IN_POOL = "loan.loan_id", "disposition.loan", "loan.in_pool"
BUYER, ROLE = "disposition.buyer.name", "disposition.buyer.role"


class Query(NamedTuple):
    """A relation to make: its name, what it holds for a reader, and the query."""

    name: str
    means: str
    select: str


class Version(NamedTuple):
    """One version of an agreement as it is judged, None where none is in force, and its number.

    `names` are the spellings in the lines of parties that the policy lists, each with those parties.
    """

    number: int
    agreement: Agreement
    policy: Policy | None
    names: Mapping[str, tuple[str, ...]]


class Scope(NamedTuple):
    """The conditions of a version that are judged on one kind of subject, by the column of their status."""

    line: Mapping[str, Condition]
    exercise: Mapping[str, Condition]
    batch: Mapping[str, Condition]
    section: Mapping[str, Condition]


def scopes(policy: Policy | None) -> Scope:
    """Return the conditions of a policy by what they are judged on; a section's on a batch are apart."""
    found = [rule for rule in rules(policy) if isinstance(rule, Condition)] if policy else []
    whole = [rule for rule in found if rule.each is Each.BATCH]

    def named(letter: str, chosen: Iterable[Condition]) -> dict[str, Condition]:
        return {f"{letter}{n}": rule for n, rule in enumerate(chosen)}

    return Scope(
        line=named("c", [rule for rule in found if rule.each is Each.DISPOSITION]),
        exercise=named("x", [rule for rule in found if rule.each is Each.EXERCISE]),
        batch=named("w", [rule for rule in whole if not section_of(rule.rule)]),
        section=named("s", [rule for rule in whole if section_of(rule.rule)]),
    )


def line_rules(scope: Scope) -> dict[str, str]:
    """Return the rules that are judged on lines, by the column of their status."""
    builtin = {f"b{n}": f"builtin/{name}" for n, name in enumerate(BUILTIN)}
    return builtin | {column: condition.rule for column, condition in scope.line.items()}


def section_of(rule: str) -> str:
    """Return the section that a rule belongs to, by its name, "" where it is of every section."""
    section = rule.rpartition("/")[0]
    return "" if section in ("always", "builtin") else section


class Plan:
    """The queries that judge by versions, in one dialect. Raises InputError for each rule that is not exact in SQL."""

    def __init__(self, dialect: Dialect, versions: Sequence[Version], *, member: str) -> None:
        """Find the sums; `member` is the SQL of whether a row of the tape is in the pool, NULL where it is unknown."""
        self.dialect = dialect
        self.member = member
        self.sums: Sums = sums_of([v.policy for v in versions if v.policy is not None], dialect, self.member)
        self.compiler = Compiler(dialect, Columns(fact=lambda fact: dialect.quoted(fact.name), fold=self.sums.fold))

    def names(self, *columns: str) -> str:
        """Return columns as they are written."""
        return ", ".join(map(self.dialect.quoted, columns))

    @property
    def pool_key(self) -> tuple[str, ...]:
        """Return what tells one pool from another."""
        return (AGREEMENT, DATE) if self.sums.is_dated else (AGREEMENT,)

    def pool(self, counted: Mapping[str, str]) -> list[Query]:
        """Return the sums over each pool, from one pass over the tape, which also counts what a survey asks.

        A pool without a loan is nothing but zeros.
        """
        sums = list(self.sums.pool.values())
        loans = "COUNT(*)" if self.member == "TRUE" else f"COUNT(CASE WHEN {self.member} THEN 1 END)"
        columns = {"loans": loans} | _aggregates(sums)
        keys = f"SELECT DISTINCT {self.names(*self.pool_key)}\nFROM batch"
        dated = self.sums.is_dated
        surveyed = counted if dated else {**counted, **columns}
        filled = {name: f"COALESCE({name}, 0)" for name in columns}
        for found in sums:
            filled[f"{found.column}_known"] = f"CAST(COALESCE({found.column}_known, 0) AS {found.total.width.type})"
        steps = [("pools", keys)]
        if dated:
            rows = f"tape JOIN pools USING ({self.names(AGREEMENT)})"
            steps.append(("survey_of_dates", self._summed(rows, self.pool_key, columns)))
        source = "survey_of_dates" if dated else "survey"
        joined = f"FROM pools LEFT JOIN {source} USING ({self.names(*self.pool_key)})"
        steps.append(("sums", f"SELECT {self.names(*self.pool_key)},\n  {_as(filled)}\n{joined}"))
        return [
            Query("survey", "the tape, surveyed", self._summed("tape", (AGREEMENT,), surveyed)),
            Query("pool", "each pool: its loans and its sums", _chain(steps, _valued("sums", sums))),
        ]

    def _summed(self, rows: str, key: Sequence[str], columns: Mapping[str, str]) -> str:
        return f"SELECT {self.names(*key)},\n  {_as(columns)}\nFROM {rows}\nGROUP BY {self.names(*key)}"

    def queries(self, version: Version) -> list[Query]:
        """Return the queries of one version, in order."""
        n, found = version.number, scopes(version.policy)
        batch = self.names(*self._batch_facts(version.agreement), AS_OF)
        queries = [Query(f"exercise_{n}", "each exercise: its sums, its statuses", self._exercises(version, found))]
        if found.batch:
            rows = f"SELECT {batch}\nFROM batch WHERE policy = {n}"
            select = self._judged([("subjects", rows)], [], found.batch, [BATCH])
            queries.append(Query(f"batch_{n}", "each batch: its statuses", select))
        if found.section:
            rows = f"SELECT DISTINCT {batch}, {self.names(UNDER)}\nFROM fact WHERE policy = {n}"
            others = [(f"exercise_{n}", EXERCISE)]
            select = self._judged([("subjects", rows)], others, found.section, [BATCH, UNDER])
            queries.append(Query(f"section_{n}", "each section of a batch: its statuses", select))
        return [*queries, Query(f"line_{n}", "each line: its statuses, its decision", self._lines(version, found))]

    def _batch_facts(self, agreement: Agreement) -> list[str]:
        return [fact.name for fact in agreement.facts.values() if fact.group not in ("loan", "disposition", "tape")]

    def _exercises(self, version: Version, found: Scope) -> str:
        sums = self.exercise_sums(version)
        columns = {"lines": "COUNT(*)"} | _aggregates(sums)
        rows = self._summed(f"fact WHERE policy = {version.number}", (*EXERCISE, AS_OF), columns)
        steps = [("sums", rows), ("subjects", _valued("sums", sums))]
        return self._judged(steps, [], found.exercise, EXERCISE, [*columns, *(found.column for found in sums)])

    def exercise_sums(self, version: Version) -> list[Sum]:
        """Return the sums over exercises that the rules of a version ask for."""
        keys = self.sums.keys_of(version.policy, "exercise")
        return [found for key, found in self.sums.exercise.items() if key in keys]

    def _judged(
        self,
        steps: Sequence[tuple[str, str]],
        others: Sequence[tuple[str, Sequence[str]]],
        conditions: Mapping[str, Condition],
        key: Sequence[str],
        also: Sequence[str] = (),
    ) -> str:
        """Return subjects with a status for each condition.

        They stand beside other relations by their keys, and beside their pool; then it is seen whether each condition
        holds under each reading, and last what the readings say together.
        """
        joined = [*others, *([("pool", self.pool_key)] if self.sums.pool else [])]
        joins = "".join(f"\nJOIN {name} USING ({self.names(*key)})" for name, key in joined)
        flags = [f"{text} AS {name}" for name, text in self._readings(conditions)]
        columns = ",\n  ".join(["*", *flags])
        statuses = [f"{self._status(condition, name)} AS {name}" for name, condition in conditions.items()]
        selected = ",\n  ".join([self.names(*key), *also, *statuses])
        tested = f"SELECT {columns}\nFROM subjects{joins}"
        return _chain([*steps, ("tested", tested)], f"SELECT {selected}\nFROM tested")

    def _readings(self, conditions: Mapping[str, Condition]) -> list[tuple[str, str]]:
        """Return whether each condition holds under each reading, by column."""
        found, faults = [], []
        for name, condition in conditions.items():
            try:
                trees = [reading.program.tree for reading in condition.readings]
                found += [(f"{name}_{n}", self.compiler.flag(tree)) for n, tree in enumerate(trees)]
            except TooWideError as error:
                faults.append(refused(condition, error))
        if faults:
            raise InputError(*faults)
        return found

    def _status(self, condition: Condition, name: str) -> str:
        """Return the status of a condition: what its readings agree on, disputed where one passes and one fails."""
        held = [f"{name}_{n}" for n in range(len(condition.readings))]
        if condition.adopted is not None:
            held = [held[[reading.name for reading in condition.readings].index(condition.adopted.reading)]]
        every, one = " AND ".join(held), " OR ".join(held)
        disputed = f" WHEN ({one}) AND NOT ({every}) THEN 3" if len(held) > 1 else ""
        status = f"CASE WHEN {every} THEN 0 WHEN NOT ({one}) THEN 1{disputed} ELSE 2 END"
        section = section_of(condition.rule)
        asked = f"{self.names(UNDER)} = {self.dialect.text(section)}"
        return f"CASE WHEN {asked} THEN {status} END" if section else status

    def _lines(self, version: Version, found: Scope) -> str:
        n = version.number
        others: list[tuple[str, Sequence[str]]] = [(f"exercise_{n}", EXERCISE)]
        others += [(f"batch_{n}", (BATCH,))] if found.batch else []
        others += [(f"section_{n}", (BATCH, UNDER))] if found.section else []
        rows = f"SELECT *\nFROM fact WHERE policy = {n}"
        builtin = {f"b{at}": text for at, text in enumerate(self._builtin(version))}
        wider = [*found.exercise, *found.batch, *found.section]
        key = [BATCH, AGREEMENT, DATE, "line", LOAN, UNDER]
        judged = self._judged([("subjects", rows)], others, found.line, key, [_as(builtin), *wider])
        of_section = {**found.line, **found.exercise, **found.section}
        asked = [name for name, condition in of_section.items() if section_of(condition.rule)]
        decision = _decision([*builtin, *found.line, *wider], asked)
        return f"SELECT *,\n  {decision} AS decision\nFROM (\n{_indented(judged)}\n) AS judged"

    def _builtin(self, version: Version) -> list[str]:
        """Return the built-in findings on a line, in the order of `BUILTIN`."""
        pool = self.names(IN_POOL)
        in_pool = f"CASE WHEN NOT on_tape THEN 1 WHEN {pool} IS NULL THEN 2 WHEN {pool} THEN 0 ELSE 1 END"
        once = "CASE WHEN times = 1 THEN 0 ELSE 1 END"
        if version.policy is None:
            return [in_pool, once, "2", "2"]
        here = list(version.policy.permissions)
        others = sorted({name for other in version.agreement.versions for name in other.permissions} - set(here))
        limbs = [f"WHEN {self._is_in(UNDER, found)} THEN {n}" for n, found in enumerate((here, others)) if found]
        in_force = f"CASE {' '.join(limbs)} ELSE 2 END" if limbs else "2"
        return [in_pool, once, in_force, self._buyer(version.policy, version.names)]

    def _buyer(self, policy: Policy, names: Mapping[str, tuple[str, ...]]) -> str:
        if not policy.parties:
            return "0"
        spelled: dict[tuple[str, ...], list[str]] = {}
        for name, parties in sorted(names.items()):
            spelled.setdefault(parties, []).append(name)
        limbs = [
            f"WHEN {self._is_in(BUYER, found)} THEN CASE WHEN {self.names(ROLE)} IS NULL THEN 2"
            f" WHEN {self._is_in(ROLE, parties)} THEN 0 ELSE 1 END"
            for parties, found in spelled.items()
        ]
        return " ".join([f"CASE WHEN {self.names(BUYER)} IS NULL THEN 2", *limbs, "ELSE 0 END"])

    def _is_in(self, column: str, texts: Iterable[str]) -> str:
        return f"{self.names(column)} IN ({', '.join(map(self.dialect.text, texts))})"


def _aggregates(sums: Iterable[Sum]) -> dict[str, str]:
    return {name: text for found in sums for name, text in found.aggregates().items()}


def _valued(rows: str, sums: Iterable[Sum]) -> str:
    """Return rows of sums, each with its value, NULL where it is open."""
    values = ",\n  ".join(["*", *(found.value() for found in sums)])
    return f"SELECT {values}\nFROM {rows}"


def _chain(steps: Sequence[tuple[str, str]], last: str) -> str:
    """Return a query in steps, each by its name."""
    named = ",\n".join(f"{name} AS (\n{_indented(select)}\n)" for name, select in steps)
    return f"WITH {named}\n{last}"


def _as(columns: Mapping[str, str]) -> str:
    return ",\n  ".join(f"{text} AS {name}" for name, text in columns.items())


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _decision(statuses: Sequence[str], asked: Sequence[str]) -> str:
    """Return the decision of a line: refused where any fails, permitted where all pass and its section asks one."""
    fails = " OR ".join(f"{name} = 1" for name in statuses)
    open_ = " OR ".join(f"{name} > 1" for name in statuses)
    is_asked = " OR ".join(f"{name} IS NOT NULL" for name in asked) or "FALSE"
    return f"CASE WHEN {fails} THEN 'refused' WHEN ({open_}) OR NOT ({is_asked}) THEN 'undecided' ELSE 'permitted' END"
