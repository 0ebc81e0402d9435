"""The yardstick: a bare COPY of the finished rows into tables with the same indexes, on the same server."""

from __future__ import annotations

import time
from pathlib import Path

from psycopg import sql

from pipeline.database import Connection
from pipeline.swap import SWAPPED_TABLES

CHUNK_BYTES = 1 << 18


def bare_copy_seconds(connection: Connection, folder: Path) -> float:
    """Seconds that COPY takes to fill every table that a first load fills, indexes and all."""
    return sum(_copy(connection, table, folder / f"{table}.copy") for table in SWAPPED_TABLES)


def _copy(connection: Connection, table: str, file: Path) -> float:
    live, bare = sql.Identifier(table), sql.Identifier(f"bare_{table}")
    with file.open("wb") as out, connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(live)) as copy:
        for piece in copy:
            out.write(piece)
    connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(bare, live))
    started = time.monotonic()
    with file.open("rb") as rows, connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(bare)) as copy:
        while piece := rows.read(CHUNK_BYTES):
            copy.write(piece)
    seconds = time.monotonic() - started
    connection.execute(sql.SQL("DROP TABLE {}").format(bare))
    file.unlink()
    return seconds
