"""Random small agreements, written as policies from random expressions, and books of their batches."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import chance as chances
from books import Row, World
from chance import FORMS, Writer
from strategies import KINDS
from tables import folds, query

from checker.document import strict
from checker.engine.sums import SHARED
from checker.lang.check import check
from checker.lang.parse import parse
from checker.lang.sql import DUCKDB, TooWideError
from checker.lang.syntax import Type, Value
from checker.lang.typed import facts_of, outer_facts_of
from checker.load.bind import scope_of
from checker.load.facts import core_facts, load_facts
from checker.load.policies import load_policy
from checker.model import Agreement, Each, FactDeclared
from checker.values import BadValueError, parse_text

# The groups that an agreement adds facts to; what a policy asks of a batch is of the last.
ADDED = ("loan", "disposition", "terms")
GROUPS = {
    Each.DISPOSITION: ("loan", "disposition", "terms", "batch", "tape"),
    Each.EXERCISE: ("batch", "tape"),
    Each.BATCH: ("terms", "batch", "tape"),
}
ROWS = {"pool": ("loan", "batch", "tape"), "exercise": ("loan", "disposition", "batch", "tape")}
UNASKED = ("when(", "first_known(", "is known", "is unknown")
OWN_TERMS = {
    "two": "2",
    "half": "loan.amount * 0.5",
    "whole": "sum(loan.amount over pool)",
    "due": "add_months(loan.day, 1)",
    "agrees": "loan.agreed and loan.amount > $1.00",
}
SPLIT = {"loan-says": "loan.agreed", "line-says": "disposition.agreed", "nobody": "loan.amount > $2.00"}
DAYS = [date(2004, 2, 29) + timedelta(n) for n in (-1, 0, 1, 30, 31, 400)]
SECTIONS = ("1", "2.10", "2.1", "3(a)", "9")
CITED = (*SECTIONS, "1", "1", "2.10", "2.10")
PARTIES = {"master_servicer": ["Straße AG", "İstanbul Ltd", "A  b"], "third_party": ["STRASSE ag", "ǅ", "a b"]}
BUYERS = ("strasse AG", "STRAẞE AG", "i̇stanbul ltd", "İSTANBUL LTD", "istanbul ltd", "ǆ", "Ǆ", "A B", "nobody", "名前")
ROLES = ("master_servicer", "affiliate", "third_party")
TEXTS = (
    "a",
    "A",
    "it's",
    "back\\slash",
    "\\",
    "100%",
    "_",
    "é",
    "e\u0301",
    "${a}",
    "$1",
    "§ 3.13(g)",
    "名前",
    'say "a"',
)


def _facts() -> Mapping[str, FactDeclared]:
    declared: dict[str, object] = {}
    for group in ADDED:
        for name, of in KINDS.items():
            measured = {"measured": True} if group == "loan" and name in ("amount", "day", "name") else {}
            bound = {"at_least": 0} if of.nonnegative else {}
            declared[f"{group}.{name}"] = {"type": str(of.type), "means": "Something.", **bound, **measured}
    return load_facts(strict.parse(json.dumps({"facts": declared}).encode(), "facts.json"), core_facts())


FACTS = _facts()
DECLARED = {name: fact.declared for name, fact in FACTS.items()}


class Asker(Writer):
    """Writes conditions on one kind of subject: of facts and sets that such a condition may name."""

    def __init__(self, chance: Random, each: Each, sets: Sequence[str]) -> None:
        super().__init__(chance)
        self.each, self.sets = each, sets

    def expression(self, kind: Type, depth: int, rows: str | None = None) -> str:
        forms = [form for form in FORMS[kind] if not any(word in form for word in UNASKED)]
        forms = [form for form in forms if rows is None or "{set}" not in form]
        if depth == 0 or not forms or self.chance.random() < 0.15:
            names = self._names(kind, rows)
            return self.chance.choice(names) if names and self.chance.random() < 0.8 else self.literal(kind)
        form = self.chance.choice(forms)
        own = self.chance.choice(self.sets)
        return self.filled(form.replace("over {set}", f"over {own}").replace("({set}", f"({own}"), depth - 1, rows, own)

    def filled(self, form: str, depth: int, rows: str | None = None, own: str | None = None) -> str:
        inside = own if own and (f"over {own}" in form or f"count({own}" in form) else None
        return super().filled(form, min(depth, 2) if inside else depth, inside or rows)

    def _names(self, kind: Type, rows: str | None) -> list[str]:
        groups = ROWS[rows] if rows else GROUPS[self.each]
        found = [n for n, fact in FACTS.items() if fact.type is kind and not fact.one_of and fact.group in groups]
        if rows is None and self.each is not Each.DISPOSITION and "batch" in groups:
            found = [n for n in found if n != "batch.batch" or self.each is Each.BATCH]
        return [n for n in found if rows is None or FACTS[n].group not in ("batch", "tape") or n in SHARED]


def _condition(chance: Random, each: Each, sets: Sequence[str], kinds: int) -> list[str]:
    """Return so many expressions that a condition may ask on such a subject, and that SQL can hold."""
    asker = Asker(chance, each, sets)
    scope = scope_of(DECLARED, each, exercise="exercise" in sets)
    scope = scope._replace(terms={name: parse(text) for name, text in OWN_TERMS.items()})
    found: list[str] = []
    while len(found) < kinds:
        text = asker.expression(Type.FLAG, chance.choice((1, 2, 3)))
        tree = check(parse(text), scope, Type.FLAG)
        if isinstance(tree, tuple) or not facts_of(tree):
            continue
        try:
            query(DUCKDB, [tree])
        except TooWideError:
            continue
        if not any(outer_facts_of(fold) - SHARED for fold in folds(tree)):
            found.append(text)
    return found


def _asked(chance: Random, each: Each, sets: Sequence[str]) -> dict[str, object]:
    """Return one condition as it is written: plain, by a term with readings, or with readings, perhaps adopted."""
    head: dict[str, object] = {"quote": "some words", "each": str(each)}
    how = chance.random()
    if how < 0.15 and each is Each.DISPOSITION:
        (text,) = _condition(chance, each, sets, 1)
        return {**head, "require": f"({text}) {chance.choice(('and', 'or'))} outside"}
    if how < 0.6:
        (text,) = _condition(chance, each, sets, 1)
        return {**head, "require": text}
    texts = _condition(chance, each, sets, chance.choice((2, 3)))
    names = [f"reading-{n}" for n in range(len(texts))]
    readings = {name: {"means": "Under it.", "require": text} for name, text in zip(names, texts, strict=True)}
    return {**head, "readings": readings, **_adoption(chance, names)}


def _adoption(chance: Random, names: Sequence[str]) -> dict[str, object]:
    said = {"adopted_by": "A. Reviewer", "adopted_on": "2004-01-10", "because": "A test."}
    return {"adopted": {"reading": chance.choice(names), **said}} if chance.random() < 0.3 else {}


def _conditions(chance: Random, count: int, *, section: bool) -> dict[str, object]:
    found = {}
    for n in range(count):
        each = chance.choice((Each.DISPOSITION, Each.DISPOSITION, Each.EXERCISE, Each.BATCH))
        sets = ("pool", "exercise") if section or each is not Each.BATCH else ("pool",)
        found[f"rule-{n}"] = _asked(chance, each, sets)
    return found


def policy_text(chance: Random, agreement: str, number: int, effective: date, executed: date) -> str:
    """Return a version of an agreement, as JSON."""
    terms: dict[str, object] = {name: {"quote": "words", "is": text} for name, text in OWN_TERMS.items()}
    meanings = {name: {"means": "Under it.", "is": text} for name, text in SPLIT.items()}
    terms["outside"] = {"quote": "words", "readings": meanings, **_adoption(chance, list(SPLIT))}
    sections = chance.sample(SECTIONS[:4], chance.choice((1, 2, 3)))
    sections = list(dict.fromkeys(["1", *sections]))
    permissions = {
        s: {"title": "One", "conditions": _conditions(chance, chance.choice((1, 2, 3)), section=True)} for s in sections
    }
    source = {"title": "A small contract", "sha256": "0" * 64}
    head = {"policy": f"{agreement}/{number}", "agreement": agreement, "title": "A version", "source": source}
    days = {"executed": str(executed), "effective": str(effective)}
    parties = {"parties": PARTIES} if chance.random() < 0.7 else {}
    always = {"always": _conditions(chance, chance.choice((0, 0, 1, 3)), section=False)}
    return json.dumps({**head, **days, **parties, "terms": terms, **always, "permissions": permissions}, indent=1)


def _agreement(chance: Random, name: str) -> tuple[Agreement, list[str]]:
    """Return an agreement of one version or more, some made later than they take effect, and its texts."""
    days = sorted(chance.sample(DAYS[1:5], chance.choice((1, 1, 2, 3))))
    executed = [chance.choice((day, day, day + timedelta(31))) for day in days]
    texts = [policy_text(chance, name, n, *both) for n, both in enumerate(zip(days, executed, strict=True))]
    versions = [load_policy(strict.parse(text.encode(), f"{name}.json"), FACTS) for text in texts]
    return Agreement(name=name, facts=FACTS, versions=tuple(versions)), texts


def small_law(seed: int, count: int) -> World:
    """Return a book of two small agreements and their followers, so many trusts in all."""
    chance = Random(seed)  # noqa: S311 (a test's randomness, to be had again)
    made = [_agreement(chance, name) for name in ("first", "second")]
    law = {of.name: of for of, _ in made}
    law |= {f"trust-{n}": made[n % 2][0]._replace(name=f"trust-{n}") for n in range(count - 2)}
    tape, batches, lines = [], [], []
    for name in law:
        loans = [f"{n:04}" for n in range(chance.choice((0, 3, 5, 8)))]
        on_tape = list(_loans(chance, name, loans))
        tape += on_tape
        for n in range(chance.choice((1, 1, 2))):
            batch = f"{name}/{n}"
            batches.append({"batch": batch, "agreement": name, "date": chance.choice(DAYS), **_stated(chance, "terms")})
            lines += _lines(chance, batch, [*loans, "absent"], {row["loan_id"]: row for row in on_tape})
    for rows in (tape, batches, lines):
        chance.shuffle(rows)
    last = max(row["date"] for row in batches)
    look = chance.choice([None, None, last, last + timedelta(31)])
    return World(law, chance.choice(DAYS), tape, batches, lines, look, [text for _, texts in made for text in texts])


def _loans(chance: Random, name: str, loans: Sequence[str]) -> Iterator[Row]:
    unsure = chance.choice((0, 0, 0.2))
    for loan in loans:
        member = None if chance.random() < unsure else chance.random() < 0.9
        yield {"agreement": name, "loan_id": loan, "in_pool": member, **_core(chance), **_stated(chance, "loan")}


def _core(chance: Random) -> Row:
    balance = chance.choice((None, *map(Decimal, chances.CENTS)))
    return {"stated_principal_balance": balance}


def _lines(chance: Random, batch: str, loans: Sequence[str], tape: Mapping[Value | None, Row]) -> Iterator[Row]:
    for _ in range(chance.choice((0, 1, 2, 4))):
        loan = chance.choice(loans)
        row: Row = {"batch": batch, "loan": loan, "under": chance.choice(CITED)}
        row |= {"price": chance.choice((None, *map(Decimal, chances.CENTS)))}
        row |= {"buyer.name": chance.choice((None, *BUYERS)), "buyer.role": chance.choice((None, *ROLES))}
        row |= _stated(chance, "disposition")
        attested = {f"loan.{key}": value for key, value in _stated(chance, "loan").items()}
        on_tape = tape.get(loan, {})
        for name in [name for name in attested if not FACTS[name].measured]:
            known = on_tape.get(name.removeprefix("loan."))
            row[name] = attested[name] if known is None else chance.choice((None, known))
        yield row


def _stated(chance: Random, group: str) -> Row:
    unknown = chance.choice((0.0, 0.02, 0.1, 0.5))
    prefix = "terms." if group == "terms" else ""
    return {f"{prefix}{name}": None if chance.random() < unknown else _value(chance, name) for name in KINDS}


def _value(chance: Random, name: str) -> Value:
    found = chances.value(chance, KINDS[name])
    if KINDS[name].type is not Type.TEXT:
        return found
    try:
        return parse_text(str(found)) or "a"
    except BadValueError:
        return chance.choice(TEXTS)
