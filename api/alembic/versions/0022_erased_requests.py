"""Numbers of requests that were erased on request: no run takes them again, although the city publishes them.

Only the number is kept, which the city publishes anyway; nothing of the request.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LOADER = "loader_311"
TABLE = """
CREATE TABLE erased_requests (
    srnumber  text PRIMARY KEY,
    erased_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE erased_requests IS
    'Written by `python flow.py erase`; a run leaves the published rows of these numbers out.';
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(f"GRANT INSERT, DELETE ON erased_requests TO {LOADER}")


def downgrade() -> None:
    op.execute("DROP TABLE erased_requests")
