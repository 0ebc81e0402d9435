"""Whole datasets that are hidden, republished or listed as views, and boundaries with flaws."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest
from portal_site import Site

from portal.boundaries import FLAWS
from portal.datasets import Dataset
from portal.schemas import CASES
from portal.server import serve
from portal.throttle import Throttle

DATASET = "2cy6-i7zn"
PATH = f"/resource/{DATASET}.json"
BOUNDARIES = "/api/geospatial/fu65-dz2f?method=export&format=GeoJSON"


def rows(site: Site) -> list[dict[str, Any]]:
    query = {"$select": ":*,*", "$limit": "50000", "$order": "casenumber"}
    return list(site.http.get(PATH, params=query).json())


def listed(site: Site, **parameters: str) -> list[dict[str, Any]]:
    results = site.http.get("/api/catalog/v1", params=parameters).json()["results"]
    return [result["resource"] for result in results]


@pytest.mark.parametrize("status", [202, 429, 500, 520, 524, 530])
def test_any_status_is_answered_for_a_while(own_site: Site, status: int) -> None:
    own_site.controller.add_fault("status", status=status, times=2)
    assert [own_site.http.get(PATH).status_code for _ in range(3)] == [status, status, 200]


def test_an_error_of_the_cdn_is_a_page_and_one_of_the_portal_is_json(own_site: Site) -> None:
    own_site.controller.add_fault("status", status=524, times=1)
    assert own_site.http.get(PATH).headers["content-type"].startswith("text/html")
    own_site.controller.add_fault("status", status=500, times=1)
    assert own_site.http.get(PATH).json()["error"] is True


@pytest.mark.parametrize(
    "value", ["99999999", "Wed, 21 Oct 2026 07:28:00 GMT", "Wednesday, 21-Oct-26 07:28:00 GMT", "soon", "-5"]
)
def test_a_wait_is_requested_in_any_form(own_site: Site, value: str) -> None:
    own_site.controller.add_fault("throttle", retry_after=value)
    assert own_site.http.get(PATH).headers["retry-after"] == value


@pytest.mark.parametrize(
    ("kind", "details", "status", "code"),
    [
        ("private", {}, 403, "permission_denied"),
        ("gone", {}, 410, "dataset.gone"),
        ("gone", {"status": 404}, 404, "dataset.missing"),
    ],
)
def test_one_dataset_is_lost_on_every_path(
    own_site: Site, kind: str, details: dict[str, int], status: int, code: str
) -> None:
    own_site.controller.add_fault(kind, dataset=DATASET, **details)
    responses = [own_site.http.get(path) for path in (PATH, f"/api/views/{DATASET}.json")]
    assert [(response.status_code, response.json()["code"]) for response in responses] == [(status, code)] * 2
    assert DATASET not in {resource["id"] for resource in listed(own_site)}
    assert own_site.http.get("/resource/73a2-6ar5.json").status_code == 200


def test_a_bad_token_reads_differently_from_a_private_dataset() -> None:
    with (
        serve(rows=100, throttle=Throttle(tokens=frozenset({"good"}))) as (url, portal),
        httpx.Client(base_url=url, trust_env=False) as http,
    ):
        portal.add_fault("private", dataset=DATASET)
        private, bad_token = (http.get(PATH, headers={"X-App-Token": token}) for token in ("good", "bad"))
    assert [private.status_code, bad_token.status_code] == [403, 403]
    assert private.json()["message"] == "You must be logged in to access this resource"
    assert bad_token.json()["message"] == "Invalid app_token specified"


def test_a_row_appears_with_an_older_stamp(own_site: Site) -> None:
    stamp = "2026-11-01T20:00:00.000Z"
    new = {"casenumber": "99999999", "createddate": "2026-10-31T08:00:00.000", ":updated_at": stamp}
    assert own_site.controller.upsert(new) == stamp
    [row] = [row for row in rows(own_site) if row.get("casenumber") == "99999999"]
    assert row[":updated_at"] == stamp
    assert max(row[":updated_at"] for row in rows(own_site)) > stamp


def test_a_republished_dataset_keeps_its_values_only(own_site: Site) -> None:
    before = rows(own_site)
    stamp = own_site.controller.republish(DATASET)
    after = rows(own_site)
    assert {row[":updated_at"] for row in after} == {row[":created_at"] for row in after} == {stamp}
    assert not {row[":id"] for row in before} & {row[":id"] for row in after}
    assert values(before) == values(after)
    assert stamp > max(row[":updated_at"] for row in before)


def values(found: list[dict[str, Any]]) -> list[str]:
    return sorted(str({k: v for k, v in row.items() if not k.startswith(":")}) for row in found)


@pytest.mark.parametrize(("kind", "served"), [("filter", 3), ("map", 0), ("chart", 0)])
def test_views_of_a_dataset_are_listed_before_it(own_site: Site, kind: str, served: int) -> None:
    view = own_site.controller.publish_view(DATASET, kind)
    found = [(resource["id"], resource["type"]) for resource in listed(own_site, q="MyLA311 Cases 2026")]
    assert found == [(view, kind), (DATASET, "dataset")]
    assert [resource["id"] for resource in listed(own_site, q="cases 2026", only="datasets")] == [DATASET]
    response = own_site.http.get(f"/resource/{view}.json")
    assert response.status_code == (200 if served else 403)
    assert len(response.json()) == served or not served


def test_a_dataset_is_published_before_it_has_rows(own_site: Site) -> None:
    own_site.controller.publish(
        Dataset("cccc-2027", "MyLA311 Cases 2027", CASES, date(2027, 1, 1), date(2027, 12, 31))
    )
    assert own_site.http.get("/resource/cccc-2027.json").json() == []
    assert [resource["id"] for resource in listed(own_site, q="2027")] == ["cccc-2027"]


def features(site: Site, *flaws: str) -> list[dict[str, Any]]:
    site.controller.set_boundary_flaws(*flaws)
    return list(site.http.get(BOUNDARIES).json()["features"])


def first_point(found: list[dict[str, Any]]) -> list[float]:
    return list(found[0]["geometry"]["coordinates"][0][0][0])


def test_boundaries_come_in_other_projections(own_site: Site) -> None:
    longitude, latitude = first_point(features(own_site))
    assert first_point(features(own_site, "swapped")) == [latitude, longitude]
    assert first_point(features(own_site, "three_dimensions")) == [longitude, latitude, 0.0]
    assert first_point(features(own_site, "feet"))[0] > 6_000_000
    assert -13_300_000 < first_point(features(own_site, "meters"))[0] < -13_100_000


def test_a_council_is_split_or_renamed(own_site: Site) -> None:
    codes = [feature["properties"]["nc_id"] for feature in features(own_site, "split")]
    assert (len(codes), codes.count("67")) == (100, 2)
    names = {feature["properties"]["name"] for feature in features(own_site, "renamed")}
    assert "WEST MAR VISTA CC" in names
    assert "MAR VISTA CC" not in names


def test_an_unknown_flaw_is_rejected(own_site: Site) -> None:
    with pytest.raises(ValueError, match="round"):
        own_site.controller.set_boundary_flaws("round")
    assert {"clockwise", "overlap", "parts", "slivers"} < FLAWS.keys()


def test_datasets_are_changed_over_http(own_site: Site) -> None:
    wanted = {
        "republish": [DATASET],
        "views": [{"dataset_id": DATASET, "kind": "map"}],
        "boundary_flaws": ["renamed"],
    }
    response = own_site.http.post("/_portal/datasets", json=wanted).json()
    assert {row[":updated_at"] for row in rows(own_site)} == set(response["republished"])
    assert response["views"][0] in {resource["id"] for resource in listed(own_site)}
    assert "WEST MAR VISTA CC" in own_site.http.get(BOUNDARIES).text
