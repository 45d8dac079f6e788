"""What holds of the code as a whole: no float, no clock, pure judging, nothing imported that a run does not use."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "checker").rglob("*.py"))
PURE = [
    "judge.py",
    "builtin.py",
    "decide.py",
    "explain.py",
    "phrase.py",
    "compose.py",
    "advise.py",
    *(f"lang/{p.name}" for p in (ROOT / "checker/lang").glob("*.py")),
]
UNUSED = ["jsonschema", "difflib", "json", "checker.lint", "checker.schemas", "checker.reference", "importlib.metadata"]


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_float_and_no_clock_is_near(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    assert not [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    assert not [node for node in nodes if isinstance(node, ast.Name) and node.id == "float"]
    assert not imported(path) & {"time", "random", "math", "socket", "urllib.request"}
    assert not [
        node for node in nodes if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "environ", "getenv")
    ]


@pytest.mark.parametrize("name", PURE)
def test_judging_and_explaining_open_nothing(name: str) -> None:
    path = ROOT / "checker" / name
    assert not imported(path) & {"os", "pathlib", "yaml", "io", "subprocess", "tempfile"}
    assert "open(" not in path.read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 330


def test_a_small_batch_imports_nothing_that_it_does_not_use() -> None:
    batch = "policies/impac-cmb-2004-10/examples/defaulted-sale.yaml"
    code = f"import sys; from checker.cli import run; run(['check', '{batch}']); print(*sys.modules, file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(UNUSED) & set(run.stderr.split()) == set()


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        pytest.param("sys.modules['checker.judge'] = None", 70, id="an import error is our bug"),
        pytest.param("import checker.decide; checker.decide.worst = None", 70, id="an error in judging is our bug"),
        pytest.param("pass", 0, id="nothing broken"),
    ],
)
def test_a_bug_is_never_a_decision(breaks: str, code: int) -> None:
    batch = "policies/impac-cmb-2004-10/examples/defaulted-sale.yaml"
    call = "from checker.__main__ import main; sys.exit(main())"
    text = f"import sys; {breaks}; sys.argv = ['checker', 'check', '{batch}']; {call}"
    run = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, "Traceback" in run.stderr, bool(run.stdout)) == (code, code == 70, code == 0)
