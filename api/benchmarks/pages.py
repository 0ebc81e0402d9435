"""Latency of a deep page of Open311, paired with the first page; both are uncached."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator
from functools import partial
from urllib.parse import urlencode

import psycopg2
import redis
from benchmark_figures import Figure, seconds

from benchmarks import servers
from benchmarks.client import HttpRequest, connected
from benchmarks.measure import last_day
from benchmarks.queries import Days, span_before

ROUNDS = 15
MAX_SPAN_DAYS = 90
DEEP_PAGE = 25_000
# A deep page may take twice as long as the first page.
FACTOR = 2
COUNT = """
SELECT count(*) FROM service_requests
 WHERE NOT is_information AND created_date >= %s AND created_date < date %s + 1
"""


def deep(dsn: str) -> Iterator[Figure]:
    """Milliseconds of page 25,000 of 90 days, or of the last of fewer pages with one request each."""
    days = span_before(last_day(dsn), MAX_SPAN_DAYS)
    requests = _count(dsn, days)
    size = max(1, requests // DEEP_PAGE)
    number = min(DEEP_PAGE, requests // size)
    cache = redis.Redis.from_url(os.environ["REDIS_URL"])
    runs: dict[int, list[float]] = {1: [], number: []}
    with servers.uncached() as url, connected(url) as connection:
        for _ in range(ROUNDS):
            for page, times in runs.items():
                cache.flushdb()
                times.append(seconds(partial(_page(days, page, size).send, connection)) * 1000)
    yield _figure(number, size, runs[number][1:], runs[1][1:])
    cache.flushdb()


def _figure(number: int, size: int, runs: list[float], first: list[float]) -> Figure:
    work = f"GET /open311/v2/requests.json, page {number:,} of {size}, cold"
    goal = round(FACTOR * statistics.median(first), 1)
    return Figure.of(work, "ms", runs, first, "page 1, cold", goal)


def _page(days: Days, page: int, size: int) -> HttpRequest:
    values = {"start_date": days[0], "end_date": days[1], "page": page, "page_size": size}
    return HttpRequest(f"/open311/v2/requests.json?{urlencode(values)}")


def _count(dsn: str, days: Days) -> int:
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(COUNT, days)
        found: int = cursor.fetchone()[0]
    connection.close()
    return found
