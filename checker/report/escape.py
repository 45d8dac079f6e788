"""Text of a batch as Markdown that stays text: it makes no table, code, HTML or link, and calls nobody."""

import re

from checker.faults import spelled

# What has a meaning inside a line. An underscore between letters has none; a dollar sign, which begins a formula on
# GitHub, cannot be escaped otherwise. The null character stands for a gap that is not seen: `spelled` leaves none.
_INSIDE = re.compile(r"[\\`*\[\]~|#]|(?<![^\W_])_|_(?![^\W_])")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "<span>$</span>", "\0": "&#8203;"})
# What begins a list or a heading at the start of a line.
_START = re.compile(r"^(\d+(?=[.)](?:\s|$))|(?=[-+=]))")
# GitHub looks for people, issues and addresses in what Markdown leaves, after escapes are gone.
_LOOKED_FOR = re.compile(r"[@#]|(?i:www)\.|:(?=//)|(?i:GH-)")


def text(of: str) -> str:
    """Return one line that reads as it is written; what stands between backticks is set as code."""
    pieces = spelled(of).split("`")
    if len(pieces) % 2 == 0:
        *pieces, last = pieces
        pieces[-1] += f"`{last}"
    stilled = [f"<code>{_still(piece)}</code>" if at % 2 else _still(piece) for at, piece in enumerate(pieces)]
    return _START.sub(r"\1\\", "".join(stilled), count=1)


def _still(piece: str) -> str:
    gaps = _LOOKED_FOR.sub(lambda found: f"{found[0]}\0", piece)
    return _INSIDE.sub(lambda found: f"\\{found[0]}", gaps).translate(_HTML)
