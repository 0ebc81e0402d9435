"""Room on the pages of the rollups: a run adds to counts in place, without a new entry in any index."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FILLFACTOR_PERCENT = 85
ROLLUPS = (
    "rollup_daily",
    "rollup_day_type",
    "rollup_day_council",
    "rollup_day_agency",
    "rollup_day_source",
    "rollup_day_type_council",
    "rollup_hour_type",
    "rollup_hour_source",
    "rollup_closed_day",
    "rollup_close_days",
    "rollup_close_month",
    "rollup_open",
)


def upgrade() -> None:
    for table in ROLLUPS:
        op.execute(f"ALTER TABLE {table} SET (fillfactor = {FILLFACTOR_PERCENT})")


def downgrade() -> None:
    for table in ROLLUPS:
        op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
