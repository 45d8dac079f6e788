"""The form of a policy file: each record's keys and meanings, once, for the loader and for the schema."""

from collections.abc import Callable
from datetime import date

from checker.document.shape import Code, Key, List, Map, Prose, Record, Word, Written, built
from checker.document.strict import Node
from checker.lang.named import NamedTuple
from checker.lang.syntax import Type
from checker.model import Each

_REQUIRED = Code(examples=("count(exercise) <= 5", "disposition.price <= 1.00% of loan.stated_principal_balance"))
_MEANT = Code(examples=("sum(loan.stated_principal_balance over pool)", 'disposition.buyer.role = "third_party"'))
_ROLES = ("master_servicer", "custodian")
_WORDS = r"[a-z0-9]+(-[a-z0-9]+)*"


class AdoptionDraft(NamedTuple):
    """`adopted:` as written."""

    reading: str | None
    adopted_by: str | None
    adopted_on: date | None
    because: str
    at: Node


class ReadingDraft(NamedTuple):
    """One reading of a condition as written."""

    means: str
    require: Written | None
    assumes: str
    at: Node


class ConditionDraft(NamedTuple):
    """One condition as written."""

    quote: str
    means: str
    each: str | None
    require: Written | None
    readings: dict[str, ReadingDraft]
    adopted: AdoptionDraft | None
    assumes: str
    at: Node


class TermReadingDraft(NamedTuple):
    """One reading of a term as written."""

    means: str
    is_: Written | None
    assumes: str
    at: Node


class TermDraft(NamedTuple):
    """One term as written."""

    quote: str
    means: str
    is_: Written | None
    readings: dict[str, TermReadingDraft]
    adopted: AdoptionDraft | None
    assumes: str
    at: Node


class ObligationDraft(NamedTuple):
    """One obligation as written."""

    quote: str
    means: str
    owed_by: str | None
    owed_to: tuple[str, ...]
    deadline: Written | None
    done_on: Written | None
    with_: Written | None
    assumes: str
    at: Node


class PermissionDraft(NamedTuple):
    """One permission as written."""

    title: str
    assumes: tuple[str, ...]
    conditions: dict[str, ConditionDraft]
    obligations: dict[str, ObligationDraft]
    at: Node


class PassageDraft(NamedTuple):
    """A stretch of the contract as written."""

    from_: str
    to: str
    at: Node


class NotCheckedDraft(NamedTuple):
    """Words that no rule checks, as written."""

    quote: str
    from_: str
    to: str
    because: str
    at: Node


class SourceDraft(NamedTuple):
    """The contract's text as named in the policy."""

    title: str
    sha256: str | None
    operative: tuple[PassageDraft, ...]
    at: Node


class PolicyDraft(NamedTuple):
    """A whole policy as written."""

    policy: str | None
    agreement: str | None
    title: str
    executed: date | None
    effective: date | None
    source: SourceDraft | None
    assumes: tuple[str, ...]
    parties: dict[str, tuple[str, ...]]
    terms: dict[str, TermDraft]
    always: dict[str, ConditionDraft]
    permissions: dict[str, PermissionDraft]
    not_checked: tuple[NotCheckedDraft, ...]
    at: Node


def _from(make: Callable[..., object]) -> Callable[[dict[str, object], Node], object]:
    """Return a maker of records with the key `from`, which cannot name a field."""
    maker = built(make)
    return lambda values, at: maker({f"{key}_" if key == "from" else key: value for key, value in values.items()}, at)


_QUOTE = Key(shape=Prose(), means="the words of the contract that this keeps, short and exact")
_MEANS = Key(shape=Prose(), means="what it asks, in plain words")
_ASSUMES = Key(shape=Prose(), means="what it rests on that neither the tape nor the contract in hand shows")

ADOPTION = Record(
    title="an adoption",
    make=built(AdoptionDraft),
    keys={
        "reading": Key(shape=Word(), means="the name of the reading that is adopted", required=True),
        "adopted_by": Key(shape=Word(), means="who adopts it", required=True),
        "adopted_on": Key(shape=Word(type=Type.DATE), means="when", required=True),
        "because": Key(shape=Prose(), means="why", required=True),
    },
)
_ADOPTED = Key(shape=ADOPTION, means="the reading that somebody adopted, with their name, date and reason")

READING = Record(
    title="a reading",
    make=built(ReadingDraft),
    keys={
        "means": _MEANS,
        "require": Key(shape=_REQUIRED, means="the expression that must be true", required=True),
        "assumes": _ASSUMES,
    },
)

CONDITION = Record(
    title="a condition",
    make=built(ConditionDraft),
    one_of_keys=("require", "readings"),
    keys={
        "quote": _QUOTE,
        "means": _MEANS,
        "each": Key(shape=Word(one_of=tuple(Each)), means="what it is judged on; a disposition unless said"),
        "require": Key(shape=_REQUIRED, means="the expression that must be true"),
        "readings": Key(shape=Map(of=READING, key=_WORDS, least=2), means="two or more defensible meanings"),
        "adopted": _ADOPTED,
        "assumes": _ASSUMES,
    },
)

