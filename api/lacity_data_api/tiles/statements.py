"""SQL that counts a tile's requests by cell and type, and writes its features.

Parts count the same cells from different tables and are summed. A position in a tile ranges from 0 up to,
but not including, 1.
"""

from __future__ import annotations

from collections.abc import Sequence

EXTENT = 4096
# Ids of clusters start above all request ids, and stay below the largest safe integer in JavaScript.
FIRST_CLUSTER_ID = 2**52
# The number of a cell in a tile is its column times this, plus its row.
MAX_CELLS = 64

TILE = """
WITH counted AS ({parts}),
by_type AS (
    SELECT cell, type_id, sum(requests) AS requests, sum(x) AS x, sum(y) AS y,
           min(request_id) AS request_id, min(created_date) AS created_date,
           min(closed_date) AS closed_date, bool_and(is_open) AS is_open
      FROM counted GROUP BY cell, type_id
), cells AS (
    SELECT cell, sum(requests)::integer AS requests, sum(x) / sum(requests) AS x,
           sum(y) / sum(requests) AS y, min(request_id) AS request_id, min(type_id) AS type_id,
           min(created_date) AS created_date, min(closed_date) AS closed_date, bool_and(is_open) AS is_open,
           jsonb_object_agg('type_' || type_id, requests) AS types
      FROM by_type WHERE requests > 0 GROUP BY cell
), judged AS (
    SELECT *, requests = 1 AND request_id IS NOT NULL AS is_point FROM cells
), features AS (
    SELECT CASE WHEN is_point THEN request_id
                ELSE {first_cluster_id} + ((CAST(:first_x AS bigint) + cell / {most_cells}) << 22)
                     + CAST(:first_y AS bigint) + cell % {most_cells}
           END AS id,
           ST_MakePoint(least(floor(x * {extent}), {extent} - 1),
                        least(floor(y * {extent}), {extent} - 1)) AS geom,
           CASE WHEN NOT is_point THEN true END AS cluster,
           CASE WHEN NOT is_point THEN requests END AS point_count,
           CASE WHEN NOT is_point THEN {abbreviated} END AS point_count_abbreviated,
           CASE WHEN NOT is_point THEN types END AS types,
           CASE WHEN is_point THEN request_id END AS request_id,
           CASE WHEN is_point THEN type_id END AS type_id,
           CASE WHEN is_point THEN replace(created_date::text, ' ', 'T') END AS created_date,
           CASE WHEN is_point THEN replace(closed_date::text, ' ', 'T') END AS closed_date,
           CASE WHEN is_point THEN is_open END AS is_open
      FROM judged
)
SELECT ST_AsMVT(features, 'requests', {extent}, 'geom', 'id') AS body FROM features
"""
ABBREVIATED = """CASE WHEN requests >= 10000 THEN round(requests / 1000.0)::text || 'k'
                     WHEN requests >= 1000 THEN trim_scale(round(requests / 1000.0, 1))::text || 'k'
                     ELSE requests::text END"""

# OFFSET 0 keeps the planner from computing a position twice, for the cell and for the sum.
ROWS = """
SELECT floor(x * CAST(:cells AS float))::integer * {most_cells}
       + floor(y * CAST(:cells AS float))::integer AS cell, type_id, 1 AS requests, x, y,
       request_id, created_date, closed_date, is_open
  FROM (SELECT map_x(longitude) * CAST(:tiles AS float) - CAST(:tile_x AS float) AS x,
               map_y(latitude) * CAST(:tiles AS float) - CAST(:tile_y AS float) AS y,
               type_id, request_id, created_date, closed_date, is_open
          FROM service_requests WHERE {where} OFFSET 0) AS placed
"""
BY_INDEX = "map_cell(longitude, latitude, {zoom}) = ANY (CAST(:tile_cells AS bigint[]))"
BY_PLACE = """floor(map_x(longitude) * CAST(:tiles AS float)) = CAST(:tile_x AS float)
           AND floor(map_y(latitude) * CAST(:tiles AS float)) = CAST(:tile_y AS float)"""

