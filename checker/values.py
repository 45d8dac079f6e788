"""Text to typed values and back: amounts exactly as written, dates as days, nothing guessed."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from checker.lang.exact import AtLeast, Worth
from checker.lang.problem import nearest
from checker.lang.rows import Amounts
from checker.lang.syntax import Type, Value

MOST_DIGITS = 30
AMOUNT = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
COUNT = r"-?(?:0|[1-9][0-9]*)"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

_AMOUNT = re.compile(AMOUNT, re.ASCII).fullmatch
# Amounts, each on a line or nothing: what is read is never given back, which takes two thirds of the time.
_AMOUNTS = re.compile(r"(?:(?:-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+)?+\n)*+", re.ASCII).fullmatch
_DATE = re.compile(DATE, re.ASCII).fullmatch
_SPREADSHEET = r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]+"

AMOUNT_HELP = "write it like `26756.87`: digits and a point, no thousands marks, exponent or currency sign"
HELP = {
    Type.MONEY: AMOUNT_HELP,
    Type.NUMBER: AMOUNT_HELP,
    Type.COUNT: "write a whole number, like `5`",
    Type.DATE: "write it like `2011-03-31`",
    Type.FLAG: "write `true` or `false`",
}


class BadValueError(ValueError):
    """The text is not a value of the type (E401), or outside its bounds (E402); `help` says how to write one."""

    def __init__(self, message: str, help: str = "", code: str = "E401") -> None:  # noqa: A002 (the word of the output)
        """Keep the help and the code beside the message."""
        super().__init__(message)
        self.help = help
        self.code = code


def parse_value(kind: Type, text: str) -> Value:
    """Return the value that `text` spells, or raise BadValueError."""
    return _PARSERS[kind](text)


def check_bounds(value: object, one_of: Sequence[str], at_least: int | None) -> None:
    """Raise BadValueError where a value is outside its declared bounds."""
    if one_of and value not in one_of:
        help_ = nearest(str(value), tuple(one_of)) or "it is one of " + ", ".join(f"`{one}`" for one in one_of)
        raise BadValueError(f"`{value}` is not one of the values known here", help_, code="E402")
    if at_least is not None and value < at_least:  # type: ignore[operator] # only numbers are declared with a bound
        raise BadValueError(f"`{value}` is less than {at_least}", code="E402")


def parse_amount(text: str) -> Decimal:
    """Return an exact amount of money or other number."""
    if not _AMOUNT(text):
        raise BadValueError(f"`{text}` is not an amount", AMOUNT_HELP)
    if len(text) > MOST_DIGITS and sum(map(str.isdigit, text)) > MOST_DIGITS:
        raise BadValueError(f"`{text}` has more than {MOST_DIGITS} digits")
    value = Decimal(text)
    return value or value.copy_abs()


def parse_amounts(texts: Sequence[str], at_least: int | None = None) -> Amounts | None:
    """Return a column of amounts, checked as one text, which is faster; None where one of them needs a closer look.

    A text that is empty is an amount that is unknown.
    """
    joined = "\n".join(texts)
    if not _AMOUNTS(f"{joined}\n") or joined.count("\n") != len(texts) - 1 or max(map(len, texts)) > MOST_DIGITS:
        return None
    if "-0" in joined or (at_least is not None and (at_least > 0 or "-" in joined)):
        return None
    return Amounts(texts)


def parse_count(text: str) -> int:
    """Return a whole number."""
    if not re.fullmatch(COUNT, text, re.ASCII) or len(text) > MOST_DIGITS:
        raise BadValueError(f"`{text}` is not a whole number", HELP[Type.COUNT])
    return int(text)


def parse_date(text: str) -> date:
    """Return a day."""
    if not _DATE(text):
        raise BadValueError(f"`{text}` is not a date", HELP[Type.DATE])
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValueError(f"there is no day `{text}`") from None


def parse_flag(text: str) -> bool:
    """Return true or false."""
    if text not in ("true", "false"):
        raise BadValueError(f"`{text}` is not true or false", HELP[Type.FLAG])
    return text == "true"


def parse_text(text: str) -> str:
    """Return the text itself, unless it is one that a program has spoilt."""
    if not text.isprintable():
        raise BadValueError("the text has a control character or a line break in it")
    if text != text.strip():
        raise BadValueError(f"`{text}` has spaces around it", "delete them")
    if text[:1].isdigit() and re.fullmatch(_SPREADSHEET, text, re.ASCII):
        help_ = "format the column as text in the spreadsheet and export it again: the digits are lost here"
        raise BadValueError(f"`{text}` is what a spreadsheet makes of a long number", help_)
    return text


def parse_texts(texts: Sequence[str]) -> Sequence[str] | None:
    """Return a column of texts, checked as one text, which is faster; None where one of them needs a closer look."""
    joined = "".join(texts)
    plain_ = joined.isascii() and joined.isalnum() and "e" not in joined.lower()
    return texts if plain_ and all(texts) else None


_PARSERS: dict[Type, Callable[[str], Value]] = {
    Type.MONEY: parse_amount,
    Type.NUMBER: parse_amount,
    Type.COUNT: parse_count,
    Type.DATE: parse_date,
    Type.FLAG: parse_flag,
    Type.TEXT: parse_text,
}


def plain(kind: Type, worth: Worth) -> str | None:
    """Return a value in full, unrounded, without thousands marks; None where it is unknown or only bounded."""
    if worth is None or isinstance(worth, AtLeast):
        return None
    if kind in (Type.MONEY, Type.NUMBER) or isinstance(worth, Decimal):  # a count less a number is a number
        return _digits(Decimal(worth), 2 if kind is Type.MONEY else 0)  # type: ignore[arg-type] # numeric by type
    if kind is Type.FLAG:
        return "true" if worth else "false"
    return str(worth)


def _digits(value: Decimal, places: int) -> str:
    """Return at least `places` decimals, and of more only those that matter."""
    whole, _, fraction = f"{value.copy_abs():f}".partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def grouped(kind: Type, worth: Worth) -> str:
    """Return a value for a person: thousands marks, `unknown`, `at least`."""
    if worth is None:
        return "unknown"
    if isinstance(worth, AtLeast):
        return f"at least {grouped(kind, worth.least)}"
    text = plain(kind, worth) or ""
    if kind not in (Type.MONEY, Type.NUMBER, Type.COUNT):
        return text
    whole, point, fraction = text.partition(".")
    return f"{int(whole):,}{point}{fraction}" if whole not in ("-0", "0") else text
