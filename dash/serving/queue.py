"""The queue of requests waiting for a thread: clients take turns, and none can occupy all threads."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving.channel import BoundedChannel


class FairQueue:
    """Replaces waitress's deque, under the same lock; its length counts the requests that may start now."""

    def __init__(self, threads_per_client: int, buffered_per_client: int) -> None:
        self._share = threads_per_client
        self._most_bytes = buffered_per_client
        self._waiting: dict[str, deque[BoundedChannel]] = {}
        self._running: Counter[str] = Counter()
        self.buffered: Counter[str] = Counter()
        """Bytes of responses that each client has not read yet."""

    def append(self, channel: BoundedChannel) -> None:
        self._waiting.setdefault(channel.network, deque()).append(channel)

    def popleft(self) -> BoundedChannel:
        """The request of the next client that may start one. Raises StopIteration if there is none."""
        client = next(self._eligible())
        channels = self._waiting.pop(client)
        found = channels.popleft()
        self._running[client] += 1
        if channels:
            # Move the client to the end, so that the others get their turn.
            self._waiting[client] = channels
        return found

    def _eligible(self) -> Iterator[str]:
        return (client for client in self._waiting if self._free(client) > 0)

    def _free(self, client: str) -> int:
        """How many more of the client's requests may run."""
        return 0 if self.buffered[client] > self._most_bytes else self._share - self._running[client]

    def served(self, client: str, buffered: int) -> None:
        """Records that a request of the client has ended, with this many bytes left for it to read."""
        self.buffered[client] += buffered
        self._running[client] -= 1
        if self._running[client] <= 0:
            del self._running[client]

    def __len__(self) -> int:
        return sum(max(0, min(len(self._waiting[one]), self._free(one))) for one in self._waiting)
