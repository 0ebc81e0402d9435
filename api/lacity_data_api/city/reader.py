"""Keeps the city's facts for the served generation; the API starts and keeps running without a database."""

from __future__ import annotations

from lacity_data_api.cache.generation_watcher import GenerationWatcher
from lacity_data_api.city import repository
from lacity_data_api.city.facts import City, RollupCatalog
from lacity_data_api.city.repository import Facts
from lacity_data_api.database import Database
from lacity_data_api.errors import ApiError


class FactsReader:
    """Reads the facts once per generation."""

    def __init__(self, database: Database, watcher: GenerationWatcher) -> None:
        self._database = database
        self._watcher = watcher
        self._facts: Facts | None = None
        self._generation: int | None = None

    @property
    def last_known_city(self) -> City:
        """The city without running a query; the default city before the first query."""
        return self._facts.city if self._facts else City()

    async def city(self) -> City:
        """The city; the last known values while the database is unreachable."""
        try:
            return (await self._current()).city
        except ApiError:
            return self.last_known_city

    async def catalog(self) -> RollupCatalog:
        """The rollups; ApiError if the database has been unreachable since the start."""
        return (await self._current()).catalog

    async def _current(self) -> Facts:
        generation = self._watcher.generation
        if self._facts is None or self._generation != generation:
            try:
                self._facts = await repository.read(self._database)
            except ApiError:
                if self._facts is None:
                    raise
            else:
                self._generation = generation
        return self._facts
