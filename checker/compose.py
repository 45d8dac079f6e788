"""Decisions to the report: what stopped each line, what was found, what it rests on, and what was read."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal

from checker import phrase
from checker.explain import finding, tightest
from checker.findings import BatchReport, LineReport, Report, Tightest
from checker.lang.evaluate import Frame, Program, RowSet
from checker.lang.exact import EXACT, add_all
from checker.lang.rows import column
from checker.lang.syntax import Type
from checker.lang.typed import Fact
from checker.model import (
    Condition,
    Counted,
    FactDeclared,
    Judged,
    Judgement,
    Line,
    Policy,
    Run,
    Status,
    Subject,
    Verdict,
)
from checker.values import plain

PRICE, BALANCE = "disposition.price", "loan.stated_principal_balance"
STOPS = (Status.FAIL, Status.DISPUTED, Status.UNKNOWN)
ONLY_IN_HAND = "Only the batches in hand are seen: dispositions on other dates, or in other batches, are not."

Advise = Callable[[Verdict], tuple[str, ...]]


def compose(run: Run, version: str, exit_code: int, advise: Advise, *, everything: bool = False) -> Report:
    """Return the report of a run. `everything` lists also the findings on lines that pass."""
    return Report(
        checker=version,
        decision=run.decision,
        exit_code=exit_code,
        everything=everything,
        batches=tuple(_batch(verdict, advise(verdict), everything=everything) for verdict in run.verdicts),
    )


def _batch(verdict: Verdict, advice: tuple[str, ...], *, everything: bool) -> BatchReport:
    judged, batch = verdict.judged, verdict.judged.batch
    listed = [j for j in judged.judgements if everything or not j.subject.line or j.status is not Status.PASS]
    ordered = [(judgement, finding(judged, judgement)) for judgement in _ordered(listed, judged)]
    messages = {(judgement.rule, judgement.subject): found.message for judgement, found in ordered}
    pool = batch.tape.counted or _counted(batch.tape.pool)
    return BatchReport(
        name=batch.name,
        agreement=batch.agreement,
        date=batch.date,
        as_of=judged.as_of,
        policy=judged.policy.name if judged.policy else None,
        title=judged.policy.title if judged.policy else "",
        decision=verdict.decision,
        assumptions=tuple(dict.fromkeys(_assumptions(judged))),
        notes=tuple(_notes(judged)),
        advice=advice,
        tape=batch.tape.file + (f", sheet `{batch.tape.sheet}`" if batch.tape.sheet else ""),
        tape_as_of=batch.tape.as_of,
        loans=pool.loans,
        balance=plain(Type.MONEY, pool.balance),
        lines=tuple(_line(verdict, line, messages) for line in batch.lines),
        passes=tuple(_passes(judged.judgements)),
        findings=tuple(found for _, found in ordered),
        at=batch.at,
        inputs=_inputs(judged),
    )


def _counted(pool: RowSet) -> Counted:
    balances = [balance for balance in column(pool.rows, BALANCE) if isinstance(balance, Decimal)]
    known = not pool.maybe and len(balances) == len(pool.rows)
    return Counted(len(pool.rows), Decimal(add_all(balances)) if known else None)


def _ordered(judgements: Iterable[Judgement], judged: Judged) -> list[Judgement]:
    """Order by how much stands in the way, then by rule as the policy lists them, then by line."""
    rank = {Status.FAIL: 0, Status.DISPUTED: 1, Status.UNKNOWN: 2, Status.DEFECTIVE: 3, Status.LATE: 4, Status.DUE: 5}
    place = {rule: at for at, rule in enumerate(dict.fromkeys(j.rule for j in judged.judgements))}
    return sorted(judgements, key=lambda j: (rank.get(j.status, 6), place[j.rule], j.subject.line))


def _passes(judgements: Iterable[Judgement]) -> list[Tightest]:
    passing: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        if judgement.subject.line and judgement.status is Status.PASS:
            passing[judgement.rule].append(judgement)
    return [tightest(rule, found) for rule, found in passing.items()]


def _line(verdict: Verdict, line: Line, messages: Mapping[tuple[str, Subject], str]) -> LineReport:
    bearing = verdict.judged.bearing[line.number]
    stop = next((j for status in STOPS for j in bearing if j.status is status), None)
    price = verdict.judged.rows[line.number].get(PRICE)
    asked = next(iter(_asked(bearing)), None)
    difference = EXACT.subtract(price, asked) if isinstance(price, Decimal) and asked is not None else None
    return LineReport(
        number=line.number,
        loan=line.loan,
        under=line.under,
        decision=verdict.lines[line.number],
        at=line.at,
        stopped_by=stop.rule if stop else "",
        message=messages[stop.rule, stop.subject] if stop else "",
        price=plain(Type.MONEY, price),
        asked=plain(Type.MONEY, asked),
        difference=plain(Type.MONEY, difference),
    )


def _asked(bearing: Iterable[Judgement]) -> list[Decimal]:
    """Return the prices that the section's conditions compare the offered one with: an equal before a least."""
    found: list[tuple[int, Decimal]] = []
    for judgement in bearing:
        if isinstance(judgement.by, Condition) and judgement.subject.line and judgement.frame is not None:
            found += _asked_by(judgement.by, judgement.frame)
    return [price for _, price in sorted(found, key=lambda one: one[0])]


