"""Once a run is published, no later failure changes that, and no failure is reported as success."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import settings_for, tolerant
from pipeline_tests.programs import call, environment_for, start, wait_until
from pipeline_tests.standins import TOKEN, Standin

from pipeline import runs
from pipeline.options import Options
from portal.controller import Controller

LIVE = ("--dataset", "2cy6-i7zn")
MALFORMED = "http://host:port/secret"
# Only the maintenance after a run deletes from this table.
ON_MAINTENANCE = """
CREATE FUNCTION disturb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} RETURN NULL; END $$;
CREATE TRIGGER disturb BEFORE DELETE ON log EXECUTE FUNCTION disturb()
"""


@pytest.fixture
def environment(
    database: Database, town: tuple[str, Controller], api: Standin, prefect_api: str
) -> dict[str, str]:
    """A run that publishes to the stand-in of the API, and reports to it."""
    own = {"PREFECT_API_URL": prefect_api, "API_URL": api.url, "ADMIN_TOKEN": TOKEN}
    sinks = {"SLACK_WEBHOOK_URL": f"{api.url}/slack", "HEARTBEAT_URL": f"{api.url}/heartbeat"}
    return environment_for(database, town[0], **own, **sinks)


def test_failed_maintenance_is_an_error_of_a_run_that_is_served(
    database: Database, api: Standin, environment: dict[str, str]
) -> None:
    database.change(ON_MAINTENANCE.format("RAISE EXCEPTION 'no space left';"))
    code, output = call(environment, *LIVE)
    assert code == 80, output
    assert database.rows("SELECT status, finished_at IS NOT NULL FROM load_runs") == [("succeeded", True)]
    assert database.value("SELECT message FROM load_runs").startswith("Loaded ")
    assert (api.served, api.heartbeats) == (1, 1)
    problem = "published without maintenance: RaiseException: no space left"
    assert problem in output
    (message,) = api.messages
    assert message.startswith(":large_orange_diamond:")
    assert "Loaded " in message
    assert problem in message


@pytest.mark.slow
def test_a_run_that_is_stopped_during_maintenance_stays_published(
    database: Database, api: Standin, environment: dict[str, str]
) -> None:
    database.change(ON_MAINTENANCE.format("PERFORM pg_sleep(300);"))
    run = start(environment, *LIVE)
    # Requested right after the run was recorded as published.
    wait_until(lambda: run.poll() is not None or api.heartbeats)
    run.send_signal(signal.SIGTERM)
    output, _ = run.communicate(timeout=600)
    assert run.returncode == 143, output
    assert database.rows("SELECT status FROM load_runs") == [("succeeded",)]
    assert database.value("SELECT message FROM load_runs").startswith("Loaded ")
    assert "terminated by" in database.value("SELECT message FROM log WHERE status = 'ERROR'")
    assert (api.served, api.heartbeats) == (1, 1)


@pytest.mark.parametrize("status", ["succeeded", "partial"])
@pytest.mark.parametrize("failure", [RuntimeError("a defect"), SystemExit(143), KeyboardInterrupt()])
def test_a_failure_after_publishing_leaves_the_record_of_the_run(
    database: Database, status: str, failure: BaseException
) -> None:
    def end(run: runs.Run) -> None:
        database.change("UPDATE load_runs SET status = 'merged', message = 'Loaded 7 new'")
        if status == "partial":
            database.change(
                "INSERT INTO run_datasets (load_run_id, dataset_id, title, status, message, transport)"
                " SELECT load_run_id, 'one', 'One', 'skipped', '', '' FROM load_runs"
            )
        runs.finish(run)

    _fail_after(database, end, failure)
    record = "SELECT status, message, finished_at = last_loaded_at() FROM load_runs"
    assert database.rows(record) == [(status, "Loaded 7 new", True)]


def test_a_run_that_fails_before_it_is_published_is_to_be_published_by_the_next(database: Database) -> None:
    def end(_: runs.Run) -> None:
        database.change("UPDATE load_runs SET status = 'merged', message = 'Loaded 7 new'")

    _fail_after(database, end, RuntimeError("a defect"))
    record = "SELECT status, message FROM load_runs ORDER BY load_run_id"
    assert database.rows(record) == [("merged", "Loaded 7 new; internal error: RuntimeError: a defect")]
    with runs.open_run(settings_for(database, ""), Options(), tolerant()) as run:
        runs.finish(run)
    assert database.rows(record)[0] == ("succeeded", "Loaded 7 new")
    assert database.value("SELECT count(*) FROM load_runs WHERE details ? 'merged_message'") == 0


def _fail_after(database: Database, step: Callable[[runs.Run], None], failure: BaseException) -> None:
    def fail() -> None:
        with runs.open_run(settings_for(database, ""), Options(), tolerant()) as run:
            step(run)
            raise failure

    with pytest.raises(type(failure)):
        fail()


@pytest.mark.slow
def test_malformed_addresses_do_not_change_how_a_run_ends(
    database: Database, town: tuple[str, Controller], environment: dict[str, str]
) -> None:
    wrong = environment | dict.fromkeys(("SLACK_WEBHOOK_URL", "HEARTBEAT_URL", "SENTRY_URL"), MALFORMED)
    code, output = call(wrong, *LIVE)
    assert code == 0, output
    assert database.rows("SELECT status FROM load_runs") == [("succeeded",)]
    assert "the heartbeat failed: InvalidURL" in output
    assert "the message to Slack failed: InvalidURL" in output
    town[1].add_fault("unavailable", dataset="2cy6-i7zn")
    code, output = call(wrong, "--reconcile", *LIVE)
    assert code == 10, output
    assert "the message to Slack failed: InvalidURL" in output
    assert "the report to Sentry failed: ValueError" in output
    assert "secret" not in output
