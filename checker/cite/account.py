"""Every operative word accounted for: by a rule that quotes it, by a reason why no rule checks it, or not. Pure."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import groupby

from checker.cite.fold import Folded, Lines, Span, Word, find, lines_of
from checker.faults import Place
from checker.lang.named import NamedTuple
from checker.model import Passage, Policy
from checker.rules import rules


class Standing(StrEnum):
    """What a word of the contract is to a policy."""

    CHECKED = "checked"
    NOT_CHECKED = "not_checked"
    UNACCOUNTED = "unaccounted"
    REST = "rest"


class Kind(StrEnum):
    """What cites words of the contract."""

    RULE = "rule"
    TERM = "term"
    NOT_CHECKED = "not_checked"
    OPERATIVE = "operative"


class Citation(NamedTuple):
    """Words that a policy cites: a quote (`last` is "") or a passage, by what, where in the policy, and why.

    `spans` and `lines` are all its places in the source; `problem` says why there are none, and is "" where there are.
    """

    name: str
    kind: Kind
    first: str
    last: str
    why: str
    at: Place
    spans: tuple[Span, ...]
    lines: tuple[Lines, ...]
    problem: str

    @property
    def text(self) -> str:
        """Return the words, of a passage the first and the last."""
        return f"{self.first} ... {self.last}" if self.last else self.first


class Stretch(NamedTuple):
    """Words that follow each other and stand alike."""

    standing: Standing
    lines: Lines
    words: int
    text: str


class Account(NamedTuple):
    """One version of an agreement held against a source; without citations where it is another text that it cites.

    `standings` has one entry for each word of the source.
    """

    policy: Policy
    cites_this: bool
    citations: tuple[Citation, ...]
    standings: tuple[Standing, ...]
    stretches: tuple[Stretch, ...]

    def words(self, standing: Standing) -> int:
        """Return how many words stand so."""
        return self.standings.count(standing)

    @property
    def operative(self) -> int:
        """Return how many words are operative."""
        return len(self.standings) - self.words(Standing.REST)

    @property
    def share(self) -> str:
        """Return what part of the operative words rules check, in percent, rounded down to a tenth; "" of none."""
        if not self.operative:
            return ""
        tenths = self.words(Standing.CHECKED) * 1000 // self.operative
        return f"{tenths // 10}.{tenths % 10}"

    @property
    def lost(self) -> tuple[Citation, ...]:
        """Return the citations that stand nowhere."""
        return tuple(citation for citation in self.citations if citation.problem)

    @property
    def holds(self) -> bool:
        """Tell whether this is the text, every citation stands in it, and every operative word is accounted for."""
        return self.cites_this and not self.lost and not self.words(Standing.UNACCOUNTED)


class Report(NamedTuple):
    """A source, by its file and digest, and how each version of the chosen agreements accounts for it.

    `checker` is the version of the program.
    """

    checker: str
    file: str
    sha256: str
    source: Folded
    accounts: tuple[Account, ...]

    @property
    def holds(self) -> bool:
        """Tell whether every account holds."""
        return all(account.holds for account in self.accounts)

    @property
    def exit_code(self) -> int:
        """Return the code with which the command ends."""
        return 0 if self.holds else 1


def account(source: Folded, sha256: str, policy: Policy) -> Account:
    """Return how a version accounts for a source with this digest."""
    if policy.source_sha256 != sha256:
        return Account(policy=policy, cites_this=False, citations=(), standings=(), stretches=())
    citations = tuple(_citations(source, policy))
    standings = standings_of(source, citations)
    stretches = tuple(_stretches(source, standings))
    return Account(policy=policy, cites_this=True, citations=citations, standings=standings, stretches=stretches)


def _citations(source: Folded, policy: Policy) -> Iterator[Citation]:
    """Yield what a policy cites: by its terms, its rules, its reasons, and as operative."""
    for term in policy.terms:
        yield from _quote(source, term.name, Kind.TERM, term.quote, term.means, term.at)
    for rule in rules(policy):
        yield from _quote(source, rule.rule, Kind.RULE, rule.quote, rule.means, rule.at)
    for number, each in enumerate(policy.not_checked, 1):
        name = f"not_checked {number}"
        yield from _quote(source, name, Kind.NOT_CHECKED, each.quote, each.because, each.at)
        if each.passage:
            yield _passage(source, name, Kind.NOT_CHECKED, each.passage, each.because)
    for number, passage in enumerate(policy.operative, 1):
        yield _passage(source, f"operative {number}", Kind.OPERATIVE, passage, "")


def _quote(source: Folded, name: str, kind: Kind, quote: str, why: str, at: Place) -> Iterator[Citation]:
    """Yield the citation of a quote, if there is one: it stands wherever its words do."""
    if quote:
        spans = find(source, quote)
        problem = "" if spans else "these words do not stand in the text"
        lines = tuple(lines_of(source, span) for span in spans)
        yield Citation(name, kind, quote, "", why, at, spans, lines, problem)


def _passage(source: Folded, name: str, kind: Kind, passage: Passage, why: str) -> Citation:
    """Return the citation of a passage: from the one place of its first words through the next one of its last."""
    starts = find(source, passage.first)
    ends = [end for end in find(source, passage.last) if starts and end.start >= starts[0].end]
    problem = ""
    if not starts:
        problem = f"`{passage.first}`, its first words, do not stand in the text"
    elif len(starts) > 1:
        found = ", ".join(str(lines_of(source, start).first) for start in starts)
        problem = f"`{passage.first}`, its first words, stand in the text {len(starts)} times: in lines {found}"
    elif not ends:
        problem = f"`{passage.last}`, its last words, do not stand in the text after its first"
    spans = () if problem else (Span(starts[0].start, ends[0].end),)
    lines = tuple(lines_of(source, span) for span in spans)
    return Citation(name, kind, passage.first, passage.last, why, passage.at, spans, lines, problem)


def standings_of(source: Folded, citations: Iterable[Citation]) -> tuple[Standing, ...]:
    """Return what each word is, by its letters and digits; of a word that has none, by all its characters.

    It is operative if one of them is. It is unaccounted for if one of them stands in no quote and in no reason, not
    checked if all do and one in a reason, and checked if all stand in quotes of rules and terms and none in a reason.
    """
    covered = {kind: bytearray(len(source.text)) for kind in Kind}
    for citation in citations:
        for start, end in citation.spans:
            covered[citation.kind][start:end] = b"\1" * (end - start)
    return tuple(_standing(word, covered) for word in source.words)


def _standing(word: Word, covered: dict[Kind, bytearray]) -> Standing:
    all_ = range(*word.at)
    telling = [at for at in all_ if word.text[at - word.at.start].isalnum()] or all_
    if not any(covered[Kind.OPERATIVE][at] for at in telling):
        return Standing.REST
    reasons = [covered[Kind.NOT_CHECKED][at] for at in telling]
    quoted = [covered[Kind.RULE][at] or covered[Kind.TERM][at] for at in telling]
    if not all(map(max, reasons, quoted)):
        return Standing.UNACCOUNTED
    return Standing.NOT_CHECKED if any(reasons) else Standing.CHECKED


def _stretches(source: Folded, standings: tuple[Standing, ...]) -> Iterator[Stretch]:
    pairs = zip(standings, source.words, strict=True)
    for standing, group in groupby(pairs, key=lambda pair: pair[0]):
        words = [word for _, word in group]
        text = " ".join(word.text for word in words)
        yield Stretch(standing, Lines(words[0].line, words[-1].line), len(words), text)
