"""The report of a book: it adds up, order is irrelevant to it, and every finding of it was judged twice."""

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
from bench.book_data import write
from books import formed
from books import write as write_book
from builders import NAME
from laws import small_law
from test_book import BATCHES, MASTER, OTHER, RIGHT, TAPE, Book, rows, stamps, table, written

import checker
from checker.__main__ import main
from checker.engine import again, as_text
from checker.engine.again import DisagreementError
from checker.engine.book import read_book
from checker.engine.found import MiscountError
from checker.engine.plan import Plan, Query
from checker.engine.run import Wanted, judge_book

Capsys = pytest.CaptureFixture[str]
DECISIONS = ("permitted", "refused", "undecided")
SCHEMA = Path(checker.__file__).parent / "engine" / "book-report.schema.json"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book of twenty trusts and 24 batches, in which every rule has every status that it can have."""
    folder = tmp_path_factory.mktemp("many")
    write(folder, loans=20_000, lines=480, batches=24, agreements=20, formats=("csv",))
    return Book(folder / "csv.yaml", folder / "policies")


@pytest.fixture(scope="module")
def listed(many: Book) -> list[dict[str, str]]:
    """Every line of that book, from the file of lines."""
    from checker.cli import run

    path = many.path.parent / "listed.csv"
    run(["check", str(many.path), "--policies", str(many.policies), "--engine", "duckdb", "--lines", str(path)])
    return table(path)


# It adds up


def test_the_text_leads_with_the_decision_and_how_much_was_judged(many: Book, capsys: Capsys) -> None:
    done = many.check(capsys)
    first, second, *_ = done.out.splitlines()
    assert (done.code, first[:11]) == (1, "REFUSED, ON")
    assert second.startswith("bench: 480 lines in 24 batches of 20 agreements, 19,")
    assert second.endswith(" loans in their pools, by duckdb")
    assert done.out.endswith(f"\nchecker {checker.__version__}, exit code 1\n")


def test_the_report_has_the_shape_that_its_schema_says(many: Book, capsys: Capsys) -> None:
    jsonschema.validate(many.report(capsys, "--all"), json.loads(SCHEMA.read_text()))


def test_the_decisions_of_the_lines_are_those_of_the_batches_and_of_the_file(
    many: Book, listed: list[dict[str, str]], capsys: Capsys
) -> None:
    found = many.report(capsys)
    decided = Counter((row["batch"], row["decision"]) for row in listed)
    for batch in found["batches"]:
        assert batch["lines"] == {one: decided[batch["batch"], one] for one in DECISIONS}
        assert batch["decision"] == next(one for one in ("refused", "undecided", "permitted") if batch["lines"][one])
    assert found["lines"] == {one: sum(batch["lines"][one] for batch in found["batches"]) for one in DECISIONS}
    assert sum(found["lines"].values()) == 480
    assert min(found["lines"].values()) > 0


def test_the_counts_of_a_rule_are_the_statuses_in_the_file_of_lines(
    many: Book, listed: list[dict[str, str]], capsys: Capsys
) -> None:
    rules = many.report(capsys)["rules"]
    of_lines = [rule for rule in rules if rule in listed[0] and rule != "3.13(g)/size"]
    assert len(of_lines) == 17
    for rule in of_lines:
        assert Counter(row[rule] for row in listed if row[rule]) == Counter({k: n for k, n in rules[rule].items() if n})
        section = rule.partition("/")[0]
        asked = [row for row in listed if section in ("builtin", "always", row["under"])]
        assert sum(rules[rule].values()) == len(asked) > 0
    assert {status for rule in of_lines for status, n in rules[rule].items() if n} == {
        "pass",
        "fail",
        "unknown",
        "disputed",
    }


def test_an_exercise_over_two_batches_is_counted_once(many: Book, listed: list[dict[str, str]], capsys: Capsys) -> None:
    bought = [row for row in listed if row["under"] == "3.13(g)"]
    exercises = {(row["agreement"], row["date"]): row["3.13(g)/size"] for row in bought}
    assert len(exercises) < len({row["batch"] for row in bought} | {row["date"] for row in bought})
    rules = many.report(capsys)["rules"]
    assert Counter(exercises.values()) == Counter({k: n for k, n in rules["3.13(g)/size"].items() if n})
    assert sum(rules["3.13(g)/certify"].values()) == len({row["batch"] for row in bought})


def test_a_batch_without_lines_and_one_before_every_version_are_undecided(tmp_path: Path, capsys: Capsys) -> None:
    batches = [*BATCHES, f"none,{NAME},2005-03-31,,,,,", f"old,{OTHER},2004-01-01,,,,,"]
    found = written(tmp_path, [RIGHT, f"old,0101,3.18,52.00,{MASTER}"], batches=batches).report(capsys)
    assert [
        (batch["batch"], batch["policy"], batch["decision"], sum(batch["lines"].values())) for batch in found["batches"]
    ] == [
        ("none", f"{NAME}/amendment-1", "undecided", 0),
        ("old", None, "undecided", 1),
        ("one", f"{NAME}/amendment-1", "permitted", 1),
    ]
    assert (found["decision"], found["rules"]["builtin/in-force"]["unknown"]) == ("undecided", 1)


def test_batches_of_two_dates_are_judged_by_the_version_of_each(tmp_path: Path, capsys: Capsys) -> None:
    lines = [f"{batch},0101,3.18,11.00,Outside Capital,third_party" for batch in ("new", "old")]
    batches = [BATCHES[0], f"new,{NAME},2005-03-31,,,,,", f"old,{NAME},2004-12-27,,,,,"]
    found = written(tmp_path, lines, batches=batches).report(capsys)
    assert [batch["policy"] for batch in found["batches"]] == [f"{NAME}/amendment-1", f"{NAME}/servicing-agreement"]
    assert found["rules"]["3.18/buyer"] == {"pass": 1, "fail": 1, "unknown": 0, "disputed": 0}


def test_a_section_that_stands_nowhere_permits_nothing(tmp_path: Path, capsys: Capsys) -> None:
    found = written(tmp_path, [RIGHT.replace("3.18", "3.99")]).report(capsys)
    assert (found["lines"]["undecided"], found["rules"]["builtin/in-force"]["unknown"]) == (1, 1)


def test_loans_of_an_agreement_that_no_batch_is_of_change_nothing(tmp_path: Path, capsys: Capsys) -> None:
    found = written(tmp_path).report(capsys)
    rows(tmp_path / "tape.csv", [*TAPE, *(f"nobody,{n},,,,,," for n in range(100))])
    assert written_again(found) == written_again(Book(tmp_path / "book.json", tmp_path / "policies").report(capsys))


def written_again(report: dict[str, Any]) -> str:
    return json.dumps(report, indent=1)


# Order


def test_the_same_book_gives_the_same_bytes_twice(many: Book, capsys: Capsys) -> None:
    assert many.check(capsys, "--all") == many.check(capsys, "--all")


def test_of_many_sections_the_same_are_explained_each_time(tmp_path: Path) -> None:
    """Of each rule only the first finding is explained, and an engine gives its rows in any order."""
    chance, world = random.Random(1), small_law(1, 20)  # noqa: S311 (a test's randomness, to be had again)
    path = write_book(chance, tmp_path, world, formed(chance, world), "csv")
    wanted = Wanted(engine="duckdb", as_of=world.look, most=1, shown=1)
    found = [
        as_text.render(judge_book(read_book(path, world.law), world.law, wanted, "0", lambda *_: None))
        for _ in range(12)
    ]
    assert len(set(found)) == 1


def placeless(value: Any) -> Any:
    """Return a report without where in a file its findings stand."""
    if isinstance(value, dict):
        return {key: placeless(one) for key, one in value.items() if key != "at"}
    return [placeless(one) for one in value] if isinstance(value, list) else value


def test_the_order_of_the_rows_of_every_table_is_irrelevant(many: Book, tmp_path: Path, capsys: Capsys) -> None:
    chance = random.Random(7)  # noqa: S311 (an order, to be had again)
    folder = many.path.parent
    seen = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        for file in ("loans.csv", "batches.csv", "lines.csv"):
            head, *found = (folder / file).read_text().splitlines()
            if file == "lines.csv":  # numbered, so that a line is the same one wherever it stands
                head, found = f"{head},line", [f"{row},{1000 - n}" for n, row in enumerate(found)]
            if name == "other":
                chance.shuffle(found)
            rows(tmp_path / name / file, [head, *found])
        (tmp_path / name / "csv.yaml").write_text(many.path.read_text())
        book = Book(tmp_path / name / "csv.yaml", many.policies)
        report = book.report(capsys, "--explain-max", "5", "--all", "--lines", tmp_path / f"{name}.csv")
        seen.append(written_again(placeless(report)).replace(f"/{name}/", "/"))
    assert seen[0] == seen[1]
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "other.csv").read_bytes()


def test_a_table_in_several_files_is_one_table(many: Book, tmp_path: Path, capsys: Capsys) -> None:
    folder = many.path.parent
    (tmp_path / "loans").mkdir()
    with duckdb.connect() as connection:
        loans = f"read_csv('{folder / 'loans.csv'}', all_varchar = true)"
        for n, name in enumerate(("b", "a", "c")):
            part = f"SELECT * FROM {loans} WHERE CAST(loan_id AS BIGINT) % 3 = {n}"
            connection.execute(f"COPY ({part}) TO '{tmp_path / 'loans' / name}.parquet' (FORMAT parquet)")
    for file in ("batches.csv", "lines.csv"):
        (tmp_path / file).write_bytes((folder / file).read_bytes())
    (tmp_path / "book.yaml").write_text(many.path.read_text().replace("loans.csv", "loans"))
    found, wanted = Book(tmp_path / "book.yaml", many.policies).report(capsys), many.report(capsys)
    assert [found[key] for key in ("loans", "lines", "rules", "batches")] == [
        wanted[key] for key in ("loans", "lines", "rules", "batches")
    ]


def test_no_input_is_touched(many: Book, capsys: Capsys) -> None:
    before = stamps(many.path.parent)
    many.check(capsys)
    assert stamps(many.path.parent) == before


# What is explained


def named(report: dict[str, Any], rule: str, status: str) -> list[tuple[str, int]]:
    """Return the lines of which a rule's finding is explained, by batch and number."""
    found = [one for one in report["findings"] if (one["rule"], one["status"]) == (rule, status)]
    return [(one["batch"], one["subject"]["line"]) for one in found if "line" in one["subject"]]


