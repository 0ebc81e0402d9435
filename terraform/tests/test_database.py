"""Backup, restore and swap of the database, in an emulated account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from deploy import database
from deploy.account import Account
from deploy.target import Problem
from tests.looking import quiet


def identifiers(account: Account) -> set[str]:
    """Databases of the account's stage."""
    stage = account.target.database["identifier"]
    found = account.rds.describe_db_instances()["DBInstances"]
    return {item["DBInstanceIdentifier"] for item in found if item["DBInstanceIdentifier"].startswith(stage)}


def test_a_backup_is_a_snapshot_of_the_stages_database(account: Account) -> None:
    name = database.backup(account, quiet)
    found = account.rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0]
    assert found["DBInstanceIdentifier"] == account.target.database["identifier"]
    assert found["Status"] == "available"


@pytest.mark.parametrize("source", ["snapshot", "time"])
def test_a_restored_database_is_as_closed_as_the_old_one(account: Account, source: str) -> None:
    stage = account.target.database
    given = {"snapshot": database.backup(account, quiet)} if source == "snapshot" else {}
    asked = []

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(params)

    account.rds.meta.events.register("provide-client-params.rds.*", note)
    name = database.restore(account, quiet, **given)
    account.rds.meta.events.unregister("provide-client-params.rds.*", note)
    # The emulator ignores some of these settings, so the call itself is checked.
    call = next(each for each in asked if "PubliclyAccessible" in each)
    assert call["VpcSecurityGroupIds"] == [stage["security_group"]]
    assert call["DBParameterGroupName"] == stage["parameter_group"]
    assert call["DBSubnetGroupName"] == stage["subnet_group"]
    assert (call["PubliclyAccessible"], call["DeletionProtection"]) == (False, True)
    assert name in identifiers(account)


def test_a_swap_gives_the_restored_database_the_name_and_keeps_the_old_one(account: Account) -> None:
    name = account.target.database["identifier"]
    database.restore(account, quiet)
    said: list[str] = []
    database.swap(account, said.append)
    assert identifiers(account) == {name, f"{name}-replaced"}
    assert f"terraform import -var-file=… module.database.aws_db_instance.this {name}" in said[-1]


def test_a_swapped_database_has_its_owners_secret_under_the_stages_key(account: Account) -> None:
    stage = account.target.database
    database.restore(account, quiet)
    database.swap(account, quiet)
    found = account.rds.describe_db_instances(DBInstanceIdentifier=stage["identifier"])["DBInstances"][0]
    assert found["MasterUserSecret"]["KmsKeyId"] == stage["kms_key_arn"]


def test_a_swap_says_that_the_replica_must_be_replaced(account: Account) -> None:
    name = account.target.database["identifier"]
    account.target = replace(account.target, database={**account.target.database, "replica": f"{name}-read"})
    database.restore(account, quiet)
    said: list[str] = []
    database.swap(account, said.append)
    assert f"{name}-read still follows {name}-replaced" in said[-1]
    assert "-replace='module.database.aws_db_instance.replica[0]'" in said[-1]


@pytest.mark.parametrize("source", ["snapshot", "automated backup"])
def test_a_deleted_database_is_restored(account: Account, source: str) -> None:
    name = account.target.database["identifier"]
    is_snapshot = source == "snapshot"
    given = {"snapshot": database.backup(account, quiet)} if is_snapshot else {}
    account.rds.delete_db_instance(
        DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=is_snapshot
    )
    database.restore(account, quiet, **given)
    database.swap(account, quiet)
    assert identifiers(account) == {name}


def test_a_database_that_is_gone_with_its_backups_needs_a_snapshot(account: Account) -> None:
    name = account.target.database["identifier"]
    account.rds.delete_db_instance(
        DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
    )
    with pytest.raises(Problem, match="restore a snapshot, --snapshot NAME"):
        database.restore(account, quiet)


def test_a_second_restore_does_not_touch_the_first(account: Account) -> None:
    database.restore(account, quiet)
    with pytest.raises(Problem, match="is there already: swap it in, or delete it"):
        database.restore(account, quiet)


def test_nothing_is_swapped_before_it_is_restored(account: Account) -> None:
    with pytest.raises(Problem, match="restore first"):
        database.swap(account, quiet)
    assert identifiers(account) == {account.target.database["identifier"]}


@pytest.mark.parametrize(
    ("time", "message"), [("yesterday", "must look like"), ("2026-01-31T07:55:00", "zone")]
)
def test_an_unclear_time_is_refused(account: Account, time: str, message: str) -> None:
    with pytest.raises(Problem, match=message):
        database.restore(account, quiet, time=time)
