from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from lacity_data_api.cache.endpoint import answer
from lacity_data_api.geojson import repository
from lacity_data_api.geojson.schemas import Councils, Hotspots, Place
from lacity_data_api.openapi import NOT_FOUND, finished
from lacity_data_api.params import Date, Id, today, year_before

router = APIRouter(prefix="/geojson", tags=["geojson"])


@router.get("", responses=finished(Councils))
async def map_councils(request: Request) -> Response:
    """The neighborhood councils' polygons, by id."""
    return await answer(request, repository.council_polygons())


@router.get("/geocode", responses=finished(Place) | NOT_FOUND)
async def find_council(
    request: Request,
    latitude: Annotated[float, Query(ge=-90, le=90, description="Degrees", examples=[34.0449])],
    longitude: Annotated[float, Query(ge=-180, le=180, description="Degrees", examples=[-118.2349])],
) -> Response:
    """The council in which a place lies, edges included."""
    return await answer(request, repository.council_of_place(latitude, longitude))


@router.get("/hotspots", responses=finished(Hotspots))
async def find_hotspots(
    request: Request,
    type_id: Annotated[Id, Query(description="One request type", examples=[2])] = repository.DEFAULT_TYPE,
    start_date: Annotated[
        Date | None,
        Query(description="First day that counts; left out: a year ago", examples=["2020-01-01"]),
    ] = None,
) -> Response:
    """Where at least 12 requests of a type lie within 30 metres: the middle of all that are connected."""
    start = start_date or year_before(today())
    return await answer(request, repository.hotspots(type_id, start, is_lasting=start_date is not None))
