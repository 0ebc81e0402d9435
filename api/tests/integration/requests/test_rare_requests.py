from __future__ import annotations

from typing import Any

import pytest

from lacity_data_api.requests import repository
from lacity_data_api.requests.filters import RequestFilter
from tests.support.databases import Database
from tests.support.plans import plan_of, scans_of

# As in the real city, requests outside every council are those without a location.
MANY = """
INSERT INTO service_requests (request_id, srnumber, created_date, type_id, agency_id, source_id, council_id,
                              region_id, latitude, longitude, geom)
SELECT n, 'R-' || n, timestamp '2020-01-01' + n * interval '1 minute', 4, 2, 8, council, 1, latitude,
       CASE WHEN latitude IS NOT NULL THEN -118 END,
       CASE WHEN latitude IS NOT NULL THEN ST_SetSRID(ST_MakePoint(-118, 34), 4326) END
  FROM generate_series(1, 50000) AS n,
       LATERAL (SELECT CASE WHEN n % 100 = 0 THEN 0 ELSE 1 + n % 90 END AS council,
                       CASE WHEN n % 100 > 0 THEN 34 END AS latitude) AS place
"""


# An agency that the city had for two days.
FORMER = """
UPDATE service_requests SET agency_id = 3 WHERE request_id BETWEEN 1000 AND 1500 AND request_id % 50 = 1
"""
OF_DAYS = """
INSERT INTO rollup_day_agency (created_date, agency_id, requests, unlocated, information)
SELECT created_date::date, agency_id, count(*), count(*) - count(latitude), 0
  FROM service_requests WHERE agency_id = 3 GROUP BY 1, 2
"""


@pytest.fixture(scope="module", autouse=True)
def many(database: Database) -> None:
    database.run(MANY, url=database.loader_url)
    database.run(FORMER, url=database.loader_url)
    database.run(OF_DAYS, url=database.loader_url)
    database.run("ANALYZE service_requests", url=database.loader_url)


@pytest.mark.parametrize(
    ("ids", "most"),
    [
        ({"council_id": [0]}, 500),
        ({"council_id": [7]}, 11),
        # The days from the first to the last one, of 1,440 requests each.
        ({"agency_id": [3]}, 2_880),
        ({"agency_id": [3, 4]}, 2_880),
        ({"agency_id": [987_654]}, 0),
        ({"source_id": [987_654, 987_655]}, 0),
        ({"region_id": [987_654]}, 0),
    ],
)
def test_a_page_of_few_requests_is_found_without_reading_the_others(
    database: Database, ids: dict[str, Any], most: int
) -> None:
    """Where few requests match, or none, the index by date would read those of the whole city: 15 million."""
    query = repository.page(RequestFilter(**ids), repository.CREATED, skip=0, limit=10, next_page="/?after=")
    ((plan,),) = plan_of(database, query, "ANALYZE, FORMAT JSON")
    scans = scans_of(plan["Plan"], "service_requests")
    assert sum(scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) for scan in scans) <= most
