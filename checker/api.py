"""The way through the stages: load, read, judge, decide, explain. The command and the Python API both go this way."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from checker import __version__
from checker.advise import advise
from checker.compose import compose
from checker.decide import decide, exit_code
from checker.faults import Fault, InputError, Place
from checker.findings import Report
from checker.judge import judge
from checker.load.policies import documents, load_policies
from checker.model import Agreement, Batch, Decision, Run, Status, Tape
from checker.read.batch import Source, read_batch
from checker.read.memory import make_batch
from checker.read.tape import read_tape

__all__ = [
    "Batch",
    "Decision",
    "InputError",
    "Report",
    "Run",
    "Source",
    "Status",
    "Tape",
    "check",
    "load_policies",
    "make_batch",
    "make_report",
    "read_batch",
    "read_batches",
    "read_tape",
]


def check(agreements: Mapping[str, Agreement], batches: Iterable[Batch], as_of: date | None = None) -> Run:
    """Return the decision on batches judged together. Pure: the same values give the same run.

    `agreements` are those of `load_policies`; all batches in hand of one agreement, section and date make up one
    exercise. `as_of` is the day from which obligations are looked at (each batch's own date unless given). Raises
    InputError where two batches have one name, `as_of` is before a batch's date, or one exercise has two tapes.
    """
    return decide(judge(agreements, batches, as_of))


def make_report(
    agreements: Mapping[str, Agreement],
    run: Run,
    as_of: date | None = None,
    *,
    everything: bool = False,
    engine: str = "python",
) -> Report:
    """Return the explained report of a run; `everything` lists also the findings on lines that pass.

    `agreements` and `as_of` are those of the run: advice on what would help is judged by them. `engine` read its tapes.
    """
    again: Callable[[Sequence[Batch]], Run] = partial(check, agreements, as_of=as_of)
    found = compose(run, __version__, exit_code(run), lambda one: advise(run, one, again), everything=everything)
    return found._replace(engine=engine)


def read_batches(paths: Sequence[Path], source: Source) -> list[Batch]:
    """Return the batches in files and folders; of a folder every YAML and JSON file in it is one.

    Raises InputError with the faults of every file.
    """
    faults: list[Fault] = []
    batches: list[Batch] = []
    for path in [file for given in paths for file in _files(given)]:
        try:
            batches.append(read_batch(path, source))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(*dict.fromkeys(faults))
    return batches


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = documents(path)
    if not found:
        raise InputError(Fault(code="E608", message="the folder holds no batch", place=Place(file=str(path))))
    return found
