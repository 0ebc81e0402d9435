"""Counts the queries that are made for responses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY


class Queries:
    """Queries for responses since the block began, by every API in this process."""

    def __init__(self) -> None:
        self._before = self._now()

    @staticmethod
    def _now() -> int:
        return int(REGISTRY.get_sample_value("api_responses_total", {"origin": "database"}) or 0)

    @property
    def made(self) -> int:
        return self._now() - self._before


@contextmanager
def queries() -> Iterator[Queries]:
    yield Queries()
