"""`checker cite`: every quote stands in the contract, and every word that a version expresses is accounted for."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import checker
from checker.arguments import parser
from checker.cite import FORMATS, cite
from checker.cite.account import Account, Citation, Kind, Report, Standing, account
from checker.cite.fold import find, fold, lines_of
from checker.cli import run
from checker.document import strict
from checker.faults import InputError
from checker.load.facts import core_facts
from checker.load.policies import load_policies, load_policy
from checker.model import Agreement

ROOT = Path(checker.__file__).parent.parent
SOURCE = ROOT.parent / "shared" / "source" / "amendment-no-1.txt"
in_hand = pytest.mark.skipif(not SOURCE.exists(), reason=f"the text of the contract is not in {SOURCE.parent}")
SCHEMA = json.loads((ROOT / "checker" / "cite" / "cite.schema.json").read_text("utf-8"))
PRICE = "disposition.price = loan.stated_principal_balance"
CONTRACT = """
                 AN AGREEMENT

1. The Seller may sell any Loan
for a price of 100% of

                    12
<PAGE>
its balance, promptly.

Signed: A. Person
"""
OPERATIVE = (("The Seller may", "promptly."),)
QUOTES = ("The Seller may sell any Loan", "for a price of 100% of its balance")
Said = Sequence[str | tuple[str, str]]
Json = dict[str, Any]


def policy_of(
    text: str, quotes: Said = QUOTES, reasons: Said = ("promptly",), operative: Said = OPERATIVE, **own: object
) -> Json:
    """Return a policy as written that cites a text: quotes, reasons (a pair is a passage), and what is operative."""
    passages = [{"from": each[0], "to": each[1]} for each in operative]
    cited = [{"quote": each} if isinstance(each, str) else {"from": each[0], "to": each[1]} for each in reasons]
    conditions = {f"c{n}": {"quote": quote, "require": PRICE} for n, quote in enumerate(quotes, 1)}
    return {
        "policy": "trust/first",
        "agreement": "trust",
        "title": "A sale",
        "executed": "2004-11-24",
        "effective": "2004-11-24",
        "source": {"title": "An agreement", "sha256": digest(text), **({"operative": passages} if passages else {})},
        "permissions": {"1": {"title": "Sale", "conditions": conditions or {"c": {"require": PRICE}}}},
        "not_checked": [{**each, "because": "There is nothing to measure."} for each in cited],
        **own,
    }


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def accounted(text: str, *args: Said, **own: Any) -> Account:
    document = strict.parse(json.dumps(policy_of(text, *args, **own), indent=1).encode(), "policy.json")
    return account(fold(text), digest(text), load_policy(document, core_facts()))


def counts(of: Account) -> tuple[int, int, int, int]:
    return (
        of.operative,
        of.words(Standing.CHECKED),
        of.words(Standing.NOT_CHECKED),
        of.words(Standing.UNACCOUNTED),
    )


def words(of: Account, text: str, standing: Standing) -> list[str]:
    return [word.text for word, found in zip(fold(text).words, of.standings, strict=True) if found is standing]


def cited(of: Account, name: str) -> Citation:
    [found] = [citation for citation in of.citations if citation.name == name]
    return found


def places(text: str, quote: str) -> list[tuple[int, int]]:
    source = fold(text)
    return [tuple(lines_of(source, span)) for span in find(source, quote)]


def laid(folder: Path, text: str = CONTRACT, name: str = "trust", **own: Any) -> list[str]:
    """Write a contract and a folder of policies that cites it; return the arguments of the command."""
    law = folder / "law" / name
    law.mkdir(parents=True)
    made = policy_of(own.pop("of", text), **own) | {"policy": f"{name}/first", "agreement": name}
    (law / "first.json").write_text(json.dumps(made, indent=1))
    (folder / "contract.txt").write_bytes(text.encode())
    return ["cite", str(folder / "contract.txt"), "--policies", str(folder / "law")]


def held(path: Path, policies: Mapping[str, Agreement], agreement: str | None = None) -> Report:
    return cite(path, policies, agreement, "1.2.3")


def printed(capsysbinary: pytest.CaptureFixture[bytes], arguments: list[str]) -> tuple[int, str, str]:
    code = run(arguments)
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


# The real text.


def real(version: str) -> Account:
    [found] = [each for each in held(SOURCE, load_policies()).accounts if each.policy.name.endswith(version)]
    return found


@in_hand
@pytest.mark.parametrize(
    ("version", "counted", "share"),
    [
        pytest.param("servicing-agreement", (41, 28, 13, 0), "68.2", id="before the amendment"),
        pytest.param("amendment-1", (364, 204, 160, 0), "56.0", id="as amended"),
    ],
)
def test_every_operative_word_of_the_contract_is_accounted_for(
    version: str, counted: tuple[int, int, int, int], share: str
) -> None:
    found = real(version)
    assert (counts(found), found.share, found.lost, found.holds) == (counted, share, (), True)


@in_hand
@pytest.mark.parametrize(
    ("name", "lines"),
    [
        pytest.param("3.18/delinquent-90-days", [(76, 77), (81, 82)], id="it stands twice"),
        pytest.param("3.13(g)/price", [(97, 104)], id="over a page break"),
        pytest.param("3.13(f)/fair-market-value", [(89, 89)], id="in one line"),
        pytest.param("operative 2", [(84, 115)], id="a passage"),
    ],
)
def test_a_quote_of_the_contract_is_found_in_its_lines(name: str, lines: list[tuple[int, int]]) -> None:
    assert list(cited(real("amendment-1"), name).lines) == lines


@in_hand
def test_what_is_operative_is_what_the_two_paragraphs_say_and_nothing_else() -> None:
    found = real("amendment-1")
    stood = [(each.lines, each.words) for each in found.stretches if each.standing is Standing.REST]
    assert stood == [((4, 73), 232), ((122, 179), 134)]
    assert fold(SOURCE.read_text()).marks == (44, 101, 102, 118, 165)


@in_hand
@pytest.mark.parametrize("version", ["servicing-agreement", "amendment-1"])
def test_no_quote_of_the_contract_is_there_for_nothing(version: str) -> None:
    found = real(version)
    source = fold(SOURCE.read_text())
    inside = {at for at, standing in enumerate(found.standings) if standing is not Standing.REST}
    spans = [word.at for at, word in enumerate(source.words) if at in inside]
    for citation in found.citations:
        assert any(a.start < b.end and b.start < a.end for a in citation.spans for b in spans), citation.name


@in_hand
def test_the_shipped_policies_pass_as_a_process(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "checker", "cite", str(SOURCE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout[:24], done.stderr) == (0, b"FOUND AND ACCOUNTED FOR\n", b"")
    assert b"    204 checked by a rule, 56.0% (204 of 364)\n" in done.stdout
    (tmp_path / "contract.txt").write_bytes(SOURCE.read_bytes().replace(b"90 days", b"60 days"))
    done = subprocess.run([*command[:-1], str(tmp_path / "contract.txt")], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout[:18], done.stderr) == (1, b"NOT ACCOUNTED FOR\n", b"")


# Folding.


@pytest.mark.parametrize(
    ("text", "quote", "lines"),
    [
        pytest.param("a price\nof 5", "price of", [(1, 2)], id="over a line break"),
        pytest.param("a price\r\nof\ra loan", "price of a", [(1, 3)], id="over line breaks of other systems"),
        pytest.param("a  price \t of 5", "price of", [(1, 1)], id="over white space"),
        pytest.param("a price of 5", "price\n  of", [(1, 1)], id="white space of the quote"),
        pytest.param("a price\n<PAGE>\nof 5", "price of", [(1, 3)], id="over a page mark"),
        pytest.param("a price\n\n   12  \n  <PAGE>  \n\nof 5", "price of", [(1, 6)], id="over a page number"),
        pytest.param("a price\n1 2\nof 5", "price of", [(1, 3)], id="over a page number with spaces"),
        pytest.param("a price\n12.\nof 5", "price of", [], id="a number with a stop is no page number"),
        pytest.param("a price\n<PAGE> 2\nof 5", "price of", [], id="a page mark with more is none"),
        pytest.param("a price of\n5 loans", "of 5 loans", [(1, 2)], id="a number in a line of a sentence stays"),
        pytest.param("a price, a Price", "a price", [(1, 1)], id="case counts"),
        pytest.param("third-party", "third party", [], id="a hyphen counts"),
        pytest.param("price; of", "price of", [], id="punctuation counts"),
        pytest.param("a price of 5", "a price of 6", [], id="a changed letter"),
        pytest.param("a rate\na rate\nthe rate", "a rate", [(1, 1), (2, 2)], id="several places"),
        pytest.param("so so so", "so so", [(1, 1), (1, 1)], id="places that overlap"),
        pytest.param("11.00% of", "1.00%", [], id="not the end of a longer number"),
        pytest.param("at most 5,000 loans", "at most 5", [], id="not the start of a number with thousands marks"),
        pytest.param("at most 5,000 loans", "000 loans", [], id="not the end of one"),
        pytest.param("within 30.5 days", "within 30", [], id="not a number without its decimals"),
        pytest.param("within 30.5 days", "5 days", [], id="not the decimals without their number"),
        pytest.param("less 7 -7", "7", [(1, 1)], id="not a number without its sign"),
        pytest.param("of 5, or 6.", "5", [(1, 1)], id="a number before a comma"),
        pytest.param("of 5, or 6.", "6", [(1, 1)], id="a number that ends a sentence"),
        pytest.param("the terms", "term", [], id="not the start of a longer word"),
        pytest.param('the "term", so', "term", [(1, 1)], id="within quotation marks"),
        pytest.param("(g) Furthermore", "(g)", [(1, 1)], id="between parentheses"),
        pytest.param("", "a", [], id="an empty text"),
    ],
)
def test_a_quote_stands_where_its_words_do(text: str, quote: str, lines: list[tuple[int, int]]) -> None:
    assert places(text, quote) == lines


def test_the_lines_are_those_of_an_editor() -> None:
    assert fold("one\n\ntwo\x0cthree\n").lines == ("one", "", "two\x0cthree")
    assert [word.line for word in fold("one\n\ntwo\x0cthree\n").words] == [1, 3, 3]


lines_of_text = st.lists(st.text("ab1,.- \t", max_size=12) | st.sampled_from(["<PAGE>", " 7 ", ""]), max_size=12)


@settings(deadline=None)
@given(lines_of_text)
def test_each_word_stands_in_its_line_and_the_folded_text_is_the_words(lines: list[str]) -> None:
    source = fold("\n".join(lines))
    kept = [line for n, line in enumerate(lines, 1) if n not in source.marks]
    assert source.text.split(" ") == (" ".join(kept).split() or [""])
    assert all(word.text in lines[word.line - 1].split() for word in source.words)
    assert all(source.text[slice(*word.at)] == word.text for word in source.words)


# The account.


def test_what_is_quoted_is_checked_and_what_has_a_reason_is_not() -> None:
    found = accounted(CONTRACT)
    assert (counts(found), found.share, found.holds) == ((15, 14, 1, 0), "93.3", True)
    assert words(found, CONTRACT, Standing.NOT_CHECKED) == ["promptly."]
    assert words(found, CONTRACT, Standing.REST) == ["AN", "AGREEMENT", "1.", "Signed:", "A.", "Person"]


@pytest.mark.parametrize(
    ("quotes", "reasons", "left"),
    [
        pytest.param(QUOTES, (), ["promptly."], id="no reason"),
        pytest.param(QUOTES[1:], ("promptly",), ["The", "Seller", "may", "sell", "any", "Loan"], id="no rule"),
        pytest.param(("The Seller may", "any Loan", QUOTES[1]), ("promptly",), ["sell"], id="a word between quotes"),
        pytest.param((QUOTES[0], "for a price of 100", "of its balance"), ("promptly",), [], id="a sign alone"),
    ],
)
def test_a_word_in_no_quote_and_no_reason_is_unaccounted_for(quotes: Said, reasons: Said, left: list[str]) -> None:
    found = accounted(CONTRACT, quotes, reasons)
    assert (words(found, CONTRACT, Standing.UNACCOUNTED), found.holds) == (left, not left)


@pytest.mark.parametrize(
    ("text", "quotes", "left"),
    [
        pytest.param('Start "the price." end', ["Start", "the price", "end"], [], id="punctuation around a word"),
        pytest.param("Start third-party end", ["Start", "third", "end"], ["third-party"], id="half of a word"),
        pytest.param("Start a - b end", ["Start a", "b end"], ["-"], id="a sign by itself is a word"),
        pytest.param("Start a - b end", ["Start a -", "b end"], [], id="a sign that is quoted"),
        pytest.param("Start 1.00% end", ["Start", "00", "end"], ["1.00%"], id="half of a number"),
    ],
)
def test_a_word_is_inside_by_its_letters_and_digits(text: str, quotes: list[str], left: list[str]) -> None:
    assert words(accounted(text, quotes, (), [("Start", "end")]), text, Standing.UNACCOUNTED) == left


@pytest.mark.parametrize(
    "reason", ["a price of 100%", ("a price", "100%")], ids=["a quote", "a passage that has no long quotation"]
)
def test_not_checked_wins_over_a_rule(reason: str | tuple[str, str]) -> None:
    found = accounted(CONTRACT, QUOTES, ["promptly", reason])
    assert counts(found) == (15, 10, 5, 0)
    assert words(found, CONTRACT, Standing.NOT_CHECKED) == ["a", "price", "of", "100%", "promptly."]


def test_a_term_accounts_for_words_as_a_rule_does() -> None:
    term = {"balance": {"quote": "its balance", "is": "loan.stated_principal_balance"}}
    found = accounted(CONTRACT, [QUOTES[0], "for a price of 100% of"], terms=term)
    assert (found.holds, cited(found, "balance").kind, cited(found, "balance").lines) == (True, Kind.TERM, ((9, 9),))


def test_an_obligation_accounts_for_words_as_a_condition_does() -> None:
    owed = {"quote": QUOTES[1], "owed_by": "a", "owed_to": ["b"], "done_on": "batch.date"}
    section = {"title": "Sale", "conditions": {"c": {"quote": QUOTES[0], "require": PRICE}}, "obligations": {"o": owed}}
    found = accounted(CONTRACT, permissions={"1": section})
    assert (found.holds, cited(found, "1/o").kind) == (True, Kind.RULE)


def test_what_is_unaccounted_for_is_listed_in_runs() -> None:
    found = accounted(CONTRACT, ["may sell any"])
    runs = [each[1:] for each in found.stretches if each.standing is Standing.UNACCOUNTED]
    assert runs == [((4, 4), 2, "The Seller"), ((4, 9), 9, "Loan for a price of 100% of its balance,")]


def test_without_operative_text_every_word_is_the_rest_and_it_is_said_plainly(tmp_path: Path) -> None:
    found = accounted(CONTRACT, QUOTES, (), ())
    assert (counts(found), found.share, found.holds) == ((0, 0, 0, 0), "", True)
    arguments = laid(tmp_path, operative=())
    report = held(Path(arguments[1]), load_policies(tmp_path / "law"))
    text = FORMATS["text"](report)
    assert (report.exit_code, text.splitlines()[0]) == (0, "FOUND, BUT NOT ALL OPERATIVE TEXT IS NAMED")
    assert "  no operative text is named\n" in text


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        pytest.param("The Buyer", "promptly.", "`The Buyer`, its first words, do not stand in the text", id="no start"),
        pytest.param(
            "of",
            "promptly.",
            "`of`, its first words, stand in the text 2 times: in lines 5, 5",
            id="two starts",
        ),
        pytest.param(
            "its balance",
            "Seller",
            "`Seller`, its last words, do not stand in the text after its first",
            id="an end before the start",
        ),
        pytest.param(
            "its balance",
            "balance, promptly",
            "`balance, promptly`, its last words, do not stand in the text after its first",
            id="an end inside the start",
        ),
    ],
)
@pytest.mark.parametrize("key", ["operative", "reasons"])
def test_a_passage_has_one_start_and_an_end_after_it(key: str, first: str, last: str, problem: str) -> None:
    found = accounted(CONTRACT, **{key: [("The Seller may", "promptly."), (first, last)]})
    [lost] = found.lost
    assert (lost.problem, lost.spans, lost.at.file, found.holds) == (problem, (), "policy.json", False)
    assert lost.at.line > 1


def test_a_passage_ends_at_the_first_place_of_its_last_words() -> None:
    found = accounted("Start a end b end", ["Start a end"], (), [("Start", "end")])
    assert counts(found) == (3, 3, 0, 0)


def test_a_quote_that_does_not_stand_there_is_a_failure_with_its_place_in_the_policy() -> None:
    found = accounted(CONTRACT, [*QUOTES, "for a price of 101%"])
    [lost] = found.lost
    assert (lost.name, lost.problem, found.holds) == ("1/c3", "these words do not stand in the text", False)
    shown = json.dumps(policy_of(CONTRACT, [*QUOTES, "for a price of 101%"]), indent=1).splitlines()[lost.at.line - 1]
    assert '"c3": {' in shown


@pytest.mark.parametrize(
    ("entry", "codes"),
    [
        pytest.param({"from": "a"}, {"E512"}, id="only from"),
        pytest.param({"to": "a"}, {"E306", "E512"}, id="only to"),
        pytest.param({"quote": "a", "to": "b"}, {"E512"}, id="a quote and to"),
        pytest.param({"quote": "a", "from": "b", "to": "c"}, {"E306"}, id="both"),
        pytest.param({}, {"E306"}, id="neither"),
    ],
)
def test_a_reason_has_a_quote_or_both_ends_of_a_passage(entry: Json, codes: set[str]) -> None:
    with pytest.raises(InputError) as found:
        accounted(CONTRACT, not_checked=[{**entry, "because": "So."}])
    assert {fault.code for fault in found.value.faults} == codes


def test_half_a_passage_is_shown_in_the_policy_with_what_to_do() -> None:
    text = json.dumps(policy_of(CONTRACT, not_checked=[{"from": "a", "because": "So."}]), indent=1)
    with pytest.raises(InputError) as found:
        load_policy(strict.parse(text.encode(), "policy.json"), core_facts())
    line = text.splitlines().index('   "from": "a",')
    assert str(found.value) == (
        f"E512: `from` and `to` are written together\n  --> policy.json:{line}:3\n{line} |   {{\n   |   ^\n"
        "   = help: or write a `quote` alone"
    )


# The account of any text.

LETTERS = st.sampled_from(["a", "b", "c"])
PHRASE = st.lists(LETTERS, min_size=1, max_size=3)


def inside(text: list[str], phrases: list[list[str]]) -> set[int]:
    """Return which words of a text stand in one of the phrases, by comparing lists."""
    return {
        at
        for phrase in phrases
        for start in range(len(text))
        if text[start : start + len(phrase)] == phrase
        for at in range(start, start + len(phrase))
    }


@settings(deadline=None, max_examples=150)
@given(st.lists(LETTERS, max_size=20), st.lists(PHRASE, max_size=4), st.lists(PHRASE, max_size=3))
def test_each_operative_word_is_checked_or_not_checked_or_unaccounted_for(
    text: list[str], quotes: list[list[str]], reasons: list[list[str]]
) -> None:
    whole = ["x", "Start", *text, "end", "y"]
    contract = "\n".join(whole)
    found = accounted(contract, [*map(" ".join, quotes)], [*map(" ".join, reasons)], [("Start", "end")])
    unchecked = inside(whole, reasons)
    checked = inside(whole, quotes) - unchecked
    assert counts(found) == (len(text) + 2, len(checked), len(unchecked), len(text) + 2 - len(checked | unchecked))
    assert sum(counts(found)[1:]) == found.operative
    assert " ".join(stretch.text for stretch in found.stretches) == " ".join(whole)
    assert sum(stretch.words for stretch in found.stretches) == len(whole)


@settings(deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.data())
def test_a_quote_less_leaves_exactly_its_words_unaccounted_for(sizes: list[int], data: st.DataObject) -> None:
    named = iter([f"w{n}" for n in range(sum(sizes))])
    parts = [" ".join(next(named) for _ in range(size)) for size in sizes]
    text = data.draw(st.sampled_from(["\n", " ", "\n 3 \n<PAGE>\n"])).join(parts)
    passage = [(parts[0].split()[0], parts[-1].split()[-1])] if sum(sizes) > 1 else []
    assert accounted(text, parts, (), passage).words(Standing.UNACCOUNTED) == 0
    lost = data.draw(st.integers(0, len(parts) - 1))
    found = accounted(text, parts[:lost] + parts[lost + 1 :], (), passage)
    assert words(found, text, Standing.UNACCOUNTED) == (parts[lost].split() if passage else [])


@pytest.mark.parametrize(
    ("checked", "share"), [(0, "0.0"), (1, "33.3"), (2, "66.6"), (3, "100.0")], ids=["none", "one", "two", "all"]
)
def test_the_share_is_rounded_down(checked: int, share: str) -> None:
    each = ["one", "two", "three"]
    assert accounted("one two three", each[:checked], each[checked:], [("one", "three")]).share == share


# Which text, and which agreement.


def test_a_version_of_another_text_is_not_this_text(tmp_path: Path, capsysbinary: Any) -> None:
    code, out, _ = printed(capsysbinary, laid(tmp_path, of=CONTRACT + " "))
    assert (code, out.splitlines()[0]) == (1, "NOT ACCOUNTED FOR")
    assert f"  not this text: it cites An agreement, sha256\n  {digest(CONTRACT + ' ')}\n" in out
    assert "Checked by" not in out


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    laid(tmp_path)
    (tmp_path / "contract.txt").write_bytes(CONTRACT.replace("\n", "\r\n").encode())
    assert not held(tmp_path / "contract.txt", load_policies(tmp_path / "law")).holds


def test_agreements_that_do_not_cite_the_text_are_left_out_unless_named(tmp_path: Path) -> None:
    arguments = laid(tmp_path)
    laid(tmp_path, name="other", of="another text")
    (tmp_path / "contract.txt").write_text(CONTRACT)
    policies = load_policies(tmp_path / "law")
    named = held(Path(arguments[1]), policies, "other")
    assert [each.policy.agreement for each in held(Path(arguments[1]), policies).accounts] == ["trust"]
    assert [(each.policy.agreement, each.cites_this) for each in named.accounts] == [("other", False)]


def test_a_version_that_cites_another_text_beside_one_that_cites_this_is_a_failure(tmp_path: Path) -> None:
    laid(tmp_path)
    second = policy_of("another text") | {"policy": "trust/second", "effective": "2005-01-01"}
    (tmp_path / "law" / "trust" / "second.json").write_text(json.dumps(second))
    found = held(tmp_path / "contract.txt", load_policies(tmp_path / "law"))
    assert ([each.holds for each in found.accounts], found.holds) == ([True, False], False)


# Exit codes.


@pytest.mark.parametrize(
    ("own", "code"),
    [
        pytest.param({}, 0, id="everything holds"),
        pytest.param({"reasons": ()}, 1, id="a word unaccounted for"),
        pytest.param({"quotes": (*QUOTES, "no such words")}, 1, id="a quote that is not there"),
        pytest.param({"of": "another text"}, 1, id="another text"),
        pytest.param({"text": CONTRACT.replace("Loan", "Lean"), "of": CONTRACT}, 1, id="one changed letter"),
    ],
)
@pytest.mark.parametrize("form", FORMATS)
def test_the_exit_code_tells_whether_it_holds(
    tmp_path: Path, own: Json, code: int, form: str, capsysbinary: Any
) -> None:
    found, out, err = printed(capsysbinary, [*laid(tmp_path, **own), "--format", form])
    assert (found, bool(out), err) == (code, True, "")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(lambda path: path.unlink(), "E001: cannot read the file: no such file or directory", id="none"),
        pytest.param(lambda path: path.write_bytes(b"\xff"), "E002: the file is not UTF-8 text", id="not UTF-8"),
    ],
)
def test_a_source_that_cannot_be_read_exits_2(tmp_path: Path, spoil: Any, says: str, capsysbinary: Any) -> None:
    arguments = laid(tmp_path)
    spoil(Path(arguments[1]))
    code, out, err = printed(capsysbinary, arguments)
    assert (code, out, err.splitlines()[0]) == (2, "", says)


def test_an_unknown_agreement_exits_2_with_the_nearest(tmp_path: Path, capsysbinary: Any) -> None:
    code, out, err = printed(capsysbinary, [*laid(tmp_path), "--agreement", "trusd"])
    assert (code, out, err) == (2, "", "E601: no policy for the agreement `trusd`\n  = help: did you mean `trust`?\n")


def test_the_source_is_never_written_over(tmp_path: Path, capsysbinary: Any) -> None:
    arguments = laid(tmp_path)
    code, _, err = printed(capsysbinary, [*arguments, "--output", arguments[1]])
    assert (code, err.splitlines()[0]) == (2, "E609: the output would overwrite an input")
    assert Path(arguments[1]).read_text() == CONTRACT


def test_the_output_goes_to_a_file(tmp_path: Path, capsysbinary: Any) -> None:
    arguments = [*laid(tmp_path), "--format", "json"]
    _, out, _ = printed(capsysbinary, arguments)
    assert printed(capsysbinary, [*arguments, "--output", str(tmp_path / "out.json")]) == (0, "", "")
    assert (tmp_path / "out.json").read_text() == out


def test_the_formats_of_the_command_are_those_that_there_are() -> None:
    for form in FORMATS:
        assert parser().parse_args(["cite", "a.txt", "--format", form]).format == form
    with pytest.raises(SystemExit) as found:
        parser().parse_args(["cite", "a.txt", "--format", "csv"])
    assert found.value.code == 2


# What is printed.

EVIL = 'Start <script>alert("1")</script> & \x1b[31m end\n'


def reports(folder: Path) -> dict[str, Report]:
    """Return reports in which everything that can be said is said."""
    made = {
        "holds": {},
        "unaccounted": {"reasons": [("its balance", "promptly.")], "quotes": QUOTES[:1]},
        "lost": {"quotes": [*QUOTES, "no such words"], "operative": [*OPERATIVE, ("of", "promptly.")]},
        "nowhere": {"operative": [("of", "promptly.")]},
        "another": {"of": "another text"},
        "plain": {"operative": ()},
        "evil": {
            "text": EVIL,
            "quotes": ['<script>alert("1")</script>'],
            "operative": [("Start", "end")],
            "reasons": ["end", "<i>"],
            "title": "<b>A \x85sale</b>",
        },
    }
    found = {}
    for name, own in made.items():
        laid(folder / name, **own)
        found[name] = held(folder / name / "contract.txt", load_policies(folder / name / "law"))
    return found


def test_json_is_of_the_shape_that_is_documented(tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.check_schema(SCHEMA)
    for name, report in reports(tmp_path).items():
        document = json.loads(FORMATS["json"](report))
        assert (name, [error.message for error in validator.iter_errors(document)]) == (name, [])
        assert document["holds"] is report.holds


def test_json_says_the_counts_the_places_and_what_is_left(tmp_path: Path) -> None:
    [policy] = json.loads(FORMATS["json"](reports(tmp_path)["unaccounted"]))["policies"]
    counted = {"words": 15, "checked": 6, "not_checked": 3, "unaccounted": 6, "checked_percent": "40.0"}
    assert policy["operative"] == counted
    assert policy["rest"][-1] == {"first_line": 11, "last_line": 11, "words": 3}
    assert policy["unaccounted"] == [{"first_line": 5, "last_line": 5, "words": 6, "text": "for a price of 100% of"}]


def test_json_says_what_each_citation_cites_where_and_why(tmp_path: Path) -> None:
    [policy] = json.loads(FORMATS["json"](reports(tmp_path)["lost"]))["policies"]
    found = {each["by"]: {key: each[key] for key in each if key not in ("by", "at")} for each in policy["citations"]}
    nowhere, line_9 = {"places": [], "because": None}, {"first_line": 9, "last_line": 9}
    assert found == {
        "1/c1": rule(QUOTES[0], 4, 4),
        "1/c2": rule(QUOTES[1], 5, 9),
        "1/c3": {
            "kind": "rule",
            "quote": "no such words",
            "problem": "these words do not stand in the text",
            **nowhere,
        },
        "not_checked 1": {
            "kind": "not_checked",
            "quote": "promptly",
            "because": "There is nothing to measure.",
            "places": [line_9],
            "problem": None,
        },
        "operative 1": {
            "kind": "operative",
            "from": "The Seller may",
            "to": "promptly.",
            "because": None,
            "places": [{"first_line": 4, "last_line": 9}],
            "problem": None,
        },
        "operative 2": {
            "kind": "operative",
            "from": "of",
            "to": "promptly.",
            "problem": "`of`, its first words, stand in the text 2 times: in lines 5, 5",
            **nowhere,
        },
    }


def rule(quote: str, first: int, last: int) -> Json:
    where = [{"first_line": first, "last_line": last}]
    return {"kind": "rule", "quote": quote, "because": None, "places": where, "problem": None}


def test_operative_text_that_stands_nowhere_is_not_operative_text_that_is_not_named(tmp_path: Path) -> None:
    report = reports(tmp_path)["nowhere"]
    shown = FORMATS["text"](report)
    assert ("no operative text is named" in shown, "  0 operative words\n" in shown) == (False, True)
    [policy] = json.loads(FORMATS["json"](report))["policies"]
    assert policy["operative"]["checked_percent"] is None


def test_the_schema_refuses_what_is_not_said(tmp_path: Path) -> None:
    document = json.loads(FORMATS["json"](reports(tmp_path)["holds"]))
    document["policies"][0]["operative"]["checked_percent"] = 92.8
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def test_text_is_whole(tmp_path: Path) -> None:
    report = reports(tmp_path)["unaccounted"]._replace(file="contract.txt")
    policy = report.accounts[0].policy._replace(file="law/first.json")
    shown = FORMATS["text"](report._replace(accounts=(report.accounts[0]._replace(policy=policy),)))
    assert shown == (
        "NOT ACCOUNTED FOR\n"
        "contract.txt: 11 lines, 21 words\n"
        f"  sha256 {digest(CONTRACT)}\n"
        "  not read, as page marks: lines 7, 8\n"
        "\n"
        "trust/first (law/first.json)\n"
        "  A sale\n"
        "  15 operative words, in lines 4 to 9\n"
        "    6 checked by a rule, 40.0% (6 of 15)\n"
        "    3 not checked, with a reason\n"
        "    6 unaccounted for\n"
        "\n"
        "  Unaccounted for\n"
        "    line 5: 6 words\n"
        '        "for a price of 100% of"\n'
        "\n"
        "  Checked by\n"
        "    1/c1  line 4\n"
        '        "The Seller may sell any Loan"\n'
        "\n"
        "  Not checked\n"
        "    not_checked 1  line 9\n"
        '        "its balance ... promptly."\n'
        "        There is nothing to measure.\n"
        "\n"
        "  The rest of the document\n"
        "    lines 2 to 4: 3 words\n"
        "    line 11: 3 words\n"
        "\n"
        "checker 1.2.3, exit code 1\n"
    )


def test_text_is_at_most_110_wide_and_steers_no_terminal(tmp_path: Path) -> None:
    many = "Start " + "so on and on\n" * 300 + "end\n"
    laid(tmp_path / "wide", text=many, quotes=["so", "on and on"], reasons=(), operative=[("Start", "end")])
    wide = held(tmp_path / "wide" / "contract.txt", load_policies(tmp_path / "wide" / "law"))
    for report in [wide, *reports(tmp_path).values()]:
        shown = FORMATS["text"](report)
        assert max(map(len, shown.splitlines())) <= 110
        assert "\x1b" not in shown


class Page(HTMLParser):
    """The parts of a page: its ids, its links, its scripts, and the text of the contract line by line."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[str]:
        return [value for _, attrs in self.tags if (value := attrs.get(name)) is not None]


