"""The index of open requests holds their pins as JSON, so that /requests/pins/open only has to join them.

Most of the time of that response was spent on writing the coordinates and ids of each pin as text.
"""

from alembic import op

from lacity_data_api.schema_changes import replace_index

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# Immutable, unlike concat() and || of a text and a number: an index can hold it.
PIN = """
CREATE OR REPLACE FUNCTION pin(request_id bigint, type_id integer, latitude float8, longitude float8)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT '{"requestId":' || request_id::text || ',"typeId":' || type_id::text
           || ',"latitude":' || latitude::text || ',"longitude":' || longitude::text || '}'
$$;
COMMENT ON FUNCTION pin IS
    'A request as JSON for the map: its id, type and place; null without a place.'
"""
INDEX = "service_requests_open_idx"
INCLUDED = "INCLUDE (type_id, council_id, created_date, latitude, longitude)"
OPEN = "WHERE is_open AND NOT is_information"


def upgrade() -> None:
    op.execute(PIN)
    pins = "(request_id, pin(request_id, type_id, latitude, longitude))"
    replace_index(INDEX, "service_requests", f"{pins} {INCLUDED} {OPEN}")


def downgrade() -> None:
    replace_index(INDEX, "service_requests", f"(request_id) {INCLUDED} {OPEN}")
    op.execute("DROP FUNCTION pin")
