"""``make up`` and the other targets on a whole system with its own ports."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tools import settings
from tools.paths import ROOT, python_of
from tools.resource_use import descendants
from tools.servers import processes
from tools.servers.ports import free_port
from tools.servers.programs import postgres_programs
from tools.supervisor import MARK

REQUESTS = 1_500
NEWEST = """
SELECT srnumber, dataset_id, request_id FROM service_requests JOIN requests USING (srnumber)
 WHERE extract(year FROM created_date) >= extract(year FROM now()) - 1 AND created_date > '2025-04-01'
 ORDER BY created_date DESC, srnumber LIMIT 2
"""
NUMBERS = "SELECT generation, last_change, forgotten_change FROM data_generation"
MAY_LOCK = "SELECT has_function_privilege('pg_advisory_lock(bigint)', 'EXECUTE')"
RUNS = "SELECT status, rows_inserted, rows_updated FROM load_runs ORDER BY load_run_id"


@dataclass(frozen=True)
class System:
    """A system with its own state folder."""

    state: Path
    variables: dict[str, str]

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        # ARGS of the surrounding test run would be passed on to this one.
        command = ["make", "--no-print-directory", "ARGS=", *words]
        return subprocess.run(
            command, cwd=ROOT, env=os.environ | self.variables, capture_output=True, text=True, check=False
        )

    def run_flow(self, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the pipeline again, with other settings."""
        values = settings.environment(settings.read(self.state / "env")) | variables
        return subprocess.run(
            [str(python_of("prefect")), "flow.py"],
            cwd=ROOT / "prefect",
            env=values,
            capture_output=True,
            text=True,
            check=False,
        )

    def setting(self, name: str) -> str:
        return settings.read(self.state / "env")[name]

    def get(self, place: str, path: str) -> Any:
        """The JSON response of a part of the system."""
        with urllib.request.urlopen(self.setting(place) + path, timeout=60) as response:
            return json.load(response)

    def edit(self, dataset: str, row: dict[str, str]) -> None:
        """Change a row in the portal."""
        body = json.dumps({"dataset": dataset, "upsert": [row]}).encode()
        request = urllib.request.Request(f"{self.setting('SOCRATA_URL')}/_portal/rows", body)
        with urllib.request.urlopen(request, timeout=60) as response:
            assert response.status == 200

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.setting("DATABASE_READER_URL")) as connection:
            return connection.execute(question).fetchall()

    def processes(self) -> list[int]:
        """The processes that carry the system's mark, and its servers."""
        folders = (self.state / "servers" / "up").glob("*/data")
        return [
            *processes.with_variable(MARK, str(self.state / "up")),
            *(pid for folder in folders for pid in processes.working_in(folder)),
            *processes.working_in(self.state / "servers" / "up" / "redis"),
        ]

    def programs(self) -> list[int]:
        """The same without what these have started, which comes and goes with the work."""
        found = set(self.processes())
        started = {child for pid in found for child in descendants(pid)[1:]}
        return sorted(filter(processes.is_alive, found - started))


PREFECT = """
import os
from pipeline import prefect_environment, prefect_server
prefect_environment.set_defaults(os.environ)
prefect_server.main()
"""


@pytest.fixture(scope="module")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Prefect server for all runs of the flow here; starting one for each run takes longer."""
    home = {"PREFECT_HOME": str(tmp_path_factory.mktemp("prefect"))}
    command, folder = [str(python_of("prefect")), "-c", PREFECT], ROOT / "prefect"
    # The server exits at the end of its input.
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout
        yield server.stdout.readline().strip()


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, prefect_api: str) -> Iterator[System]:
    """The running system, with data."""
    state = tmp_path_factory.mktemp("system")
    ports = {name: str(free_port()) for name in settings.PORTS}
    portal = {"PORTAL_REQUESTS": str(REQUESTS), "PORTAL_ADMIN": "true", "PORTAL_CACHE": str(state / "portal")}
    own = {"LA311_STATE": str(state), "PREFECT_API_URL": prefect_api}
    system = System(state, {**own, **ports, **portal})
    try:
        done = system.make("up", "DETACH=1")
        assert done.returncode == 0, done.stdout + done.stderr
        assert system.setting("REPORTS_URL") in done.stdout
        yield system
    finally:
        system.make("down")
        assert system.processes() == []


def test_the_api_serves_what_the_flow_loaded(system: System) -> None:
    ((stored, served),) = system.rows(
        "SELECT (SELECT count(*) FROM requests), (SELECT count(*) FROM service_requests)"
    )
    assert REQUESTS * 0.9 < served <= stored <= REQUESTS * 1.05
    status = system.get("API_URL", "/status/db")
    assert (status["requests"], status["service_requests"]) == (stored, served)
    assert system.get("API_URL", "/status/data")["generation"] == 1


def test_the_reports_are_served(system: System) -> None:
    for path in ("/health", "/"):
        with urllib.request.urlopen(system.setting("REPORTS_URL") + path, timeout=60) as response:
            assert response.status == 200


TABLES = """
SELECT tablename FROM pg_tables
 WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'spatial_ref_sys', 'data_generation')
 ORDER BY 1
