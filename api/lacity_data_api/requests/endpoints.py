from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from lacity_data_api.cache.cached_response import JSON
from lacity_data_api.geojson.schemas import OpenPins
from lacity_data_api.openapi import NOT_FOUND, TOO_MANY_DOWNLOADS, cached, cached_post
from lacity_data_api.params import PathId, StorableText
from lacity_data_api.request_types import repository as types
from lacity_data_api.request_types.schemas import TypeCount
from lacity_data_api.requests import repository
from lacity_data_api.requests.filters import RequestFilter
from lacity_data_api.requests.params import (
    IsStreamed,
    Located,
    Page,
    PinsBody,
    RequestedPage,
    check_days,
    check_streamed,
    next_page,
)
from lacity_data_api.requests.schemas import Pin, RequestDetail, ServiceRequest
from lacity_data_api.responding import respond
from lacity_data_api.routing import strict_router
from lacity_data_api.state import state_of
from lacity_data_api.streaming import json_list, streamed

router = strict_router("/requests", "requests")


async def _list(
    request: Request, wanted: RequestFilter, page: Page, date_columns: tuple[str, ...], *, is_streamed: bool
) -> Response:
    if is_streamed:
        check_streamed(wanted)
        items = repository.stream(state_of(request).database, wanted, date_columns)
        return streamed(request, json_list(items), JSON)
    query = repository.page(
        wanted,
        date_columns,
        skip=page.skip,
        limit=page.limit,
        after=page.after,
        next_page=next_page(request.url.path, wanted, page.limit),
    )
    return await respond(request, query)


@router.get("", responses=cached(list[ServiceRequest], is_paged=True) | TOO_MANY_DOWNLOADS)
async def list_requests(
    request: Request, wanted: Located, page: RequestedPage, stream: IsStreamed = False
) -> Response:
    """Requests created on these days (default: all), newest first, then by id."""
    return await _list(request, wanted, page, repository.CREATED, is_streamed=stream)


@router.get("/updated", responses=cached(list[ServiceRequest], is_paged=True) | TOO_MANY_DOWNLOADS)
async def list_updated_requests(
    request: Request, wanted: Located, page: RequestedPage, stream: IsStreamed = False
) -> Response:
    """Requests created or closed on these days, newest first, then by id."""
    return await _list(request, wanted, page, repository.CREATED_OR_CLOSED, is_streamed=stream)


@router.get("/counts/open/types", responses=cached(list[TypeCount]))
async def count_open_requests(request: Request) -> Response:
    """Open requests by type; types without open requests are left out."""
    return await respond(request, types.open_counts())


@router.post("/pins", responses=cached_post(list[Pin]))
async def find_pins(request: Request, body: PinsBody) -> Response:
    """At most 100,000 points for requests created on these days, newest first."""
    check_days("body", ("startDate", "endDate"), body.start_date, body.end_date)
    wanted = RequestFilter(body.start_date, body.end_date, type_id=body.type_ids, council_id=body.council_ids)
    return await respond(request, repository.pins(wanted))


@router.get("/pins/open", responses=cached(list[Pin]))
async def list_open_pins(request: Request) -> Response:
    """All open requests as points, by id, descending."""
    return await respond(request, repository.open_pins())


@router.get("/pins/open/geojson", responses=cached(OpenPins))
async def map_open_pins(request: Request) -> Response:
    """All open requests as GeoJSON points, by id, descending."""
    return await respond(request, repository.open_pins_as_geojson())


@router.get("/srnumber/{srnumber}", responses=cached(RequestDetail) | NOT_FOUND)
async def get_request_by_srnumber(
    request: Request,
    srnumber: Annotated[StorableText, Path(description="The city's number", examples=["1-1523593781"])],
) -> Response:
    """One request by the number that the city gave it."""
    return await respond(request, repository.by_srnumber(srnumber))


@router.get("/{request_id}", responses=cached(RequestDetail) | NOT_FOUND)
async def get_request(request: Request, request_id: PathId) -> Response:
    """One request by our id."""
    return await respond(request, repository.by_id(request_id))