def test_every_link_of_the_page_leads_to_a_place_on_it(tmp_path: Path) -> None:
    for report in reports(tmp_path).values():
        page = Page(FORMATS["html"](report))
        assert len(set(page.all("id"))) == len(page.all("id"))
        assert {link[1:] for link in page.all("href")} <= set(page.all("id"))
        assert {link[:1] for link in page.all("href")} <= {"#"}
        assert {key for keys in page.all("data-q") for key in keys.split()} <= set(page.all("id"))


def test_the_page_asks_for_nothing_else(tmp_path: Path) -> None:
    for report in reports(tmp_path).values():
        page = Page(FORMATS["html"](report))
        assert [tag for tag, _ in page.tags if tag in ("link", "img", "iframe", "object", "form")] == []
        assert (page.all("src"), "url(" in page.text, "@import" in page.text) == ([], False, False)
        assert any("default-src 'none'" in content for content in page.all("content"))


def test_the_page_escapes_what_others_wrote(tmp_path: Path) -> None:
    shown = FORMATS["html"](reports(tmp_path)["evil"])
    assert [tag for tag, _ in Page(shown).tags].count("script") == 1
    assert "<i>" not in shown
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;</a>" in shown
    assert ("<b>A \\" in shown, "&lt;b&gt;A \\u0085sale&lt;/b&gt;" in shown, "\x1b" in shown) == (False, True, False)


