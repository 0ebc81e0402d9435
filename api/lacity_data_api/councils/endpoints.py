from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.councils import repository
from lacity_data_api.councils.schemas import Council, CouncilTypeStatistics
from lacity_data_api.openapi import NOT_FOUND, cached
from lacity_data_api.params import PathId
from lacity_data_api.request_types.schemas import TypeCount, TypeStatistics
from lacity_data_api.responding import respond
from lacity_data_api.routing import strict_router

router = strict_router("/councils", "councils")


@router.get("", responses=cached(list[Council]))
async def list_councils(request: Request) -> Response:
    """All neighborhood councils, by id."""
    return await respond(request, repository.all_councils())


@router.get("/types/stats", responses=cached(list[CouncilTypeStatistics]))
async def statistics_of_all_councils(request: Request) -> Response:
    """Days to close by council and type; council 0 stands for requests outside all councils."""
    return await respond(request, repository.statistics_of_all())


@router.get("/{council_id}", responses=cached(Council) | NOT_FOUND)
async def get_council(request: Request, council_id: PathId) -> Response:
    """One council."""
    return await respond(request, repository.one_council(council_id))


@router.get("/{council_id}/types/stats", responses=cached(list[TypeStatistics]))
async def statistics_of_council(request: Request, council_id: PathId) -> Response:
    """Days to close by type in one council; empty for a council without closed requests."""
    return await respond(request, repository.statistics_of_one(council_id))


@router.get("/{council_id}/counts/open/types", responses=cached(list[TypeCount]))
async def open_counts_of_council(request: Request, council_id: PathId) -> Response:
    """Open requests by type in one council; types without open requests are left out."""
    return await respond(request, repository.open_counts(council_id))
