"""Pages of rows to load: rows of the sample city, and runs of changes drawn from stored rows."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Self

from pipeline.city import City, load_city
from pipeline.columns import REQUEST_COLUMNS, SYSTEM_COLUMNS
from pipeline.database import Connection, composed, fetch_one
from portal.city.publish import City as SampleCity
from portal.datasets import published_columns
from portal.generate import write_csv
from portal.schemas import CASES

PAGE_ROWS = 50_000
# As a download arrives: a page in one piece would be held twice while it is made.
PIECE_ROWS = 1_000
LIKELY_JUMP = 5
"""Multiple of the usual daily number of requests that does not fail a run."""
TODAY = date(2026, 11, 24)
GENERATED_COLUMNS = tuple(published_columns(CASES))
HEADER = ",".join((*SYSTEM_COLUMNS, *GENERATED_COLUMNS)).encode() + b"\n"
# Staging builds "kept" from additional columns of a page, and the sample city has none.
CHANGED_COLUMNS = tuple(name for name in REQUEST_COLUMNS if name != "kept")
SOURCES = (":id", ":updated_at", *published_columns(CASES).values())
NO_LIMITS = {
    "unreviewed_share": 1,
    "outside_bounds_share": 1,
    "newest_age_days_fail": 10_000,
    "daily_factor_fail": 10_000,
}


def one_dataset() -> City:
    """The declared city with a single dataset for all days, and limits that random rows cannot exceed."""
    city = load_city()
    everything = city.newest.model_copy(update={"first_day": date(2015, 1, 1), "last_day": None})
    limits = city.limits.model_copy(update=NO_LIMITS)
    return city.model_copy(update={"datasets": (everything,), "limits": limits})


def generate(rows: int, file: Path) -> None:
    """Write this many rows of the sample city, all valid and without embedded line breaks."""
    with file.open("w", encoding="utf-8", newline="") as out:
        write_csv(out, SampleCity(rows, TODAY, TODAY, bad_share=0), CASES, SOURCES)


class Pages:
    """Iterates over a file's rows in pages; safe to share between threads."""

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
            pieces = [b"".join(islice(self._lines, PIECE_ROWS)) for _ in range(PAGE_ROWS // PIECE_ROWS)]
        if not any(pieces):
            raise StopIteration
        return [HEADER, *filter(None, pieces)]


def page_of_changes(
    connection: Connection, number: int, changed: int, added: int, *, is_spread: bool = False
) -> list[bytes]:
    """One page of randomly drawn changes to stored rows, and of new rows.

    The changed rows have realistic ages. With ``is_spread``, every age is equally likely, so that almost
    every change touches a different database page. The new rows span enough days that no day's count looks
    anomalous in a small city. ``number`` distinguishes runs.
    """
    with connection.transaction():
        draw(connection, changed, added, is_spread=is_spread)
        usual = float(fetch_one(connection, "benchmarks/usual_day")["requests"])
        values = {"number": number, "days": math.ceil(added / (LIKELY_JUMP * usual))}
        with connection.cursor().copy(composed("benchmarks/page_of_changes"), values) as copy:
            return [bytes(piece) for piece in copy]


def draw(connection: Connection, changed: int, added: int, *, is_spread: bool) -> None:
    """Draw the rows of a run into the table ``drawn``, which exists for this transaction only."""
    values = {"changed": changed, "added": added, "is_spread": is_spread}
    connection.execute(composed("benchmarks/draw_changes"), values)
    connection.execute("ANALYZE drawn")
