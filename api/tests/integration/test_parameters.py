"""Query parameters that a route does not have."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.support.serving import ADMIN, Api

LENIENT = "legacy"
VALUES = {
    "year": "2020",
    "file": "service_requests",
    "format": "json",
    "service_code": "4",
    "service_request_id": "1",
}


def _paths(api: Api) -> list[tuple[str, str, bool]]:
    """Method and path of every operation, with placeholders replaced, and whether it is strict."""
    document = api.json("/openapi.json")
    return [
        (method, _filled(path, VALUES), LENIENT not in operation["tags"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


def _filled(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    return re.sub(r"\{[^}]*\}", "1", path)


def test_every_route_of_ours_rejects_unknown_parameters(api: Api) -> None:
    accepted = [
        f"{method} {path}"
        for method, path, is_strict in _paths(api)
        if is_strict
        and api.client.request(method, path, params={"nope": 1}, headers=ADMIN).status_code
        != (400 if path.startswith("/open311/") else 422)
    ]
    assert accepted == []


def test_a_route_documents_its_response_to_an_unknown_parameter(api: Api) -> None:
    """Open311 has 400 instead of 422, and 422 was missing where a route takes no parameter."""
    wrong = []
    for path, operations in api.json("/openapi.json")["paths"].items():
        if operation := operations.get("get"):
            status = api.client.get(_filled(path, VALUES), params={"zzz": 1}, headers=ADMIN).status_code
            documented = operation["responses"].keys()
            if str(status) not in documented or (status == 400 and "422" in documented):
                wrong.append((path, status))
    assert wrong == []


def test_the_first_versions_routes_ignore_them(api: Api) -> None:
    rejected = [
        path
        for method, path, is_strict in _paths(api)
        if not is_strict and "nope" in api.client.request(method, path, params={"nope": 1}, json={}).text
    ]
    assert rejected == []


def test_every_parameter_with_one_value_may_be_given_once(api: Api) -> None:
    document = api.json("/openapi.json")
    accepted = [
        f"{path} {parameter['name']}"
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if LENIENT not in operation["tags"]
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and not _takes_list(parameter["schema"])
        and "given only once" not in api.client.get(
            _filled(path, VALUES), params=[(parameter["name"], "1"), (parameter["name"], "2")], headers=ADMIN
        ).text
    ]  # fmt: skip
    assert accepted == []


def _takes_list(schema: dict[str, Any]) -> bool:
    return any(one.get("type") == "array" for one in (schema, *schema.get("anyOf", [])))


@pytest.mark.parametrize(
    ("path", "name", "meant"),
    [
        ("/requests", "type_id[]", "type_id"),
        ("/requests", "typeId", "type_id"),
        ("/requests", "startDate", "start_date"),
        ("/requests", "council", "council_id"),
        ("/reports", "filters", "filter"),
        ("/reports", "fields", "field"),
        ("/reports/export/service_requests.csv", "type_id[]", "type_id"),
        ("/reports/export/2020/service_requests.csv", "Region_ID", "region_id"),
        ("/geojson/geocode", "lon", "longitude"),
    ],
)
def test_the_nearest_name_is_suggested(api: Api, path: str, name: str, meant: str) -> None:
    response = api.get(path, **{name: 1})
    assert response.status_code == 422
    assert response.json()["detail"] == [
        {
            "loc": ["query", name],
            "msg": f"unknown parameter; did you mean {meant}?",
            "type": "unknown_parameter",
        }
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/councils", "takes no parameters"),
        ("/geojson/hotspots", "unknown parameter; valid ones are start_date, type_id"),
    ],
)
def test_without_a_similar_name_all_are_listed(api: Api, path: str, message: str) -> None:
    (error,) = api.get(path, zzz="1").json()["detail"]
    assert error["msg"] == message


def test_known_parameters_are_accepted(api: Api) -> None:
    parameters: dict[str, Any] = {"type_id": [1, 4], "cursor": "1.1", "unlocated": "include", "limit": 3}
    assert api.get("/requests", **parameters).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "place", "message"),
    [
        (
            "/requests/pins",
            {"startDate": "2020-02-01", "endDate": "2020-01-01", "typeIds": [1], "councilIds": [1]},
            ["body", "startDate"],
            "must not be after endDate",
        ),
        (
            "/visualizations",
            {"startDate": "2/30/2025", "endDate": "3/1/2025"},
            ["body", "startDate"],
            "Value error, must be a day, as 1/31/2020 or 2020-01-31",
        ),
        (
            "/visualizations",
            {"startDate": "1/1/2025", "endDate": "3/1/2025", "requestTypes": ["\ud800"]},
            ["body", "requestTypes", 0],
            "Value error, must be Unicode; it contains half of a surrogate pair",
        ),
    ],
)
def test_errors_in_a_body_name_the_clients_field_and_what_it_must_be(
    api: Api, path: str, body: dict[str, Any], place: list[str | int], message: str
) -> None:
    response = api.client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert (place, message) in [(error["loc"], error["msg"]) for error in response.json()["detail"]]


@pytest.mark.parametrize("day", ["2020-1-5", "2020-01-05"])
def test_every_route_takes_the_same_days(api: Api, day: str) -> None:
    assert api.get("/requests", start_date=day).status_code == 200
    assert api.get("/reports", filter=f"created_date>={day}").status_code == 200


@pytest.mark.parametrize("day", ["20200131", "2020-W05-3", "2020-02-30", "1/5/2020"])
def test_every_route_rejects_the_same_days(api: Api, day: str) -> None:
    assert api.get("/requests", start_date=day).status_code == 422
    assert api.get("/reports", filter=f"created_date>={day}").status_code == 422
