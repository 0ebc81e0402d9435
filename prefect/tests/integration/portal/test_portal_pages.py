"""The catalog, the metadata, the boundaries, and access control."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from pipeline_tests.programs import wait_served
from portal_site import Site
from sodapy import Socrata  # type: ignore[import-untyped]

from portal.server import serve

CASES_ID = "2cy6-i7zn"


def test_the_catalog_finds_datasets_by_title(site: Site) -> None:
    response = site.http.get(
        "/api/catalog/v1", params={"domains": "data.lacity.org", "q": "MyLA311 2026"}
    ).json()
    [found] = [result["resource"] for result in response["results"]]
    assert (found["id"], found["name"], found["type"]) == (CASES_ID, "MyLA311 Cases 2026", "dataset")
    assert "casenumber" in found["columns_field_name"]
    assert found["updatedAt"].startswith("2026-11-24T00:")
    assert response["resultSetSize"] == 1


def test_the_catalog_lists_everything_in_pages(site: Site) -> None:
    pages = [
        site.http.get("/api/catalog/v1", params={"limit": "5", "offset": str(o)}).json() for o in (0, 5, 10)
    ]
    names = [result["resource"]["id"] for page in pages for result in page["results"]]
    assert set(names) == {*site.controller.dataset_ids, "fu65-dz2f"}
    assert [page["resultSetSize"] for page in pages] == [14, 14, 14]


def test_metadata_lists_columns_in_order(site: Site) -> None:
    view = site.http.get(f"/api/views/{CASES_ID}.json").json()
    assert view["name"] == "MyLA311 Cases 2026"
    assert view["columns"][0] == {
        "id": 1,
        "name": "casenumber",
        "fieldName": "casenumber",
        "dataTypeName": "text",
        "position": 1,
    }
    types = {column["fieldName"]: column["dataTypeName"] for column in view["columns"]}
    assert types["createddate"] == "calendar_date"
    assert types["reported_anonymously__c"] == "checkbox"
    assert view["rowsUpdatedAt"] > 1_790_000_000


@pytest.mark.parametrize(
    "path", ["/api/geospatial/fu65-dz2f?method=export&format=GeoJSON", "/resource/fu65-dz2f.geojson"]
)
def test_boundaries_are_one_geojson(site: Site, path: str) -> None:
    response = site.http.get(path)
    assert response.headers["content-type"] == "application/vnd.geo+json;charset=utf-8"
    assert len(response.json()["features"]) == 99


def test_given_boundaries_are_served_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "own.geojson"
    file.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    with serve(rows=1, boundaries_file=file) as (url, _):
        response = httpx.get(f"{url}/api/geospatial/fu65-dz2f?method=export&format=GeoJSON", trust_env=False)
    assert response.text == file.read_text(encoding="utf-8")


def test_admin_routes_are_closed_unless_opened() -> None:
    with serve(rows=1) as (url, _):
        assert httpx.post(f"{url}/_portal/faults", json={"faults": []}, trust_env=False).status_code == 404


def test_sodapy_reads_rows_metadata_and_catalog(site: Site) -> None:
    client = Socrata("data.lacity.org", None, timeout=10)
    client.uri_prefix = "http://"
    client.domain = site.url.removeprefix("http://")
    rows = client.get(
        CASES_ID, select=":*, casenumber", where="status = 'Closed'", order=":updated_at,:id", limit=5
    )
    assert [sorted(row) for row in rows] == [[":created_at", ":id", ":updated_at", "casenumber"]] * 5
    assert client.get(CASES_ID, content_type="csv", select="casenumber", limit=1)[0] == ["casenumber"]
    assert client.get_metadata(CASES_ID)["columns"][0]["fieldName"] == "casenumber"
    client.close()


def test_several_clients_are_served_at_once(own_site: Site) -> None:
    own_site.controller.add_fault("hang", times=1, seconds=20)
    host, _, port = own_site.url.removeprefix("http://").partition(":")
    hung = socket.create_connection((host, int(port)))
    hung.sendall(f"GET /resource/{CASES_ID}.json HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    while not own_site.controller.fired().get("hang"):
        time.sleep(0.01)
    assert own_site.http.get(f"/resource/{CASES_ID}.json").status_code == 200
    hung.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_process_serves_and_ends_on_sigterm(tmp_path: Path) -> None:
    port = free_port()
    own = {
        "PORTAL_PORT": str(port),
        "PORTAL_REQUESTS": "200",
        "PORTAL_CACHE": str(tmp_path),
        "PORTAL_ADMIN": "true",
    }
    faults = {"PORTAL_FAULTS": json.dumps([{"kind": "unavailable", "area": "views", "times": 1}])}
    process = subprocess.Popen(
        [sys.executable, "-m", "portal"], cwd=Path(__file__).parents[3], env={**os.environ, **own, **faults}
    )
    try:
        wait_served(f"http://127.0.0.1:{port}/api/catalog/v1", process)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            assert http.get(f"/resource/{CASES_ID}.json").json()
            statuses = [http.get(f"/api/views/{CASES_ID}.json").status_code for _ in range(2)]
            assert statuses == [503, 200]
            assert http.post("/_portal/faults", json={}).status_code == 200
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_finished_connection_leaves_nothing_open(own_site: Site) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    own_site.http.get(f"/resource/{CASES_ID}.json")
    before = open_files()
    for _ in range(20):
        httpx.get(f"{own_site.url}/resource/{CASES_ID}.json?$limit=1", trust_env=False)
    for _ in range(100):
        if open_files() <= before + 3:
            break
        time.sleep(0.02)
    assert open_files() <= before + 3
