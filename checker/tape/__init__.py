"""`checker tape`: what the checker sees in a tape, and how many of its loans pass what reads nothing but the loan."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from checker.document.strict import read_bytes
from checker.faults import Fault, InputError, Place
from checker.judge import in_force
from checker.load.policies import agreement_named
from checker.model import Agreement
from checker.read.suggest import fitting, spelled
from checker.read.tape import read_tape
from checker.tape.sight import Sight, asked


def look(
    path: Path,
    as_of: date,
    agreements: Mapping[str, Agreement],
    *,
    checker: str,
    agreement: str | None = None,
    layout: str | None = None,
    sheet: str | None = None,
) -> Sight:
    """Return what is seen in a tape as of a date; `checker` is the program's own version.

    The facts are those of the agreement that is named, or of the only one there is; conditions are judged where one is
    named, as of its version in force on the date. Without a layout the only one that the file fits is used, and said.
    Raises InputError where the tape cannot be read, where there are several layouts or agreements to choose from, or
    where no agreement has the name.
    """
    chosen = _agreement(agreements, agreement)
    name, suggested = (layout, "") if layout else _layout(path, sheet)
    tape = read_tape(path, as_of, chosen.facts, name, sheet=sheet)
    policy = in_force(chosen, as_of, as_of) if agreement else None
    return Sight(
        checker=checker,
        tape=tape,
        agreement=chosen,
        suggested=suggested,
        is_judged=agreement is not None,
        policy=policy,
        conditions=asked(policy, tape) if policy else (),
    )


def _agreement(agreements: Mapping[str, Agreement], name: str | None) -> Agreement:
    if name is None and len(agreements) == 1:
        return next(iter(agreements.values()))
    if name is None:
        help_ = "there is " + ", ".join(f"`{one}`" for one in agreements)
        message = "say whose facts the tape gives: --agreement NAME"
        raise InputError(Fault(code="E601", message=message, help=help_))
    return agreement_named(agreements, name)


def _layout(path: Path, sheet: str | None) -> tuple[str, str]:
    """Return the layout that a file fits and by what; a canonical tape, or one that fits none, needs none."""
    found = fitting(read_bytes(path, str(path), most=None), str(path), sheet)
    if len(found) > 1:
        message = "no layout is named, and several fit"
        raise InputError(Fault(code="E712", message=message, place=Place(file=str(path)), help=spelled(found)))
    return (found[0].layout, found[0].by) if found else ("canonical", "")
