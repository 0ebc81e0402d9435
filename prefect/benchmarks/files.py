"""``python -m benchmarks.files``: writing a year as files, compared with a bare COPY of the same rows.

The database at DATABASE_LOADER_URL must contain that year. Rows are only read, except for one no-op update.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmark_figures import Figure, seconds, write
from psycopg import sql

from benchmarks import rows
from benchmarks.memory import peak_mb
from pipeline.database import Connection, run_lock
from pipeline.files import geoparquet, parquet
from pipeline.files.source import snapshot
from pipeline.files.writing import write_files

BARE = """
COPY (SELECT * FROM published_requests() WHERE "CreatedDate" >= %s AND "CreatedDate" < %s)
  TO STDOUT (FORMAT binary)
"""
BARE_IS = "COPY BINARY of the same rows, in no order, thrown away"
TOUCH = """
UPDATE requests SET address = address
 WHERE id = (SELECT max(request_id) FROM service_requests WHERE created_date >= %s AND created_date < %s)
"""
WRITERS = {"parquet": parquet.write_year, "geoparquet": geoparquet.write_year}
MEMORY_GOAL_MB = 500
YEAR, YEAR_ROWS = 2025, 1_400_000
"""The number of requests in Los Angeles in a year."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.files", description=__doc__)
    parser.add_argument("--year", type=int, default=YEAR)
    parser.add_argument("--json", type=Path, help="leave the figures there")
    chosen = parser.parse_args()
    figures = []
    with run_lock(os.environ["DATABASE_LOADER_URL"]) as connection:
        for figure in measured(connection, chosen.year):
            print(figure.line(), flush=True)
            figures.append(figure)
    write(figures, chosen.json)


def of_a_whole_year(owner_url: str, loader_url: str, most_rows: int) -> Iterator[Figure]:
    """Figures of a year in an empty database; a separate process isolates the peak memory of writing."""
    rows.add_year(owner_url, YEAR, min(most_rows, YEAR_ROWS))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        subprocess.run(
            [sys.executable, "-m", "benchmarks.files", "--json", str(file)],
            env=os.environ | {"DATABASE_LOADER_URL": loader_url},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        for figure in json.loads(file.read_text()):
            yield Figure(**{**figure, "runs": tuple(figure["runs"])})


def measured(connection: Connection, year: int) -> Iterator[Figure]:
    """Rows per second for both files, peak memory, and the seconds of a run that changed one row."""
    bare = _bare_seconds(connection, year)
    before = peak_mb()
    with tempfile.TemporaryDirectory() as folder:
        for kind in WRITERS:
            yield _rate(connection, kind, year, Path(folder), bare)
        yield Figure(
            "memory of a writing process, at its peak", "MB", peak_mb(), before,
            "the same after the COPY", MEMORY_GOAL_MB,
        )  # fmt: skip
        yield _rewrite(connection, year, folder, bare)


def _rate(connection: Connection, kind: str, year: int, folder: Path, bare: float) -> Figure:
    """The rate of writing the file alone, without the preceding count of all years."""
    with snapshot(connection):
        started = time.perf_counter()
        rows = WRITERS[kind](connection, year, folder / "file")
        taken = time.perf_counter() - started
    return Figure(f"writing {rows:,} rows as {kind}", "rows/s", rows / taken, rows / bare, BARE_IS)


def _rewrite(connection: Connection, year: int, folder: str, bare: float) -> Figure:
    write_files(connection, folder, "/files")
    connection.execute(TOUCH, parquet.year_bounds(year))
    taken = seconds(lambda: write_files(connection, folder, "/files"))
    return Figure(f"a run that changed one row of {year}: both of its files", "s", taken, bare, BARE_IS)


def _bare_seconds(connection: Connection, year: int) -> float:
    def read() -> None:
        with connection.cursor() as cursor, cursor.copy(sql.SQL(BARE), parquet.year_bounds(year)) as copy:
            for _ in copy:
                pass

    return seconds(read)


if __name__ == "__main__":
    main()
