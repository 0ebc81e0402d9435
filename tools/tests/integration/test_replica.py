"""DATABASE_READ_URL: API and reports read from a streaming replica, and follow it through a publication."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tools import settings
from tools.migrate import database_settings, migrate
from tools.plan import Plan
from tools.servers import processes
from tools.servers.instance import DATABASE, LOADER, READER, Instance
from tools.servers.ports import free_port
from tools.supervisor import Program, Supervisor
from tools.tests.replicas import on_port, streaming_replica

pytestmark = pytest.mark.slow
TOKEN = "token-of-the-test"
INGEST_RUN = """
INSERT INTO service_requests (request_id, srnumber, created_date, type_id, agency_id, source_id, council_id,
                              region_id, latitude, longitude, geom, is_open)
VALUES (1, '1-1', now()::timestamp, 1, 1, 1, 1, 1, 34, -118, ST_SetSRID(ST_MakePoint(-118, 34), 4326), true);
UPDATE data_generation SET generation = generation + 1;
"""


@dataclass(frozen=True)
class System:
    """Servers behind a replica; only the loader knows the primary."""

    primary: Instance
    replica_url: str
    api_url: str
    reports_url: str

    def ask(self, path: str, method: str = "GET") -> tuple[Any, str]:
        """The API's response and its generation."""
        request = urllib.request.Request(
            self.api_url + path, method=method, headers={"Authorization": f"Bearer {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response), response.headers.get("X-Data-Generation", "")


def programs(values: dict[str, str]) -> list[Program]:
    plan = Plan(values, DATABASE, has_portal=False)
    return [plan.api(), plan.reports()]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, running: Instance) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("replica")
    migrate(running, DATABASE)
    with streaming_replica(running, folder / "postgres") as port:
        nowhere = database_settings(running, DATABASE)
        nowhere["DATABASE_READER_URL"] = on_port(nowhere["DATABASE_READER_URL"], free_port())
        replica_url = on_port(running.url(READER, DATABASE), port)
        ports = {name: str(free_port()) for name in settings.PORTS}
        values = nowhere | ports | {"DATABASE_READ_URL": replica_url, "ADMIN_TOKEN": TOKEN}
        supervisor = Supervisor(str(folder), folder, settings.environment(values))
        try:
            for program in programs(values):
                supervisor.start(program)
                supervisor.wait_healthy(program.name, 120)
            base = "http://127.0.0.1:"
            yield System(running, replica_url, base + ports["API_PORT"], base + ports["REPORTS_PORT"])
        finally:
            supervisor.stop()


def test_replica_is_one(system: System) -> None:
    with psycopg.connect(system.replica_url) as connection:
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)


def test_api_reads_from_the_replica_while_the_primary_is_unreachable(system: System) -> None:
    answer, _ = system.ask("/councils")
    assert len(answer) == 99


def test_reports_are_ready_with_the_replica_alone(system: System) -> None:
    with urllib.request.urlopen(f"{system.reports_url}/ready", timeout=60) as response:
        assert json.load(response)["status"] == "ready"


def test_data_loaded_into_the_primary_is_published_from_the_replica(system: System) -> None:
    before = system.ask("/requests/pins/open")
    with psycopg.connect(system.primary.url(LOADER, DATABASE)) as connection:
        connection.execute(INGEST_RUN)

    def is_published() -> bool:
        system.ask("/status/reset-cache", "POST")
        return system.ask("/requests/pins/open") != before

    assert processes.wait_until(is_published, 30, every=0.3)
    pins, generation = system.ask("/requests/pins/open")
    assert [pin["requestId"] for pin in pins] == [1]
    assert int(generation) == int(before[1]) + 1
