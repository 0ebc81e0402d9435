"""Every rollup counted from scratch, as the catalog in the database describes it."""

from __future__ import annotations

from typing import Any

RECOUNT = """
DO $$
DECLARE entry record;
BEGIN
    FOR entry IN
        SELECT rollup, array_to_string(dimensions || measures, ', ') AS columns FROM rollup_catalog
    LOOP
        EXECUTE format('DELETE FROM %I', entry.rollup);
        EXECUTE format('INSERT INTO %I (%s) %s', entry.rollup, entry.columns, rollup_select(entry.rollup));
    END LOOP;
END
$$
"""


def recount(cursor: Any) -> None:
    """Replace every rollup by a count of ``service_requests``, through an open DB-API cursor."""
    cursor.execute(RECOUNT)
