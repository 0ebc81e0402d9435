"""The real API on a database, run in its own environment; the map draws its tiles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks import serving
from support.databases import variable


@contextmanager
def serve_api(reader_url: str) -> Iterator[str]:
    """Yields its address; the API runs until the block ends."""
    if not serving.API_PYTHON.exists():
        pytest.skip("the API's environment is not installed: `make setup` does it")
    redis_url = variable("TEST_REDIS_URL")
    with serving.api(DATABASE_READER_URL=reader_url, REDIS_URL=redis_url, CACHE_REDIS_MB="0") as url:
        yield url
