"""SODA 3: queries as POST, for clients with an app token; and the end of SODA 2."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from portal_site import Site

DATASET = "2cy6-i7zn"
QUERY = f"/api/v3/views/{DATASET}/query"
SODA2 = f"/resource/{DATASET}"
TOKEN = {"X-App-Token": "any"}
KEYS = "SELECT :id, :updated_at, casenumber"


def post(site: Site, query: str = "SELECT *", path: str = f"{QUERY}.json", **more: Any) -> httpx.Response:
    return site.http.post(path, json={"query": query, "includeSynthetic": False, **more}, headers=TOKEN)


def test_a_query_answers_as_soda2_does(site: Site) -> None:
    where = "createddate >= '2026-11-01' AND closeddate IS NULL"
    ours = post(site, f"{KEYS} WHERE {where} ORDER BY :updated_at, :id LIMIT 500").json()
    parameters = {"$select": KEYS.removeprefix("SELECT "), "$where": where, "$order": ":updated_at,:id"}
    theirs = site.http.get(f"{SODA2}.json", params={**parameters, "$limit": "500"}).json()
    assert ours == theirs
    assert ours


def test_csv_has_the_same_rows(site: Site) -> None:
    query = f"{KEYS} ORDER BY :updated_at, :id LIMIT 20"
    lines = post(site, query, f"{QUERY}.csv").text.splitlines()
    assert lines[0] == '":id",":updated_at","casenumber"'
    assert len(lines) == 21


def test_months_are_counted_with_their_newest_stamp(site: Site) -> None:
    counted = "count(*) AS rows, max(:updated_at) AS newest"
    query = f"SELECT date_trunc_ym(createddate) AS month, {counted} GROUP BY month"
    months = {row["month"]: row for row in post(site, query).json() if "month" in row}
    october = months["2026-10-01T00:00:00.000"]
    where = "createddate >= '2026-10-01' AND createddate < '2026-11-01'"
    assert october == {
        "month": "2026-10-01T00:00:00.000",
        **post(site, f"SELECT {counted} WHERE {where}").json()[0],
    }


@pytest.mark.parametrize(
    ("page", "limit", "expected"),
    [
        ({"pageNumber": 1, "pageSize": 10}, 1_000, slice(0, 10)),
        ({"pageNumber": 3, "pageSize": 10}, 1_000, slice(20, 30)),
        ({"pageNumber": 3, "pageSize": 10}, 25, slice(20, 25)),
        ({"pageNumber": 9, "pageSize": 10}, 25, slice(0, 0)),
    ],
)
def test_pages_are_cut_out_of_the_query(
    site: Site, page: dict[str, int], limit: int, expected: slice
) -> None:
    query = f"{KEYS} ORDER BY :updated_at, :id LIMIT"
    assert post(site, f"{query} {limit}", page=page).json() == post(site, f"{query} 100").json()[expected]


def test_system_columns_come_with_the_star_when_synthetic_ones_are_included(site: Site) -> None:
    without, included = (
        post(site, "SELECT * LIMIT 1", includeSynthetic=wanted).json()[0] for wanted in (False, True)
    )
    assert ":id" not in without
    assert {":id", ":updated_at", "casenumber"} <= included.keys()


def test_an_unknown_ordering_is_rejected(site: Site) -> None:
    assert post(site, orderingSpecifier="no_preserve").status_code == 200
    assert post(site, orderingSpecifier="sideways").status_code == 400


@pytest.mark.parametrize("body", ["not json", "[1]", '{"query": "DELETE"}', '{"page": {"pageSize": 0}}'])
def test_a_body_that_is_no_query_is_400(site: Site, body: str) -> None:
    response = site.http.post(f"{QUERY}.json", content=body, headers=TOKEN)
    assert response.status_code == 400
    assert response.json()["message"]


def test_a_token_is_required(site: Site) -> None:
    response = site.http.post(f"{QUERY}.json", json={"query": "SELECT *"})
    assert (response.status_code, response.json()["code"]) == (403, "authentication_required")


def test_a_whole_object_may_hold_the_rows(own_site: Site) -> None:
    rows = post(own_site, f"{KEYS} LIMIT 5").json()
    own_site.controller.add_fault("wrap", area="query")
    assert post(own_site, f"{KEYS} LIMIT 5").json() == {"data": rows}


@pytest.mark.parametrize("status", [403, 404, 410])
def test_soda2_ends_at_once(own_site: Site, status: int) -> None:
    own_site.controller.add_fault("end_soda2", status=status)
    response = own_site.http.get(f"{SODA2}.json")
    assert (response.status_code, response.json()["code"]) == (status, "soda2_ended")
    assert post(own_site).status_code == 200
    assert own_site.http.get(f"/api/views/{DATASET}.json").status_code == 200


def test_soda2_ends_after_a_page_of_a_download(own_site: Site) -> None:
    own_site.controller.add_fault("end_soda2", after=2)
    assert own_site.http.get(f"{SODA2}.json").status_code == 200
    pages = [own_site.http.get(f"{SODA2}.csv").status_code for _ in range(3)]
    assert pages == [200, 200, 410]
    assert own_site.http.get(f"{SODA2}.json").status_code == 410
