"""What other cities publish: areas by text, details of a type, due dates, parents of duplicates.

Codes of areas are text like every other code. ``requests.nc`` stays the number that it was: a city whose
areas are not numbered has its text in ``area``.
"""

from alembic import op

from lacity_data_api.schema_changes import lock_tables

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

RAW_TABLES = ("requests", "retired_requests")
RAW_COLUMNS = {
    "area": "text",
    "detail": "text",
    "duedate": "timestamp",
    "parent": "text",
    "ownername": "text",
    "kept": "jsonb",
}
COMMENTS = """
COMMENT ON COLUMN requests.area IS 'The area as published, where it is no number.';
COMMENT ON COLUMN requests.detail IS 'The second and third level of the type.';
COMMENT ON COLUMN requests.parent IS 'The number of the request that this one repeats.';
COMMENT ON COLUMN requests.ownername IS 'The name of the agency, where the rows say it.';
COMMENT ON COLUMN requests.kept IS 'Published columns without a place of their own, by the portal''s names.';
"""


def upgrade() -> None:
    lock_tables("councils", "geometries", *RAW_TABLES)
    op.execute("ALTER TABLE councils ALTER COLUMN data_code TYPE text")
    op.execute("ALTER TABLE geometries ALTER COLUMN nc_id TYPE text")
    added = ", ".join(f"ADD COLUMN {name} {kind}" for name, kind in RAW_COLUMNS.items())
    for table in RAW_TABLES:
        op.execute(f"ALTER TABLE {table} {added}")
    op.execute(COMMENTS)


def downgrade() -> None:
    lock_tables("councils", "geometries", *RAW_TABLES)
    dropped = ", ".join(f"DROP COLUMN {name}" for name in RAW_COLUMNS)
    for table in RAW_TABLES:
        op.execute(f"ALTER TABLE {table} {dropped}")
    # Areas without a number are another city's: the release before serves none of those.
    op.execute("ALTER TABLE geometries ALTER COLUMN nc_id TYPE integer USING nc_id::integer")
    op.execute(
        "ALTER TABLE councils ALTER COLUMN data_code TYPE integer USING nullif(data_code, '')::integer"
    )
