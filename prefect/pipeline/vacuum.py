"""Vacuums the tables that a run changed, so that index-only scans work again."""

from __future__ import annotations

import logging

import psycopg
from psycopg import sql

from pipeline import rollups
from pipeline.database import Connection
from pipeline.swap import swapped_tables

log = logging.getLogger(__name__)


def vacuum(connection: Connection) -> None:
    """Mark the pages that the run wrote as visible to all transactions.

    Autovacuum would do this only after a fifth of a table has changed. Tables that are locked or cannot be
    vacuumed are left to autovacuum, because the run is over and its data is served.
    """
    for table in swapped_tables(rollups.read_catalog(connection)):
        try:
            connection.execute(sql.SQL("VACUUM (SKIP_LOCKED) {}").format(sql.Identifier(table)))
        except psycopg.Error as error:
            log.warning("%s was not vacuumed: %s", table, type(error).__name__)
