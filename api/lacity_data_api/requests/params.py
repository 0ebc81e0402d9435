"""The parameters that lists of requests share."""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from pydantic import Field

from lacity_data_api.errors import InvalidError
from lacity_data_api.params import LARGEST_ID, BodyIds, CamelModel, Date, Ids
from lacity_data_api.requests import cursor
from lacity_data_api.requests.filters import Box, RequestFilter, Status
from lacity_data_api.requests.repository import MOST_REQUESTS

Day = Annotated[Date | None, Query(examples=["2020-01-01"])]
SomeIds = Annotated[Ids, Query(description="Any of these; repeat it", examples=[[1, 4]])]
# Of a filter's names, those that a request spells another way.
PARAMETERS = {
    "type_ids": "type_id",
    "council_ids": "council_id",
    "region_ids": "region_id",
    "agency_ids": "agency_id",
    "source_ids": "source_id",
    "box": "bbox",
}
BoxText = Annotated[
    str | None,
    Query(
        description="West, south, east, north in degrees, comma-separated",
        examples=["-118.3,34.0,-118.2,34.1"],
        max_length=200,
    ),
]


def check_days(place: str, start: dt.date | None, end: dt.date | None) -> None:
    """Raises InvalidError when the first day comes after the last."""
    if start is not None and end is not None and start > end:
        raise InvalidError([place, "start_date"], "must not be after end_date")


def parse_box(text: str | None) -> Box | None:
    """Raises InvalidError for anything but four numbers in the right order."""
    if text is None:
        return None
    try:
        box = Box(*(float(part) for part in text.split(",")))
    except (ValueError, TypeError) as error:
        raise InvalidError(["query", "bbox"], "four numbers are needed: west,south,east,north") from error
    if not all(map(math.isfinite, box)) or box.west > box.east or box.south > box.north:
        raise InvalidError(["query", "bbox"], "west,south must not be beyond east,north")
    return box


def request_filter(
    *,
    start_date: Annotated[Day, Query(description="First day, included")] = None,
    end_date: Annotated[Day, Query(description="Last day, included to its end")] = None,
    type_id: SomeIds = [],  # noqa: B006  FastAPI copies it
    council_id: Annotated[SomeIds, Query(description="0: outside every council")] = [],  # noqa: B006
    region_id: SomeIds = [],  # noqa: B006
    agency_id: SomeIds = [],  # noqa: B006
    source_id: SomeIds = [],  # noqa: B006
    status: Annotated[Status | None, Query(description="Closed: has a closed date")] = None,
    bbox: BoxText = None,
) -> RequestFilter:
    """Repeat a parameter to name several ids; leave it out for all."""
    check_days("query", start_date, end_date)
    return RequestFilter(
        start_date,
        end_date,
        type_id or None,
        council_id or None,
        region_id or None,
        agency_id or None,
        source_id or None,
        status,
        parse_box(bbox),
    )


def next_page(path: str, wanted: RequestFilter, limit: int) -> str:
    """Path and query of the page after this one, but for the cursor; rows are skipped only once.

    Written from what was understood, not from what was sent: the answer is shared by all who ask the same.
    """
    given = {**wanted.given, "box": wanted.box and ",".join(map(str, wanted.box)), "limit": limit}
    kept = [(PARAMETERS.get(name, name), value) for name, value in given.items() if value is not None]
    return f"{path}?{urlencode(kept, doseq=True)}&"


LONGEST_STREAM_DAYS = 366


def check_streamed(wanted: RequestFilter) -> None:
    """Raises InvalidError unless both days are given and at most a leap year apart."""
    start, end = wanted.start_date, wanted.end_date
    if start is None or end is None or (end - start).days >= LONGEST_STREAM_DAYS:
        raise InvalidError(["query", "stream"], "needs start_date and end_date, at most 366 days")


class Page:
    """Which part of a list: by position, or after the end of the page before."""

    def __init__(
        self,
        skip: Annotated[int, Query(ge=0, le=LARGEST_ID, description="Rows left out at the beginning")] = 0,
        limit: Annotated[int, Query(ge=0, le=MOST_REQUESTS, description="Most rows in the answer")] = 1_000,
        cursor_: Annotated[
            str | None, Query(alias="cursor", max_length=40, description="From the Link of the page before")
        ] = None,
    ) -> None:
        self.skip = skip
        self.limit = limit
        self.after = None if cursor_ is None else cursor.parse(cursor_)


IsStreamed = Annotated[
    bool,
    Query(
        alias="stream",
        description="At most 366 days in one answer, sent while it is read; without skip, limit, cursor",
    ),
]
Wanted = Annotated[RequestFilter, Depends(request_filter)]
Part = Annotated[Page, Depends()]


class PinsBody(CamelModel):
    """Points of the map; an empty list of ids finds none."""

    start_date: Date = Field(examples=["2020-01-01"])
    end_date: Date = Field(examples=["2020-01-31"])
    type_ids: BodyIds = Field(examples=[[1, 4]])
    council_ids: BodyIds = Field(examples=[[52]])