# A rollup's cells are as large as the tile's cells or smaller; their requests are placed at the center.
ROLLUP = """
SELECT ((across >> CAST(:shift AS integer)) * {most_cells}
        + (down >> CAST(:shift AS integer)))::integer AS cell, type_id, requests,
       requests * (across + 0.5::float) / CAST(:side AS float) AS x,
       requests * (down + 0.5::float) / CAST(:side AS float) AS y,
       NULL::bigint AS request_id, NULL::timestamp AS created_date, NULL::timestamp AS closed_date,
       NULL::boolean AS is_open
  FROM (SELECT (map_cell_{zoom} >> {zoom}) - CAST(:west AS bigint) AS across,
               (map_cell_{zoom} & {mask}) - CAST(:north AS bigint) AS down, type_id, {measure} AS requests
          FROM {rollup} WHERE {where}) AS cells
"""
IN_ROLLUP_TILE = """map_cell_{zoom} >= CAST(:west AS bigint) << {zoom}
           AND map_cell_{zoom} < (CAST(:west AS bigint) + CAST(:side AS bigint)) << {zoom}
           AND map_cell_{zoom} & {mask} >= CAST(:north AS bigint)
           AND map_cell_{zoom} & {mask} < CAST(:north AS bigint) + CAST(:side AS bigint)"""

TILE_JSON = """
SELECT json_build_object(
           'tilejson', '3.0.0', 'name', city_name || ' 311 requests', 'version', generation || '.0.0',
           'description', 'Service requests, as clusters that add up and as points',
           'attribution', city_name || ' 311', 'scheme', 'xyz',
           'tiles', json_build_array(:base || 'tiles/' || generation || '/{z}/{x}/{y}.mvt' || :filters),
           'minzoom', 0, 'maxzoom', CAST(:deepest AS integer),
           'bounds', json_build_array(west, south, east, north),
           'center', json_build_array((west + east) / 2, (south + north) / 2, 10),
           'vector_layers', json_build_array(json_build_object(
               'id', 'requests', 'description', 'One feature for each cell with requests',
               'minzoom', 0, 'maxzoom', CAST(:deepest AS integer),
               'fields', CAST(CAST(:fields AS text) AS jsonb) || types.fields)))::text AS body
  FROM city, data_generation,
       (SELECT jsonb_object_agg('type_' || type_id, 'Requests of a cluster: ' || type_name) AS fields
          FROM request_types) AS types
"""


def tile(parts: Sequence[str]) -> str:
    """Binds ``first_x`` and ``first_y``, the first cell of the tile, and the values of the parts."""
    return TILE.format(
        parts="\nUNION ALL\n".join(parts),
        extent=EXTENT,
        first_cluster_id=FIRST_CLUSTER_ID,
        most_cells=MAX_CELLS,
        abbreviated=ABBREVIATED,
    )


def rows(where: str) -> str:
    """Binds ``tile_x``, ``tile_y``, ``tiles`` (per row of the world) and ``cells`` (per row of the tile)."""
    return ROWS.format(where=where, most_cells=MAX_CELLS)


def rollup(table: str, zoom: int, measure: str, where: str) -> str:
    """Binds ``west``, ``north`` and ``side``, the tile in cells of this zoom, and ``shift``.

    ``shift``: by how many zoom levels these cells are finer than the tile's.
    """
    mask = 2**zoom - 1
    return ROLLUP.format(
        rollup=table, zoom=zoom, mask=mask, measure=measure, where=where, most_cells=MAX_CELLS
    )


def in_rollup_tile(zoom: int) -> str:
    """Cells of this zoom in the tile, with the same bound values."""
    return IN_ROLLUP_TILE.format(zoom=zoom, mask=2**zoom - 1)
