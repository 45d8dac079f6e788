"""Schema and loader accept and refuse the same files, however a file is spoilt.

An editor that goes by the schema and the loader must not disagree on the form of a file. What only the loader knows is
listed in `ONLY_THE_LOADER`: what depends on other files, on the meaning of an expression, or on several keys at once.
"""

import copy
import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import jsonschema
import pytest
from builders import NAME, shipped_policies
from hypothesis import given, settings
from hypothesis import strategies as st

import checker
from checker.document import strict
from checker.document.schema import document_schema, instance_of
from checker.document.shape import Either, List, Map, Record, Shape
from checker.faults import Fault, InputError
from checker.load.drafts import POLICY
from checker.load.facts import FACTS, core_facts, load_facts
from checker.load.policies import load_policy
from checker.proof.cases import cases_of
from checker.proof.form import cases_shape
from checker.read.batch import read_batch
from checker.read.form import batch_shape
from checker.read.layout import LAYOUT, load_layout

EXAMPLES = int(os.environ.get("EXAMPLES", "80"))
# A file with no other faults than these is of the right form, and the schema accepts it.
ONLY_THE_LOADER = {
    "E0": "whether the files that it names can be read",
    "E1": "whether a text is an expression",
    "E2": "which names an expression may use, and whether its types go together",
    "E305: a line does not say": "whether a line and `every` together say `under`",
    "E401 at a record": "whether what the codes of a column stand for is of its type",
    "E501": "which facts the checker declares, and whether one name is inside another",
    "E502": "which bounds go with a type",
    "E503": "which words the language keeps to itself, and whether readings have one type",
    "E504": "which readings there are to adopt",
    "E505": "whether a condition and an obligation share a name, and which names the checker keeps to itself",
    "E506": "where a condition has its readings from",
    "E507": "whether an obligation can be met",
    "E510": "which columns and facts there are, and what goes with a column's type",
    "E511": "whether an expression reads a fact",
    "E512": "whether `from` and `to` stand together",
    "E6": "which layouts there are, and what the tape is and says",
    "E7": "what a table holds",
    "E9": "which rules and bases there are, and what an expectation can be broken by",
}


class Plain(str):
    """A word that is written without quotation marks."""

    __slots__ = ()


