"""Requests by council district: two rollups, so that reports need not read the requests themselves."""

from alembic import op

from lacity_data_api.schema_changes import add_rollups, drop_rollups

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# A rollup's dimensions are never null: 0 are the requests without a published district.
CATALOG = """
INSERT INTO rollup_dimensions VALUES ('district_id', 'integer', 'coalesce(city_id, 0)::integer');
INSERT INTO rollup_catalog (place, rollup, dimensions, measures, population) VALUES
    (15, 'rollup_day_district', '{district_id, created_date}', '{requests, unlocated, information}', 'true'),
    (16, 'rollup_day_type_district', '{created_date, type_id, district_id}',
         '{requests, unlocated, information}', 'true');
"""
ROLLUPS = ("rollup_day_district", "rollup_day_type_district")


def upgrade() -> None:
    add_rollups(CATALOG, *ROLLUPS)


def downgrade() -> None:
    drop_rollups(*ROLLUPS)
    op.execute("DELETE FROM rollup_dimensions WHERE dimension = 'district_id'")
