"""Turns a query into a response."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.cache.cached_response import CachedResponse
from lacity_data_api.cache.response_cache import Keyed
from lacity_data_api.http.accept import raw_list_header
from lacity_data_api.responses import prepared_response
from lacity_data_api.state import state_of
from lacity_data_api.statements import Query

# Of documents that change only with the release or the city.
REVALIDATED = {"Cache-Control": "public, no-cache", "Vary": "Accept-Encoding, Origin"}


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


def send_document(request: Request, document: CachedResponse, headers: Mapping[str, str]) -> Response:
    """A document without data, in the encoding that the client prefers; 304 if the client has it already."""
    accept_encoding, if_none_match = (
        raw_list_header(request.headers, name) for name in ("accept-encoding", "if-none-match")
    )
    encoding = document.encoding_for(accept_encoding)
    if not document.has(encoding):
        document.encode(encoding)
    representation = document.representation(encoding)
    status, _, body = representation.conditional(if_none_match)
    sent = {**headers, "ETag": representation.etag.decode()}
    if encoding and body:
        sent["Content-Encoding"] = encoding
    return Response(body, status, sent, document.media_type if body else None)
