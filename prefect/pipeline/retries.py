"""Retries of temporary errors, with exponential backoff and jitter or the wait that the portal requests."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from pipeline.errors import PortalError

log = logging.getLogger(__name__)
Result = TypeVar("Result")
MAX_WAIT_SECONDS = 60.0
MAX_RETRY_AFTER_SECONDS = 300.0
"""Longest wait that a portal may request: longer than our own, but not hours."""


class TemporaryError(PortalError):
    """An error that is retried, after ``retry_after`` seconds if the portal requests it.

    The message names what was read, because the log of retries and the summary of a run only repeat it.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NoConnectionError(TemporaryError):
    """No connection to the portal could be established: other requests to it would fail too."""


class Retries:
    """Retries an attempt after temporary errors."""

    def __init__(self, attempts: int, backoff_seconds: float) -> None:
        self._attempts = attempts
        self._backoff = wait_random_exponential(multiplier=backoff_seconds, max=MAX_WAIT_SECONDS)

    def __call__(self, attempt: Callable[[], Result]) -> Result:
        """The attempt's result. Raises the last PortalError if every attempt failed."""
        retrying = Retrying(
            retry=retry_if_exception_type(TemporaryError),
            stop=stop_after_attempt(self._attempts),
            wait=self._wait,
            before_sleep=_note,
            reraise=True,
        )
        return retrying(attempt)

    def _wait(self, state: RetryCallState) -> float:
        asked = getattr(_error(state), "retry_after", None)
        return self._backoff(state) if asked is None else min(float(asked), MAX_RETRY_AFTER_SECONDS)


def _note(state: RetryCallState) -> None:
    log.warning("%s; attempt %d", _error(state), state.attempt_number + 1)


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def retry_after_seconds(header: str, now: datetime) -> float | None:
    """The seconds requested by ``Retry-After``: a number, or any of HTTP's three date formats.

    None for anything else; never negative.
    """
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        # HTTP dates are in UTC, and the form of asctime does not say so.
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