@pytest.mark.parametrize("most", [0, 1, 2, 1000])
def test_the_first_lines_of_each_rule_and_status_are_explained(
    most: int, many: Book, listed: list[dict[str, str]], capsys: Capsys
) -> None:
    report = many.report(capsys, "--all", "--explain-max", str(most))
    rules = [rule for rule in report["rules"] if rule in listed[0] and rule != "3.13(g)/size"]
    for rule, status in [(rule, status) for rule in rules for status in ("fail", "unknown", "disputed")]:
        wanted = sorted((row["batch"], int(row["line"])) for row in listed if row[rule] == status)
        assert named(report, rule, status) == wanted[:most], (rule, status)


def test_three_of_each_are_shown_where_not_all_are_asked_for(many: Book, capsys: Capsys) -> None:
    counted = Counter((one["rule"], one["status"]) for one in many.report(capsys)["findings"])
    assert max(counted.values()) == 3


def test_the_place_of_a_line_is_its_row_in_the_file(many: Book, capsys: Capsys) -> None:
    texts = (many.path.parent / "lines.csv").read_text().splitlines()
    found = [one for one in many.report(capsys, "--all")["findings"] if "line" in one["subject"]]
    assert len(found) > 100
    for one in found:
        assert texts[one["at"]["line"] - 1].startswith(f"{one['batch']},{one['subject']['loan']},")


