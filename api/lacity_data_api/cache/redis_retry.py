"""Retries commands to Redis without keeping the data of failed attempts in memory.

When a connection is lost, asyncio's ``drain`` leaves the error in a reference cycle with the data being sent,
and its ``StreamReader`` keeps the error with the frames that called it. Bodies can be 25 MB, and an idle
worker may not collect garbage for hours.
"""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from redis.asyncio.retry import Retry

T = TypeVar("T")


def _release_frames(error: BaseException | None) -> None:
    """Clear the local variables in the frames of an error and of its causes, and forget these frames."""
    if error:
        traceback.clear_frames(error.__traceback__)
        error.__traceback__ = None
        _release_frames(error.__cause__)
        if error.__context__ is not error.__cause__:
            _release_frames(error.__context__)


class ReleasingRetry(Retry):
    """Releases the frames of each failed attempt, even if a later one succeeds."""

    async def call_with_retry(
        self, do: Callable[[], Awaitable[T]], fail: Callable[..., Any], *arguments: Any, **options: Any
    ) -> T:
        async def fail_and_release(error: Exception, *failures: int) -> None:
            try:
                await fail(error, *failures)
            finally:
                _release_frames(error)

        return await super().call_with_retry(do, fail_and_release, *arguments, **options)