def marked(shown: str, standing: Standing) -> list[str]:
    contract = shown.partition('<div class="contract">')[2].partition('<div class="rules">')[0]
    return re.findall(rf'<(?:a|span) class="{standing}"[^>]*>([^<]*)<', contract)


def test_the_page_shows_each_word_as_it_stands_with_the_whole_contract(tmp_path: Path) -> None:
    shown = FORMATS["html"](reports(tmp_path)["unaccounted"])
    assert marked(shown, Standing.CHECKED) == ["The Seller may sell any Loan"]
    assert marked(shown, Standing.UNACCOUNTED) == ["for a price of 100% of"]
    assert marked(shown, Standing.NOT_CHECKED) == ["its balance, promptly."]
    lines = re.findall(r'<div class="(?:line|mark)"[^>]*><a[^>]*>\d+</a><span>(.*)</span></div>', shown)
    assert [re.sub(r"<[^>]*>", "", line).replace("&lt;", "<").replace("&gt;", ">").rstrip() for line in lines] == (
        CONTRACT.splitlines()
    )


def test_a_word_links_first_to_what_decides_how_it_stands(tmp_path: Path) -> None:
    laid(tmp_path, reasons=["promptly", "100%"])
    report = held(tmp_path / "contract.txt", load_policies(tmp_path / "law"))
    shown = FORMATS["html"](report)
    names = [citation.name for citation in report.accounts[0].citations]
    reason, rule = names.index("not_checked 2") + 1, names.index("1/c2") + 1
    assert f'<a class="not_checked" href="#v1-q{reason}" data-q="v1-q{reason} v1-q{rule}">100%</a>' in shown
