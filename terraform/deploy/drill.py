"""The alarm drill: does a message leave AWS? No emulator can tell, so the first apply must pass it.

It tries both ways to the topic: an alarm of CloudWatch, and EventBridge's message of a failed run.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from deploy.account import Account
from deploy.release import RUN_SECONDS, Say
from deploy.target import Problem

ACTION_SECONDS = 300
# CloudWatch shows EventBridge's metrics with a delay of minutes.
METRIC_SECONDS = 900
# The pipeline's exit code for a dataset that the catalog does not have: it fails before it reads or writes.
FAILED_RUN = ["--dataset", "none"]
FAILED_CODE = 20
ACTIVE = "active"


def unconfirmed(account: Account) -> list[str]:
    """Subscribers that have not confirmed AWS's mail, or a topic without any."""
    found = account.sns.list_subscriptions_by_topic(TopicArn=account.target.drill["topic_arn"])
    subscriptions = found["Subscriptions"]
    waiting = [item["Endpoint"] for item in subscriptions if not item["SubscriptionArn"].startswith("arn:")]
    if not subscriptions:
        return ["the topic has no subscriber"]
    return [f"{address} has not confirmed the mail of AWS" for address in waiting]


def database_events(account: Account) -> list[str]:
    """RDS itself reports when it may not publish."""
    name = account.target.drill["subscription"]
    found = account.rds.describe_event_subscriptions(SubscriptionName=name)["EventSubscriptionsList"][0]
    return [] if found["Status"] == ACTIVE else [f"event subscription {name} is {found['Status']}"]


def alarm_path(account: Account) -> list[str]:
    """Ring the alarm by hand; CloudWatch records whether the action succeeded."""
    name, begun = account.target.drill["alarm"], datetime.now(UTC)
    for state in ("OK", "ALARM"):
        account.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="alarm drill")
    actions: list[str] = []

    def is_done() -> bool:
        history = account.cloudwatch.describe_alarm_history(
            AlarmName=name, HistoryItemType="Action", StartDate=begun - timedelta(seconds=5)
        )
        actions[:] = [item["HistorySummary"] for item in history["AlarmHistoryItems"]]
        return bool(actions)

    account.wait(f"the action of {name}", is_done, ACTION_SECONDS)
    return [f"{name}: {line}" for line in actions if not line.startswith("Successfully")]


def _sum_of(account: Account, metric: str, since: datetime) -> float:
    points = account.cloudwatch.get_metric_statistics(
        Namespace="AWS/Events",
        MetricName=metric,
        Dimensions=[{"Name": "RuleName", "Value": account.target.drill["rule"]}],
        StartTime=since.replace(second=0, microsecond=0),
        EndTime=datetime.now(UTC) + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))


def failed_run_path(account: Account, say: Say) -> list[str]:
    """Let a run fail on purpose, and see that its message was delivered."""
    begun = datetime.now(UTC)
    task = account.start("pipeline", FAILED_RUN, "drill")
    say(f"• pipeline {' '.join(FAILED_RUN)} runs as {task}")
    account.wait("pipeline", lambda: account.exit_of(task) is not None, RUN_SECONDS)
    code, reason = account.exit_of(task) or (None, "")
    if code != FAILED_CODE:
        return [f"the run should have failed with exit code {FAILED_CODE}, and ended with {code}: {reason}"]

    def is_seen() -> bool:
        return _sum_of(account, "Invocations", begun) > 0

    account.wait("EventBridge's metric", is_seen, METRIC_SECONDS)
    lost = _sum_of(account, "FailedInvocations", begun)
    return [f"EventBridge could not deliver {lost:.0f} messages to the topic"] if lost else []


def drill(account: Account, say: Say) -> None:
    """Try every way to the topic; raises ``Problem`` with all that failed."""
    steps: list[Callable[[], list[str]]] = [
        lambda: unconfirmed(account),
        lambda: database_events(account),
        lambda: alarm_path(account),
        lambda: failed_run_path(account, say),
    ]
    if failures := [line for step in steps for line in step()]:
        raise Problem("The alarm drill failed:\n  " + "\n  ".join(failures))
    say("• AWS delivered both messages. Two mails must arrive now: data-stale, and a failed nightly run")
