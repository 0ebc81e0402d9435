"""The index of open requests holds their pins: no response writes them as text again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lacity_data_api.requests.repository import open_pins
from tests.support import databases
from tests.support.databases import Database
from tests.support.rows import add_requests

PLACES = [(34.25, -118.44), (-0.1, 0.00001), (34.0, -118.123456789012)]
INDEX_ONLY = "SET enable_seqscan = off; SET enable_bitmapscan = off"
# The index keeps what the function returned when the rows were written.
LATER = """
CREATE OR REPLACE FUNCTION pin(request_id bigint, type_id integer, latitude float8, longitude float8)
RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'computed' || left(request_id::text, 0) $$
"""


@pytest.fixture
def database() -> Iterator[Database]:
    with databases.database() as fresh:
        places = ({"latitude": latitude, "longitude": longitude} for latitude, longitude in PLACES)
        add_requests(fresh, *places, {"is_open": False})
        yield fresh


def _pins_of(database: Database) -> str:
    with database.cursor() as cursor:
        cursor.execute(INDEX_ONLY)
        cursor.execute(open_pins().sql)
        pins: str = cursor.fetchone()[0]
        return pins


def test_pins_are_the_columns_of_their_requests(database: Database) -> None:
    pins: list[dict[str, Any]] = json.loads(f"[{_pins_of(database)}]")
    columns = 'request_id AS "requestId", type_id AS "typeId", latitude, longitude'
    rows = database.value(
        f"SELECT json_agg(r) FROM (SELECT {columns} FROM service_requests"
        " WHERE is_open ORDER BY request_id DESC) AS r"
    )
    assert pins == rows
    assert sorted((pin["latitude"], pin["longitude"]) for pin in pins) == sorted(PLACES)


def test_pins_are_read_from_the_index(database: Database) -> None:
    before = _pins_of(database)
    database.run(LATER)
    assert _pins_of(database) == before
    database.run("REINDEX INDEX service_requests_open_idx")
    assert _pins_of(database) == "computed,computed,computed"
