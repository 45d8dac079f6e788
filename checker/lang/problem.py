"""What is wrong with an expression: a value, and the one exception that stops a parse."""

from checker.lang.named import NamedTuple
from checker.lang.syntax import Span


class Problem(NamedTuple):
    """One error: a stable code, a lower-case sentence, its place in the text, and what to do about it."""

    code: str
    message: str
    span: Span
    help: str = ""


class ParseError(Exception):
    """The text is not an expression; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(problem.message)
        self.problem = problem


def nearest(name: str, known: "list[str] | tuple[str, ...]") -> str:
    """Return `did you mean ...?` with the known name most like `name`, or nothing."""
    from difflib import get_close_matches

    found = get_close_matches(name, sorted(known), n=1)
    return f"did you mean `{found[0]}`?" if found else ""
