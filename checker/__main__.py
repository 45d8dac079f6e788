"""The entry point: everything is imported inside its guard, so that a bug is never taken for a decision."""

import gc
import sys


def main() -> int:
    """Run the command; return 70 with a traceback for a bug of ours."""
    # The process is short and its values form no cycles: looking for some takes a tenth of a small run.
    gc.disable()
    try:
        from checker.cli import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return 130
    except Exception:  # noqa: BLE001 (whatever it is, it is our bug, and must not exit as 1)
        import traceback

        traceback.print_exc()
        sys.stderr.write("\nThis is a bug in checker: nothing was decided.\n")
        return 70


if __name__ == "__main__":
    sys.exit(main())
