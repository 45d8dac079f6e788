"""The form of a file of cases: it follows from the declared facts, as that of a batch does."""

from collections.abc import Mapping

from checker.document import strict
from checker.document.shape import Either, Key, List, Map, Prose, Record, Word
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type
from checker.model import Decision, FactDeclared, Status
from checker.read.form import loan_shape, proposal_parts

READING_STATUSES = (Status.PASS, Status.FAIL, Status.UNKNOWN)


class Said(NamedTuple):
    """A base or a case as written: its keys, and where."""

    says: dict[str, object]
    at: strict.Node


class CaseFile(NamedTuple):
    """A file of cases as written."""

    bases: dict[str, Said]
    cases: tuple[Said, ...]


def cases_shape(facts: Mapping[str, FactDeclared]) -> Record:
    """Return the shape of a file of cases under an agreement with these facts."""
    parts = proposal_parts(facts, _kept, optional=True)
    loan = loan_shape(facts, _kept)
    day = Word(type=Type.DATE, optional=True)
    tape = Record(
        title="a small tape",
        make=_kept,
        keys={
            "as_of": Key(shape=day, means=facts["tape.as_of"].means),
            "every": Key(shape=loan, means="what each loan is unless it says otherwise"),
            "loans": Key(shape=Map(of=loan), means="each loan by its number, with its facts"),
        },
    )
    own = {
        "date": Key(shape=day, means=facts["batch.date"].means),
        "as_of": Key(shape=day, means="the day from which obligations are looked at; `date` unless said"),
        "tape": Key(shape=tape, means="the pool"),
        "every": Key(shape=parts.every, means="what each line says unless it says otherwise"),
        "dispositions": Key(
            shape=List(of=Either(word=Word(), mapping=parts.line)),
            means="the lines: a loan's number, or a line that says more than `every`",
        ),
        **parts.groups,
    }
    rule = Either(
        word=Word(one_of=tuple(Status)),
        mapping=Map(of=Word(one_of=READING_STATUSES), least=1),
    )
    expected = Record(
        title="an expectation",
        make=_kept,
        keys={
            "decision": Key(shape=Word(one_of=tuple(Decision)), means="what is decided of the batch", required=True),
            "rules": Key(shape=Map(of=rule, least=1), means="a status by rule, or by rule and reading"),
        },
    )
    like = Key(shape=Word(), means="the base that it is like but for what it says itself")
    case = {
        "title": Key(shape=Prose(), means="what the case shows, as a sentence", required=True),
        "like": like,
        **own,
        "expect": Key(shape=expected, means="what must come of it", required=True),
        "also": Key(shape=Word(one_of=("any",)), means="other rules than those expected may stop it, too"),
    }
    return Record(
        title="a file of cases",
        make=lambda values, _at: CaseFile(bases=values["bases"], cases=values["cases"]),  # type: ignore[arg-type] # made by the shape
        keys={
            "bases": Key(
                shape=Map(of=Record(title="a base", make=_said, keys={"like": like, **own})),
                means="proposals that cases are like, by name",
            ),
            "cases": Key(
                shape=List(of=Record(title="a case", make=_said, keys=case), least=1),
                means="each case",
                required=True,
            ),
        },
    )


def _kept(values: dict[str, object], at: strict.Node) -> dict[str, object]:
    """Return the keys that are written; one that is written empty is None, and takes away what a base says."""
    return {key.text: values.get(key.text) for key, _ in at.entries} if isinstance(at, strict.Mapping) else {}


def _said(values: dict[str, object], at: strict.Node) -> Said:
    return Said(says=_kept(values, at), at=at)
