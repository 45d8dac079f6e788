"""Judgements to findings: the numbers, margins, readings and missing facts behind a status, and its one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from checker import phrase
from checker.builtin import MEANS
from checker.faults import Place
from checker.findings import Asked, Finding, Margin, Number, Tightest
from checker.lang.evaluate import Program
from checker.lang.exact import AtLeast, Worth
from checker.lang.explain import Shown, Test, Why, explain, tests
from checker.lang.mark import marked
from checker.lang.syntax import Type
from checker.lang.typed import COMPARISONS, ORDERINGS, Apply, Fact, Fold, Typed, facts_of, parts
from checker.model import Adoption, Condition, Judged, Judgement, Line, Obligation, Reading, Status, Subject
from checker.values import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")

DATE = "batch.date"


def finding(judged: Judged, judgement: Judgement) -> Finding:
    """Return a judgement with everything that explains it."""
    if isinstance(judgement.by, Condition):
        return _condition(judged, judgement, judgement.by)
    if isinstance(judgement.by, Obligation):
        return _obligation(judged, judgement, judgement.by)
    return _plain(judged, judgement, message=judgement.message, means=MEANS[judgement.rule.partition("/")[2]])


def _plain(
    judged: Judged,
    judgement: Judgement,
    *,
    message: str,
    quote: str = "",
    means: str = "",
    whys: Mapping[str, Why] | None = None,
    adopted: Adoption | None = None,
    asked: tuple[Asked, ...] = (),
) -> Finding:
    found = whys or {}
    source = _sources(judged, judgement.subject)
    all_shown = ((reading, shown) for reading, why in found.items() for shown in why.values)
    all_tests = ((reading, test) for reading, why in found.items() for test in why.tests)
    numbers = _once(all_shown, lambda shown: shown.text, lambda shown: shown.worth)
    margins = _once(all_tests, lambda test: test.text, lambda test: (test.left, test.right, test.holds))
    return Finding(
        rule=judgement.rule,
        subject=judgement.subject,
        status=judgement.status,
        message=message,
        quote=quote,
        means=means,
        values=tuple(_number(text, s, source) for text, s in numbers.items()),
        margins=tuple(_margin(text, t, source) for text, t in margins.items()),
        readings=judgement.readings,
        adopted=adopted,
        missing=_missing(judgement, found, adopted),
        passes_from=_passes_from(judgement, {name: why.tests for name, why in found.items()}, adopted),
        at=_at(judged, judgement.subject),
        asked=asked,
    )


def _once(found: Iterable[tuple[str, T]], text: Callable[[T], str], worth: Callable[[T], object]) -> dict[str, T]:
    """Return what was found under each reading once by its text; what a reading makes different is named with it."""
    kept: dict[str, T] = {}
    for reading, one in found:
        differs = text(one) in kept and worth(kept[text(one)]) != worth(one)
        kept[f"{text(one)} ({reading})" if differs else text(one)] = one
    return kept


def _condition(judged: Judged, judgement: Judgement, by: Condition) -> Finding:
    assert judgement.frame is not None
    whys = {reading.name: explain(reading.program, judgement.frame) for reading in by.readings}
    message = phrase.condition(judgement.status, whys, judgement.readings, by.adopted)
    means = by.means or " ".join(f"`{reading.name}`: {reading.means}" for reading in by.readings if reading.name)
    asked = tuple(_asked(judgement, reading) for reading in by.readings)
    return _plain(
        judged, judgement, message=message, quote=by.quote, means=means, whys=whys, adopted=by.adopted, asked=asked
    )


def _asked(judgement: Judgement, reading: Reading) -> Asked:
    assert judgement.frame is not None
    found = marked(reading.program, judgement.frame)
    status = judgement.readings.get(reading.name, judgement.status)
    return Asked(reading=reading.name, means=reading.means, status=status, pieces=found.pieces, terms=found.terms)


def _obligation(judged: Judged, judgement: Judgement, by: Obligation) -> Finding:
    frame = judgement.frame
    assert frame is not None
    programs = {"deadline": by.deadline, "done_on": by.done_on, "with": by.required}
    whys = {name: explain(program, frame) for name, program in programs.items() if program is not None}
    message = phrase.obligation(by, judgement, judged.batch.date, judged.as_of)
    found = _plain(judged, judgement, message=message, quote=by.quote, means=by.means, whys=whys)
    return found._replace(owed_by=by.owed_by, owed_to=by.owed_to, deadline=judgement.deadline, done=judgement.done)


def _at(judged: Judged, subject: Subject) -> Place:
    """Return where in the batch a subject stands; an exercise stands at its first line there."""
    if subject.line:
        return _line(judged, subject.line).at
    in_exercise = (line.at for line in judged.batch.lines if subject.exercise and line.under == subject.exercise)
    return next(in_exercise, judged.batch.at)


def _line(judged: Judged, number: int) -> Line:
    """Return a line by its number; of a large batch only some are in hand."""
    lines = judged.batch.lines
    if len(lines) >= number and lines[number - 1].number == number:
        return lines[number - 1]
    return next(line for line in lines if line.number == number)


def _sources(judged: Judged, subject: Subject) -> Callable[[Typed], str]:
    """Return what tells of a part of an expression whether its facts are from the tape, the batch, or both."""
    every = judged.batch.lines
    lines = [_line(judged, subject.line)] if subject.line else every

    def of_fact(name: str, *, pool: bool) -> set[str]:
        if not name.startswith("loan."):
            return {"batch"}
        attesting = [name in line.stated for line in lines]
        if pool or not any(attesting):
            return {"tape"}
        return {"batch"} if all(attesting) else {"tape", "batch"}

    def of_node(node: Typed) -> set[str]:
        if isinstance(node, Fold):
            pool = node.rows == "pool"
            found = {source for name in facts_of(node) for source in of_fact(name, pool=pool)}
            return found or {"tape" if pool else "batch"}
        if isinstance(node, Fact):
            return of_fact(node.name, pool=False)
        return {source for part in parts(node) for source in of_node(part)}

    def of(node: Typed) -> str:
        return " and ".join(sorted(of_node(node), reverse=True))

    return of


def _number(text: str, shown: Shown, source: Callable[[Typed], str]) -> Number:
    kind = shown.node.type
    least = plain(kind, shown.worth.least) if isinstance(shown.worth, AtLeast) else None
    return Number(text=text, type=kind, value=plain(kind, shown.worth), at_least=least, source=source(shown.node))


def _margin(text: str, test: Test, source: Callable[[Typed], str]) -> Margin:
    kind, node = _measure(test), test.node
    compares = isinstance(node, Apply) and node.op in COMPARISONS
    sides = zip(parts(node), (test.left, test.right), strict=True) if compares else ()
    return Margin(
        text=text,
        type=kind,
        holds=test.holds,
        by=plain(_unit(kind), test.by),
        passes=phrase.passes_at(test),
        sign=node.op if isinstance(node, Apply) and compares else "",
        sides=tuple(_side(part, worth, source) for part, worth in sides),
    )


def _side(node: Typed, worth: Worth, source: Callable[[Typed], str]) -> Number:
    shown = Shown(text=str(node.source), node=node, worth=worth)
    return _number(shown.text, shown, source)


def _measure(test: Test) -> Type:
    return test.node.arguments[0].type if isinstance(test.node, Apply) and test.node.arguments else Type.FLAG


def _unit(kind: Type) -> Type:
    return Type.COUNT if kind is Type.DATE else kind


def _missing(judgement: Judgement, whys: Mapping[str, Why], adopted: Adoption | None) -> tuple[str, ...]:
    """Return the facts that the answer hangs on, where it hangs on any."""
    if judgement.status in (Status.PASS, Status.FAIL, Status.MET):
        return ()
    chosen = [whys[adopted.reading]] if adopted and adopted.reading in whys else list(whys.values())
    return tuple(sorted({name for why in chosen for name, _ in why.missing}))


def passes_from(judgement: Judgement) -> date | None:
    """Return the first date from which a condition would pass, where nothing but the date stops it."""
    by, frame = judgement.by, judgement.frame
    if not isinstance(by, Condition) or frame is None:
        return None
    return _passes_from(judgement, {each.name: tests(each.program, frame) for each in by.readings}, by.adopted)


def _passes_from(judgement: Judgement, found: Mapping[str, tuple[Test, ...]], adopted: Adoption | None) -> date | None:
    """Return the first date on which every reading that fails would pass; `found` are the tests of each reading."""
    if judgement.status not in (Status.FAIL, Status.DISPUTED):
        return None
    failing = [name for name, status in judgement.readings.items() if status is Status.FAIL] or list(found)
    failing = [adopted.reading] if adopted else failing
    deciding = [test for name in failing if name in found for test in found[name] if test.decides]
    days = [test.right for test in deciding if _waits(test) and isinstance(test.right, date)]
    return max(days) if days and len(days) == len(deciding) else None


def _waits(test: Test) -> bool:
    """Tell whether a comparison that fails asks only for a later date."""
    node = test.node
    if not isinstance(node, Apply) or node.op != ">=" or test.holds is not False:
        return False
    subject, bound = node.arguments
    return isinstance(subject, Fact) and subject.name == DATE and DATE not in facts_of(bound)


def tightest(rule: str, passing: Iterable[Judgement]) -> Tightest:
    """Return how many lines pass a rule, and which of them passes it most narrowly.

    Only comparisons with an order have a margin worth telling, and only those that decide; where a rule has several
    measures, money and days, it is the margin of the first.
    """
    found = list(passing)
    tests = [(judgement.subject.line, test) for judgement in found for test in _tests(judgement)]
    if not tests:
        return Tightest(rule=rule, lines=len(found))
    kind = _measure(tests[0][1])
    line, best = min(((n, t) for n, t in tests if _measure(t) is kind), key=lambda one: (one[1].by, one[0]))
    return Tightest(rule=rule, lines=len(found), by=plain(_unit(kind), best.by), type=kind, line=line)


def _tests(judgement: Judgement) -> list[Test]:
    if not isinstance(judgement.by, Condition) or judgement.frame is None:
        return []
    frame = judgement.frame
    programs: list[Program] = [reading.program for reading in judgement.by.readings]
    ordered = [program for program in programs if any(node.op in ORDERINGS for node in program.comparisons)]
    return [t for program in ordered for t in tests(program, frame) if t.decides and t.holds and _is_ordered(t)]


def _is_ordered(test: Test) -> bool:
    return test.by is not None and isinstance(test.node, Apply) and test.node.op in ORDERINGS
