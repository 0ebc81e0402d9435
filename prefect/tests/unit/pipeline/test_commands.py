"""How every command ends: with an exit code of the runbook, and a log line that gives the cause."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline import check_city, cli, lifetime, metrics, prefect_environment
from pipeline.arguments import parse
from pipeline.commands import exit_code_of
from pipeline.config import LogLevel, Settings
from pipeline.errors import (
    EXIT_CODES,
    BusyError,
    DataError,
    FilesError,
    PartialError,
    PortalError,
    PublishError,
    SettingsError,
)
from pipeline.files import __main__ as files

FOLDER = Path(__file__).parents[3]
COMMANDS: dict[str, Callable[[], int]] = {
    "a run": lambda: cli.main(None, parse([])),
    "erase": lambda: lifetime.main(["1-1"]),
    "metrics": lambda: metrics.main([]),
    "check-city": lambda: check_city.main(["la"]),
    "files": lambda: files.main(["--location", "unused", "--database", "postgresql://unused"]),
}
DEFECTS = {
    "a run": "pipeline.cli.city_for",
    "erase": "pipeline.lifetime.run_lock",
    "metrics": "pipeline.metrics.generate_latest",
    "check-city": "pipeline.check_city.Portal",
    "files": "pipeline.files.__main__.run_lock",
}


def raising(error: BaseException) -> Callable[..., Any]:
    def action(*_arguments: object) -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PortalError("silent"), 10),
        (DataError("odd"), 20),
        (SettingsError("CITY: wrong"), 30),
        (RuntimeError("a defect"), 30),
        (PublishError("stuck"), 40),
        (BusyError("busy"), 50),
        (PartialError("one was skipped"), 60),
        (FilesError("full"), 70),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes_by_who_has_to_act(
    error: BaseException, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert exit_code_of(raising(error)) == code
    assert code in EXIT_CODES
    if not isinstance(error, KeyboardInterrupt):
        assert caplog.records


@pytest.mark.parametrize("result", [None, 0, 20])
def test_the_exit_code_of_an_action_that_ends(result: int | None) -> None:
    assert exit_code_of(lambda: result) == (result or 0)


@pytest.mark.parametrize("command", ["a run", "erase", "metrics"])
def test_a_missing_setting_is_named_by_every_command(
    command: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("DATABASE_LOADER_URL", raising=False)
    assert COMMANDS[command]() == 30
    assert caplog.messages == ["settings missing or wrong: DATABASE_LOADER_URL: Field required"]


@pytest.mark.parametrize("command", ["a run", "erase", "metrics", "check-city"])
@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("SOCRATA_ATTEMPTS", "many", "SOCRATA_ATTEMPTS: Input should be a valid integer"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("SOCRATA_TRANSPORT", "soda3", "SOCRATA_TRANSPORT=soda3 needs SOCRATA_APP_TOKEN"),
    ],
)
def test_a_wrong_setting_is_named_by_every_command(
    command: str,
    name: str,
    value: str,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("DATABASE_LOADER_URL", "postgresql://unused")
    monkeypatch.delenv("SOCRATA_APP_TOKEN", raising=False)
    monkeypatch.setenv(name, value)
    assert COMMANDS[command]() == 30
    assert [message.startswith(f"settings missing or wrong: {text}") for message in caplog.messages] == [True]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_defect_ends_every_command_with_30_and_its_traceback(
    command: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DATABASE_LOADER_URL", "postgresql://unused")
    monkeypatch.setattr(DEFECTS[command], raising(ZeroDivisionError("a defect")))
    assert COMMANDS[command]() == 30
    assert caplog.messages == ["internal error"]
    assert "ZeroDivisionError: a defect" in caplog.text


def test_an_undeclared_city_is_named_with_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DATABASE_LOADER_URL", "postgresql://unused")
    monkeypatch.setenv("CITY", "atlantis")
    assert COMMANDS["a run"]() == 30
    named = "settings missing or wrong: CITY=atlantis is not declared in cities/, which has chicago, la"
    assert named in caplog.text


@pytest.mark.parametrize("arguments", [["metrics"], ["erase", "1-1"], []])
def test_the_program_exits_with_the_code(arguments: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_LOADER_URL"}
    done = subprocess.run(
        [sys.executable, "flow.py", *arguments],
        cwd=FOLDER,
        env=environment | {"LOG_LEVEL": "loud"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 30
    assert "settings missing or wrong: DATABASE_LOADER_URL: Field required, LOG_LEVEL: " in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("level", "used"), [("debug", "DEBUG"), ("ERROR", "ERROR"), ("loud", "INFO"), ("", "INFO")]
)
def test_prefect_gets_a_level_that_it_knows(level: str, used: str) -> None:
    environment = {"LOG_LEVEL": level}
    prefect_environment.set_defaults(environment)
    assert environment["PREFECT_LOGGING_LEVEL"] == used


def test_the_levels_are_those_of_the_settings() -> None:
    assert get_args(get_args(LogLevel)[0]) == prefect_environment.LOG_LEVELS
    assert Settings(database_loader_url="", log_level="debug").log_level == "DEBUG"  # type: ignore[arg-type]
