"""Snapshots of the database, and restoring one into a new instance that then takes the old one's place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from deploy.account import Account
from deploy.release import Say
from deploy.target import Problem

SNAPSHOT_SECONDS = 3600
RESTORE_SECONDS = 3 * 3600
RENAME_SECONDS = 1800
LATEST = "latest"
ADOPT = """Give the restored database to Terraform, and apply what the plan then shows:
    terraform state rm module.database.aws_db_instance.this
    terraform import -var-file=… module.database.aws_db_instance.this {name}
Delete {name}-replaced when all is well."""
# A replica follows its source under every name.
REPLACE = """{replica} still follows {name}-replaced: API and reports read the old data. After that apply:
    terraform apply -var-file=… -replace='module.database.aws_db_instance.replica[0]'"""


def _instance(account: Account, name: str) -> dict[str, Any] | None:
    try:
        found = account.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    except account.rds.exceptions.DBInstanceNotFoundFault:
        return None
    instance: dict[str, Any] = found[0]
    return instance


def _is_available(account: Account, name: str) -> bool:
    instance = _instance(account, name)
    return instance is not None and instance["DBInstanceStatus"] == "available"


def backup(account: Account, say: Say) -> str:
    """Take a snapshot, which stays until it is deleted; returns its name."""
    database = account.target.database["identifier"]
    name = f"{database}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    account.rds.create_db_snapshot(DBInstanceIdentifier=database, DBSnapshotIdentifier=name)

    def is_done() -> bool:
        found = account.rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0]
        return bool(found["Status"] == "available")

    account.wait(f"snapshot {name}", is_done, SNAPSHOT_SECONDS)
    say(f"• Snapshot {name}")
    return name


def _moment(time: str) -> dict[str, Any]:
    """Arguments for a time (ISO 8601, or ``latest``)."""
    if time == LATEST:
        return {"UseLatestRestorableTime": True}
    try:
        moment = datetime.fromisoformat(time)
    except ValueError as error:
        raise Problem(f"--time must look like 2026-01-31T07:55:00Z, or be {LATEST}: {time!r}.") from error
    if moment.tzinfo is None:
        raise Problem(f"--time needs a time zone, such as Z: {time!r}.")
    return {"RestoreTime": moment}


def _source(account: Account, database: str) -> dict[str, Any]:
    """Arguments that name the database or, once it is deleted, its automated backup."""
    if _instance(account, database):
        return {"SourceDBInstanceIdentifier": database}
    found = account.rds.describe_db_instance_automated_backups(DBInstanceIdentifier=database)
    # Earlier databases of that name may have left backups too.
    backups = sorted(
        found["DBInstanceAutomatedBackups"],
        key=lambda each: each["RestoreWindow"]["LatestTime"],
    )
    if not backups:
        raise Problem(f"{database} and its automated backups are gone: restore a snapshot, --snapshot NAME.")
    return {"SourceDbiResourceId": backups[-1]["DbiResourceId"]}


def restore(account: Account, say: Say, *, snapshot: str = "", time: str = LATEST) -> str:
    """Restore into a new instance ``…-restored``, closed and protected like the old one; returns its name."""
    stage = account.target.database
    name = f"{stage['identifier']}-restored"
    if _instance(account, name):
        raise Problem(f"{name} is there already: swap it in, or delete it.")
    if snapshot:
        call = account.rds.restore_db_instance_from_db_snapshot
        source = {"DBInstanceIdentifier": name, "DBSnapshotIdentifier": snapshot}
    else:
        call = account.rds.restore_db_instance_to_point_in_time
        moment = _moment(time)
        source = {"TargetDBInstanceIdentifier": name, **moment, **_source(account, stage["identifier"])}
    call(
        **source,
        DBSubnetGroupName=stage["subnet_group"],
        VpcSecurityGroupIds=[stage["security_group"]],
        DBParameterGroupName=stage["parameter_group"],
        PubliclyAccessible=False,
        DeletionProtection=True,
        CopyTagsToSnapshot=True,
    )
    account.wait(name, lambda: _is_available(account, name), RESTORE_SECONDS)
    say(f"• {name} is there. Look into it, then: python -m deploy swap")
    return name


def _rename(account: Account, old: str, new: str, **changes: Any) -> None:
    account.rds.modify_db_instance(
        DBInstanceIdentifier=old, NewDBInstanceIdentifier=new, ApplyImmediately=True, **changes
    )
    account.wait(f"renaming {old} to {new}", lambda: _is_available(account, new), RENAME_SECONDS)


def swap(account: Account, say: Say) -> None:
    """Give the restored instance the name that every URL has; the old one is kept as ``…-replaced``."""
    stage = account.target.database
    name = stage["identifier"]
    if not _is_available(account, f"{name}-restored"):
        raise Problem(f"{name}-restored is not available: restore first.")
    if _instance(account, name):
        _rename(account, name, f"{name}-replaced")
    # RDS cannot change the key of a secret that it already manages.
    secret = {"ManageMasterUserPassword": True, "MasterUserSecretKmsKeyId": stage["kms_key_arn"]}
    _rename(account, f"{name}-restored", name, **secret)
    say(ADOPT.format(name=name))
    if stage["replica"]:
        say(REPLACE.format(name=name, replica=stage["replica"]))
