"""``python -m tools.attack.readers SECONDS``: clients that poll while runs come and go.

Each response belongs to one generation; no client gets an older generation after a newer one; totals of one
generation agree.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tools.attack.places import Places
from tools.attack.tally import report

SUBJECT = "readers"
READERS = 3
PAUSE_SECONDS = 0.3
TIMEOUT_SECONDS = 45
SINCE = "filter=created_date%3E%3D2016-01-01"
TOTALS = tuple(f"/reports?field={name}&{SINCE}" for name in ("type_name", "council_name", "created_year"))
OTHERS = (
    "/requests/counts/open/types",
    "/requests?start_date=2026-11-01&end_date=2026-11-20&limit=100",
    "/types/stats",
    "/councils",
)


@dataclass
class Witness:
    """The responses to all readers, by generation."""

    digests: dict[tuple[int, str], str] = field(default_factory=dict)
    totals: dict[int, dict[str, int]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def see(self, generation: int, route: str, body: bytes) -> list[str]:
        """Compare a response with the others of its generation; returns what is wrong."""
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            self.counts["responses of one generation"] += 1
            known = self.digests.setdefault((generation, route), digest)
            totals = self.totals.setdefault(generation, {})
            if route in TOTALS:
                totals[route] = total_of(json.loads(body))
            different = set(totals.values())
        problems = [f"{route} has two contents in generation {generation}"] if known != digest else []
        if len(different) > 1:
            problems.append(f"totals of generation {generation} differ: {totals}")
        return problems


def total_of(rows: list[dict[str, Any]]) -> int:
    """The requests in a response of /reports."""
    return sum(int(row["counts"]) for row in rows)


class Reader(threading.Thread):
    """A client with one connection, which it reopens when it is lost."""

    def __init__(self, port: int, witness: Witness, deadline: float) -> None:
        super().__init__(daemon=True)
        self._port, self._witness, self._deadline = port, witness, deadline
        self._newest = 0

    def run(self) -> None:
        while time.monotonic() < self._deadline:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
            try:
                while time.monotonic() < self._deadline:
                    for route in (*TOTALS, *OTHERS):
                        self._read(connection, route)
                    time.sleep(PAUSE_SECONDS)
            except (OSError, http.client.HTTPException) as error:
                report(SUBJECT, violation=f"{type(error).__name__}: {error}")
                time.sleep(1)
            finally:
                connection.close()

    def _read(self, connection: http.client.HTTPConnection, route: str) -> None:
        connection.request("GET", route)
        response = connection.getresponse()
        body = response.read()
        for problem in self.problems(
            response.status, int(response.headers.get("X-Data-Generation") or 0), route, body
        ):
            report(SUBJECT, violation=problem)

    def problems(self, status: int, generation: int, route: str, body: bytes) -> list[str]:
        """What is wrong with a response, given the earlier responses to this client."""
        if status == 503:
            self._witness.counts["responses of 503"] += 1
            return []
        if status != 200:
            return [f"status {status} of {route}: {body[:200]!r}"]
        found = []
        if generation < self._newest:
            found.append(f"back from generation {self._newest} to {generation} at {route}")
        self._newest = max(self._newest, generation)
        return [*found, *self._witness.see(generation, route, body)]


def main() -> None:
    deadline, witness = time.monotonic() + float(sys.argv[1]), Witness()
    readers = [Reader(Places.given().api_port, witness, deadline) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    while any(reader.is_alive() for reader in readers):
        time.sleep(2)
        counts, witness.counts = witness.counts, Counter()
        report(SUBJECT, counts)
    report(SUBJECT, witness.counts + Counter({"generations": len(witness.totals)}))


if __name__ == "__main__":
    main()
