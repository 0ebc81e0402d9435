from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.openapi import NOT_FOUND, cached
from lacity_data_api.params import PathId
from lacity_data_api.regions import repository
from lacity_data_api.regions.schemas import Region, RegionItem
from lacity_data_api.responding import respond
from lacity_data_api.routing import strict_router

router = strict_router("/regions", "regions")


@router.get("", responses=cached(list[Region]))
async def list_regions(request: Request) -> Response:
    """All regions, by id."""
    return await respond(request, repository.all_regions())


@router.get("/{region_id}", responses=cached(RegionItem) | NOT_FOUND)
async def get_region(request: Request, region_id: PathId) -> Response:
    """One region; its keys are in snake_case."""
    return await respond(request, repository.one_region(region_id))
