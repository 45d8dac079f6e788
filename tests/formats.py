"""What a report says in each format, read back as its reader would: the decision, and what does not pass."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt

from checker.findings import Report
from checker.report import WHOLE, renderer
from checker.report.groups import brief

PASSING = ("pass", "met")
GAP = "\u200b"
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class Found(NamedTuple):
    """One finding as a format names it; `subject` is `line 3`, `exercise 3.18` or `batch`."""

    batch: str
    rule: str
    subject: str
    status: str


class Said(NamedTuple):
    """What a format says of a run."""

    decision: str
    findings: set[Found]


def rendered(form: str, of: Report) -> str:
    """Return a report that lists everything in a format, as the command does: most list what does not pass."""
    assert of.everything
    return renderer(form)(of if form in WHOLE else brief(of))


def subjects(spoken: str) -> list[str]:
    """Return the subjects that words like `lines 1, 3 to 5` and `the exercise of 3.18` are about."""
    if found := re.match(r"the exercise of (\S+)$", spoken):
        return [f"exercise {found[1]}"]
    if spoken.startswith("the batch "):
        return ["batch"]
    ranges = re.findall(r"(\d+)(?: to (\d+))?", spoken.partition(", loan ")[0])
    return [f"line {n}" for first, last in ranges for n in range(int(first), int(last or first) + 1)]


def in_json(of: Report) -> Said:
    document = json.loads(rendered("json", of))
    found = {
        Found(batch["batch"], each["rule"], subject_of(each["subject"]), each["status"])
        for batch in document["batches"]
        for each in batch["findings"]
        if each["status"] not in PASSING
    }
    return Said(document["decision"], found)


def subject_of(of: dict[str, Any]) -> str:
    if "line" in of:
        return f"line {of['line']}"
    return f"exercise {of['exercise']}" if "exercise" in of else "batch"


def in_text(of: Report) -> Said:
    text = rendered("text", of)
    blocks = re.split(r"^[A-Z]+(?:, ON \d+ ASSUMPTIONS?)?\n", text, flags=re.MULTILINE)[1:]
    found: set[Found] = set()
    for batch, block in zip(of.batches, blocks, strict=True):
        for rule, status, spoken in re.findall(r"^  (\S+)  ([A-Z]+)  (\S.*)$", block, flags=re.MULTILINE):
            found |= {Found(batch.name, rule, subject, status.lower()) for subject in subjects(spoken)}
        for rule, status, spoken in re.findall(
            r"- (\S+)  ([a-z]+): also (lines? [^(]*)\(", re.sub(r"\n +", " ", block)
        ):
            found |= {Found(batch.name, rule, subject, status) for subject in subjects(spoken)}
    return Said(re.split("[,:\n]", text)[0].lower(), {each for each in found if each.status not in PASSING})


def in_csv(of: Report) -> list[tuple[str, int, str, str]]:
    """Return batch, line, decision and the rule that stopped it."""
    rows = csv.DictReader(io.StringIO(rendered("csv", of), newline=""))
    return [(row["batch"].removeprefix("'"), int(row["line"]), row["decision"], row["rule"]) for row in rows]


def run_of(of: Report) -> dict[str, Any]:
    """Return the one run of a SARIF log."""
    (run,) = json.loads(rendered("sarif", of))["runs"]
    return dict(run)


def in_sarif(of: Report) -> Said:
    return said_in_run(run_of(of))


def said_in_run(run: dict[str, Any]) -> Said:
    """Return what the run of a SARIF log says."""
    found = {
        Found(of_result["batch"], result["ruleId"], subject_of(each["subject"]), of_result["status"])
        for result in run["results"]
        for of_result in [result["properties"]]
        for each in of_result["findings"]
    }
    return Said(run["properties"]["decision"], found)


def cases(of: Report) -> Iterator[tuple[ET.Element, str, str]]:
    """Yield every test case with its suite's name and what came of it: `passed`, or the element that says otherwise."""
    root = ET.fromstring(rendered("junit", of))  # noqa: S314 (our own)
    for suite in root.findall("testsuite"):
        for case in suite.findall("testcase"):
            assert len(case) <= 1
            yield case, suite.attrib["name"], case[0].tag if len(case) else "passed"


