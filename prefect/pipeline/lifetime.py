"""Retention of rows that are no longer served; ``python flow.py erase`` removes one request permanently."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Sequence
from functools import partial

from psycopg import sql

from pipeline import changes, rollups
from pipeline.commands import exit_code_of
from pipeline.config import Settings
from pipeline.database import Connection, composed, fetch_one, run, run_lock
from pipeline.differences import serve_deletions
from pipeline.errors import failure_text
from pipeline.files.writing import write_files
from pipeline.publish import publish
from pipeline.staging import drop_leftovers

log = logging.getLogger("pipeline")
ERASED_FROM = ("requests", "retired_requests", "rejected_requests", "changes")
"""Every table that contains a request by number; served rows and rollups are derived from ``requests``."""
UNKNOWN = (
    "no stored request has the number %s: check it; no run will load this number, as it is recorded as erased"
)


def prune(connection: Connection, settings: Settings) -> dict[str, int]:
    """Delete rows older than the settings allow (0 days: never); returns their number by statement."""
    limits = {
        "lifetime/prune_retired": settings.retired_retention_days,
        "lifetime/prune_rejected": settings.rejected_retention_days,
        "lifetime/prune_log": settings.log_table_retention_days,
    }
    return {name: run(connection, name, {"days": days}) for name, days in limits.items() if days}


def erase(connection: Connection, numbers: Sequence[str]) -> tuple[int, int]:
    """Remove the request with these numbers and record them in one transaction; no run loads it again.

    Returns the number of deleted rows, and the generation without them. The caller holds the run lock.
    """
    values = {"numbers": list(numbers)}
    # A run that failed may have left the published rows in its staging tables.
    drop_leftovers(connection)
    with connection.transaction():
        catalog = rollups.lock_catalog(connection)
        run(connection, "lifetime/remember_erased", values)
        run(connection, "tables/touched")
        run(connection, "lifetime/touch_erased", values)
        changes.append_erasures(connection, numbers)
        rows = sum(_erase_from(connection, table, values) for table in ERASED_FROM)
        serve_deletions(connection, catalog)
        run(connection, "merge/next_generation", {"is_recorded": True})
    return rows, int(fetch_one(connection, "runs/generation")["generation"])


def _erase_from(connection: Connection, table: str, values: dict[str, list[str]]) -> int:
    statement = composed("lifetime/erase_from", table=sql.Identifier(table))
    return connection.execute(statement, values).rowcount


def number_forms(number: str) -> list[str]:
    """The forms in which the number may be published: as given, and without the city site's C- prefix.

    Raises ArgumentTypeError for a blank number, which every row has that was rejected for lacking one.
    """
    bare = number.strip()
    found = [bare, bare[2:].strip()] if bare[:2].upper() == "C-" else [bare]
    if not all(found):
        raise argparse.ArgumentTypeError(f"{number!r} is not a number of a request")
    return found


def main(arguments: Sequence[str]) -> int:
    """Erase a request everywhere, or allow it again; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python flow.py erase",
        description="Remove one request everywhere; no run loads it again. Backups are not changed.",
    )
    parser.add_argument("number", type=number_forms, help="its SR number")
    parser.add_argument("--undo", action="store_true", help="let the next complete run load it again")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    return exit_code_of(partial(_carry_out, chosen.number, is_undone=chosen.undo))


def _carry_out(numbers: list[str], *, is_undone: bool) -> None:
    settings = Settings.from_environment()
    with run_lock(settings.database_loader_url) as connection:
        if is_undone:
            _undo(connection, numbers)
            return
        rows, generation = erase(connection, numbers)
        if rows:
            log.info("erased: %d rows of %s", rows, numbers[0])
        else:
            log.warning(UNKNOWN, numbers[0])
        _remove_copies(connection, settings, generation)


def _undo(connection: Connection, numbers: list[str]) -> None:
    if run(connection, "lifetime/forget_erased", {"numbers": numbers}):
        log.info("%s is no longer erased: `python flow.py --reconcile` loads it again", numbers[0])
    else:
        log.warning("%s was not erased, so nothing was undone: check the number", numbers[0])


def _remove_copies(connection: Connection, settings: Settings, generation: int) -> None:
    """Replace the cached responses and the files that contain the request, even if one of the two fails.

    Raises the first failure, and logs the other.
    """
    steps: list[Callable[[], object]] = [partial(publish, settings, generation, forget_earlier=True)]
    if settings.files_location:
        steps.append(partial(write_files, connection, settings.files_location, settings.files_url))
    failures = [failure for step in steps if (failure := _failure_of(step))]
    for failure in failures[1:]:
        log.error("%s", failure_text(failure))
    if failures:
        raise failures[0]


def _failure_of(step: Callable[[], object]) -> Exception | None:
    try:
        step()
    except Exception as error:  # noqa: BLE001  # raised once every step was attempted
        return error
    return None
