"""Grants: the loader writes and owns what a full reload swaps, the reader only reads.

The roles are made by ``python -m lacity_data_api.migrate`` before this step, or by an administrator.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LOADER = "loader_311"
READER = "reader_311"


# A full reload builds new tables next to the live ones and renames them, which only an owner may.
SWAPPED_TABLES = (
    "requests",
    "service_requests",
    "rollup_daily",
    "rollup_day_type",
    "rollup_day_council",
    "rollup_day_agency",
    "rollup_day_source",
    "rollup_day_type_council",
    "rollup_hour_type",
    "rollup_hour_source",
    "rollup_closed_day",
    "rollup_close_days",
    "rollup_close_month",
    "rollup_open",
)


def upgrade() -> None:
    for role in (LOADER, READER):
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        op.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
        op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {role}")
    op.execute(f"GRANT CREATE ON SCHEMA public TO {LOADER}")
    op.execute(
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {LOADER} IN SCHEMA public GRANT SELECT ON TABLES TO {READER}"
    )
    op.execute(f"GRANT INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO {LOADER}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON alembic_version, spatial_ref_sys FROM {LOADER}")
    op.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {LOADER}")
    op.execute(f"CREATE SCHEMA staging AUTHORIZATION {LOADER}")
    for table in SWAPPED_TABLES:
        op.execute(f"ALTER TABLE {table} OWNER TO {LOADER}")


def downgrade() -> None:
    op.execute("DROP SCHEMA staging CASCADE")
    for table in SWAPPED_TABLES:
        op.execute(f"ALTER TABLE {table} OWNER TO CURRENT_USER")
    op.execute(
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {LOADER} IN SCHEMA public REVOKE SELECT ON TABLES FROM {READER}"
    )
    for role in (LOADER, READER):
        op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM {role}")
        op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}")
        op.execute(f"REVOKE ALL ON SCHEMA public FROM {role}")
