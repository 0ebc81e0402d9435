from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from lacity_data_api.legacy import repository
from lacity_data_api.legacy.schemas import (
    BoxSet,
    Compared,
    ComparedFrequency,
    Comparison,
    LegacyPin,
    MapFilter,
    OpenRequests,
    PublishedRequest,
    SourceSet,
    Visualizations,
)
from lacity_data_api.openapi import NOT_FOUND, cached, cached_post
from lacity_data_api.params import StorableText, srnumber_forms
from lacity_data_api.responding import respond

router = APIRouter(tags=["legacy"])


@router.get("/servicerequest/{srnumber}", responses=cached(PublishedRequest) | NOT_FOUND)
async def get_published_request(
    request: Request,
    srnumber: Annotated[StorableText, Path(description="The city's number", examples=["1-1523593781"])],
) -> Response:
    """One request with everything the city published about it."""
    return await respond(request, repository.service_request(srnumber_forms(srnumber)))


@router.post("/open-requests", responses=cached_post(OpenRequests))
async def list_open_requests(request: Request) -> Response:
    """All open requests as points, by id, descending, and their number by council and type."""
    return await respond(request, repository.open_requests())


@router.post("/map/pins", responses=cached_post(list[LegacyPin]))
async def find_legacy_pins(request: Request, body: MapFilter) -> Response:
    """At most 100,000 points for requests created on these days, newest first."""
    return await respond(request, repository.pins(body))


@router.post("/visualizations", responses=cached_post(Visualizations))
async def visualize(request: Request, body: MapFilter) -> Response:
    """Requests by type: over time, days to close and counts; and counts by source."""
    return await respond(request, repository.visualizations(body))


@router.post("/comparison/frequency", responses=cached_post(ComparedFrequency))
async def compare_frequency(request: Request, body: Comparison) -> Response:
    """Requests over time in two sets of districts."""
    return await respond(request, repository.compared_frequency(body))


@router.post("/comparison/timetoclose", responses=cached_post(Compared[BoxSet]))
async def compare_times(request: Request, body: Comparison) -> Response:
    """Days to close in two sets of districts."""
    return await respond(request, repository.compared_times(body))


@router.post("/comparison/counts", responses=cached_post(Compared[SourceSet]))
async def compare_counts(request: Request, body: Comparison) -> Response:
    """Requests by source in two sets of districts."""
    return await respond(request, repository.compared_sources(body))
