from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, NamedTuple

from lacity_data_api.city.facts import RollupCatalog
from lacity_data_api.params import Include
from lacity_data_api.requests.filters import RequestFilter, where
from lacity_data_api.statements import DAY_SECONDS, DEFAULT_SECONDS, Form, Query, Statement, Where
from lacity_data_api.tiles import statements
from lacity_data_api.tiles.grid import DEEPEST_ZOOM, INDEX_FROM_ZOOM, INDEXED_ZOOM, Tile
from lacity_data_api.tiles.months import WholeMonths, whole_months

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
CELL = re.compile(r"map_cell_(\d+)")
# Fields of a filter, and the dimensions of a rollup that they need; groups become types.
DIMENSIONS = {
    "type_id": "type_id",
    "group_id": "type_id",
    "council_id": "council_id",
    "agency_id": "agency_id",
    "source_id": "source_id",
    "status": "is_open",
}
# Fields of a filter that are not dimensions of a request.
WITHOUT_DIMENSION = {"start_date", "end_date", "unlocated", "information"}
FIELDS = {
    "cluster": "True: a cluster, possibly of one request; absent: one request",
    "point_count": "Number of requests in a cluster",
    "point_count_abbreviated": "point_count as short text",
    "request_id": "Our id of one request",
    "type_id": "Type of one request",
    "created_date": "Local time as published, of one request",
    "closed_date": "Local time when one request was closed; absent if none is published",
    "is_open": "Whether one request is open",
}


class MapRollup(NamedTuple):
    """A rollup that counts by cells of this zoom."""

    table: str
    zoom: int


def tile(wanted: RequestFilter, place: Tile, catalog: RollupCatalog) -> Query:
    """The located requests that match; at each zoom, each is counted in exactly one feature of one tile."""
    parts = _parts(replace(wanted, unlocated=Include.EXCLUDE), place, catalog)
    side = 2 ** (place.cell_zoom - place.z)
    values: dict[str, Any] = {"first_x": place.x * side, "first_y": place.y * side}
    for part in parts:
        values |= part.values
    is_deep = place.z > INDEX_FROM_ZOOM
    return Query(
        statements.tile([part.sql for part in parts]),
        values,
        ttl_seconds=DEFAULT_SECONDS if is_deep else DAY_SECONDS,
        # Each deep tile is cheap, and there are too many to share in Redis.
        is_shared=not is_deep,
        form=Form(MEDIA_TYPE, is_binary=True, is_immutable=True),
    )


def tile_json(base: str, filters: str) -> Query:
    """TileJSON 3 of the newest generation.

    ``base`` is the API's address with a slash at the end, ``filters`` the query string of every tile.
    """
    values = {"base": base, "filters": filters, "deepest": DEEPEST_ZOOM, "fields": json.dumps(FIELDS)}
    # The response contains the host that the client used, so clients must not share it.
    return Query(statements.TILE_JSON, values, is_shared=False, is_lasting=False)


def _parts(wanted: RequestFilter, place: Tile, catalog: RollupCatalog) -> list[Statement]:
    """Counts of disjoint sets of requests: whole months from a rollup if possible, other days from rows."""
    months = whole_months(wanted.start_date, wanted.end_date)
    rollup = None if months.is_empty else _rollup(wanted, place, months, catalog)
    if rollup is None:
        return [_from_rows(where(wanted), place)]
    counted = _from_rollup(wanted, place, months, rollup)
    others = _other_days(wanted, months)
    return [counted] if others is None else [counted, _from_rows(others, place)]


def _rollup(
    wanted: RequestFilter, place: Tile, months: WholeMonths, catalog: RollupCatalog
) -> MapRollup | None:
    """The rollup with the fewest cells that has the filter's columns, and cells as small as the tile's."""
    names = wanted.conditions.keys() - WITHOUT_DIMENSION
    if not names <= DIMENSIONS.keys():
        return None
    needed = {"type_id", *(DIMENSIONS[name] for name in names)}
    needed |= set() if months.is_everything else {"created_month"}
    for rollup in catalog.located:
        cells = [int(found[1]) for name in rollup.dimensions if (found := CELL.fullmatch(name))]
        if needed <= rollup.dimensions and cells and cells[0] >= place.cell_zoom:
            return MapRollup(rollup.table, cells[0])
    return None


def _from_rollup(wanted: RequestFilter, place: Tile, months: WholeMonths, rollup: MapRollup) -> Statement:
    every_day = replace(
        wanted, start_date=None, end_date=None, unlocated=Include.INCLUDE, information=Include.INCLUDE
    )
    side = 2 ** (rollup.zoom - place.z)
    condition = where(every_day) & Where(
        statements.in_rollup_tile(rollup.zoom),
        {"west": place.x * side, "north": place.y * side, "side": side},
    )
    if months.first:
        condition &= Where("created_month >= CAST(:first_month AS date)", {"first_month": months.first})
    if months.after:
        condition &= Where("created_month < CAST(:after_month AS date)", {"after_month": months.after})
    measure = "requests + information" if wanted.information is Include.INCLUDE else "requests"
    sql = statements.rollup(rollup.table, rollup.zoom, measure, condition.sql)
    return Statement(sql, {**condition.values, "shift": rollup.zoom - place.cell_zoom})


def _other_days(wanted: RequestFilter, months: WholeMonths) -> Where | None:
    """The condition for requests on days before and after the whole months; None if there are none."""
    days = []
    if months.first != wanted.start_date:
        days.append(
            Where(
                "created_date >= CAST(:start_date AS date) AND created_date < CAST(:first_month AS date)",
                {"start_date": wanted.start_date, "first_month": months.first},
            )
        )
    if months.after is not None and wanted.end_date is not None and months.after <= wanted.end_date:
        days.append(
            Where(
                "created_date >= CAST(:after_month AS date) AND created_date < CAST(:end_date AS date) + 1",
                {"after_month": months.after, "end_date": wanted.end_date},
            )
        )
    if not days:
        return None
    either = " OR ".join(f"({one.sql})" for one in days)
    values = {name: value for one in days for name, value in one.values.items()}
    return where(replace(wanted, start_date=None, end_date=None)) & Where(f"({either})", values)


def _from_rows(condition: Where, place: Tile) -> Statement:
    if place.z >= INDEX_FROM_ZOOM:
        in_tile = Where(
            statements.BY_INDEX.format(zoom=INDEXED_ZOOM), {"tile_cells": place.cells(INDEXED_ZOOM)}
        )
    else:
        in_tile = Where(statements.BY_PLACE)
    condition = condition & in_tile
    position = {"tile_x": place.x, "tile_y": place.y, "tiles": 2**place.z}
    cells = 2 ** (place.cell_zoom - place.z)
    return Statement(statements.rows(condition.sql), {**condition.values, **position, "cells": cells})
