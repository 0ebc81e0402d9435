"""Run migrations as the owner: one runner at a time, one transaction per revision, no reader kept waiting."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection, Engine

ADVISORY_LOCK_KEY = 311_001
# A statement that would queue behind a reader gives up before those who queue behind it notice. Revisions
# that change live tables take their locks first, with `lacity_data_api.schema_changes.lock_tables`.
LOCK_TIMEOUT = "500ms"
PAUSE_SECONDS = 0.2


def sync_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg2://", 1)


@contextmanager
def only_runner(engine: Engine) -> Iterator[None]:
    """Hold the runners' lock on a connection of its own, which never has a snapshot.

    A runner that waited inside a statement would hold one, and the other's CREATE INDEX CONCURRENTLY would
    wait for it in turn.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(f"SELECT pg_try_advisory_lock({ADVISORY_LOCK_KEY})"):
            time.sleep(PAUSE_SECONDS)
        yield


def migrate(connection: Connection) -> None:
    connection.execution_options(isolation_level="AUTOCOMMIT").execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    connection.execution_options(isolation_level="READ COMMITTED")
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    engine = create_engine(
        sync_url(os.environ["DATABASE_URL"]), connect_args={"application_name": "311-migrate"}
    )
    with only_runner(engine), engine.connect() as connection:
        migrate(connection)
    engine.dispose()


run()
