"""How many messages are taken: of one client, and of all, by the hour."""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections import Counter
from typing import ClassVar

from lacity_data_api.cache.store import Store
from lacity_data_api.config import Settings
from lacity_data_api.errors import TooManyError

HOUR_SECONDS = 3_600
# Counts a client's message; counts it among all only if the client may send it. One script, hence one
# command: no counter is ever left without an end.
TAKE = """
local mine = redis.call('incr', KEYS[1])
if mine == 1 then redis.call('expire', KEYS[1], ARGV[3]) end
if mine > tonumber(ARGV[1]) then return 0 end
local all = redis.call('incr', KEYS[2])
if all == 1 then redis.call('expire', KEYS[2], ARGV[3]) end
if all > tonumber(ARGV[2]) then return 0 end
return 1
"""


class TooManyMessagesError(TooManyError):
    detail = "Too many messages; send it later"
    headers: ClassVar = {"Retry-After": str(HOUR_SECONDS)}


def client_key(address: str) -> str:
    """One client, not readable in Redis: an IPv4 address, or the 64-bit network that one customer gets."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        told = "unknown"
    else:
        told = str(found)
        if isinstance(found, ipaddress.IPv6Address):
            mapped = found.ipv4_mapped
            told = str(mapped or ipaddress.ip_network((found, 64), strict=False))
    return hashlib.blake2b(told.encode(), digest_size=12).hexdigest()


class OwnCount:
    """This worker's count, for when Redis is away; it takes its share of what all workers may."""

    def __init__(self, per_client: int, per_all: int, workers: int) -> None:
        self._per_client = max(1, per_client // workers)
        self._per_all = max(1, per_all // workers)
        self._hour = 0
        self._counts: Counter[str] = Counter()

    def take(self, client: str) -> bool:
        hour = int(time.time() // HOUR_SECONDS)
        if hour != self._hour:
            self._hour, self._counts = hour, Counter()
        # Taken ones only: the counts stay as few as the messages that are allowed.
        if self._counts[""] >= self._per_all or self._counts[client] >= self._per_client:
            return False
        self._counts.update(["", client])
        return True


class Limits:
    """Shared by all workers through Redis; without it every worker keeps to its share."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._own = OwnCount(settings.feedback_per_client, settings.feedback_per_hour, settings.api_workers)

    async def take(self, address: str) -> None:
        """Count a message from this address; TooManyMessagesError when it is one too many."""
        client = client_key(address)
        is_taken = await self._store.attempt(lambda: self._take_shared(client), None)
        if is_taken is None:
            is_taken = self._own.take(client)
        if not is_taken:
            raise TooManyMessagesError

    async def _take_shared(self, client: str) -> bool | None:
        settings = self._settings
        answer = await self._store.redis.eval(
            TAKE,
            2,
            f"311:feedback:{client}",
            "311:feedback:all",
            settings.feedback_per_client,
            settings.feedback_per_hour,
            HOUR_SECONDS,
        )
        return bool(answer)
