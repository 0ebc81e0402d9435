"""Each worker listens to Redis for the generation to serve, and also polls in case a message is lost."""

from __future__ import annotations

import asyncio
import logging

from lacity_data_api.cache.generation_watcher import GenerationWatcher
from lacity_data_api.cache.redis_store import FAILURES, RedisStore
from lacity_data_api.errors import ApiError

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0


async def listen(watcher: GenerationWatcher, store: RedisStore) -> None:
    """Make the watcher follow the generation announced in Redis, until canceled.

    No error ends it, because a worker that stops following would serve old data until it is restarted.
    """
    while True:
        try:
            await _listen_to_channel(watcher, store)
        except (ApiError, *FAILURES) as error:
            log.warning("Polling, because listening to Redis failed: %s", type(error).__name__)
        except Exception:
            log.exception("A message about the generation to serve could not be handled")
        await _try_refresh(watcher)
        await asyncio.sleep(POLL_SECONDS)


async def _listen_to_channel(watcher: GenerationWatcher, store: RedisStore) -> None:
    async with store.redis.pubsub() as channel:
        await channel.subscribe(watcher.published.key)
        await store.limit_memory()
        while True:
            message = await channel.get_message(ignore_subscribe_messages=True, timeout=POLL_SECONDS)
            if message is None:
                await _try_refresh(watcher)
            else:
                await _handle_message(watcher, message["data"].decode())


async def _handle_message(watcher: GenerationWatcher, message: str) -> None:
    if "?" in message:
        generation, _, token = message.partition("?")
        await watcher.prepare(int(generation))
        await watcher.published.confirm(token)
    elif "@" in message:
        generation, _, at = message.partition("@")
        await watcher.cut_over_as_announced(int(generation), float(at))
    else:
        await _try_refresh(watcher, is_notified=True)


async def _try_refresh(watcher: GenerationWatcher, *, is_notified: bool = False) -> None:
    try:
        await watcher.refresh(is_notified=is_notified)
    except (ApiError, *FAILURES) as error:
        log.warning("The generation to serve is unknown: %s", type(error).__name__)
    except Exception:
        # The next attempt may succeed, once the database is migrated.
        log.exception("The generation to serve is unknown")