"""


def _digests(url: str) -> dict[str, Any]:
    """A digest of every table's rows."""
    with psycopg.connect(url) as connection:
        tables = [row[0] for row in connection.execute(TABLES).fetchall()]
        digest = "SELECT count(*), md5(string_agg(row::text, '' ORDER BY row::text)) FROM {} AS row"
        return {
            table: connection.execute(sql.SQL(digest).format(sql.Identifier(table))).fetchone()
            for table in tables
        }


@pytest.fixture
def other_database(system: System) -> Iterator[str]:
    """A new database that belongs to the owner, as after a loss of the old one."""
    url = system.setting("DATABASE_URL")
    place = url.rpartition("/")[0]
    # Not to the system's own database: a restore into it ends all its sessions.
    with psycopg.connect(f"{place}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored")
        yield f"{place}/restored"
        # Not WITH (FORCE), which fails while autovacuum runs; a plain DROP ends the server's own workers.
        connection.execute("DROP DATABASE restored")


@pytest.mark.slow
def test_a_restored_backup_is_equal_and_the_next_run_goes_on(
    system: System, other_database: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    number, dataset, _ = system.rows(NEWEST)[1]
    system.edit(dataset, {"casenumber": number, "locator_gis_returned_address": "2 CHANGED ST, 90012"})
    assert system.make("ingest").returncode == 0
    saved = system.make("backup", f"TO={folder}")
    assert saved.returncode == 0, saved.stdout + saved.stderr
    other = replace(system, variables=system.variables | {"DATABASE_URL": other_database})
    restored = other.make("restore", f"FROM={folder}")
    assert restored.returncode == 0, restored.stdout + restored.stderr
    digests = _digests(system.setting("DATABASE_URL"))
    assert _digests(other_database) == digests
    assert digests["changes"][0] == digests["change_counts"][0] == 1
    loader = system.setting("DATABASE_LOADER_URL").rpartition("/")[0] + "/restored"
    ingest = system.run_flow(DATABASE_LOADER_URL=loader, API_URL="", FILES_LOCATION="")
    assert ingest.returncode == 0, ingest.stdout + ingest.stderr
    assert "Nothing changed" in ingest.stdout + ingest.stderr
    again = other.make("restore", f"FROM={folder}")
    assert again.returncode != 0
    assert "REPLACE=1" in again.stdout + again.stderr
    _assert_no_number_is_given_twice(other, other_database, folder)
    _assert_the_running_system_goes_on(system, folder)


def _assert_no_number_is_given_twice(system: System, url: str, backup: Path) -> None:
    with psycopg.connect(url) as connection:
        before = connection.execute(NUMBERS).fetchone()
    replaced = system.make("restore", f"FROM={backup}", "REPLACE=1")
    assert replaced.returncode == 0, replaced.stdout + replaced.stderr
    with psycopg.connect(url) as connection:
        after = connection.execute(NUMBERS).fetchone()
    assert before is not None
    assert after is not None
    assert after[0] > before[0]
    # What a client has seen since the backup is undone: it starts again.
    assert before[1] < after[1] == after[2]


def _assert_the_running_system_goes_on(system: System, backup: Path) -> None:
    """The connections of the API and the reports end when its database is replaced."""
    before, status = system.rows(NUMBERS)[0][0], system.get("API_URL", "/status/db")
    replaced = system.make("restore", f"FROM={backup}", "REPLACE=1")
    assert replaced.returncode == 0, replaced.stdout + replaced.stderr
    assert system.rows(NUMBERS)[0][0] > before
    assert system.get("API_URL", "/status/data")["generation"] == system.rows(NUMBERS)[0][0]
    assert "Run `make ingest` to write the published files" in replaced.stdout
    assert system.get("API_URL", "/status/db") == status
    with urllib.request.urlopen(system.setting("REPORTS_URL") + "/", timeout=60) as response:
        assert response.status == 200
    assert system.rows(MAY_LOCK) == [(False,)]


@pytest.mark.slow
def test_an_upgrade_of_postgres_is_rehearsed_with_every_row(system: System) -> None:
    """To the newest installed version: Debian 12 has only one, but the procedure is the same."""
    version = re.findall(r"\d+", str(postgres_programs()))[-1]
    rehearsed = system.make("postgres-upgrade", f"TO={version}")
    assert rehearsed.returncode == 0, rehearsed.stdout + rehearsed.stderr
    assert f"PostgreSQL {version}" in rehearsed.stdout
    assert "has every row" in rehearsed.stdout
    absent = system.make("postgres-upgrade", "TO=99")
    assert "postgresql-99-postgis-3" in absent.stdout + absent.stderr


def test_a_damaged_backup_is_refused(system: System, other_database: str, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    assert system.make("backup", f"TO={folder}").returncode == 0
    with (folder / "data.dump").open("ab") as dump:
        dump.write(b"damage")
    other = replace(system, variables=system.variables | {"DATABASE_URL": other_database})
    refused = other.make("restore", f"FROM={folder}")
    assert refused.returncode != 0
    assert "damaged" in refused.stdout + refused.stderr


def test_a_second_start_prints_what_is_running(system: System) -> None:
    before = system.programs()
    # Portal, API, reports, PostgreSQL, Redis.
    assert len(before) == 5
    done = system.make("up")
    assert done.returncode == 0
    assert "Already running (`make down` stops it)" in done.stdout
    assert system.setting("API_URL") in done.stdout
    assert system.programs() == before


def test_a_change_in_the_portal_is_a_change_here_and_nothing_else_is(system: System) -> None:
    number, dataset, request_id = system.rows(NEWEST)[0]
    changed = {"casenumber": number, "locator_gis_returned_address": "1 CHANGED ST, 90012"}
    system.edit(dataset, changed)
    run = system.make("ingest")
    assert run.returncode == 0, run.stdout + run.stderr
    assert system.rows(RUNS)[-1] == ("succeeded", 0, 1)
    assert system.get("API_URL", f"/requests/{request_id}")["address"] == "1 CHANGED ST, 90012"


@pytest.mark.slow
def test_a_run_without_changes_reports_that(system: System) -> None:
    generation = system.get("API_URL", "/status/data")["generation"]
    run = system.make("ingest")
    assert "Nothing changed" in run.stdout + run.stderr
    assert system.get("API_URL", "/status/data")["generation"] == generation


def test_status_and_psql_reach_it(system: System) -> None:
    assert system.setting("API_URL") in system.make("status").stdout
    asked = subprocess.run(
        ["make", "--no-print-directory", "psql", "ROLE=reader"],
        cwd=ROOT,
        env=os.environ | system.variables,
        input="SELECT current_user;",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "reader_311" in asked.stdout


@pytest.mark.slow
def test_processes_of_a_killed_start_are_ended_and_the_data_kept(system: System) -> None:
    os.kill(int((system.state / "up" / "supervisor.pid").read_text()), signal.SIGKILL)
    assert len(system.processes()) > 3
    done = system.make("down")
    assert "that a killed `make up` had left behind" in done.stdout
    assert processes.wait_until(partial(_is_empty, system), 30)
    again = system.make("up", "DETACH=1")
    assert "The data is 0 hours old; `make ingest`" in again.stdout
    assert len(system.rows(RUNS)) >= 1


def _is_empty(system: System) -> bool:
    return not system.processes()


def test_a_port_that_is_taken_is_reported(system: System) -> None:
    taken = {"API_PORT": system.variables["API_PORT"], "LA311_STATE": f"{system.state}/other"}
    other = System(system.state / "other", system.variables | taken)
    done = other.make("up", "DETACH=1")
    assert done.returncode != 0
    assert f"port {taken['API_PORT']} is in use by another program" in done.stdout + done.stderr
    assert other.processes() == []


def test_a_stop_leaves_nothing(system: System) -> None:
    """Runs last, because it stops the system."""
    assert "Nothing is running; the data is kept" in system.make("down").stdout
    assert system.processes() == []
    assert (system.state / "servers" / "up" / "postgres" / "data" / "PG_VERSION").is_file()
    assert "Not running" in system.make("status").stdout
