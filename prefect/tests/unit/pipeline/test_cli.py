from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline import cli
from pipeline.city import City
from pipeline.errors import EXIT_CODES, BusyError, DataError, PartialError, PortalError, PublishError

ARGUMENTS = [
    "--years",
    "2015-2017,2020",
    "--dataset",
    "2cy6-i7zn",
    "--since",
    "2026-01-31",
    "--dry-run",
]


def test_every_option_is_understood() -> None:
    chosen = cli.parse(ARGUMENTS)
    assert chosen.years == (2015, 2016, 2017, 2020)
    assert chosen.dataset == ["2cy6-i7zn"]
    assert chosen.since == datetime(2026, 1, 31, tzinfo=UTC)
    assert (chosen.dry_run, chosen.full, chosen.reconcile) == (True, False, False)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--full", "--reconcile"],
        ["--full", "--since", "2026-01-31"],
        ["--since", "yesterday"],
        ["--years", "all"],
        ["--years", "2020-2015"],
        ["sleep"],
        ["--cron", "nightly"],
        ["--time-zone", "Mars/Olympus"],
    ],
)
def test_nonsense_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.parse(arguments)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_the_schedule_is_every_night_at_8_utc_and_a_weekly_reconciliation() -> None:
    nightly, weekly = cli.schedules(cli.parse(["serve"]))
    assert (nightly.cron, nightly.timezone, nightly.parameters) == ("0 8 * * *", "UTC", {})
    assert (weekly.cron, weekly.parameters) == ("0 10 * * 0", {"mode": "reconcile"})
    local = cli.schedules(cli.parse(["serve", "--cron", "0 1 * * *", "--time-zone", "America/Los_Angeles"]))
    assert (local[0].cron, local[0].timezone) == ("0 1 * * *", "America/Los_Angeles")


def raising(error: BaseException) -> Any:
    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PortalError("silent"), 10),
        (DataError("odd"), 20),
        (RuntimeError("a defect"), 30),
        (PublishError("stuck"), 40),
        (BusyError("busy"), 50),
        (PartialError("one was skipped"), 60),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes_by_who_has_to_act(
    error: BaseException, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert cli._guarded(raising(error)) == code
    assert code in EXIT_CODES
    if not isinstance(error, KeyboardInterrupt):
        assert caplog.records


def test_a_wrong_declaration_is_named_by_the_path_of_its_key() -> None:
    with pytest.raises(ValidationError) as found:
        City.model_validate({"dataset": [{"id": "nonsense"}]})
    assert "city.toml: dataset.0.id: String should match pattern" in cli._named(found.value)


def test_the_help_lists_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.parse(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert all(f"{code} {meaning}" in text for code, meaning in EXIT_CODES.items())
