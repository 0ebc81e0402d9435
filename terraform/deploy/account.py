"""The calls that a deployment makes to AWS."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3

from deploy.target import Images, Problem, Target

# What DescribeTaskDefinition adds to what RegisterTaskDefinition takes.
READ_ONLY = {
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
}
LOG_LINES = 50
SERVICES = ("ecs", "ssm", "logs", "rds", "sns", "cloudwatch")


class Account:
    """A stage's account; ``pause_seconds`` is the interval of polling."""

    def __init__(self, target: Target, clients: Mapping[str, Any], pause_seconds: float = 5) -> None:
        self.target = target
        self.pause_seconds = pause_seconds
        self.ecs, self.ssm, self.logs, self.rds, self.sns, self.cloudwatch = (
            clients[name] for name in SERVICES
        )

    @classmethod
    def of(cls, target: Target, pause_seconds: float = 5) -> Account:
        """With the credentials of the environment."""
        session = boto3.Session(region_name=target.region)
        return cls(target, {name: session.client(name) for name in SERVICES}, pause_seconds)

    def remembered(self) -> Images:
        """The images of the last successful deployment."""
        parameters = self.target.image_parameters
        return Images(
            **{
                name: self.ssm.get_parameter(Name=key)["Parameter"]["Value"]
                for name, key in parameters.items()
            }
        )

    def remember(self, images: Images) -> None:
        """Record the images that Terraform and the next rollback use."""
        for name, key in self.target.image_parameters.items():
            self.ssm.put_parameter(Name=key, Value=images.of(name), Overwrite=True)

    def register(self, container: str, image: str) -> str:
        """A new revision of the container's family that differs by its image alone; returns its ARN."""
        family = self.target.task_families[container]
        described = self.ecs.describe_task_definition(taskDefinition=family, include=["TAGS"])
        wanted = {key: value for key, value in described["taskDefinition"].items() if key not in READ_ONLY}
        wanted["containerDefinitions"][0]["image"] = image
        if tags := described.get("tags"):
            wanted["tags"] = tags
        return str(self.ecs.register_task_definition(**wanted)["taskDefinition"]["taskDefinitionArn"])

    def start(self, container: str, arguments: list[str], started_by: str = "deploy") -> str:
        """Start a one-off task of the newest revision, ``arguments`` after its command; returns its ARN."""
        family = self.target.task_families[container]
        definition = self.ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
        override: dict[str, Any] = {"name": container}
        if arguments:
            override["command"] = [*definition["containerDefinitions"][0]["command"], *arguments]
        started = self.ecs.run_task(
            cluster=self.target.cluster,
            taskDefinition=definition["taskDefinitionArn"],
            launchType="FARGATE",
            startedBy=started_by,
            overrides={"containerOverrides": [override]},
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": self.target.subnets,
                    "securityGroups": [self.target.security_groups[container]],
                    "assignPublicIp": "ENABLED" if self.target.is_public else "DISABLED",
                }
            },
        )
        if not started["tasks"]:
            raise Problem(f"{container} could not be started: {started.get('failures')}")
        return str(started["tasks"][0]["taskArn"])

    def stop(self, task: str, reason: str) -> None:
        """Stop a task that takes too long: left running, it could still change the schema."""
        self.ecs.stop_task(cluster=self.target.cluster, task=task, reason=reason)

    def exit_of(self, task: str) -> tuple[int | None, str] | None:
        """Exit code (None where the container never ran) and reason of a stopped task; None while it runs."""
        found = self.ecs.describe_tasks(cluster=self.target.cluster, tasks=[task])["tasks"][0]
        if found["lastStatus"] != "STOPPED":
            return None
        return found["containers"][0].get("exitCode"), found.get("stoppedReason", "")

    def log_of(self, container: str, task: str) -> list[str]:
        """The last lines of a task's log; empty when it wrote none."""
        stream = f"{container}/{container}/{task.rsplit('/', 1)[1]}"
        try:
            events = self.logs.get_log_events(
                logGroupName=self.target.log_groups[container], logStreamName=stream, limit=LOG_LINES
            )["events"]
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in events]

    def roll(self, service: str, revision: str) -> None:
        """Make a service replace its tasks; returns immediately."""
        self.ecs.update_service(
            cluster=self.target.cluster, service=self.target.services[service], taskDefinition=revision
        )

    def is_rolled(self, service: str, revision: str) -> bool:
        """Whether every task has this revision; raises ``Problem`` when ECS has restored the old one."""
        name = self.target.services[service]
        found = self.ecs.describe_services(cluster=self.target.cluster, services=[name])["services"][0]
        primary = next(item for item in found["deployments"] if item["status"] == "PRIMARY")
        if primary["taskDefinition"] != revision or primary.get("rolloutState") == "FAILED":
            raise Problem(
                f"{service}: the new tasks never became healthy ({primary.get('rolloutStateReason')})."
            )
        return primary.get("rolloutState") == "COMPLETED" and len(found["deployments"]) == 1

    def wait(self, what: str, is_done: Callable[[], bool], limit_seconds: float) -> None:
        """Poll until ``is_done``; raises ``Problem`` after ``limit_seconds``."""
        deadline = time.monotonic() + limit_seconds
        while not is_done():
            if time.monotonic() > deadline:
                raise Problem(f"{what} took longer than {limit_seconds:.0f} seconds.")
            time.sleep(self.pause_seconds)
