"""Times works in turn, round by round, and prints their medians; on a noisy machine only the ratios of a run tell."""

import gc
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).parent
TIMES = 20
Work = Callable[[], object]
Times = Mapping[str, list[float]]


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a measured process: modules are compiled once, as after an installation, into one."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    # A measured process starts in another folder than this one.
    paths = [str(Path(path).resolve()) for path in kept.get("PYTHONPATH", "").split(os.pathsep) if path]
    return kept | {"PYTHONPYCACHEPREFIX": str(folder), "PYTHONPATH": os.pathsep.join(paths)}


def process(env: Mapping[str, str], *command: str) -> Callable[[], str]:
    """Return what runs a command of this Python as a process, beside the peers, and returns its output."""

    def run() -> str:
        call = [sys.executable, *command]
        return subprocess.run(call, capture_output=True, text=True, check=False, env=env, cwd=HERE).stdout

    return run


def timed(works: Mapping[str, Work], rounds: int) -> Times:
    """Return the seconds of each work, the works taken in turn; the first round does not count."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for round_ in range(rounds + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if round_:
                found[name].append(time.perf_counter() - start)
    return found


def timed_apart(make: Callable[[str], Sequence[Work]], names: Sequence[str], rounds: int) -> Times:
    """Return the seconds that a call of each work takes, each in a process of its own; the processes take turns.

    A work is what `make` makes of its name there: calls, in a turn each of them `TIMES`, as a process that is asked all
    day takes them; what is returned is the mean of a turn. The first turn does not count.
    """
    found: dict[str, list[float]] = {name: [] for name in names}
    spawned = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        pools = {name: ProcessPoolExecutor(1, spawned, _load, (make, name)) for name in names}
        for pool in pools.values():
            stack.enter_context(pool)
        for round_ in range(rounds + 1):
            for name, pool in pools.items():
                seconds = pool.submit(_turn).result()
                if round_:
                    found[name].append(seconds)
    return found


_calls: list[Work] = []


def _load(make: Callable[[str], Sequence[Work]], name: str) -> None:
    _calls.extend(make(name))
    gc.collect()
    gc.freeze()  # what is loaded is not looked through again while something is timed


def _turn() -> float:
    """Return the seconds of a call, of all of them one after the other."""
    start = time.perf_counter()
    for call in _calls * TIMES:
        call()
    return (time.perf_counter() - start) / (TIMES * len(_calls))


def machine() -> str:
    """Return a line on what this runs on."""
    return f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"


def show(title: str, found: Times, unit: str, base: str) -> None:
    """Print the medians in a unit, ms or us, what a tenth is under and a tenth over, and the ratios to the base."""
    scale = {"ms": 1e3, "us": 1e6}[unit]
    floor = statistics.median(found[base])
    print(f"\n{title}")
    for work, times in found.items():
        ordered, middle = sorted(times), statistics.median(times)
        low, high = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
        spread = f"({low * scale:.0f} to {high * scale:.0f})"
        print(f"  {work:<40}{middle * scale:8.0f} {unit} {spread:>16}  x{middle / floor:.2f}")


def aim(title: str, found: Times, ours: str, peers: list[str], times: float) -> None:
    """Print whether ours is that many times as fast as the fastest peer."""
    if peers:
        middle = {name: statistics.median(found[name]) for name in (ours, *peers)}
        fastest = min(peers, key=middle.__getitem__)
        ratio = middle[fastest] / middle[ours]
        met = "met" if ratio >= times else "missed"
        print(f"  {title}: the fastest, {fastest}, takes {ratio:.2f} times as long as {ours}; {times:.2f} is {met}")
