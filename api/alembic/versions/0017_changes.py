"""The history of every request: what each run changed of the rows that are served.

Append-only. A run writes its rows in the transaction of its merge, numbered on without a gap, and runs are
serialized: a reader who has seen a number has seen every smaller one.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LOADER = "loader_311"

CHANGES = """
CREATE TABLE changes (
    sequence           bigint PRIMARY KEY,
    generation         bigint NOT NULL,
    changed_at         timestamptz NOT NULL,
    request_id         bigint NOT NULL,
    srnumber           text NOT NULL,
    kind               text NOT NULL CHECK (kind IN ('created', 'updated', 'closed', 'reopened', 'moved',
                                                     'retyped', 'reassigned', 'gone', 'returned')),
    also               text[],
    cause              text NOT NULL CHECK (cause IN ('published', 'rules')),
    type_id            integer NOT NULL,
    council_id         integer NOT NULL,
    city_id            smallint,
    latitude           double precision,
    longitude          double precision,
    type_id_before     integer,
    council_id_before  integer,
    city_id_before     smallint,
    latitude_before    double precision,
    longitude_before   double precision,
    before             jsonb,
    after              jsonb,
    CHECK (before IS NOT NULL OR after IS NOT NULL)
);
CREATE INDEX changes_request_idx ON changes (request_id, sequence);
CREATE INDEX changes_council_idx ON changes (council_id, sequence);
CREATE INDEX changes_type_idx ON changes (type_id, sequence);
CREATE INDEX changes_council_before_idx ON changes (council_id_before, sequence)
    WHERE council_id_before IS NOT NULL;
CREATE INDEX changes_type_before_idx ON changes (type_id_before, sequence) WHERE type_id_before IS NOT NULL;
CREATE INDEX changes_changed_at_idx ON changes USING brin (changed_at) WITH (pages_per_range = 16);
COMMENT ON TABLE changes IS
    'What a run changed of a served request: one row for each request and generation, in commit order.';
COMMENT ON COLUMN changes.changed_at IS 'When the merge of the run began; the same for all of a generation.';
COMMENT ON COLUMN changes.kind IS 'The most important kind of the change.';
COMMENT ON COLUMN changes.also IS 'The other kinds that the change is as well; null for none.';
COMMENT ON COLUMN changes.cause IS
    'published: the portal published something else; rules: the same published values are served otherwise, '
    'after a new declaration, new polygons or a new release.';
COMMENT ON COLUMN changes.type_id IS 'As it is after the change, or was last of a request that is gone.';
COMMENT ON COLUMN changes.type_id_before IS 'Null where the change left it as it was; so for every _before.';
COMMENT ON COLUMN changes.before IS
    'The served fields that changed, as they were: all of a request that is gone, null for one that appears.';
COMMENT ON COLUMN changes.after IS
    'The same fields as they are now: all of a request that appears, null for one that is gone.';
"""


def upgrade() -> None:
    op.execute(CHANGES)
    op.execute(f"GRANT INSERT, DELETE ON changes TO {LOADER}")


def downgrade() -> None:
    op.execute("DROP TABLE changes")
