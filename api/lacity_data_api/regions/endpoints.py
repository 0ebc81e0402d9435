from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from lacity_data_api.cache.endpoint import answer
from lacity_data_api.openapi import NOT_FOUND, finished
from lacity_data_api.params import PathId
from lacity_data_api.regions import repository
from lacity_data_api.regions.schemas import Region, RegionItem

router = APIRouter(prefix="/regions", tags=["regions"])


@router.get("", responses=finished(list[Region]))
async def list_regions(request: Request) -> Response:
    """All regions, by id."""
    return await answer(request, repository.all_regions())


@router.get("/{region_id}", responses=finished(RegionItem) | NOT_FOUND)
async def get_region(request: Request, region_id: PathId) -> Response:
    """One region; its keys are in snake_case."""
    return await answer(request, repository.one_region(region_id))
