"""Limits the memory of large bodies that are being sent: above the limit no further responses are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from lacity_data_api.errors import BusyError

MIN_LARGE_BYTES = 1_000_000
# Per worker, in addition to its cache.
MAX_BYTES = 150_000_000


class LargeBodies:
    """Each body counts once, however many clients are receiving it."""

    def __init__(self) -> None:
        self.bytes = 0
        self._clients: Counter[int] = Counter()

    @contextmanager
    def held(self, body: bytes) -> Iterator[None]:
        """Count a body until the block ends."""
        if len(body) < MIN_LARGE_BYTES:
            yield
            return
        identity = id(body)
        self.bytes += 0 if self._clients[identity] else len(body)
        self._clients[identity] += 1
        try:
            yield
        finally:
            self._clients[identity] -= 1
            if not self._clients[identity]:
                del self._clients[identity]
                self.bytes -= len(body)

    def check(self) -> None:
        """Raises BusyError while the bodies being sent exceed the limit."""
        if self.bytes > MAX_BYTES:
            raise BusyError("Too many concurrent large responses")


LARGE_BODIES = LargeBodies()
"""The bodies that this process is sending."""
