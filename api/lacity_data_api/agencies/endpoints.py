from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.agencies import repository
from lacity_data_api.agencies.schemas import Agency, AgencyItem
from lacity_data_api.openapi import NOT_FOUND, cached
from lacity_data_api.params import PathId
from lacity_data_api.responding import respond
from lacity_data_api.routing import strict_router

router = strict_router("/agencies", "agencies")


@router.get("", responses=cached(list[Agency]))
async def list_agencies(request: Request) -> Response:
    """All agencies, by id."""
    return await respond(request, repository.all_agencies())


@router.get("/{agency_id}", responses=cached(AgencyItem) | NOT_FOUND)
async def get_agency(request: Request, agency_id: PathId) -> Response:
    """One agency; its keys are in snake_case."""
    return await respond(request, repository.one_agency(agency_id))