def written(value: object) -> str:
    """Return a document as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return str(value) if isinstance(value, Plain) else json.dumps(value)


# A valid document of each kind, in which every key stands somewhere.

SHA256 = "0123456789abcdef" * 4
ADOPTED = {"reading": "one", "adopted_by": "A. Reviewer", "adopted_on": "2005-01-10", "because": "A reason."}
POLICY_FILE = {
    "policy": "an-agreement/first",
    "agreement": "an-agreement",
    "title": "A section",
    "executed": "2004-11-24",
    "effective": Plain("2004-11-24"),
    "source": {
        "title": "The contract",
        "sha256": SHA256,
        "operative": [{"from": "The Master Servicer may", "to": "at its discretion."}],
    },
    "assumes": ["The rest was not in hand."],
    "parties": {"master_servicer": ["Servicer Inc", "Servicer LLC"]},
    "terms": {
        "asked": {
            "quote": "the price",
            "means": "A price.",
            "is": "loan.stated_principal_balance",
            "assumes": "Nothing else.",
        },
        "buyer": {
            "readings": {
                "one": {"means": "One.", "is": 'disposition.buyer.role = "affiliate"', "assumes": "It is."},
                "another": {"is": "true"},
            },
            "adopted": ADOPTED,
        },
    },
    "always": {"tape": {"require": "tape.as_of = batch.date"}},
    "permissions": {
        "2.1": {
            "title": "A permission",
            "assumes": ["That it is."],
            "conditions": {
                "size": {
                    "quote": "five loans",
                    "means": "Five.",
                    "each": "exercise",
                    "readings": {
                        "one": {"means": "One.", "require": "count(exercise) <= 5", "assumes": "It is."},
                        "another": {"require": "count(exercise) >= 5"},
                    },
                    "adopted": ADOPTED,
                    "assumes": "That it is.",
                },
                "price": {"require": "disposition.price = asked"},
            },
            "obligations": {
                "certify": {
                    "quote": "shall certify",
                    "means": "It is certified.",
                    "owed_by": "master_servicer",
                    "owed_to": ["custodian"],
                    "deadline": "batch.date",
                    "done_on": "certification.sent_to_custodian",
                    "with": "certification.deposits_stated",
                    "assumes": "That day.",
                }
            },
        }
    },
    "not_checked": [
        {"quote": "in its discretion", "because": "There is nothing to measure."},
        {"from": "The Master Servicer may", "to": "discretion", "because": "Nor is there here."},
    ],
}
FACTS_FILE = {
    "facts": {
        "loan.fee": {
            "type": "money",
            "means": "A fee.",
            "unit": "US dollars",
            "at_least": Plain("0"),
            "measured": True,
        },
        "disposition.kind": {"type": "text", "means": "A kind.", "one_of": ["one", "another"], "unread": "A reason."},
    }
}
LAYOUT_FILE = {
    "layout": "a-source",
    "title": "A source",
    "assumes": ["Its balances are scheduled."],
    "of": "tape",
    "format": "delimited",
    "delimiter": "pipe",
    "header": False,
    "header_row": Plain("3"),
    "columns": ["id", "balance", "due", "kind"],
    "read": {
        "id": {"type": "text", "unknown": ["XX"]},
        "balance": {"type": "money", "unknown_below": Plain("0")},
        "amount": {"column": "balance", "type": "money", "thousands": "comma", "currency": "$", "brackets": True},
        "due": {"type": "date", "form": "MM/YYYY"},
        "unpaid": {"column": "kind", "type": "count", "leading_zeros": True},
        "kind": {"type": "flag", "codes": {"Y": "true", "N": "false"}},
    },
    "rows": "row.due <= tape.as_of",
    "loans": "row.kind is known",
    "facts": {"loan.loan_id": "row.id", "loan.stated_principal_balance": "row.balance", "loan.defaulted": "row.kind"},
}
XML_FILE = {
    "layout": "an-xml-source",
    "title": "A source in XML",
    "format": "xml",
    "namespace": "urn:loans",
    "row": "loan",
    "columns": ["id", "property"],
    "read": {"id": {"type": "text"}, "state": {"column": "property/state", "type": "text"}},
    "facts": {"loan.loan_id": "row.id"},
}
LINES_FILE = {
    "layout": "a-desk",
    "title": "A desk's table of lines",
    "of": "lines",
    "delimiter": "comma",
    "header": True,
    "columns": ["Loan", "Price"],
    "read": {"loan": {"column": "Loan", "type": "text"}, "price": {"column": "Price", "type": "money"}},
    "facts": {"disposition.loan": "row.loan", "disposition.price": "row.price"},
}
LINE = {
    "under": "3.18",
    "price": "1000.00",
    "buyer": {"name": "A. Buyer", "role": "affiliate"},
    "fair_market_value": {"amount": Plain("900.5"), "date": "2005-03-31", "source": "A broker"},
    "present_value": {"sale": "0", "foreclosure": "1"},
    "determination": {"by": "A. Officer", "date": "2005-03-31", "document": "Minutes"},
}
ATTESTED = {"accrued_interest": "1.50", "unreimbursed_advances": "0", "defaulted": True, "foreclosed": False}
BATCH_FILE = {
    "batch": "a",
    "agreement": NAME,
    "date": "2005-03-31",
    "tape": {"file": "tape.csv", "as_of": "2005-03-31", "layout": "canonical", "sheet": "Pool", "sha256": SHA256},
    "every": {**LINE, "loan": ATTESTED},
    "dispositions": [{"loan": "1", **LINE}, {"loan": {"loan_id": "2", **ATTESTED}}],
    "certification": {
        "form": "Exhibit B",
        "officer": "A. Officer",
        "officer_title": "Vice President",
        "deposits_stated": True,
        "sent_to_indenture_trustee": "2005-03-31",
        "sent_to_custodian": "2005-03-31",
        "mortgage_files_requested": "2005-03-31",
        "mortgage_files_released": "2005-04-30",
    },
}
PINNED = {"file": "tape.csv", "as_of": "2005-03-31", "sha256": SHA256}
TABLE_FILE = BATCH_FILE | {"dispositions": {"file": "lines.csv", "sheet": "Lines", "layout": "canonical"}}
_PROPOSAL = {
    "date": "2005-03-31",
    "as_of": Plain("2005-04-01"),
    "tape": {
        "as_of": "2005-03-31",
        "every": {"accrued_interest": "1.50", "unreimbursed_advances": "0", "foreclosed": False},
        "loans": {
            "1": {"stated_principal_balance": Plain("5.00"), "next_due_date": "2004-12-01", "in_pool": True},
            "2": {"stated_principal_balance": "6.00", "defaulted": True},
        },
    },
    "every": {**LINE, "loan": {"defaulted": True}},
    "dispositions": ["1", {"loan": {"loan_id": "2", **ATTESTED}, **LINE}],
    "certification": BATCH_FILE["certification"],
}
CASES_FILE = {
    "bases": {"clean": _PROPOSAL, "another": {"like": "clean", "date": ""}},
    "cases": [
        {
            "title": "What it shows.",
            "like": "another",
            **_PROPOSAL,
            "expect": {"decision": "refused", "rules": {"3.18/price": "fail", "3.13(g)/size": {"floor": "pass"}}},
            "also": "any",
        }
    ],
}
Json = dict[str, Any]


class Kind(NamedTuple):
    """One kind of document: a valid one, its shape, and its loader."""

    valid: Json
    shape: Record
    load: Callable[[strict.Document], object]


@cache
def facts() -> Any:
    return shipped_policies()[NAME].facts


def read(document: strict.Document) -> object:
    """Read a batch from a folder in which its tape and its table stand."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "tape.csv").write_text("loan_id,stated_principal_balance\n1,5.00\n2,6.00\n")
        (Path(folder) / "lines.csv").write_text("loan,under\n1,3.18\n")
        (Path(folder) / "batch.yaml").write_text(document.text)
        return read_batch(Path(folder) / "batch.yaml", checker.Source(shipped_policies()))


