"""The numbers of changes outlive the changes: none is given twice, even if the newest change is erased.

And an erasure is a change itself, so that those who keep a copy erase the request as well.
"""

from alembic import op

from lacity_data_api.schema_changes import lock_tables

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NUMBERS = """
ALTER TABLE data_generation ADD COLUMN last_change bigint NOT NULL DEFAULT 0,
                            ADD COLUMN forgotten_change bigint NOT NULL DEFAULT 0;
UPDATE data_generation
   SET last_change = numbers.last, forgotten_change = numbers.first - 1
  FROM (SELECT coalesce(max(sequence), 0) AS last, coalesce(min(sequence), 1) AS first FROM changes)
       AS numbers;
COMMENT ON COLUMN data_generation.last_change IS 'The highest number that a change was ever given.';
COMMENT ON COLUMN data_generation.forgotten_change IS
    'Changes up to this number may have been deleted because of their age.';
"""
ERASURES = """
ALTER TABLE changes
    ALTER COLUMN srnumber DROP NOT NULL,
    DROP CONSTRAINT changes_cause_check,
    ADD CONSTRAINT changes_cause_check CHECK (cause IN ('published', 'rules', 'erased')) NOT VALID,
    ADD CONSTRAINT changes_srnumber_check CHECK ((srnumber IS NULL) = (cause = 'erased')) NOT VALID;
COMMENT ON COLUMN changes.srnumber IS 'Null of a request that was erased.';
COMMENT ON COLUMN changes.cause IS
    'published: the portal published something else; rules: the same published values are served otherwise, '
    'after a new declaration, new polygons or a new release; erased: the request was erased for good, and '
    'with it its history.';
"""
BACK = """
DELETE FROM changes WHERE cause = 'erased';
ALTER TABLE changes
    ALTER COLUMN srnumber SET NOT NULL,
    DROP CONSTRAINT changes_srnumber_check,
    DROP CONSTRAINT changes_cause_check,
    ADD CONSTRAINT changes_cause_check CHECK (cause IN ('published', 'rules')) NOT VALID;
ALTER TABLE data_generation DROP COLUMN last_change, DROP COLUMN forgotten_change;
"""


def upgrade() -> None:
    lock_tables("changes", "data_generation")
    op.execute(NUMBERS)
    op.execute(ERASURES)


def downgrade() -> None:
    op.execute(BACK)
