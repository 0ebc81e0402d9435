from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.openapi import NOT_FOUND, cached
from lacity_data_api.params import PathId
from lacity_data_api.responding import respond
from lacity_data_api.routing import strict_router
from lacity_data_api.sources import repository
from lacity_data_api.sources.schemas import Source, SourceItem

router = strict_router("/sources", "sources")


@router.get("", responses=cached(list[Source]))
async def list_sources(request: Request) -> Response:
    """All sources, by id."""
    return await respond(request, repository.all_sources())


@router.get("/{source_id}", responses=cached(SourceItem) | NOT_FOUND)
async def get_source(request: Request, source_id: PathId) -> Response:
    """One source; its keys are in snake_case."""
    return await respond(request, repository.one_source(source_id))
