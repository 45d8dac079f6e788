"""The solver that proofs need: an extra, which may not be there."""

from importlib.util import find_spec

from checker.faults import Fault, InputError

HOW = "pip install 'loan-pool-checker[proof]'"


def has_solver() -> bool:
    """Tell whether proofs can be made."""
    return find_spec("z3") is not None


def need_solver(what: str) -> None:
    """Raise InputError where proofs cannot be made; `what` needs them."""
    if not has_solver():
        raise InputError(Fault(code="E611", message=f"{what} needs the solver z3, which is not installed", help=HOW))
