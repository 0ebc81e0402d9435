from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from lacity_data_api.cache.cached_response import JSON
from lacity_data_api.changes import repository
from lacity_data_api.changes.feeds import ATOM_MEDIA_TYPE, JSON_MEDIA_TYPE, atom, json_feed
from lacity_data_api.changes.filters import ChangeFilter
from lacity_data_api.changes.params import (
    DEFAULT_CHANGES,
    After,
    FeedParams,
    Limit,
    change_filter,
    next_page,
)
from lacity_data_api.changes.schemas import Change, JsonFeed
from lacity_data_api.http.accept import list_header, prefers
from lacity_data_api.openapi import NOT_FOUND, Problem, Responses, cached, document_of
from lacity_data_api.params import PathId
from lacity_data_api.responding import respond
from lacity_data_api.routing import strict_router
from lacity_data_api.state import state_of
from lacity_data_api.statements import Form

router = strict_router("/changes", "changes")
histories = strict_router("/requests", "requests")

LINES = repository.LINES.media_type
GONE: Responses = {410: {"model": Problem, "description": "Changes after `after` are no longer kept"}}
NO_LINES: Responses = {204: {"description": "There are no changes, and therefore no lines"}}
ATOM_FORM, JSON_FORM = Form(ATOM_MEDIA_TYPE, atom), Form(JSON_MEDIA_TYPE, json_feed)


@router.get("", responses=cached(list[Change], is_paged=True, others=(LINES,)) | NO_LINES | GONE)
async def list_changes(
    request: Request,
    wanted: Annotated[ChangeFilter, Depends(change_filter)],
    after: After = None,
    limit: Limit = DEFAULT_CHANGES,
) -> Response:
    """Changes that runs made to requests, oldest first: CloudEvents as a JSON list, or one per line.

    Applying them in this order to a copy of the requests results in what is served now. With filters, a page
    may be short or empty although the Link header names a next one.
    """
    query = repository.page(
        wanted,
        after=after,
        limit=limit,
        next_page=next_page(request.url.path, wanted, limit),
        is_lines=prefers(list_header(request.headers, "accept"), LINES, JSON),
    )
    return await respond(request, query)


async def _feed(request: Request, wanted: FeedParams, form: Form) -> Response:
    query = repository.feed(
        request.url.path,
        wanted.query,
        state_of(request).settings.api_public_url.rstrip("/"),
        council_id=wanted.council_id,
        type_id=wanted.type_id,
        archive=wanted.archive,
        form=form,
    )
    return await respond(request, query)


@router.get("/feed.atom", response_class=Response, responses=document_of(ATOM_MEDIA_TYPE) | NOT_FOUND)
async def get_atom_feed(request: Request, wanted: Annotated[FeedParams, Depends()]) -> Response:
    """The city's changes in a council, of a type, or both, newest first, as Atom with archive pages."""
    return await _feed(request, wanted, ATOM_FORM)


@router.get(
    "/feed.json", response_class=Response, responses=document_of(JSON_MEDIA_TYPE, JsonFeed) | NOT_FOUND
)
async def get_json_feed(request: Request, wanted: Annotated[FeedParams, Depends()]) -> Response:
    """Changes in a council, of a type, or both, newest first, as JSON Feed 1.1 with archive pages."""
    return await _feed(request, wanted, JSON_FORM)


@histories.get("/{request_id}/history", responses=cached(list[Change]) | NOT_FOUND)
async def get_history(request: Request, request_id: PathId) -> Response:
    """Every change to one request since the history began, oldest first, even if the request is gone."""
    return await respond(request, repository.history(request_id))
