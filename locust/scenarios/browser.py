"""A user's browser: six connections, a cache that revalidates by ETag, and the generations it has seen."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gevent import get_hub
from gevent.pool import Pool
from locust import FastHttpUser
from locust.contrib.fasthttp import FastResponse

from scenarios.bodies import decompressed
from scenarios.generations import HEADER, History
from scenarios.levels import label

OK, NOT_FOUND = 200, 404
# Connections of a browser to one host over HTTP/1.1.
CONNECTIONS = 6
CHECKS = "one generation"
NEW_GENERATION = "generation "
# By default 4 kB, which takes thousands of calls for an export.
BLOCK_BYTES = 131_072
LARGE_BYTES = 65_536
HEADERS = {"Accept-Encoding": "gzip, deflate, br", "User-Agent": "311-load (+locust)"}


class SentResponse(FastResponse):
    """A response whose ``content`` is the body as it was sent; that of an error is decompressed, for its log.

    A user's browser decompresses on its own machine. In the one process of all users it would delay the other
    responses that are being measured.
    """

    def _content(self) -> Any:
        if self.status_code != OK or self._response is None:
            return super()._content()  # type: ignore[no-untyped-call]
        body = self._response.read()
        self.release()
        return body


def read(response: FastResponse, most_bytes: int | None = None) -> bytes:
    """The body of a response, decompressed, or its beginning; empty without a response."""
    encoding = header(response, "content-encoding") if response.status_code == OK else ""
    body = response.content or b""
    if len(body) < LARGE_BYTES or most_bytes is not None:
        return decompressed(body, encoding, most_bytes)
    # In a thread, because the responses of other users are being measured.
    whole: bytes = get_hub().threadpool.apply(decompressed, (body, encoding))
    return whole


@dataclass(frozen=True)
class Call:
    """A GET, counted under its group and route."""

    group: str
    route: str
    url: str
    # Whether 404 is a correct response.
    may_miss: bool = False
    # How much of the body is read and kept; None: all of it. Days of a large city take gigabytes for 200
    # users, and decompressing them takes longer than receiving them.
    read_bytes: int | None = 0

    @property
    def label(self) -> str:
        return label(self.group, f"GET {self.route}")


@dataclass
class Browser:
    """Sends the requests of one user. ``forget`` turns it into the browser of a new user."""

    user: FastHttpUser
    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    history: History = field(default_factory=History)

    def forget(self) -> None:
        self.kept.clear()
        self.history = History()

    def get(self, call: Call) -> bytes:
        """As much of the body as the user reads, also after a 304; empty after a failure."""
        etag, kept = self.kept.get(call.url, ("", b""))
        condition = {"If-None-Match": etag} if etag else {}
        response = self.ask("GET", call.url, call.label, may_miss=call.may_miss, headers=condition)
        if response.status_code == 304:
            return kept
        if response.status_code != OK:
            return b""
        body = read(response, call.read_bytes)
        if given := header(response, "etag"):
            self.kept[call.url] = (given, body)
        return body

    def ask(
        self, method: str, url: str, name: str, *, may_miss: bool = False, **details: Any
    ) -> FastResponse:
        """Send any request, and check the generation of its response."""
        sent = time.monotonic()
        details |= {"name": name, "headers": HEADERS | details.get("headers", {}), "catch_response": True}
        with self.user.client.request(method, url, **details) as response:
            if may_miss and response.status_code == NOT_FOUND:
                response.success()
        if generation := header(response, HEADER):
            self._check(int(generation), sent)
        final: FastResponse = response
        return final

    def together(self, calls: Iterable[Call]) -> list[bytes]:
        """Send all calls in parallel, over at most six connections; returns the bodies in the same order."""
        pool = Pool(CONNECTIONS)
        return list(pool.imap(self.get, calls))

    def _check(self, generation: int, sent: float) -> None:
        is_new = self.history.is_new(generation)
        wrong = self.history.see(generation, sent, time.monotonic())
        if wrong:
            self.report("never back", wrong)
        elif is_new:
            # One line per generation in the reports, with the number of users who saw it.
            self.report(f"{NEW_GENERATION}{generation}")

    def report(self, check: str, wrong: str = "") -> None:
        """Count a check as a request that took no time; ``wrong`` makes it a failed one."""
        self.user.environment.events.request.fire(
            request_type="CHECK",
            name=label(CHECKS, check),
            response_time=0,
            response_length=0,
            exception=AssertionError(wrong) if wrong else None,
            context={},
        )


def header(response: FastResponse, name: str) -> str:
    """A header's value, or an empty text; there are no headers without a response."""
    return str(response.headers.get(name) or "") if response.headers else ""


class Visitor(FastHttpUser):
    """The base class of all scenarios."""

    abstract = True
    concurrency = CONNECTIONS
    connection_timeout = 10.0
    network_timeout = 60.0

    def on_start(self) -> None:
        self.browser = Browser(self)
        agent: Any = self.client.client
        agent.response_type = SentResponse
        agent.clientpool.client_args["block_size"] = BLOCK_BYTES
