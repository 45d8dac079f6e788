"""Pools, lines and proposals with defaults, in the oracle's words, and what the checker says of them in those words."""

import json
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import starmap
from pathlib import Path

from oracle import NONE, Adopted, Certification, Line, Loan, Proposal, Verdicts

import checker
from checker.document import strict
from checker.load.policies import load_policy, shipped
from checker.model import Agreement, Policy

NAME = "impac-cmb-2004-10"
FOLDER = shipped() / NAME
DAY = date(2005, 3, 31)
MASTER, OUTSIDER = "Impac Funding Corporation", "Outside Capital LLC"

COLUMN = {field.name: field.name for field in fields(Loan)} | {"balance": "stated_principal_balance"}
FACT = {
    "price": "price",
    "buyer_name": "buyer.name",
    "buyer_role": "buyer.role",
    "fmv_amount": "fair_market_value.amount",
    "fmv_date": "fair_market_value.date",
    "fmv_source": "fair_market_value.source",
    "pv_sale": "present_value.sale",
    "pv_foreclosure": "present_value.foreclosure",
    "det_by": "determination.by",
    "det_date": "determination.date",
    "det_document": "determination.document",
}
CERTIFICATION = tuple(field.name for field in fields(Certification))


def loan(loan_id: str = "1", balance: str | Decimal | None = "100000.00", **facts: object) -> Loan:
    """Return a loan that may be sold or bought under any section on DAY."""
    usual: dict[str, object] = {
        "next_due_date": date(2004, 12, 1),
        "accrued_interest": Decimal("512.34"),
        "unreimbursed_advances": Decimal("20.00"),
        "defaulted": True,
        "foreclosed": False,
    }
    return Loan(loan_id=loan_id, balance=None if balance is None else Decimal(balance), **(usual | facts))


def loans(*balances: str | None, **facts: object) -> list[Loan]:
    """Return loans of these balances, numbered from 1."""
    return [loan(str(number), balance, **facts) for number, balance in enumerate(balances, 1)]


def asked(of: Loan) -> Decimal:
    """Return the Repurchase Price, of what is known."""
    return sum(
        (part for part in (of.balance, of.accrued_interest, of.unreimbursed_advances) if part is not None), Decimal(0)
    )


def line(of: Loan, under: str = "3.13(g)", *, day: date = DAY, **said: object) -> Line:
    """Return a line that its section permits: at the Repurchase Price, which is also the fair market value."""
    price = asked(of)
    name, role = (OUTSIDER, "third_party") if under == "3.13(f)" else (MASTER, "master_servicer")
    usual: dict[str, object] = {
        "price": price,
        "buyer_name": name,
        "buyer_role": role,
        "fmv_amount": price,
        "fmv_date": day,
        "fmv_source": "Broker's opinion",
        "pv_sale": price,
        "pv_foreclosure": price,
        "det_by": "A. Officer",
        "det_date": day,
        "det_document": "Memorandum 7",
    }
    return Line(loan_id=of.loan_id, under=under, **(usual | said))


def certification(day: date = DAY, **said: object) -> Certification:
    """Return a certification that is as required, sent on the day."""
    usual: dict[str, object] = {
        "form": "Exhibit B",
        "deposits_stated": True,
        "sent_to_indenture_trustee": day,
        "sent_to_custodian": day,
        "mortgage_files_requested": day,
    }
    return Certification(**(usual | said))


def proposal(lines: Iterable[Line], name: str = "a", day: date = DAY, **said: object) -> Proposal:
    """Return a proposal on a tape of its day, certified as required."""
    usual: dict[str, object] = {"tape_as_of": day, "certification": certification(day)}
    return Proposal(name=name, date=day, lines=tuple(lines), **(usual | said))


def tape_text(pool: Iterable[Loan]) -> str:
    """Return the pool as a canonical CSV, without the columns that would say nothing."""
    rows = list(pool)
    silent = [name for name in COLUMN if name != "loan_id" and all(getattr(row, name) is None for row in rows)]
    if all(row.in_pool for row in rows):
        silent.append("in_pool")
    names = [name for name in COLUMN if name not in silent]
    cells = [[_cell(getattr(row, name)) for name in names] for row in rows]
    return "\n".join(",".join(row) for row in [[COLUMN[name] for name in names], *cells]) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def tape(pool: Iterable[Loan], as_of: date = DAY) -> checker.Tape:
    """Return the pool as the checker reads it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tape.csv"
        path.write_text(tape_text(pool))
        return checker.read_tape(path, as_of, agreement().facts)


@cache
def shipped_policies() -> Mapping[str, Agreement]:
    """Return the policies that ship, loaded once."""
    return checker.load_policies()


@cache
def agreement(adopted: frozenset[tuple[str, str]] = frozenset()) -> Agreement:
    """Return the agreement that ships, with these readings adopted in every version that has the rule or term."""
    return of_versions(policy(Path(each.file).name, adopted) for each in shipped_policies()[NAME].versions)


@cache
def policy(file: str, adopted: frozenset[tuple[str, str]]) -> Policy:
    """Return a version that ships, with those of the adoptions that are about it, through the loader."""
    text = (FOLDER / file).read_text()
    for what, reading in adopted:
        text = adopting(text, what, reading)
    return loaded(text)


def loaded(text: str) -> Policy:
    """Return the policy that a text holds, through the loader."""
    return load_policy(strict.parse(text.encode(), "policy.yaml"), shipped_policies()[NAME].facts)


def adopting(text: str, what: str, reading: str) -> str:
    """Return a policy's text with a reading adopted for a rule or a term, if it stands there."""
    name = what.rpartition("/")[2]
    says = ["adopted:", f"  reading: {reading}", "  adopted_by: A. Reviewer", "  adopted_on: 2005-01-10"]
    block = "".join(f"\\g<1>  {each}\n" for each in [*says, "  because: A test."])
    return re.sub(rf"^( *){re.escape(name)}:\n", rf"\g<0>{block}", text, flags=re.MULTILINE)


