"""Tiles next to tipg, which serves the same table, to their own SQL and to constant bytes; the largest tile.

RuntimeError if a tile is too large.
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg2
import redis
from benchmark_figures import Figure, milliseconds

from benchmarks import client, servers
from benchmarks.client import HttpRequest, connected
from benchmarks.tile_limits import bare_tiles

ZOOMS = range(8, 17)
COLD_ROUNDS, WARM_TIMES, RATE_ROUNDS = 3, 10, 3
TIMES_FASTER_COLD, TIMES_FASTER_WARM = 5, 50
MOST_BYTES = 100_000
# The busiest tile of each zoom: (z, x, y). A tile of the deepest zoom is a cell of the index.
BUSIEST = """
SELECT DISTINCT ON (z) z, x >> (16 - z) AS x, y >> (16 - z) AS y
  FROM (SELECT cell >> 16 AS x, cell & 65535 AS y, requests
          FROM (SELECT map_cell(longitude, latitude, 16) AS cell, count(*) AS requests FROM service_requests
                 WHERE latitude IS NOT NULL GROUP BY 1) AS cells) AS tiles, generate_series(8, 16) AS z
 GROUP BY z, x >> (16 - z), y >> (16 - z) ORDER BY z, sum(requests) DESC
"""
Place = tuple[int, int, int]


def figures(dsn: str) -> Iterator[Figure]:
    """Milliseconds of the busiest tile of each zoom, without and with our caches; tipg in the same run."""
    places = busiest(dsn)
    cache = redis.Redis.from_url(os.environ["REDIS_URL"])
    with tipg(dsn) as other:
        with servers.uncached() as url:
            generation = _generation(url)
            _check_sizes(url, generation, places)
            yield _beside(partial(_cold, cache, url, generation), other, places, "cold", TIMES_FASTER_COLD)
            yield _next_to_sql(dsn, partial(_cold, cache, url, generation), places)
        with servers.api() as url:
            yield _beside(partial(_warm, url, generation), other, places, "warm", TIMES_FASTER_WARM)
            with servers.constant() as constant:
                yield _next_to_bytes(url, constant, generation, places)


def busiest(dsn: str) -> list[Place]:
    """The tile with the most requests of each zoom."""
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(BUSIEST)
        return [(z, x, y) for z, x, y in cursor.fetchall()]


@contextmanager
def tipg(dsn: str) -> Iterator[str]:
    """Tipg on ``service_requests`` with its own settings, one worker."""
    port = servers.free_port()
    settings = {
        "DATABASE_URL": dsn,
        "TIPG_DB_SCHEMAS": '["public"]',
        "TIPG_TABLE_TABLES": '["service_requests"]',
    }
    command = [sys.executable, "-m", "uvicorn", "tipg.main:app", "--port", str(port), *servers.UVICORN]
    with servers.running(command, settings, port, "/healthz") as url:
        yield url


def _generation(url: str) -> int:
    with connected(url) as connection:
        connection.request("GET", "/tiles.json")
        response = connection.getresponse()
        response.read()
        return int(response.headers["X-Data-Generation"])


def _ours(generation: int, place: Place) -> HttpRequest:
    z, x, y = place
    return HttpRequest(f"/tiles/{generation}/{z}/{x}/{y}.mvt")


def _theirs(place: Place) -> HttpRequest:
    z, x, y = place
    return HttpRequest(
        f"/collections/public.service_requests/tiles/WebMercatorQuad/{z}/{x}/{y}?geom-column=geom"
    )


def _cold(cache: redis.Redis, url: str, generation: int, place: Place) -> list[float]:
    """With an empty Redis each time."""
    request = _ours(generation, place)
    found = []
    with connected(url) as connection:
        for _ in range(COLD_ROUNDS):
            cache.flushdb()
            found += milliseconds(partial(request.send, connection), 1)
    return found


def _warm(url: str, generation: int, place: Place) -> list[float]:
    request = _ours(generation, place)
    with connected(url) as connection:
        request.send(connection)
        return milliseconds(partial(request.send, connection), WARM_TIMES)


def _theirs_take(url: str, place: Place) -> list[float]:
    with connected(url) as connection:
        return milliseconds(partial(_theirs(place).send, connection), COLD_ROUNDS)


def _beside(
    measure: partial[list[float]],
    other: str,
    places: list[Place],
    name: str,
    times: int,
) -> Figure:
    """Means over the zooms of the medians; the goal is that many times less than tipg's."""
    ours, theirs = [], []
    for place in places:
        ours.append(statistics.median(measure(place)))
        theirs.append(statistics.median(_theirs_take(other, place)))
        print(f"    zoom {place[0]}, {name}: {ours[-1]:,.1f} ms, tipg {theirs[-1]:,.1f} ms", flush=True)
    goal = round(statistics.mean(theirs) / times, 2)
    what = f"busiest tile of zooms {ZOOMS[0]} to {ZOOMS[-1]}, {name}"
    value, limit = statistics.mean(ours), statistics.mean(theirs)
    return Figure(
        what, "ms", value, limit, f"tipg, at most 10,000 points a tile; {times} times less is the goal", goal
    )


def _next_to_sql(dsn: str, measure: partial[list[float]], places: list[Place]) -> Figure:
    """Means over the zooms of the medians without our caches, next to the same statements alone."""
    ours, limits = [], []
    with bare_tiles(dsn) as bare:
        for place in places:
            limits.append(statistics.median(milliseconds(partial(bare.read, *place), COLD_ROUNDS)))
            ours.append(statistics.median(measure(place)))
            print(f"    zoom {place[0]}, cold: {ours[-1]:,.1f} ms, its SQL {limits[-1]:,.1f} ms", flush=True)
    limit = statistics.mean(limits)
    what = f"busiest tile of zooms {ZOOMS[0]} to {ZOOMS[-1]}, next to SQL"
    return Figure(what, "ms", statistics.mean(ours), limit, "their SQL without a server", 2 * limit)


def _next_to_bytes(url: str, constant: str, generation: int, places: list[Place]) -> Figure:
    """Requests a second of the busiest tile of the lowest zoom, next to constant bytes of its size."""
    request = _ours(generation, places[0])
    with connected(url) as connection:
        size = request.send(connection)
    pairs = [
        (client.rate(f"{url}{request.path}"), client.rate(f"{constant}/{size}")) for _ in range(RATE_ROUNDS)
    ]
    ours, limits = ([*found] for found in zip(*pairs, strict=True))
    what = f"constant bytes, {size / 1000:,.1f} kB"
    return Figure.of(f"a tile of zoom {places[0][0]}, warm", "req/s", ours, limits, what, None)


def _check_sizes(url: str, generation: int, places: list[Place]) -> None:
    for place in places:
        with connected(url) as connection:
            connection.request("GET", _ours(generation, place).path)
            size = len(gzip.compress(connection.getresponse().read(), 6))
        if size > MOST_BYTES:
            raise RuntimeError(f"the tile {place} has {size} bytes")
        print(f"    zoom {place[0]}: {size / 1000:,.1f} kB", flush=True)
