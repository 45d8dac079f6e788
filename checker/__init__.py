"""A declarative compliance checker for contracts over pools of loans.

The Python API of what the command does: load policies and a tape once, check many batches against them.

    policies = checker.load_policies()
    agreement = policies["impac-cmb-2004-10"]
    tape = checker.read_tape(Path("tape.csv"), date(2011, 3, 31), agreement.facts)
    batch = checker.make_batch(agreement, tape, name="...", date=..., lines=[...])
    run = checker.check(policies, [batch])

Nothing is imported until it is used.
"""

TYPE_CHECKING = False  # as of `typing`, which is not imported
if TYPE_CHECKING:
    from checker.api import (
        Batch,
        Decision,
        InputError,
        Report,
        Run,
        Source,
        Status,
        Tape,
        check,
        load_policies,
        make_batch,
        make_report,
        read_batch,
        read_batches,
        read_tape,
    )

__version__ = "0.1.0"
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


def __getattr__(name: str) -> object:
    """Return a name of the API, imported when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'checker' has no attribute {name!r}")
    from checker import api

    return getattr(api, name)
