"""A small agreement, `cases/law`, with cases for it made of values, and the command as it tries them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checker.document import strict
from checker.load.policies import load_policies
from checker.model import Agreement, Batch
from checker.proof.cases import Case, cases_of
from checker.proof.trial import deviations, run_case

HERE = Path(__file__).parent / "cases"
ROOT = Path(__file__).parent.parent
LAW = load_policies(HERE / "law")["trust-a"]
Says = dict[str, Any]
Done = subprocess.CompletedProcess[bytes]

# Two of three loans are bought, at what is owed, with notice: all of it is permitted, under each reading.
CLEAN: Says = {
    "date": "2011-03-31",
    "tape": {
        "every": {"stated_principal_balance": "1000.00", "interest": "10.00", "defaulted": "false"},
        "loans": {"1": {}, "2": {}, "rest": {"stated_principal_balance": "2000.00"}},
    },
    "every": {"under": "2.1", "price": "1010.00"},
    "dispositions": ["1", "2"],
    "notice": {"form": "B", "sent": "2011-03-31"},
}


def case(title: str = "A case.", decision: str = "permitted", rules: Says | None = None, **says: Any) -> Says:
    """Return a case that is like the base `clean` unless it says otherwise; `like=None` makes it like none."""
    expect: Says = {"decision": decision, **({} if rules is None else {"rules": rules})}
    return {
        key: value for key, value in {"title": title, "like": "clean", **says}.items() if key != "like" or value
    } | {"expect": expect}


def file_of(*cases: Says, **bases: Says) -> str:
    """Return a file of cases, with the base `clean` if a case or another base is like it."""
    likes = {one.get("like") for one in (*cases, *bases.values())}
    known = ({"clean": CLEAN} if "clean" in likes else {}) | bases
    return json.dumps({**({"bases": known} if known else {}), "cases": list(cases)}, indent=1, ensure_ascii=False)


def read(*cases: Says, under: Agreement = LAW, **bases: Says) -> list[Case]:
    """Return cases as `checker test` reads them."""
    return cases_of(strict.parse(file_of(*cases, **bases).encode(), "cases.json"), under)


def batch(says: Says, **bases: Says) -> Mapping[str, object]:
    """Return what the batch of one case states, wherever the case stands."""
    return told(read(says, **bases)[0].batch)


def told(of: Batch) -> Mapping[str, object]:
    """Return what a batch and its tape state: what is unknown is not there."""
    return {
        "date": of.date,
        "as of": of.tape.as_of,
        "pool": {loan: _known(row) for loan, row in of.tape.loans.items()},
        "lines": [_known({**line.stated, "loan": line.loan, "under": line.under}) for line in of.lines],
        "stated": _known(of.stated),
    }


def _known(row: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if value is not None}


def came(says: Says, **bases: Says) -> list[str]:
    """Return what comes of a case otherwise than it expects: `rule: expected ..., came ...`."""
    (found,) = read(says, **bases)
    return [
        f"{one.rule or 'decision'}: expected {one.expected}, came {one.came}"
        for one in deviations(found, run_case(found, LAW))
    ]


def law(folder: Path, *cases: Says, **bases: Says) -> Path:
    """Write the agreement with one file of cases, if there are any, and return its folder."""
    shutil.copytree(HERE / "law", folder)
    if cases:
        write(folder / "cases" / "a.json", file_of(*cases, **bases))
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def tried(*arguments: str | Path, cwd: Path = ROOT, **env: str) -> Done:
    """Run `checker test` in a fresh process."""
    own = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "checker", "test", *map(os.fsencode, arguments)]
    return subprocess.run(command, cwd=cwd, env=own | env, capture_output=True, check=False)
