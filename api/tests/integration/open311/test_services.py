"""Discovery and services."""

from __future__ import annotations

from tests.integration.open311.reading import both, schema
from tests.support.databases import Database
from tests.support.serving import Api, forget_everything, serve, settings_for

SERVICES = "/open311/v2/services"


def test_discovery_leads_to_the_services(api: Api) -> None:
    found = both(api, "/open311/discovery")
    assert found.keys() == {"changeset", "contact", "key_service", "endpoints"}
    (endpoint,) = found["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == f"{api.url}/open311/v2"
    assert endpoint["formats"] == ["application/json", "text/xml"]
    assert endpoint["type"] == "test"
    assert api.client.get(f"{endpoint['url']}/services.json").status_code == 200


def test_discovery_names_the_public_address_if_there_is_one(database: Database) -> None:
    settings = settings_for(database, api_public_url="https://311.example/api/", stage="prod")
    with serve(settings) as public:
        (endpoint,) = both(public, "/open311/discovery")["endpoints"]
    assert (endpoint["url"], endpoint["type"]) == ("https://311.example/api/open311/v2", "production")


def test_discovery_depends_on_the_host_and_is_not_cached(api: Api) -> None:
    headers = api.get("/open311/discovery.json").headers
    assert headers["cache-control"] == "no-store"
    assert "etag" not in headers


def test_services_are_the_types(api: Api) -> None:
    services = both(api, SERVICES)
    schema("services").validate(services)
    types = {str(one["typeId"]): one["typeName"] for one in api.json("/types")}
    assert {one["service_code"]: one["service_name"] for one in services} == types
    assert {(one["metadata"], one["type"]) for one in services} == {(False, "batch")}


def test_every_service_has_a_definition(api: Api) -> None:
    code = both(api, SERVICES)[0]["service_code"]
    definition = both(api, f"{SERVICES}/{code}")
    schema("service-definition").validate(definition)
    assert definition == {"service_code": code, "attributes": []}


def test_types_of_information_calls_are_left_out_unless_included(database: Database) -> None:
    database.run("UPDATE request_types SET is_information = true WHERE type_id = 4")
    forget_everything()
    try:
        with serve(settings_for(database)) as api:
            left = {one["service_code"] for one in both(api, SERVICES)}
            everything = {one["service_code"] for one in both(api, SERVICES, information="include")}
    finally:
        database.run("UPDATE request_types SET is_information = false WHERE type_id = 4")
        forget_everything()
    assert everything - left == {"4"}


def test_another_city(database: Database) -> None:
    """Time zone, name and key come from the city row."""
    database.run("UPDATE city SET city_key = 'akl', city_name = 'Auckland', time_zone = 'Pacific/Auckland'")
    forget_everything()
    try:
        with serve(settings_for(database)) as api:
            assert both(api, "/open311/discovery")["contact"].startswith("Auckland 311 Data")
            assert both(api, SERVICES, 404, jurisdiction_id="la")[0]["code"] == 404
            both(api, SERVICES, jurisdiction_id="akl")
            (newest, *_) = both(api, "/open311/v2/requests")
            assert newest["requested_datetime"][-6:] in {"+12:00", "+13:00"}
    finally:
        database.run(
            "UPDATE city SET city_key = 'la', city_name = 'Los Angeles', time_zone = 'America/Los_Angeles'"
        )
        forget_everything()
