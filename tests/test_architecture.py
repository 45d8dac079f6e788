"""What holds of the code as a whole: no float, no clock, pure judging, nothing imported that a run does not use."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = ROOT / "checker"
FILES = sorted(CODE.rglob("*.py"))
# It alone may ask whether colours are wanted.
TERMINAL = CODE / "terminal.py"
MOST_LINES = 330
EXAMPLES = "policies/impac-cmb-2004-10/examples"
LANGUAGE = sorted(path.relative_to(CODE).as_posix() for path in (CODE / "lang").glob("*.py"))
PURE = ["judge.py", "judged.py", "builtin.py", "decide.py", "explain.py", "phrase.py", "compose.py", "advise.py"]
PURE += ["model.py", "findings.py", *LANGUAGE]
# The outside world: files, clocks, chance, the network, other programs.
OUTSIDE = {"os", "pathlib", "io", "yaml", "shutil", "tempfile", "subprocess", "importlib", "logging", "locale"}
NEVER = {
    "math",
    "random",
    "time",
    "socket",
    "urllib",
    "http",
    "ssl",
    "secrets",
    "uuid",
    "platform",
    "getpass",
    "pickle",
}
DOING = {"open", "print", "input", "exec", "eval", "__import__", "read_text", "read_bytes", "write_text", "write_bytes"}
ASKING = {"now", "today", "utcnow", "environ", "getenv", "cwd", "home", "expanduser", "fromtimestamp", "getlocale"}
UNUSED = [
    "jsonschema",
    "difflib",
    "json",
    "dataclasses",
    "inspect",
    "checker.lint",
    "checker.schemas",
    "checker.reference",
    "checker.cite",
]
UNUSED += [
    "importlib.metadata",
    "checker.report.as_json",
    "checker.report.as_csv",
    "checker.report.groups",
    "xml",
    "checker.report.as_html",
    "checker.report.page",
    "checker.page",
    "html",
    "checker.document.schema",
    "checker.tape",
    "checker.codes",
    "checker.completion",
    "checker.terminal",
    "checker.lang.words",
    "threading",
    "checker.read.suggest",
    "checker.read.hardened",
    "checker.read.elements",
    "checker.read.parts",
    "checker.read.scan",
    "checker.read.workbook",
    "python_calamine",
    "zipfile",
    "pyexpat",
    "logging",
    "typing_extensions",
]
# What only some command, format or kind of file needs; what is dear to import, and has a cheaper stand-in.
UNUSED += [
    *["duckdb", "pyspark", "polars", "pyarrow", "sqlglot", "rich", "z3", "checker.proof", "checker.engine"],
    *[f"checker.report.as_{name}" for name in ("sarif", "junit", "github", "markdown")],
    *["checker.read.layout", "checker.read.apply", "checker.read.columns", "csv", "hashlib", "_hashlib", "textwrap"],
    *["atexit", "tempfile", "yaml", "checker.document.events"],
]
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(CODE).as_posix())


def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


def imported(path: Path) -> set[str]:
    """Return every module that a file imports, anywhere in it, and its first part."""
    plain = {alias.name for node in nodes(path) if isinstance(node, ast.Import) for alias in node.names}
    found = plain | {node.module for node in nodes(path) if isinstance(node, ast.ImportFrom) and node.module}
    return found | {name.partition(".")[0] for name in found}


def called(path: Path) -> Iterator[str]:
    """Return the name of everything that a file calls."""
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def test_the_files_are_found() -> None:
    assert {"judge.py", "lang/evaluate.py", "report/as_text.py"} <= {p.relative_to(CODE).as_posix() for p in FILES}
    assert [name for name in PURE if not (CODE / name).exists()] == []


@each_file
def test_no_float_is_near(path: Path) -> None:
    found = nodes(path)
    assert not [node for node in found if isinstance(node, ast.Constant) and isinstance(node.value, float | complex)]
    assert not [node for node in found if isinstance(node, ast.Name) and node.id in ("float", "complex", "round")]


@pytest.mark.parametrize("name", [*PURE, "values.py"])
def test_nothing_is_divided(name: str) -> None:
    assert not [node for node in nodes(CODE / name) if isinstance(node, ast.Div | ast.FloorDiv)]


@each_file
def test_no_clock_no_chance_no_network_and_no_environment_is_asked(path: Path) -> None:
    assert imported(path) & NEVER == set()
    asked = [ast.unparse(node) for node in nodes(path) if isinstance(node, ast.Attribute) and node.attr in ASKING]
    assert asked == (["os.environ"] * 2 if path == TERMINAL else [])


def test_the_environment_is_asked_about_colours_and_by_the_command_line_alone() -> None:
    asked = [ast.unparse(node) for node in nodes(TERMINAL) if isinstance(node, ast.Call)]
    assert [each for each in asked if "environ" in each] == ["os.environ.get('NO_COLOR')", "os.environ.get('TERM')"]
    using = [path for path in FILES if {"checker.terminal", "threading"} & imported(path)]
    # The engine of a book watches its queries from a thread, and is told to stop from one.
    watching = {"engine/duck.py", "engine/run.py"}
    assert {path.relative_to(CODE).as_posix() for path in using} == {"cli.py", "terminal.py"} | watching


@pytest.mark.parametrize("name", PURE)
def test_judging_and_explaining_are_pure(name: str) -> None:
    assert imported(CODE / name) & OUTSIDE == set()
    assert {"open", "print", "input", "exec", "eval", "__import__", "read_text", "write_text"} & set(
        called(CODE / name)
    ) == set()


@pytest.mark.parametrize("name", LANGUAGE)
def test_the_language_knows_nothing_of_loans(name: str) -> None:
    own = {each for each in imported(CODE / name) if each.startswith("checker.")}
    assert {each for each in own if not each.startswith("checker.lang")} == set()
    assert [text for text in texts(CODE / name) if re.search("loan|disposition|tape|impac", text)] == []


def texts(path: Path) -> list[str]:
    """Return the texts of a file's code, which are not what a docstring or a comment says."""
    tree = ast.parse(path.read_text("utf-8"))
    said = [node.body[0].value for node in ast.walk(tree) if hasattr(node, "body") and is_docstring(node.body)]
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [str(node.value) for node in found if node not in said]