def versions(*texts: str) -> Mapping[str, Agreement]:
    """Return the agreement with these texts for its versions."""
    return {NAME: of_versions(sorted(map(loaded, texts), key=lambda each: each.effective))}


def of_versions(found: Iterable[Policy]) -> Agreement:
    """Return the agreement that ships, with these versions."""
    return Agreement(name=NAME, facts=shipped_policies()[NAME].facts, versions=tuple(found))


def asking_nothing() -> Mapping[str, Agreement]:
    """Return the agreement that ships, but that no section has a condition of its own: no file could say that."""
    bare = [
        policy._replace(permissions={name: one._replace(conditions=()) for name, one in policy.permissions.items()})
        for policy in agreement().versions
    ]
    return {NAME: of_versions(bare)}


def texts() -> list[str]:
    """Return the texts of the versions that ship, the older first."""
    return [(FOLDER / Path(each.file).name).read_text() for each in shipped_policies()[NAME].versions]


def facts_of(said: Line) -> dict[str, object]:
    """Return what a line says, by the names of a batch."""
    own = {fact: getattr(said, name) for name, fact in FACT.items()}
    attested = {f"loan.{COLUMN[name]}": value for name, value in said.attests}
    return {"loan": said.loan_id, "under": said.under, **own, **attested}


def batch(said: Proposal, on: checker.Tape) -> checker.Batch:
    """Return a proposal as the checker has it, from memory."""
    stated = {f"certification.{name}": getattr(said.certification, name) for name in CERTIFICATION}
    lines = [facts_of(each) for each in said.lines]
    return checker.make_batch(agreement(), on, name=said.name, date=said.date, lines=lines, stated=stated)


def batches(pool: Sequence[Loan], proposals: Iterable[Proposal]) -> list[checker.Batch]:
    """Return proposals as the checker has them, each on the tape that it names."""
    given = list(proposals)
    tapes = {as_of: tape(pool, as_of) for as_of in {each.tape_as_of for each in given}}
    return [batch(each, tapes[each.tape_as_of]) for each in given]


def run(
    pool: Sequence[Loan],
    proposals: Iterable[Proposal],
    adopted: Adopted = NONE,
    as_of: date | None = None,
    policies: Mapping[str, Agreement] | None = None,
) -> checker.Run:
    """Return what the checker decides, under the policies that ship with these readings adopted, or under others."""
    known = policies if policies is not None else {NAME: agreement(frozenset(adopted.items()))}
    return checker.check(known, batches(pool, proposals), as_of)


def verdicts(found: checker.Run) -> Verdicts:
    """Return the checker's run in the oracle's words."""
    judged = [(v.judged.batch.name, j) for v in found.verdicts for j in v.judged.judgements]
    keyed = {(name, j.subject.line or None, j.rule): j for name, j in judged}
    assert len(keyed) == len(judged), "a rule was judged twice on one subject"
    return Verdicts(
        decision=str(found.decision),
        batches={v.judged.batch.name: str(v.decision) for v in found.verdicts},
        lines={(v.judged.batch.name, n): str(decision) for v in found.verdicts for n, decision in v.lines.items()},
        findings={key: str(j.status) for key, j in keyed.items()},
        readings={key: {n: str(s) for n, s in j.readings.items()} for key, j in keyed.items() if j.readings},
    )


def checked(
    pool: Sequence[Loan],
    proposals: Iterable[Proposal],
    adopted: Adopted = NONE,
    as_of: date | None = None,
    policies: Mapping[str, Agreement] | None = None,
) -> Verdicts:
    """Return what the checker decides, in the oracle's words."""
    return verdicts(run(pool, proposals, adopted, as_of, policies))


def status(found: Verdicts, rule: str, number: int = 1, name: str = "a") -> str:
    """Return the status of a rule on a line, or on its exercise or batch."""
    return found.findings.get((name, number, rule)) or found.findings[name, None, rule]


def readings(found: Verdicts, rule: str, number: int = 1, name: str = "a") -> dict[str, str]:
    """Return the status of a rule under each of its readings."""
    return found.readings.get((name, number, rule)) or found.readings[name, None, rule]


def files(folder: Path, pool: Sequence[Loan], proposals: Iterable[Proposal]) -> list[Path]:
    """Write proposals and their tapes, amounts unquoted, and return the files of the proposals."""
    (folder / "tape.csv").write_text(tape_text(pool))
    return list(starmap(_write, ((folder, each) for each in proposals)))


def _write(folder: Path, said: Proposal) -> Path:
    path = folder / f"{said.name}.json"
    path.write_text(_flow(document(said)))
    return path


def document(said: Proposal) -> dict[str, object]:
    """Return a proposal as a batch file nests it."""
    return {
        "batch": said.name,
        "agreement": NAME,
        "date": said.date,
        "tape": {"file": "tape.csv", "as_of": said.tape_as_of},
        "dispositions": [_nested(facts_of(each)) for each in said.lines],
        "certification": {name: getattr(said.certification, name) for name in CERTIFICATION},
    }


def _nested(flat: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    attested = {name.removeprefix("loan."): value for name, value in flat.items() if name.startswith("loan.")}
    for name, value in flat.items():
        *groups, last = name.split(".")
        if not name.startswith("loan."):
            inner = found
            for group in groups:
                inner = inner.setdefault(group, {})
            inner[last] = value
    return found | {"loan": {"loan_id": found["loan"], **attested}} if attested else found


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {_flow(inner)}' for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _cell(value) if isinstance(value, bool | Decimal) else json.dumps(value, default=str)
