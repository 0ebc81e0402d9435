"""After a night: what it changed is made quick to read again."""

from __future__ import annotations

import logging

import psycopg
from psycopg import sql

from pipeline.database import Connection
from pipeline.rollups import read_catalog
from pipeline.swap import swapped_tables

log = logging.getLogger(__name__)


def tidy(connection: Connection) -> None:
    """Mark the pages that the night wrote as seen by everybody: only then do indexes answer alone.

    Postgres would do so by itself, once a fifth of a table has changed. A table that is locked is left to it,
    and so is one that cannot be tidied: the night is over, and its data are served.
    """
    for table in swapped_tables(read_catalog(connection)):
        try:
            connection.execute(sql.SQL("VACUUM (SKIP_LOCKED) {}").format(sql.Identifier(table)))
        except psycopg.Error as error:
            log.warning("%s was not tidied: %s", table, type(error).__name__)
