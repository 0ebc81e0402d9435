"""Timed loads through the pipeline's own staging and merge; only the HTTP download is left out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pipeline.city import City
from pipeline.config import Settings
from pipeline.database import connect
from pipeline.download import COUNTED, Download
from pipeline.merge import merge
from pipeline.options import Options
from pipeline.plan import Plan, Reading
from pipeline.runs import Run, finish, open_run
from pipeline.staging import PageLoader, Staging

# Each benchmark run adds requests for days beyond the end of the city's data.
NOW = datetime.now(UTC) + timedelta(days=400)
Page = list[bytes]


@dataclass(frozen=True)
class Timed:
    """A number of rows, and the seconds it took to stage and merge them."""

    rows: int
    staging_seconds: float
    merge_seconds: float

    @property
    def seconds(self) -> float:
        return self.staging_seconds + self.merge_seconds

    @property
    def rate(self) -> float:
        return self.rows / self.seconds


def load(settings: Settings, city: City, columns: Sequence[str], pages: Iterable[Page]) -> Timed:
    """Stage pages with the given columns, with as many threads as a run uses, then merge."""
    (dataset,) = city.datasets
    reading = Reading(dataset, "", 0, None, 0, {name: name for name in columns})
    with open_run(settings, Options(now=NOW), city) as run:
        started = time.monotonic()
        result = _stage(settings, run, reading, iter(pages))
        staged = time.monotonic()
        plan = Plan(run.load_run_id, run.options, city, (reading,), (), None, (), run.started_at)
        merge(run.connection, plan, (result,), settings)
        merged = time.monotonic()
        finish(run)
    return Timed(result.counts["rows"], staged - started, merged - staged)


def _stage(settings: Settings, run: Run, reading: Reading, pages: Iterator[Page]) -> Download:
    with ThreadPoolExecutor(settings.download_workers) as pool:
        parts = [pool.submit(_take, settings, run, reading, pages) for _ in range(settings.download_workers)]
        results = [part.result() for part in parts]
    counts = {name: sum(result.counts[name] for result in results) for name in COUNTED}
    newest = max(result.newest for result in results if result.newest)
    return replace(results[0], counts=counts, newest=newest, last_row_id="row")


@contextmanager
def _loader(settings: Settings, run: Run, reading: Reading) -> Iterator[PageLoader]:
    with connect(settings.database_loader_url, "benchmark") as connection:
        loader = PageLoader(connection, Staging(run.load_run_id), reading, run.city, NOW)
        loader.prepare()
        yield loader


def _take(settings: Settings, run: Run, reading: Reading, pages: Iterator[Page]) -> Download:
    result = Download(reading)
    with _loader(settings, run, reading) as loader:
        for page in pages:
            loader.copy(iter(page))
            taken = loader.stage()
            counts = {name: result.counts[name] + taken[name] for name in COUNTED}
            moments = [moment for moment in (result.newest, taken["newest"]) if moment]
            result = replace(result, counts=counts, newest=max(moments))
    return result
