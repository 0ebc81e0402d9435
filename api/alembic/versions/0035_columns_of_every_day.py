"""Other columns of the city change the exports of every day, although no row changes."""

from alembic import op

from lacity_data_api.schema_changes import lock_tables

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# Every run writes the city's row: with a trigger on all of its columns, every day would change with each run.
TRIGGER = """
CREATE TRIGGER other_columns AFTER UPDATE ON city
    FOR EACH ROW WHEN (OLD.columns IS DISTINCT FROM NEW.columns) EXECUTE FUNCTION change_every_day();
"""


def upgrade() -> None:
    lock_tables("city")
    op.execute(TRIGGER)


def downgrade() -> None:
    lock_tables("city")
    op.execute("DROP TRIGGER other_columns ON city")