KINDS = {
    "policy": Kind(POLICY_FILE, POLICY, lambda document: load_policy(document, facts())),
    "facts": Kind(FACTS_FILE, FACTS, lambda document: load_facts(document, core_facts())),
    "layout": Kind(LAYOUT_FILE, LAYOUT, lambda document: load_layout(document, facts())),
    "layout of XML": Kind(XML_FILE, LAYOUT, lambda document: load_layout(document, facts())),
    "layout of lines": Kind(LINES_FILE, LAYOUT, lambda document: load_layout(document, facts(), "lines")),
    "batch": Kind(BATCH_FILE, batch_shape(facts()), read),
    "batch with a table": Kind(TABLE_FILE, batch_shape(facts()), read),
    "cases": Kind(CASES_FILE, cases_shape(facts()), lambda document: cases_of(document, shipped_policies()[NAME])),
}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@cache
def validator(name: str) -> Any:
    schema = document_schema(KINDS[name].shape)
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


def faults_of(kind: Kind, document: strict.Document) -> tuple[Fault, ...]:
    try:
        kind.load(document)
    except InputError as error:
        return error.faults
    return ()


def is_of_form(fault: Fault) -> bool:
    """Tell whether a fault is one that a schema can know."""
    place = fault.place
    if fault.code == "E305" and "does not say" in fault.message:
        return False
    if fault.code == "E401" and place and place.source[place.column - 1] == "{":
        return False
    return not any(fault.code.startswith(code) for code in ONLY_THE_LOADER)


# Ways to spoil a document.

WORDS = ["", "text", " text ", "two\nlines", "end\n", "\n", "a\tb", "a\u00a0b", "\u200b", "\u2028", "\u00e9", "\x1b[0m"]
NUMBERS = ["5", "-1", "1.5", "0", "-0", "-0.0", "007", "1,000", "1e5", "1.5E+11", ".5", "+5", "9" * 30, "9" * 31]
OTHERS = ["2004-12-28", "2004-02-30", "2004-1-1", "true", "yes", "null", "~", "affiliate", "money", "x/y", "always"]
PLAIN = [
    "5",
    "-1",
    "1.5",
    "0",
    "-0",
    "007",
    "1.5E+11",
    "true",
    "null",
    "~",
    "Null",
    "yes",
    "text",
    "9" * 31,
    "2004-12-28",
]
KEYS = ["", "a b", "A", "1", "1E5", "x/y", "a.b", "loan.x", "loan", "\u00e9", "end\n", "-a", "a-", "a_b", "a-b", "with"]
NOTHING = [None, True, False, [], {}, ["a"], [""], {"a": "b"}, {"file": "lines.csv"}, [[]], [{}]]
EVERY_VALUE = [*WORDS, *NUMBERS, *OTHERS, *map(Plain, PLAIN), *NOTHING]
EVERY_NAME = [*KEYS, *WORDS, *NUMBERS, *OTHERS]
values = st.sampled_from(EVERY_VALUE).map(copy.deepcopy)


