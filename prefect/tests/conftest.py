from __future__ import annotations

from collections.abc import Iterator

import pytest
from pipeline_tests import databases


@pytest.fixture(scope="session", autouse=True)
def connections() -> Iterator[None]:
    """Close the connections that the helpers keep open."""
    yield
    databases.disconnect()
