"""Two areas may have one name: the code is what tells them apart.

Cities publish such areas (an airport and the district around it), and the unique name stopped the run.
"""

from alembic import op

from lacity_data_api.schema_changes import lock_tables

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# The release before refuses equal names: the later ones get their code behind the name.
TELL_APART = """
UPDATE councils SET council_name = council_name || ' (' || data_code || ')'
 WHERE EXISTS (SELECT FROM councils AS first
                WHERE first.council_name = councils.council_name AND first.council_id < councils.council_id)
"""


def upgrade() -> None:
    lock_tables("councils")
    op.execute("ALTER TABLE councils DROP CONSTRAINT councils_council_name_key")


def downgrade() -> None:
    lock_tables("councils")
    op.execute(TELL_APART)
    op.execute("ALTER TABLE councils ADD CONSTRAINT councils_council_name_key UNIQUE (council_name)")
