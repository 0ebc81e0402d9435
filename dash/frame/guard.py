"""What is shown when something fails: a state in its place, never a skeleton for ever."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from data.errors import DataError

log = logging.getLogger(__name__)
Made = TypeVar("Made")


def guarded(what: str, make: Callable[[], Made], failed: Callable[[DataError], Made]) -> Made:
    """What ``make`` makes, or ``failed`` of the error; mistakes of ours are logged with their traceback."""
    try:
        return make()
    except DataError as error:
        return failed(error)
    except Exception:
        log.exception("%s cannot be shown", what)
        return failed(DataError())
