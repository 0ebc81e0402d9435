"""What happens when DATABASE_LOADER_URL is wrong: it is named, and never shown."""

from __future__ import annotations

import traceback

import pytest

from pipeline import lifetime, metrics
from pipeline.config import Settings
from pipeline.database import connect
from pipeline.errors import UnreachableError
from pipeline.files.__main__ import main as write_files

MALFORMED = [
    "postgres//loader:s3cret@db",
    "postgresql://loader:pa%s3cret@db/la311",
    "postgresql://loader:pa@s3cret@127.0.0.1:9/la311",
    "postgresql://loader:pa/s3cret@127.0.0.1:9/la311",
    "postgresql://loader:pa s3cret@127.0.0.1:9/la311",
    "postgresql://loader:s3cret@[::1/la311",
    "host=127.0.0.1 port=9 password=pa s3cret",
]


@pytest.mark.parametrize("url", MALFORMED)
def test_a_malformed_url_is_named_but_not_shown(url: str) -> None:
    with pytest.raises(
        UnreachableError, match=r"DATABASE_LOADER_URL (is not a valid connection URL|has an unencoded)"
    ) as raised:
        connect(url, "test")
    assert "s3cret" not in "".join(traceback.format_exception(raised.value))


def test_an_unreachable_server_is_named() -> None:
    with pytest.raises(UnreachableError, match=r"cannot be reached: .*127\.0\.0\.1.*port 9") as raised:
        connect("postgresql://loader:s3cret@127.0.0.1:9/la311", "test")
    # The last line of the log is the summary.
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("url", MALFORMED[:2])
def test_no_command_shows_a_malformed_url(
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_LOADER_URL", url)
    assert lifetime.main(["1-1"]) == 30
    assert write_files(["--location", "unused"]) == 30
    assert caplog.text.count("DATABASE_LOADER_URL is not a valid connection URL") == 2
    assert metrics.main([]) == 0
    shown = capfd.readouterr()
    assert "pipeline_database_up 0.0" in shown.out
    assert "s3cret" not in caplog.text + shown.out + shown.err


def test_a_missing_setting_is_reported_without_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("DATABASE_LOADER_URL", raising=False)
    monkeypatch.setenv("ADMIN_TOKEN", "s3cret")
    assert lifetime.main(["1-1"]) == 30
    assert "settings missing or wrong: DATABASE_LOADER_URL: Field required" in caplog.text
    assert "s3cret" not in caplog.text
    assert Settings.model_config["hide_input_in_errors"]
