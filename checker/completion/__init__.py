"""`checker completion`: a script with which a shell completes the command line, made from the parser itself."""

from checker.completion.commands import commands

__all__ = ["commands"]
