from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.openapi import NOT_FOUND, cached
from lacity_data_api.params import PathId
from lacity_data_api.reference import repository
from lacity_data_api.reference.schemas import (
    Agency,
    ListedAgency,
    ListedRegion,
    ListedSource,
    Region,
    Source,
)
from lacity_data_api.responding import respond
from lacity_data_api.routing import strict_router

agencies = strict_router("/agencies", "agencies")
regions = strict_router("/regions", "regions")
sources = strict_router("/sources", "sources")


@agencies.get("", responses=cached(list[ListedAgency]))
async def list_agencies(request: Request) -> Response:
    """All agencies, by id."""
    return await respond(request, repository.agencies())


@agencies.get("/{agency_id}", responses=cached(Agency) | NOT_FOUND)
async def get_agency(request: Request, agency_id: PathId) -> Response:
    """One agency; its keys are in snake_case."""
    return await respond(request, repository.agency(agency_id))


@regions.get("", responses=cached(list[ListedRegion]))
async def list_regions(request: Request) -> Response:
    """All regions, by id."""
    return await respond(request, repository.regions())


@regions.get("/{region_id}", responses=cached(Region) | NOT_FOUND)
async def get_region(request: Request, region_id: PathId) -> Response:
    """One region; its keys are in snake_case."""
    return await respond(request, repository.region(region_id))


@sources.get("", responses=cached(list[ListedSource]))
async def list_sources(request: Request) -> Response:
    """All sources, by id."""
    return await respond(request, repository.sources())


@sources.get("/{source_id}", responses=cached(Source) | NOT_FOUND)
async def get_source(request: Request, source_id: PathId) -> Response:
    """One source; its keys are in snake_case."""
    return await respond(request, repository.source(source_id))
