"""The requests in one square of the map, as JSON for its popup."""

from __future__ import annotations

import math

import orjson
from flask import Response, abort, request

from data import mapped
from data.errors import DataError
from data.frames import records
from data.mapped import Square
from pages.city_map import REPORT, STATUS
from report_kit.failures import unavailable
from report_kit.report_page import warehouse
from report_kit.selection import Selection


def newest() -> Response:
    """The newest requests of a selection in the square with the given sides; 400 without four numbers."""
    square = _square()
    if square is None:
        abort(400)
    try:
        selection = Selection.of(REPORT.controls, request.query_string.decode(), warehouse())
        status = selection.choices[STATUS.name]
        found = mapped.newest(warehouse(), selection.filters, status, square)
    except DataError as error:
        return unavailable(error)
    return Response(orjson.dumps(records(found)), mimetype="application/json")


def _square() -> Square | None:
    try:
        sides = [float(request.args[side]) for side in Square._fields]
    except (KeyError, ValueError):
        return None
    return Square(*sides) if all(map(math.isfinite, sides)) else None
