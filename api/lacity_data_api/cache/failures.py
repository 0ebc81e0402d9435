"""Errors that the same query would only meet again: they are repeated without asking the database."""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic
from typing import NamedTuple

from lacity_data_api.errors import ApiError, NotFoundError, QueryTimeoutError

MOST_FAILURES = 1_000
PAUSE_SECONDS = 30.0


class Failure(NamedTuple):
    error: type[ApiError]
    detail: str
    # Repeated until then, by the monotonic clock.
    until: float


class Failures:
    """The most recent failures of this worker by the key of their query, which belongs to a generation."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, Failure] = OrderedDict()

    def check(self, key: str) -> None:
        """Raises the error that this query has ended with, if it may be repeated."""
        failure = self._failures.get(key)
        if failure is not None and monotonic() < failure.until:
            raise failure.error(failure.detail)

    def add(self, key: str, error: ApiError) -> None:
        """Remember an error, unless it is of a kind that passes by itself."""
        until = self._until(key, error)
        if until is None:
            return
        self._failures[key] = Failure(type(error), error.detail, until)
        if len(self._failures) > MOST_FAILURES:
            self._failures.popitem(last=False)

    def _until(self, key: str, error: ApiError) -> float | None:
        """No body, such as too many groups, lasts as long as the data; a timeout counts from the second on.

        The first may be due to the load of the moment. The pause is that of its Retry-After.
        """
        if isinstance(error, NotFoundError):
            return float("inf")
        if isinstance(error, QueryTimeoutError):
            return monotonic() + (PAUSE_SECONDS if key in self._failures else 0)
        return None

    def clear(self) -> None:
        """Another generation is served."""
        self._failures.clear()
