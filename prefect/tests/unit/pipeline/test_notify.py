"""Messages to other services: an address that cannot be used is logged, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline import notify, telemetry
from pipeline.config import Settings

MALFORMED = ("http://secret:y/", "http://[::1/secret", "http://.../secret", "https://xn--/secret", "secret")


def settings(**changed: Any) -> Settings:
    return Settings(database_loader_url="postgresql://unused", **changed)


@pytest.mark.parametrize("url", MALFORMED)
@pytest.mark.parametrize(
    ("send", "name", "purpose"),
    [
        (lambda chosen: notify.slack(chosen, "hello"), "slack_webhook_url", "the message to Slack"),
        (notify.heartbeat, "heartbeat_url", "the heartbeat"),
    ],
)
def test_a_malformed_address_is_logged_without_it(
    send: Callable[[Settings], bool], name: str, purpose: str, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert not send(settings(**{name: url}))
    assert f"{purpose} failed: " in caplog.text
    assert "secret" not in caplog.text


# Importing Sentry is what warns.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_malformed_dsn_does_not_replace_the_error(caplog: pytest.LogCaptureFixture) -> None:
    telemetry.report(settings(sentry_url="secret"), RuntimeError("a defect"))
    assert "the report to Sentry failed: BadDsn" in caplog.text
    assert "secret" not in caplog.text
