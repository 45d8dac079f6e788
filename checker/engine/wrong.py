"""What is wrong with the tables of a book, said once for whatever reads them."""

from collections.abc import Collection, Iterable, Mapping

from checker.engine.book import Book
from checker.engine.plan import AGREEMENT, BATCH, DATE
from checker.faults import Fault, Place
from checker.lang.problem import nearest
from checker.model import Agreement, FactDeclared

HEAD = {BATCH: "batch", AGREEMENT: "agreement", DATE: "date"}


def needed_of_lines(book: Book) -> list[str]:
    """Return the columns without which a table of lines says too little."""
    keys = [key for key in ("loan", "under") if f"disposition.{key}" not in book.every]
    return [*(["batch"] if book.batches else needed_of_batches(book)), *keys]


def needed_of_batches(book: Book) -> list[str]:
    """Return the columns without which a table of batches says too little."""
    return ["batch", *(name for name in ("agreement", "date") if getattr(book, name) is None)]


def needed_of_tape(book: Book) -> list[str]:
    """Return the columns without which a tape says too little."""
    return ["loan_id", *(["agreement"] if book.agreement is None else [])]


def column_faults(
    columns: Collection[str], known: Mapping[str, FactDeclared], needed: Iterable[str], place: Place
) -> list[Fault]:
    """Return a fault for each column that is none of the `known`, and for each of those `needed` that is missing."""
    faults = [
        Fault(code="E706", message=f"no fact for the column `{name}`", place=place, help=nearest(name, list(known)))
        for name in columns
        if name not in known
    ]
    missing = [name for name in needed if name not in columns]
    return faults + [Fault(code="E706", message=f"the table has no column `{name}`", place=place) for name in missing]


def head_faults(
    says: Mapping[str, object], before: Collection[str], agreements: Mapping[str, Agreement], at: Place
) -> list[Fault]:
    """A batch has a name that none `before` has, an agreement of which there is a policy, and a date."""
    name, agreement = says.get(BATCH), says.get(AGREEMENT)
    whose = f" of the batch `{name}`" if name is not None else ""
    lacking = [word for fact, word in HEAD.items() if fact not in says]
    faults = [Fault(code="E305", message=f"the row{whose} does not say `{word}`", place=at) for word in lacking]
    if name in before:
        message = f"two batches have the name `{name}`, or its rows contradict each other"
        faults.append(Fault(code="E605", message=message, place=at))
    if agreement is not None and agreement not in agreements:
        message = f"no policy for the agreement `{agreement}`{whose}"
        faults.append(Fault(code="E601", message=message, place=at, help=nearest(str(agreement), list(agreements))))
    return faults


def silent_line(lacking: Iterable[str], at: Place) -> Fault:
    """Return what is said of a line that does not say what every line must."""
    words = " and ".join(f"`{word}`" for word in lacking)
    return Fault(code="E305", message=f"the line does not say {words}", place=at)


def no_batch(name: object, at: Place) -> Fault:
    """Return what is said of a line of a batch that the table of batches does not have."""
    return Fault(code="E616", message=f"no row of the table of batches is `{name}`", place=at)


def numbered_twice(name: object, number: object, at: Place) -> Fault:
    """Return what is said of two lines of a batch that have one number."""
    return Fault(code="E616", message=f"two lines of the batch `{name}` have the number {number}", place=at)
