from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2
import pytest

from lacity_data_api.requests import repository
from lacity_data_api.requests.filters import RequestFilter, Status
from tests.support.databases import Database
from tests.support.plans import plan_of, scans_of

OPEN, LIMIT = 4_000, 10
# Each row fills a fifth of a page; one in ten is open. Vacuum marks only rows whose commit is on disk.
MANY = f"""
SET LOCAL synchronous_commit = on;
INSERT INTO service_requests (request_id, srnumber, created_date, type_id, agency_id, source_id, council_id,
                              region_id, is_open, latitude, longitude, address)
SELECT n, 'R-' || n, timestamp '2020-01-01' + n * interval '1 minute', 4, 2, 8, 1 + n % 90, 1,
       n % 10 = 0, 34, -118, repeat('x', 1500)
  FROM generate_series(1, {OPEN * 10}) AS n
"""


@pytest.fixture(scope="module", autouse=True)
def many(database: Database) -> None:
    database.run(MANY, url=database.loader_url)
    with closing(psycopg2.connect(database.loader_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("VACUUM ANALYZE service_requests")


@pytest.mark.slow
@pytest.mark.parametrize("more", [{}, {"type_id": [4, 5], "council_id": [*range(91)]}], ids=["all", "some"])
def test_a_late_page_of_open_requests_skips_the_others_in_their_index(
    database: Database, more: dict[str, Any]
) -> None:
    """Each open request before the page was read from the table: longer than 15 seconds at 15 million."""
    wanted = RequestFilter(status=Status.OPEN, **more)
    query = repository.page(wanted, repository.CREATED, skip=OPEN - LIMIT, limit=LIMIT, next_page="/?after=")
    ((plan,),) = plan_of(database, query, "ANALYZE, BUFFERS, FORMAT JSON")
    scans = scans_of(plan["Plan"], "service_requests")
    assert sum(scan.get("Heap Fetches", 0) for scan in scans) <= LIMIT
    assert sum(scan["Shared Hit Blocks"] + scan["Shared Read Blocks"] for scan in scans) < 200
    assert max(scan["Actual Rows"] for scan in scans) == OPEN
