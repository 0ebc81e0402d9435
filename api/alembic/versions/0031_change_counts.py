"""Counts of published changes, so that reports need not read every change of a period.

Triggers count, because several statements write, erase and forget changes. Their functions run as the owner
so that no service can make the counts differ from the changes.
"""

from alembic import op

from lacity_data_api.schema_changes import create_index, drop_index, exclude_writers

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

COUNTED = """
SELECT changed_at, type_id, council_id, array_prepend(kind, also) AS kinds,
       kind = 'gone' AND coalesce(before ->> 'is_open' = 'true', false) AS was_open, count(*)
  FROM {changes}
 WHERE cause = 'published'
 GROUP BY changed_at, type_id, council_id, kinds, was_open
"""
COUNTS = f"""
CREATE TABLE change_counts (
    changed_at timestamptz NOT NULL,
    type_id    integer NOT NULL,
    council_id integer NOT NULL,
    kinds      text[] NOT NULL,
    was_open   boolean NOT NULL,
    changes    integer NOT NULL,
    PRIMARY KEY (changed_at, type_id, council_id, kinds, was_open)
);
CREATE INDEX change_counts_unusual_idx ON change_counts (changed_at)
    WHERE kinds <> '{{created}}' AND kinds <> '{{closed}}';
COMMENT ON TABLE change_counts IS
    'Number of published changes by run, type, council and kinds; kept by triggers of the table changes.';
COMMENT ON COLUMN change_counts.kinds IS 'The most important kind of the changes, then their other kinds.';
COMMENT ON COLUMN change_counts.was_open IS 'Requests that were open when they disappeared.';
CREATE FUNCTION count_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO change_counts AS counted (changed_at, type_id, council_id, kinds, was_open, changes)
    SELECT changed_at, type_id, council_id, kinds, was_open, count * TG_ARGV[0]::integer
      FROM ({COUNTED.format(changes="touched")}) AS summed
    ON CONFLICT (changed_at, type_id, council_id, kinds, was_open)
    DO UPDATE SET changes = counted.changes + excluded.changes;
    DELETE FROM change_counts
     WHERE changes = 0 AND changed_at IN (SELECT changed_at FROM touched);
    RETURN NULL;
END
$$;
CREATE FUNCTION forget_change_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    DELETE FROM change_counts;
    RETURN NULL;
END
$$;
CREATE TRIGGER added AFTER INSERT ON changes REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION count_changes('1');
CREATE TRIGGER removed AFTER DELETE ON changes REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION count_changes('-1');
CREATE TRIGGER replaced AFTER UPDATE ON changes REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION count_changes('-1');
CREATE TRIGGER replacing AFTER UPDATE ON changes REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION count_changes('1');
CREATE TRIGGER emptied AFTER TRUNCATE ON changes
    FOR EACH STATEMENT EXECUTE FUNCTION forget_change_counts();
INSERT INTO change_counts {COUNTED.format(changes="changes")};
"""


def upgrade() -> None:
    drop_index("changes_unusual_idx")
    exclude_writers("changes")
    op.execute(COUNTS)


def downgrade() -> None:
    create_index(
        "changes_unusual_idx",
        "ON changes (changed_at) WHERE kind NOT IN ('created', 'closed') OR also IS NOT NULL",
    )
    op.execute("""
        DROP TRIGGER added ON changes;
        DROP TRIGGER removed ON changes;
        DROP TRIGGER replaced ON changes;
        DROP TRIGGER replacing ON changes;
        DROP TRIGGER emptied ON changes;
        DROP FUNCTION count_changes;
        DROP FUNCTION forget_change_counts;
        DROP TABLE change_counts;
    """)
