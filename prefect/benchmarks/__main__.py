"""``python -m benchmarks``: a first load beside a bare COPY, then nights of 20,000 changes."""

from __future__ import annotations

import argparse
import logging
import os
import resource
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from benchmarks import bare, city
from benchmarks.loads import Timed, load
from pipeline.config import Settings
from pipeline.database import connect

NIGHTS = 5
CHANGED, ADDED = 8_000, 12_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000, help="requests of the first load (the goal: 5000000)")
    parser.add_argument("--bare", action=argparse.BooleanOptionalAction, default=True, help="measure the bare COPY")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    with database() as url, tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_loader_url=url, socrata_url="http://unused.invalid", api_url="")
        first = first_load(settings, chosen.rows, Path(folder))
        if chosen.bare:
            beside_bare_copy(settings, first, Path(folder))
        nights(settings)
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most in this process")


def first_load(settings: Settings, rows: int, folder: Path) -> Timed:
    file = folder / "rows.csv"
    city.generate(rows, file)
    with city.Pages(file) as pages:
        first = load(settings, city.one_dataset(), pages)
    file.unlink()
    print(
        f"first load: {first.rows:,} rows in {first.seconds:.1f} s = {first.rate:,.0f} rows/s "
        f"(staging {first.staging_seconds:.1f} s, merge {first.merge_seconds:.1f} s)"
    )
    return first


def beside_bare_copy(settings: Settings, first: Timed, folder: Path) -> None:
    with connect(settings.database_loader_url, "benchmark") as connection:
        seconds = bare.bare_copy_seconds(connection, folder)
    print(f"bare COPY into the same tables: {seconds:.1f} s = {first.rows / seconds:,.0f} rows/s")
    print(f"first load against bare COPY: {seconds / first.seconds:.2f} (floor 0.5)")


def nights(settings: Settings) -> None:
    merges = []
    for night in range(1, NIGHTS + 1):
        with connect(settings.database_loader_url, "benchmark") as connection:
            page = city.night_of_changes(connection, night, CHANGED, ADDED)
        timed = load(settings, city.one_dataset(), [page])
        merges.append(timed.merge_seconds)
        print(f"night {night}: {timed.rows:,} rows staged in {timed.staging_seconds:.2f} s, merged in {timed.merge_seconds:.2f} s")
    print(f"night of {CHANGED + ADDED:,} changed rows: {statistics.median(merges):.2f} s after the download (ceiling 2)")


@contextmanager
def database() -> Iterator[str]:
    """A database of its own, copied from the migrated one; the loader's address of it."""
    admin, loader = os.environ["TEST_ADMIN_URL"], os.environ["TEST_LOADER_URL"]
    template = urlsplit(os.environ.get("DATABASE_LOADER_URL", "")).path.strip("/") or os.environ["TEST_TEMPLATE"]
    name = f"benchmark_{os.getpid()}"
    with psycopg.connect(admin, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield urlsplit(loader)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


if __name__ == "__main__":
    main()
