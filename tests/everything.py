"""Runs everything that must pass: the linters, the type checker, the import contracts, the policies, the tests.

python tests/everything.py
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
STEPS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("importlinter",),
    ("checker", "lint"),
    ("checker", "test", "--coverage-min", "100", "--mutate"),
    ("coverage", "run", "-m", "pytest"),
    ("coverage", "report"),
)
# A module that has no `__main__` is run by what it has instead.
INSTEAD = {"importlinter": ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")}


def main() -> int:
    """Run every step, each to its end, and return 1 if any failed."""
    failed = []
    for step in STEPS:
        print(f"\n== {' '.join(step)}", flush=True)
        command = INSTEAD.get(step[0], ("-m", *step))
        if subprocess.run([sys.executable, *command], cwd=ROOT, env=os.environ, check=False).returncode:
            failed.append(" ".join(step))
    print("\n" + (f"failed: {', '.join(failed)}" if failed else "everything passed"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
