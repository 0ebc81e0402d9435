"""Days to close of a council's requests are counted from its index alone, whatever the period."""

from lacity_data_api.schema_changes import replace_index

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

INDEX = "service_requests_council_idx"
KEY = "(council_id, created_date DESC, request_id DESC)"


def upgrade() -> None:
    replace_index(INDEX, "service_requests", f"{KEY} INCLUDE (closed_date, type_id, is_information)")


def downgrade() -> None:
    replace_index(INDEX, "service_requests", KEY)
