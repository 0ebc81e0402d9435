"""Failed commands to Redis that leave nothing in memory.

asyncio's ``drain`` puts the error of a lost connection into a reference cycle, together with what was being
sent. Bodies have up to 25 MB, and an idle worker collects no garbage for hours.
"""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from redis.asyncio.retry import Retry

T = TypeVar("T")


def _release_frames(error: BaseException | None) -> None:
    """Drop what the frames of an error, and of the errors that led to it, refer to."""
    if error:
        traceback.clear_frames(error.__traceback__)
        _release_frames(error.__cause__)
        if error.__context__ is not error.__cause__:
            _release_frames(error.__context__)


class ReleasingRetry(Retry):
    """Releases the frames of each failed attempt, also of those that are repeated with success."""

    async def call_with_retry(
        self, do: Callable[[], Awaitable[T]], fail: Callable[..., Any], *arguments: Any, **options: Any
    ) -> T:
        async def fail_and_release(error: Exception, *failures: int) -> None:
            try:
                await fail(error, *failures)
            finally:
                _release_frames(error)

        return await super().call_with_retry(do, fail_and_release, *arguments, **options)
