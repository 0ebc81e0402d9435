from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lacity_data_api.city.facts import City
from lacity_data_api.city.repository import Facts, read
from lacity_data_api.database import Database as ApiDatabase
from lacity_data_api.reports.fields import relation
from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.servers import free_port
from tests.support.serving import Api, forget_everything, serve, settings_for


@pytest.fixture(scope="module")
def facts(database: Database) -> Facts:
    async def open_and_read() -> Facts:
        opened = ApiDatabase(settings_for(database))
        await opened.open()
        try:
            return await read(opened)
        finally:
            await opened.close()

    return asyncio.run(open_and_read())


def test_city_is_the_one_in_the_database(facts: Facts) -> None:
    assert (facts.city.name, str(facts.city.time_zone)) == ("Los Angeles", "America/Los_Angeles")
    assert facts.city.bounds == (-118.8, 33.6, -118.0, 34.5)


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (["type_name", "created_date"], "rollup_day_type"),
        (["created_year"], "rollup_day_type"),
        (["source_name", "created_dow"], "rollup_day_source"),
        (["agency_id"], "rollup_day_agency"),
        (["council_name"], "rollup_day_council"),
        (["council_name", "type_name", "created_month"], "rollup_day_type_council"),
        (["created_hour", "type_name"], "rollup_hour_type"),
        (["created_hour", "source_name", "created_date"], "rollup_hour_source"),
        (["agency_name", "type_id", "created_date"], "rollup_day_type_agency"),
        (["source_name", "type_name"], "rollup_day_type_source"),
        (["agency_name", "source_name"], "rollup_daily"),
    ],
)
def test_the_narrowest_rollup_of_the_catalog_is_chosen(facts: Facts, names: list[str], table: str) -> None:
    assert relation(names, facts.catalog) == table


@pytest.mark.parametrize(
    "names", [["created_hour", "council_name"], ["closed_date"], ["created_hour", "agency_id"]]
)
def test_requests_are_counted_where_no_rollup_of_the_catalog_fits(facts: Facts, names: list[str]) -> None:
    assert "service_requests" in relation(names, facts.catalog)


def test_a_rollup_that_leaves_the_catalog_is_not_used(api: Api, database: Database) -> None:
    """The reports continue with wider rollups, and with the requests themselves."""
    add_requests(database, {"created_date": "2020-01-02 07:00"})
    api.publish()
    parameters: dict[str, Any] = {"field": ["created_hour", "type_name"], "filter": "created_year=2020"}
    before = api.json("/reports", **parameters)
    database.run("DELETE FROM rollup_catalog WHERE rollup LIKE 'rollup_hour%'")
    database.run("DROP TABLE rollup_hour_type")
    database.run("UPDATE data_generation SET generation = generation + 1")
    api.publish()
    assert api.json("/reports", **parameters) == before


def test_a_city_in_another_time_zone(database: Database) -> None:
    database.run("UPDATE city SET city_name = 'Auckland', time_zone = 'Pacific/Auckland'")
    try:
        forget_everything()
        with serve(settings_for(database)) as elsewhere:
            # As the first request of all, too.
            assert elsewhere.json("/openapi.json")["info"]["title"] == "Auckland 311 Data"
            assert elsewhere.json("/status/api")["currentTimeLocal"][-6:] in {"+12:00", "+13:00"}
    finally:
        database.run("UPDATE city SET city_name = 'Los Angeles', time_zone = 'America/Los_Angeles'")


def test_without_a_database_the_city_has_no_name_and_utc(database: Database) -> None:
    nowhere = f"postgresql://reader@127.0.0.1:{free_port()}/la311"
    with serve(settings_for(database, database_reader_url=nowhere)) as cut_off:
        assert cut_off.json("/status/api")["currentTimeLocal"].endswith("+00:00")
        assert cut_off.json("/openapi.json")["info"]["title"] == "311 Data"
        assert cut_off.get("/reports").status_code == 503
        assert cut_off.state.facts.last_known_city == City()


def test_the_documentation_speaks_the_words_of_the_city(database: Database) -> None:
    words = '{"area": "Community district", "areas": "Community districts", "district": "Ward"}'
    database.run("UPDATE city SET words = %s", words)
    try:
        forget_everything()
        with serve(settings_for(database)) as elsewhere:
            elsewhere.json("/reports")
            document = elsewhere.json("/openapi.json")
        assert document["paths"]["/councils"]["get"]["description"] == "All community districts, by id."
        assert "city council district" not in str(document).lower()
        changes = document["paths"]["/changes"]["get"]["parameters"]
        assert {one["name"]: one["description"] for one in changes}["district"] == "Wards"
        assert "neighborhood council" not in str(document).lower()
    finally:
        database.run("UPDATE city SET words = '{}'")
        forget_everything()
