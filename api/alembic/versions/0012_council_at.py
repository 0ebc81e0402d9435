"""The council of a place, by one rule for the merge and for geocoding; what a run has to remember.

Where the city's polygons overlap, the smaller area wins: it is the one drawn for that place. A run
remembers the name under which each polygon came, and which columns of a dataset it has read.
"""

from alembic import op

from lacity_data_api.schema_changes import lock_tables

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UPGRADE = """
ALTER TABLE geometries ADD COLUMN published_name text;
COMMENT ON COLUMN geometries.published_name IS
    'The name in the boundary dataset, to notice when it changes.';
ALTER TABLE run_datasets ADD COLUMN columns_read text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN run_datasets.columns_read IS
    'Columns of requests of which every stored row has the published value; another one that is declared is '
    'read from the first row on.';
CREATE FUNCTION council_at(longitude double precision, latitude double precision) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT council_id FROM geometries
         WHERE ST_Covers(geom, ST_SetSRID(ST_MakePoint(longitude, latitude), 4326))
         ORDER BY ST_Area(geom), council_id
         LIMIT 1);
COMMENT ON FUNCTION council_at IS
    'The council whose polygon covers the place: of several the one with the smallest area, then the lowest '
    'id; null for none.';
"""


# What earlier releases read of every dataset: columns that are declared since are read from the first row on.
READ_BEFORE = """
INSERT INTO run_datasets (load_run_id, dataset_id, title, status, columns_read)
SELECT (SELECT max(load_run_id) FROM load_runs WHERE status IN ('merged', 'succeeded')),
       dataset_id, dataset_id, 'read',
       ARRAY(SELECT column_name::text FROM information_schema.columns
              WHERE table_schema = 'public' AND table_name = 'requests'
                AND column_name NOT IN ('outcome', 'reason'))
  FROM dataset_watermarks
 WHERE EXISTS (SELECT FROM load_runs WHERE status IN ('merged', 'succeeded'))
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    lock_tables("geometries", "run_datasets")
    op.execute(UPGRADE)
    op.execute(READ_BEFORE)


def downgrade() -> None:
    op.execute("DROP FUNCTION council_at")
    op.execute("ALTER TABLE geometries DROP COLUMN published_name")
    op.execute("ALTER TABLE run_datasets DROP COLUMN columns_read")
