from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.integration.faults.blocked import blocked, wait_for_waiting
from tests.support.databases import Database, variable
from tests.support.rows import add_requests
from tests.support.servers import API, environment_for, program
from tests.support.serving import ADMIN, NO_CERTIFICATES, forget_everything

WAITING = "SELECT application_name FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def environment(database: Database) -> dict[str, str]:
    forget_everything()
    add_requests(database, {}, {})
    return environment_for(database, variable("TEST_REDIS_URL"), API_STOP_SECONDS="15")


def _both_workers(url: str) -> set[int]:
    """Their process ids, once both have responded; the program is ready with the first."""
    processes: set[int] = set()
    deadline = time.monotonic() + 120
    while len(processes) < 2:
        assert time.monotonic() < deadline, f"only {processes} responded"
        processes.add(_get(f"{url}/status/api").json()["process"])
    return processes


def test_a_life_from_start_to_stop(environment: dict[str, str], database: Database) -> None:
    """Both workers respond, they share one query, a request in flight is completed, and everything ends."""
    with program(environment) as api, ThreadPoolExecutor(12) as pool:
        processes = _both_workers(api.url)
        before = _database_responses(api.url)
        list(pool.map(lambda _: _get(f"{api.url}/requests?skip=1"), range(24)))
        assert _database_responses(api.url) - before == 1
        with blocked(database):
            known = {"X-Request-ID": "late-1"}
            late = pool.submit(_get, f"{api.url}/requests?limit=77", headers=known)
            wait_for_waiting(database, 1)
            assert database.run(WAITING, url=database.reader_url) == [("311-api late-1",)]
            api.process.terminate()
            time.sleep(0.5)
            assert api.process.poll() is None
        assert late.result().status_code == 200
        assert api.process.wait(30) == 0
        lines = [json.loads(line) for line in api.written().splitlines()]
        assert [pid for pid in processes if _is_alive(pid)] == []
    _check_access_line(lines)


def _get(url: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Over a connection of its own, which any worker may accept."""
    return httpx.get(url, headers=headers, timeout=30, verify=NO_CERTIFICATES)


def _database_responses(url: str) -> float:
    text = _get(f"{url}/status/metrics", headers=ADMIN).text
    line = next(
        line for line in text.splitlines() if line.startswith('api_responses_total{origin="database"}')
    )
    return float(line.rpartition(" ")[2])


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _check_access_line(lines: list[dict[str, object]]) -> None:
    (line,) = [line for line in lines if line.get("query") == "limit=77"]
    assert (line["logger"], line["method"], line["path"], line["status"]) == (
        "access",
        "GET",
        "/requests",
        200,
    )
    assert isinstance(line["seconds"], float)
    assert line["seconds"] >= 0.4
    assert line["request_id"] == "late-1"
    assert line["client"] == "127.0.0.1"


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_that_ends_leaves_no_file_behind(
    environment: dict[str, str], workers: str, tmp_path: Path
) -> None:
    with program(environment | {"API_WORKERS": workers, "TMPDIR": str(tmp_path)}) as api:
        assert list(tmp_path.glob("311-metrics-*")) != []
        api.process.terminate()
        assert api.process.wait(30) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE_READER_URL", ""), ("API_WORKERS", "0"), ("LOG_LEVEL", "LOUD"), ("API_PORT", "x")],
)
def test_wrong_settings_are_named(environment: dict[str, str], name: str, value: str) -> None:
    line = [sys.executable, "-m", "lacity_data_api"]
    done = subprocess.run(
        line, cwd=API, env=environment | {name: value}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"{name}: ")
    assert "Traceback" not in done.stderr
