from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline import cli
from pipeline.arguments import parse
from pipeline.city import load_city
from pipeline.errors import (
    EXIT_CODES,
    BusyError,
    DataError,
    FilesError,
    MaintenanceError,
    PartialError,
    PortalError,
    PublishError,
    UnreachableError,
)

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
    chosen = parse(ARGUMENTS)
    assert chosen.years == (2015, 2016, 2017, 2020)
    assert chosen.dataset == ["2cy6-i7zn"]
    assert chosen.since == datetime(2026, 1, 31, tzinfo=UTC)
    assert (chosen.dry_run, chosen.full, chosen.reconcile) == (True, False, False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--full", "--reconcile"], "not allowed with argument --full"),
        (["--full", "--since", "2026-01-31"], "full and reconcile need all"),
        (
            ["--since", "yesterday"],
            "argument --since: 'yesterday' is not a date or a time, such as 2026-01",
        ),
        (["--years", "all"], "argument --years: 'all' is not a year or a range of years, such as 2020"),
        (["--years", ""], "'' is not a year or a range of years"),
        (["--years", "2015,2020-2016"], "the first year of '2020-2016' is after the last"),
        (["sleep"], "invalid choice: 'sleep'"),
        (
            ["serve", "--cron", "nightly"],
            "argument --cron: 'nightly' is not a cron expression, such as '0 ",
        ),
        (["serve", "--reconcile-cron", ""], "'' is not a cron expression"),
        (["serve", "--time-zone", "Mars/Olympus"], "'Mars/Olympus' is not a time zone, such as America/"),
    ],
)
def test_nonsense_exits_with_2_and_its_reason(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--cron", "0 1 * * *"], "only for serve: --cron"),
        (["serve", "--full", "--dry-run"], "only for one run: --full, --dry-run"),
        (["serve", "--scheduled-later"], "only for one run: --scheduled-later"),
        (["serve", "--cron", "0 1 * * *"], "--cron needs --reconcile-cron"),
        (["serve", "--time-zone", "America/Chicago"], "--time-zone needs --cron"),
        (["serve", "--reconcile-cron", "0 3 * * 0", "--time-zone", "America/Chicago"], "needs --cron"),
    ],
)
def test_options_that_would_be_ignored_are_refused(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(arguments)
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(("key", "hour"), [("la", 8), ("nyc", 7)])
def test_the_schedule_is_nightly_at_the_citys_hour_and_a_weekly_reconciliation(key: str, hour: int) -> None:
    nightly, weekly = cli.schedules(cli.with_default_schedule(parse(["serve"]), load_city(key)))
    assert (nightly.cron, nightly.timezone, nightly.parameters) == (f"0 {hour} * * *", "UTC", {})
    assert (weekly.cron, weekly.parameters) == (f"0 {hour + 2} * * 0", {"mode": "reconcile"})


def test_the_command_line_overrides_the_citys_hour() -> None:
    crons = ["0 1 * * *", "0 3 * * 0"]
    given = ["--cron", crons[0], "--reconcile-cron", crons[1], "--time-zone", "America/Los_Angeles"]
    local = cli.schedules(cli.with_default_schedule(parse(["serve", *given]), load_city()))
    assert [schedule.cron for schedule in local] == crons
    assert {schedule.timezone for schedule in local} == {"America/Los_Angeles"}


def test_the_help_lists_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert all(f"{code} {meaning}" in text for code, meaning in EXIT_CODES.items())


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PortalError("down"), 0),
        (PublishError("down"), 0),
        (BusyError("another run"), 0),
        (PartialError("one dataset skipped"), 0),
        (FilesError("disk full"), 0),
        (MaintenanceError("no vacuum"), 0),
        (DataError("wrong"), 20),
        (UnreachableError("no database"), 30),
    ],
)
def test_before_a_schedule_only_failures_that_it_repeats_are_tolerated(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    monkeypatch.setenv("DATABASE_LOADER_URL", "postgresql://127.0.0.1:1/none")
    monkeypatch.setattr(cli, "_start", lambda *_: (_ for _ in ()).throw(error))
    assert cli.main(None, parse(["--scheduled-later"])) == code
