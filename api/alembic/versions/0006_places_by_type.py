"""Where the requests of a type lie, from its index alone: hot spots need no page of the table.

Readers go on meanwhile: only the exchange of the names keeps them waiting.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEX = "service_requests_type_idx"
KEY = "(type_id, created_date DESC, request_id DESC)"


def replace(columns: str) -> None:
    op.execute(f"CREATE INDEX {INDEX}_next ON service_requests {KEY} {columns}")
    op.execute(f"DROP INDEX {INDEX}")
    op.execute(f"ALTER INDEX {INDEX}_next RENAME TO {INDEX}")


def upgrade() -> None:
    replace("INCLUDE (council_id, latitude, longitude)")


def downgrade() -> None:
    replace("")
