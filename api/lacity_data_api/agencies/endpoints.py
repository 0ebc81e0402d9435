from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from lacity_data_api.agencies import repository
from lacity_data_api.agencies.schemas import Agency, AgencyItem
from lacity_data_api.cache.endpoint import answer
from lacity_data_api.openapi import NOT_FOUND, finished
from lacity_data_api.params import PathId

router = APIRouter(prefix="/agencies", tags=["agencies"])


@router.get("", responses=finished(list[Agency]))
async def list_agencies(request: Request) -> Response:
    """All agencies, by id."""
    return await answer(request, repository.all_agencies())


@router.get("/{agency_id}", responses=finished(AgencyItem) | NOT_FOUND)
async def get_agency(request: Request, agency_id: PathId) -> Response:
    """One agency; its keys are in snake_case."""
    return await answer(request, repository.one_agency(agency_id))
