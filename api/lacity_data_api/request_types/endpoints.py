from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from lacity_data_api.cache.endpoint import answer
from lacity_data_api.councils.schemas import TypeStats
from lacity_data_api.openapi import NOT_FOUND, finished
from lacity_data_api.params import PathId
from lacity_data_api.request_types import repository
from lacity_data_api.request_types.schemas import RequestType

router = APIRouter(prefix="/types", tags=["types"])


@router.get("", responses=finished(list[RequestType]))
async def list_types(request: Request) -> Response:
    """All request types, by id; the agency is the one that usually owns such requests."""
    return await answer(request, repository.all_types())


@router.get("/stats", responses=finished(list[TypeStats]))
async def stats_of_types(request: Request) -> Response:
    """Days to close by type, of all closed requests."""
    return await answer(request, repository.stats())


@router.get("/{type_id}", responses=finished(RequestType) | NOT_FOUND)
async def get_type(request: Request, type_id: PathId) -> Response:
    """One request type."""
    return await answer(request, repository.one_type(type_id))
