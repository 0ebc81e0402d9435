"""What the city deleted or rewrote is found without reading the requests that were only created or closed."""

from alembic import op

from lacity_data_api.schema_changes import create_index

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INDEX = "changes_unusual_idx"


def upgrade() -> None:
    create_index(INDEX, "ON changes (changed_at) WHERE kind NOT IN ('created', 'closed') OR also IS NOT NULL")


def downgrade() -> None:
    op.execute(f"DROP INDEX {INDEX}")
