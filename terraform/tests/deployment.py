"""Steps that people and the deploy workflow take in an account, for the check of the plans in between.

``python -m tests.deployment seed`` creates the state bucket and prints a certificate's ARN; ``… deploy`` puts
a new API image into service; ``… unprotect PREFIX`` lets a protected stage be destroyed, as a person would;
``… keys`` counts the keys that can still decrypt.
AWS_ENDPOINT_URL and dummy keys lead to the emulated account; DEPLOYMENT describes the stage.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import Any

import boto3
from deploy.account import Account
from deploy.release import release
from deploy.target import Target
from tests.site import serving

REGION = "us-east-1"
NEW_IMAGE = "docker.io/example/api@sha256:" + "9" * 64


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)


def seed() -> str:
    """The bucket that people create first, as the README says, and the certificate; returns its ARN."""
    client("s3").create_bucket(Bucket="state")
    arn = client("acm").request_certificate(DomainName="*.example.org")["CertificateArn"]
    return str(arn)


def deploy() -> str:
    """The workflow's own deployment, except for the site, which an emulated account does not serve."""
    target = Target.read(os.environ["DEPLOYMENT"])
    with serving() as site:
        account = Account.of(replace(target, api_url=site.url, reports_url=site.url), pause_seconds=0)
        release(account, replace(account.remembered(), api=NEW_IMAGE), "", print)
    return NEW_IMAGE


def unprotect(prefix: str) -> str:
    """Remove the deletion protection of database and load balancer; returns what was unprotected."""
    client("rds").modify_db_instance(
        DBInstanceIdentifier=prefix, DeletionProtection=False, ApplyImmediately=True
    )
    balancers = client("elbv2")
    arn = balancers.describe_load_balancers(Names=[prefix])["LoadBalancers"][0]["LoadBalancerArn"]
    balancers.modify_load_balancer_attributes(
        LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}]
    )
    return prefix


def keys() -> int:
    """The number of keys that are enabled."""
    kms = client("kms")
    described = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    # AWS's own keys exist in every account.
    return len([key for key in described if key["KeyManager"] == "CUSTOMER" and key["KeyState"] == "Enabled"])


def main() -> int:
    action, *arguments = sys.argv[1:]
    if action == "unprotect":
        print(unprotect(*arguments))
    else:
        print({"seed": seed, "deploy": deploy, "keys": keys}[action]())
    return 0


if __name__ == "__main__":
    sys.exit(main())
