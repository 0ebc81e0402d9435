"""Readers that follow the changes page by page while runs merge: no gap, no double."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
from pipeline_tests import databases
from pipeline_tests.histories import Row, load, plain_row
from pipeline_tests.ingest_runs import settings_for, tolerant
from pipeline_tests.real_api import TOKEN, free_port, real_api, require_api

CITY = tolerant()
REQUESTS = 120
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
PAGE = 50
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
        """Poll until it is over, and from then on to the last change; a late poll is made up for."""
        started = time.monotonic()
        while self.poll() or not is_over.wait(
            max(0.0, started + self.polls / POLLS_PER_SECOND - time.monotonic())
        ):
            pass


@contextmanager
def following(url: str) -> Iterator[Reader]:
    """A reader that polls while the block runs."""
    is_over = threading.Event()
    with httpx.Client(base_url=url, timeout=30) as client, ThreadPoolExecutor(1) as pool:
        reader = Reader(client)
        polling = pool.submit(reader.follow, is_over)
        try:
            yield reader
        finally:
            is_over.set()
        polling.result()


def test_readers_see_every_change_once_while_runs_merge() -> None:
    require_api()
    with databases.database() as database, real_api(database, free_port()) as api:
        settings = settings_for(database, "http://unused.invalid")

        def run(rows: list[Row], *, full: bool = False) -> None:
            load(settings, CITY, rows, is_whole=full, full=full)
            httpx.post(f"{api.url}/status/reset-cache", headers=ADMIN, timeout=30).raise_for_status()

        run([plain_row(number) for number in range(REQUESTS)])
        started = time.monotonic()
        with following(api.url) as reader:
            run([plain_row(number, 2, status="Looked at") for number in range(REQUESTS)])
            run([plain_row(number, 3, nc="6") for number in range(REQUESTS // 2)], full=True)
        print(f"{reader.polls / (time.monotonic() - started):.0f} polls a second")
        count = database.value("SELECT count(*) FROM changes")
        assert count == 2 * REQUESTS
        assert reader.seen == list(range(1, count + 1))
        assert sorted(set(reader.generations)) == [2, 3]
        assert reader.polls > 10
