"""What the server provides besides pages: health, readiness, files, redirects, headers, errors."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import brotli
import pytest
from support.city import TODAY
from support.databases import Database, in_database, variable
from support.pages import PATHS
from support.serving import ADMIN_TOKEN, FRAMING_SITE, Reports, serve

from report_kit.assets import address
from report_kit.map_routes import LIBRARY
from report_kit.packing import ASSETS

OLD = {
    "/dashboards/overview": "/overview-combined",
    "/dashboards/overview_combined": "/overview-combined",
    "/dashboards/recent": "/recent",
    "/dashboards/neighborhood": "/neighborhood",
    "/dashboards/neighborhood_recent": "/neighborhood-weekly",
    "/dashboards/types_map": "/types-map",
    "/dashboards/nc_summary_comparison": "/nc-summary-comparison",
    "/dashboards/ncSumComp": "/nc-summary-comparison",
    "/reload": "/",
    "/dashboards": "/",
}


def test_health_and_readiness(city: Database, reports: Reports) -> None:
    assert reports.get("/health").json() == {"status": "alive"}
    answer = reports.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["generation"] == city.value("SELECT generation FROM data_generation")


@pytest.mark.parametrize("old", OLD)
def test_old_urls_lead_to_pages_with_their_query(reports: Reports, old: str) -> None:
    answer = reports.get(f"{old}?council=52")
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{OLD[old]}?council=52"
    assert OLD[old] in PATHS


def test_only_this_server_and_the_framing_site(reports: Reports) -> None:
    policy = reports.get("/").headers["content-security-policy"]
    assert f"frame-ancestors 'self' {FRAMING_SITE}" in policy
    assert "default-src 'self'" in policy
    assert "http" not in policy.replace(FRAMING_SITE, "")
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]


def test_a_page_names_no_other_host(reports: Reports) -> None:
    body = reports.get("/overview-combined").text
    assert "https://" not in body
    assert "http://" not in body.replace(reports.url, "")


def test_csv_of_a_selection(city: Database, reports: Reports) -> None:
    first = city.value("SELECT min(created_date)::date FROM service_requests")
    answer = reports.get(f"/csv/overview-combined/by-type.csv?council=52&from={first}")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="overview-combined-by-type.csv"'
    counted = city.value(
        f"""SELECT count(*) FROM service_requests
        WHERE council_id = 52 AND created_date < {TODAY}
            AND NOT is_information AND created_date >= %(first)s""",
        first=first,
    )
    assert sum(int(row["requests"]) for row in rows) == counted


@pytest.mark.parametrize("path", ["/csv/overview-combined/nothing.csv", "/csv/nothing/by-type.csv"])
def test_files_that_there_are_not(reports: Reports, path: str) -> None:
    assert reports.get(path).status_code == 404


def test_a_file_has_every_group_and_not_only_those_of_the_figure(city: Database, reports: Reports) -> None:
    first = city.value("SELECT min(created_date)::date FROM service_requests")
    for name, table, column in (("agency", "agencies", "agency_id"), ("source", "sources", "source_id")):
        answer = reports.get(f"/csv/overview-combined/by-{name}.csv?from={first}")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        counted = city.value(
            f"""SELECT count(DISTINCT {name}_name) FROM service_requests JOIN {table} USING ({column})
            WHERE NOT is_information AND created_date < {TODAY}"""
        )
        assert len(rows) == counted
        assert not [row for row in rows if row[name].startswith("Others")]


@pytest.mark.parametrize("path", ["/nope", "/robots.txt", "/favicon.ico", "/recent/more"])
def test_unknown_pages_are_404(reports: Reports, path: str) -> None:
    assert reports.get(path).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_known_pages_are_200(reports: Reports, path: str) -> None:
    assert reports.get(path).status_code == 200


CALLBACK = {
    "output": "recent--numbers.children",
    "outputs": {"id": "recent--numbers", "property": "children"},
    "inputs": [
        {"id": "recent--selection", "property": "data", "value": ""},
        {"id": "data-version", "property": "data"},
        {"id": "attempt", "property": "data"},
        {"id": "recent--numbers", "property": "data-near", "value": "yes"},
    ],
    "changedPropIds": ["recent--selection.data"],
}


def test_a_callback_of_this_release_works(reports: Reports) -> None:
    answer = reports.client.post("/_dash-update-component", json=CALLBACK)
    assert answer.status_code == 200
    assert "Requests" in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ([], 400),
        (None, 400),
        ({"output": "recent--numbers.children"}, 400),
        ({**CALLBACK, "inputs": [1, 2, 3, 4]}, 400),
        ({**CALLBACK, "outputs": 5}, 400),
        ({**CALLBACK, "changedPropIds": None}, 400),
        ({**CALLBACK, "output": ["a"]}, 400),
        ({**CALLBACK, "output": "recent--gone.children"}, 409),
        ({**CALLBACK, "inputs": CALLBACK["inputs"][:3]}, 409),
    ],
)
def test_callbacks_that_cannot_run_are_turned_down(reports: Reports, body: object, status: int) -> None:
    answer = reports.client.post("/_dash-update-component", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert "Traceback" not in answer.text


def test_open_pages_can_tell_their_release(reports: Reports) -> None:
    release = reports.get("/ready").json()["release"]
    assert re.fullmatch(r"[0-9a-f]{12}", release)
    assert f'"data-release":"{release}"' in reports.get("/_dash-layout").text


def test_files_of_impossible_days_are_those_of_the_usual_ones(reports: Reports) -> None:
    usual = reports.get("/csv/recent/numbers.csv")
    assert reports.get("/csv/recent/numbers.csv?from=9999-12-01&to=9999-12-31").text == usual.text


def test_the_server_starts_and_lives_without_postgres_and_logs_json_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    nowhere = in_database(variable("TEST_READER_URL"), "there_is_no_such_database")
    log = tmp_path / "log"
    with serve(nowhere, log, LOG_LEVEL="INFO") as running:
        assert running.get("/health").status_code == 200
        assert running.get("/ready").status_code == 503
        answer = running.get("/csv/overview-combined/by-type.csv")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert "is not responding" in answer.text
        assert "there_is_no_such_database" not in answer.text
        redirect = running.get("/dashboards/neighborhood_recent?councilName=Arleta")
        assert (redirect.status_code, redirect.headers["retry-after"]) == (503, "5")
    loggers = {json.loads(line)["logger"] for line in log.read_text().splitlines()}
    assert {"gunicorn.error", "access"} <= loggers
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_scripts_and_callbacks_are_compressed(reports: Reports, encoding: str) -> None:
    address = "/_dash-component-suites/plotly/package_data/plotly.min.js"
    plain = reports.client.get(address, headers={"Accept-Encoding": "identity"})
    with reports.client.stream("GET", address, headers={"Accept-Encoding": encoding}) as packed:
        size = sum(len(part) for part in packed.iter_raw())
    assert packed.headers["content-encoding"] == encoding
    assert "Accept-Encoding" in packed.headers["vary"]
    assert size < len(plain.content) / 3
    assert "content-encoding" not in plain.headers
    assert reports.get("/_dash-layout").headers["content-encoding"]
    assert "content-encoding" not in reports.get("/health").headers


def test_a_page_loads_no_script_of_a_grid_before_there_is_one(reports: Reports) -> None:
    scripts = reports.get("/recent").text.split("_dash-config")[1]
    assert "/dash_mantine_components" in scripts
    assert "/dash_ag_grid" not in scripts
    assert "/dash_table/bundle" not in scripts
    assert reports.get("/_dash-component-suites/dash_ag_grid/dash_ag_grid.min.js").status_code == 200


def test_a_page_loads_no_polyfill_and_what_it_needs_of_it(reports: Reports) -> None:
    scripts = re.findall(r'src="([^"]+)"', reports.get("/recent").text.split("_dash-config")[1])
    assert not [address for address in scripts if "polyfill" in address]
    used = set(re.findall(r"regeneratorRuntime\.(\w+)", "".join(reports.get(one).text for one in scripts)))
    assert used == {"mark", "wrap"}


def test_a_page_loads_every_script_once(reports: Reports) -> None:
    scripts = re.findall(r'<script src="([^"?]+)', reports.get("/recent").text)
    assert "/assets/scheme.js" in scripts
    assert len(scripts) == len(set(scripts))


def test_a_page_names_a_plotly_that_there_is(reports: Reports) -> None:
    named = re.search(
        r'<link rel="preload" as="script" href="([^"]+plotly[^"]+)"', reports.get("/recent").text
    )
    assert named
    assert reports.get(named[1]).status_code == 200


def test_a_page_without_figures_at_first_does_not_load_plotly_ahead(reports: Reports) -> None:
    for path in ("/map", "/requests-list"):
        text = reports.get(path).text
        assert 'content="/assets/vendor/plotly' in text
        assert 'href="/assets/vendor/plotly' not in text


def test_a_page_loads_ahead_what_dash_asks_for_later(reports: Reports) -> None:
    text = reports.get("/recent").text
    for kind in ("script", "fetch"):
        ahead = re.findall(rf'<link rel="preload" as="{kind}" href="([^"]+)"', text)
        assert [reports.get(address).status_code for address in ahead] == [200, 200]


def test_metrics_need_the_token_and_count_pages_by_path(reports: Reports) -> None:
    assert reports.get("/status/metrics").status_code == 401
    reports.get("/recent")
    reports.get("/no-such-page")
    answer = reports.client.get("/status/metrics", headers={"Authorization": f"Bearer {ADMIN_TOKEN}"})
    assert 'reports_requests_total{method="GET",route="/recent",status="200"}' in answer.text
    assert "no-such-page" not in answer.text
    assert 'reports_request_seconds_bucket{le="+Inf",route="/recent"}' in answer.text


@pytest.mark.parametrize("accepted", ["gzip, deflate, br, zstd", "gzip, deflate", "br"])
def test_what_only_the_map_loads_is_small_on_the_wire(reports: Reports, accepted: str) -> None:
    """MapLibre and our script for it; tiles, the page itself and Plotly are additional."""
    paths = [f"/assets/vendor/maplibre-gl{end}" for end in (".mjs", "-worker.mjs", ".css")]
    sizes = {path: _bytes_on_the_wire(reports, path, accepted) for path in [*paths, "/assets/map.js"]}
    assert sum(sizes.values()) < 500_000, sizes


def _bytes_on_the_wire(reports: Reports, path: str, accepted: str) -> int:
    with reports.client.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
        assert answer.status_code == 200
        return sum(len(part) for part in answer.iter_raw())


@pytest.mark.parametrize("name", ["dash_mantine_components.v", "plotly-cartesian", "maplibre-gl.mjs"])
def test_large_scripts_are_packed_ahead_and_are_the_same(reports: Reports, name: str) -> None:
    (url,) = set(re.findall(rf'"(/[^"]*{re.escape(name)}[^"]*)"', _page_with_everything(reports)))
    plain = reports.client.get(url, headers={"Accept-Encoding": "identity"})
    packed = reports.client.get(url, headers={"Accept-Encoding": "gzip, br, zstd"})
    assert packed.headers["content-encoding"] == "br"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(brotli.compress(plain.content, quality=5))
    for response in (packed, plain):
        assert "max-age=31536000" in response.headers["cache-control"]
        assert "Accept-Encoding" in response.headers["vary"]


def _page_with_everything(reports: Reports) -> str:
    """The URLs in the page, and those that the map receives from its card."""
    return reports.get("/map").text + "".join(f'"{address(name)}"' for name in LIBRARY.values())


def test_a_browser_keeps_each_version_of_a_file(reports: Reports) -> None:
    text = reports.get("/recent").text
    own = re.findall(r'"(/assets/[^"]+)"', text)
    assert len(own) >= 5
    for kept in own:
        assert "immutable" in reports.get(kept).headers["cache-control"], kept


def test_a_page_loads_our_scripts_and_styles_as_one_file_each(reports: Reports) -> None:
    text = reports.get("/recent").text
    for ending, alone in (("js", {"scheme.js", "map.js", "preview.js"}), ("css", set())):
        (url,) = re.findall(rf'"(/assets/bundle\.{ending}[^"]+)"', text)
        content = reports.get(url).text
        for file in ASSETS.glob(f"*.{ending}"):
            assert (file.read_text() in content) == (file.name not in alone), file.name
            assert file.name in alone or f"/assets/{file.name}" not in text


@pytest.mark.parametrize("query", ["", "?v=another", "?m=1.5"])
@pytest.mark.parametrize("path", ["/assets/map.js", "/assets/vendor/maplibre-gl.mjs"])
def test_a_version_that_is_not_here_is_not_kept(reports: Reports, path: str, query: str) -> None:
    response = reports.get(path + query)
    assert "immutable" not in response.headers["cache-control"]
    again = reports.client.get(path + query, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.slow
def test_a_server_that_ends_leaves_no_file_behind(city: Database, tmp_path: Path) -> None:
    with serve(city.reader_url, TMPDIR=str(tmp_path)) as running:
        assert running.get("/health").status_code == 200
        assert list(tmp_path.glob("311-metrics-*")) != []
    assert list(tmp_path.iterdir()) == []
