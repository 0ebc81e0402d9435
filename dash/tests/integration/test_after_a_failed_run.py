"""Every recount again, with a failed newest run: the last full day is the one before the last good run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from support import city as small_city
from support.databases import Database
from support.serving import settings_for

from data.warehouse import Warehouse
from integration.test_addresses import (
    test_addresses_with_several_requests,
    test_clusters_of_requests_at_one_place,
)
from integration.test_area_selections import (
    test_the_figures_of_a_council_are_those_of_its_rows,
    test_the_map_has_every_council_of_the_selection,
    test_times_to_close_are_those_of_the_rows,
)
from integration.test_backlog import test_open_by_age_and_by_every_dimension
from integration.test_selections import test_every_count_is_that_of_the_rows
from integration.test_what_changed import test_every_selection_is_that_of_the_rows

__all__ = [
    "test_addresses_with_several_requests",
    "test_clusters_of_requests_at_one_place",
    "test_every_count_is_that_of_the_rows",
    "test_every_selection_is_that_of_the_rows",
    "test_open_by_age_and_by_every_dimension",
    "test_the_figures_of_a_council_are_those_of_its_rows",
    "test_the_map_has_every_council_of_the_selection",
    "test_times_to_close_are_those_of_the_rows",
]
pytestmark = pytest.mark.slow

# The newest run failed before it merged anything; the previous one read the portal early in the day.
FAILED = """
UPDATE load_runs SET status = 'failed' WHERE started_at >= now() - interval '24 hours';
UPDATE load_runs SET started_at = date_trunc('day', started_at AT TIME ZONE 'America/Los_Angeles')
    AT TIME ZONE 'America/Los_Angeles' + interval '5 hours' WHERE status <> 'failed';
DELETE FROM service_requests WHERE created_date AT TIME ZONE 'America/Los_Angeles' >
    (SELECT max(started_at) FROM load_runs WHERE status <> 'failed');
DELETE FROM requests WHERE id NOT IN (SELECT request_id FROM service_requests)
"""


@pytest.fixture(scope="module")
def city() -> Iterator[Database]:
    with small_city.filled(FAILED) as found:
        yield found


@pytest.fixture(scope="module")
def warehouse(city: Database) -> Iterator[Warehouse]:
    with closing(Warehouse(settings_for(city.reader_url))) as found:
        yield found
