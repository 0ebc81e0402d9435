"""An emulated account with a stage, as Terraform would create it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
from deploy.account import SERVICES, Account
from deploy.target import Images, Target
from tests.site import Site, serving

ROOT = Path(__file__).parent
NUMBERS = count(1)
KEYS = {"AWS_ACCESS_KEY_ID": "emulated", "AWS_SECRET_ACCESS_KEY": "emulated"}
OLD = Images(
    **{name: f"docker.io/example/{name}@sha256:{'1' * 64}" for name in ("api", "reports", "pipeline")}
)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.URLError:
        return False
    return True


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not answers(url):
        assert process.poll() is None, "the emulated account ended"
        assert time.monotonic() < deadline, "the emulated account does not answer"
        time.sleep(0.2)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """An emulated account, run by the same program as in the check of whole stages."""
    port = free_port()
    command = [sys.executable, str(ROOT / "moto_aws.py"), "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/moto-api/", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        # The emulator stores nothing, and stops too slowly on SIGTERM.
        process.kill()
        process.wait()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def clients(endpoint: str) -> Iterator[dict[str, Any]]:
    """One for each service, created only once because that is slow."""
    os.environ.update(KEYS | {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": "us-east-1"})
    made: dict[str, Any] = {name: boto3.client(name) for name in ("ec2", "kms", *SERVICES)}
    yield made
    for client in made.values():
        client.close()


@pytest.fixture
def account(site: Site, clients: dict[str, Any]) -> Account:
    """A new stage that serves OLD."""
    return Account(make_stage(clients, f"stage-{next(NUMBERS)}", site.url), clients, pause_seconds=0)


def make_stage(clients: dict[str, Any], stage: str, url: str) -> Target:
    """Create a stage; returns what Terraform's output ``deployment`` would be."""
    clients["ecs"].create_cluster(clusterName=stage)
    families = {name: f"{stage}-{name}" for name in ("api", "reports", "pipeline", "migrate")}
    for name, family in families.items():
        register(clients["ecs"], name, family)
    services = {name: families[name] for name in ("api", "reports")}
    for name in services.values():
        clients["ecs"].create_service(cluster=stage, serviceName=name, taskDefinition=name, desiredCount=0)
    parameters = {name: f"/{stage}/image/{name}" for name in ("api", "reports", "pipeline")}
    for name, key in parameters.items():
        clients["ssm"].put_parameter(Name=key, Value=OLD.of(name), Type="String")
    subnet = make_subnet(clients["ec2"])
    return Target(
        region="us-east-1",
        city="la",
        cluster=stage,
        services=services,
        task_families=families,
        subnets=[subnet],
        security_groups={"pipeline": "sg-1", "migrate": "sg-2"},
        log_groups={name: f"/{stage}/{name}" for name in ("pipeline", "migrate")},
        image_parameters=parameters,
        api_url=url,
        reports_url=url,
        is_public=False,
        database=make_database(clients, stage, subnet),
        drill=make_alarm(clients, stage),
    )


def make_database(clients: dict[str, Any], stage: str, subnet: str) -> dict[str, str]:
    """An RDS database, and the names that a restored one must get."""
    rds, key = clients["rds"], clients["kms"].create_key()["KeyMetadata"]
    rds.create_db_subnet_group(DBSubnetGroupName=stage, DBSubnetGroupDescription=stage, SubnetIds=[subnet])
    rds.create_db_instance(
        DBInstanceIdentifier=stage,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="owner_311",
        MasterUserPassword="emulated",
    )
    return {
        "identifier": stage,
        "subnet_group": stage,
        "security_group": "sg-database",
        "parameter_group": "default.postgres15",
        "kms_key_arn": key["Arn"],
        "replica": "",
    }


def make_alarm(clients: dict[str, Any], stage: str) -> dict[str, str]:
    """A topic that one confirmed address reads, an alarm, and the database's events."""
    topic = clients["sns"].create_topic(Name=stage)["TopicArn"]
    clients["sns"].subscribe(TopicArn=topic, Protocol="email", Endpoint="team@example.org")
    alarm = f"{stage}-data-stale"
    clients["cloudwatch"].put_metric_alarm(
        AlarmName=alarm,
        Namespace="AWS/Events",
        MetricName="Invocations",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
    )
    clients["rds"].create_event_subscription(
        SubscriptionName=stage, SnsTopicArn=topic, SourceType="db-instance", Enabled=True
    )
    return {"topic_arn": topic, "alarm": alarm, "rule": f"{stage}-run-failed", "subscription": stage}


def register(ecs: Any, name: str, family: str) -> None:
    ecs.register_task_definition(
        family=family,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        tags=[{"key": "stage", "value": "dev"}],
        containerDefinitions=[
            {"name": name, "image": OLD.of(name), "command": ["python", name], "readonlyRootFilesystem": True}
        ],
    )


def make_subnet(ec2: Any) -> str:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    # Moto needs them to give a task an address.
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"])
