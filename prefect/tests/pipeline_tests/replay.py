"""The served rows of one generation, and the result of applying the history to them."""

from __future__ import annotations

from typing import Any

from pipeline.columns import COMPARED_COLUMNS
from pipeline_tests.databases import Database

PAIRS = ", ".join(f"'{name}', {name}" for name in COMPARED_COLUMNS)
DUMP = f"SELECT request_id, jsonb_build_object({PAIRS}) FROM service_requests"
CHANGES = """
SELECT sequence, generation, request_id, srnumber, kind, also, cause, before, after
  FROM changes WHERE generation > %s AND generation <= %s ORDER BY sequence
"""
Dump = dict[int, dict[str, Any]]


def dump(database: Database) -> Dump:
    """Every served row, by id."""
    return dict(database.rows(DUMP))


def generation(database: Database) -> int:
    return int(database.value("SELECT generation FROM data_generation"))


def changes_between(database: Database, first: int, last: int) -> list[tuple[Any, ...]]:
    """The changes after one generation, up to and including another."""
    return database.rows(CHANGES, first, last)


def replayed(rows: Dump, changes: list[tuple[Any, ...]]) -> Dump:
    """The rows with the changes applied; each change must find the values that it records as previous.

    An erasure does not say what it erases, and finds nothing if its request came and went in between.
    """
    rows = {request_id: dict(row) for request_id, row in rows.items()}
    for _, _, request_id, _, kind, _, cause, before, after in changes:
        assert (before is None) == (kind in {"created", "returned"})
        assert (after is None) == (kind == "gone")
        if cause == "erased":
            rows.pop(request_id, None)
            continue
        if before is None:
            assert request_id not in rows
            rows[request_id] = after
        else:
            row = rows[request_id]
            assert {name: row[name] for name in before} == before
            if after is None:
                assert row == rows.pop(request_id)
                assert row == before
            else:
                assert after.keys() == before.keys()
                assert all(after[name] != before[name] for name in after)
                row.update(after)
    return rows
