"""The report of a book as one page, to be read, printed and signed: counts by rule and by batch, the first findings."""

from collections.abc import Iterable, Mapping

from checker.engine import phrase
from checker.engine.plan import STATUSES
from checker.engine.summary import OWED, BatchCount, Explained, RuleCount, Summary, ranked
from checker.model import Status
from checker.page import document, safe
from checker.report.article import article, facts
from checker.report.page import STYLE
from checker.report.parts import badge, listed, scrolled, section, table
from checker.report.sign import Signed, sign_off

MOST_BATCHES = 1_000
Kind = tuple[str, Status]  # the rule and the status of findings


def render(found: Summary) -> str:
    """Return the report as an HTML document."""
    parts = {name: (title, content) for name, (title, content) in _parts(found).items() if content}
    links = {name: title for name, (title, _) in parts.items()} | {"sign-off": "Sign-off"}
    contents = "".join(f'<li><a href="#{name}">{title}</a></li>\n' for name, title in links.items())
    sections = "".join(section(title, content, name, 2) for name, (title, content) in parts.items())
    signed = Signed(found.book, found.decision, found.inputs["book"])
    body = f"""<header>
<h1>{badge(found.decision)}{safe(phrase.head(found).removeprefix(found.decision))}</h1>
<p>{safe(phrase.size(found))}</p>
<p class="small">checker {safe(found.checker)}, exit code {found.exit_code}</p>
</header>
<nav aria-label="Contents">
<ul>
{contents}</ul>
</nav>
<main>
{_lines(found)}{sections}{sign_off([signed], "Book", phrase.CONFIRMED)}</main>
"""
    return document(title=f"{found.decision}: {found.book}", style=STYLE, script="", body=body)


def _parts(found: Summary) -> dict[str, tuple[str, str]]:
    """Return the title and the content of each part, by the name that links lead to."""
    groups: dict[Kind, list[Explained]] = {}
    for one in found.findings:
        groups.setdefault((one.finding.rule, one.finding.status), []).append(one)
    names = {kind: f"f{at}" for at, kind in enumerate(groups, 1)}
    counts = {(one.rule, status): count for one in found.rules for status, count in one.counts.items()}
    owed = [one for one in found.rules if one.counts.keys() & OWED]
    asked = [one for one in found.rules if one not in owed]
    digests = [(safe(name), f"<code>{digest}</code>") for name, digest in found.inputs.items()]
    return {
        "rules": ("Rules", _rules("Conditions", asked, STATUSES, names) + _rules("Obligations", owed, OWED, names)),
        "batches": ("Batches", _batches(found)),
        "findings": (
            "First findings of each rule",
            "".join(_group(kind, names[kind], group, counts[kind]) for kind, group in groups.items()),
        ),
        "assumptions": ("Assumptions", listed(found.assumptions, "ol")),
        "notes": ("Notes", listed((*found.notes, phrase.again(found)))),
        "inputs": ("Inputs", table("Digests", ("Input", "sha256"), digests)),
    }


def _lines(found: Summary) -> str:
    """Return how many lines have each decision, and from which day obligations were looked at."""
    rows = [(badge(decision), f"{count:,}") for decision, count in found.lines().items()]
    as_of = facts({"Obligations as of": str(found.as_of)}) if found.as_of else ""
    return table("Lines", ("Decision", "Lines"), rows, "counts") + as_of


def _rules(title: str, found: Iterable[RuleCount], statuses: Iterable[Status], names: Mapping[Kind, str]) -> str:
    """Return how many subjects of each rule have each status; a number leads to the findings of its kind."""

    def counted(one: RuleCount, status: Status) -> str:
        shown, name = phrase.number(one.counts[status]), names.get((one.rule, status))
        return f'<a href="#{name}">{shown}</a>' if name else shown

    def named(one: RuleCount) -> str:
        return safe(one.rule) + ("" if any(one.counts.values()) else f" ({phrase.NOT_ASKED})")

    rows = [(named(one), *(counted(one, status) for status in statuses)) for one in found]
    return scrolled(title, table(title, ("Rule", *map(badge, statuses)), rows, "counts")) if rows else ""


def _batches(found: Summary) -> str:
    """Return the batches with their lines by decision, the worst of them first."""
    heads = ("Batch", "Agreement", "Date", "Policy", "Decision", "Permitted", "Refused", "Undecided")
    batches = ranked(found.batches)
    whole = scrolled("Batches", table("Batches", heads, map(_batch, batches[:MOST_BATCHES]), "ranked"))
    rest = len(batches) - MOST_BATCHES
    return (whole if batches else "") + (f"<p>{phrase.more_batches(rest)}</p>\n" if rest > 0 else "")


def _batch(one: BatchCount) -> tuple[str, ...]:
    counts = map(phrase.number, (one.permitted, one.refused, one.undecided))
    policy = safe(one.policy or "no policy")
    return (safe(one.name), safe(one.agreement), str(one.date), policy, badge(one.decision), *counts)


def _group(kind: Kind, name: str, group: list[Explained], count: int) -> str:
    """Return the findings of a rule and status that are explained, and how many there are."""
    rule, status = kind
    some = f"<p>{phrase.first_of(len(group), count)}</p>\n" if len(group) < count else ""
    shown = (article(one.finding, f"{name}-{at}", {"Batch": safe(one.batch)}) for at, one in enumerate(group, 1))
    return section(f"{safe(rule)} {badge(status)}", some + "".join(shown), name)
