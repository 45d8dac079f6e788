"""Text to tokens: the words, signs and values of the language, each with its place."""

import re

from checker.lang.problem import ParseError, Problem

KEYWORDS = frozenset({"or", "and", "not", "in", "of", "over", "where", "is", "true", "false", "sum", "count"})

_DIGITS = r"(?:0|[1-9][0-9]*)"
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    |(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?![\w.]))
    |(?P<percent>{_DIGITS}(?:\.[0-9]+)?%(?![\w.%]))
    |(?P<money>\${_DIGITS}(?:\.[0-9]+)?(?![\w.%]))
    |(?P<number>{_DIGITS}\.[0-9]+(?![\w.%]))
    |(?P<count>{_DIGITS}(?![\w.%]))
    |(?P<text>"[^"\n]*")
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*(?![\w.]))
    |(?P<op><=|>=|!=|[=<>+\-*(),])""",
    re.VERBOSE | re.ASCII,
)
_WORD = r"[\w.$%]+|."
Token = tuple[str, str, int, int]  # kind, text, start, end


def tokens(text: str) -> list[Token]:
    """Return the tokens of `text`, the last of kind `end`; raise ParseError at what is none."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ParseError(_unreadable(text, at))
        if match.lastgroup != "space":
            found.append((match.lastgroup, match.group(), at, match.end()))
        at = match.end()
    return [*found, ("end", "the end", len(text.rstrip()), len(text.rstrip()) + 1)]


def _unreadable(text: str, at: int) -> Problem:
    match = re.match(_WORD, text[at:], re.DOTALL)
    word = match.group() if match else text[at]
    if word[0].isdigit() or word[0] == "$":
        help_ = "write it like `5`, `0.25`, `$5000.00` or `1.00%`: no thousands marks, exponents or leading zeros"
        return Problem(code="E101", message=f"`{word}` is not a number", span=(at, at + len(word)), help=help_)
    if word == '"':
        return Problem(code="E102", message="this text has no closing quotation mark", span=(at, at + 1))
    message = f"`{word}` is not part of the language"
    return Problem(code="E103", message=message, span=(at, at + len(word)))


def shown(kind: str, text: str) -> str:
    """Return a token as a message names it."""
    return text if kind == "end" else f"`{text}`"


def help_value(text: str) -> str:
    """Return what was probably meant by a sign that stands where a value should."""
    helps = {"==": "write `=`", "=": "write `=` once", ">": "write `!=` for different"}
    return helps.get(text, "")
