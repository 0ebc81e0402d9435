from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from lacity_data_api.geojson import repository
from lacity_data_api.geojson.schemas import Councils, Hotspots, Place
from lacity_data_api.openapi import NOT_FOUND, cached
from lacity_data_api.params import Date, Id, year_before
from lacity_data_api.responding import respond
from lacity_data_api.routing import strict_router
from lacity_data_api.state import state_of

router = strict_router("/geojson", "geojson")


@router.get("", responses=cached(Councils))
async def map_councils(request: Request) -> Response:
    """The neighborhood councils' polygons, by id."""
    return await respond(request, repository.council_polygons())


@router.get("/geocode", responses=cached(Place) | NOT_FOUND)
async def find_council(
    request: Request,
    latitude: Annotated[float, Query(ge=-90, le=90, description="Degrees")],
    longitude: Annotated[float, Query(ge=-180, le=180, description="Degrees")],
) -> Response:
    """The council at a location, including its border; the smallest one if several overlap."""
    return await respond(request, repository.council_of_place(latitude, longitude))


@router.get("/hotspots", responses=cached(Hotspots))
async def find_hotspots(
    request: Request,
    type_id: Annotated[Id, Query(description="One request type", examples=[2])] = repository.DEFAULT_TYPE,
    start_date: Annotated[
        Date | None,
        Query(description="First day of creation; default: a year ago", examples=["2020-01-01"]),
    ] = None,
) -> Response:
    """Clusters of at least 12 requests of a type (DBSCAN, 30 m, 12 points), each at its centroid."""
    start = start_date or year_before((await state_of(request).facts.city()).today())
    return await respond(request, repository.hotspots(type_id, start, is_lasting=start_date is not None))
