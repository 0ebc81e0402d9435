"""Baselines: the time Postgres alone needs for the rows of a load and for the changes of a run."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.pages import draw
from pipeline.database import Connection, composed
from pipeline.rollups import read_catalog
from pipeline.swap import swapped_tables

CHUNK_BYTES = 1 << 18


def bare_copy_seconds(connection: Connection, folder: Path) -> float:
    """Seconds that COPY takes to fill every table of a first load, including indexes."""
    tables = swapped_tables(read_catalog(connection))
    return sum(_copy(connection, table, folder / f"{table}.copy") for table in tables)


def _copy(connection: Connection, table: str, file: Path) -> float:
    live, bare = sql.Identifier(table), sql.Identifier(f"bare_{table}")
    with file.open("wb") as out, connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(live)) as copy:
        for piece in copy:
            out.write(piece)
    connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(bare, live))
    started = time.monotonic()
    into = sql.SQL("COPY {} FROM STDIN").format(bare)
    with file.open("rb") as rows, connection.cursor().copy(into) as copy:
        while piece := rows.read(CHUNK_BYTES):
            copy.write(piece)
    seconds = time.monotonic() - started
    connection.execute(sql.SQL("DROP TABLE {}").format(bare))
    file.unlink()
    return seconds


def changes_seconds(connection: Connection, changed: int, added: int, *, is_spread: bool) -> float:
    """Seconds of updates and inserts of similarly drawn rows, raw and served; they are rolled back."""
    with connection.transaction():
        draw(connection, changed, added, is_spread=is_spread)
        started = time.monotonic()
        for statement in ("update_raw", "update_served", "insert_raw", "insert_served"):
            connection.execute(composed(f"benchmarks/{statement}"))
        seconds = time.monotonic() - started
        raise psycopg.Rollback
    return seconds
