"""The table in docs/scaling.md: what three times the requests cost, by the newest benchmarks of each."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from tools.bench import history
from tools.bench.history import Result, Run
from tools.bench.report import number
from tools.problem import Problem

SIZES = (5_000_000, 15_000_000)
# Each row with its figure; of several that match, the slowest.
ROWS = {
    "an ingest run of 20,000 changes": "a run of 20,000 changed rows, after the download",
    "the same, with changes of any age": "a run of 20,000 changed rows, *, its changes of any age alike",
    "open pins, uncached": "GET /requests/pins/open, cold",
    "a month of requests, uncached": "GET /requests, one month, cold",
    "statistics by type": "GET /types/stats, cold",
    "a report by type and date": "GET /reports, type by date *, cold",
    "hot spots of a year": "GET /geojson/hotspots, cold",
    "the slowest card of a report, uncached": "report /*, slowest callback, cold",
    "an API worker's memory": "memory of an API worker",
}


def growth_table() -> str:
    """The figures of both sizes, and their ratio. Raises Problem for a size or figure that is not there."""
    runs = history.latest(history.load())
    head = f"| | {' | '.join(f'{size // 10**6} million' for size in SIZES)} | factor |"
    return "\n".join([head, "|---|---:|---:|---:|", *(_row(title, runs) for title in ROWS), ""])


def _row(title: str, runs: Mapping[int, Run]) -> str:
    smaller, larger = (_figure(runs, size, ROWS[title]) for size in SIZES)
    cells = [f"{number(one.value)} {one.unit}" for one in (smaller, larger)]
    return f"| {title} | {' | '.join(cells)} | {larger.value / smaller.value:.2g} |"


def _figure(runs: Mapping[int, Run], size: int, pattern: str) -> Result:
    figures = runs[size].figures if size in runs else ()
    found = [one for one in figures if fnmatchcase(one.work, pattern)]
    if not found:
        raise Problem(f"docs/performance.json has no “{pattern}” of {size:,} requests.")
    return max(found, key=lambda one: one.value)
