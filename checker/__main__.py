"""The entry point: everything is imported inside its guard, so that a bug is never taken for a decision."""

import gc
import os
import sys


def main() -> int:
    """Run the command; return 70 with a traceback for a bug of ours."""
    # The process is short and its values form no cycles: looking for some takes a tenth of a small run.
    gc.disable()
    try:
        from checker.cli import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    except Exception:  # noqa: BLE001 (whatever it is, it is our bug, and must not exit as 1)
        code = 70
        _tell()
    _leave(code)
    return code


def _tell() -> None:
    """Print the traceback of a bug, where there is anywhere to print it."""
    import traceback
    from contextlib import suppress

    with suppress(OSError, AttributeError):  # a full device, or none at all
        traceback.print_exc()
        sys.stderr.write("\nThis is a bug in checker: nothing was decided.\n")


def _leave(code: int) -> None:
    """End the process, at once where nobody can have asked to be told of it: Python would free every value first."""
    if "duckdb" in sys.modules:
        return  # it asks, and tells of each value that is still there
    gc.freeze()  # nor look for cycles again
    if {"atexit", "threading"} & sys.modules.keys():
        return
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except OSError:
        return  # Python tells of it
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
