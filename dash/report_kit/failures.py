"""What is shown when something fails: a state in its place, never an endless skeleton."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from data.errors import DataError

log = logging.getLogger(__name__)
Made = TypeVar("Made")


def guarded(what: str, make: Callable[[], Made], failed: Callable[[DataError], Made]) -> Made:
    """The result of ``make``, or ``failed`` of the error; unexpected errors are logged with a traceback."""
    try:
        return make()
    except DataError as error:
        return failed(error)
    except Exception:
        log.exception("%s cannot be shown", what)
        return failed(DataError())
