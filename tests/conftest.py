"""Fixtures that are dear, shared by all tests of a run. Without Java those of Spark are skipped; CI installs it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from engines import Duck, Spark


@pytest.fixture(scope="session")
def duck() -> Duck:
    """Return DuckDB, in memory."""
    return Duck()


@pytest.fixture(scope="session")
def java() -> None:
    """Skip what needs Java where there is none."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("Java is not installed")


@pytest.fixture(scope="session")
def spark(java: None) -> Iterator[Spark]:  # noqa: ARG001 (it must be there)
    """Return Spark, started once; nothing of it goes over the network."""
    engine = Spark()
    yield engine
    engine.session.stop()
