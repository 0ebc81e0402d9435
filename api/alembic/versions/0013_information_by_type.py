"""Which requests of a type are calls for information, in the type's index: hot spots need no page of the table.

Readers go on meanwhile: only the exchange of the names makes them wait.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEX = "service_requests_type_idx"
KEY = "(type_id, created_date DESC, request_id DESC)"


def replace(columns: str) -> None:
    op.execute(f"CREATE INDEX {INDEX}_next ON service_requests {KEY} INCLUDE ({columns})")
    op.execute(f"DROP INDEX {INDEX}")
    op.execute(f"ALTER INDEX {INDEX}_next RENAME TO {INDEX}")


def upgrade() -> None:
    replace("council_id, latitude, longitude, is_information")


def downgrade() -> None:
    replace("council_id, latitude, longitude")
