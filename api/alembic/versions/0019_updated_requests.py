"""Requests by their last change: Open311 clients ask for what was updated since they last looked."""

from lacity_data_api.schema_changes import create_index, drop_index

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INDEX = "requests_updated_idx"


def upgrade() -> None:
    create_index(INDEX, "ON requests (updateddate)")


def downgrade() -> None:
    drop_index(INDEX)
