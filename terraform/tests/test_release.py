"""Releases in an emulated account: deployed images, and rollbacks."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from deploy.account import Account
from deploy.release import release
from deploy.target import Problem
from tests.looking import BAD_API, BAD_REPORTS, NEW, assert_serves, quiet, tasks
from tests.site import Site

from tests.conftest import OLD


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