TERM_READING = Record(
    title="a reading of a term",
    make=built(TermReadingDraft),
    keys={
        "means": _MEANS,
        "is": Key(shape=_MEANT, means="the expression that the term stands for", required=True),
        "assumes": _ASSUMES,
    },
)

TERM = Record(
    title="a term",
    make=built(TermDraft),
    one_of_keys=("is", "readings"),
    keys={
        "quote": _QUOTE,
        "means": _MEANS,
        "is": Key(shape=_MEANT, means="the expression that the term stands for"),
        "readings": Key(shape=Map(of=TERM_READING, key=_WORDS, least=2), means="two or more defensible meanings"),
        "adopted": _ADOPTED,
        "assumes": _ASSUMES,
    },
)

OBLIGATION = Record(
    title="an obligation",
    make=built(ObligationDraft),
    keys={
        "quote": _QUOTE,
        "means": _MEANS,
        "owed_by": Key(shape=Word(examples=_ROLES), means="who must do it", required=True),
        "owed_to": Key(shape=List(of=Word(examples=_ROLES), least=1), means="to whom", required=True),
        "deadline": Key(
            shape=Code(examples=("batch.date", "add_days(batch.date, 5)")),
            means="the last day on which it is in time; without one it is never late",
        ),
        "done_on": Key(shape=Code(examples=("notice.sent_on",)), means="the day on which it was done"),
        "with": Key(
            shape=Code(examples=("notice.is_signed",)), means="what must also be true of it; false makes it defective"
        ),
        "assumes": _ASSUMES,
    },
)

PERMISSION = Record(
    title="a permission",
    make=built(PermissionDraft),
    keys={
        "title": Key(shape=Prose(), means="the section's name for a reader", required=True),
        "assumes": Key(shape=List(of=Prose()), means="what every decision under the section rests on"),
        "conditions": Key(
            shape=Map(of=CONDITION, key=_WORDS, least=1), means="what must hold for it to be used", required=True
        ),
        "obligations": Key(shape=Map(of=OBLIGATION, key=_WORDS), means="what must be done because it was used"),
    },
)

_FROM = "its first words, which stand in the text once"
_TO = "its last words: the first place after those where they stand"

PASSAGE = Record(
    title="a passage",
    make=_from(PassageDraft),
    keys={
        "from": Key(shape=Prose(), means=_FROM, required=True),
        "to": Key(shape=Prose(), means=_TO, required=True),
    },
)

SOURCE = Record(
    title="a source",
    make=built(SourceDraft),
    keys={
        "title": Key(shape=Prose(), means="the document's name", required=True),
        "sha256": Key(
            shape=Word(pattern="[0-9a-f]{64}"), means="the digest of the text that was quoted", required=True
        ),
        "operative": Key(shape=List(of=PASSAGE), means="the parts of the text that the version expresses"),
    },
)

NOT_CHECKED = Record(
    title="words that no rule checks",
    make=_from(NotCheckedDraft),
    one_of_keys=("quote", "from"),
    keys={
        "quote": Key(shape=Prose(), means="the words of the contract"),
        "from": Key(shape=Prose(), means=_FROM),
        "to": Key(shape=Prose(), means=_TO),
        "because": Key(shape=Prose(), means="why no rule checks them", required=True),
    },
)

POLICY = Record(
    title="a policy",
    make=built(PolicyDraft),
    keys={
        "policy": Key(shape=Word(), means="the name of this version, unlike any other", required=True),
        "agreement": Key(shape=Word(), means="the contract that it is a version of", required=True),
        "title": Key(shape=Prose(), means="what it expresses, for a reader", required=True),
        "executed": Key(shape=Word(type=Type.DATE), means="the day on which it was signed", required=True),
        "effective": Key(shape=Word(type=Type.DATE), means="the first day on which it is in force", required=True),
        "source": Key(shape=SOURCE, means="the text from which the quotes were taken", required=True),
        "assumes": Key(shape=List(of=Prose()), means="what every decision under the policy rests on"),
        "parties": Key(
            shape=Map(of=List(of=Word()), key=r"[a-z][a-z0-9_]*"), means="the known names of each party, by its role"
        ),
        "terms": Key(shape=Map(of=TERM, key=r"[a-z_][a-z0-9_]*"), means="the defined terms of the contract"),
        "always": Key(shape=Map(of=CONDITION, key=_WORDS), means="conditions of every section"),
        "permissions": Key(
            shape=Map(of=PERMISSION, key=r"[^/\s]+", least=1), means='each section that says "may"', required=True
        ),
        "not_checked": Key(shape=List(of=NOT_CHECKED), means="the words of the contract that no rule checks"),
    },
)
