"""What would help is true when somebody acts on it, and nothing that would help is kept back."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from builders import DAY, checked, line, loans, proposal
from hypothesis import event, given, settings
from oracle import Proposal
from reports import case, document, of_world, over, reported
from test_report import spelled
from worlds import SECTIONS, Seeded, World, seeds, world

from checker.findings import BatchReport, Report

DROP = re.compile(
    r"(\d+) of (\d+) lines? \w+ permitted by \w+(?:; to trade them, drop (.+)\.|, but not together: .+\.)"
)
ITEM = re.compile(r"(lines? [\d, to]+) \(`([^`]+)`, (fails|disputed|unknown)(?: until ([\d-]+))?\)")
CITE = re.compile(r"(lines? [\d, to]+) would also be permitted under (\S+?)(?:, each by itself)?\.")
some = settings(max_examples=80, deadline=None)


def advice(of: Report) -> list[tuple[BatchReport, str]]:
    return [(batch, text) for batch in of.batches for text in batch.advice]


def dropped(text: str) -> list[int] | None:
    """Return the lines that an advice would drop; None where it drops none."""
    found = DROP.fullmatch(text)
    if found is None or found[3] is None:
        return None
    assert ITEM.sub("", found[3]).strip("; ") == "", f"this advice is not understood: {text}"
    return [number for lines, *_ in ITEM.findall(found[3]) for number in spelled(lines)]


def cited(report: Report) -> set[tuple[str, int, str]]:
    """Return every line that is advised to be moved, and the section."""
    found = [(batch.name, CITE.fullmatch(text)) for batch, text in advice(report)]
    return {(name, number, m[2]) for name, m in found if m for number in spelled(m[1])}


def decided(of: World, proposals: Iterable[Proposal]) -> dict[str, str]:
    return checked(of.pool, proposals, of.adopted, of.as_of).batches


def without(of: World, name: str, numbers: Iterable[int]) -> list[Proposal]:
    """Return the proposals of a world, one of them without some of its lines."""
    gone = set(numbers)
    kept = {
        p.name: tuple(said for n, said in enumerate(p.lines, 1) if p.name != name or n not in gone)
        for p in of.proposals
    }
    return [replace(each, lines=kept[each.name]) for each in of.proposals]


def citing(of: World, name: str, number: int, section: str) -> list[Proposal]:
    """Return the proposals of a world, one line of one of them under another section."""
    return [
        replace(
            p,
            lines=tuple(
                replace(said, under=section) if (p.name, n) == (name, number) else said
                for n, said in enumerate(p.lines, 1)
            ),
        )
        for p in of.proposals
    ]


@some
@given(seeds())
def test_what_is_left_after_the_advised_lines_are_dropped_is_permitted(of: World) -> None:
    for batch, text in advice(of_world(of)):
        numbers = dropped(text)
        event(f"drops lines: {numbers is not None}")
        assert numbers is None or decided(of, without(of, batch.name, numbers))[batch.name] == "permitted"


def stopped(report: Report) -> dict[str, set[int]]:
    """Return the lines of each batch that something of their own stops."""
    found: dict[str, set[int]] = {}
    for one in document(report)["batches"]:
        own = [each for each in one["findings"] if "line" in each["subject"] and each["status"] != "pass"]
        found[one["batch"]] = {each["subject"]["line"] for each in own}
    return found


@some
@given(seeds())
def test_if_dropping_what_is_stopped_by_itself_helps_it_is_advised(of: World) -> None:
    report = of_world(of)
    advised = {batch.name: found for batch, text in advice(report) if (found := dropped(text)) is not None}
    for batch in report.batches:
        own = stopped(report)[batch.name]
        left = decided(of, without(of, batch.name, own))[batch.name]
        helps = 0 < len(own) < len(batch.lines) and left == "permitted"
        assert sorted(advised.get(batch.name, [])) == (sorted(own) if helps else [])


@some
@given(seeds())
def test_the_lines_that_are_permitted_by_themselves_are_counted(of: World) -> None:
    report = of_world(of)
    for batch, text in advice(report):
        found = DROP.fullmatch(text)
        sound = len(batch.lines) - len(stopped(report)[batch.name])
        assert found is None or (int(found[1]), int(found[2])) == (sound, len(batch.lines))


def would_be_permitted(of: World, report: Report) -> set[tuple[str, int, str]]:
    """Return every line that is not permitted and would be under another section of the policy in force."""
    found = set()
    for batch in report.batches:
        stuck = [each for each in batch.lines if each.decision != "permitted"]
        for each, section in [(each, section) for each in stuck for section in SECTIONS if section != each.under]:
            acted = checked(of.pool, citing(of, batch.name, each.number, section), of.adopted, of.as_of)
            if acted.lines[batch.name, each.number] == "permitted":
                found.add((batch.name, each.number, section))
    return found


@settings(max_examples=40, deadline=None)
@given(seeds())
def test_a_line_is_advised_to_cite_another_section_exactly_where_that_permits_it(of: World) -> None:
    report = of_world(of)
    wanted = would_be_permitted(of, report)
    event(f"another section helps: {bool(wanted)}")
    assert cited(report) == wanted


def test_the_worlds_have_advice_of_every_kind() -> None:
    texts = [text for seed in range(150) for _, text in advice(of_world(world(Seeded(seed))))]
    kinds = Counter(
        "cite"
        if CITE.fullmatch(text)
        else "drop"
        if dropped(text)
        else "not together"
        if DROP.fullmatch(text)
        else text
        for text in texts
    )
    assert kinds.keys() == {"cite", "drop", "not together"}
    assert min(kinds.values()) >= 5


@pytest.mark.parametrize(
    "name", ["permitted", "bounded", "example-defaulted-sale", "without-lines", "before-any-version"]
)
def test_where_nothing_can_help_there_is_no_advice(name: str) -> None:
    assert advice(case(name)) == []


def test_a_line_is_dropped_for_its_reason_and_until_the_day_it_names() -> None:
    [(_, text)] = advice(case("to-drop"))
    assert ITEM.findall(text) == [
        ("lines 3 to 5", "3.18/delinquent-90-days", "disputed", "2005-04-01"),
        ("line 9", "3.18/price", "unknown", ""),
    ]


def test_a_line_that_fails_one_rule_and_lacks_a_fact_for_another_is_dropped_for_what_fails() -> None:
    pool = loans("1000.00", "1000.00")
    lines = [line(pool[0], "3.18"), line(pool[1], "3.18", buyer_name=None, price=Decimal(1))]
    [(_, text)] = advice(reported(pool, [proposal(lines)]))
    assert ITEM.findall(text) == [("line 2", "3.18/price", "fails", "")]


def test_an_exercise_that_is_too_large_is_not_cured_by_dropping_a_line_that_has_another_fault() -> None:
    pool = over("1000.01", of=8)
    lines = [line(each) for each in pool[:8]]
    lines[0] = replace(lines[0], price=None)
    found = [text for _, text in advice(reported(pool, [proposal(lines)])) if DROP.fullmatch(text)]
    assert [dropped(text) for text in found] == [None]
    assert found[0].startswith("7 of 8 lines")


def test_a_line_that_would_make_another_exercise_too_large_is_not_advised_to_join_it() -> None:
    pool = over("0.01", of=5)
    pool[5] = replace(pool[5], next_due_date=DAY)
    lines = [*(line(each) for each in pool[:5]), line(pool[5], "3.18")]
    alone = cited(reported(pool, [proposal(lines[5:])], {"3.13(g)/size": "floor"}))
    beside_five = cited(reported(pool, [proposal(lines)], {"3.13(g)/size": "floor"}))
    assert (alone, beside_five) == ({("a", 1, "3.13(g)")}, set())


def test_other_batches_of_the_exercise_still_count_when_lines_are_dropped() -> None:
    pool = over("0.01", of=7)
    mine = [line(pool[0], price=None), *(line(each) for each in pool[1:4])]
    others = proposal([line(each) for each in pool[4:7]], "b")
    readings = {"3.13(g)/size": "minimum"}
    alone = advice(reported(pool, [proposal(mine)], readings))
    together = [text for batch, text in advice(reported(pool, [proposal(mine), others], readings)) if batch.name == "a"]
    assert [dropped(text) for _, text in alone if DROP.fullmatch(text)] == [None]
    assert [dropped(text) for text in together if DROP.fullmatch(text)] == [[1]]
