"""Whatever a file holds, the command decides it or says what is wrong: it never breaks, nor decides by accident."""

import contextlib
import copy
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.api import InputError, Source, load_policies, make_batch, read_batch
from checker.cli import run

BASE = Path(__file__).parent / "bad" / "base"
BATCH_OF = {
    "batch.yaml": "batch.yaml",
    "tape.csv": "batch.yaml",
    "policies/facts.yaml": "batch.yaml",
    "policies/second.yaml": "batch.yaml",
    "by-table.yaml": "by-table.yaml",
    "lines.csv": "by-table.yaml",
    "layout.yaml": "by-layout.yaml",
    "source.txt": "by-layout.yaml",
}
DOCUMENTS = [name for name in BATCH_OF if name.endswith(".yaml")]
DECISION = {0: "permitted", 1: "refused", 3: "undecided", 4: "permitted"}
NASTY = [
    *("", "null", "~", "true", "no", "0", "-1", "1e3", "1E+11", ".inf", "NaN", "1_000", "0x10", "12:30", "9" * 40),
    *("2011-02-30", "0001-01-01", "9999-12-31", "2011-3-1", "[]", "{}", "[a, b]", "{a: b}", "- a", "a: b", "? a"),
    *("&a", "*a", "!!int 1", "<<", "|", ">-", "---", "...", "#", "%", "@", "`", '"', "'", '""', "' '", "\\", "/", ".."),
    *(
        "\0",
        "\x1b",
        "\x85",
        "\u2028",
        "\ufeff",
        "\ufffe",
        "\u00a0",
        "\u0661",
        "\uff11",
        "\U0001f600",
        "\r",
        "\r\n",
        "\t",
    ),
    *(
        "loan.loan_id",
        "disposition.price",
        "pool",
        "exercise",
        "price_asked",
        "sum",
        "count(pool)",
        "$5",
        "5%",
        "not",
        "(",
    ),
]
REPLACEMENTS: list[object] = [
    *(None, "", "x", "true", "-1", "2011-03-31", "\x07", [], [[]], ["a", "a"], [None]),
    *({}, {"": ""}, {"x": None}, {"x": {"y": []}}, {"file": "tape.csv"}, {"loan_id": {}}),
]

fuzz = settings(max_examples=250, derandomize=True, deadline=None, database=None)
Outcome = tuple[int, str, str]


