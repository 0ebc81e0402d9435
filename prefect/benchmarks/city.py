"""Rows for the benchmarks: a generated city as CSV pages, and nights of changes drawn from what is stored."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Self

from pipeline.city import City, load_city
from pipeline.columns import REQUEST_COLUMNS, SYSTEM_COLUMNS
from pipeline.database import Connection, composed

FOLDER = Path(__file__).parents[1]
PAGE_ROWS = 50_000
LAST_DAY = date(2100, 1, 1)
NAMES = (*SYSTEM_COLUMNS, *REQUEST_COLUMNS)
HEADER = ",".join(NAMES).encode() + b"\n"
SOURCES = (":id", ":updated_at", *REQUEST_COLUMNS)


def one_dataset() -> City:
    """The declared city with a single dataset that takes every day, and limits that no random row reaches."""
    city = load_city()
    everything = city.datasets[0].model_copy(update={"last_day": LAST_DAY})
    tolerant = {"unreviewed_share": 1, "outside_bounds_share": 1, "newest_age_days_fail": 99_999}
    limits = city.limits.model_copy(update=tolerant)
    return city.model_copy(update={"datasets": (everything,), "limits": limits})


def generate(rows: int, file: Path) -> None:
    """Write so many rows of the sample city, undamaged and without line breaks inside."""
    command = [sys.executable, "-m", "portal.generate", "--rows", str(rows), "--format", "csv"]
    columns = ["--columns", ",".join(SOURCES), "--bad-share", "0", "--today", "2026-11-24"]
    with file.open("wb") as out:
        subprocess.run([*command, *columns], cwd=FOLDER, stdout=out, check=True)


class Pages:
    """The file's rows in pages; safe to draw from with several threads."""

    def __init__(self, file: Path) -> None:
        self._lines = file.open("rb")
        self._lines.readline()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def __iter__(self) -> Iterator[list[bytes]]:
        return self

    def __next__(self) -> list[bytes]:
        with self._lock:
            lines = list(islice(self._lines, PAGE_ROWS))
        if not lines:
            raise StopIteration
        return [HEADER, b"".join(lines)]


def night_of_changes(
    connection: Connection, night: int, changed: int, added: int, *, is_spread: bool = False
) -> list[bytes]:
    """One page with changes of stored rows and with rows that are new, drawn at random.

    Changes are as old as a city's are; ``is_spread``: of any age alike, which touches a page for each.
    """
    with connection.transaction():
        draw(connection, changed, added, is_spread=is_spread)
        with connection.cursor().copy(composed("benchmarks/night_of_changes"), {"night": night}) as copy:
            return [bytes(piece) for piece in copy]


def draw(connection: Connection, changed: int, added: int, *, is_spread: bool) -> None:
    """Choose the rows of a night into the table ``drawn`` of this transaction."""
    values = {"changed": changed, "added": added, "is_spread": is_spread}
    connection.execute(composed("benchmarks/draw_changes"), values)
    connection.execute("ANALYZE drawn")
