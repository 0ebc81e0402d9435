"""Portals for the tests: one per session for reading, one per test for faults and edits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from portal_site import Site, running_site


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """A portal of 20,000 requests that no test changes."""
    yield from running_site(20_000)


@pytest.fixture
def own_site() -> Iterator[Site]:
    """A small portal for a single test."""
    yield from running_site(1_500)
