"""Renderers: each lays out the one report in one format, and phrases nothing."""

from collections.abc import Callable


def renderer(name: str, package: str = "report") -> Callable[..., str]:
    """Return the renderer of a format, of reports or of what another package finds; only the one used is imported."""
    from importlib import import_module

    return import_module(f"checker.{package}.as_{name}").render  # type: ignore[no-any-return] # each has `render`


FORMATS = ("text", "json", "csv", "sarif", "junit", "github", "markdown", "html")
# Those that list what passes, too.
WHOLE = ("sarif", "junit")
_READ = ("policy", "facts", "follows", "batch", "book", "cases", "layout")
SCHEMAS = (*_READ, "report", "book-report", "tape", "cite", "lint")
