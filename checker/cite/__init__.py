"""`checker cite`: whether a contract's text holds every quote of its policies, and which words no rule checks."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from checker.cite import as_html, as_json, as_text
from checker.cite.account import Report, account
from checker.cite.fold import fold
from checker.document.strict import decode, read_bytes
from checker.load.policies import agreement_named
from checker.model import Agreement, Policy

FORMATS = {"text": as_text.render, "json": as_json.render, "html": as_html.render}


def cite(path: Path, agreements: Mapping[str, Agreement], agreement: str | None, checker: str) -> Report:
    """Return how the versions of the chosen agreements account for a source; `checker` is the program's own version.

    Raises InputError where the file cannot be read as text, or no agreement has the name.
    """
    data = read_bytes(path, str(path))
    source = fold(decode(data, str(path)))
    sha256 = hashlib.sha256(data).hexdigest()
    versions = [version for one in _chosen(agreements, agreement, sha256) for version in one.versions]
    accounts = tuple(account(source, sha256, version) for version in versions)
    return Report(checker=checker, file=str(path), sha256=sha256, source=source, accounts=accounts)


def _chosen(agreements: Mapping[str, Agreement], name: str | None, sha256: str) -> list[Agreement]:
    """Return the agreement that is named; without a name those that cite the text, or all where none does."""
    if name is None:
        citing = [one for one in agreements.values() if any(_cites(version, sha256) for version in one.versions)]
        return citing or list(agreements.values())
    return [agreement_named(agreements, name)]


def _cites(version: Policy, sha256: str) -> bool:
    return version.source_sha256 == sha256
