"""The portal whose rows a database holds, so that a run from another one does not mix both."""

from alembic import op

from lacity_data_api.schema_changes import lock_tables

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

COMMENT = "Host of the portal whose rows are stored; null until a run has recorded it"


def upgrade() -> None:
    lock_tables("city")
    op.execute("ALTER TABLE city ADD COLUMN portal text")
    op.execute(f"COMMENT ON COLUMN city.portal IS '{COMMENT}'")


def downgrade() -> None:
    lock_tables("city")
    op.execute("ALTER TABLE city DROP COLUMN portal")
