"""What `checker lint` found, for a terminal; faults go where every command's do, so they are not here."""

from checker.faults import render as fault_lines
from checker.lint import Looked


def render(looked: Looked) -> str:
    """Return what makes no sense, or that all is right, and in how much."""
    head = f"{len(looked.doubts)} findings in" if looked.doubts else "right:"
    counted = ", ".join(f"{count} {what}" for what, count in looked.counts.items())
    blind = [looked.blind] if looked.is_blind else []
    return "\n\n".join([*map(fault_lines, looked.doubts), *blind, f"{head} {counted}"]) + "\n"
