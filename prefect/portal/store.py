"""The portal's rows in one SQLite file: memory stays flat, and a restart is instant."""

# ruff: noqa: S608  # names of tables and columns are declared in datasets.py and schemas.py; values are bound

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from portal.datasets import Dataset
from portal.schemas import SYSTEM_COLUMNS
from portal.values import fixed
from portal.view import View

Row = Sequence[str | None]
Clock = Callable[[], datetime]
SYSTEM_NAMES = tuple(column.name for column in SYSTEM_COLUMNS)
MILLISECOND = timedelta(milliseconds=1)
CONNECTION_SETTINGS = ("journal_mode = WAL", "synchronous = OFF", "cache_size = -8192")


def table_name(dataset: Dataset) -> str:
    return "rows_" + dataset.id.replace("-", "_")


def utc_now() -> datetime:
    return datetime.now(UTC)


def clock_from(day: date | None) -> Clock:
    """A clock that starts now at the beginning of a day and runs on from there; for None, the real clock."""
    if day is None:
        return utc_now
    started = time.monotonic()
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return lambda: midnight + timedelta(seconds=time.monotonic() - started)


class Store:
    """Datasets and their rows. Reads run in parallel, each on its own snapshot; writes are serial.

    ``clock`` gives the time of an edit.
    """

    def __init__(self, path: Path, clock: Clock = utc_now) -> None:
        self.path = path
        self.clock = clock
        self.datasets: dict[str, Dataset] = {}
        self._local = threading.local()
        self._connections: set[sqlite3.Connection] = set()
        self._writing = threading.Lock()
        self._stamping = threading.Lock()
        self._last_stamp = datetime.min.replace(tzinfo=UTC)

    def connection(self) -> sqlite3.Connection:
        """The connection of this thread."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=60)
            for setting in CONNECTION_SETTINGS:
                found.execute(f"PRAGMA {setting}")
            self._local.connection = found
            self._connections.add(found)
        return found

    def release(self) -> None:
        """Close this thread's connection; for threads that end before the store does."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is not None:
            self._local.connection = None
            self._connections.discard(found)
            found.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._connections:
            self._connections.pop().close()
        self._local = threading.local()

    def add_dataset(self, dataset: Dataset) -> None:
        """Publish a dataset; an existing table keeps its rows."""
        columns = ", ".join(f'"{name}" TEXT' for name in (*SYSTEM_NAMES, *dataset.schema.stored_names))
        self.connection().execute(f"CREATE TABLE IF NOT EXISTS {table_name(dataset)} ({columns})")
        self.datasets[dataset.id] = dataset

    def view(self, dataset: Dataset) -> View:
        return View(table_name(dataset), dataset.schema.columns)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction of the only writer."""
        connection = self.connection()
        with self._writing:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def append(self, dataset: Dataset, rows: Iterable[Row]) -> None:
        """Add rows in the order of the system columns, then the stored ones."""
        width = len(SYSTEM_NAMES) + len(dataset.schema.stored_names)
        places = ", ".join("?" * width)
        with self.writing() as connection:
            connection.executemany(f"INSERT INTO {table_name(dataset)} VALUES ({places})", rows)

    def index(self) -> None:
        """Create the index that keyset pages and counts use; this is fastest once the rows are loaded."""
        for dataset in self.datasets.values():
            table = table_name(dataset)
            self.connection().execute(
                f'CREATE UNIQUE INDEX IF NOT EXISTS {table}_keyset ON {table} (":updated_at", ":id")'
            )

    def next_stamps(self, amount: int) -> list[str]:
        """Increasing update times, each later than all previous ones and than those of all rows."""
        with self._stamping:
            newest = max((self.updated_at(dataset) for dataset in self.datasets.values()), default="")
            if newest:
                self._last_stamp = max(self._last_stamp, datetime.fromisoformat(newest))
            first = max(self.clock(), self._last_stamp + MILLISECOND)
            self._last_stamp = first + amount * MILLISECOND
        return [fixed(first + number * MILLISECOND) for number in range(amount)]

    def updated_at(self, dataset: Dataset) -> str:
        """The newest ``:updated_at`` of the dataset, or an empty string if it has no rows."""
        query = f'SELECT max(":updated_at") FROM {table_name(dataset)}'
        newest = self.connection().execute(query).fetchone()[0]
        return str(newest) if newest else ""

    def count(self, dataset: Dataset) -> int:
        """The number of rows of the dataset."""
        return int(self.connection().execute(f"SELECT count(*) FROM {table_name(dataset)}").fetchone()[0])
