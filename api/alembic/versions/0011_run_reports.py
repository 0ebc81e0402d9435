"""What a run found, in tables instead of undeclared JSON: its checks, and what became of each dataset.

A run may end as `partial`: some datasets could not be read, the others are loaded and served.
"""

from alembic import op

from lacity_data_api.schema_changes import lock_tables

revision = "0011"
down_revision = "0010_fill"
branch_labels = None
depends_on = None

LOADER = "loader_311"

TABLES = """
ALTER TABLE load_runs RENAME COLUMN rows_refused TO rows_rejected;
ALTER TABLE load_runs DROP CONSTRAINT load_runs_status_check;
ALTER TABLE load_runs ADD CONSTRAINT load_runs_status_check
    CHECK (status IN ('running', 'merged', 'succeeded', 'partial', 'failed'));
CREATE TABLE run_checks (
    load_run_id bigint NOT NULL REFERENCES load_runs ON DELETE CASCADE,
    place       smallint NOT NULL,
    check_name  text NOT NULL,
    status      text NOT NULL CHECK (status IN ('ok', 'warn', 'fail')),
    value       text NOT NULL,
    limits      text NOT NULL DEFAULT '',
    meaning     text NOT NULL,
    PRIMARY KEY (load_run_id, place)
);
COMMENT ON TABLE run_checks IS 'The quality checks of a run: what was measured, and its limits.';
CREATE TABLE run_datasets (
    load_run_id     bigint NOT NULL REFERENCES load_runs ON DELETE CASCADE,
    dataset_id      text NOT NULL,
    title           text NOT NULL,
    status          text NOT NULL CHECK (status IN ('read', 'unchanged', 'skipped')),
    message         text NOT NULL DEFAULT '',
    transport       text NOT NULL DEFAULT '',
    rows_published  bigint,
    rows_read       bigint NOT NULL DEFAULT 0,
    rows_inserted   bigint NOT NULL DEFAULT 0,
    rows_updated    bigint NOT NULL DEFAULT 0,
    rows_unchanged  bigint NOT NULL DEFAULT 0,
    rows_rejected   bigint NOT NULL DEFAULT 0,
    missing_columns text[] NOT NULL DEFAULT '{}',
    added_columns   text[] NOT NULL DEFAULT '{}',
    seconds         double precision,
    PRIMARY KEY (load_run_id, dataset_id)
);
CREATE INDEX run_datasets_dataset_idx ON run_datasets (dataset_id, load_run_id);
COMMENT ON COLUMN run_datasets.message IS 'Why it was skipped; empty otherwise.';
"""


def upgrade() -> None:
    lock_tables("load_runs")
    op.execute(TABLES)
    op.execute(f"GRANT INSERT, UPDATE, DELETE ON run_checks, run_datasets TO {LOADER}")


def downgrade() -> None:
    op.execute("DROP TABLE run_datasets, run_checks")
    op.execute("UPDATE load_runs SET status = 'succeeded' WHERE status = 'partial'")
    op.execute("ALTER TABLE load_runs DROP CONSTRAINT load_runs_status_check")
    op.execute(
        "ALTER TABLE load_runs ADD CONSTRAINT load_runs_status_check"
        " CHECK (status IN ('running', 'merged', 'succeeded', 'failed'))"
    )
    op.execute("ALTER TABLE load_runs RENAME COLUMN rows_rejected TO rows_refused")
