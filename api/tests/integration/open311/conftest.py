"""A city with a few requests in every state, and the API on it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support import databases
from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api, forget_everything, serve, settings_for

ZONE = ZoneInfo("America/Los_Angeles")
ROWS = 240
# Values that the pipeline stores only as published.
PUBLISHED = """
UPDATE requests SET updateddate = createddate + (id % 20) * interval '1 day',
       duedate = CASE WHEN id % 3 = 0 THEN createddate + interval '3 days' END,
       detail = CASE WHEN id % 4 = 0 THEN repeat('Couch', 1000) END,
       zipcode = CASE WHEN id % 2 = 0 THEN '90012' END
"""


def _row(choose: random.Random, number: int) -> dict[str, Any]:
    """A random request of the last 400 days; a third are of the last 80."""
    days = choose.randint(1, 80) if number % 3 == 0 else choose.randint(100, 400)
    now = dt.datetime.now(ZONE).replace(tzinfo=None, microsecond=0)
    created = now - dt.timedelta(days=days, minutes=choose.randint(0, 1400))
    is_located = choose.random() < 0.8
    return {
        "created_date": created,
        "closed_date": choose.choice([None, created + dt.timedelta(days=choose.randint(0, 30))]),
        "type_id": choose.randint(1, 9),
        "agency_id": choose.choice([0, 2]),
        "council_id": choose.choice([0, 24, 52]),
        "is_information": choose.random() < 0.1,
        "outcome": choose.choice([None, "Done & <gone>"]),
        "address": choose.choice([None, "200 N SPRING ST, 90012", '1 "A" ST\r\n\x01 Ñandú']),
        "latitude": 34 + choose.random() / 5 if is_located else None,
        "longitude": -118.4 + choose.random() / 5 if is_located else None,
    }


@pytest.fixture(scope="package")
def database() -> Iterator[Database]:
    choose = random.Random(311)
    with databases.database() as fresh:
        add_requests(fresh, *(_row(choose, number) for number in range(ROWS)))
        fresh.run(PUBLISHED)
        yield fresh


@pytest.fixture(scope="package")
def api(database: Database) -> Iterator[Api]:
    forget_everything()
    with serve(settings_for(database)) as running:
        yield running