def test_the_place_of_an_exercise_is_that_of_its_first_line(tmp_path: Path, capsys: Capsys) -> None:
    lines = [f"one,{n:04},3.13(g),11.00,{MASTER},{number}" for n, number in ((101, 9), (102, 3), (103, 8), (104, 5))]
    book = written(tmp_path, lines)
    rows(tmp_path / "lines.csv", [f"{text},line" if not n else text for n, text in enumerate(texts_of(book))])
    (size,) = [one for one in book.report(capsys)["findings"] if one["rule"] == "3.13(g)/size"]
    assert (size["status"], size["at"]["line"]) == ("disputed", 3)


def texts_of(book: Book) -> list[str]:
    return (book.path.parent / "lines.csv").read_text().splitlines()


# The second opinion: an engine that lies is caught, or the lie is one that is known not to be


Lie = Callable[[str], str]


def says(column: str, this: str, of: str) -> Lie:
    """Return what says this instead of that of a column, where a query has it."""
    instead = f"CASE WHEN {column} = {of} THEN {this} ELSE {column} END"
    return lambda select: replaced(f"{instead} AS {column}")(select) if f" AS {column}" in select else select


def replaced(column: str) -> Lie:
    return lambda select: f"SELECT * REPLACE ({column}) FROM (\n{select}\n) AS lied"


