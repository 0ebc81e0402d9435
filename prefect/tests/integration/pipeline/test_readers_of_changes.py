"""Readers that page through data while runs merge: changes without a gap, every request of a month once."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
from pipeline_tests import databases
from pipeline_tests.histories import Row, load, plain_row
from pipeline_tests.ingest_runs import settings_for, tolerant
from pipeline_tests.real_api import TOKEN, free_port, real_api, require_api

CITY = tolerant()
REQUESTS, LATE, GONE = 120, 15, 5
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
PAGE = 50
REQUESTS_OF_MONTH = "/open311/v2/requests.json?start_date=2026-11-01&end_date=2026-11-30&page_size=13"
POLLS_PER_SECOND = 50


class Reader:
    """Follows the changes on one connection, as a copy of the city elsewhere would."""

    def __init__(self, client: httpx.Client) -> None:
        self.seen: list[int] = []
        self.generations: list[int] = []
        self.polls = 0
        self._client = client

    def poll(self) -> bool:
        """Read a page after the last change seen; returns whether there was one."""
        page = {"after": self.seen[-1] if self.seen else 0, "limit": PAGE}
        events = self._client.get("/changes", params=page).raise_for_status().json()
        self.seen += [int(event["id"]) for event in events]
        self.generations += [event["generation"] for event in events]
        self.polls += 1
        return bool(events)

    def follow(self, is_over: threading.Event) -> None:
        """Poll until it is over, then continue to the last change; a late poll catches up."""
        started = time.monotonic()
        while self.poll() or not is_over.wait(
            max(0.0, started + self.polls / POLLS_PER_SECOND - time.monotonic())
        ):
            pass


class Walker:
    """Repeatedly walks through all requests of a month by Open311 pages."""

    def __init__(self, client: httpx.Client) -> None:
        self.walks: list[list[str]] = []
        self._client = client

    def follow(self, is_over: threading.Event) -> None:
        """Walk until it is over; the last walk begins afterwards."""
        is_last = False
        while not is_last:
            is_last = is_over.is_set()
            self.walks.append(list(self._walk()))

    def _walk(self) -> Iterator[str]:
        """Yields ids until a page is empty."""
        for page in itertools.count(1):
            found = self._client.get(f"{REQUESTS_OF_MONTH}&page={page}").raise_for_status().json()
            if not found:
                return
            yield from (request["service_request_id"] for request in found)


@contextmanager
def following(url: str, *kinds: type[Any]) -> Iterator[list[Any]]:
    """Readers of these kinds, each with its own connection, that read while the block runs."""
    is_over = threading.Event()
    with ExitStack() as stack:
        clients = [stack.enter_context(httpx.Client(base_url=url, timeout=30)) for _ in kinds]
        readers = [kind(client) for kind, client in zip(kinds, clients, strict=True)]
        pool = stack.enter_context(ThreadPoolExecutor(len(kinds)))
        reading = [pool.submit(reader.follow, is_over) for reader in readers]
        try:
            yield readers
        finally:
            is_over.set()
        for reader in reading:
            reader.result()


def test_readers_see_everything_once_while_runs_merge() -> None:
    require_api()
    before = [plain_row(number) for number in range(REQUESTS)]
    updated = [plain_row(number, 2, status="Looked at") for number in range(REQUESTS)]
    late = [plain_row(REQUESTS + number, 2, createddate="2026-11-19T08:00:00") for number in range(LATE)]
    # The full load lost some requests and moved others.
    left = [plain_row(number, 3, nc="6") for number in range(GONE, REQUESTS // 2)]
    with databases.database() as database, real_api(database, free_port()) as api:
        settings = settings_for(database, "http://unused.invalid")

        def run(rows: list[Row], *, full: bool = False) -> None:
            load(settings, CITY, rows, is_whole=full, full=full)
            httpx.post(f"{api.url}/status/reset-cache", headers=ADMIN, timeout=30).raise_for_status()

        run(before)
        started = time.monotonic()
        with following(api.url, Reader, Walker) as (reader, walker):
            run(updated + late)
            run(left + updated[REQUESTS // 2 :] + late, full=True)
        print(f"{reader.polls / (time.monotonic() - started):.0f} polls a second, {len(walker.walks)} walks")
        count = database.value("SELECT count(*) FROM changes")
        numbers = {number for (number,) in database.rows("SELECT srnumber FROM service_requests")}
    assert count == REQUESTS + LATE + REQUESTS // 2
    assert reader.seen == list(range(1, count + 1))
    assert sorted(set(reader.generations)) == [2, 3]
    assert reader.polls > 10
    lasting = numbers - {f"1-{number}" for number in range(REQUESTS, REQUESTS + LATE)}
    assert len(lasting) == REQUESTS - GONE
    for walk in walker.walks:
        assert len(set(walk)) == len(walk)
        assert lasting <= set(walk)
    assert set(walker.walks[-1]) == numbers
