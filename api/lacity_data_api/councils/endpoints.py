from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from lacity_data_api.cache.endpoint import answer
from lacity_data_api.councils import repository
from lacity_data_api.councils.schemas import Council, CouncilTypeStats, TypeStats
from lacity_data_api.openapi import NOT_FOUND, finished
from lacity_data_api.params import PathId
from lacity_data_api.request_types.schemas import TypeCount

router = APIRouter(prefix="/councils", tags=["councils"])


@router.get("", responses=finished(list[Council]))
async def list_councils(request: Request) -> Response:
    """All neighborhood councils, by id."""
    return await answer(request, repository.all_councils())


@router.get("/types/stats", responses=finished(list[CouncilTypeStats]))
async def stats_of_all_councils(request: Request) -> Response:
    """Days to close by council and type; council 0 holds the requests outside every council."""
    return await answer(request, repository.stats_of_all())


@router.get("/{council_id}", responses=finished(Council) | NOT_FOUND)
async def get_council(request: Request, council_id: PathId) -> Response:
    """One council."""
    return await answer(request, repository.one_council(council_id))


@router.get("/{council_id}/types/stats", responses=finished(list[TypeStats]))
async def stats_of_council(request: Request, council_id: PathId) -> Response:
    """Days to close by type in one council; empty for a council without closed requests."""
    return await answer(request, repository.stats_of_one(council_id))


@router.get("/{council_id}/counts/open/types", responses=finished(list[TypeCount]))
async def open_counts_of_council(request: Request, council_id: PathId) -> Response:
    """Open requests by type in one council; types without any are left out."""
    return await answer(request, repository.open_counts(council_id))
