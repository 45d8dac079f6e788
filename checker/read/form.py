"""The form of a batch: it follows from the declared facts, so that declaring a fact is all it takes to state it."""

from collections.abc import Callable, Mapping
from functools import partial

from checker.document.shape import Either, Key, List, Record, Word
from checker.document.strict import Mapping as Entries
from checker.document.strict import Node
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type
from checker.model import FactDeclared

Nested = dict[str, "FactDeclared | Nested"]
Make = Callable[[dict[str, object], Node], object]


class Parts(NamedTuple):
    """The parts of a proposal: what every line says, one line, and the facts of the batch by their group."""

    every: Record
    line: Record
    groups: Mapping[str, Key]


def batch_shape(facts: Mapping[str, FactDeclared]) -> Record:
    """Return the shape of a batch under an agreement with these facts."""
    parts = proposal_parts(facts, written)
    line = parts.line._replace(make=_line)
    return Record(title="a batch", make=written, keys={**_head(facts, parts.every, line), **parts.groups})


def proposal_parts(facts: Mapping[str, FactDeclared], make: Make, *, optional: bool = False) -> Parts:
    """Return the shapes of the parts of a proposal; `make` builds the values of each, which may be `optional`."""
    loan = [fact for fact in facts.values() if fact.group == "loan" and not fact.measured]
    line = _tree([f for f in facts.values() if f.group == "disposition" and f.name != "disposition.loan"], skip=1)
    groups = _tree([f for f in facts.values() if f.group not in ("loan", "disposition", "batch", "tape")])
    record = partial(_record, make=make, optional=optional)
    attested = record("a loan", _tree(loan, skip=1))
    named = Record(
        title="a loan",
        make=make,
        keys={"loan_id": Key(shape=Word(), means="the loan's number", required=True), **attested.keys},
    )
    either = Either(word=Word(), mapping=named)
    loan_key = Key(shape=either, means="the loan that leaves the pool, by its number", required=True)
    return Parts(
        every=record("what every line says", {**line, "loan": _tree(loan, skip=1)}),
        line=Record(title="a line", make=make, keys={"loan": loan_key, **record("a line", line).keys}),
        groups=record("", groups).keys,
    )


def loan_shape(facts: Mapping[str, FactDeclared], make: Make) -> Record:
    """Return the shape of a row of a tape: every fact of a loan but its number."""
    own = [fact for fact in facts.values() if fact.group == "loan" and fact.name != "loan.loan_id"]
    return _record("a loan of the tape", _tree(own, skip=1), make)


def _head(facts: Mapping[str, FactDeclared], every: Record, lines: Record) -> dict[str, Key]:
    table = Record(
        title="a table of lines",
        make=written,
        keys={
            "file": Key(shape=Word(), means="a CSV file or an Excel workbook, relative to the batch", required=True),
            "sheet": Key(shape=Word(), means="the sheet of a workbook that has several"),
            "layout": Key(shape=Word(), means="how the file is read; `canonical` unless said"),
        },
    )
    tape = Record(
        title="a tape",
        make=written,
        keys={
            "file": Key(shape=Word(), means="the file, relative to the batch", required=True),
            "as_of": Key(shape=Word(type=Type.DATE), means=facts["tape.as_of"].means, required=True),
            "layout": Key(shape=Word(), means="how the file is read; `canonical` unless said"),
            "sheet": Key(shape=Word(), means="the sheet of a workbook that has several"),
            "sha256": Key(shape=Word(pattern="[0-9a-f]{64}"), means="the digest that the file must have"),
        },
    )
    own = [fact for fact in facts.values() if fact.group == "batch"]
    head = {f.name.partition(".")[2]: Key(shape=_word(f, optional=False), means=f.means, required=True) for f in own}
    dispositions = Either(listing=List(of=lines), mapping=table)
    return {
        **head,
        "tape": Key(shape=tape, means="the pool file", required=True),
        "every": Key(shape=every, means="what each line says unless it says otherwise"),
        "dispositions": Key(shape=dispositions, means="the lines of the proposal", required=True),
    }


def _word(fact: FactDeclared, *, optional: bool = True) -> Word:
    return Word(type=fact.type, one_of=fact.one_of, at_least=fact.at_least, optional=optional)


def _tree(facts: list[FactDeclared], skip: int = 0) -> Nested:
    tree: Nested = {}
    for fact in facts:
        *groups, last = fact.name.split(".")[skip:]
        inner = tree
        for group in groups:
            inner = inner.setdefault(group, {})  # type: ignore[assignment] # no fact is inside another
        inner[last] = fact
    return tree


def _record(title: str, tree: Nested, make: Make, *, optional: bool = False) -> Record:
    keys = {}
    for name, part in tree.items():
        if isinstance(part, FactDeclared):
            keys[name] = Key(shape=_word(part), means=part.means)
        else:
            inner = _record(f"`{name}`", part, make, optional=optional)
            keys[name] = Key(shape=inner, means=f"the facts of `{name}`")
    return Record(title=title, make=make, keys=keys, optional=optional)


def written(values: dict[str, object], at: Node) -> dict[str, object]:
    """Return the keys that say something; an empty one says nothing."""
    if not isinstance(at, Entries):
        return {}
    return {key.text: values[key.text] for key, _ in at.entries if values.get(key.text) is not None}


def _line(values: dict[str, object], at: Node) -> tuple[dict[str, object], Node]:
    return written(values, at), at


def flatten(prefix: str, values: Mapping[str, object]) -> dict[str, object]:
    """Return nested values by their full names."""
    found: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found.update(flatten(f"{prefix}{name}.", value))
        else:
            found[f"{prefix}{name}"] = value
    return found
