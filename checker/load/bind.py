"""A policy as written, to a policy: names resolved, types and scopes checked, programs built, adoptions looked up."""

from collections.abc import Mapping
from datetime import date

from checker.document.shape import Reader, Written
from checker.document.strict import Document, Node
from checker.faults import Place
from checker.lang.check import Declared, Scope, check
from checker.lang.evaluate import Program
from checker.lang.operations import is_bounded
from checker.lang.problem import nearest
from checker.lang.syntax import Expression, Type
from checker.lang.tokens import KEYWORDS
from checker.lang.typed import Typed, facts_of, terms_of
from checker.load.drafts import (
    AdoptionDraft,
    ConditionDraft,
    NotCheckedDraft,
    ObligationDraft,
    PassageDraft,
    PermissionDraft,
    PolicyDraft,
    TermDraft,
    TermReadingDraft,
)
from checker.load.facts import LINE, LOAN
from checker.model import (
    Adoption,
    Condition,
    Each,
    FactDeclared,
    NotChecked,
    Obligation,
    Passage,
    Permission,
    Policy,
    Reading,
    Term,
    TermReading,
)

EXERCISE_FACTS = ("batch.date", "batch.agreement", "tape")


def scope_of(facts: Mapping[str, Declared], each: Each, *, exercise: bool) -> Scope:
    """Return what a condition judged on `each` may name; `exercise` tells whether it belongs to a section."""
    own = {name.partition(".")[0] for name in facts} - {LOAN, LINE}
    bare = {
        Each.DISPOSITION: {*own, LOAN, LINE},
        Each.EXERCISE: set(EXERCISE_FACTS),
        Each.BATCH: own,
    }[each]
    sets = {"pool": frozenset({LOAN})}
    if exercise:
        sets["exercise"] = frozenset({LOAN, LINE})
    return Scope(facts=facts, bare=frozenset(bare), sets=sets)


