"""Error states in place of content that failed, never an endless skeleton; error responses for files."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from flask import Response

from data.errors import DataError, QueryTimeoutError, SelectionError

log = logging.getLogger(__name__)
Made = TypeVar("Made")
RETRY_SECONDS = "5"
STATUS: dict[type[DataError], int] = {QueryTimeoutError: 504, SelectionError: 404}
"""The status of a file that cannot be served; 503 for all other errors."""


def guarded(what: str, make: Callable[[], Made], failed: Callable[[DataError], Made]) -> Made:
    """The result of ``make``, or of ``failed`` if it raises; unexpected errors are logged."""
    try:
        return make()
    except DataError as error:
        return failed(error)
    except Exception:
        log.exception("%s cannot be shown", what)
        return failed(DataError())


def unavailable(error: DataError) -> Response:
    """A response with the advice, and a Retry-After header unless only another selection helps."""
    headers = {} if isinstance(error, SelectionError) else {"Retry-After": RETRY_SECONDS}
    return Response(error.advice, STATUS.get(type(error), 503), headers, mimetype="text/plain")
