"""Agencies and sources of a type, a day each: without them such questions read millions of cells.

Filled from the widest rollup, so that they agree with it from the start.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LOADER = "loader_311"
FILLFACTOR_PERCENT = 85
ROLLUPS = {
    "rollup_day_type_agency": ("created_date", "type_id", "agency_id"),
    "rollup_day_type_source": ("created_date", "type_id", "source_id"),
}


def upgrade() -> None:
    for table, dimensions in ROLLUPS.items():
        columns = ", ".join(dimensions)
        op.execute(
            f"CREATE TABLE {table} (created_date date NOT NULL, type_id integer NOT NULL,"
            f" {dimensions[-1]} integer NOT NULL, requests integer NOT NULL, PRIMARY KEY ({columns}))"
            f" WITH (fillfactor = {FILLFACTOR_PERCENT})"
        )
        op.execute(
            f"INSERT INTO {table} SELECT {columns}, sum(requests) FROM rollup_daily"
            f" GROUP BY {columns} ORDER BY {columns}"
        )
        op.execute(f"GRANT INSERT, UPDATE, DELETE, TRUNCATE ON {table} TO {LOADER}")
        op.execute(f"ALTER TABLE {table} OWNER TO {LOADER}")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(ROLLUPS)}")
