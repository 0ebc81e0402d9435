"""Where the requests of a type lie, from its index alone: hot spots need no page of the table."""

from lacity_data_api.schema_changes import replace_index

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEX = "service_requests_type_idx"
KEY = "(type_id, created_date DESC, request_id DESC)"


def upgrade() -> None:
    replace_index(INDEX, "service_requests", f"{KEY} INCLUDE (council_id, latitude, longitude)")


def downgrade() -> None:
    replace_index(INDEX, "service_requests", KEY)
