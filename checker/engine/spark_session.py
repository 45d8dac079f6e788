"""How a Spark session is opened: one that runs in this process already, one that is started here, or one far away."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from checker.faults import Fault, InputError
from checker.read.table import clipped

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MEMORY = "4GB"
CONNECT, LOCAL, HERE = "sc://", "local", "local[*]"
HELP = "`pip install 'loan-pool-checker[spark]'`, or judge it with another `--engine`"
QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}


class Opened(NamedTuple):
    """A session, and whether it was made here and so ends here."""

    session: "SparkSession"
    is_own: bool


def opened(master: str, memory: str, folder: Path) -> Opened:
    """Return a session: one of the Spark that runs in this process already, else one that is made."""
    try:
        from pyspark.errors import PySparkException, PySparkImportError
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError(Fault(code="E612", message="the engine spark is not installed", help=HELP)) from None
    try:
        if master.startswith(CONNECT):
            return Opened(SparkSession.builder.remote(master).create(), is_own=True)
        running = SparkSession.getActiveSession()
        if running is not None:
            return Opened(running.newSession(), is_own=False)
        return Opened(_started(settings(master, memory, folder), folder / "java"), is_own=True)
    except PySparkImportError as error:
        message = f"Spark Connect needs a package that is not installed: {reason(error)}"
        raise InputError(Fault(code="E612", message=message, help="`pip install 'pyspark[connect]'`")) from None
    except (PySparkException, OSError) as error:
        message = f"no Spark answers at `{master}`"
        raise InputError(Fault(code="E613", message=message, help=reason(error))) from error


def settings(master: str, memory: str, folder: Path) -> dict[str, str]:
    """Return what a Spark that is started here is started with; a local one speaks to nobody and spills to `folder`."""
    found = {"spark.master": master, "spark.app.name": "checker", **QUIET}
    if not master.startswith(LOCAL):
        return found
    amount = re.fullmatch(r"([1-9][0-9]*) ?([kmgt])i?b?", memory, re.IGNORECASE | re.ASCII)
    if amount is None:
        message = f"`{memory}` is not an amount of memory"
        raise InputError(Fault(code="E613", message=message, help="write it like `4GB`"))
    threads = re.fullmatch(r"local\[([1-9][0-9]*)\]", master, re.ASCII)
    return found | {
        "spark.driver.memory": amount[1] + amount[2].lower(),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder),
        "spark.sql.shuffle.partitions": str(2 * int(threads[1])) if threads else "16",
    }


def _started(chosen: Mapping[str, str], log: Path) -> "SparkSession":
    """Start Java and Spark in it; what Java says, to a file: errors come back as exceptions."""
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    conf = SparkConf(loadDefaults=False).setAll(list(chosen.items()))
    gateway = SparkContext._gateway  # noqa: SLF001 (a Java that an earlier session left is used again)
    try:
        with log.open("w") as file:
            gateway = gateway or launch_gateway(conf, {"stdout": file, "stderr": file})  # type: ignore[no-untyped-call] # it has no types
    except PySparkRuntimeError:
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        help_ = "install Java 17 or newer, or set JAVA_HOME" + (f" ({said[-1]})" if said else "")
        raise InputError(Fault(code="E612", message="Java does not start, which Spark needs", help=help_)) from None
    return SparkSession(SparkContext(conf=conf, gateway=gateway))


def reason(error: Exception) -> str:
    """Return the innermost cause that Spark names, in one line, without names of its classes."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith(("Caused by: ", ": ", "["))] or lines[:1]
    return clipped(
        re.sub(r"^(Caused by)?:? *([\w.$]+: )?(\[[\w.]+\] )?| *SQLSTATE: \w+.*$", "", causes[-1], flags=re.ASCII)
    )
