"""What `checker explain` says is the same in every format; without a rule it lists them; it explains codes, too."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from builders import NAME, loaded, of_versions, shipped_policies, texts

from checker.builtin import BUILTIN
from checker.cli import run
from checker.codes import CODES
from checker.reference import as_html, as_markdown, as_text, explain, overview
from checker.reference.topics import Entry, Part, Topic
from checker.rules import rules

RENDERERS = {"text": as_text.render, "markdown": as_markdown.render, "html": as_html.render}
TOPICS = ["3.18", "3.13(g)", "3.13(f)/maximizes-proceeds", "builtin/in-force", "E204"]
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "dl", "dt", "dd", "code", "script"}
MARKS = r"</?(?:code|span)>|&#8203;|^#+ |^ *- |\*\*(?=\w)|(?<=\w)\*\*|\\(?=[^\w\s])"
HOSTILE = "<script>alert(1)</script> | [x](http://example.org) **b** \x1b[31m"


def words(form: str, text: str) -> str:
    """Return what a reader of a format reads, without white space: laying out is not saying."""
    if form == "html":
        text = unescape(re.sub(r"<(style|script|title)>.*?</\1>|<[^>]*>", "", text, flags=re.DOTALL))
    if form == "markdown":
        text = unescape(re.sub(MARKS, "", text, flags=re.MULTILINE))
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("form", ["markdown", "html"])
@pytest.mark.parametrize("name", TOPICS)
def test_every_format_says_the_same(form: str, name: str) -> None:
    found = explain(shipped_policies(), name)
    assert words(form, RENDERERS[form](found)) == words("text", as_text.render(found)).replace(
        "`", "" if form == "markdown" else "`"
    )


class Tags(HTMLParser):
    """Notes the tags of a page, and that each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)
        assert all(name in ("lang", "charset", "name", "content", "http-equiv") for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_fetches_nothing_and_is_whole() -> None:
    text = as_html.render(explain(shipped_policies(), "3.13(g)"))
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    assert {*tags.seen} <= TAGS
    assert "prefers-color-scheme: dark" in text


def hostile() -> tuple[Topic, ...]:
    part, code = Part(HOSTILE, HOSTILE), Part("", HOSTILE, is_code=True)
    return (Topic(HOSTILE, HOSTILE, (HOSTILE,), (part, code), (Entry(HOSTILE, (part,)),)),)


@pytest.mark.parametrize("form", RENDERERS)
def test_what_a_policy_says_steers_nothing(form: str) -> None:
    text = RENDERERS[form](hostile())
    assert "\x1b" not in text
    assert form == "text" or "<script>alert" not in text
    assert form != "markdown" or not re.search(r"(?<!\\)(\[x|\*\*b)", text)


def test_without_a_rule_each_is_listed_on_one_line() -> None:
    lines = as_text.render(overview(shipped_policies())).splitlines()
    [agreement] = shipped_policies().values()
    names = {rule.rule for policy in agreement.versions for rule in rules(policy)} | {
        f"builtin/{name}" for name in BUILTIN
    }
    assert [sum(line.startswith(f"  {name} ") for line in lines) for name in names] == [1] * len(names)
    assert max(map(len, lines)) <= 110
    assert len(lines) == len(names) + len(agreement.versions) + 5


def test_a_rule_is_listed_as_its_latest_version_has_it() -> None:
    text = as_text.render(overview(shipped_policies()))
    assert "3.18/buyer                         The Master Servicer buys, or a third party does." in text


def test_every_version_is_listed_with_its_sections() -> None:
    text = as_text.render(overview(shipped_policies()))
    assert f"  {NAME}/servicing-agreement, in force from 2004-11-24: 3.18\n" in text
    assert f"  {NAME}/amendment-1, in force from 2004-12-28: 3.18, 3.13(f), 3.13(g)\n" in text


def test_every_agreement_is_listed() -> None:
    another = of_versions([loaded(texts()[0])])._replace(name="another")
    titles = [topic.title for topic in overview({**shipped_policies(), "another": another})]
    assert titles == [NAME, "another", "checker"]


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_explained_by_what_it_means_and_what_to_do(code: str) -> None:
    means, do = CODES[code]
    assert as_text.render(explain({}, code)) == f"{code}\n\n  {means}\n  {do}\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param(["--template"], "E610: --template needs a section\n", id="a template of nothing"),
        pytest.param(["E999"], "E610: no rule or section `E999`\n", id="no such code"),
    ],
)
def test_what_cannot_be_explained(arguments: list[str], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", *arguments]) == 2
    assert capsys.readouterr().err.startswith(error)


def test_a_template_has_no_other_format(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(["explain", "3.18", "--template", "--format", "html"])
    assert "argument --format: not allowed with argument --template" in capsys.readouterr().err


@pytest.mark.parametrize("form", RENDERERS)
def test_it_is_written_where_it_is_wanted(form: str, tmp_path: Path) -> None:
    assert run(["explain", "3.18", "--format", form, "--output", str(tmp_path / "found")]) == 0
    assert (tmp_path / "found").read_text("utf-8") == RENDERERS[form](explain(shipped_policies(), "3.18"))
