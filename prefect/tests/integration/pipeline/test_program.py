"""The program as a whole: its exit codes, its messages, and the processes it leaves running (none)."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import httpx
import psycopg
import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW
from pipeline_tests.programs import call, descendants, environment_for, start, wait_gone, wait_until
from pipeline_tests.standins import TOKEN, Standin, envelopes
from pipeline_tests.truth import assert_sound

from pipeline import metrics, prefect_environment
from portal.controller import Controller
from portal.server import serve

LIVE = ("--dataset", "2cy6-i7zn")


def test_a_run_brings_its_own_server_and_leaves_nothing(
    database: Database, town: tuple[str, Controller], api: Standin
) -> None:
    more = {
        "API_URL": api.url,
        "ADMIN_TOKEN": TOKEN,
        "SLACK_WEBHOOK_URL": f"{api.url}/slack",
        "HEARTBEAT_URL": f"{api.url}/heartbeat",
        "LOG_FORMAT": "json",
    }
    run = start(environment_for(database, town[0], **more), *LIVE)
    wait_until(lambda: descendants(run) or run.poll() is not None)
    started = descendants(run)
    output, _ = run.communicate(timeout=600)
    assert run.returncode == 0, output
    assert started
    assert wait_gone(started) == []
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    assert any(line["message"].startswith("Loaded ") for line in lines)
    (figures,) = (line["figures"] for line in lines if "figures" in line)
    assert figures["rows_inserted"] == database.value("SELECT count(*) FROM requests")
    assert set(figures) == set(metrics.LAST)
    assert database.rows("SELECT status, generation FROM load_runs") == [("succeeded", 1)]
    assert (api.served, api.resets, api.heartbeats) == (1, 1, 1)
    assert len(api.messages) == 1
    assert "Loaded" in api.messages[0]
    assert_sound(database)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (signal.SIGTERM, 143),
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, -signal.SIGKILL, marks=pytest.mark.slow),
    ],
)
def test_an_ended_run_leaves_nothing(
    how: signal.Signals, code: int, database: Database, town: tuple[str, Controller]
) -> None:
    url, portal = town
    # Later than the first requests, which are made in the main thread and end with it.
    portal.add_fault("hang", dataset="2cy6-i7zn", area="resource", after=2, seconds=60)
    run = start(environment_for(database, url), *LIVE)
    wait_until(lambda: portal.fired().get("hang"))
    started = descendants(run)
    assert started
    run.send_signal(how)
    output, _ = run.communicate(timeout=600)
    assert wait_gone(started) == []
    assert database.value("SELECT count(*) FROM requests") == 0
    assert run.returncode == code, output
    if how is not signal.SIGKILL:
        assert database.rows("SELECT status FROM load_runs") == [("failed",)]
        assert "terminated by" in database.value("SELECT message FROM log")


@pytest.mark.slow
def test_what_could_not_be_published_is_published_by_the_next_run(
    database: Database, town: tuple[str, Controller], api: Standin, prefect_api: str
) -> None:
    more = {"PREFECT_API_URL": prefect_api, "API_URL": api.url, "PUBLISH_TIMEOUT_SECONDS": "1"}
    environment = environment_for(database, town[0], **more)
    code, output = call(environment, *LIVE)
    assert (code, "ADMIN_TOKEN is not set" in output) == (40, True)
    assert database.rows("SELECT status FROM load_runs") == [("merged",)]
    assert database.value("SELECT count(*) FROM requests") > 0
    code, output = call(environment | {"ADMIN_TOKEN": TOKEN}, *LIVE)
    assert (code, "Nothing changed" in output) == (0, True), output
    assert api.served == 1
    assert database.rows("SELECT DISTINCT status FROM load_runs") == [("succeeded",)]


@pytest.mark.slow
def test_a_traceback_is_found_by_its_run_in_the_log_and_in_sentry(
    database: Database, town: tuple[str, Controller], prefect_api: str
) -> None:
    database.change("ALTER TABLE dataset_watermarks RENAME TO lost")
    with envelopes() as (dsn, received):
        more = {"PREFECT_API_URL": prefect_api, "LOG_FORMAT": "json", "SENTRY_URL": dsn}
        environment = environment_for(database, town[0], **more)
        code, output = call(environment, *LIVE)
    assert code == 30
    run = database.value("SELECT max(load_run_id) FROM load_runs")
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    failures = [line for line in lines if "UndefinedTable" in line.get("exception", "")]
    assert {line["run"] for line in failures} == {run}
    (event,) = (text for text in received if "UndefinedTable" in text)
    assert f'"run":{run}' in event.replace(" ", "").replace(f'"{run}"', str(run))
    assert database.loader_url not in event


@pytest.mark.slow
def test_a_partial_run_is_served_and_has_its_own_exit_code_and_message(
    database: Database, town: tuple[str, Controller], api: Standin, prefect_api: str
) -> None:
    url, portal = town
    portal.add_fault("private", dataset="rq3b-xjk8")
    more = {"PREFECT_API_URL": prefect_api, "API_URL": api.url, "ADMIN_TOKEN": TOKEN}
    environment = environment_for(database, url, **more, SLACK_WEBHOOK_URL=f"{api.url}/slack")
    code, output = call(environment, *LIVE, "--dataset", "rq3b-xjk8")
    assert code == 60, output
    assert "MyLA311 Service Request Data 2020 was skipped: portal error:" in output
    assert database.rows("SELECT status FROM load_runs") == [("partial",)]
    assert (api.served, database.value("SELECT count(*) > 0 FROM service_requests")) == (1, True)
    (message,) = api.messages
    assert message.startswith(":large_orange_diamond:")
    assert "Skipped: MyLA311 Service Request Data 2020: portal error:" in message
    assert "is private (403)" in artifacts_at(prefect_api)["ingest"]
    portal.clear_faults()
    assert call(environment, *LIVE, "--dataset", "rq3b-xjk8")[0] == 0
    assert database.rows("SELECT status FROM load_runs ORDER BY 1") == [("partial",), ("succeeded",)]


@pytest.mark.slow
def test_a_run_whose_files_fail_is_served_and_has_its_own_exit_code_and_message(
    database: Database, town: tuple[str, Controller], api: Standin, prefect_api: str, tmp_path: Path
) -> None:
    (tmp_path / "disk").write_text("no folder")
    more = {"PREFECT_API_URL": prefect_api, "API_URL": api.url, "ADMIN_TOKEN": TOKEN}
    more |= {"SLACK_WEBHOOK_URL": f"{api.url}/slack", "FILES_LOCATION": str(tmp_path / "disk" / "files")}
    code, output = call(environment_for(database, town[0], **more), *LIVE)
    assert code == 70, output
    assert database.rows("SELECT status FROM load_runs") == [("succeeded",)]
    assert (api.served, database.value("SELECT count(*) > 0 FROM service_requests")) == (1, True)
    (message,) = api.messages
    assert message.startswith(":large_orange_diamond:")
    assert f"published without files: the files at {tmp_path}/disk/files are not written" in message


def artifacts_at(prefect_api: str) -> dict[str, str]:
    """The newest artifact of each key, as its page in Prefect shows it."""
    found = httpx.post(f"{prefect_api}/artifacts/latest/filter", json={}, timeout=30).json()
    return {artifact["key"]: artifact["data"] for artifact in found}


def test_a_page_in_prefect_holds_the_run_and_its_checks(
    database: Database, town: tuple[str, Controller], api: Standin, prefect_api: str
) -> None:
    slack = {"SLACK_WEBHOOK_URL": f"{api.url}/slack"}
    code, output = call(environment_for(database, town[0], PREFECT_API_URL=prefect_api, **slack), *LIVE)
    assert code == 0, output
    stored = database.value("SELECT count(*) FROM requests")
    pages = artifacts_at(prefect_api)
    assert pages["ingest"].startswith(f"Loaded {stored:,} new")
    assert "| 2cy6-i7zn | MyLA311 Cases 2026 |" in pages["ingest"]
    assert "| newest request | ok |" in pages["checks"]
    (sent,) = api.messages
    assert f"Loaded {stored:,} new" in sent
    assert "/flow-runs/flow-run/" in sent
    status, message = database.rows("SELECT status, message FROM log")[0]
    assert (status, message) == ("WARN" if ":warning:" in sent else "INFO", output_message(output))


@pytest.mark.slow
def test_the_page_of_a_run_that_stops_over_its_data_shows_the_reasons(
    database: Database, prefect_api: str
) -> None:
    with serve(rows=3_000, today=NOW.date(), bad_share=0.5) as (url, _):
        code, output = call(environment_for(database, url, PREFECT_API_URL=prefect_api), *LIVE)
    assert code == 20, output
    assert "| 2cy6-i7zn | created date is not a time |" in artifacts_at(prefect_api)["ingest"]


def output_message(output: str) -> str:
    """The one-line summary of the run from its log."""
    return next(line.split(" - ", 1)[1] for line in output.splitlines() if " - Loaded " in line)


@pytest.mark.slow
def test_downloads_run_on_dask_by_one_setting(
    database: Database, town: tuple[str, Controller], prefect_api: str
) -> None:
    more = {"PREFECT_API_URL": prefect_api, "DASK_SCHEDULER": "local", "DOWNLOAD_WORKERS": "1"}
    run = start(environment_for(database, town[0], **more), *LIVE)
    wait_until(lambda: len(descendants(run)) > 1 or run.poll() is not None)
    started = descendants(run)
    output, _ = run.communicate(timeout=600)
    assert run.returncode == 0, output
    assert "DaskTaskRunner" in output or "prefect.task_runner.dask" in output
    assert wait_gone(started) == []
    assert database.rows("SELECT status FROM load_runs") == [("succeeded",)]
    assert_sound(database)


@pytest.mark.slow
def test_a_run_without_a_database_notifies_slack_and_names_it(api: Standin, prefect_api: str) -> None:
    nowhere = Database("", "postgresql://loader:secret@127.0.0.1:9/la311", "", "")
    slack = {"SLACK_WEBHOOK_URL": f"{api.url}/slack"}
    environment = environment_for(nowhere, "http://127.0.0.1:9", PREFECT_API_URL=prefect_api, **slack)
    code, output = call(environment, *LIVE)
    assert code == 30
    assert "the database cannot be reached" in output
    assert "secret" not in output
    assert "Traceback" not in output
    assert "the database cannot be reached" in api.messages[0]


@pytest.mark.slow
@pytest.mark.parametrize("url", ["postgres//loader:s3cret@db", "postgresql://loader:s3cret%ss@db/la311"])
def test_a_malformed_database_url_is_reported_without_its_password(
    url: str, api: Standin, prefect_api: str
) -> None:
    slack = {"SLACK_WEBHOOK_URL": f"{api.url}/slack", "PREFECT_API_URL": prefect_api}
    environment = environment_for(Database("", url, "", ""), "http://127.0.0.1:9", **slack)
    code, output = call(environment, *LIVE)
    assert code == 30
    problem = "internal error: DATABASE_LOADER_URL is not a valid connection URL"
    assert problem in output
    assert problem in api.messages[0]
    assert "s3cret" not in output + api.messages[0]


def test_nothing_is_sent_to_outside_by_default() -> None:
    environment: dict[str, str] = {}
    prefect_environment.set_defaults(environment)
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["PREFECT_SERVER_UI_V2_ENABLED"] == "false"
    assert environment["PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY"] == "false"


def test_a_second_run_says_which_run_is_in_progress(database: Database, prefect_api: str) -> None:
    environment = environment_for(database, "http://127.0.0.1:9", PREFECT_API_URL=prefect_api)
    with psycopg.connect(database.loader_url, application_name="311 ingest @elsewhere:7") as holder:
        holder.execute("SELECT pg_advisory_lock(311, 1)")
        code, output = call(environment)
    assert code == 50
    assert "another run is in progress: 311 ingest @elsewhere:7" in output
    assert database.rows("SELECT * FROM load_runs") == []


def test_a_missing_setting_is_named(database: Database) -> None:
    """The program's exit code; unit tests name the other settings."""
    environment = environment_for(database, "http://127.0.0.1:9", PREFECT_API_URL="http://127.0.0.1:9/api")
    del environment["DATABASE_LOADER_URL"]
    code, output = call(environment)
    assert (code, "DATABASE_LOADER_URL" in output) == (30, True)


def test_wrong_arguments_are_reported_before_anything_starts(database: Database) -> None:
    """Prefect's server used to start first, and an import of several seconds."""
    environment = environment_for(database, "http://127.0.0.1:9", PYTHONPROFILEIMPORTTIME="1")
    code, output = call(environment, "--full", "--reconcile")
    assert code == 2
    assert "not allowed with argument --full" in output
    assert re.search(r"\| +prefect\b", output) is None
