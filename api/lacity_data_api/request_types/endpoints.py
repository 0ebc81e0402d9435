from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.openapi import NOT_FOUND, cached
from lacity_data_api.params import PathId
from lacity_data_api.request_types import repository
from lacity_data_api.request_types.schemas import RequestType, TypeGroup, TypeStatistics
from lacity_data_api.responding import respond
from lacity_data_api.routing import strict_router

router = strict_router("/types", "types")


@router.get("", responses=cached(list[RequestType]))
async def list_types(request: Request) -> Response:
    """All request types, by id; the agency is the one that usually owns such requests."""
    return await respond(request, repository.all_types())


@router.get("/stats", responses=cached(list[TypeStatistics]))
async def statistics_of_types(request: Request) -> Response:
    """Days to close by type, over all closed requests."""
    return await respond(request, repository.statistics())


@router.get("/groups", responses=cached(list[TypeGroup]))
async def list_groups(request: Request) -> Response:
    """Groups of types that belong together, by id; group 0 contains the types without a group."""
    return await respond(request, repository.all_groups())


@router.get("/{type_id}", responses=cached(RequestType) | NOT_FOUND)
async def get_type(request: Request, type_id: PathId) -> Response:
    """One request type."""
    return await respond(request, repository.one_type(type_id))