def permitting(column: str, of: str) -> Lie:
    """Return what permits the lines of a status, of which it says that they pass."""
    changed = f"CASE WHEN {column} = {of} THEN 0 ELSE {column} END AS {column}"
    return replaced(f"{changed}, CASE WHEN {column} = {of} THEN 'permitted' ELSE decision END AS decision")


def lying(monkeypatch: pytest.MonkeyPatch, name: str, lie: Lie) -> None:
    """Let the queries of some relations say otherwise."""
    asked = Plan.queries

    def queries(self: Plan, version: Any) -> list[Query]:
        found = asked(self, version)
        return [one._replace(select=lie(one.select)) if one.name.startswith(name) else one for one in found]

    monkeypatch.setattr(Plan, "queries", queries)


OF_LINES = [*(f"c{n}" for n in range(13)), *(f"b{n}" for n in range(4))]
COLUMNS = [*((column, "line_") for column in OF_LINES), ("x0", "exercise_")]


@pytest.mark.parametrize(("column", "relation"), COLUMNS)
def test_a_rule_that_fails_where_it_should_pass_is_a_disagreement(
    column: str, relation: str, many: Book, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    lying(monkeypatch, relation, says(column, "1", "0"))
    with pytest.raises(DisagreementError, match=r": pass and 1$"):
        many.check(capsys)


LIES = {
    "an exercise that fails passes": ("exercise_", says("x0", "0", "1")),
    "an exercise that is disputed passes": ("exercise_", says("x0", "0", "3")),
    "an exercise of which nothing is known passes": ("exercise_", says("x0", "0", "2")),
    "the sum of an exercise is twice what it is": ("exercise_", lambda sql: sql.replace("SUM(", "2 * SUM(")),
    "a loan that is not in the pool is": ("line_", says("b0", "0", "1")),
    "a loan that is listed twice is listed once": ("line_", says("b1", "0", "1")),
    "a line of which a fact is unknown is permitted": ("line_", permitting("c2", "2")),
    "a line of which a rule is disputed is permitted": ("line_", permitting("c1", "3")),
    "a line that fails is permitted": ("line_", permitting("c4", "1")),
    "a late tape is of the date": ("line_", says("c0", "0", "1")),
    "a refused line is permitted": ("line_", says("decision", "'permitted'", "'refused'")),
    "an undecided line is permitted": ("line_", says("decision", "'permitted'", "'undecided'")),
}


@pytest.mark.parametrize(("relation", "lie"), LIES.values(), ids=LIES)
def test_a_lie_is_a_disagreement(
    relation: str, lie: Lie, many: Book, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    lying(monkeypatch, relation, lie)
    with pytest.raises(DisagreementError):
        many.check(capsys)


TWICE = "SELECT * FROM ({0}) AS a UNION ALL SELECT * FROM ({0}) AS b WHERE line = 7"
LOSSES = {
    "a line is lost": lambda sql: f"SELECT * FROM ({sql}) AS lied WHERE line <> 7",
    "a line stands twice": TWICE.format,
    "a status is none": replaced("CASE WHEN line <> 7 THEN b1 END AS b1"),
    "a status is of no kind": replaced("CASE WHEN line <> 7 THEN b1 ELSE 7 END AS b1"),
    "a decision is of no kind": replaced("CASE WHEN line <> 7 THEN decision ELSE 'perhaps' END AS decision"),
    "a rule is asked of another section": replaced("COALESCE(c1, 0) AS c1"),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_what_is_lost_is_a_miscount(loss: Lie, many: Book, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    lying(monkeypatch, "line_", loss)
    with pytest.raises(MiscountError):
        many.check(capsys)


def test_a_condition_on_a_batch_that_is_lied_about_is_a_disagreement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    book = written(tmp_path)
    path = book.policies / NAME / "2004-12-28-amendment-1.yaml"
    own = 'always:\n  formed:\n    each: batch\n    require: certification.form = "Exhibit B"\n'
    assert path.read_text().count("\nalways:\n") == 1
    path.write_text(path.read_text().replace("\nalways:\n", f"\n{own}"))
    assert book.report(capsys)["rules"]["always/formed"]["pass"] == 1
    lying(monkeypatch, "batch_", says("w0", "1", "0"))
    with pytest.raises(DisagreementError, match="always/formed"):
        book.check(capsys)


@pytest.mark.parametrize("error", [DisagreementError, MiscountError])
def test_a_lie_ends_with_70_and_no_report(
    error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    book = written(tmp_path)
    lie = says("c4", "1", "0") if error is DisagreementError else replaced("CAST(NULL AS INTEGER) AS b1")
    lying(monkeypatch, "line_", lie)
    words = ["checker", "check", str(book.path), "--policies", str(book.policies), "--engine", "duckdb"]
    monkeypatch.setattr("sys.argv", words)
    assert main() == 70
    done = capsys.readouterr()
    assert (done.out, error.__name__ in done.err, "This is a bug in checker: nothing was decided." in done.err) == (
        "",
        True,
        True,
    )


def test_what_is_known_of_a_pool_alone_is_said_not_to_be_judged_again(many: Book, capsys: Capsys) -> None:
    assert many.report(capsys)["notes"][0].endswith(
        "the sums over each pool, how often a loan is listed, and the counts by rule are the engine's."
    )


@pytest.mark.parametrize("words", [(), ("--all",)])
def test_what_is_judged_again_is_counted_whether_or_not_it_is_explained(
    many: Book, listed: list[dict[str, str]], words: tuple[str, ...], capsys: Capsys
) -> None:
    """Of so few lines all are judged again, and an exercise for each batch that takes part in it."""
    report = many.report(capsys, *words)
    counts = {rule: sum(of.values()) for rule, of in report["rules"].items()}
    batches = {row["batch"] for row in listed if row["3.13(g)/size"]}
    assert len(batches) > counts["3.13(g)/size"]
    assert report["judged_again"] == sum(counts.values()) - counts["3.13(g)/size"] + len(batches)


def test_every_exercise_and_batch_is_judged_again_even_where_no_line_is_explained(
    many: Book, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    assert many.report(capsys, "--explain-max", "0")["judged_again"] > 24
    lying(monkeypatch, "exercise_", says("x0", "0", "1"))
    with pytest.raises(DisagreementError):
        many.check(capsys, "--explain-max", "0")


def test_the_test_of_lies_knows_every_column(many: Book, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    """A rule that is new is lied about, too."""
    seen: set[str] = set()
    monkeypatch.setattr(again.Again, "same", lambda _self, rule, *_: seen.add(rule))
    many.check(capsys)
    assert len(seen) == len(COLUMNS)
