"""Calls for information, by type: the index tells them apart, so that hot spots need no page of the table."""

from lacity_data_api.schema_changes import replace_index

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEX = "service_requests_type_idx"
KEY = "(type_id, created_date DESC, request_id DESC)"


def upgrade() -> None:
    columns = "council_id, latitude, longitude, is_information"
    replace_index(INDEX, "service_requests", f"{KEY} INCLUDE ({columns})")


def downgrade() -> None:
    replace_index(INDEX, "service_requests", f"{KEY} INCLUDE (council_id, latitude, longitude)")
