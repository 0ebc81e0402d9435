from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from lacity_data_api.cache.endpoint import answer
from lacity_data_api.openapi import NOT_FOUND, finished
from lacity_data_api.params import PathId
from lacity_data_api.sources import repository
from lacity_data_api.sources.schemas import Source, SourceItem

router = APIRouter(prefix="/sources", tags=["sources"])


@router.get("", responses=finished(list[Source]))
async def list_sources(request: Request) -> Response:
    """All sources, by id."""
    return await answer(request, repository.all_sources())


@router.get("/{source_id}", responses=finished(SourceItem) | NOT_FOUND)
async def get_source(request: Request, source_id: PathId) -> Response:
    """One source; its keys are in snake_case."""
    return await answer(request, repository.one_source(source_id))
