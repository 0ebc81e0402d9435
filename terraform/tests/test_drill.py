"""The alarm drill, in an emulated account: it passes only if every path to the topic works."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from deploy.account import Account
from deploy.drill import drill
from deploy.target import Problem
from tests.looking import quiet, tasks
from tests.moto_aws import MUTE


def deliver(account: Account, metric: str) -> None:
    """What EventBridge records of its rule."""
    account.cloudwatch.put_metric_data(
        Namespace="AWS/Events",
        MetricData=[
            {
                "MetricName": metric,
                "Dimensions": [{"Name": "RuleName", "Value": account.target.drill["rule"]}],
                "Timestamp": datetime.now(UTC),
                "Value": 1,
            }
        ],
    )


@pytest.fixture(autouse=True)
def invoked(account: Account) -> None:
    deliver(account, "Invocations")


def test_a_drill_rings_the_alarm_and_lets_a_run_fail(account: Account) -> None:
    said: list[str] = []
    drill(account, said.append)
    assert said[-1].startswith("• AWS delivered both messages")
    assert [task["startedBy"] for task in tasks(account)] == ["drill"]


def test_a_message_that_eventbridge_cannot_deliver_fails_the_drill(account: Account) -> None:
    deliver(account, "FailedInvocations")
    with pytest.raises(Problem, match="EventBridge could not deliver 1 messages"):
        drill(account, quiet)


def test_an_alarm_whose_action_fails_fails_the_drill(account: Account) -> None:
    name = f"{account.target.drill['alarm']}-{MUTE}"
    account.cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/Events",
        MetricName="Invocations",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
    )
    account.target = replace(account.target, drill={**account.target.drill, "alarm": name})
    with pytest.raises(Problem, match="Failed to execute action"):
        drill(account, quiet)


def test_a_topic_without_subscribers_fails_the_drill(account: Account) -> None:
    topic = account.sns.create_topic(Name="unread")["TopicArn"]
    account.target = replace(account.target, drill={**account.target.drill, "topic_arn": topic})
    with pytest.raises(Problem, match="the topic has no subscriber"):
        drill(account, quiet)


def test_a_run_that_does_not_fail_fails_the_drill(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.drill.FAILED_RUN", ["--dry-run"])
    with pytest.raises(Problem, match="should have failed with exit code 20, and ended with 0"):
        drill(account, quiet)
