"""What DuckDB and Spark write differently."""

from collections.abc import Callable
from typing import NamedTuple


class Dialect(NamedTuple):
    """How one engine writes what engines write differently."""

    name: str
    quoted: Callable[[str], str]
    text: Callable[[str], str]
    months: Callable[[str, str], str]
    days: Callable[[str, str], str]
    between: Callable[[str, str], str]
    matches: Callable[[str, str], str]
    string: str
    hash: Callable[[str], str]
    least_is_free: bool  # whether the least of a column is known from the statistics of a file


DUCKDB = Dialect(
    name="duckdb",
    quoted=lambda name: '"' + name.replace('"', '""') + '"',
    text=lambda text: "'" + text.replace("'", "''") + "'",
    months=lambda day, n: f"CAST({day} + to_months({n}) AS DATE)",
    days=lambda day, n: f"date_add({day}, {n})",
    between=lambda start, end: f"date_diff('day', {start}, {end})",
    matches=lambda text, pattern: f"regexp_full_match({text}, '{pattern}')",
    string="VARCHAR",
    hash=lambda text: f"hash({text})",
    least_is_free=True,
)
# Spark reads `${name}` anywhere in a query as one of its settings, so that a text spells its dollar sign. Its `$` in a
# pattern stands also before a line break at the end.
SPARK = Dialect(
    name="spark",
    quoted=lambda name: "`" + name.replace("`", "``") + "`",
    text=lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024") + "'",
    months=lambda day, n: f"add_months({day}, {n})",
    days=lambda day, n: f"date_add({day}, {n})",
    between=lambda start, end: f"datediff({end}, {start})",
    matches=lambda text, pattern: f"{text} RLIKE '^({pattern})\\\\z'",
    string="STRING",
    hash=lambda text: f"xxhash64({text})",
    least_is_free=False,
)
