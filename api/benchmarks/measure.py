"""Throughput and latency of cached responses, latency of uncached ones, and memory, each with a reference."""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg2
import redis
from benchmark_figures import Figure, milliseconds, seconds

from benchmarks import client, servers
from benchmarks.client import HttpRequest, connected
from benchmarks.queries import RATES, SUBJECTS, Subject, months
from lacity_data_api.database import QUERY_SETTINGS

# Otherwise Postgres could give the reference parallel workers that the API's queries do not get.
OPTIONS = " ".join(f"-c {name}={value}" for name, value in QUERY_SETTINGS.items())
ROUNDS = 5
RATE_ROUNDS = 3
WARM_TIMES = 20


class Discard(io.RawIOBase):
    """Discards everything written."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]


def last_day(dsn: str) -> dt.date:
    """The newest day in the city's data."""
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT max(created_date)::date FROM service_requests")
        day: dt.date = cursor.fetchone()[0]
    connection.close()
    return day


@contextmanager
def bare(dsn: str) -> Iterator[Callable[[str], None]]:
    """Run SQL and discard its rows: the minimum time in which Postgres can deliver them."""
    with closing(psycopg2.connect(dsn, options=OPTIONS)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        yield lambda sql: cursor.copy_expert(f"COPY ({sql}) TO STDOUT", Discard())


def rates() -> Iterator[Figure]:
    """Requests per second on cached routes."""
    with servers.api() as api, servers.constant() as constant:
        for path, goal in RATES:
            yield rate(f"GET {path}, warm", api, HttpRequest(path), constant, goal)


def rate(name: str, api: str, request: HttpRequest, constant: str, goal: float | None = None) -> Figure:
    """Requests per second, each run paired with a run on constant bytes of the same size."""
    with connected(api) as connection:
        size = request.send(connection)
    pairs = [(client.rate(api + request.path), client.rate(f"{constant}/{size}")) for _ in range(RATE_ROUNDS)]
    ours, limits = ([*found] for found in zip(*pairs, strict=True))
    return Figure.of(name, "req/s", ours, limits, f"constant bytes, {size / 1000:,.1f} kB", goal)


def cold(dsn: str) -> Iterator[Figure]:
    """Milliseconds of an uncached response, paired with the bare SQL of its rows."""
    cache = redis.Redis.from_url(os.environ["REDIS_URL"])
    days = months(last_day(dsn), ROUNDS + 1)
    with servers.uncached() as url, connected(url) as connection, bare(dsn) as run:
        for subject in SUBJECTS:
            runs, limits = [], []
            for span in days:
                cache.flushdb()
                runs.append(seconds(partial(subject.request(span).send, connection)) * 1000)
                limits.append(seconds(partial(run, subject.bare(span))) * 1000)
            name = f"{subject.work}, cold"
            # The first round loads the table's pages into memory and compiles the routes.
            yield Figure.of(name, "ms", runs[1:], limits[1:], "bare SQL of its rows", subject.cold)
    cache.flushdb()


def warm(dsn: str) -> Iterator[Figure]:
    """Milliseconds of a cached response, paired with constant bytes; then the memory of the workers."""
    (span,) = months(last_day(dsn), 1)
    with servers.api() as api, servers.constant() as constant:
        for subject in SUBJECTS:
            if subject.warm is not None:
                yield _warm(subject, subject.request(span), api, constant)
        yield memory(api, constant)


def _warm(subject: Subject, request: HttpRequest, api: str, constant: str) -> Figure:
    with connected(api) as ours, connected(constant) as others:
        size = request.send(ours)
        same = HttpRequest(f"/{size}")
        same.send(others)
        runs = milliseconds(lambda: request.send(ours), WARM_TIMES)
        limits = milliseconds(lambda: same.send(others), WARM_TIMES)
    return Figure.of(
        f"{subject.work}, warm", "ms", runs, limits, f"constant bytes, {size / 1000:,.0f} kB", subject.warm
    )


def memory(api: str, constant: str) -> Figure:
    """Memory of the largest API worker, paired with that of a worker that sends constant bytes."""
    ours, least = (max(map(_resident_mb, _workers(url))) for url in (api, constant))
    return Figure("memory of an API worker", "MB", ours, least, "a worker that sends constant bytes")


def _workers(url: str) -> list[int]:
    """Ids of the processes that have this port in their environment."""
    wanted = f"API_PORT={url.rpartition(':')[2]}".encode()
    found = Path("/proc").glob("[0-9]*/environ")
    return [int(path.parent.name) for path in found if wanted in _read(path).split(b"\0")]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