def places(of: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return the path of every part of a document but the whole."""
    if path:
        yield path
    for key, inner in of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list) else ():
        yield from places(inner, (*path, key))


def inside(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def renamed(of: Json, old: str, new: str) -> Json:
    return {new if key == old else key: inner for key, inner in of.items() if key == old or key != new}


@st.composite
def spoilt(draw: st.DrawFn, valid: Json) -> Json:
    """Return a document with up to three changes: a part left out, replaced, renamed, repeated or put elsewhere."""
    document = copy.deepcopy(valid)
    for _ in range(draw(st.integers(1, 3))):
        if not (found := sorted(places(document), key=repr)):
            break
        *above, key = draw(st.sampled_from(found))
        holder = inside(document, tuple(above))
        how = draw(st.sampled_from(["leave out", "replace", "replace", "replace", "rename", "add", "put elsewhere"]))
        if how == "leave out":
            del holder[key]
        elif how == "replace":
            holder[key] = draw(values)
        elif how == "put elsewhere":
            holder[key] = copy.deepcopy(inside(document, draw(st.sampled_from(found))))
        elif isinstance(holder, list):
            holder.append(draw(values))
        else:
            name = draw(st.sampled_from([*KEYS, *sorted(valid)]))
            changed = renamed(holder, key, name) if how == "rename" else {**holder, name: draw(values)}
            holder.clear()
            holder.update(changed)
    return document


# The claims.


def disagreement(name: str, raw: Json) -> str:
    """Return what loader and schema say of a document, where they disagree.

    What the schema refuses the loader refuses, and what is not of the right form both do.
    """
    document = strict.parse(written(raw).encode(), "document.yaml")
    faults = faults_of(KINDS[name], document)
    errors = [error.message[:200] for error in validator(name).iter_errors(instance_of(document.root))]
    wrong = [f"{fault.code}: {fault.message}" for fault in faults if is_of_form(fault)]
    agree = bool(faults) if errors else not wrong
    return "" if agree else f"loader: {wrong or 'right'}, schema: {errors or 'right'}"


@each_kind
def test_a_valid_document_is_valid_for_both(kind: Kind) -> None:
    document = strict.parse(written(kind.valid).encode(), "document.yaml")
    assert [fault for fault in faults_of(kind, document) if fault.code != "E711"] == []  # a CSV file has no sheet
    jsonschema.validate(instance_of(document.root), document_schema(kind.shape))


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_schema_and_loader_agree_on_what_is_spoilt(name: str, data: st.DataObject) -> None:
    assert disagreement(name, data.draw(spoilt(KINDS[name].valid))) == ""


def with_(valid: Json, path: str, value: object) -> Json:
    """Return a document with one part replaced; the path is written with `|` between its keys."""
    return put(valid, tuple(int(key) if key.isdigit() else key for key in path.split("|")), value)


def every_small_change(valid: Json) -> Iterator[tuple[str, Json]]:
    """Return a document with each part left out, put in another kind of thing, or given what another part has."""
    for path in places(valid):
        spelled = "|".join(map(str, path))
        yield f"without {spelled}", without(valid, path)
        yield from ((f"{spelled}: {value!r}", put(valid, path, value)) for value in NOTHING)
        holder = inside(valid, path)
        if isinstance(holder, dict):
            others = {key: value for key, value in keys_and_values(valid).items() if key not in holder}
            for key, value in {**others, "unheard-of": "a"}.items():
                yield f"{spelled} with {key}", put(valid, (*path, key), value)


def keys_and_values(of: Json) -> Json:
    """Return every key of a document, with what it has somewhere."""
    return {path[-1]: inside(of, path) for path in places(of) if isinstance(path[-1], str)}


def put(valid: Json, path: tuple[Any, ...], value: object) -> Json:
    document = copy.deepcopy(valid)
    inside(document, path[:-1])[path[-1]] = copy.deepcopy(value)
    return document


def without(valid: Json, path: tuple[Any, ...]) -> Json:
    document = copy.deepcopy(valid)
    del inside(document, path[:-1])[path[-1]]
    return document


@pytest.mark.parametrize("name", ["policy", "facts", "layout", "layout of XML", "layout of lines", "batch"])
def test_they_agree_on_every_small_change(name: str) -> None:
    found = {change: disagreement(name, document) for change, document in every_small_change(KINDS[name].valid)}
    assert {change: said for change, said in found.items() if said} == {}
    assert len(found) > 100


PLACES = {
    "policy": ["title", "policy", "executed", "source|sha256", "assumes|0", "parties|master_servicer|0", "not_checked"],
    "facts": ["facts|loan.fee|at_least", "facts|loan.fee|measured", "facts|loan.fee|unit", "facts|loan.fee|type"],
    "layout": [
        *("header", "delimiter", "columns|0", "read|balance|unknown_below", "read|id|unknown|0", "rows", "facts"),
        *("of", "format", "header_row", "read|amount|thousands", "read|amount|currency", "read|amount|brackets"),
        *("read|amount|column", "read|unpaid|leading_zeros", "loans"),
    ],
    "layout of XML": ["namespace", "row"],
    "batch": [
        *("batch", "date", "tape|sha256", "tape|layout", "every|price", "every|buyer|role", "every|loan|defaulted"),
        *("dispositions|0|loan", "dispositions|0|buyer|name", "dispositions|0", "certification", "certification|form"),
    ],
}


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in PLACES.items() for path in paths])
def test_they_agree_on_every_value_in_every_kind_of_place(name: str, path: str) -> None:
    found = {written(value): disagreement(name, with_(KINDS[name].valid, path, value)) for value in EVERY_VALUE}
    assert len(found) > 50
    assert {value: said for value, said in found.items() if said} == {}


MAPS = {"policy": ["parties", "terms", "always", "permissions", "permissions|2.1|conditions", "terms|buyer|readings"]}
MAPS |= {"facts": ["facts"], "layout": ["read", "read|kind|codes", "facts"]}


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in MAPS.items() for path in paths])
def test_they_agree_on_every_name_of_the_author_s_choosing(name: str, path: str) -> None:
    valid = KINDS[name].valid
    holder = inside(valid, tuple(path.split("|")))
    first = next(iter(holder.values()))
    found = {key: disagreement(name, with_(valid, path, {**holder, key: first})) for key in EVERY_NAME}
    assert {key: said for key, said in found.items() if said} == {}


def keys_of(shape: Shape, value: Any) -> Iterator[tuple[str, str, bool]]:
    """Return every key of a shape, by its record, and whether the document has it."""
    if isinstance(shape, Either):
        choices = {list: shape.listing, dict: shape.mapping}
        yield from keys_of(choices.get(type(value), shape.word), value)  # type: ignore[arg-type] # there is one for each
    elif isinstance(shape, Record) and isinstance(value, dict):
        for name, key in shape.keys.items():
            yield shape.title, name, name in value
            yield from keys_of(key.shape, value[name]) if name in value else ()
    elif isinstance(shape, List | Map):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from keys_of(shape.of, inner)


def test_the_valid_documents_have_every_key() -> None:
    found = [each for kind in KINDS.values() for each in keys_of(kind.shape, kind.valid)]
    written_somewhere = {(title, name) for title, name, is_there in found if is_there}
    assert {(title, name) for title, name, _ in found} == written_somewhere


@pytest.mark.parametrize(
    ("name", "path", "value", "code"),
    [
        pytest.param("policy", "always|tape|require", "tape.as_of =", "E104", id="no expression"),
        pytest.param("policy", "always|tape|require", "tape.as_of", "E203", id="an expression of another type"),
        pytest.param("policy", "terms|buyer|adopted|reading", "none", "E504", id="a reading that is not there"),
        pytest.param("facts", "facts|loan.fee|one_of", ["a"], "E502", id="a bound of another type"),
        pytest.param("layout", "read|balance|codes", {"A": "b"}, "E401", id="a code of another type"),
        pytest.param("batch", "tape|layout", "none", "E602", id="a layout that is not there"),
        pytest.param("batch", "tape", PINNED, "E603", id="a tape that is another"),
        pytest.param("batch", "every", {}, "E711", id="a sheet of a CSV file"),
    ],
)
def test_what_only_the_loader_knows_is_no_matter_of_form(name: str, path: str, value: object, code: str) -> None:
    document = strict.parse(written(with_(KINDS[name].valid, path, value)).encode(), "document.yaml")
    assert code in [fault.code for fault in faults_of(KINDS[name], document)]
    assert validator(name).is_valid(instance_of(document.root))
