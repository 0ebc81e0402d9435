"""``python -m tools.attack.equality SEED FIRST SECONDS RATE``: cached responses match the database.

Each query goes to the API in several forms (repeated, in another order, with other escapes, in every
encoding) and to an API without a cache; responses of the same generation must be equal. In some rounds Redis
is flushed or stopped.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from random import Random

from tools.attack.inputs import ApiInputs
from tools.attack.places import Places
from tools.attack.responses import BrokenResponseError, Connection, NoResponseError, RawResponse
from tools.attack.tally import report
from tools.attack.unpacking import Unpacker
from tools.local_http import open_local
from tools.servers.instance import Instance

SUBJECT = "cache equality"
PATIENCE_SECONDS = 45.0
ATTEMPTS = 4
QUERIES_OF_A_ROUND = 10
# A worker replays a response from the third time on; of five requests, one worker gets at least three.
REPETITIONS = 4
# The disturbance of Redis in each round.
TROUBLE = ("nothing", "nothing", "nothing", "flushed", "nothing", "nothing", "stopped")


@dataclass(frozen=True)
class Form:
    """A query as one client sends it."""

    name: str
    target: str
    encoding: str = "identity"


def forms(path: str, parts: list[str], chance: Random) -> Iterator[Form]:
    """Forms of a query that all have the same response."""
    query = "&".join(parts)
    target = f"{path}?{query}" if query else path
    yield Form("first", target)
    for _ in range(REPETITIONS):
        yield Form("again", target)
    yield Form("gzip", target, "gzip")
    yield Form("br", target, "br")
    if is_reorderable(parts):
        mixed = chance.sample(parts, len(parts))
        yield Form("other order", f"{path}?{'&'.join(mixed)}")
    if query:
        yield Form("other escapes", f"{path}?{'&'.join(map(other_escapes, parts))}")


def is_reorderable(parts: list[str]) -> bool:
    """Whether no parameter is repeated: the response follows the order of repeated fields."""
    names = [part.partition("=")[0] for part in parts]
    return len(names) > 1 and len(set(names)) == len(names)


def other_escapes(part: str) -> str:
    """The same parameter with the first character of its value escaped."""
    name, equals, value = part.partition("=")
    if value and value[0].isalnum():
        value = f"%{ord(value[0]):02X}{value[1:]}"
    return name + equals + value


@dataclass
class Comparison:
    """Compares the responses of both APIs."""

    places: Places
    unpacker: Unpacker

    def query(self, path: str, parts: list[str], chance: Random) -> dict[str, int]:
        """Compare every form of a query; returns counts."""
        counts = {"equal responses": 0, "queries": 1, "generation changes": 0, "unavailable": 0}
        for form in forms(path, parts, chance):
            counts[self._compare(form)] += 1
        return counts

    def _compare(self, form: Form) -> str:
        for _ in range(ATTEMPTS):
            before, cached, after = self._ask(False, form), self._ask(True, form), self._ask(False, form)
            if cached is None or before is None or after is None:
                return "unavailable"
            if generation(before) == generation(cached) == generation(after):
                if problem := self.difference(cached, before):
                    report(SUBJECT, violation=f"{form}: {problem}")
                return "equal responses"
            if generation(before) == generation(after):
                time.sleep(0.3)
        return "generation changes"

    def difference(self, cached: RawResponse, fresh: RawResponse) -> str:
        """How a response differs from that of the API without a cache."""
        if cached.status != fresh.status:
            return f"status {cached.status} for {fresh.status}"
        ours = self.unpacker.unpack(cached.body, cached.headers.get(b"content-encoding", b""))
        if ours != fresh.body:
            return f"{ours[:200]!r} for {fresh.body[:200]!r}"
        names = (b"content-type", b"link", b"cache-control", b"vary")
        different = [name for name in names if self._header(cached, name) != self._header(fresh, name)]
        return f"other headers: {different}" if different else ""

    def _header(self, response: RawResponse, name: bytes) -> bytes:
        """A header, without the port of the API that sent it."""
        value = response.headers.get(name, b"")
        for port in (self.places.api_port, self.places.uncached_port):
            value = value.replace(b":%d" % port, b"")
        return value

    def _ask(self, is_cached: bool, form: Form) -> RawResponse | None:
        """The response, or None while a part of the system is unavailable."""
        port = self.places.api_port if is_cached else self.places.uncached_port
        encoding = form.encoding if is_cached else "identity"
        lines = [f"GET {form.target} HTTP/1.1", "Host: 127.0.0.1", f"Accept-Encoding: {encoding}"]
        head = "\r\n".join([*lines, "Connection: close", "", ""])
        try:
            connection = Connection(port, PATIENCE_SECONDS)
            connection.send(head.encode("latin-1"))
            response = connection.read()
            connection.close()
        except (NoResponseError, BrokenResponseError, OSError) as error:
            report(SUBJECT, violation=f"no response: {error}: {form}")
            return None
        return None if response.status == 503 else response


def generation(response: RawResponse) -> bytes:
    return response.headers.get(b"x-data-generation", b"")


def flush(instance: Instance) -> None:
    """Empty Redis."""
    with socket.create_connection(("127.0.0.1", instance.redis.port), timeout=10) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        connection.recv(100)


def rounds(places: Places, seed: int, first: int, seconds: float, rate: float) -> int:
    """Run rounds until the time is up; returns the number of the next round."""
    with open_local(f"{places.api}/openapi.json", timeout=60) as response:
        inputs = ApiInputs(json.load(response))
    comparison, instance = Comparison(places, Unpacker()), Instance(places.instance)
    started, number = time.monotonic(), first
    while time.monotonic() < started + seconds:
        chance = Random(f"{SUBJECT}:{seed}:{number}")  # noqa: S311  # repeatable, not secret
        trouble = TROUBLE[number % len(TROUBLE)]
        with redis_in(trouble, instance):
            for path, parts in islice(inputs.questions(chance), QUERIES_OF_A_ROUND):
                report(SUBJECT, comparison.query(path, parts, chance))
                time.sleep(1 / rate)
        report(SUBJECT, {f"rounds with Redis {trouble}": 1} if trouble != "nothing" else {"rounds": 1})
        number += 1
    comparison.unpacker.close()
    return number


class redis_in:  # noqa: N801  # used as a verb
    """Flushes Redis before a block, or stops it during the block."""

    def __init__(self, trouble: str, instance: Instance) -> None:
        self._trouble, self._instance = trouble, instance

    def __enter__(self) -> None:
        if self._trouble == "flushed":
            flush(self._instance)
        if self._trouble == "stopped":
            self._instance.stop(postgres=False)

    def __exit__(self, *_: object) -> None:
        if self._trouble == "stopped":
            self._instance.start(postgres=False)


def main() -> None:
    seed, first, seconds, rate = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    with suppress(KeyboardInterrupt):
        report(SUBJECT, {"next round": rounds(Places.given(), seed, first, seconds, rate)})


if __name__ == "__main__":
    main()
