"""The requests of the users, as a real server receives them."""

from __future__ import annotations

import contextlib
import csv
import gzip
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

if TYPE_CHECKING:
    from conftest import Case
    from load_tests.runs import Started

from conftest import ON_LOAD, OPENING


def test_all_users_together_keep_the_levels(cases: dict[str, Case]) -> None:
    run = cases["good"].run
    assert run.exit_code == 0, run.output
    assert "verdict: every service level was kept" in run.output


def test_run_writes_its_reports(cases: dict[str, Case], files: Path) -> None:
    assert cases["good"].run.exit_code == 0
    assert "map cached" in (files / "report.html").read_text()
    assert "map cached" in (files / "stats_stats.csv").read_text()


def test_opened_map_requests_eight_days_and_five_others_once(cases: dict[str, Case]) -> None:
    assert cases["still"].run.output
    first = cases["still"].site.order[:OPENING]
    assert sorted(first) == sorted([*["/requests"] * 8, *ON_LOAD])


def test_bodies_are_measured_as_they_are_sent(cases: dict[str, Case], files: Path) -> None:
    """Decompressing them would delay the other responses of the same process."""
    body = cases["good"].site.body("/geojson", "")
    with (files / "stats_stats.csv").open(newline="") as table:
        sizes = {row["Name"]: float(row["Average Content Size"]) for row in csv.DictReader(table)}
    # 304 responses count, too, and have no body.
    assert 0 < sizes["map cached · GET /geojson"] <= len(gzip.compress(body)) < len(body) / 10


def test_every_kind_of_user_sends_requests(cases: dict[str, Case]) -> None:
    assert cases["good"].run.output
    requested = cases["good"].site.requested
    assert all(requested[path] >= 15 for path in ON_LOAD)
    assert requested["/requests/1"]
    assert requested["/status/live"]


def test_operations_send_back_the_etags_they_were_given(cases: dict[str, Case]) -> None:
    assert cases["miscounted"].run.output
    assert cases["miscounted"].site.conditional >= 4


def test_scripts_that_download_are_different_clients(cases: dict[str, Case]) -> None:
    """With one address, a third download at the same time was rejected with 429, and counted as an error."""
    assert cases["downloading"].run.exit_code == 0, cases["downloading"].run.output
    assert all(name.startswith("198.18.") for name in cases["downloading"].site.downloaders)


def test_web_interface_responds_when_requested(interface: tuple[Started, str]) -> None:
    started, url = interface
    page = b""
    for _ in range(600):
        assert started.process.poll() is None
        with contextlib.suppress(URLError), urllib.request.urlopen(url, timeout=5) as response:
            page = response.read()
            break
        time.sleep(0.1)
    assert b"Locust" in page
