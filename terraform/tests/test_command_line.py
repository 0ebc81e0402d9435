"""The command line of the deployment, against an emulated account."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict

import pytest
from deploy.__main__ import main
from deploy.account import Account
from deploy.target import Images
from tests.looking import BAD_API, NEW, assert_serves, tasks

from tests.conftest import OLD


@pytest.fixture
def command_line(account: Account, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs ``python -m deploy`` with these arguments; returns its exit code."""

    def run_it(*words: str) -> int:
        monkeypatch.setenv("DEPLOYMENT", json.dumps(asdict(account.target)))
        monkeypatch.setattr(sys, "argv", ["deploy", *words])
        return main()

    return run_it


def options(images: Images) -> list[str]:
    return [word for name, image in asdict(images).items() for word in (f"--{name}", image)]


def test_the_command_line_releases(
    account: Account, command_line: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line("release", *options(NEW)) == 0
    assert_serves(account, NEW)
    capsys.readouterr()
    assert command_line("images") == 0
    assert json.loads(capsys.readouterr().out) == asdict(NEW)


def test_the_command_line_fails_with_one_line(
    account: Account, command_line: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line("release", *options(BAD_API)) == 1
    assert capsys.readouterr().err.startswith("error: migrate failed with exit code 1")
    assert_serves(account, OLD)


def test_the_command_line_goes_back_without_migrating(
    account: Account, command_line: Callable[..., int]
) -> None:
    assert command_line("release", *options(NEW), "--no-migration") == 0
    assert tasks(account) == []


def test_the_command_line_runs_a_task_with_arguments(
    account: Account, command_line: Callable[..., int]
) -> None:
    assert command_line("run", "pipeline", "--", "--since", "2026-01-31") == 0
    assert tasks(account)[0]["overrides"]["containerOverrides"][0]["command"][-2:] == [
        "--since",
        "2026-01-31",
    ]


def test_the_command_line_looks_from_outside(command_line: Callable[..., int]) -> None:
    assert command_line("smoke") == 0


def test_the_command_line_backs_up_restores_and_swaps(
    command_line: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line("backup") == 0
    snapshot = capsys.readouterr().out.split()[-1]
    assert command_line("restore", "--snapshot", snapshot) == 0
    assert command_line("swap") == 0
    assert "terraform import" in capsys.readouterr().out


def test_the_command_line_names_what_failed_in_the_drill(
    account: Account, command_line: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    account.sns.delete_topic(TopicArn=account.target.drill["topic_arn"])
    account.cloudwatch.put_metric_data(
        Namespace="AWS/Events",
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [{"Name": "RuleName", "Value": account.target.drill["rule"]}],
                "Value": 1,
            }
            for name in ("Invocations", "FailedInvocations")
        ],
    )
    topic = account.sns.create_topic(Name=account.target.cluster)["TopicArn"]
    assert topic == account.target.drill["topic_arn"]
    assert command_line("drill") == 1
    assert "the topic has no subscriber" in capsys.readouterr().err
