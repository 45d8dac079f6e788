"""`checker explain`: what a rule asks, in the contract's words and in the language; and a batch to fill in."""

from checker.reference.template import template
from checker.reference.topics import explain, overview

__all__ = ["explain", "overview", "template"]
