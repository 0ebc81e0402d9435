"""A user of the map: the requests of the public front end, in its order and parallelism."""

from __future__ import annotations

import datetime as dt
import random

from locust import between, task

from scenarios import places
from scenarios.bodies import request_ids
from scenarios.browser import Call, Visitor

CACHED, UNCACHED = "map cached", "map uncached"
ON_LOAD = ("/status/api", "/councils", "/regions", "/agencies", "/geojson")
IDS_KEPT = 200
READ_BYTES = 65_536
RETURNING_SHARE = 0.4


def day_call(group: str, day: dt.date, read_bytes: int = 0) -> Call:
    """All service requests of one day, as the front end fetches them."""
    url = f"/requests?start_date={day}&end_date={day}&limit=10000"
    return Call(group, "/requests (a day)", url, read_bytes=read_bytes)


class MapVisitor(Visitor):
    """Opens the map, opens pins, enters an address, changes the dates, returns or is a new user."""

    weight = 100
    wait_time = between(4, 16)

    def on_start(self) -> None:
        super().on_start()
        self.draw = random.Random()
        self.request_ids: list[bytes] = []
        self.open_map()

    def open_map(self) -> None:
        """The last week, one call per day, and the five calls of the page, all in parallel."""
        week = self._day_calls(CACHED, places.days(places.today(), 8))
        bodies = self.browser.together([*week, *(Call(CACHED, path, path) for path in ON_LOAD)])
        self._remember(bodies)

    def _day_calls(self, group: str, days: list[dt.date]) -> list[Call]:
        """The calls for these days, one of which is read: all users share a process, and each body that it
        decompresses delays the responses that are measured meanwhile.
        """
        chosen = self.draw.choice(days)
        return [day_call(group, day, READ_BYTES if day == chosen else 0) for day in days]

    def _remember(self, bodies: list[bytes]) -> None:
        """Keep the ids of some pins on the map, whose details are opened later."""
        found = [number for body in bodies for number in request_ids(body)]
        # None if the day that was read is empty, or has not changed since another one was read.
        if found:
            self.request_ids = self.draw.sample(found, min(IDS_KEPT, len(found)))

    @task(60)
    def look_at_pin(self) -> None:
        if self.request_ids:
            number = self.draw.choice(self.request_ids).decode()
            self.browser.get(Call(UNCACHED, "/requests/{id}", f"/requests/{number}"))

    @task(12)
    def find_address(self) -> None:
        latitude, longitude = places.point(self.draw)
        url = f"/geojson/geocode?latitude={latitude}&longitude={longitude}"
        # Some addresses lie outside every council.
        self.browser.get(Call(UNCACHED, "/geojson/geocode", url, may_miss=True))

    @task(12)
    def choose_dates(self) -> None:
        """The front end fetches all days of the span in parallel."""
        self._remember(self.browser.together(self._day_calls(UNCACHED, places.span(self.draw))))

    @task(10)
    def filter_pins(self) -> None:
        """Types and states are filtered in the browser, without a request."""

    @task(6)
    def come_again(self) -> None:
        """Reload the page, or become a new user with an empty browser cache."""
        if self.draw.random() > RETURNING_SHARE:
            self.browser.forget()
        self.open_map()
