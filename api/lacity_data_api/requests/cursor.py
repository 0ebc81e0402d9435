"""The place in the order of requests at which the next page begins."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from lacity_data_api.errors import InvalidError
from lacity_data_api.params import LARGEST_ID

FORM = re.compile(r"(-?\d{1,18})\.(\d{1,19})", re.ASCII)
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  published times have no zone
MICROSECOND = dt.timedelta(microseconds=1)


class Cursor(NamedTuple):
    """The last request of the page before; written as microseconds since 1970, a dot, and its id."""

    created_date: dt.datetime
    request_id: int


def parse(written: str) -> Cursor:
    """Raises InvalidError for what no page of ours ever ended with."""
    match = FORM.fullmatch(written)
    if match is None or int(match[2]) > LARGEST_ID:
        raise InvalidError(["query", "cursor"], "take it from the Link header of the page before")
    try:
        return Cursor(EPOCH + int(match[1]) * MICROSECOND, int(match[2]))
    except OverflowError as error:
        raise InvalidError(["query", "cursor"], "lies outside the calendar") from error
