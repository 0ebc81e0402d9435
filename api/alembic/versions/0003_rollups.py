"""Rollups: exact counts from which aggregate routes and reports answer at any number of requests.

Each table is a GROUP BY over service_requests, kept in step by the merge with the differences
of the rows it touched. A cell that falls to zero is deleted.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# days_to_close is whole calendar days from the created to the closed date, never below zero.
# Only closed requests have it; open ones are in rollup_open.
COLUMN_TYPES = {"created_date": "date", "closed_date": "date", "closed_month": "date"}
ROLLUPS = {
    "rollup_daily": ("created_date", "type_id", "council_id", "agency_id", "source_id"),
    "rollup_day_type": ("created_date", "type_id"),
    "rollup_day_council": ("created_date", "council_id"),
    "rollup_day_agency": ("created_date", "agency_id"),
    "rollup_day_source": ("created_date", "source_id"),
    "rollup_day_type_council": ("created_date", "type_id", "council_id"),
    "rollup_hour_type": ("created_date", "created_hour", "type_id"),
    "rollup_hour_source": ("created_date", "created_hour", "source_id"),
    "rollup_closed_day": ("closed_date", "type_id", "council_id"),
    "rollup_close_days": ("type_id", "council_id", "days_to_close"),
    "rollup_close_month": ("closed_month", "type_id", "council_id", "days_to_close"),
    "rollup_open": ("type_id", "council_id"),
}
COUNCIL_FIRST = ("rollup_daily", "rollup_day_council", "rollup_day_type_council", "rollup_closed_day")


def create_rollup(table: str, dimensions: tuple[str, ...]) -> None:
    columns = ", ".join(f"{name} {COLUMN_TYPES.get(name, 'integer')} NOT NULL" for name in dimensions)
    op.execute(
        f"CREATE TABLE {table} ({columns}, requests integer NOT NULL, PRIMARY KEY ({', '.join(dimensions)}))"
    )


def upgrade() -> None:
    for table, dimensions in ROLLUPS.items():
        create_rollup(table, dimensions)
    for table in COUNCIL_FIRST:
        day = ROLLUPS[table][0]
        op.execute(f"CREATE INDEX {table}_council_idx ON {table} (council_id, {day})")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(ROLLUPS)}")