def outcome(folder: Path, batch: str) -> Outcome:
    """Return the exit code, the output and what is said of a run; an exception is not caught."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    options = ["check", "--policies", str(folder / "policies"), str(folder / batch), "--format", "json"]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = run(options)
        except SystemExit as stop:
            code = int(stop.code or 0)
    return code, out.buffer.getvalue().decode(), err.getvalue()  # type: ignore[attr-defined] # the bytes behind it


def assert_sound(found: Outcome) -> None:
    """The exit code says what was decided, or that the input is wrong, and nothing else happens."""
    code, out, err = found
    if code == 2:
        assert out == ""
        assert re.match(r"E\d{3}: \S", err)
        assert "Traceback" not in err
    else:
        assert err == ""
        assert json.loads(out)["decision"] == DECISION[code]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(BASE, tmp_path_factory.mktemp("fuzz") / "base"))


@contextlib.contextmanager
def instead(path: Path, data: bytes) -> Iterator[None]:
    """Let a file hold this for a while."""
    before = path.read_bytes()
    path.write_bytes(data)
    try:
        yield
    finally:
        path.write_bytes(before)


Change = Callable[[str], str]


def on_lines(change: Callable[[list[str]], None]) -> Change:
    def changed(text: str) -> str:
        lines = text.splitlines(keepends=True) or [""]
        change(lines)
        return "".join(lines)

    return changed


def delete(at: int) -> Change:
    return on_lines(lambda lines: lines.pop(at % len(lines)) and None)


def double(at: int) -> Change:
    return on_lines(lambda lines: lines.insert(at % len(lines), lines[at % len(lines)]))


def move(at: int, to: int) -> Change:
    return on_lines(lambda lines: lines.insert(to % len(lines), lines.pop(at % len(lines))))


def indent(at: int, by: int) -> Change:
    def change(lines: list[str]) -> None:
        lines[at % len(lines)] = " " * by + lines[at % len(lines)]

    return on_lines(change)


def cut(at: int, width: int) -> Change:
    return lambda text: text[: at % (len(text) + 1)] + text[at % (len(text) + 1) + width :]


def put(at: int, what: str) -> Change:
    return lambda text: text[: at % (len(text) + 1)] + what + text[at % (len(text) + 1) :]


def swap(at: int, what: str) -> Change:
    """Replace one word, number, or cell."""

    def changed(text: str) -> str:
        words = list(re.finditer(r"[^\s,|:]+", text))
        if not words:
            return what
        start, end = words[at % len(words)].span()
        return text[:start] + what + text[end:]

    return changed


AT = st.integers(0, 5_000)
WHAT = st.sampled_from(NASTY) | st.text(max_size=6)
CHANGES = st.lists(
    st.builds(swap, AT, WHAT)
    | st.builds(delete, AT)
    | st.builds(double, AT)
    | st.builds(move, AT, AT)
    | st.builds(indent, AT, st.integers(1, 9))
    | st.builds(cut, AT, st.integers(1, 40))
    | st.builds(put, AT, WHAT),
    min_size=1,
    max_size=3,
)


@pytest.mark.parametrize("name", BATCH_OF)
@fuzz
@given(changes=CHANGES)
def test_a_changed_file_is_decided_or_refused_as_input(name: str, folder: Path, changes: list[Change]) -> None:
    text = (BASE / name).read_text(encoding="utf-8")
    for change in changes:
        text = change(text)
    with instead(folder / name, text.encode(errors="surrogatepass")):
        assert_sound(outcome(folder, BATCH_OF[name]))


@pytest.mark.parametrize("name", BATCH_OF)
@settings(fuzz, max_examples=60)
@given(data=st.binary(max_size=200), at=AT)
def test_bytes_that_mean_nothing_are_decided_or_refused_as_input(name: str, folder: Path, data: bytes, at: int) -> None:
    before = (BASE / name).read_bytes()
    with instead(folder / name, data):
        assert_sound(outcome(folder, BATCH_OF[name]))
    with instead(folder / name, before[: at % len(before)] + data + before[at % len(before) :]):
        assert_sound(outcome(folder, BATCH_OF[name]))


@fuzz
@given(changes=CHANGES)
def test_a_changed_json_batch_is_decided_or_refused_as_input(folder: Path, changes: list[Change]) -> None:
    text = json.dumps(plain("batch.yaml"), indent=1)
    for change in changes:
        text = change(text)
    (folder / "fuzz.json").write_bytes(text.encode(errors="surrogatepass"))
    assert_sound(outcome(folder, "fuzz.json"))


def plain(name: str) -> Any:
    """Return what a document holds, all of it text."""
    return yaml.load((BASE / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 (a base loader builds text)


def paths(node: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    yield path
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield from paths(value, (*path, key))


def replaced(tree: Any, path: tuple[Any, ...], value: object) -> object:
    if not path:
        return value
    changed = copy.deepcopy(tree)
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return changed


@pytest.mark.parametrize("value", [pytest.param(value, id=json.dumps(value)) for value in REPLACEMENTS])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_anything_at_any_place_is_decided_or_refused_as_input(name: str, value: object, folder: Path) -> None:
    tree = plain(name)
    for path in paths(tree):
        with instead(folder / name, json.dumps(replaced(tree, path, value)).encode()):
            assert_sound(outcome(folder, BATCH_OF[name]))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_anything_left_out_is_decided_or_refused_as_input(name: str, folder: Path) -> None:
    tree = plain(name)
    for path in list(paths(tree))[1:]:
        changed = copy.deepcopy(tree)
        parent = changed
        for key in path[:-1]:
            parent = parent[key]
        del parent[path[-1]]
        with instead(folder / name, json.dumps(changed).encode()):
            assert_sound(outcome(folder, BATCH_OF[name]))


@settings(fuzz, max_examples=60)
@given(changes=CHANGES)
def test_the_same_input_gives_the_same_bytes(folder: Path, changes: list[Change]) -> None:
    text = (BASE / "tape.csv").read_text(encoding="utf-8")
    for change in changes:
        text = change(text)
    with instead(folder / "tape.csv", text.encode(errors="surrogatepass")):
        assert outcome(folder, "batch.yaml") == outcome(folder, "batch.yaml")


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_the_order_of_hashes_does_not_matter(form: str) -> None:
    command = [sys.executable, "-m", "checker", "check", "--policies", "policies", "by-layout.yaml", "--format", form]
    runs = {
        subprocess.run(
            command,
            cwd=BASE,
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(BASE.parents[2]), "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(runs) == 1
    assert runs != {b""}


LINE = {
    "loan": "001",
    "under": "2.1",
    "price": Decimal("1010.00"),
    "buyer.name": "Servicer Inc",
    "buyer.role": "master_servicer",
}


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        pytest.param("price", 1010.0, id="a float"),
        pytest.param("price", True, id="a flag for an amount"),
        pytest.param("price", "1010.00", id="a text for an amount"),
        pytest.param("price", Decimal("-1010.00"), id="a negative price"),
        pytest.param("price", Decimal("-Infinity"), id="an amount below every other"),
        pytest.param("loan", 1, id="a number for a loan id"),
        pytest.param("under", 2.1, id="a number for a section"),
        pytest.param("buyer.role", "bank", id="a role that is not declared"),
        pytest.param("loan.units", Decimal(5), id="an amount for a count"),
        pytest.param("loan.defaulted", 1, id="a one for a flag"),
        pytest.param("loan.stated_principal_balance", Decimal(5), id="a balance"),
        pytest.param("loan.in_pool", True, id="a loan said to be in the pool"),
        pytest.param("loan.accrued_interest", Decimal("10.01"), id="otherwise than the tape"),
        pytest.param("prize", Decimal(5), id="an unknown fact"),
        pytest.param("loan", None, id="no loan"),
        pytest.param("under", None, id="no section"),
    ],
)
def test_a_batch_from_memory_is_as_strict_as_one_from_a_file(fact: str, value: object) -> None:
    agreements = load_policies(BASE / "policies")
    tape = read_batch(BASE / "batch.yaml", Source(agreements=agreements)).tape
    line: Any = {**LINE, fact: value}
    with pytest.raises(InputError, match=r"E\d{3}: "):
        make_batch(agreements["trust-a"], tape, name="memory", date=date(2011, 3, 31), lines=[line])
