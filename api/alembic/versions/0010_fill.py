"""Fill the new columns of what is served: open requests, and the council district under its first name.

The pipeline's next run derives the same and everything else from the city's declaration.
"""

from lacity_data_api.schema_changes import replace_index, update_in_batches

revision = "0010_fill"
down_revision = "0010"
branch_labels = None
depends_on = None

FILL = """
UPDATE service_requests AS served
   SET is_open = filled.is_open, city_id = filled.city_id
  FROM (SELECT request_id, closed_date IS NULL AS is_open,
               CASE WHEN cd BETWEEN 1 AND 32767 THEN cd::smallint END AS city_id
          FROM service_requests LEFT JOIN requests ON id = request_id
         WHERE request_id BETWEEN :first AND :last) AS filled
 WHERE served.request_id = filled.request_id
   AND (served.is_open, served.city_id) IS DISTINCT FROM (filled.is_open, filled.city_id)
"""
INDEX = "service_requests_open_idx"
COLUMNS = "(request_id) INCLUDE (type_id, council_id, created_date, latitude, longitude)"


def upgrade() -> None:
    update_in_batches("service_requests", "request_id", FILL)
    replace_index(INDEX, "service_requests", f"{COLUMNS} WHERE is_open AND NOT is_information")


def downgrade() -> None:
    replace_index(INDEX, "service_requests", f"{COLUMNS} WHERE closed_date IS NULL")
