"""An erasure keeps nothing but our id of the request, and every reader gets it, whatever the filter."""

from alembic import op

from lacity_data_api.schema_changes import create_index, lock_tables

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NOTHING_KEPT = """
ALTER TABLE changes
    ALTER COLUMN type_id DROP NOT NULL,
    ALTER COLUMN council_id DROP NOT NULL,
    DROP CONSTRAINT changes_srnumber_check;
UPDATE changes SET type_id = NULL, council_id = NULL, city_id = NULL WHERE cause = 'erased';
ALTER TABLE changes ADD CONSTRAINT changes_erased_check
    CHECK (num_nulls(srnumber, type_id, council_id) = CASE cause WHEN 'erased' THEN 3 ELSE 0 END) NOT VALID;
COMMENT ON COLUMN changes.srnumber IS 'Null of an erased request, of which nothing but our id is kept.';
"""
# The places of earlier erasures are not known any more.
BACK = """
DELETE FROM changes WHERE cause = 'erased';
ALTER TABLE changes
    ALTER COLUMN type_id SET NOT NULL,
    ALTER COLUMN council_id SET NOT NULL,
    DROP CONSTRAINT changes_erased_check,
    ADD CONSTRAINT changes_srnumber_check CHECK ((srnumber IS NULL) = (cause = 'erased')) NOT VALID;
COMMENT ON COLUMN changes.srnumber IS 'Null of a request that was erased.';
"""


def upgrade() -> None:
    create_index("changes_erased_idx", "ON changes (sequence) WHERE cause = 'erased'")
    lock_tables("changes")
    op.execute(NOTHING_KEPT)


def downgrade() -> None:
    lock_tables("changes")
    op.execute("DROP INDEX changes_erased_idx")
    op.execute(BACK)
