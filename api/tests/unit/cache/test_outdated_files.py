from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

from lacity_data_api.cache.kept_files import MB, Content, Days, KeptFiles
from lacity_data_api.cache.outdated_files import OutdatedFiles
from lacity_data_api.database import Database


class SlowDatabase:
    """Never answers, and takes a moment to be canceled."""

    def __init__(self) -> None:
        self.begun, self.ended = 0, 0
        self.both_have_begun = asyncio.Event()

    async def rows(self, _: object) -> list[Any]:
        self.begun += 1
        if self.begun == 2:
            self.both_have_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.ended += 1
        return []


def test_removals_have_ended_once_they_are_closed(tmp_path: Path) -> None:
    files, database = KeptFiles(str(tmp_path), 8, "one"), SlowDatabase()
    with files.copy(Content("one", Days(), "v7")) as copy:
        copy.write(b"x" * MB)
        copy.finish()

    async def close_while_two_are_running() -> None:
        outdated = OutdatedFiles(files, cast("Database", database))
        outdated.begin_removal()
        outdated.begin_removal()
        await database.both_have_begun.wait()
        await outdated.close()
        assert database.ended == 2

    asyncio.run(close_while_two_are_running())


def test_without_a_folder_there_is_nothing_to_remove() -> None:
    database = SlowDatabase()

    async def begin_and_close() -> None:
        outdated = OutdatedFiles(KeptFiles("", 8, "one"), cast("Database", database))
        outdated.begin_removal()
        await asyncio.sleep(0.05)
        await outdated.close()

    asyncio.run(begin_and_close())
    assert database.begun == 0
