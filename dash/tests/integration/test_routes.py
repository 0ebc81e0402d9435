"""What the server answers besides pages: health, readiness, files, former addresses, headers."""

from __future__ import annotations

import csv
import io
import re

import pytest
from support.databases import Database, in_database, variable
from support.pages import PATHS
from support.serving import FRAMING_SITE, Reports, serve

FORMER = {
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


@pytest.mark.parametrize("former", FORMER)
def test_former_addresses_lead_to_pages_with_their_query(reports: Reports, former: str) -> None:
    answer = reports.get(f"{former}?council=52")
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{FORMER[former]}?council=52"
    assert FORMER[former] in PATHS


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
    answer = reports.get("/csv/overview-combined/by-type.csv?council=52")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="overview-combined-by-type.csv"'
    counted = city.value(
        """SELECT count(*) FROM service_requests
        WHERE council_id = 52 AND created_date < (now() AT TIME ZONE 'America/Los_Angeles')::date"""
    )
    assert sum(int(row["requests"]) for row in rows) == counted


@pytest.mark.parametrize("path", ["/csv/overview-combined/nothing.csv", "/csv/nothing/by-type.csv"])
def test_files_that_there_are_not(reports: Reports, path: str) -> None:
    assert reports.get(path).status_code == 404


def test_files_of_impossible_days_are_those_of_the_usual_ones(reports: Reports) -> None:
    usual = reports.get("/csv/recent/numbers.csv")
    assert reports.get("/csv/recent/numbers.csv?from=0001-01-01&to=9999-12-31").text == usual.text


def test_the_server_starts_and_lives_without_postgres() -> None:
    nowhere = in_database(variable("TEST_READER_URL"), "there_is_no_such_database")
    with serve(nowhere) as running:
        assert running.get("/health").status_code == 200
        assert running.get("/ready").status_code == 503
        answer = running.get("/csv/overview-combined/by-type.csv")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert "does not answer" in answer.text
        assert "there_is_no_such_database" not in answer.text
        former = running.get("/dashboards/neighborhood_recent?councilName=Arleta")
        assert (former.status_code, former.headers["retry-after"]) == (503, "5")


def test_scripts_and_answers_are_compressed_for_who_accepts_it(reports: Reports) -> None:
    address = "/_dash-component-suites/plotly/package_data/plotly.min.js"
    plain = reports.client.get(address, headers={"Accept-Encoding": "identity"})
    for _ in range(2):
        packed = reports.client.get(address, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["vary"] == "Accept-Encoding"
        assert packed.num_bytes_downloaded < plain.num_bytes_downloaded / 3
        assert packed.content == plain.content
    assert "content-encoding" not in plain.headers
    assert reports.get("/_dash-layout").headers["content-encoding"] == "gzip"
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
    assert [address for address in scripts if "/assets/regenerator.js" in address]
    used = set(re.findall(r"regeneratorRuntime\.(\w+)", "".join(reports.get(one).text for one in scripts)))
    assert used == {"mark", "wrap"}


def test_a_page_loads_every_script_once(reports: Reports) -> None:
    scripts = re.findall(r'<script src="([^"?]+)', reports.get("/recent").text)
    assert "/assets/scheme.js" in scripts
    assert len(scripts) == len(set(scripts))


def test_a_page_names_a_plotly_that_there_is(reports: Reports) -> None:
    named = re.search(
        r'<link rel="preload" as="script" id="plotly" href="([^"]+)"', reports.get("/recent").text
    )
    assert named
    assert reports.get(named[1]).status_code == 200
