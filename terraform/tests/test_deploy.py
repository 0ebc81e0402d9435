"""Deployments against an emulated account: what is put into service, and what is taken back."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from deploy import smoke
from deploy.__main__ import main
from deploy.account import Account
from deploy.release import release, run
from deploy.target import Images, Problem, Target
from tests.moto_aws import BAD_DIGEST
from tests.site import Site

from tests.conftest import OLD

NEW = Images(
    **{name: f"docker.io/example/{name}@sha256:{'2' * 64}" for name in ("api", "reports", "pipeline")}
)
BAD_API = replace(NEW, api=f"docker.io/example/api@sha256:{BAD_DIGEST}")
BAD_REPORTS = replace(NEW, reports=f"docker.io/example/reports@sha256:{BAD_DIGEST}")


def quiet(_: str) -> None:
    """Says nothing."""


def newest(account: Account, container: str) -> dict[str, Any]:
    """The container definition that a one-off task, or Terraform, would find."""
    family = account.target.task_families[container]
    found = account.ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
    definition: dict[str, Any] = found["containerDefinitions"][0]
    return definition


def served(account: Account, service: str) -> str:
    """The image that a service runs."""
    name = account.target.services[service]
    found = account.ecs.describe_services(cluster=account.target.cluster, services=[name])["services"][0]
    definition = account.ecs.describe_task_definition(taskDefinition=found["taskDefinition"])[
        "taskDefinition"
    ]
    return str(definition["containerDefinitions"][0]["image"])


def tasks(account: Account) -> list[dict[str, Any]]:
    """Every one-off task that was started."""
    arns = account.ecs.list_tasks(cluster=account.target.cluster)["taskArns"]
    found: list[dict[str, Any]] = []
    if arns:
        found = account.ecs.describe_tasks(cluster=account.target.cluster, tasks=arns)["tasks"]
    return found


def assert_serves(account: Account, images: Images) -> None:
    """Services, families and parameters agree on these images."""
    assert {name: served(account, name) for name in account.target.services} == {
        "api": images.api,
        "reports": images.reports,
    }
    assert {name: newest(account, name)["image"] for name in account.target.task_families} == {
        "api": images.api,
        "reports": images.reports,
        "pipeline": images.pipeline,
        "migrate": images.api,
    }
    assert account.remembered() == images


def test_a_good_release_is_in_service_and_remembered(account: Account, site: Site) -> None:
    site.commit = "abc"
    release(account, NEW, "abc", quiet)
    assert_serves(account, NEW)


def test_a_new_revision_differs_by_its_image_alone(account: Account) -> None:
    family = account.target.task_families["api"]
    before = account.ecs.describe_task_definition(taskDefinition=family, include=["TAGS"])
    account.register("api", NEW.api)
    after = account.ecs.describe_task_definition(taskDefinition=family, include=["TAGS"])
    assert after["tags"] == before["tags"] == [{"key": "stage", "value": "dev"}]
    for described in (before, after):
        described["taskDefinition"]["containerDefinitions"][0].pop("image")
        for key in ("revision", "taskDefinitionArn", "registeredAt"):
            described["taskDefinition"].pop(key, None)
    assert after["taskDefinition"] == before["taskDefinition"]


def test_the_schema_is_migrated_by_the_new_image(account: Account) -> None:
    release(account, NEW, "", quiet)
    started = tasks(account)
    assert [task["group"] for task in started] == [f"family:{account.target.task_families['migrate']}"]
    revision = account.ecs.describe_task_definition(taskDefinition=started[0]["taskDefinitionArn"])
    assert revision["taskDefinition"]["containerDefinitions"][0]["image"] == NEW.api


def test_a_failed_migration_changes_no_service(account: Account) -> None:
    with pytest.raises(Problem, match="migrate failed with exit code 1"):
        release(account, BAD_API, "", quiet)
    assert_serves(account, OLD)


def test_a_service_that_never_becomes_healthy_takes_both_back(account: Account) -> None:
    with pytest.raises(Problem, match="reports: the new tasks never became healthy"):
        release(account, BAD_REPORTS, "", quiet)
    assert_serves(account, OLD)


def test_a_failed_smoke_test_takes_both_back(account: Account, site: Site) -> None:
    site.is_ready = False
    with pytest.raises(Problem, match="/status/ready: HTTP Error 503"):
        release(account, NEW, "", quiet)
    assert_serves(account, OLD)


def test_another_commit_behind_the_address_fails(account: Account, site: Site) -> None:
    site.commit = "old"
    with pytest.raises(Problem, match="another commit than new answers"):
        release(account, NEW, "new", quiet)
    assert_serves(account, OLD)


def test_an_answer_that_is_none_fails_the_smoke_test(account: Account, site: Site) -> None:
    site.is_garbled = True
    with pytest.raises(Problem, match="another commit than new answers"):
        release(account, NEW, "new", quiet)
    assert_serves(account, OLD)


def test_aws_that_stops_answering_takes_both_back(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    rolled = account.is_rolled
    failures = [ClientError({"Error": {"Code": "ThrottlingException"}}, "DescribeServices")]

    def throttled(service: str, revision: str) -> bool:
        if failures:
            raise failures.pop()
        return rolled(service, revision)

    monkeypatch.setattr(account, "is_rolled", throttled)
    with pytest.raises(ClientError, match="ThrottlingException"):
        release(account, NEW, "", quiet)
    assert_serves(account, OLD)


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


def test_one_off_tasks_have_no_public_address(account: Account) -> None:
    asked: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(params)

    account.ecs.meta.events.register("provide-client-params.ecs.RunTask", note)
    run(account, "pipeline", [], 60, quiet)
    account.ecs.meta.events.unregister("provide-client-params.ecs.RunTask", note)
    network = asked[0]["networkConfiguration"]["awsvpcConfiguration"]
    assert network["assignPublicIp"] == "DISABLED"
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


@pytest.fixture
def command_line(account: Account, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs ``python -m deploy`` with these words; returns its exit code."""

    def run_it(*words: str) -> int:
        monkeypatch.setenv("DEPLOYMENT", json.dumps(asdict(account.target)))
        monkeypatch.setattr(sys, "argv", ["deploy", *words])
        return main()

    return run_it


def options(images: Images) -> list[str]:
    return [word for name, image in asdict(images).items() for word in (f"--{name}", image)]


def test_the_command_line_releases(
    account: Account, command_line: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line("release", *options(NEW)) == 0
    assert_serves(account, NEW)
    capsys.readouterr()
    assert command_line("images") == 0
    assert json.loads(capsys.readouterr().out) == asdict(NEW)


def test_the_command_line_fails_with_one_line(
    account: Account, command_line: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line("release", *options(BAD_API)) == 1
    assert capsys.readouterr().err.startswith("error: migrate failed with exit code 1")
    assert_serves(account, OLD)


def test_the_command_line_goes_back_without_migrating(
    account: Account, command_line: Callable[..., int]
) -> None:
    assert command_line("release", *options(NEW), "--no-migration") == 0
    assert tasks(account) == []


def test_the_command_line_runs_a_task_with_arguments(
    account: Account, command_line: Callable[..., int]
) -> None:
    assert command_line("run", "pipeline", "--", "--since", "2026-01-31") == 0
    assert tasks(account)[0]["overrides"]["containerOverrides"][0]["command"][-2:] == [
        "--since",
        "2026-01-31",
    ]


def test_the_command_line_looks_from_outside(command_line: Callable[..., int]) -> None:
    assert command_line("smoke") == 0
