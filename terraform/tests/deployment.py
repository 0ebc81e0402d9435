"""What the deploy workflow does in an account, as far as an emulated one knows it; run by the check between two plans.

``deployment.py ENDPOINT seed`` makes the state bucket and prints a certificate's ARN; ``… deploy PREFIX`` puts a new
API digest into service; ``… unprotect PREFIX`` lets a protected stage be destroyed, as a person would have to.
"""

from __future__ import annotations

import sys
from typing import Any

import boto3

REGION = "us-east-1"
NEW_IMAGE = "docker.io/example/api@sha256:" + "9" * 64
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


def client(endpoint: str, service: str) -> Any:
    """A client with dummy keys, for the emulated account only."""
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="emulated",
        aws_secret_access_key="emulated",
    )


def seed(endpoint: str) -> str:
    """The bucket that README has a person make first, and the certificate; returns the certificate's ARN."""
    client(endpoint, "s3").create_bucket(Bucket="state")
    arn = client(endpoint, "acm").request_certificate(DomainName="*.example.org")["CertificateArn"]
    return str(arn)


def deploy(endpoint: str, prefix: str) -> str:
    """Register a revision with a new digest, roll the service, remember the digest; returns the revision's ARN."""
    ecs, family = client(endpoint, "ecs"), f"{prefix}-api"
    current = ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
    wanted = {key: value for key, value in current.items() if key not in READ_ONLY}
    wanted["containerDefinitions"][0]["image"] = NEW_IMAGE
    arn = ecs.register_task_definition(**wanted)["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster=prefix, service=family, taskDefinition=arn)
    register_migrate(ecs, prefix)
    client(endpoint, "ssm").put_parameter(Name=f"/{prefix}/image/api", Value=NEW_IMAGE, Overwrite=True)
    return str(arn)


def register_migrate(ecs: Any, prefix: str) -> None:
    """The migration runs from the same image as the API."""
    current = ecs.describe_task_definition(taskDefinition=f"{prefix}-migrate")["taskDefinition"]
    wanted = {key: value for key, value in current.items() if key not in READ_ONLY}
    wanted["containerDefinitions"][0]["image"] = NEW_IMAGE
    ecs.register_task_definition(**wanted)


def unprotect(endpoint: str, prefix: str) -> str:
    """Take the deletion protection off database and load balancer; returns what was unprotected."""
    client(endpoint, "rds").modify_db_instance(
        DBInstanceIdentifier=prefix, DeletionProtection=False, ApplyImmediately=True
    )
    balancers = client(endpoint, "elbv2")
    arn = balancers.describe_load_balancers(Names=[prefix])["LoadBalancers"][0]["LoadBalancerArn"]
    balancers.modify_load_balancer_attributes(
        LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}]
    )
    return prefix


def main() -> int:
    endpoint, action, *arguments = sys.argv[1:]
    print({"seed": seed, "deploy": deploy, "unprotect": unprotect}[action](endpoint, *arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