def is_docstring(body: object) -> bool:
    return isinstance(body, list) and bool(body) and isinstance(body[0], ast.Expr)


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "arguments.py"], ids=lambda path: path.name)
def test_no_code_knows_the_agreement_but_the_examples_of_the_help(path: Path) -> None:
    assert [
        text for text in texts(path) if re.search(r"3\.1[38]|impac|cmb|repurchase|certif", text, re.IGNORECASE)
    ] == []


@each_file
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


@each_file
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("batch", ["defaulted-sale.yaml", "optional-purchase.yaml"])
def test_a_small_batch_imports_nothing_that_it_does_not_use(batch: str) -> None:
    check = f"from checker.cli import run; run(['check', '{EXAMPLES}/{batch}'])"
    code = f"import sys; {check}; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "checker.judge" in done.stderr.split()
    assert set(UNUSED) & set(done.stderr.split()) == set()


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        pytest.param("sys.modules['checker.judge'] = None", 70, id="an import error is our bug"),
        pytest.param("import checker.decide; checker.decide.worst = None", 70, id="an error in judging is our bug"),
        pytest.param("pass", 0, id="nothing broken"),
    ],
)
def test_a_bug_is_never_a_decision(breaks: str, code: int) -> None:
    call = "from checker.__main__ import main; sys.exit(main())"
    text = f"import sys; {breaks}; sys.argv = ['checker', 'check', '{EXAMPLES}/defaulted-sale.yaml']; {call}"
    run = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, "Traceback" in run.stderr, bool(run.stdout)) == (code, code == 70, code == 0)


@pytest.mark.parametrize("stream", ["None", "open('/dev/full', 'w')"])
def test_a_bug_of_which_nobody_can_be_told_is_no_decision(stream: str) -> None:
    text = f"import sys; sys.modules['checker.cli'] = None; sys.stderr = {stream}"
    call = "from checker.__main__ import main; sys.exit(main())"
    run = subprocess.run([sys.executable, "-c", f"{text}; {call}"], cwd=ROOT, capture_output=True, check=False)
    assert run.returncode in (70, 120)  # ours, or that of Python for what it could not print


@pytest.mark.parametrize(
    ("asks", "told"),
    [
        pytest.param("import atexit; atexit.register(print, 'told')", True, id="at the end"),
        pytest.param("from threading import Timer; Timer(0.2, print, ['told']).start()", True, id="by a thread"),
        pytest.param("pass", False, id="nobody"),
    ],
)
def test_whoever_asked_to_be_told_of_the_end_is_told(asks: str, told: bool) -> None:  # noqa: FBT001 (a case)
    at_once = "import os, sys; leave = os._exit; os._exit = lambda code: (os.write(1, b'at once'), leave(code))"
    call = f"sys.argv = ['checker', 'check', '{EXAMPLES}/defaulted-sale.yaml']"
    text = f"{asks}; {at_once}; {call}; from checker.__main__ import main; sys.exit(main())"
    run = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, "PERMITTED" in run.stdout) == (0, True)
    assert ("told" in run.stdout, "at once" in run.stdout) == (told, not told)
