"""``python -m benchmarks``: a first load, runs of changes, and files, each against bare COPY or SQL."""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from benchmark_figures import Figure, write

from benchmarks import bare, files, pages
from benchmarks.copies import database
from benchmarks.history import without_history
from benchmarks.loads import Timed, load
from benchmarks.memory import generate_elsewhere, peak_mb
from pipeline.config import Settings
from pipeline.database import connect

RUNS = 5
SPREAD_RUNS = 3
HISTORY_FIRST = 101
CHANGED, ADDED = 8_000, 12_000
RUN_GOAL_SECONDS = 2
MEMORY_GOAL_MB = 300
HISTORY_GOAL = 1.1
"""Maximum time relative to a run that records no history."""
# A first load has to reach this fraction of the rate of a bare COPY.
LOAD_GOAL_SHARE = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000, help="requests of the first load (0: none)")
    parser.add_argument("--json", type=Path, help="leave the figures there")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    figures = []
    for figure in measured(chosen.rows):
        print(figure.line(), flush=True)
        figures.append(figure)
    write(figures, chosen.json)


def measured(rows: int) -> Iterator[Figure]:
    """A first load into an empty database, runs in a copy of the city, memory, and then a year of files."""
    before = peak_mb()
    if rows:
        with database(os.environ["TEST_TEMPLATE"]) as url:
            yield first_load(_settings(url), rows)
    with database(urlsplit(os.environ["DATABASE_LOADER_URL"]).path.strip("/")) as url:
        yield from runs(_settings(url))
        yield with_history(_settings(url))
    work, limit_is = "memory of a loading process, at its peak", "the same before it loads anything"
    yield Figure(work, "MB", peak_mb(), before, limit_is, MEMORY_GOAL_MB)
    # Last, because the peak memory of a process never decreases.
    if rows:
        with database(os.environ["TEST_TEMPLATE"]) as url:
            owner_url = urlsplit(os.environ["TEST_ADMIN_URL"])._replace(path=urlsplit(url).path).geturl()
            yield from files.of_a_whole_year(owner_url, url, rows)


def _settings(url: str) -> Settings:
    return Settings(database_loader_url=url, socrata_url="http://unused.invalid", api_url="")


def first_load(settings: Settings, rows: int) -> Figure:
    """Rows per second through staging and merge, and through a COPY into the same tables."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        generate_elsewhere(rows, file)
        with pages.Pages(file) as drawn:
            first = load(settings, pages.one_dataset(), pages.GENERATED_COLUMNS, drawn)
        file.unlink()
        with connect(settings.database_loader_url, "benchmark") as connection:
            seconds = bare.bare_copy_seconds(connection, Path(folder))
    print(f"  (staging {first.staging_seconds:.1f} s, merge {first.merge_seconds:.1f} s)")
    limit = first.rows / seconds
    what = f"bare COPY into the same tables, of {first.rows:,} rows"
    return Figure("first load", "rows/s", first.rate, limit, what, LOAD_GOAL_SHARE * limit, (first.rate,))


def runs(settings: Settings) -> Iterator[Figure]:
    """Seconds of a merge and of the same changes as bare SQL: first at realistic ages, then spread evenly."""
    work = f"a run of {CHANGED + ADDED:,} changed rows, after the download"
    first = range(1, RUNS + 1)
    yield _runs(settings, first, work, is_spread=False, goal=RUN_GOAL_SECONDS)
    later = range(RUNS + 1, RUNS + SPREAD_RUNS + 1)
    yield _runs(settings, later, f"{work}, its changes of any age alike", is_spread=True, goal=None)


def _runs(settings: Settings, numbers: range, work: str, *, is_spread: bool, goal: float | None) -> Figure:
    merges, limits = [], []
    for number in numbers:
        merges.append(_run(settings, number, is_spread=is_spread).merge_seconds)
        with connect(settings.database_loader_url, "benchmark") as connection:
            limits.append(bare.changes_seconds(connection, CHANGED, ADDED, is_spread=is_spread))
    return Figure.of(work, "s", merges, limits, "the same changes as bare SQL", goal)


def _run(settings: Settings, number: int, *, is_spread: bool = False) -> Timed:
    """Stage and merge a run of changes."""
    with connect(settings.database_loader_url, "benchmark") as connection:
        page = pages.page_of_changes(connection, number, CHANGED, ADDED, is_spread=is_spread)
    return load(settings, pages.one_dataset(), pages.CHANGED_COLUMNS, [page])


def with_history(settings: Settings) -> Figure:
    """Seconds of runs that record their changes, alternating with runs that do not."""
    runs, limits = [], []
    for number in range(HISTORY_FIRST, HISTORY_FIRST + 2 * RUNS, 2):
        runs.append(_run(settings, number).seconds)
        with without_history():
            limits.append(_run(settings, number + 1).seconds)
    figure = Figure.of(
        f"a run of {CHANGED + ADDED:,} changed rows with its history", "s", runs, limits, "the same without"
    )
    return replace(figure, goal=HISTORY_GOAL * figure.limit)


if __name__ == "__main__":
    main()
