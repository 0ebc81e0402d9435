"""Errors that the same query would raise again: they are repeated without querying the database."""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic
from typing import NamedTuple

from lacity_data_api.errors import ApiError, NotFoundError, QueryTimeoutError

MAX_FAILURES = 1_000
PAUSE_SECONDS = 30.0


class Failure(NamedTuple):
    error: type[ApiError]
    detail: str
    # Monotonic time until which the error is repeated.
    until: float


class Failures:
    """The most recent failures of this worker by query key; a key belongs to one generation."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, Failure] = OrderedDict()

    def check(self, key: str) -> None:
        """Raises the stored error of this query, unless it has expired."""
        failure = self._failures.get(key)
        if failure is not None and monotonic() < failure.until:
            raise failure.error(failure.detail)

    def add(self, key: str, error: ApiError) -> None:
        """Store an error, unless it is of a transient kind."""
        until = self._until(key, error)
        if until is None:
            return
        self._failures[key] = Failure(type(error), error.detail, until)
        self._failures.move_to_end(key)
        if len(self._failures) > MAX_FAILURES:
            self._failures.popitem(last=False)

    def _until(self, key: str, error: ApiError) -> float | None:
        """A missing body (too many groups) is repeated until the data changes, a second timeout for a while.

        The first timeout may be due to momentary load. The pause equals the Retry-After of a timeout.
        """
        if isinstance(error, NotFoundError):
            return float("inf")
        if isinstance(error, QueryTimeoutError):
            return monotonic() + (PAUSE_SECONDS if key in self._failures else 0)
        return None

    def clear(self) -> None:
        """Forget all failures, because another generation is served."""
        self._failures.clear()
