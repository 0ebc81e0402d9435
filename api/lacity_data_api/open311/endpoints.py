from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from lacity_data_api.city.facts import City
from lacity_data_api.errors import NotFoundError
from lacity_data_api.open311 import bookmarks, discovery, repository
from lacity_data_api.open311.errors import Open311Route
from lacity_data_api.open311.formats import Format, Rendering, write
from lacity_data_api.open311.params import (
    MAX_REQUESTS,
    Extensions,
    Information,
    KnownCity,
    Page,
    PathFormat,
    Wanted,
    WantedRequests,
    days_of,
    single_code,
)
from lacity_data_api.open311.schemas import (
    Definition,
    Discovery,
    Open311Request,
    Service,
    cached_forms,
    uncached_forms,
)
from lacity_data_api.params import StorableText, query_of_next_page, srnumber_forms
from lacity_data_api.responding import respond
from lacity_data_api.responses import NO_STORE
from lacity_data_api.state import state_of
from lacity_data_api.statements import Form

router = APIRouter(prefix="/open311", tags=["open311"], route_class=Open311Route)

ServiceCode = Annotated[StorableText, Path(description="Our id of the type", examples=["4"])]
RequestNumber = Annotated[StorableText, Path(description="The city's number", examples=["1-1523593781"])]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def _form(root: str, form: Format, city: City) -> dict[str, Any]:
    """The options of a query whose response has this form."""
    return {"form": Form(form.media_type, Rendering(root, form, city.time_zone))}


@router.get("/discovery.{format}", responses=uncached_forms(Discovery))
async def discover(request: Request, city: KnownCity, form: PathFormat) -> Response:
    """The endpoints and their formats."""
    body = write(discovery.document(request, city), "discovery", form)
    return Response(body, headers=NO_STORE, media_type=form.media_type)


@router.get("/v2/services.{format}", responses=cached_forms(list[Service]))
async def list_services(
    request: Request, city: KnownCity, form: PathFormat, information: Information
) -> Response:
    """All types of requests, by code."""
    query = repository.services(has_information=information, **_form("services", form, city))
    return await respond(request, query)


@router.get("/v2/services/{service_code}.{format}", responses=cached_forms(Definition))
async def define_service(
    request: Request, city: KnownCity, form: PathFormat, service_code: ServiceCode
) -> Response:
    """The attributes of a service, of which there are none."""
    form_of_service = _form("service_definition", form, city)
    return await respond(request, repository.definition(single_code(service_code), **form_of_service))


@router.get("/v2/requests.{format}", responses=cached_forms(list[Open311Request]))
async def list_requests(request: Request, city: KnownCity, form: PathFormat, wanted: Wanted) -> Response:
    """Requests of at most 90 days: the newest 1,000 that match, or a page of all matches, oldest first.

    Default: the last 90 days, today included. With `updated_after` or `updated_before` and no dates, requests
    of any age.
    """
    options = {"is_extended": wanted.is_extended, **_form("service_requests", form, city)}
    if wanted.page is not None:
        return await _page(request, wanted, wanted.page, options)
    query = repository.newest(wanted.filter, MAX_REQUESTS, is_lasting=wanted.is_lasting, **options)
    return await respond(request, query)


async def _page(request: Request, wanted: WantedRequests, page: Page, options: dict[str, Any]) -> Response:
    bounds = await bookmarks.find_bounds(state_of(request), wanted.filter, page)
    link = _next(request, wanted, page) if bounds and bounds.last else ""
    # Every request extends the lifetime of its bookmarks, so no page may be served by its raw URL.
    query = repository.page(wanted.filter, bounds, page.size, link=link, is_lasting=False, **options)
    return await respond(request, query)


def _next(request: Request, wanted: WantedRequests, page: Page) -> str:
    """The next page, as a Link header; it names a span that depends on today, because that may change."""
    given = {name: text for name, text in request.query_params.items() if text.strip()}
    days = {} if wanted.is_lasting else days_of(wanted.filter.requested)
    following = query_of_next_page({**given, **days, "page": page.number + 1, "page_size": page.size})
    return f'<{request.url.path}?{following}>; rel="next"'


@router.get("/v2/requests/{service_request_id}.{format}", responses=cached_forms(list[Open311Request]))
async def get_request(
    request: Request,
    city: KnownCity,
    form: PathFormat,
    service_request_id: RequestNumber,
    extensions: Extensions,
) -> Response:
    """One request, as a list of one."""
    query = repository.one(
        srnumber_forms(service_request_id), is_extended=extensions, **_form("service_requests", form, city)
    )
    return await respond(request, query)


@router.api_route("/{rest:path}", methods=METHODS, include_in_schema=False)
async def reject_unknown_resource(rest: str) -> Response:  # noqa: ARG001
    """Requests cannot be submitted here, and there are no other resources."""
    raise NotFoundError("There is no such resource; requests can be read, not made")
