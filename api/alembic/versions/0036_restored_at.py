"""When the database was last restored: its rows may then have versions that other rows had before."""

from alembic import op

from lacity_data_api.schema_changes import lock_tables

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

RESTORED_AT = """
ALTER TABLE data_generation ADD COLUMN restored_at timestamptz;
COMMENT ON COLUMN data_generation.restored_at IS
    'When the database was last restored from a backup or a snapshot; null if it never was.';
"""


def upgrade() -> None:
    lock_tables("data_generation")
    op.execute(RESTORED_AT)


def downgrade() -> None:
    lock_tables("data_generation")
    op.execute("ALTER TABLE data_generation DROP COLUMN restored_at")
