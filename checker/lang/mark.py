"""An expression as it is written, in pieces: its tests, each with what came of it, and the words between them."""

from collections.abc import Iterator

from checker.lang.evaluate import Frame, Program
from checker.lang.named import NamedTuple
from checker.lang.syntax import Logic, Type
from checker.lang.typed import Apply, Constant, Fold, Term, Typed, parts


class Piece(NamedTuple):
    """A stretch of an expression; joined, the texts of all are its canonical spelling.

    Of a test, a flag or a term that is true or false, `is_test` holds, `holds` tells what came of it (None: unknown),
    and `decides` whether the worth of the whole rests on it.
    """

    text: str
    is_test: bool = False
    holds: bool | None = None
    decides: bool = False


class Marked(NamedTuple):
    """An expression in pieces, and the pieces of each term that it uses, directly or through another, by its name."""

    pieces: tuple[Piece, ...]
    terms: dict[str, tuple[Piece, ...]]


def marked(program: Program, frame: Frame) -> Marked:
    """Return the expression of a program in pieces, marked by what came of it on a frame."""
    terms: dict[str, tuple[Piece, ...]] = {}
    for use in _uses(program, program.tree, frame, decides=True):
        body = use.term.body
        plain = (Piece(program.text(body)),)
        pieces = plain if use.on_rows else tuple(_pieces(program, body, frame, decides=use.decides))
        if use.decides or use.term.name not in terms:
            terms[use.term.name] = pieces
    return Marked(pieces=tuple(_pieces(program, program.tree, frame, decides=True)), terms=terms)


def _pieces(program: Program, node: Typed, frame: Frame, *, decides: bool) -> Iterator[Piece]:
    if isinstance(node, Apply) and node.op in ("and", "or"):
        for at, (part, rests) in enumerate(_operands(program, node, frame, decides=decides)):
            yield from [Piece(f" {node.op} ")] if at else []
            yield from _wrapped(program, part, frame, decides=rests)
    elif isinstance(node, Apply) and node.op == "not":
        yield Piece("not ")
        yield from _wrapped(program, node.arguments[0], frame, decides=decides)
    elif node.type is not Type.FLAG or isinstance(node, Constant):
        yield Piece(program.text(node))
    else:
        worth = program.worth(node, frame)
        yield Piece(program.text(node), True, worth if isinstance(worth, bool) else None, decides)  # noqa: FBT003


def _operands(program: Program, node: Apply, frame: Frame, *, decides: bool) -> Iterator[tuple[Typed, bool]]:
    """Yield each operand of a junction and whether the whole rests on it: of a false `and` on the false, and so on."""
    worth = program.worth(node, frame)
    yield from ((part, decides and program.worth(part, frame) is worth) for part in node.arguments)


def _wrapped(program: Program, node: Typed, frame: Frame, *, decides: bool) -> Iterator[Piece]:
    """Yield a part in the parentheses that its spelling has."""
    inner = _pieces(program, node, frame, decides=decides)
    yield from [Piece("("), *inner, Piece(")")] if isinstance(node.source, Logic) else inner


class _Use(NamedTuple):
    """A use of a term: whether the whole rests on it, and whether it is asked of the rows of an aggregate."""

    term: Term
    decides: bool
    on_rows: bool


def _uses(program: Program, node: Typed, frame: Frame, *, decides: bool, on_rows: bool = False) -> Iterator[_Use]:
    """Yield every use of a term, directly or through another; what uses it comes first."""
    if isinstance(node, Term):
        yield _Use(term=node, decides=decides, on_rows=on_rows)
    inside = on_rows or isinstance(node, Fold)
    inner = [(part, decides) for part in parts(node)]
    if isinstance(node, Apply) and node.op in ("and", "or") and not inside:
        inner = list(_operands(program, node, frame, decides=decides))
    for part, rests in inner:
        yield from _uses(program, part, frame, decides=rests, on_rows=inside)
