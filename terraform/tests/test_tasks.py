"""One-off tasks, descriptions of a stage, and its view from outside, in an emulated account."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from deploy import smoke
from deploy.account import Account
from deploy.release import release, run
from deploy.target import Problem, Target
from tests.looking import NEW, assert_serves, quiet, tasks
from tests.site import Site

from tests.conftest import OLD


def test_going_back_does_not_migrate(account: Account) -> None:
    release(account, NEW, "", quiet, is_migrating=False)
    assert tasks(account) == []
    assert_serves(account, NEW)


def test_arguments_follow_the_command_of_a_one_off_task(account: Account) -> None:
    run(account, "pipeline", ["--full"], 60, quiet)
    assert tasks(account)[0]["overrides"]["containerOverrides"][0]["command"] == [
        "python",
        "pipeline",
        "--full",
    ]


@pytest.mark.parametrize(("is_public", "address"), [(False, "DISABLED"), (True, "ENABLED")])
def test_one_off_tasks_have_a_public_address_only_without_nat(
    account: Account, is_public: bool, address: str
) -> None:
    account.target = replace(account.target, is_public=is_public)
    asked: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(params)

    account.ecs.meta.events.register("provide-client-params.ecs.RunTask", note)
    run(account, "pipeline", [], 60, quiet)
    account.ecs.meta.events.unregister("provide-client-params.ecs.RunTask", note)
    network = asked[0]["networkConfiguration"]["awsvpcConfiguration"]
    assert network["assignPublicIp"] == address
    assert network["securityGroups"] == ["sg-1"]


def test_the_log_of_a_task_is_shown(account: Account) -> None:
    task = account.start("migrate", [])
    stream, group = f"migrate/migrate/{task.rsplit('/', 1)[1]}", account.target.log_groups["migrate"]
    account.logs.create_log_group(logGroupName=group)
    assert account.log_of("migrate", task) == []
    account.logs.create_log_stream(logGroupName=group, logStreamName=stream)
    account.logs.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[{"timestamp": int(time.time() * 1000), "message": "Running upgrade"}],
    )
    assert account.log_of("migrate", task) == ["Running upgrade"]


def test_a_task_that_takes_too_long_is_stopped(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "exit_of", lambda _: None)
    with pytest.raises(Problem, match="migrate took longer than 0 seconds"):
        run(account, "migrate", [], 0, quiet)
    assert tasks(account)[0]["stoppedReason"] == "took longer than 0 seconds"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["--dry-run"], "dry-run"),
        (["--full"], "deploy"),
        ([], "deploy"),
        (["run", "--full"], "deploy"),
        (["erase", "1-12345"], "command"),
    ],
)
def test_what_loads_nothing_does_not_count_as_a_run(
    account: Account, arguments: list[str], name: str
) -> None:
    run(account, "pipeline", arguments, 60, quiet)
    assert tasks(account)[0]["startedBy"] == name


def test_what_takes_too_long_is_a_problem(account: Account) -> None:
    with pytest.raises(Problem, match="it took longer than 0 seconds"):
        account.wait("it", lambda: False, 0)


def test_a_moving_tag_is_refused() -> None:
    with pytest.raises(Problem, match="the image of api is not pinned by digest"):
        replace(OLD, api="docker.io/example/api:latest")


@pytest.mark.parametrize("text", ["", "[]", '{"region": "us-east-1"}'])
def test_a_description_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="DEPLOYMENT must be the JSON"):
        Target.read(text)


def test_the_smoke_test_names_everything_that_is_wrong(account: Account, site: Site) -> None:
    site.is_ready = False
    found = smoke.complaints(account.target, "abc")
    assert len(found) == 2
    assert "/status/ready" in found[0]
    assert "/status/api" in found[1]
