"""A visitor's browser: six connections, a cache that asks again with ETags, and a memory of generations."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gevent.pool import Pool
from locust import FastHttpUser
from locust.contrib.fasthttp import FastResponse

from scenarios.generations import HEADER, History
from scenarios.levels import label

NOT_FOUND = 404
# What browsers open to one host over HTTP/1.1.
CONNECTIONS = 6
CHECKS = "one generation"
NEW_GENERATION = "generation "
HEADERS = {"Accept-Encoding": "gzip, deflate, br", "User-Agent": "311-load (+locust)"}


@dataclass(frozen=True)
class Call:
    """A GET, counted under its group and route."""

    group: str
    route: str
    url: str
    # Whether "there is no such thing" is a right answer.
    may_miss: bool = False

    @property
    def label(self) -> str:
        return label(self.group, f"GET {self.route}")


@dataclass
class Browser:
    """Asks on behalf of one user. ``forget`` makes it the browser of somebody who was never here."""

    user: FastHttpUser
    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    history: History = field(default_factory=History)

    def forget(self) -> None:
        self.kept.clear()
        self.history = History()

    def get(self, call: Call) -> bytes:
        """The answer's body, decompressed; that of the cache when it still holds, empty when it failed."""
        etag, kept = self.kept.get(call.url, ("", b""))
        condition = {"If-None-Match": etag} if etag else {}
        response = self.ask("GET", call.url, call.label, may_miss=call.may_miss, headers=condition)
        if response.status_code == 304:
            return kept
        if response.status_code != 200:
            return b""
        body = response.content or b""
        if given := header(response, "etag"):
            self.kept[call.url] = (given, body)
        return body

    def ask(
        self, method: str, url: str, name: str, *, may_miss: bool = False, **details: Any
    ) -> FastResponse:
        """Any request; what it says of its generation is checked."""
        asked = time.monotonic()
        details |= {"name": name, "headers": HEADERS | details.get("headers", {}), "catch_response": True}
        with self.user.client.request(method, url, **details) as response:
            if may_miss and response.status_code == NOT_FOUND:
                response.success()
        if generation := header(response, HEADER):
            self._check(int(generation), asked)
        answer: FastResponse = response
        return answer

    def together(self, calls: Iterable[Call]) -> list[bytes]:
        """All of them at once, as far as the connections go; bodies in the order of the calls."""
        pool = Pool(CONNECTIONS)
        return list(pool.imap(self.get, calls))

    def _check(self, generation: int, asked: float) -> None:
        is_new = self.history.is_new(generation)
        wrong = self.history.see(generation, asked, time.monotonic())
        if wrong:
            self.report("never back", wrong)
        elif is_new:
            # One line per generation in the reports, with the number of visitors who met it.
            self.report(f"{NEW_GENERATION}{generation}")

    def report(self, check: str, wrong: str = "") -> None:
        """Count a check like a request that took no time; ``wrong`` makes it a failed one."""
        self.user.environment.events.request.fire(
            request_type="CHECK",
            name=label(CHECKS, check),
            response_time=0,
            response_length=0,
            exception=AssertionError(wrong) if wrong else None,
            context={},
        )


def header(response: FastResponse, name: str) -> str:
    """A header's value, or nothing; there are none when no answer came."""
    return str(response.headers.get(name) or "") if response.headers else ""


class Visitor(FastHttpUser):
    """The base of all scenarios."""

    abstract = True
    concurrency = CONNECTIONS
    connection_timeout = 10.0
    network_timeout = 60.0

    def on_start(self) -> None:
        self.browser = Browser(self)
