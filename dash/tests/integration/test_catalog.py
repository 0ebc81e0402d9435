"""The narrowest rollup of the database's catalog that fits is read, otherwise the requests themselves."""

from __future__ import annotations

import re
from datetime import date

import pytest
from support.databases import Database
from support.raw import RAW

from data.catalog import CLOSED, CREATED, OPEN, Population
from data.counts import Totals, count, total, totals
from data.filters import AGENCY, COUNCIL, GROUP, TYPE, Filters
from data.warehouse import Warehouse

REQUESTS = ("requests",)


def relation(warehouse: Warehouse, population: Population, *dimensions: str) -> str:
    found = warehouse.facts().catalog.relation(population, {*dimensions}, REQUESTS).as_string(None)
    match = re.search(r"FROM (\w+) WHERE", found)
    return match.group(1) if match else found.strip('"')


@pytest.mark.parametrize(
    ("population", "dimensions", "table"),
    [
        (CREATED, ["created_date"], "rollup_day_type"),
        (CREATED, ["created_date", "agency_id"], "rollup_day_agency"),
        (CREATED, ["created_date", "council_id"], "rollup_day_council"),
        (CREATED, ["created_date", "type_id", "council_id"], "rollup_day_type_council"),
        (CREATED, ["created_date", "agency_id", "council_id"], "rollup_daily"),
        (CREATED, ["created_date", "created_hour"], "rollup_hour_type"),
        (CREATED, ["created_date", "created_hour", "council_id"], "service_requests"),
        (OPEN, ["type_id"], "rollup_open"),
        (OPEN, ["agency_id"], "service_requests"),
        (CLOSED, ["closed_date", "council_id"], "rollup_closed_day"),
        (CLOSED, ["closed_date", "source_id"], "service_requests"),
    ],
)
def test_the_narrowest_rollup_is_read(
    warehouse: Warehouse, population: Population, dimensions: list[str], table: str
) -> None:
    assert relation(warehouse, population, *dimensions) == table


def everything(warehouse: Warehouse, **narrowed: tuple[int, ...]) -> Filters:
    facts = warehouse.facts()
    return Filters(facts.first_day or date.min, facts.last_day or date.max, **narrowed)


def test_a_query_without_a_rollup_counts_the_requests(city: Database, warehouse: Warehouse) -> None:
    """Such a query once ended with a bare StopIteration."""
    found = count(warehouse, everything(warehouse), AGENCY, "day", population=CLOSED)
    assert found["requests"].sum() == city.value(
        RAW
        + """SELECT count(*) FROM raw
            WHERE closed >= (SELECT min(created)::date FROM past) AND closed < today"""
    )


def test_groups_without_counted_requests_are_left_out(city: Database, warehouse: Warehouse) -> None:
    """Cells that contain only information calls have no requests."""
    assert city.value("SELECT count(*) FROM rollup_day_type WHERE requests = 0") > 0
    assert "Information-Only" not in set(count(warehouse, everything(warehouse), TYPE)["type"])
    assert (count(warehouse, everything(warehouse), COUNCIL, "day")["requests"] > 0).all()


def test_totals_say_what_is_not_on_the_map_and_what_is_left_out(city: Database, warehouse: Warehouse) -> None:
    counted = city.rows(
        RAW
        + """SELECT count(*) FILTER (WHERE NOT is_information),
            count(*) FILTER (WHERE NOT is_information AND NOT located), count(*) FILTER (WHERE is_information)
            FROM every WHERE created < today AND created >= (SELECT min(created)::date FROM past)"""
    )[0]
    assert totals(warehouse, everything(warehouse)) == Totals(*counted)
    assert min(counted) > 0


def test_a_trend_by_group_adds_up_its_types(city: Database, warehouse: Warehouse) -> None:
    groups = count(warehouse, everything(warehouse), GROUP).set_index("group")["requests"]
    types = count(warehouse, everything(warehouse, groups=(1,)), TYPE)
    assert groups["Item Pickups"] == types["requests"].sum() > 0
    assert groups.sum() == total(warehouse, everything(warehouse))
