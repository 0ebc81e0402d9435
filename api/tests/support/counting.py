"""How often the database was asked for an answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lacity_data_api.metrics import CACHE


class Queries:
    """Queries for answers since the block began; of every API in this process."""

    def __init__(self) -> None:
        self._before = self._now()

    @staticmethod
    def _now() -> int:
        return int(CACHE.database._value.get())

    @property
    def made(self) -> int:
        return self._now() - self._before


@contextmanager
def queries() -> Iterator[Queries]:
    yield Queries()
