"""The days whose requests a run has changed, so that what was made of other days is still valid after it."""

from alembic import op

from lacity_data_api.schema_changes import lock_tables

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

LOADER = "loader_311"
# Their values are parts of what is served of a request.
NAMES = ("request_types", "type_groups", "agencies", "sources", "councils", "regions", "map_names")
DAYS = """
CREATE TABLE changed_days (
    day        date PRIMARY KEY,
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE changed_days IS
    'When the requests created on a day last changed. Changes of all days are in data_generation instead.';
ALTER TABLE data_generation ADD COLUMN recorded_generation bigint NOT NULL DEFAULT 0,
                            ADD COLUMN every_day_changed_at timestamptz NOT NULL DEFAULT now();
UPDATE data_generation SET recorded_generation = generation;
COMMENT ON COLUMN data_generation.recorded_generation IS
    'The last generation whose changed days were recorded; a later one may have changed every day.';
COMMENT ON COLUMN data_generation.every_day_changed_at IS
    'When requests of every day may have changed last: by a full load, or by another name of a type.';
"""
# Not the newest of the times: a clock that was set back must not make a change invisible. A migration may
# have rewritten any row.
VERSION = """
CREATE FUNCTION days_version(first_day date, last_day date) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT md5(concat_ws(' ', (SELECT version_num FROM alembic_version),
                         CASE WHEN recorded_generation = generation
                              THEN extract(epoch FROM every_day_changed_at) ELSE generation END,
                         (SELECT string_agg(concat(day, ' ', extract(epoch FROM changed_days.changed_at)), ' '
                                            ORDER BY day)
                            FROM changed_days WHERE day BETWEEN first_day AND last_day)))
      FROM data_generation
$$;
COMMENT ON FUNCTION days_version IS
    'Another text once the requests created on these days, or the names of what they refer to, have changed.';
"""
TRIGGER = """
CREATE FUNCTION change_every_day() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE data_generation SET every_day_changed_at = now() WHERE every_day_changed_at <> now();
    RETURN NULL;
END
$$;
"""
TRIGGERS = """
CREATE TRIGGER renamed AFTER UPDATE ON {table}
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION change_every_day();
CREATE TRIGGER removed AFTER DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION change_every_day();
"""


def upgrade() -> None:
    lock_tables("data_generation", *NAMES)
    for statement in (DAYS, VERSION, TRIGGER, *(TRIGGERS.format(table=table) for table in NAMES)):
        op.execute(statement)
    op.execute(f"GRANT INSERT, UPDATE ON changed_days TO {LOADER}")


def downgrade() -> None:
    lock_tables("data_generation", *NAMES)
    op.execute("DROP FUNCTION change_every_day CASCADE")
    op.execute("DROP FUNCTION days_version")
    op.execute("DROP TABLE changed_days")
    op.execute(
        "ALTER TABLE data_generation DROP COLUMN recorded_generation, DROP COLUMN every_day_changed_at"
    )
