"""Removes kept files that no longer contain what Postgres would send: those whose days have changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from lacity_data_api.cache.kept_files import Days, KeptFiles
from lacity_data_api.database import Database
from lacity_data_api.errors import ApiError
from lacity_data_api.statements import Statement
from lacity_data_api.tasks import end

log = logging.getLogger(__name__)

# Four minutes: longer than a restart of Postgres or a shortage of connections.
ATTEMPTS = 24
PAUSE_SECONDS = 10.0

VERSIONS = """
SELECT first_day, last_day, days_version(CAST(first_day AS date), CAST(last_day AS date))
  FROM unnest(CAST(:first AS text[]), CAST(:last AS text[])) AS days (first_day, last_day)
"""


class OutdatedFiles:
    """Removes outdated files in the background, whenever another generation is served."""

    def __init__(self, files: KeptFiles, database: Database) -> None:
        self._files, self._database = files, database
        self._tasks: set[asyncio.Task[None]] = set()

    def begin_removal(self) -> None:
        """Remove the files that are outdated now. An earlier removal that is still running goes on."""
        if self._files.is_used:
            task = asyncio.create_task(self._remove())
            self._tasks.add(task)
            task.add_done_callback(self._finish)

    async def _remove(self) -> None:
        """Removes outdated files; all files if the database cannot be asked for minutes.

        No client is sent an outdated file, but one may contain a request that was erased.
        """
        for _ in range(ATTEMPTS):
            try:
                await remove_outdated(self._files, self._database)
            except ApiError as error:
                log.warning("Outdated exports could not be removed yet: %s", error.detail)
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return
        await asyncio.to_thread(self._files.clear)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("Outdated exports could not be removed", exc_info=error)

    async def close(self) -> None:
        """Cancel all removals, and wait until they have ended."""
        await end(self._tasks)


async def version_of(database: Database, days: Days) -> str:
    """A text that changes whenever requests created on these days change. Raises ApiError."""
    return (await _versions(database, [days]))[days]


async def remove_outdated(files: KeptFiles, database: Database) -> None:
    """Remove the files whose days have changed, and those above the size limit. Raises ApiError."""
    versions = await _versions(database, await asyncio.to_thread(files.days))
    await asyncio.to_thread(files.keep_only, versions)


async def _versions(database: Database, wanted: Iterable[Days]) -> dict[Days, str]:
    days = [*wanted]
    values = {"first": [one.first for one in days], "last": [one.last for one in days]}
    rows = await database.rows(Statement(VERSIONS, values)) if days else []
    return {Days(first, last): version for first, last, version in rows}
