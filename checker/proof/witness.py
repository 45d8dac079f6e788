"""A solution as a batch that is plain to read: few lines, little unknown, values as usual, or else round.

Facts that nothing reads are left out.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from checker.lang.named import NamedTuple
from checker.lang.syntax import Type, Value
from checker.proof.search import Formula, Search
from checker.proof.symbolic import every, negated
from checker.proof.variables import DATE, IN_POOL, ROLE, Texts, Variable, meant, nested, plain, said, usual
from checker.read.form import flatten

# The order in which facts are wished to be as usual: what others depend on first.
ORDER = (Type.FLAG, Type.TEXT, Type.DATE, Type.COUNT, Type.NUMBER, Type.MONEY)
AS_OF = "tape.as_of"
FIRST = {DATE: 0, AS_OF: 1, ROLE: 2}
Said = Mapping[tuple[str, int], Mapping[str, Value | None]]


class Space(NamedTuple):
    """The batches of which one is shown: their variables by holder and number, and which lines and loans are there.

    Only the facts that are `read` matter. Every line is under `section`; `day` is when a batch usually is.
    """

    variables: Mapping[tuple[str, int], Mapping[str, Variable]]
    present: Sequence[Formula]
    further: Sequence[Formula]
    texts: Texts
    read: frozenset[str]
    section: str
    day: int


def witness(search: Search, space: Space, like: Mapping[str, Any]) -> dict[str, Any]:
    """Return one of the solutions that a search has found there are, as near to another batch as can be."""
    wanted = _said(like, len(space.present))
    named = [value for said in wanted.values() for value in said.values() if isinstance(value, str)]
    space = space._replace(texts=space.texts.with_more(named))
    lines = _least(search, space.present, len(like.get("dispositions", ())))
    there = [("batch", 0), *(("loan", n) for n in range(1, lines + 1)), *(("line", n) for n in range(1, lines + 1))]
    known = _settled(search, space, there, wanted)
    # Further loans come last, so that they are there only where the lines could not else be as usual.
    others = _least(search, space.further, sum(holder == "loan" for holder, _ in wanted) - lines)
    more = [("loan", len(space.present) + n) for n in range(1, others + 1)]
    known += _settled(search, space, more, wanted)
    return _shown(search, space, known, lines, others)


def _said(like: Mapping[str, Any], lines: int) -> Said:
    """Return the facts of a batch by holder and number: first the loans of its lines, then the others."""
    if not like:
        return {}
    said, loans = like["dispositions"], like["tape"]["loans"]
    own = {key: value for key, value in like.items() if key not in ("date", "tape", "dispositions")}
    found: dict[tuple[str, int], Any] = {
        ("batch", 0): {DATE: like["date"], AS_OF: like["tape"].get("as_of", like["date"]), **flatten("", own)}
    }
    of_lines = [line["loan"] for line in said]
    for number, line in enumerate(said, 1):
        found["line", number] = flatten("disposition.", line)
    for number, loan in [
        *enumerate(of_lines, 1),
        *enumerate((each for each in loans if each not in of_lines), lines + 1),
    ]:
        found["loan", number] = {IN_POOL: True, **flatten("loan.", loans.get(loan, {}))}
    return found


def _least(search: Search, there: Sequence[Formula], like: int) -> int:
    """Return the least number of lines or loans that is possible, or that of a batch to be like."""
    now = [bool(search.value(each)) for each in there].count(True)
    for number in chain([like] if 0 < like <= len(there) else [], range(now)):
        if search.can(_exactly(there, number)):
            return number
    search.add(_exactly(there, now))
    return now


def _exactly(there: Sequence[Formula], number: int) -> Formula:
    return every(*there[:number], *map(negated, there[number : number + 1]))


def _settled(search: Search, space: Space, holders: Sequence[tuple[str, int]], wanted: Said) -> list[Variable]:
    """Settle the facts of these holders, what others depend on first, and return those that are known."""
    found = [each for at in holders for name, each in space.variables[at].items() if name in space.read]
    found.sort(key=lambda each: (FIRST.get(each.fact.name, len(FIRST)), ORDER.index(each.fact.type)))
    _settle_known(search, found, wanted)
    known = [each for each in found if search.value(each.known)]
    _settle_values(search, space, known, wanted)
    return known


def _settle_known(search: Search, there: Sequence[Variable], wanted: Said) -> None:
    """Have as few facts unknown as can be, or just those that are unknown in a batch to be like."""
    said = [wanted.get((each.holder, each.number)) for each in there]
    search.grant(
        [
            each.known if own is None or own.get(each.fact.name) is not None else negated(each.known)
            for each, own in zip(there, said, strict=True)
        ]
    )
    for each in there:
        search.add(each.known if search.value(each.known) else negated(each.known))


def _settle_values(search: Search, space: Space, known: Sequence[Variable], wanted: Said) -> None:
    """Have each fact as usual, or else plain."""
    day = space.variables["batch", 0][DATE].value
    wishes = []
    for each in known:
        value = wanted.get((each.holder, each.number), {}).get(each.fact.name)
        role = space.variables["line", each.number][ROLE].value if each.holder == "line" else day
        wishes.append(
            usual(each, day, role, space.texts, preferred=space.day)
            if value is None
            else meant(each, value, space.texts)
        )
    for each, granted in zip(known, search.grant(wishes), strict=True):
        if not granted and each.fact.type is not Type.FLAG:
            _settle(search, each, search.value(day), space.texts)


def _settle(search: Search, of: Variable, day: int, texts: Texts) -> None:
    """Give a variable the plainest value that it can have."""
    now = search.value(of.value)
    if search.is_open(of.value != now):
        any(search.can(of.value == value) for value in plain(of, now, day, texts))
    search.add(of.value == search.value(of.value))


def _shown(search: Search, space: Space, known: Sequence[Variable], lines: int, others: int) -> dict[str, Any]:
    """Return the batch in the form of a case."""
    found: dict[tuple[str, int], dict[str, Value | None]] = {}
    names: dict[int, str] = {}
    for each in known:
        value = search.value(each.value)
        found.setdefault((each.holder, each.number), {})[each.fact.name] = said(each, value, space.texts, names)
    batch = found["batch", 0]
    most = len(space.present)
    loans = [*range(1, lines + 1), *range(most + 1, most + 1 + others)]
    return {
        "date": batch.pop(DATE),
        "tape": {
            "as_of": batch.pop(AS_OF),
            "loans": {str(n): _loan(found.get(("loan", at), {})) for n, at in enumerate(loans, 1)},
        },
        "dispositions": [
            {"loan": str(n), "under": space.section, **_bare(found.get(("line", n), {}))} for n in range(1, lines + 1)
        ],
        **{key: value for key, value in nested(batch).items() if key != "batch"},
        **_bare({name: value for name, value in batch.items() if name.startswith("batch.")}),
    }


def _loan(facts: Mapping[str, Value | None]) -> dict[str, object]:
    in_pool = facts.get(IN_POOL)
    return _bare({name: value for name, value in facts.items() if name != IN_POOL}) | (
        {} if in_pool is True else {"in_pool": in_pool}
    )


def _bare(facts: Mapping[str, Value | None]) -> dict[str, object]:
    """Return facts without the first word of their names, nested."""
    return nested({name.partition(".")[2]: value for name, value in facts.items()})
