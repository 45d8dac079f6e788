"""What the answers of a peer's rules come to, the same way for all: statuses, and a decision a line."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from peers.reading import Batch, Pool, loans_of, read_batch, read_pool

# What a rule says of a subject: true, false or None (unknown), or that under each of its readings.
Said = bool | None | dict[str, bool | None]
# By rule, what it says: of each of its lines in order (those of the batch section by section, or those of the rule's
# section), or once, of all lines (`always`) or of an exercise.
Answers = Mapping[str, list[Said]]
# By section, the numbers of its lines.
Numbers = Mapping[str, list[str]]

ONCE = {"3.13(g)/size"}
STATUS = {True: "pass", False: "fail", None: "unknown"}


class Rule(NamedTuple):
    """What came of a rule: on each subject, a line's number or a section, the status, and what was said."""

    subjects: list[str]
    statuses: list[str]
    said: list[Said]


class Found(NamedTuple):
    """What came of every rule, and the decision on each line."""

    rules: dict[str, Rule]
    decisions: dict[str, str]


class Judge(NamedTuple):
    """A peer with a pool loaded: what makes of a batch what its engine likes best, and what judges that."""

    prepare: Callable[[Batch], Any]
    judge: Callable[[Any], Found]


Peer = Callable[[Pool], Judge]


def concluded(answers: Answers, numbers: Numbers) -> Found:
    """Return the answers as statuses, and the decisions that follow."""
    every = [number for own in numbers.values() for number in own]
    rules: dict[str, Rule] = {}
    shared: list[list[str]] = []  # a column a rule that bears on every line: the statuses in the lines' order
    columns: dict[str, list[list[str]]] = {section: [] for section in numbers}
    for rule, said in answers.items():
        section, _, _ = rule.partition("/")
        lines = numbers.get(section, every)
        if lines:
            statuses = [_folded(one) if isinstance(one, dict) else STATUS[one] for one in said]
            spread = statuses * (len(lines) // len(statuses))
            columns.get(section, shared).append(spread)
            rules[rule] = Rule([section], statuses, said) if rule in ONCE else Rule(lines, spread, said)
    return Found(rules, _decisions(numbers, shared, columns))


def _decisions(numbers: Numbers, shared: list[list[str]], columns: dict[str, list[list[str]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    on_every_line = zip(*shared, strict=True)
    for section, own in numbers.items():
        of_section = zip(*columns[section], strict=True) if columns[section] else ((),) * len(own)
        for number, statuses in zip(own, of_section, strict=True):
            found[number] = _decided((*next(on_every_line), *statuses), asked=section != "")
    return found


def _folded(readings: dict[str, bool | None]) -> str:
    different = set(readings.values())
    if len(different) == 1:
        return STATUS[different.pop()]
    return "disputed" if True in different and False in different else "unknown"


def _decided(statuses: tuple[str, ...], *, asked: bool) -> str:
    if "fail" in statuses:
        return "refused"
    return "permitted" if asked and set(statuses) == {"pass"} else "undecided"


def rows(found: Found) -> list[str]:
    """Return a row a finding: the subject, the rule, the status, and the readings with theirs; then the decisions."""
    shown = [f"{number} decision {decision}" for number, decision in found.decisions.items()]
    for rule, own in found.rules.items():
        every_said = own.said * (len(own.subjects) // len(own.said))
        for subject, status, said in zip(own.subjects, own.statuses, every_said, strict=True):
            readings = [f"{name}={STATUS[value]}" for name, value in said.items()] if isinstance(said, dict) else []
            shown.append(" ".join((subject, rule, status, *sorted(readings))))
    return shown


def run(peer: Peer) -> None:
    """Judge the batch that the command names as a whole process does, and print the rows."""
    batch = read_batch(Path(sys.argv[1]))
    prepare, judge = peer(read_pool(batch.tape, loans_of(batch)))
    print("\n".join(rows(judge(prepare(batch)))))
