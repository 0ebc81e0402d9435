"""The cursor that marks where the next page of requests begins."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from lacity_data_api.errors import InvalidError
from lacity_data_api.params import MAX_ID

FORM = re.compile(r"(-?\d{1,18})\.(\d{1,19})", re.ASCII)
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  published times have no zone
MICROSECOND = dt.timedelta(microseconds=1)


class Cursor(NamedTuple):
    """The last request of the previous page, as text: microseconds since 1970, a dot, and its id."""

    created_date: dt.datetime
    request_id: int

    @property
    def text(self) -> str:
        """The inverse of ``parse``."""
        return f"{(self.created_date - EPOCH) // MICROSECOND}.{self.request_id}"


def parse(text: str) -> Cursor:
    """Raises InvalidError for text that cannot be one of our cursors."""
    match = FORM.fullmatch(text)
    if match is None or int(match[2]) > MAX_ID:
        raise InvalidError(["query", "cursor"], "must be from the Link header of the previous page")
    try:
        return Cursor(EPOCH + int(match[1]) * MICROSECOND, int(match[2]))
    except OverflowError as error:
        raise InvalidError(["query", "cursor"], "is outside the calendar") from error
