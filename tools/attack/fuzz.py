"""``python -m tools.attack.fuzz NAME SEED FIRST SECONDS RATE``: hostile requests on raw connections.

Inputs are sent in pipelined batches; everything random in a batch is derived from the seed and the batch
number. Wrongly framed and slow inputs have separate connections. ``NAME`` is "reports", or any other name for
a client of the API; ``RATE`` is the maximum number of inputs per second.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tools.attack import framing
from tools.attack.inputs import ApiInputs, Input
from tools.attack.places import Places
from tools.attack.reports_inputs import ReportsInputs
from tools.attack.responses import BrokenResponseError, Connection, NoResponseError, RawResponse
from tools.attack.slow import SlowClients
from tools.attack.tally import report
from tools.local_http import open_local

BATCH = 16
BATCHES_PER_CONNECTION = 25
PATIENCE_SECONDS = 45.0
"""Longer than any limit of the servers: 30 s for heads and bodies, 15 s for a query."""
FRAMING_PATIENCE_SECONDS = 5.0
FRAMED_SHARE = 0.25
REPORT_SECONDS = 2.0
RECONNECT_SECONDS = 0.2
TRACEBACK = re.compile(rb"Traceback \(most recent|File \"/|asyncpg\.|psycopg2?\.|sqlalchemy", re.IGNORECASE)
# 501 and 505: a transfer coding or a version of HTTP that the server does not support (RFC 9112).
# 504: a query of the reports timed out.
MAY_FAIL = {501, 503, 504, 505}


def verdict(response: RawResponse) -> str:
    """What is wrong with a response, regardless of its request; empty if nothing."""
    if response.status >= 500 and response.status not in MAY_FAIL:
        return f"status {response.status}: {response.body[:300]!r}"
    if TRACEBACK.search(response.body):
        return f"a traceback: {response.body[:300]!r}"
    if b"x-injected" in response.headers:
        return f"an injected header: {response.head[:300]!r}"
    is_json = (
        b"json" in response.headers.get(b"content-type", b"")
        and b"ndjson" not in response.headers[b"content-type"]
    )
    is_plain = response.headers.get(b"content-encoding", b"identity") == b"identity"
    if is_json and is_plain and response.body:
        try:
            json.loads(response.body, parse_constant=_no_number)
        except ValueError as error:
            return f"no JSON: {error}: {response.body[:200]!r}"
    length = response.headers.get(b"content-length", b"0")
    if response.status == 503 and length == b"0" and not response.body:
        return "status 503 without a reason"
    return ""


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


@dataclass
class Fuzzer:
    """Sends batches to one server, and judges the responses."""

    name: str
    port: int
    seed: int
    draw: Callable[[Random], Input]
    rate: float
    counts: Counter[str] = field(default_factory=Counter)
    connection: Connection | None = None
    reported: float = field(default_factory=time.monotonic)

    def run(self, first: int, seconds: float) -> int:
        """Send batches until the time is up; returns the number of the next batch."""
        started, number, sent = time.monotonic(), first, 0
        slow = SlowClients(self.port, Random(f"{self.name}:{self.seed}:slow"))  # noqa: S311
        while (now := time.monotonic()) < started + seconds:
            self.batch(number)
            self.count(**slow.step())
            for problem in slow.problems():
                report(self.name, violation=f"{problem}; seed {self.seed}")
            number += 1
            sent += BATCH
            time.sleep(max(0.0, started + sent / self.rate - now) if sent / self.rate > now - started else 0)
            self.tell()
        slow.close()
        self.tell(is_last=True)
        return number

    def batch(self, number: int) -> None:
        """Send the inputs of one batch: pipelined, or one by one on separate connections."""
        chance = Random(f"{self.name}:{self.seed}:{number}")  # noqa: S311  # repeatable, not secret
        if chance.random() < FRAMED_SHARE / 4:
            for place in range(4):
                self.framed(framing.draw(chance), f"seed {self.seed}, batch {number}.{place}")
            return
        inputs = [self.draw(chance) for _ in range(BATCH)]
        self.pipelined(inputs, f"seed {self.seed}, batch {number}")
        if number % BATCHES_PER_CONNECTION == 0:
            self.disconnect()

    def pipelined(self, inputs: list[Input], where: str) -> None:
        """Send all inputs, read all responses; inputs left unanswered by a closed connection are resent."""
        place = 0
        while place < len(inputs):
            connection = self._connected()
            connection.send(b"".join(one.data for one in inputs[place:]))
            place += self._read(connection, inputs, place, where)

    def _read(self, connection: Connection, inputs: list[Input], place: int, where: str) -> int:
        """Read responses until the connection ends; returns how many inputs are finished."""
        for done, one in enumerate(inputs[place:]):
            at = f"{where}.{place + done} ({one.kind}): {one.data[:400]!r}"
            try:
                response = connection.read(is_head=one.is_head)
            except NoResponseError as error:
                self.disconnect()
                if error.is_closed:
                    self.counts["closed without a response"] += done == 0
                    return max(1, done)
                report(self.name, violation=f"no response within {PATIENCE_SECONDS:.0f} s; {at}")
                return done + 1
            except (BrokenResponseError, ValueError) as error:
                self.disconnect()
                report(self.name, violation=f"a broken response: {error}; {at}")
                return done + 1
            self.judge(response, one.kind, at)
            if response.closes:
                self.disconnect()
                return done + 1
        return len(inputs) - place

    def framed(self, data: bytes, where: str) -> None:
        """Send one input and shut down the sending side: the server must respond or close in time."""
        connection = Connection(self.port, FRAMING_PATIENCE_SECONDS + PATIENCE_SECONDS)
        try:
            connection.send(data)
            connection.finish_sending()
            while True:
                self.judge(connection.read(), "framing", f"{where}: {data[:400]!r}")
        except NoResponseError as error:
            self.counts["inputs"] += 1
            if not error.is_closed:
                report(self.name, violation=f"neither a response nor an end; {where}: {data[:400]!r}")
        except (BrokenResponseError, ValueError) as error:
            # A response to HTTP/0.9 may be a body only, and one to a HEAD made by a changed byte has none.
            self.counts["framing: other responses"] += 1
            if TRACEBACK.search(str(error).encode()):
                report(self.name, violation=f"a traceback: {error}; {where}")
        finally:
            connection.close()

    def judge(self, response: RawResponse, kind: str, where: str) -> None:
        self.counts.update(("inputs", f"status {response.status // 100}xx", f"kind {kind}"))
        self.counts["status 503 with a body"] += response.status == 503
        if problem := verdict(response):
            report(self.name, violation=f"{problem}; {where}")

    def _connected(self) -> Connection:
        """The connection; waits until the server accepts one, up to the limit that counts as a hang."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.connection is None:
            try:
                self.connection = Connection(self.port, PATIENCE_SECONDS)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(RECONNECT_SECONDS)
        return self.connection

    def disconnect(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def count(self, **amounts: int) -> None:
        self.counts.update({name.replace("_", " "): amount for name, amount in amounts.items()})

    def tell(self, *, is_last: bool = False) -> None:
        """Report the counts at intervals."""
        if is_last or time.monotonic() > self.reported + REPORT_SECONDS:
            report(self.name, +self.counts)
            self.counts.clear()
            self.reported = time.monotonic()


def inputs_for(name: str, places: Places) -> Callable[[Random], Input]:
    """The generator of inputs for a server, built from the server's own description."""
    if name == "reports":
        return ReportsInputs(_get(places.reports_port, "/_dash-dependencies")).draw
    return ApiInputs(_get(places.api_port, "/openapi.json"), places.token).draw


def _get(port: int, path: str) -> Any:
    with open_local(f"http://127.0.0.1:{port}{path}", timeout=60) as response:
        return json.load(response)


def main() -> None:
    name, seed, first = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    seconds, rate = float(sys.argv[4]), float(sys.argv[5])
    places = Places.given()
    port = places.reports_port if name == "reports" else places.api_port
    following = Fuzzer(name, port, seed, inputs_for(name, places), rate).run(first, seconds)
    report(name, {"next round": following})


if __name__ == "__main__":
    main()
