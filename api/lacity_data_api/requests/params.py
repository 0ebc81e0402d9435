"""Parameters shared by lists of requests."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import Field

from lacity_data_api.city.facts import WORLD, Bounds, City
from lacity_data_api.errors import InvalidError
from lacity_data_api.params import (
    MAX_ID,
    BodyIds,
    CamelModel,
    Date,
    Ids,
    Include,
    parse_number,
    query_of_next_page,
)
from lacity_data_api.requests import cursor
from lacity_data_api.requests.filters import RequestFilter, Status
from lacity_data_api.requests.repository import MAX_REQUESTS
from lacity_data_api.state import state_of

Day = Annotated[Date | None, Query(examples=["2020-01-01"])]
SomeIds = Annotated[Ids, Query(description="Any of these; repeat the parameter", examples=[[1, 4]])]
BoundsText = Annotated[
    str | None,
    Query(
        description="West, south, east, north in degrees, comma-separated",
        max_length=200,
    ),
]


def check_days(place: str, names: tuple[str, str], start: dt.date | None, end: dt.date | None) -> None:
    """Raises InvalidError, with the client's names of both, if the first day is after the last."""
    if start is not None and end is not None and start > end:
        raise InvalidError([place, names[0]], f"must not be after {names[1]}")


def _invalid_bounds(message: str) -> InvalidError:
    return InvalidError(["query", "bbox"], message)


def parse_bounds(text: str, city: City) -> Bounds:
    """Raises InvalidError unless the text is west,south,east,north in degrees; detects latitudes first."""
    try:
        bounds = Bounds(*map(parse_number, text.split(",")))
    except (ValueError, TypeError) as error:
        raise _invalid_bounds("four numbers are needed: west,south,east,north") from error
    if bounds.west > bounds.east or bounds.south > bounds.north:
        raise _invalid_bounds("west,south must not be greater than east,north")
    if not WORLD.contains(bounds) or city.bounds.overlaps(bounds.axes_swapped) > city.bounds.overlaps(bounds):
        raise _invalid_bounds("degrees are needed, longitude first: west,south,east,north")
    return bounds


async def request_filter(
    request: Request,
    *,
    start_date: Annotated[Day, Query(description="First day, included")] = None,
    end_date: Annotated[Day, Query(description="Last day, included to its end")] = None,
    type_id: SomeIds = [],  # noqa: B006  FastAPI copies it
    group_id: Annotated[SomeIds, Query(description="Groups of types")] = [],  # noqa: B006
    council_id: Annotated[SomeIds, Query(description="0: outside all councils")] = [],  # noqa: B006
    region_id: SomeIds = [],  # noqa: B006
    agency_id: SomeIds = [],  # noqa: B006
    source_id: SomeIds = [],  # noqa: B006
    status: Annotated[
        Status | None, Query(description="Closed: has a closed date, or a status that ends a request")
    ] = None,
    bbox: BoundsText = None,
    information: Annotated[
        Include, Query(description="Calls for information, which are not requests")
    ] = Include.EXCLUDE,
) -> RequestFilter:
    """All requests that match the parameters, with or without coordinates."""
    check_days("query", ("start_date", "end_date"), start_date, end_date)
    return RequestFilter(
        start_date,
        end_date,
        type_id=type_id or None,
        group_id=group_id or None,
        council_id=council_id or None,
        region_id=region_id or None,
        agency_id=agency_id or None,
        source_id=source_id or None,
        status=status,
        bbox=parse_bounds(bbox, await state_of(request).facts.city()) if bbox is not None else None,
        unlocated=Include.INCLUDE,
        information=information,
    )


def located_filter(
    everything: Annotated[RequestFilter, Depends(request_filter)],
    unlocated: Annotated[
        Include, Query(description="Requests without usable coordinates, which no map can show")
    ] = Include.EXCLUDE,
) -> RequestFilter:
    """The same, but without requests that a map cannot show unless ``unlocated=include`` is given."""
    return replace(everything, unlocated=unlocated)


def next_page(path: str, wanted: RequestFilter, limit: int) -> str:
    """Path and query string of the next page, up to its cursor.

    Built from the parsed filter, not from the URL, so that equivalent URLs share a response.
    """
    return f"{path}?{query_of_next_page({**query_parameters(wanted), 'limit': limit})}&cursor="


def query_parameters(wanted: RequestFilter) -> dict[str, Any]:
    """The filter as query parameters; equal filters have equal parameters."""
    given = {name: value for name, value in wanted.conditions.items() if value is not Include.EXCLUDE}
    if wanted.bbox:
        given["bbox"] = ",".join(map(str, wanted.bbox))
    return given


MAX_STREAM_DAYS = 366


def check_streamed(wanted: RequestFilter) -> None:
    """Raises InvalidError unless both days are given and at most a leap year apart."""
    start, end = wanted.start_date, wanted.end_date
    if start is None or end is None or (end - start).days >= MAX_STREAM_DAYS:
        raise InvalidError(["query", "stream"], "needs start_date and end_date, at most 366 days")


class Page:
    """A part of a list: by position, or after the last row of the previous page."""

    def __init__(
        self,
        skip: Annotated[int, Query(ge=0, le=MAX_ID, description="Rows to skip")] = 0,
        limit: Annotated[int, Query(ge=0, le=MAX_REQUESTS, description="Maximum number of rows")] = 1_000,
        cursor_: Annotated[
            str | None,
            Query(alias="cursor", max_length=40, description="From the Link header of the previous page"),
        ] = None,
    ) -> None:
        self.skip = skip
        self.limit = limit
        self.after = None if cursor_ is None else cursor.parse(cursor_)


IsStreamed = Annotated[
    bool,
    Query(
        alias="stream",
        description="At most 366 days in one streamed response; skip, limit and cursor are ignored",
    ),
]
Everything = Annotated[RequestFilter, Depends(request_filter)]
Located = Annotated[RequestFilter, Depends(located_filter)]
RequestedPage = Annotated[Page, Depends()]


class PinsBody(CamelModel):
    """Filter of map points; an empty list of ids matches none."""

    start_date: Date = Field(examples=["2020-01-01"])
    end_date: Date = Field(examples=["2020-01-31"])
    type_ids: BodyIds = Field(examples=[[1, 4]])
    council_ids: BodyIds = Field(examples=[[52]])
