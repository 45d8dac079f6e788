"""The account of a source as JSON, of the shape in `cite.schema.json`: words in whole numbers, the share as text."""

import json

from checker.cite.account import Account, Citation, Kind, Report, Standing, Stretch
from checker.cite.fold import Lines

Json = dict[str, object]


def render(report: Report) -> str:
    """Return the account as one JSON document."""
    document: Json = {
        "format": 1,
        "checker": report.checker,
        "holds": report.holds,
        "source": {
            "file": report.file,
            "sha256": report.sha256,
            "lines": len(report.source.lines),
            "words": len(report.source.words),
            "page_marks": report.source.marks,
        },
        "policies": [_account(account) for account in report.accounts],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _account(account: Account) -> Json:
    policy = account.policy
    return {
        "policy": policy.name,
        "agreement": policy.agreement,
        "file": policy.file,
        "source_sha256": policy.source_sha256,
        "cites_this_text": account.cites_this,
        "holds": account.holds,
        "operative": _operative(account) if account.cites_this and policy.operative else None,
        "citations": [_citation(citation) for citation in account.citations],
        "unaccounted": [{**_stretch(one), "text": one.text} for one in _standing(account, Standing.UNACCOUNTED)],
        "rest": [_stretch(one) for one in _standing(account, Standing.REST)],
    }


def _operative(account: Account) -> Json:
    return {
        "words": account.operative,
        "checked": account.words(Standing.CHECKED),
        "not_checked": account.words(Standing.NOT_CHECKED),
        "unaccounted": account.words(Standing.UNACCOUNTED),
        "checked_percent": account.share or None,
    }


def _citation(citation: Citation) -> Json:
    words: Json = {"from": citation.first, "to": citation.last} if citation.last else {"quote": citation.first}
    return {
        "by": citation.name,
        "kind": citation.kind,
        **words,
        "because": citation.why if citation.kind is Kind.NOT_CHECKED else None,
        "at": {"file": citation.at.file, "line": citation.at.line},
        "places": [_lines(place) for place in citation.lines],
        "problem": citation.problem or None,
    }


def _standing(account: Account, standing: Standing) -> list[Stretch]:
    return [stretch for stretch in account.stretches if stretch.standing is standing]


def _stretch(stretch: Stretch) -> Json:
    return {**_lines(stretch.lines), "words": stretch.words}


def _lines(place: Lines) -> Json:
    return {"first_line": place.first, "last_line": place.last}
