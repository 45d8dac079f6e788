"""Prints how the time of mutation grows: the policies that ship, with each section and its cases several times over.

python tests/bench/mutation.py
"""

import json
import platform
import tempfile
import time
from pathlib import Path

import yaml

from checker.load.policies import load_folders, shipped
from checker.proof.run import Wanted, test

AGREEMENT = "impac-cmb-2004-10"
SECTIONS = ("3.18", "3.13(f)", "3.13(g)")
TIMES = (1, 2, 4, 8)


def multiplied(folder: Path, times: int) -> Path:
    """Return a copy of the policies in which every section, and every case about one, stands several times."""
    source, target = shipped() / AGREEMENT, folder / str(times)
    (target / "cases").mkdir(parents=True)
    for path in source.glob("*.yaml"):
        document = yaml.load(path.read_text(), yaml.BaseLoader)  # noqa: S506 (text only)
        if "permissions" in document:
            sections = document["permissions"]
            document["permissions"] = {_copy(name, n): one for n in range(times) for name, one in sections.items()}
        (target / f"{path.stem}.json").write_text(json.dumps(document))
    for path in (source / "cases").glob("*.yaml"):
        for number in range(times):
            (target / "cases" / f"{number} {path.name}").write_text(_copied(path.read_text(), number))
    return target


def _copy(section: str, number: int) -> str:
    return f"{section}x{number}" if number else section


def _copied(text: str, number: int) -> str:
    for section in SECTIONS:
        text = text.replace(f"under: {section}\n", f"under: {_copy(section, number)}\n")
        text = text.replace(f" {section}/", f" {_copy(section, number)}/")
    return text.replace("  - title: ", f"  - title: Copy {number}. ") if number else text


def main() -> None:
    """Print a line a size, each beside the smallest."""
    print(f"Python {platform.python_version()}, {platform.machine()}")
    first = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for times in TIMES:
            folders = load_folders(multiplied(Path(folder), times))
            start = time.perf_counter()
            (tested,) = test(folders, Wanted(mutation=True), lambda _what, _done, _of: None)
            took = time.perf_counter() - start
            first = first or took
            assert not any(outcome.deviations for outcome in tested.outcomes)
            tried = sum(found.noticed + len(found.survivors) for found in tested.mutation)
            print(
                f"sections x {times}: {len(tested.outcomes):5} cases, {tried:5} mutants, {took:6.2f} s, "
                f"{1000 * took / tried:5.2f} ms a mutant, {took / first:5.2f} times the first"
            )


if __name__ == "__main__":
    main()