class Binder:
    """Binds one file; notes every fault with the reader that read it."""

    def __init__(self, reader: Reader, draft: PolicyDraft, facts: Mapping[str, FactDeclared]) -> None:
        """Check the terms first: every other expression may use them."""
        self.reader = reader
        self.draft = draft
        self.facts = {name: fact.declared for name, fact in facts.items()}
        self.meanings = {name: _meanings(term) for name, term in draft.terms.items()}
        self.plain = {name: next(iter(found.values())) for name, found in self.meanings.items() if found}
        self.ambiguous = {name for name, found in self.meanings.items() if len(found) > 1}
        for name, term in draft.terms.items():
            self.check_term(name, term)

    @property
    def document(self) -> Document:
        """Return the file."""
        return self.reader.document

    def place(self, node: Node) -> Place:
        """Return the place of a record: its first line."""
        return self.document.place(node.start, node.start + 1)

    def policy(self) -> Policy:
        """Return the policy; what it holds is only meaningful if no fault was noted."""
        draft = self.draft
        return Policy(
            name=draft.policy or "",
            agreement=draft.agreement or "",
            title=draft.title,
            executed=draft.executed or date.min,
            effective=draft.effective or date.min,
            source_title=draft.source.title if draft.source else "",
            source_sha256=(draft.source.sha256 or "") if draft.source else "",
            operative=tuple(map(self.passage, draft.source.operative)) if draft.source else (),
            assumes=draft.assumes,
            parties=draft.parties,
            terms=tuple(self.term(name, term) for name, term in draft.terms.items()),
            always=self.conditions("always", draft.always, exercise=False),
            permissions={name: self.permission(name, found) for name, found in draft.permissions.items()},
            not_checked=tuple(map(self.not_checked, draft.not_checked)),
            file=self.document.file,
            sha256=self.document.sha256,
        )

    def passage(self, draft: PassageDraft | NotCheckedDraft) -> Passage:
        """Return a stretch of the contract."""
        return Passage(first=draft.from_, last=draft.to, at=self.place(draft.at))

    def not_checked(self, draft: NotCheckedDraft) -> NotChecked:
        """Return words that no rule checks: those of a quote, or those of a passage."""
        if bool(draft.from_) is not bool(draft.to):
            self.reader.fault("E512", "`from` and `to` are written together", draft.at, "or write a `quote` alone")
        passage = self.passage(draft) if draft.from_ else None
        return NotChecked(quote=draft.quote, passage=passage, because=draft.because, at=self.place(draft.at))

    def check_term(self, name: str, term: TermDraft) -> None:
        """Check a term by itself; where it may be used is checked at each use."""
        everywhere = scope_of(self.facts, Each.DISPOSITION, exercise=True)
        if name in KEYWORDS:
            self.reader.fault("E503", f"`{name}` is a word of the language and cannot name a term", term.at)
        types = set()
        for written in _written(term):
            typed = self.typed(written, everywhere, None, self.plain)
            types |= {typed.type} if typed is not None else set()
        if len(types) > 1:
            self.reader.fault("E503", f"the readings of `{name}` are of different types", term.at)

    def term(self, name: str, term: TermDraft) -> Term:
        """Return a term with its readings as text."""
        if term.readings:
            readings = tuple(
                TermReading(name=key, means=r.means, text=_text(r.is_), assumes=r.assumes)
                for key, r in term.readings.items()
            )
        else:
            readings = (TermReading(name="", means=term.means, text=_text(term.is_), assumes=""),)
        return Term(
            name=name,
            quote=term.quote,
            means=term.means,
            readings=readings,
            adopted=self.adoption(term.adopted, term.readings),
            assumes=term.assumes,
            at=self.place(term.at),
        )

    def adoption(self, draft: AdoptionDraft | None, readings: Mapping[str, object]) -> Adoption | None:
        """Return an adoption of one of the readings."""
        if draft is None:
            return None
        if draft.reading is not None and draft.reading not in readings:
            help_ = nearest(draft.reading, list(readings)) or "adopt one of the readings named here"
            self.reader.fault("E504", f"there is no reading `{draft.reading}` to adopt", draft.at, help_)
        for name in ("adopted_by", "because"):
            if not getattr(draft, name):
                self.reader.fault("E504", f"an adoption says `{name}`", draft.at)
        return Adoption(
            reading=draft.reading or "",
            adopted_by=draft.adopted_by or "",
            adopted_on=draft.adopted_on or date.min,
            because=draft.because,
        )

    def permission(self, section: str, draft: PermissionDraft) -> Permission:
        """Return a permission with its conditions and obligations."""
        if section in ("always", "builtin"):
            self.reader.fault("E505", f"`{section}` cannot be a section", draft.at)
        for name in draft.conditions.keys() & draft.obligations.keys():
            message = f"`{name}` names both a condition and an obligation of `{section}`"
            self.reader.fault("E505", message, draft.obligations[name].at)
        return Permission(
            section=section,
            title=draft.title,
            assumes=draft.assumes,
            conditions=self.conditions(section, draft.conditions, exercise=True),
            obligations=tuple(self.obligation(f"{section}/{n}", o) for n, o in draft.obligations.items()),
            at=self.place(draft.at),
        )

    def conditions(
        self, section: str, drafts: Mapping[str, ConditionDraft], *, exercise: bool
    ) -> tuple[Condition, ...]:
        """Return the conditions of a section, or those of every section."""
        return tuple(self.condition(f"{section}/{name}", draft, exercise) for name, draft in drafts.items())

    def condition(self, rule: str, draft: ConditionDraft, exercise: bool) -> Condition:  # noqa: FBT001 (passed on)
        """Return a condition; its readings are its own, or those of the one term that has some."""
        each = Each(draft.each or Each.DISPOSITION)
        scope = scope_of(self.facts, each, exercise=exercise or each is not Each.BATCH)
        written = {name: reading.require for name, reading in draft.readings.items()} or {"": draft.require}
        typed = {name: self.typed(w, scope, Type.FLAG, self.plain) for name, w in written.items()}
        splits = self.splits(typed.values(), draft)
        if splits:
            typed = self.split(splits, draft.require, scope)
        for tree in typed.values():
            if tree is not None and not facts_of(tree) and not is_bounded(tree):
                self.reader.fault("E511", "a condition that reads no fact asks nothing", draft.at)
        return Condition(
            rule=rule,
            quote=draft.quote,
            means=draft.means,
            each=each,
            readings=tuple(self.reading(name, tree, draft, splits) for name, tree in typed.items() if tree is not None),
            adopted=self.draft_adoption(draft, splits),
            splits=splits,
            assumes=(*filter(None, [draft.assumes]), *self.term_assumes(typed.values())),
            at=self.place(draft.at),
        )

    def splits(self, trees: object, draft: ConditionDraft) -> str:
        """Return the term that gives the condition its readings; more than one source of readings is a fault."""
        used = sorted(self.ambiguous & {t for tree in trees if tree is not None for t in terms_of(tree)})  # type: ignore[attr-defined] # typed trees
        sources = [*(["the condition"] if draft.readings else []), *(f"`{name}`" for name in used)]
        if len(sources) > 1:
            message = f"readings from {' and '.join(sources)}: a condition may have them from one thing only"
            self.reader.fault("E506", message, draft.at, "split it into two conditions")
            return ""
        return used[0] if used else ""

    def split(self, term: str, written: Written | None, scope: Scope) -> dict[str, Typed | None]:
        """Return the condition's tree under each reading of the term."""
        return {
            name: self.typed(written, scope, Type.FLAG, {**self.plain, term: tree})
            for name, tree in self.meanings[term].items()
        }

    def reading(self, name: str, tree: Typed, draft: ConditionDraft, splits: str) -> Reading:
        """Return one reading of a condition."""
        source = self.draft.terms[splits].readings if splits else draft.readings
        found = source.get(name)
        means = found.means if found else draft.means
        return Reading(name=name, means=means, program=Program(tree), assumes=found.assumes if found else "")

    def draft_adoption(self, draft: ConditionDraft, splits: str) -> Adoption | None:
        """Return the adoption that settles the condition: its own, or its term's."""
        if not splits:
            return self.adoption(draft.adopted, draft.readings)
        if draft.adopted is not None:
            message = f"the readings here are those of the term `{splits}`"
            self.reader.fault("E504", message, draft.adopted.at, "adopt one there, once")
        return self.adoption(self.draft.terms[splits].adopted, self.draft.terms[splits].readings)

    def term_assumes(self, trees: object) -> list[str]:
        """Return what the terms that an expression uses rest on."""
        used = sorted({name for tree in trees if tree is not None for name in terms_of(tree)})  # type: ignore[attr-defined] # typed trees
        return [assumed for name in used if (assumed := self.draft.terms[name].assumes)]

    def obligation(self, rule: str, draft: ObligationDraft) -> Obligation:
        """Return an obligation, which is judged on a batch and has one meaning."""
        if draft.done_on is None and draft.with_ is None:
            self.reader.fault("E507", "an obligation with neither `done_on` nor `with` can never be met", draft.at)
        return Obligation(
            rule=rule,
            quote=draft.quote,
            means=draft.means,
            owed_by=draft.owed_by or "",
            owed_to=draft.owed_to,
            deadline=self.program(draft.deadline, Type.DATE),
            done_on=self.program(draft.done_on, Type.DATE),
            required=self.program(draft.with_, Type.FLAG),
            assumes=tuple(filter(None, [draft.assumes])),
            at=self.place(draft.at),
        )

    def program(self, written: Written | None, expected: Type) -> Program | None:
        """Return the program of an obligation's expression."""
        scope = scope_of(self.facts, Each.BATCH, exercise=True)
        typed = self.typed(written, scope, expected, self.plain)
        if typed is None or written is None:
            return None
        for name in sorted(self.ambiguous & terms_of(typed)):
            self.reader.fault("E506", f"an obligation cannot use `{name}`, which has readings", written.at)
        return Program(typed)

    def typed(
        self, written: Written | None, scope: Scope, expected: Type | None, terms: Mapping[str, Expression]
    ) -> Typed | None:
        """Return the typed tree, or None with its problems noted."""
        if written is None or written.tree is None:
            return None
        broken = dict.fromkeys(name for name in self.draft.terms if name not in terms)
        result = check(written.tree, scope._replace(terms={**broken, **terms}), expected)
        if isinstance(result, Typed):
            return result
        for problem in result:
            self.reader.problem(problem, written.at)
        return None


def _written(term: TermDraft) -> list[Written]:
    found: list[Written | None] = [term.is_, *(reading.is_ for reading in term.readings.values())]
    return [written for written in found if written is not None]


def _meanings(term: TermDraft) -> dict[str, Expression]:
    drafts: dict[str, TermDraft | TermReadingDraft] = {**term.readings} or {"": term}
    return {
        name: draft.is_.tree for name, draft in drafts.items() if draft.is_ is not None and draft.is_.tree is not None
    }


def _text(written: Written | None) -> str:
    return "" if written is None or written.tree is None else str(written.tree)
