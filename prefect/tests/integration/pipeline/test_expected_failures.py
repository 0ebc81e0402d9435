"""Failures for a known reason: the log and Prefect's page say why, without a traceback."""

from __future__ import annotations

import re
import subprocess
import sys

import httpx
import pytest
from distributed import LocalCluster
from pipeline_tests.databases import Database
from pipeline_tests.programs import FOLDER, call, environment_for, wait_until

from portal.controller import Controller

LIVE = ("--dataset", "2cy6-i7zn")
NOWHERE = "http://127.0.0.1:9"
UNREACHED = "Failed to establish a new connection"


def id_of(output: str) -> str:
    """Prefect's id of the run that wrote this output."""
    found = re.search(r"/flow-run/([0-9a-f-]+)", output)
    assert found, output
    return found[1]


def message_of(prefect_api: str, run_id: str) -> str:
    """The reason on the page of the run."""
    run = httpx.get(f"{prefect_api}/flow_runs/{run_id}", timeout=30).json()
    return str(run["state"]["message"])


def log_of(prefect_api: str, run_id: str) -> str:
    """The log on the page of the run; its lines arrive a few seconds after they were written."""
    wanted = {"logs": {"flow_run_id": {"any_": [run_id]}}}
    lines = httpx.post(f"{prefect_api}/logs/filter", json=wanted, timeout=30).json()
    return "\n".join(line["message"] for line in lines)


@pytest.mark.parametrize("form", ["text", pytest.param("json", marks=pytest.mark.slow)])
def test_a_portal_that_cannot_be_reached(form: str, database: Database, prefect_api: str) -> None:
    more = {"PREFECT_API_URL": prefect_api, "LOG_FORMAT": form}
    code, output = call(environment_for(database, NOWHERE, **more), *LIVE)
    assert code == 10, output
    assert "Traceback" not in output
    assert "portal error: " in output.splitlines()[-1]
    assert UNREACHED in output.splitlines()[-1]
    assert UNREACHED in message_of(prefect_api, id_of(output))


@pytest.mark.slow
def test_a_download_that_fails_twice(
    database: Database, town: tuple[str, Controller], prefect_api: str
) -> None:
    url, portal = town
    fail_after_planning(portal)
    code, output = call(environment_for(database, url, PREFECT_API_URL=prefect_api), *LIVE)
    assert code == 10, output
    assert "Retries are exhausted" in output
    assert "Traceback" not in output


@pytest.mark.slow
def test_a_download_that_fails_on_a_cluster(
    database: Database, town: tuple[str, Controller], prefect_api: str
) -> None:
    """The task is logged by a worker, which never imports the flow."""
    url, portal = town
    fail_after_planning(portal)
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        more = {"PREFECT_API_URL": prefect_api, "DASK_SCHEDULER": cluster.scheduler_address}
        code, output = call(environment_for(database, url, **more), *LIVE)
        assert code == 10, output
        wait_until(lambda: "Retries are exhausted" in log_of(prefect_api, id_of(output)))
    assert "Traceback" not in output + log_of(prefect_api, id_of(output))


def fail_after_planning(portal: Controller) -> None:
    portal.add_fault("unavailable", dataset="2cy6-i7zn", area="resource", after=3)


@pytest.mark.slow
def test_a_scheduled_run(database: Database, prefect_api: str) -> None:
    """Prefect starts such a run itself, without our program."""
    with httpx.Client(base_url=prefect_api, timeout=30) as client:
        flow_id = client.post("/flows/", json={"name": "ingest"}).json()["id"]
        wanted = {"flow_id": flow_id, "state": {"type": "SCHEDULED"}, "parameters": {"datasets": LIVE[1:]}}
        run_id = client.post("/flow_runs/", json=wanted).json()["id"]
    entry = {"PREFECT_API_URL": prefect_api, "PREFECT__FLOW_ENTRYPOINT": "flow.py:ingest"}
    done = subprocess.run(
        [sys.executable, "-m", "prefect.engine", run_id],
        env=environment_for(database, NOWHERE, **entry),
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout
    assert UNREACHED in message_of(prefect_api, run_id)
