"""Routes for the map: outlines, addresses, and redirects to a request's page."""

from __future__ import annotations

from urllib.parse import quote

import orjson
from dash import Dash
from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from config import Settings
from data import mapped
from data.errors import DataError
from data.frames import records
from report_kit import assets
from report_kit.failures import unavailable
from report_kit.report_page import warehouse

GEOJSON = "application/geo+json"
MIN_SEARCH_LENGTH, MAX_SEARCH_LENGTH = 3, 100
MODULE = "vendor/maplibre-gl.mjs"
LIBRARY = {"module": MODULE, "worker": "vendor/maplibre-gl-worker.mjs", "sheet": "vendor/maplibre-gl.css"}


def add_map_routes(app: Dash, settings: Settings) -> None:
    """Register the routes, and keep the settings that the map needs in the browser."""
    server = app.server
    server.extensions["map"] = {
        "api": settings.api_public_url.rstrip("/"),
        "style": settings.map_style_url,
        "library": {part: assets.address(name) for part, name in LIBRARY.items()},
    }
    server.add_url_rule("/map/outlines/<kind>.json", "map-outlines", outlines)
    server.add_url_rule("/map/addresses", "map-addresses", addresses)
    server.add_url_rule("/map/request/<int:request_id>", "map-request", go_to_request)


def outlines(kind: str) -> Response:
    """GeoJSON of the areas or the regions."""
    if kind not in mapped.OUTLINES:
        abort(404)
    try:
        rows = records(mapped.outlines(warehouse(), kind))
    except DataError as error:
        return unavailable(error)
    features = [
        {"type": "Feature", "properties": {"name": row["name"]}, "geometry": row["polygon"]} for row in rows
    ]
    return _json({"type": "FeatureCollection", "features": features}, GEOJSON)


def addresses() -> Response:
    """Addresses that begin with ``q``."""
    text = " ".join(request.args.get("q", "").split())
    if not MIN_SEARCH_LENGTH <= len(text) <= MAX_SEARCH_LENGTH:
        return _json([])
    try:
        return _json(records(mapped.addresses(warehouse(), text)))
    except DataError as error:
        return unavailable(error)


def go_to_request(request_id: int) -> AnyResponse:
    """Redirect from our id, which tiles contain, to the page of the request, whose URL has its SR number."""
    if request_id >= 2**63:
        abort(404)
    try:
        number = mapped.sr_number(warehouse(), request_id)
    except DataError as error:
        return unavailable(error)
    if number is None:
        abort(404)
    return redirect(f"/request/{quote(number, safe='')}", 302)


def _json(content: object, media_type: str = "application/json") -> Response:
    return Response(orjson.dumps(content), mimetype=media_type)
