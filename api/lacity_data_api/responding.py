"""Turns a query into a response."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.cache.response_cache import Keyed
from lacity_data_api.http.accept import raw_list_header
from lacity_data_api.responses import prepared_response
from lacity_data_api.state import state_of
from lacity_data_api.statements import Query


async def respond(request: Request, query: Query) -> Response:
    """The cached response in the encoding that the client prefers; 304 if the client has it already.

    Raises ApiError if there is none.
    """
    return await send(request, query, await find(request, query))


async def find(request: Request, query: Query) -> Keyed:
    """The cached response, before it is sent. Raises ApiError if there is none."""
    return await state_of(request).watcher.find(query, raw_list_header(request.headers, "accept-encoding"))


async def send(request: Request, query: Query, keyed: Keyed) -> Response:
    """This cached response in the encoding that the client prefers; 304 if the client has it already."""
    state = state_of(request)
    accept_encoding, if_none_match = (
        raw_list_header(request.headers, name) for name in ("accept-encoding", "if-none-match")
    )
    encoding = keyed.response.encoding_for(accept_encoding)
    await state.responses.encode(keyed, encoding)
    if request.method != "GET":
        if_none_match = b""
    elif query.is_lasting:
        accept = (raw_list_header(request.headers, "accept"),) if query.form.is_negotiated else ()
        url = (request.scope["raw_path"], request.scope["query_string"], *accept)
        state.responses.memory.add_url(keyed.key, url, request.scope["route"].path)
    status, headers, body = keyed.response.representation(encoding).conditional(if_none_match)
    return prepared_response(status, headers, body)
