"""A database with a locked table: every query for requests waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2

from tests.support.databases import Database
from tests.support.waiting import until

WAITING = """
SELECT count(*) FROM pg_locks
 WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def blocked(database: Database) -> Iterator[None]:
    with closing(psycopg2.connect(database.owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLE service_requests IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def wait_for_waiting(database: Database, number: int, seconds: float = 60) -> None:
    """Wait until this many of the API's queries wait for a lock."""
    arrived = until(lambda: database.value(WAITING) == number, seconds)
    assert arrived, f"{database.value(WAITING)} wait, not {number}"