def _asked_by(condition: Condition, frame: Frame) -> list[tuple[int, Decimal]]:
    """Return the price that a condition asks, ranked; none where its readings ask different ones, none adopted."""
    chosen = [r for r in condition.readings if condition.adopted is None or condition.adopted.reading == r.name]
    asked = [_prices(reading.program, frame) for reading in chosen]
    return asked[0] if all(prices == asked[0] for prices in asked) else []


def _prices(program: Program, frame: Frame) -> list[tuple[int, Decimal]]:
    ranks = {"=": 0, ">=": 1}
    found = []
    for node in program.comparisons:
        left, right = node.arguments
        if node.op in ranks and isinstance(left, Fact) and left.name == PRICE:
            asked = program.worth(right, frame)
            found += [(ranks[node.op], asked)] if isinstance(asked, Decimal) else []
    return found


def _assumptions(judged: Judged) -> Iterable[str]:
    """Everything that the decision rests on and that neither the tape nor the contract in hand shows."""
    yield ONLY_IN_HAND
    yield from judged.batch.tape.assumes
    if judged.policy is not None:
        yield from assumptions_of(judged.policy, [line.under for line in judged.batch.lines])


def assumptions_of(policy: Policy, sections: Iterable[str]) -> Iterable[str]:
    """Yield what decisions under sections of a policy rest on."""
    yield from policy.assumes
    for section in dict.fromkeys(sections):
        permission = policy.permissions.get(section)
        if permission is not None:
            yield from permission.assumes
            yield from (assumed for condition in permission.conditions for assumed in _of_condition(condition))
            yield from (assumed for owed in permission.obligations for assumed in owed.assumes)
    yield from (assumed for condition in policy.always for assumed in _of_condition(condition))


def _of_condition(condition: Condition) -> Iterable[str]:
    yield from condition.assumes
    adopted = condition.adopted
    yield from (r.assumes for r in condition.readings if r.assumes and (not adopted or adopted.reading == r.name))
    if adopted is not None:
        what = condition.splits or condition.rule
        yield f"`{what}` is read as `{adopted.reading}`, {phrase.adopted_by(adopted)}."


def _notes(judged: Judged) -> Iterable[str]:
    """What a reader must know of the inputs."""
    batch, tape = judged.batch, judged.batch.tape
    yield from absent_of(judged.agreement.facts, tape.columns)
    attested = Counter(name for line in batch.lines for name in line.stated if name.startswith("loan."))
    if attested:
        counts = (f"`{name}` ({n} line{'s' if n > 1 else ''})" for name, n in sorted(attested.items()))
        yield f"Attested by the batch, not measured: {', '.join(counts)}."
    yield from skipped_of(tape.skipped)


def absent_of(facts: Mapping[str, FactDeclared], columns: Collection[str]) -> Iterable[str]:
    """Yield which facts of a loan a tape has no column for; a loan is in the pool where none says so."""
    absent = [name for name, fact in facts.items() if fact.group == "loan" and name not in columns]
    names = ", ".join(f"`{name}`" for name in absent if name != "loan.in_pool")
    if names:
        yield f"Not on the tape, so unknown for every loan: {names}."


def skipped_of(skipped: Mapping[str, int]) -> Iterable[str]:
    """Yield how many rows of a tape were not read, by what they are."""
    for what, rows in skipped.items():
        if rows:
            yield f"Of the tape {rows:,} {what} were not read."


def _inputs(judged: Judged) -> dict[str, str]:
    """Return the digest of every file that the decision was made from; a batch from memory has none."""
    batch = judged.batch
    own = {"batch": batch.sha256, **batch.inputs, "tape": batch.tape.sha256, **batch.tape.inputs}
    policy = {"policy": judged.policy.sha256, **judged.agreement.inputs} if judged.policy else judged.agreement.inputs
    return {name: digest for name, digest in {**own, **policy}.items() if digest}
