"""Run migrations as the owner, one runner at a time, without blocking readers for long."""

import os

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection

ADVISORY_LOCK_KEY = 311_001


def sync_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg2://", 1)


def configure_session(connection: Connection) -> None:
    # A second runner waits here; a statement that would queue behind a long read gives up instead of
    # blocking every reader that comes after it.
    connection.execute(f"SELECT pg_advisory_lock({ADVISORY_LOCK_KEY})")
    connection.execute("SET lock_timeout = '5s'")


def run() -> None:
    engine = create_engine(
        sync_url(os.environ["DATABASE_URL"]), connect_args={"application_name": "311-migrate"}
    )
    with engine.connect() as connection:
        configure_session(connection)
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
