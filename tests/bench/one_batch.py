"""Prints how long one batch takes checker, three other engines with the same rules, and the same rules by hand.

    python tests/bench/one_batch.py [ROUNDS]

Every peer says the same of each rule, reading and line of eight batches as checker's JSON, which is compared before
anything is timed (0 ROUNDS time nothing); then all take turns. Whole process: batch, tape and rules read, judged and
printed. In process: eight batches, one after the other and over again, judged against a pool that is loaded; each
engine has a process of its own, for the threads of one would run beside another. Shown is the time of one batch.
What is judged is in `proposal.py`. Where there was a choice it favours the peers: they trust their inputs, explain
nothing, look for nothing to advise, and their host hands them what it finds faster (the balance of the pool, lines by
section and joined with their loans, how often a loan is listed) and folds readings into statuses and decisions.

The peers are no dependency of the tests; one that is not installed is named and left out. To have them all:

    pip install opa-eval zen-engine
    pip install --no-deps --ignore-requires-python opa-golib-python-bindings

The first are regorus (Rego) and GoRules' engine. The other is OPA's own; it asks for Python 3.14 and runs on 3.11.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import clock
import equal
import proposal
from peers import by_hand, reading
from peers.verdict import Peer, rows

import checker

ROUNDS = 15
# The name, what is installed, the module of `peers`, its function, and what its command is told.
PEERS = {
    "OPA (Rego)": ("opa-golib-python-bindings", "opa", "load", ()),
    "regorus (Rego)": ("opa-eval", "regorus", "load", ()),
    "zen (JDM)": ("zen-engine", "zen", "load", ()),
    "zen (one expression)": ("zen-engine", "zen", "load_expression", ("expression",)),
}
OURS = {
    "text": "checker check, text",
    "json": "checker check, json with all findings",
    "check": "checker.check",
    "report": "checker.check and its report",
}
BY_HAND = "by hand, Decimal"


def installed() -> dict[str, str]:
    """Return the version of each peer that is there; name those that are not."""
    found = {}
    for name, (package, *_) in PEERS.items():
        try:
            found[name] = metadata.version(package)
        except metadata.PackageNotFoundError:
            print(f"  {name}: not installed ({package})")
        else:
            print(f"  {name}: {package} {found[name]}")
    return found


def whole(env: Mapping[str, str], names: list[str], path: Path) -> dict[str, Callable[[], str]]:
    """Return what runs each as a process of its own."""
    check = ("-m", "checker", "check", str(path))
    return {
        "bare Python": clock.process(env, "-c", "pass"),
        "bare Python with the YAML loader": clock.process(env, "-c", "import yaml; yaml.CSafeLoader"),
        BY_HAND: clock.process(env, "-m", "peers.by_hand", str(path)),
        OURS["text"]: clock.process(env, *check),
        OURS["json"]: clock.process(env, *check, "--format", "json", "--all"),
        **{
            name: clock.process(env, "-m", f"peers.{module}", str(path), *told)
            for name, (_, module, _, told) in PEERS.items()
            if name in names
        },
    }


def peers(names: list[str]) -> dict[str, Peer]:
    """Return the rules by hand and the peers of these names, to judge with in this process."""
    found = {name: getattr(import_module(f"peers.{PEERS[name][1]}"), PEERS[name][2]) for name in names}
    return {BY_HAND: by_hand.load, **found}


def compare(env: Mapping[str, str], names: list[str], paths: list[Path]) -> None:
    """Stop if any peer, as a process or in this one, differs from checker on any batch."""
    decided: set[str] = set()
    for path in paths:
        processes = whole(env, names, path)
        wanted = equal.expected(processes[OURS["json"]]())
        decided |= {row.split()[-1] for row in wanted if " decision " in row}
        pool = reading.read_pool(path.with_name("tape.csv"))
        for name, peer in peers(names).items():
            prepare, judge = peer(pool)
            equal.check_equal(name, wanted, rows(judge(prepare(reading.read_batch(path)))))
            equal.check_equal(name, wanted, processes[name]().splitlines())
    if decided != {"permitted", "refused", "undecided"}:
        sys.exit(f"the batches show only {decided}")


def inside(paths: list[Path], name: str) -> list[Callable[[], object]]:
    """Return what judges each batch against a pool that is loaded, by one of `peers` or of ours."""
    if name in (OURS["check"], OURS["report"]):
        policies = checker.load_policies()
        ours = [checker.read_batch(path, checker.Source(agreements=policies)) for path in paths]
        if name == OURS["check"]:
            return [partial(checker.check, policies, [batch]) for batch in ours]
        return [partial(_reported, policies, batch) for batch in ours]
    pool = reading.read_pool(paths[0].with_name("tape.csv"))
    prepare, judge = peers([name] if name != BY_HAND else [])[name](pool)
    return [partial(judge, prepare(reading.read_batch(path))) for path in paths]


def _reported(policies: Any, batch: checker.Batch) -> object:
    return checker.make_report(policies, checker.check(policies, [batch]))


def measure(env: Mapping[str, str], names: list[str], paths: list[Path], rounds: int) -> None:
    """Print both tables, and whether what is aimed at is met."""
    size = f"{proposal.LINES} lines, {proposal.LOANS:,} loans"
    found = clock.timed(whole(env, names, paths[0]), rounds)
    clock.show(f"whole process, {size}", found, "ms", OURS["text"])
    clock.aim("ahead of the peers", found, OURS["text"], names, 1)
    every = [OURS["check"], OURS["report"], BY_HAND, *names]
    found = clock.timed_apart(partial(inside, paths), every, rounds)
    clock.show(f"in process, {size}, loaded", found, "us", OURS["check"])
    clock.aim("twice as fast as the peers", found, OURS["check"], names, 2)


def main() -> None:
    """Compare, measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    print(f"{clock.machine()}; checker {checker.__version__}; median of {rounds}")
    names = list(installed())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = clock.environment(folder / "compiled")
        paths = proposal.write(folder)
        compare(env, names, paths)
        print(f"  all equal on {len(paths)} batches")
        if rounds:
            measure(env, names, paths, rounds)


if __name__ == "__main__":
    main()
