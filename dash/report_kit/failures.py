"""Shows an error state in place of content that failed, never an endless skeleton."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from data.errors import DataError

log = logging.getLogger(__name__)
Made = TypeVar("Made")


def guarded(what: str, make: Callable[[], Made], failed: Callable[[DataError], Made]) -> Made:
    """The result of ``make``, or of ``failed`` if it raises; unexpected errors are logged."""
    try:
        return make()
    except DataError as error:
        return failed(error)
    except Exception:
        log.exception("%s cannot be shown", what)
        return failed(DataError())
