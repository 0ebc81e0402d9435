"""Limits on the number of messages per hour: from one client, and from all clients."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from limits import RateLimitItemPerHour
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter

from lacity_data_api.cache.redis_store import RedisStore
from lacity_data_api.config import Settings
from lacity_data_api.errors import TooManyRequestsError
from lacity_data_api.http.networks import network_of


class TooManyMessagesError(TooManyRequestsError):
    detail = "Too many messages; try again later"
    headers: ClassVar = {"Retry-After": "3600"}


def client_key(address: str) -> str:
    """Identifies a client without revealing its address; IPv6 clients are identified by their /64 network."""
    return hashlib.blake2b(network_of(address).encode(), digest_size=12).hexdigest()


class Limiter:
    """Counts a message against the client's limit first, and against the total only if it is within that."""

    def __init__(self, storage: Storage, per_client: int, per_hour: int) -> None:
        self._limiter = FixedWindowRateLimiter(storage)
        self._client, self._all = RateLimitItemPerHour(per_client), RateLimitItemPerHour(per_hour)

    async def take(self, client: str) -> bool | None:
        """Whether this message is within both limits."""
        return await self._limiter.hit(self._client, client) and await self._limiter.hit(self._all, "all")


class MessageLimits:
    """Shared by all workers through Redis; while Redis is unreachable each worker applies its share."""

    def __init__(self, settings: Settings, store: RedisStore) -> None:
        per_client, per_hour = settings.feedback_per_client, settings.feedback_per_hour
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix="311:feedback",
            connection_pool=store.pool,  # type: ignore[arg-type]  # documented, but not in the signature
        )
        workers = settings.api_workers
        self._store = store
        self._shared = Limiter(storage, per_client, per_hour)
        self._own = Limiter(MemoryStorage(), max(1, per_client // workers), max(1, per_hour // workers))

    async def take(self, address: str) -> None:
        """Count a message from this address; TooManyMessagesError if it exceeds a limit."""
        client = client_key(address)
        is_accepted = await self._store.attempt(lambda: self._shared.take(client), None)
        if is_accepted is None:
            is_accepted = await self._own.take(client)
        if not is_accepted:
            raise TooManyMessagesError
