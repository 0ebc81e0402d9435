"""Tiles compared with tipg on the same table, with their own SQL and with constant bytes; the largest tile.

RuntimeError if a tile is too large.
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import psycopg2
import redis
from benchmark_figures import Figure, milliseconds

from benchmarks import measure, servers
from benchmarks.client import HttpRequest, connected
from benchmarks.tile_limits import BareTiles, bare_tiles

ZOOMS = range(8, 17)
COLD_ROUNDS, WARM_TIMES = 3, 10
TIMES_FASTER_COLD, TIMES_FASTER_WARM = 5, 50
MAX_BYTES = 100_000
WHAT = f"busiest tile of zooms {ZOOMS[0]} to {ZOOMS[-1]}"
# The busiest tile of each zoom: (z, x, y). A tile of zoom 16 is a cell of the index.
BUSIEST = """
SELECT DISTINCT ON (z) z, x >> (16 - z) AS x, y >> (16 - z) AS y
  FROM (SELECT cell >> 16 AS x, cell & 65535 AS y, requests
          FROM (SELECT map_cell(longitude, latitude, 16) AS cell, count(*) AS requests FROM service_requests
                 WHERE latitude IS NOT NULL GROUP BY 1) AS cells) AS tiles, generate_series(8, 16) AS z
 GROUP BY z, x >> (16 - z), y >> (16 - z) ORDER BY z, sum(requests) DESC
"""
Place = tuple[int, int, int]


def figures(dsn: str) -> Iterator[Figure]:
    """Milliseconds of the busiest tile of each zoom, with and without our caches; tipg in the same run."""
    places = busiest(dsn)
    cache = redis.Redis.from_url(os.environ["REDIS_URL"])
    with tipg(dsn) as other, bare_tiles(dsn) as bare:
        theirs = medians("tipg", partial(_theirs_take, other), places)
        least = medians("SQL", partial(_sql_takes, bare), places)
        with servers.uncached() as url:
            generation = _generation(url)
            _check_sizes(url, generation, places)
            cold = medians("cold", partial(_cold, cache, url, generation), places)
        with servers.api() as url, servers.constant() as constant:
            warm = medians("warm", partial(_warm, url, generation), places)
            yield _faster_than_tipg("cold", cold, theirs, TIMES_FASTER_COLD)
            yield _faster_than_tipg("warm", warm, theirs, TIMES_FASTER_WARM)
            yield Figure(f"{WHAT}, next to SQL", "ms", cold, least, "their SQL without a server", 2 * least)
            name = f"a tile of zoom {places[0][0]}, warm"
            yield measure.rate(name, url, _ours(generation, places[0]), constant)


def medians(name: str, take: Callable[[Place], list[float]], places: list[Place]) -> float:
    """The mean of the medians of all zooms, in milliseconds."""
    found = [statistics.median(take(place)) for place in places]
    for place, milliseconds_taken in zip(places, found, strict=True):
        print(f"    zoom {place[0]}, {name}: {milliseconds_taken:,.1f} ms", flush=True)
    return statistics.mean(found)


def busiest(dsn: str) -> list[Place]:
    """The tile with the most requests at each zoom."""
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(BUSIEST)
        return [(z, x, y) for z, x, y in cursor.fetchall()]


@contextmanager
def tipg(dsn: str) -> Iterator[str]:
    """Serve ``service_requests`` with tipg in its default configuration, with one worker."""
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
    """Milliseconds of each round, with Redis emptied before every request."""
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


def _sql_takes(bare: BareTiles, place: Place) -> list[float]:
    return milliseconds(partial(bare.read, *place), COLD_ROUNDS)


def _faster_than_tipg(name: str, ours: float, theirs: float, times: int) -> Figure:
    limit_is = f"tipg, at most 10,000 points a tile; {times} times less is the goal"
    return Figure(f"{WHAT}, {name}", "ms", ours, theirs, limit_is, round(theirs / times, 2))


def _check_sizes(url: str, generation: int, places: list[Place]) -> None:
    for place in places:
        with connected(url) as connection:
            connection.request("GET", _ours(generation, place).path)
            size = len(gzip.compress(connection.getresponse().read(), 6))
        if size > MAX_BYTES:
            raise RuntimeError(f"the tile {place} has {size} bytes")
        print(f"    zoom {place[0]}: {size / 1000:,.1f} kB", flush=True)
