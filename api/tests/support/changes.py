"""Changes for tests, as a run would write them: each sets only the columns that its test is about."""

from __future__ import annotations

from typing import Any

from psycopg2.extras import Json

from tests.support.databases import Database

DEFAULTS: dict[str, Any] = {
    "request_id": 1,
    "srnumber": "1-1",
    "kind": "updated",
    "also": None,
    "cause": "published",
    "type_id": 4,
    "council_id": 52,
    "city_id": None,
    "latitude": 34.0537,
    "longitude": -118.2427,
    "type_id_before": None,
    "council_id_before": None,
    "city_id_before": None,
    "latitude_before": None,
    "longitude_before": None,
    "before": {"status": "Open"},
    "after": {"status": "In progress"},
}
INSERT = f"""
INSERT INTO changes (sequence, generation, changed_at, {", ".join(DEFAULTS)})
SELECT last_change + 1, generation + 1, now(),
       {", ".join(f"%({name})s" for name in DEFAULTS)}
  FROM data_generation
"""
MANY = """
INSERT INTO changes (sequence, generation, changed_at, request_id, srnumber, kind, cause, type_id, council_id,
                     before, after)
SELECT last_change + n, generation + 1, now(), n, '1-' || n, 'updated', 'published',
       1 + n %% 30, 1 + n %% 19,
       '{"status": "Open"}', '{"status": "Closed"}'
  FROM data_generation, generate_series(1, %s) AS n
"""
COUNT = "UPDATE data_generation SET last_change = last_change + %s"


def add_changes(database: Database, *rows: dict[str, Any]) -> None:
    """Changes of one new generation, in this order."""
    with database.load() as cursor:
        for row in rows:
            full = DEFAULTS | row
            images = {side: None if full[side] is None else Json(full[side]) for side in ("before", "after")}
            cursor.execute(INSERT, full | images)
            cursor.execute(COUNT, [1])


def add_many(database: Database, count: int) -> None:
    """``count`` changes of one new generation, in all councils and of many types."""
    with database.load() as cursor:
        cursor.execute(MANY, [count])
        cursor.execute(COUNT, [count])


def forget_changes(database: Database, last: int) -> None:
    """Delete the changes up to this number, as a run deletes old ones."""
    with database.load() as cursor:
        cursor.execute("DELETE FROM changes WHERE sequence <= %s", [last])
        cursor.execute("UPDATE data_generation SET forgotten_change = %s", [last])