def in_junit(of: Report) -> Said:
    found, decisions = set(), []
    for case, batch, _ in cases(of):
        name = case.attrib["name"]
        status = case[0].attrib["type"] if len(case) else "pass"
        if name == "decision":
            decisions.append("permitted" if status == "pass" else status)
        elif status != "pass":
            rule, _, spoken = name.partition(": ")
            found |= {Found(batch, rule, subject, status) for subject in subjects(spoken)}
    worst = next(each for each in ("refused", "undecided", "permitted") if each in decisions)
    return Said(worst, found)


class Command(NamedTuple):
    """A workflow command, as GitHub's runner reads it."""

    name: str
    properties: dict[str, str]
    message: str


def commands(text: str) -> list[Command]:
    """Return the workflow commands of an output; every line of it is one."""
    return [_command(line) for line in text.splitlines()]


def _command(line: str) -> Command:
    assert line.startswith("::"), line
    info, _, data = line[2:].partition("::")
    name, _, properties = info.partition(" ")
    pairs = dict(pair.split("=", 1) for pair in properties.split(",") if pair)
    marks = {"%0D": "\r", "%0A": "\n"}
    unescaped = {key: _unescaped(value, marks | {"%3A": ":", "%2C": ","}) for key, value in pairs.items()}
    return Command(name, unescaped, _unescaped(data, marks))


def _unescaped(text: str, marks: dict[str, str]) -> str:
    for mark, meant in [*marks.items(), ("%25", "%")]:
        text = text.replace(mark, meant)
    return text


def in_github(of: Report) -> Said:
    return said_in_commands(rendered("github", of), [batch.name for batch in of.batches])


def said_in_commands(text: str, batches: Sequence[str]) -> Said:
    """Return what workflow commands say of the batches of these names."""
    head, *annotations = commands(text)
    found = set()
    for each in annotations:
        rule, _, status = each.properties["title"].rpartition(": ")
        batch, spoken = _where(each.message, batches)
        found |= {Found(batch, rule, subject, status) for subject in subjects(spoken)}
    return Said(re.split("[,:.]", head.message)[0], found)


def _where(message: str, batches: Sequence[str]) -> tuple[str, str]:
    """Return the batch that a message begins with, and what it is about."""
    for name in sorted(batches, key=len, reverse=True):
        for start, rest in ((f"{name}, ", ""), (f"the batch {name}: ", "the batch ")):
            if message.startswith(start):
                return name, rest or message.removeprefix(start).partition(": ")[0]
    raise AssertionError(message)


class Seen(HTMLParser):
    """What a reader sees of an HTML page, and the tags and addresses that made it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def page(of: Report) -> str:
    """Return the Markdown report as HTML."""
    return as_html(rendered("markdown", of))


def as_html(markdown: str) -> str:
    """Return Markdown as HTML, by the rules of CommonMark with GitHub's tables."""
    return str(_MARKDOWN.render(markdown))


def in_markdown(of: Report) -> Said:
    first, *sections = re.split(r"<h3>(.*)</h3>", page(of))
    found = set()
    for name, section in zip(sections[::2], sections[1::2], strict=True):
        for rule, status, spoken in re.findall(r"<code>(\S+)</code> <strong>([A-Z]+)</strong> (.*?)</", section):
            found |= {
                Found(_plain(name), _plain(rule), subject, status.lower()) for subject in subjects(_plain(spoken))
            }
    decision = re.search(r"<h2>(\w+)", first)
    assert decision
    return Said(decision[1].lower(), found)


def _plain(text: str) -> str:
    return html.unescape(re.sub("<.*?>", "", text)).replace(GAP, "")
