"""A steady load, and the outcome of each request."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

CLIENTS = 12
HOT = ["/councils", "/types", "/requests/pins/open", "/regions", "/requests/counts/open/types"]
COLD = ["/requests/{number}", "/requests?limit={number}", "/requests/updated?skip={number}&limit=5"]


@dataclass(frozen=True)
class Outcome:
    """One request: when it began and ended, in seconds since the start of the load."""

    began: float
    ended: float
    path: str
    status: int
    may_retry: bool


@dataclass
class Load:
    outcomes: list[Outcome] = field(default_factory=list)
    started: float = 0.0

    def now(self) -> float:
        return time.perf_counter() - self.started

    def bad(self) -> Counter[tuple[str, int]]:
        """Unexpected responses: any but 200, 304, 404, and 503 with Retry-After."""
        return Counter(
            (outcome.path, outcome.status)
            for outcome in self.outcomes
            if outcome.status not in {200, 304, 404} and not (outcome.status == 503 and outcome.may_retry)
        )

    def rejected(self, since: float, until: float, paths: set[str] | None = None) -> list[Outcome]:
        """503 responses to requests within this period."""
        return [
            outcome
            for outcome in self.outcomes
            if outcome.status == 503
            and since <= outcome.began
            and outcome.ended <= until
            and (paths is None or outcome.path in paths)
        ]


async def run(load: Load, url: str, over: asyncio.Event, pause_seconds: float = 0) -> None:
    """Clients send requests with pauses until ``over`` is set; transport errors fail the test."""
    load.started = time.perf_counter()
    numbers = itertools.count(1)
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=url, timeout=15, limits=limits) as client:
        await asyncio.gather(*(_ask(load, client, numbers, over, pause_seconds) for _ in range(CLIENTS)))


async def _ask(
    load: Load,
    client: httpx.AsyncClient,
    numbers: itertools.count[int],
    over: asyncio.Event,
    pause_seconds: float,
) -> None:
    tags: dict[str, str] = {}
    while not over.is_set():
        began = load.now()
        number = next(numbers)
        path = HOT[number % len(HOT)] if number % 4 else COLD[number % len(COLD)]
        url = path.format(number=number % 90_000)
        headers = {"If-None-Match": tags[url]} if number % 3 == 0 and url in tags else {}
        response = await client.get(url, headers=headers)
        if "etag" in response.headers and path in HOT:
            tags[url] = response.headers["etag"]
        load.outcomes.append(
            Outcome(began, load.now(), path, response.status_code, "retry-after" in response.headers)
        )
        await asyncio.sleep(pause_seconds)
