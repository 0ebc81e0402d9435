"""close_statistics with every set of keys and filters equals percentiles of the rows themselves."""

from __future__ import annotations

import random
from itertools import combinations, product

import pytest
from samples import first

from tests.support.databases import Database
from tests.support.rows import add_requests

KEYS = ("closed_month", "type_id", "group_id", "council_id", "region_id")
SETS = [chosen for number in range(len(KEYS) + 1) for chosen in combinations(KEYS, number)]
ALWAYS, SOME_MONTHS = (None, None), ("2020-02-01", "2020-03-01")
TYPES, COUNCILS = [1, 2, 4, 7, 9, 10], [1, 52]
SELECTIONS = [*product((ALWAYS, SOME_MONTHS), (None, TYPES, []), (None, COUNCILS))]
CALL = "close_statistics(%(keys)s::text[], %(first)s, %(last)s, %(types)s::bigint[], %(councils)s::bigint[])"
FIELDS = "closed_requests, min_days, q1_days, median_days, q3_days, p90_days, max_days"
FIELDS += ", same_day_requests, within_7_days_requests"
OF_THE_ROWS = """
    WITH closed AS (
        SELECT date_trunc('month', closed_date)::date AS closed_month, type_id, group_id, council_id,
               c.region_id, days_to_close(created_date, closed_date) AS days
          FROM service_requests JOIN request_types t USING (type_id) JOIN councils c USING (council_id)
         WHERE closed_date IS NOT NULL AND NOT service_requests.is_information
    )
    SELECT {keys} count(*), min(days), percentile_disc(0.25) WITHIN GROUP (ORDER BY days),
           percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
           percentile_disc(0.75) WITHIN GROUP (ORDER BY days),
           percentile_disc(0.9) WITHIN GROUP (ORDER BY days), max(days),
           count(*) FILTER (WHERE days = 0), count(*) FILTER (WHERE days <= 7)
      FROM closed
     WHERE (%(first)s::date IS NULL OR closed_month BETWEEN %(first)s AND %(last)s)
       AND (%(types)s::int[] IS NULL OR type_id = ANY (%(types)s))
       AND (%(councils)s::int[] IS NULL OR council_id = ANY (%(councils)s))
     {grouped} HAVING count(*) > 0
"""


@pytest.fixture(scope="module", autouse=True)
def requests(database: Database) -> None:
    """Random requests, most of them closed within three months."""
    chance = random.Random(28)
    rows = []
    for _ in range(600):
        created = f"2020-0{chance.randint(1, 3)}-{chance.randint(1, 28):02} {chance.randint(0, 23):02}:00"
        rows.append(
            {
                "type_id": chance.choice([1, 2, 4, 5, 7, 9, 10, 12]),
                "council_id": chance.choice([0, 1, 2, 52, 99]),
                "created_date": created,
                "closed_date": None,
            }
        )
    add_requests(database, *rows)
    with database.load() as cursor:
        cursor.execute(
            "UPDATE service_requests SET is_open = false, closed_date = created_date"
            " + (request_id * 7919 % 90) * interval '1 day' WHERE request_id % 6 <> 0"
        )


@pytest.mark.parametrize("keys", SETS, ids="-".join)
@pytest.mark.parametrize("forgotten", first(["%close%", "rollup_close_month_council", "none"]))
def test_statistics_are_those_of_the_rows(database: Database, keys: tuple[str, ...], forgotten: str) -> None:
    """Also without the narrowest rollup, and without any."""
    led = "".join(f"{key}, " for key in keys)
    called = f"SELECT {led}{FIELDS} FROM {CALL}"
    counted = OF_THE_ROWS.format(keys=led, grouped=f"GROUP BY {', '.join(keys)}" if keys else "")
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM rollup_catalog WHERE rollup LIKE %s", [forgotten])
        for (first, last), types, councils in SELECTIONS:
            given = {"keys": [*keys], "first": first, "last": last, "types": types, "councils": councils}
            cursor.execute(called, given)
            found = sorted(cursor.fetchall())
            cursor.execute(counted, given)
            assert found == sorted(cursor.fetchall()), given
        cursor.connection.rollback()
