"""Random books under the policies that ship: many trusts of one text, each sound and then spoilt at the edges."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import worlds
from books import Row, World
from builders import CERTIFICATION, COLUMN, MASTER, NAME, agreement, facts_of
from oracle import Loan, Proposal

MOST = Decimal(10) ** 16
SECTIONS = ("3.10", "3.13(f)", "3.13(g)", "3.18")
BUYERS = (
    MASTER,
    "impac   FUNDING corporation",
    "\uff29\uff2d\uff30\uff21\uff23 Funding Corporation",
    "Impac Fund\u0131ng Corporation",
    "Société d'Épargne",
    'Straße "Nord", AG',
    "名前",
)


def trusts(seed: int, count: int) -> World:
    """Return a book of so many trusts, on days near the one that their tape is as of."""
    pick = worlds.Seeded(seed)
    chance = pick.random
    as_of = worlds.day(pick)
    adopted = {what: chance.choice(names) for what, names in worlds.ADOPTED.items()}
    shipped = agreement(frozenset((what, name) for what, name in adopted.items() if name))
    names = [NAME, *(f"trust-{n}" for n in range(1, count))]
    tape: list[Row] = []
    batches: list[Row] = []
    lines: list[Row] = []
    for name in names:
        pool, proposals = _trust(pick, as_of)
        tape += [_loan(name, loan) for loan in pool]
        batches += [_batch(name, said) for said in proposals]
        lines += [_line(name, said.name, facts_of(each)) for said in proposals for each in said.lines]
    _name_buyers(chance, lines)
    _forget(chance, tape, lines)
    for rows in (tape, batches, lines):
        chance.shuffle(rows)
    last = max((row["date"] for row in batches), default=as_of)
    look = chance.choice([None, None, last + timedelta(chance.choice([0, 1, 31]))])
    law = {name: shipped._replace(name=name) for name in names}
    return World(law, as_of, tape, batches, lines, look, (f"adopted: {adopted}",))


def _trust(pick: worlds.Seeded, as_of: date) -> tuple[list[Loan], list[Proposal]]:
    """Return a pool and its proposals, every amount of which a column holds."""
    while True:
        held = [as_of + timedelta(pick.one(worlds.AGES)) for _ in range(pick.one([1, 1, 1, 2]))]
        sound = worlds.rows(pick, held[0])
        bought = worlds.proposed(pick, sound[: pick.one(worlds.BOUGHT)], held)
        pool, said = worlds.spoilt(pick, sound, bought, pick.one(worlds.USUAL))
        pool = [*pool, worlds.base(pick, pool, said, held[0])]
        if all(loan.balance is None or loan.balance < MOST for loan in pool):
            return pool, [worlds.attesting(pick, each, pool, sound) for each in said]


def _loan(agreement_name: str, loan: Loan) -> Row:
    return {"agreement": agreement_name, **{COLUMN[name]: getattr(loan, name) for name in COLUMN}}


def _batch(name: str, said: Proposal) -> Row:
    stated = {f"certification.{fact}": getattr(said.certification, fact) for fact in CERTIFICATION}
    return {"batch": f"{name}/{said.name}", "agreement": name, "date": said.date, **stated}


def _line(name: str, batch: str, facts: dict[str, object]) -> Row:
    return {"batch": f"{name}/{batch}", **facts}  # type: ignore[dict-item] # values of facts


def _name_buyers(chance: Random, lines: Sequence[Row]) -> None:
    for row in lines:
        if chance.random() < 0.1:
            row["buyer.name"] = chance.choice(BUYERS)


def _forget(chance: Random, tape: Sequence[Row], lines: Sequence[Row]) -> None:
    """Leave cells empty here and there, in some books; what a line attests of its loan stays as true as it was."""
    rate = chance.choice([0, 0, 0, 0.01, 0.1])
    for rows, kept in ((tape, {"agreement", "loan_id"}), (lines, {"batch", "loan", "under"})):
        for row in rows:
            row.update({name: None for name in sorted(row.keys() - kept) if rate and chance.random() < rate})
