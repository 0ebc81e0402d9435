"""Cells of the map: an index that finds a tile's requests, and rollups that count them by cell.

A cell is a square of the web Mercator world, which at zoom ``z`` is ``2^z`` cells wide. Cells are half-open:
each located request is in exactly one cell of each zoom, and a cell is exactly four cells of the next zoom.
"""

from alembic import op

from lacity_data_api.schema_changes import add_rollups, create_index, drop_rollups

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# Multiplying by a power of two is exact in floating point: a cell follows from any of the cells it contains.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION map_x(longitude double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN least(greatest((longitude + 180) / 360, 0), 1 - 1e-12);
COMMENT ON FUNCTION map_x IS 'Web Mercator: from 0 at 180 degrees west up to, but not including, 1.';
CREATE OR REPLACE FUNCTION map_y(latitude double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN least(greatest(0.5 - asinh(tand(least(greatest(latitude, -89), 89))) / (2 * pi()), 0), 1 - 1e-12);
COMMENT ON FUNCTION map_y IS
    'Web Mercator: from 0 at 85.05 degrees north up to, but not including, 1 at 85.05 degrees south.';
CREATE OR REPLACE FUNCTION map_cell(longitude double precision, latitude double precision, zoom integer)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (floor(map_x(longitude) * (1::bigint << zoom))::bigint << zoom)
       | floor(map_y(latitude) * (1::bigint << zoom))::bigint;
COMMENT ON FUNCTION map_cell IS 'The cell of a place: its column, shifted left by the zoom, and its row.';
"""

# Tiles of this zoom are the deepest; each tile of a lower zoom is a number of whole cells.
INDEX = """
ON service_requests (map_cell(longitude, latitude, 16))
   INCLUDE (request_id, created_date, closed_date, type_id, council_id, is_open, is_information, latitude,
            longitude)
   WHERE latitude IS NOT NULL
"""

# For views of the whole city, for a part of it, and for whole months.
CATALOG = """
INSERT INTO rollup_dimensions VALUES
    ('created_month', 'date', 'date_trunc(''month'', created_date)::date'),
    ('is_open', 'boolean', 'is_open'),
    ('map_cell_14', 'bigint', 'map_cell(longitude, latitude, 14)'),
    ('map_cell_15', 'bigint', 'map_cell(longitude, latitude, 15)'),
    ('map_cell_17', 'bigint', 'map_cell(longitude, latitude, 17)');
INSERT INTO rollup_catalog (place, rollup, dimensions, measures, population) VALUES
    (21, 'rollup_map', '{map_cell_14, type_id, council_id, is_open}', '{requests, information}',
         'latitude IS NOT NULL'),
    (22, 'rollup_map_near', '{map_cell_15, type_id, council_id, is_open}', '{requests, information}',
         'latitude IS NOT NULL'),
    (23, 'rollup_map_nearest', '{map_cell_17, type_id, council_id, is_open}', '{requests, information}',
         'latitude IS NOT NULL'),
    (24, 'rollup_map_month', '{created_month, map_cell_14, type_id, council_id, is_open}',
         '{requests, information}', 'latitude IS NOT NULL');
"""
ROLLUPS = ("rollup_map", "rollup_map_near", "rollup_map_nearest", "rollup_map_month")
DIMENSIONS = "'created_month', 'is_open', 'map_cell_14', 'map_cell_15', 'map_cell_17'"


def upgrade() -> None:
    op.execute(FUNCTIONS)
    create_index("service_requests_map_idx", INDEX)
    add_rollups(CATALOG, *ROLLUPS)


def downgrade() -> None:
    op.execute("DROP INDEX service_requests_map_idx")
    drop_rollups(*ROLLUPS)
    op.execute(f"DELETE FROM rollup_dimensions WHERE dimension IN ({DIMENSIONS})")
    op.execute("DROP FUNCTION map_cell, map_y, map_x")
