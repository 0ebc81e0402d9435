"""The council of a place, by one rule for the merge and for geocoding; and the name under which each polygon came.

Where the city's polygons overlap, the smaller area wins: it is the one drawn for that place, and the rule does
not depend on ids.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UPGRADE = """
ALTER TABLE geometries
    ADD COLUMN area double precision GENERATED ALWAYS AS (ST_Area(geom)) STORED,
    ADD COLUMN published_name text;
COMMENT ON COLUMN geometries.area IS 'In square degrees, to compare areas of one city.';
COMMENT ON COLUMN geometries.published_name IS 'The name in the boundary dataset, to notice when it changes.';
CREATE FUNCTION council_at(longitude double precision, latitude double precision) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT council_id FROM geometries
         WHERE ST_Covers(geom, ST_SetSRID(ST_MakePoint(longitude, latitude), 4326))
         ORDER BY area, council_id
         LIMIT 1);
COMMENT ON FUNCTION council_at IS
    'The council whose polygon covers the place: of several the one with the smallest area, then the lowest id; '
    'null for none.';
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute("DROP FUNCTION council_at")
    op.execute("ALTER TABLE geometries DROP COLUMN area, DROP COLUMN published_name")
