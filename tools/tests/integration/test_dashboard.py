"""Tests Grafana's dashboard by its queries: Prometheus scrapes the real services under load.

Debian has Prometheus but not Grafana, so the appearance of the dashboard is not tested.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools import settings
from tools.dashboard import plot
from tools.dashboard.scraping import configuration
from tools.paths import ROOT, python_of
from tools.servers.ports import free_port
from tools.servers.processes import wait_until
from tools.tests.integration.test_system import System, prefect_api, system

__all__ = ["prefect_api", "system"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("prometheus"), reason="apt-get install prometheus"),
]
PAGES = {"API_URL": ("/councils", "/types", "/status/data", "/councils/52"), "REPORTS_URL": ("/recent", "/")}
LOAD_SECONDS = 20


def queries() -> list[str]:
    return [target["expr"] for panel in plot.panels() for target in panel["targets"]]


@contextmanager
def figures_of_runs(system: System, folder: Path) -> Iterator[int]:
    """Serves the pipeline's metrics, as `flow.py metrics` prints them; yields the port."""
    values = settings.environment(settings.read(system.state / "env"))
    command = [str(python_of("prefect")), "flow.py", "metrics"]
    text = subprocess.check_output(command, cwd=ROOT / "prefect", env=values)
    (folder / "metrics").write_bytes(text)
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@contextmanager
def prometheus(config: Path) -> Iterator[str]:
    url = f"http://127.0.0.1:{free_port()}"
    options = [f"--config.file={config}", f"--storage.tsdb.path={config.parent / 'data'}"]
    options.append(f"--web.listen-address={urllib.parse.urlsplit(url).netloc}")
    with (config.parent / "log").open("w") as log:
        process = subprocess.Popen(["prometheus", *options], stdout=log, stderr=log)
    try:
        assert wait_until(lambda: read(f"{url}/-/ready") is not None, 30), (config.parent / "log").read_text()
        yield url
    finally:
        process.terminate()
        process.wait(30)


def read(url: str) -> bytes | None:
    """The response body; None while there is no response."""
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            body: bytes = response.read()
    except (urllib.error.URLError, ConnectionError):
        return None
    return body


def result(url: str, query: str) -> list[dict[str, Any]]:
    body = read(f"{url}/api/v1/query?{urllib.parse.urlencode({'query': query})}")
    assert body, query
    found: list[dict[str, Any]] = json.loads(body)["data"]["result"]
    return found


def load(system: System) -> None:
    ends = time.monotonic() + LOAD_SECONDS
    while time.monotonic() < ends:
        for place, paths in PAGES.items():
            for path in paths:
                read(system.setting(place) + path)


def test_every_query_of_the_dashboard_finds_something_under_load(system: System, tmp_path: Path) -> None:
    with (
        figures_of_runs(system, tmp_path) as port,
        prometheus(configuration(settings.read(system.state / "env"), tmp_path, port)) as url,
    ):
        load(system)
        missing = [query for query in queries() if not result(url, query)]
        assert {entry["metric"]["job"]: entry["value"][1] for entry in result(url, "up")} == {
            "api": "1", "reports": "1", "pipeline": "1",
        }  # fmt: skip
        routes = {entry["metric"]["route"] for entry in result(url, "api_requests_total")}
    assert missing == []
    assert {"/councils", "/types"} <= routes
