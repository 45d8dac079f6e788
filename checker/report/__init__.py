"""Renderers: each lays out the one report in one format, and phrases nothing."""

from collections.abc import Callable

from checker.findings import Report


def renderer(name: str) -> Callable[[Report], str]:
    """Return the renderer of a format; only the one that is used is imported."""
    from importlib import import_module

    return import_module(f"checker.report.as_{name}").render  # type: ignore[no-any-return] # each module has `render(Report) -> str`


FORMATS = ("text", "json", "csv")
SCHEMAS = ("policy", "facts", "batch", "layout", "report")
