"""Fixtures that are dear, shared by all tests of a run."""

from collections.abc import Iterator

import pytest
from engines import Duck, Spark


@pytest.fixture(scope="session")
def duck() -> Duck:
    """Return DuckDB, in memory."""
    return Duck()


@pytest.fixture(scope="session")
def spark() -> Iterator[Spark]:
    """Return Spark, started once; nothing of it goes over the network."""
    engine = Spark()
    yield engine
    engine.session.stop()
