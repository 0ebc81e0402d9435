"""Indexes for lists of requests: open ones by age, requests of an address, repeats of a request.

And two rollups of closed requests: whether the backlog of an agency or a district grows.
"""

from alembic import op

from lacity_data_api.schema_changes import add_rollups, create_index, drop_rollups, replace_index

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INDEXES = {
    # Open requests are few: the backlog is counted and listed from this index alone.
    "service_requests_open_age_idx": "ON service_requests (created_date, request_id) "
    "INCLUDE (type_id, council_id, agency_id, source_id, city_id, is_information) WHERE is_open",
    "service_requests_address_idx": "ON service_requests "
    "(upper(address) text_pattern_ops, created_date DESC)",
    "requests_parent_idx": "ON requests (parent) WHERE parent IS NOT NULL",
}
# With these columns, addresses of a type and closed requests by agency are counted from the index alone.
TYPE_KEY = "(type_id, created_date DESC, request_id DESC)"
PLACE = "council_id, latitude, longitude, is_information"
CLOSED_BY = "type_id, council_id, agency_id, source_id, city_id, is_information"
NARROW = {
    "service_requests_type_idx": f"{TYPE_KEY} INCLUDE ({PLACE})",
    "service_requests_closed_idx": "(closed_date)",
}
WIDE = {
    "service_requests_type_idx": f"{TYPE_KEY} INCLUDE ({PLACE}, is_open, address)",
    "service_requests_closed_idx": f"(closed_date) INCLUDE ({CLOSED_BY})",
}
CATALOG = """
INSERT INTO rollup_catalog (place, rollup, dimensions, measures, population) VALUES
    (17, 'rollup_closed_day_agency', '{closed_date, agency_id}', '{requests}', 'closed_date IS NOT NULL'),
    (18, 'rollup_closed_day_district', '{closed_date, district_id}', '{requests}', 'closed_date IS NOT NULL');
"""
ROLLUPS = ("rollup_closed_day_agency", "rollup_closed_day_district")


def upgrade() -> None:
    for name, definition in WIDE.items():
        replace_index(name, "service_requests", definition)
    # After the others: the rollups are filled in a transaction that does not lock readers out.
    for name, definition in INDEXES.items():
        create_index(name, definition)
    add_rollups(CATALOG, *ROLLUPS)


def downgrade() -> None:
    for name, definition in NARROW.items():
        replace_index(name, "service_requests", definition)
    drop_rollups(*ROLLUPS)
    op.execute(f"DROP INDEX IF EXISTS {', '.join(INDEXES)}")
