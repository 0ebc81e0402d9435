from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Path, Request
from starlette.responses import RedirectResponse, Response

from lacity_data_api.cache.cached_response import IMMUTABLE
from lacity_data_api.errors import NotFoundError
from lacity_data_api.openapi import HEADERS, NOT_FOUND, NOT_MODIFIED, UNAVAILABLE, Responses, cached
from lacity_data_api.params import MAX_ID, Include
from lacity_data_api.requests.params import Everything, query_parameters
from lacity_data_api.responding import find, respond, send
from lacity_data_api.responses import NO_STORE
from lacity_data_api.routing import strict_router
from lacity_data_api.state import state_of
from lacity_data_api.tiles import repository
from lacity_data_api.tiles.grid import DEEPEST_ZOOM, Tile
from lacity_data_api.tiles.schemas import TileJson

router = strict_router("", "tiles")

BYTES = {repository.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}
TILE: Responses = {
    200: {"description": "The tile (Mapbox Vector Tile 2)", "content": BYTES, "headers": HEADERS},
    204: {"description": "There are no requests in this tile"},
    307: {"description": "Another generation is served; redirect to its tile"},
}
Generation = Annotated[
    int, Path(ge=0, le=MAX_ID, description="Generation of the data, from /tiles.json", examples=[1])
]
Zoom = Annotated[int, Path(ge=0, le=DEEPEST_ZOOM, description="0: the world", examples=[10])]
Column = Annotated[int, Path(ge=0, lt=2**DEEPEST_ZOOM, description="From the west", examples=[175])]
Row = Annotated[int, Path(ge=0, lt=2**DEEPEST_ZOOM, description="From the north", examples=[408])]


@router.get("/tiles.json", responses=cached(TileJson))
async def describe_tiles(request: Request, wanted: Everything) -> Response:
    """TileJSON 3 for map clients. The filters of /requests become part of the tiles' URL."""
    query = urlencode(query_parameters(replace(wanted, unlocated=Include.EXCLUDE)), doseq=True)
    filters = f"?{query}" if query else ""
    base = state_of(request).settings.api_public_url or str(request.base_url)
    return await respond(request, repository.tile_json(f"{base.rstrip('/')}/", filters))


@router.get(
    "/tiles/{generation}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses=TILE | NOT_MODIFIED | NOT_FOUND | UNAVAILABLE,
)
async def get_tile(
    request: Request, generation: Generation, z: Zoom, x: Column, y: Row, wanted: Everything
) -> Response:
    """Located requests in layer `requests`: clusters whose counts add up exactly, and single requests.

    At each zoom, each request is in exactly one feature of one tile. A tile of a generation never changes;
    tiles of older generations redirect to the served one.
    """
    place = Tile(z, x, y)
    if not place.exists:
        raise NotFoundError
    state = state_of(request)
    served = await state.watcher.current()
    if served != generation:
        return _moved(request, place, served)
    if not place.bounds.overlaps((await state.facts.city()).bounds):
        return Response(status_code=204, headers={"Cache-Control": IMMUTABLE.decode()})
    query = repository.tile(wanted, place, await state.facts.catalog())
    keyed = await find(request, query)
    if keyed.response.generation != generation:
        return _moved(request, place, keyed.response.generation)
    return await send(request, query, keyed)


def _moved(request: Request, place: Tile, generation: int) -> Response:
    query = request.url.query
    path = f"/tiles/{generation}/{place.z}/{place.x}/{place.y}.mvt"
    return RedirectResponse(f"{path}?{query}" if query else path, 307, NO_STORE)
