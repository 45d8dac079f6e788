"""What is known of a mutant that no case notices: a batch that tells it from the policy, or a proof that none does."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import z3

from checker.faults import Place
from checker.judge import in_force
from checker.lang.evaluate import spelled
from checker.model import Agreement, Condition, Decision, Each, Obligation, Policy, Run
from checker.proof.cases import Case, Expected, batch_of_case
from checker.proof.mutants import Mutant
from checker.proof.mutation import Kind, Survivor
from checker.proof.reach import bounds, sections, trees
from checker.proof.symbolic import FALSE, TRUE, Formula, Truth, every, negated, some
from checker.proof.trial import deviations, run_case
from checker.proof.variables import DATE, ROLE
from checker.proof.versions import Versions
from checker.proof.world import Found, Nothing, Open, World
from checker.proof.write import case_text, expected
from checker.rules import Rule, programs, rules

# How many days after the batch's date obligations are looked at.
AT_ONCE, LATER = z3.IntVal(0), z3.Int("days later")
CONFIRM = "Confirm what is expected: this is what the policy in hand says."

Values = dict[str, Any]
Pair = tuple[Rule | None, Rule | None]


def look(versions: Versions, at: int, mutant: Mutant, policy: Policy) -> Survivor:
    """Return what is known of a mutant, which makes `policy` of the version at `at`, and that no case notices."""
    old, new = versions.agreement, versions.with_policy(at, policy)
    if mutant.path[0] in ("executed", "effective"):
        return _of_days(mutant, old, new)
    if mutant.path[0] == "parties":
        return _of_parties(mutant, versions.each[at].policy, old, new)
    return _of_rules(mutant, versions.each[at].policy, policy, old, new)


def _of_rules(mutant: Mutant, policy: Policy, other: Policy, old: Agreement, new: Agreement) -> Survivor:
    """Look for a batch on which a rule comes differently, section by section, a clean one first."""
    pairs = list(_pairs(policy, other))
    reasons: list[str] = []
    for section in sections(policy, [one for pair in pairs for one in pair if one is not None]):
        here = [pair for pair in pairs if _is_judged(pair, section)]
        owed = any(isinstance(one, Obligation) for pair in here for one in pair)
        for days in (AT_ONCE, LATER) if owed else (AT_ONCE,):
            found = _between(old, policy, other, section, here, days)
            if isinstance(found, Found):
                return _survived(mutant, old, new, found.values)
            if isinstance(found, Open):
                return _open(mutant, found.reason)
            reason = found.reason
        later = ", on whatever day it is looked at" if owed else ""
        reasons.append(f"under {section}{later}: {reason}")
    if not reasons:
        return Survivor(mutant=mutant, kind=Kind.EQUIVALENT, reason="it says the same as before, word by word")
    return Survivor(mutant=mutant, kind=Kind.EQUIVALENT, reason="; ".join(dict.fromkeys(reasons)) + " (by z3)")


def _between(
    agreement: Agreement, policy: Policy, other: Policy, section: str, pairs: list[Pair], days: Formula
) -> Found | Nothing | Open:
    """Find a batch on which one of some rules has another status, or where it is about a rule that is gone, any."""
    asked = [*trees(policy, section), *trees(other, section)]
    world = World(agreement, policy, section, bounds(policy, asked), asked)
    changed = {one.rule for pair in pairs for one in pair if one is not None}
    differs = every(days >= 0, some(*(_differs(world, *pair, days) for pair in pairs)))
    clean = world.clean(but=changed)
    attempts = [(clean, all_met(world, policy, section, changed), differs), (clean, differs), (differs,)]
    if any(_names(ours) != _names(theirs) for ours, theirs in pairs):
        attempts += [(world.clean(), all_met(world, policy, section)), (world.clean(),), ()]
    for wanted in attempts:
        found = world.find(*wanted)
        if not isinstance(found, Nothing):
            break
    return found


def _pairs(policy: Policy, other: Policy) -> Iterator[Pair]:
    """Yield each rule of two policies that does not say the same in both."""
    ours, theirs = ({rule.rule: rule for rule in rules(one)} for one in (policy, other))
    for name in dict.fromkeys((*ours, *theirs)):
        pair = ours.get(name), theirs.get(name)
        if _said(pair[0]) != _said(pair[1]):
            yield pair


def _said(rule: Rule | None) -> object:
    if rule is None:
        return None
    means = {name: spelled(program.tree) for name, program in programs(rule).items()}
    return means, rule.adopted if isinstance(rule, Condition) else None


def _names(rule: Rule | None) -> object:
    """Return what a case can name of a rule: the rule, and its readings."""
    return None if rule is None else {reading.name for reading in rule.readings} if isinstance(rule, Condition) else {}


def _is_judged(pair: Pair, section: str) -> bool:
    return any(one is not None and one.rule.split("/", 1)[0] in ("always", section) for one in pair)


def _differs(world: World, old: Rule | None, new: Rule | None, days: Formula) -> Formula:
    """Return when two forms of a rule come differently; one that is not there is as good as passed, or met."""
    ours, theirs = _statuses(world, old, days), _statuses(world, new, days)
    good = {"pass": TRUE, "met": TRUE}
    statuses = [key for key in dict.fromkeys((*ours, *theirs)) if " " not in key]
    readings = [key for key in ours if " " in key and key in theirs]
    own = [ours.get(key, good.get(key, FALSE)) != theirs.get(key, good.get(key, FALSE)) for key in statuses]
    return some(*own, *(ours[key] != theirs[key] for key in readings))


def _statuses(world: World, rule: Rule | None, days: Formula) -> Mapping[str, Formula]:
    """Return when a rule has each of its statuses, and each of its readings is true and false."""
    if rule is None:
        return {}
    return _condition(world, rule) if isinstance(rule, Condition) else _obligation(world, rule, days)


def _condition(world: World, rule: Condition) -> dict[str, Formula]:
    found = {reading.name: world.holds(reading.program, rule.each) for reading in rule.readings}
    each = {f"{name} {way}": getattr(truth, way) for name, truth in found.items() for way in ("true", "false") if name}
    counted = [found[rule.adopted.reading]] if rule.adopted else list(found.values())
    trues, falses = [truth.true for truth in counted], [truth.false for truth in counted]
    disputed = every(some(*trues), some(*falses))
    return {**each, "pass": every(*trues), "fail": every(*falses), "disputed": disputed}


def _obligation(world: World, rule: Obligation, days: Formula) -> dict[str, Formula]:
    """Return what judging an obligation says, as formulas, looked at so many days after the date."""
    as_of = _date(world) + days
    right = world.holds(rule.required, Each.BATCH) if rule.required else Truth(TRUE, FALSE)
    done = world.value(rule.done_on, Each.BATCH) if rule.done_on else None
    deadline = world.value(rule.deadline, Each.BATCH) if rule.deadline else None
    is_done = every(done.known, done.value <= as_of) if done else TRUE
    in_time, is_over = TRUE, FALSE
    if deadline:
        after = every(is_done, done.value > deadline.value) if done else FALSE
        in_time, is_over = every(deadline.known, negated(after)), every(deadline.known, as_of > deadline.value)
    met = every(right.true, is_done, in_time)
    return {"defective": right.false, "met": met, "late": every(negated(right.false), negated(met), is_over)}


def all_met(world: World, policy: Policy, section: str, but: Collection[str] = ()) -> Formula:
    """Return when every obligation of a section but some is met on the date."""
    owed = [one for one in policy.permissions[section].obligations if one.rule not in but]
    return every(*(_obligation(world, one, AT_ONCE)["met"] for one in owed))


def _date(world: World) -> Formula:
    return world.settings[Each.BATCH, 1].row[DATE].value  # type: ignore[union-attr] # a day


def _survived(mutant: Mutant, old: Agreement, new: Agreement, values: Values) -> Survivor:
    """Return the case that a batch makes on the first day that tells, after both policies have judged it."""
    own = {key: value for key, value in values.items() if key != "batch"}  # a case does not name its batch
    for as_of in _days(own, old, new):
        dated = {**own, "as_of": as_of} if as_of > own["date"] else own
        ours, theirs = run_values(dated, old), run_values(dated, new)
        other = {rule for rule, status in _shown(ours) ^ _shown(theirs) if rule in _rules(ours)}
        named = expected(ours, other, _as_a_whole(ours, theirs))
        case = _case(dated, old, Expected(decision=ours.decision, rules=named, only=True))
        if deviations(case, theirs) and not deviations(case, ours):
            title = f"To be named, for a change of {mutant.where}."
            return Survivor(mutant=mutant, kind=Kind.SURVIVED, case=case_text(title, dated, ours, named, CONFIRM))
    return _open(mutant, "the batch that was found comes alike when it is judged")


def _as_a_whole(ours: Run, theirs: Run) -> set[str]:
    """Return the rules whose readings say the same in two runs, and which come differently for what is adopted."""
    one, other = ({(j.rule, j.subject): j for v in run.verdicts for j in v.judged.judgements} for run in (ours, theirs))
    both = [(one[key], other[key]) for key in one.keys() & other.keys()]
    return {a.rule for a, b in both if a.readings == b.readings and a.status is not b.status}


def _open(mutant: Mutant, reason: str) -> Survivor:
    return Survivor(mutant=mutant, kind=Kind.SURVIVED, reason=f"no case was found: {reason}")


def _days(values: Values, old: Agreement, new: Agreement) -> list[date]:
    """Return the days on which a status can change: the date, the days after deadlines, those on which it was done."""
    if "as_of" in values:
        return [values["as_of"]]
    runs = [run_values({**values, "as_of": date.max}, one) for one in (old, new)]
    found = [judgement for run in runs for verdict in run.verdicts for judgement in verdict.judged.judgements]
    after = [one.deadline + timedelta(days=1) for one in found if one.deadline and one.deadline < date.max]
    done = [one.done for one in found if one.done]
    return [values["date"], *sorted({day for day in (*after, *done) if day > values["date"]})]


def run_values(values: Values, agreement: Agreement) -> Run:
    """Return a batch in the form of a case, judged and decided."""
    nothing = Expected(decision=Decision.PERMITTED, rules={}, only=False)
    return run_case(_case(values, agreement, nothing), agreement)


def _case(values: Values, agreement: Agreement, wanted: Expected) -> Case:
    place = Place(file="")
    batch = batch_of_case(values, agreement, place)
    return Case(title="", batch=batch, as_of=values.get("as_of"), expected=wanted, at=place)


def _shown(run: Run) -> set[tuple[str, object]]:
    """Return everything that a case could name of what came of a batch."""
    (verdict,) = run.verdicts
    found = {(j.rule, (j.subject, j.status, tuple(j.readings.items()))) for j in verdict.judged.judgements}
    return {*found, ("", verdict.decision)}


def _rules(run: Run) -> set[str]:
    return {judgement.rule for verdict in run.verdicts for judgement in verdict.judged.judgements}


def _of_days(mutant: Mutant, old: Agreement, new: Agreement) -> Survivor:
    """Try every day, and every day of the check, beside those on which a version was signed or takes effect."""
    known = {day for one in (old, new) for version in one.versions for day in (version.effective, version.executed)}
    days = sorted({day + timedelta(days=by) for day in known for by in (-1, 0, 1)})
    reason = ""
    for day, as_of in ((day, as_of) for day in days for as_of in days if as_of >= day):
        before, after = in_force(old, day, as_of), in_force(new, day, as_of)
        if (before and before.name) != (after and after.name):
            reason = reason or f"another version is in force on {day}, looked at on {as_of}"
            for values in _on_day(old, day, before, after):
                survivor = _survived(mutant, old, new, {**values, "as_of": as_of})
                if survivor.case:
                    return survivor
    if reason:
        return Survivor(mutant=mutant, kind=Kind.SURVIVED, reason=reason)
    reason = "the same version is in force on every day, whatever the day of the check: all days that matter were tried"
    return Survivor(mutant=mutant, kind=Kind.EQUIVALENT, reason=reason)


def _on_day(agreement: Agreement, day: date, *of: Policy | None) -> Iterator[Values]:
    """Yield batches of a day under each section of the one or two versions of it, such that tell them apart first."""
    known = [policy for policy in of if policy]
    for policy, other in zip(known, reversed(known), strict=True):
        alone = policy._replace(effective=min(day, policy.effective), executed=min(day, policy.executed))
        for section in policy.permissions:
            asked = [*trees(policy, section), *trees(other, section)]
            world = World(agreement._replace(versions=(alone,)), alone, section, bounds(alone, asked), asked)
            pairs = [pair for pair in _pairs(policy, other) if None not in pair and _is_judged(pair, section)]
            differs = some(*(_differs(world, *pair, AT_ONCE) for pair in pairs))
            for wanted in ((differs, world.clean()), (differs,), (world.clean(),), ()):
                found = world.find(_date(world) == day.toordinal(), *wanted)
                if isinstance(found, Found):
                    yield found.values
                    break


def _of_parties(mutant: Mutant, policy: Policy, old: Agreement, new: Agreement) -> Survivor:
    """Let a buyer of the name that was removed stand in each role."""
    name = mutant.was.partition(": ")[2]
    for section in policy.permissions:
        world = World(old, policy, section, bounds(policy, trees(policy, section)))
        found = world.find(world.clean())
        found = world.find() if isinstance(found, Nothing) else found
        for role in old.facts[ROLE].one_of if isinstance(found, Found) else ():
            line = {**found.values["dispositions"][0], "buyer": {"name": name, "role": role}}  # type: ignore[union-attr] # found
            values = {**found.values, "dispositions": [line, *found.values["dispositions"][1:]]}  # type: ignore[union-attr] # found
            survivor = _survived(mutant, old, new, values)
            if survivor.case:
                return survivor
    return Survivor(mutant=mutant, kind=Kind.SURVIVED, reason="no case was found among buyers of that name in any role")
