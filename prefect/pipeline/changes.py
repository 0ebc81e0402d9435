"""The history of requests: a run's changes to served rows, recorded in the transaction of its merge."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from psycopg import sql

from pipeline.database import Connection, composed, fetch_one, run
from pipeline.job import Job
from pipeline.swap import SERVED, new_name

log = logging.getLogger(__name__)


def append_differences(connection: Connection) -> int:
    """Record the differences between ``before`` and ``after``; returns the number of changes."""
    return _append(connection, sql.Identifier("before"), sql.Identifier("after"), "is_staged")


def append_replaced(connection: Connection, *, has_new_requests: bool) -> int:
    """Record the differences between the live served rows and the new ones before they are swapped in.

    ``has_new_requests``: the requests as published are in a new table too. Returns the number of changes.
    """
    published = "is_stored_differently" if has_new_requests else "is_staged"
    return _append(connection, sql.Identifier(SERVED), new_name(SERVED), published)


def append_erasures(connection: Connection, numbers: Sequence[str]) -> int:
    """Record the erasure of the requests with these numbers, before they and their history are deleted."""
    return _numbered(connection, run(connection, "changes/append_erasures", {"numbers": list(numbers)}))


def has_begun(connection: Connection) -> bool:
    """Whether there is a history; replaying starts from the load before its first change."""
    return bool(fetch_one(connection, "changes/has_begun")["has_begun"])


def forget(job: Job) -> None:
    """Delete changes that are older than the setting allows."""
    if days := job.settings.changes_retention_days:
        found = fetch_one(job.connection, "changes/forget", {"days": days})
        log.info("deleted %d changes older than %d days", found["forgotten"], days)


def _append(connection: Connection, before: sql.Identifier, after: sql.Identifier, published: str) -> int:
    condition = composed(f"changes/{published}")
    statement = composed("changes/append", before=before, after=after, published=condition)
    return _numbered(connection, connection.execute(statement).rowcount)


def _numbered(connection: Connection, count: int) -> int:
    run(connection, "changes/note_numbers", {"count": count})
    return count
