from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from lacity_data_api.cache.answer import JSON
from lacity_data_api.cache.endpoint import answer
from lacity_data_api.geojson.schemas import OpenPins
from lacity_data_api.openapi import NOT_FOUND, finished
from lacity_data_api.params import PathId, StorableText
from lacity_data_api.request_types import repository as types
from lacity_data_api.request_types.schemas import TypeCount
from lacity_data_api.requests import repository
from lacity_data_api.requests.filters import RequestFilter
from lacity_data_api.requests.params import (
    IsStreamed,
    Part,
    PinsBody,
    Wanted,
    check_days,
    check_streamed,
    next_page,
)
from lacity_data_api.requests.schemas import Pin, ServiceRequest
from lacity_data_api.state import state_of
from lacity_data_api.streaming import json_list, streamed

router = APIRouter(prefix="/requests", tags=["requests"])


async def _all(request: Request, wanted: RequestFilter, dated_by: tuple[str, ...]) -> Response:
    check_streamed(wanted)
    items = repository.streamed(state_of(request).database, wanted, dated_by)
    return await streamed(request, json_list(items), JSON)


@router.get("", responses=finished(list[ServiceRequest], is_paged=True))
async def list_requests(request: Request, wanted: Wanted, page: Part, stream: IsStreamed = False) -> Response:
    """Requests created on the days asked for, newest first, then by id; all days without dates."""
    if stream:
        return await _all(request, wanted, repository.CREATED)
    following = next_page("/requests", wanted, page.limit)
    question = repository.created(wanted, page.skip, page.limit, page.after, following)
    return await answer(request, question)


@router.get("/updated", responses=finished(list[ServiceRequest], is_paged=True))
async def list_updated_requests(
    request: Request, wanted: Wanted, page: Part, stream: IsStreamed = False
) -> Response:
    """Requests created or closed on the days asked for, newest first, then by id."""
    if stream:
        return await _all(request, wanted, repository.CREATED_OR_CLOSED)
    following = next_page("/requests/updated", wanted, page.limit)
    question = repository.updated(wanted, page.skip, page.limit, page.after, following)
    return await answer(request, question)


@router.get("/counts/open/types", responses=finished(list[TypeCount]))
async def count_open_requests(request: Request) -> Response:
    """How many requests are open, by type."""
    return await answer(request, types.open_counts())


@router.post("/pins", responses=finished(list[Pin]))
async def find_pins(request: Request, body: PinsBody) -> Response:
    """At most 100,000 points of requests created on these days, newest first."""
    check_days("body", body.start_date, body.end_date)
    wanted = RequestFilter(body.start_date, body.end_date, body.type_ids, body.council_ids)
    return await answer(request, repository.pins(wanted))


@router.get("/pins/open", responses=finished(list[Pin]))
async def list_open_pins(request: Request) -> Response:
    """All open requests as points, newest first."""
    return await answer(request, repository.open_pins())


@router.get("/pins/open/geojson", responses=finished(OpenPins))
async def map_open_pins(request: Request) -> Response:
    """All open requests as GeoJSON points, newest first."""
    return await answer(request, repository.open_pins_as_geojson())


@router.get("/srnumber/{srnumber}", responses=finished(ServiceRequest) | NOT_FOUND)
async def get_request_by_srnumber(
    request: Request,
    srnumber: Annotated[StorableText, Path(description="The city's number", examples=["1-1523593781"])],
) -> Response:
    """One request by the number that the city gave it."""
    return await answer(request, repository.by_srnumber(srnumber))


@router.get("/{request_id}", responses=finished(ServiceRequest) | NOT_FOUND)
async def get_request(request: Request, request_id: PathId) -> Response:
    """One request by our id."""
    return await answer(request, repository.by_id(request_id))
