"""``flow.py serve``: runs on a schedule, with Prefect's services in the same process, and a clean exit."""

from __future__ import annotations

import signal
from contextlib import nullcontext
from pathlib import Path

import pytest
import yaml
from pipeline_tests.databases import Database
from pipeline_tests.programs import FOLDER, descendants, environment_for, start, wait_gone, wait_until
from prefect.exceptions import ParameterTypeError

from portal.controller import Controller

EVERY_MINUTE = "* * * * *"
ON_SUNDAYS = "0 3 * * 0"


# This takes until the next full minute, and longer on a busy machine.
@pytest.mark.slow
def test_a_schedule_runs_and_ends_with_its_processes(
    database: Database, town: tuple[str, Controller], tmp_path: Path
) -> None:
    environment = environment_for(database, town[0], PREFECT_HOME=str(tmp_path))
    schedule = ("--cron", EVERY_MINUTE, "--reconcile-cron", ON_SUNDAYS, "--time-zone", "America/Los_Angeles")
    run = start(environment, "serve", *schedule)
    try:
        wait_until(
            lambda: (
                run.poll() is not None
                or database.value("SELECT count(*) FROM load_runs WHERE status = 'succeeded'")
            ),
            seconds=400,
        )
        assert run.poll() is None
        started = descendants(run)
    finally:
        run.send_signal(signal.SIGTERM)
        output, _ = run.communicate(timeout=600)
    assert database.value("SELECT count(*) FROM requests") > 0, output
    assert run.returncode in {0, 143}, output
    assert wait_gone(started) == []


@pytest.mark.parametrize(("mode", "is_valid"), [("reconcile", True), ("Reconcile", False), ("fulll", False)])
def test_prefect_refuses_an_unknown_mode(mode: str, is_valid: bool) -> None:
    from flow import ingest

    refused = nullcontext() if is_valid else pytest.raises(ParameterTypeError, match="'full' or 'reconcile'")
    with refused:
        ingest.validate_parameters({"mode": mode})


def test_the_deployment_has_the_same_schedule() -> None:
    from pipeline import cli
    from pipeline.arguments import parse
    from pipeline.city import load_city

    declared = yaml.safe_load((FOLDER / "prefect.yaml").read_text())
    (deployment,) = declared["deployments"]
    assert "concurrency_limit" not in deployment
    schedules = {entry["slug"]: entry for entry in deployment["schedules"]}
    for schedule in cli.schedules(cli.with_default_schedule(parse(["serve"]), load_city())):
        entry = schedules.pop(schedule.slug)
        assert (entry["cron"], entry["timezone"]) == (schedule.cron, schedule.timezone)
        assert entry.get("parameters", {}) == schedule.parameters
    assert schedules == {}
    file, name = deployment["entrypoint"].split(":")
    assert f"def {name}(" in (FOLDER / file).read_text()
