"""Images that the tests release, and views of the emulated account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from deploy.account import Account
from deploy.target import Images
from tests.moto_aws import BAD_DIGEST

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
    """Every one-off task that was started, including stopped ones."""
    listed = [
        account.ecs.list_tasks(cluster=account.target.cluster, desiredStatus=status)["taskArns"]
        for status in ("RUNNING", "STOPPED")
    ]
    arns = sorted({arn for each in listed for arn in each})
    found: list[dict[str, Any]] = []
    if arns:
        found = account.ecs.describe_tasks(cluster=account.target.cluster, tasks=arns)["tasks"]
    return found


def assert_serves(account: Account, images: Images) -> None:
    """Assert that services, families and parameters agree on these images."""
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
