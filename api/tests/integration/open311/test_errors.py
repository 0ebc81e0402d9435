"""Every wrong value has a description; 404 is for what does not exist, 400 for the rest, in both formats."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.open311.reading import REQUESTS, both, errors, from_xml
from tests.support.databases import Database
from tests.support.servers import free_port
from tests.support.serving import Api, serve, settings_for

A_TIME = "must be a time as 2020-01-31T08:00:00-08:00"


@pytest.mark.parametrize(
    ("parameters", "descriptions"),
    [
        ({"start_date": "yesterday"}, [f"start_date: {A_TIME}"]),
        ({"end_date": "2020-02-30"}, ["end_date: is not a valid date and time"]),
        ({"updated_after": "0001-01-01"}, ["updated_after: must be in the years 2 to 9998"]),
        ({"updated_before": "1"}, [f"updated_before: {A_TIME}"]),
        (
            {"start_date": "2020-02-01", "end_date": "2020-01-01"},
            ["start_date: must not be after end_date"],
        ),
        (
            {"start_date": "2020-01-01", "end_date": "2020-04-01"},
            ["end_date: must be at most 90 days after start_date"],
        ),
        (
            {"updated_after": "2020-01-01T00:00:00Z", "updated_before": "2020-03-31T00:00:01Z"},
            ["updated_before: must be at most 90 days after updated_after"],
        ),
        ({"status": "done"}, ["status: must be open, closed, or open,closed"]),
        ({"page": "0"}, ["page: must be a whole number from 1 to 1000000000"]),
        ({"page": "1.5"}, ["page: must be a whole number from 1 to 1000000000"]),
        ({"page_size": "1001"}, ["page_size: must be a whole number from 1 to 1000"]),
        ({"extensions": "yes"}, ["extensions: must be true or false"]),
        ({"information": "1"}, ["information: must be include or exclude"]),
        ({"bbox": "1,2,3"}, ["bbox: four numbers are needed: west,south,east,north"]),
        ({"bbox": "nan,1,2,3"}, ["bbox: four numbers are needed: west,south,east,north"]),
        ({"bbox": "1_0,1,20,3"}, ["bbox: four numbers are needed: west,south,east,north"]),
        ({"bbox": "33,-119,35,-118"}, ["bbox: degrees are needed, longitude first: west,south,east,north"]),
        (
            {"lat": "91", "long": "x", "radius": "0"},
            [
                "lat: must be a number from -90 to 90",
                "long: must be a number from -180 to 180",
                "radius: must be a number from 1 to 100000",
            ],
        ),
        ({"lat": "34", "long": "nan", "radius": "10"}, ["long: must be a number from -180 to 180"]),
        (
            {"lat": "3_4.05", "long": "٣", "radius": "1_0"},
            [
                "lat: must be a number from -90 to 90",
                "long: must be a number from -180 to 180",
                "radius: must be a number from 1 to 100000",
            ],
        ),
        ({"lat": "34", "long": "-118"}, ["radius: lat, long and radius belong together"]),
        ({"service_code": "4\0"}, ["service_code: must not contain NUL"]),
        ({"service_request_id": "\0"}, ["service_request_id: must not contain NUL"]),
        (
            {"service_request_id": ",".join(map(str, range(1_001)))},
            ["service_request_id: must contain at most 1000 numbers"],
        ),
        ({"serviceCode": "4"}, ["serviceCode: unknown parameter; did you mean service_code?"]),
        (
            {"page": "x", "start_date": "x", "status": "x"},
            [
                f"start_date: {A_TIME}",
                "status: must be open, closed, or open,closed",
                "page: must be a whole number from 1 to 1000000000",
            ],
        ),
    ],
)
def test_wrong_values_are_400(api: Api, parameters: dict[str, str], descriptions: list[str]) -> None:
    assert errors(api, REQUESTS, 400, **parameters) == descriptions


@pytest.mark.parametrize(
    ("path", "description"),
    [
        ("v2/services/0", "service_code: there is no such service"),
        ("v2/services/4,5", "service_code: there is no such service"),
        ("v2/services/pothole", "service_code: there is no such service"),
        ("v2/services/99999999999", "service_code: there is no such service"),
        ("v2/requests/none", "service_request_id: there is no such request"),
        ("v2/tokens/1", "There is no such resource; requests can be read, not made"),
        ("v3/requests", "There is no such resource; requests can be read, not made"),
    ],
)
def test_what_does_not_exist_is_404(api: Api, path: str, description: str) -> None:
    assert errors(api, f"/open311/{path}", 404) == [description]


@pytest.mark.parametrize("path", ["discovery", "v2/services", "v2/services/4", "v2/requests"])
def test_another_jurisdiction_is_404(api: Api, path: str) -> None:
    assert both(api, f"/open311/{path}", jurisdiction_id="la") == both(api, f"/open311/{path}")
    assert both(api, f"/open311/{path}", jurisdiction_id=" ") == both(api, f"/open311/{path}")
    wrong = errors(api, f"/open311/{path}", 404, jurisdiction_id="sfgov.org")
    assert wrong == ["jurisdiction_id: the only one is la"]


@pytest.mark.parametrize(
    "path",
    [
        "/open311",
        "/open311/",
        "/open311/v2/requests",
        "/open311/v2/requests.csv",
        "/open311/v2/requests.json/",
    ],
)
def test_other_formats_and_paths_are_404_in_json(api: Api, path: str) -> None:
    response = api.client.get(path, follow_redirects=True)
    assert (response.status_code, response.json()[0]["code"]) == (404, 404)


def test_the_formats_are_named(api: Api) -> None:
    (error,) = api.client.get("/open311/v2/requests.csv").json()
    assert error["description"] == "the formats are .json and .xml"


def test_requests_cannot_be_made(api: Api) -> None:
    for method in ("POST", "PUT", "DELETE"):
        response = api.client.request(method, f"{REQUESTS}.xml", data={"service_code": "4"})
        assert response.status_code == 404
        assert from_xml(response.text)[0]["code"] == 404


@pytest.mark.parametrize("path", ["services", "services/4", "requests", "requests/1"])
def test_unknown_parameters_are_400_everywhere(api: Api, path: str) -> None:
    (description,) = errors(api, f"/open311/v2/{path}", 400, zzz="1")
    assert description.startswith("zzz: unknown parameter")


@pytest.mark.parametrize(("path", "name"), [("services", "information"), ("requests/1", "extensions")])
def test_choices_are_checked_on_every_route(api: Api, path: str, name: str) -> None:
    (description,) = errors(api, f"/open311/v2/{path}", 400, **{name: "maybe"})
    assert description.startswith(f"{name}: must be ")


def test_a_failure_of_ours_keeps_its_status(database: Database) -> None:
    nowhere = f"postgresql://reader@127.0.0.1:{free_port()}/la311"
    with serve(
        settings_for(database, database_reader_url=nowhere, redis_url="redis://127.0.0.1:1")
    ) as cut_off:
        response = cut_off.get(f"{REQUESTS}.xml")
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert from_xml(response.text) == [{"code": 503.0, "description": "The database cannot be reached"}]


def test_errors_are_kept_by_no_cache(api: Api) -> None:
    parameters: dict[str, Any] = {"page": "x"}
    assert api.get(f"{REQUESTS}.json", **parameters).headers["cache-control"] == "no-store"
