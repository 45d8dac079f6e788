"""What may be done to a world: facts taken out, everything reordered, a day's lines split over batches."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from random import Random

from builders import FACT
from oracle import Certification, Line, Loan, Proposal
from worlds import World

Origin = tuple[str, int]


def without(of: World, kind: str, where: object, name: str) -> World:
    """Return the world without one fact: of a loan wherever it is stated, of a line or of a certification."""
    if kind == "certification":
        return replace(
            of, proposals=tuple(_uncertified(each, name) if each.name == where else each for each in of.proposals)
        )
    if kind == "line":
        return replace(of, proposals=tuple(_unsaid(each, where, name) for each in of.proposals))
    pool = tuple(replace(each, **{name: None}) if each.loan_id == where else each for each in of.pool)
    return replace(of, pool=pool, proposals=tuple(_unattested(each, where, name) for each in of.proposals))


def _uncertified(said: Proposal, name: str) -> Proposal:
    return replace(said, certification=replace(said.certification, **{name: None}))


def _unsaid(said: Proposal, where: object, name: str) -> Proposal:
    lines = (replace(each, **{name: None}) if (said.name, n) == where else each for n, each in enumerate(said.lines))
    return replace(said, lines=tuple(lines))


def _unattested(said: Proposal, where: object, name: str) -> Proposal:
    lines = (
        replace(each, attests=tuple((n, v) for n, v in each.attests if n != name)) if each.loan_id == where else each
        for each in said.lines
    )
    return replace(said, lines=tuple(lines))


def facts(of: World, kind: str) -> list[tuple[str, object, str]]:
    """Return every fact of a kind that a world states, but the names of loans, sections and days."""
    if kind == "certification":
        return [(kind, p.name, f.name) for p in of.proposals for f in fields(Certification)]
    if kind == "line":
        return [(kind, (p.name, n), name) for p in of.proposals for n in range(len(p.lines)) for name in FACT]
    return [(kind, each.loan_id, f.name) for each in of.pool for f in fields(Loan) if f.name != "loan_id"]


def fewer(of: World, random: Random, kinds: Sequence[str] = ("loan", "line")) -> World:
    """Return the world without a few of its facts."""
    known = [fact for kind in [random.choice(kinds)] for fact in facts(of, kind)]
    for removed in random.choices(known, k=random.choice([1, 1, 2, 8])) if known else []:
        of = without(of, *removed)
    return of


def shuffled(given_: tuple[object, ...], random: Random) -> list[int]:
    """Return the places of things in another order."""
    return random.sample(range(len(given_)), len(given_))


def arranged(of: World, orders: Mapping[str, list[int]], random: Random) -> World:
    """Return the world with its lines in these orders, and its loans and batches in any."""
    proposals = [replace(p, lines=tuple(p.lines[at] for at in orders[p.name])) for p in of.proposals]
    return replace(
        of, pool=tuple(random.sample(of.pool, len(of.pool))), proposals=tuple(random.sample(proposals, len(proposals)))
    )


def backwards(written: object) -> object:
    """Return a document with its keys in the opposite order."""
    if isinstance(written, dict):
        return {key: backwards(value) for key, value in reversed(written.items())}
    return [backwards(each) for each in written] if isinstance(written, list) else written


def split(of: World, random: Random) -> tuple[World, dict[tuple[str, int], tuple[str, int]]]:
    """Return the world with each day's lines dealt to new batches, and where each line went."""
    dealt: dict[str, list[Line]] = {}
    went, metas = {}, {}
    for said in of.proposals:
        for number, each in enumerate(said.lines, 1):
            name = f"{said.date} {random.randint(1, 4)}"
            dealt.setdefault(name, []).append(each)
            metas[name], went[said.name, number] = said, (name, len(dealt[name]))
    proposals = tuple(replace(metas[name], name=name, lines=tuple(lines)) for name, lines in dealt.items())
    return replace(of, proposals=proposals), went
