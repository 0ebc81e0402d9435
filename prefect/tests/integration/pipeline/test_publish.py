"""Publishing: the API is notified and polled until it serves the data; only then is the run published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pipeline_tests.standins import TOKEN, Standin, standin

from pipeline import notify
from pipeline import publish as publishing
from pipeline.config import Settings
from pipeline.errors import PublishError
from pipeline.publish import PublishResult, publish

# Also the time limit of each request, which takes longer than a few tenths of a second on a busy machine.
SOON_SECONDS = 1.0


@pytest.fixture
def api() -> Iterator[Standin]:
    with standin(lambda: 7) as state:
        yield state


def settings(api: Standin, **changed: Any) -> Settings:
    known = {"database_loader_url": "postgresql://unused", "api_url": api.url, "admin_token": TOKEN}
    return Settings(**{**known, "publish_timeout_seconds": 3, **changed})


@pytest.fixture(autouse=True)
def no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "FIRST_WAIT_SECONDS", 0.01)


def test_the_api_is_notified_once_and_asked_what_it_serves(api: Standin) -> None:
    assert str(publish(settings(api), 7)) == "the API primed 115 responses and serves generation 7"
    assert str(publish(settings(api), 7)) == "the API serves generation 7"
    assert api.resets == 1


def test_responses_of_earlier_generations_are_removed_even_if_the_api_has_switched_by_itself(
    api: Standin,
) -> None:
    """After an erasure they contain the request; the first request after the erasure makes the API switch."""
    api.served = 7
    assert publish(settings(api), 7, forget_earlier=True) == PublishResult(7, 115)
    assert api.resets == 1


@pytest.mark.parametrize("behind", [1, 7])
def test_an_api_that_serves_an_older_generation_is_not_believed(api: Standin, behind: int) -> None:
    api.served, api.is_stuck = 7 - behind, True
    with pytest.raises(PublishError, match=f"still serves generation {7 - behind}, not 7"):
        publish(settings(api, publish_timeout_seconds=SOON_SECONDS), 7)
    assert api.resets > 0


def test_an_api_that_is_one_generation_behind_is_switched(api: Standin) -> None:
    api.served = 6
    assert publish(settings(api), 7) == PublishResult(7, 115)


def test_an_api_that_is_ahead_needs_no_switch(api: Standin) -> None:
    api.served = 8
    assert publish(settings(api), 7) == PublishResult(8)
    assert api.resets == 0


def test_an_api_that_is_busy_is_asked_again(api: Standin) -> None:
    api.failures = 3
    assert publish(settings(api), 7).generation == 7


def test_a_wrong_token_is_reported_at_once(api: Standin) -> None:
    with pytest.raises(PublishError, match="rejects ADMIN_TOKEN"):
        publish(settings(api, admin_token="another"), 7)
    assert api.resets == 0


@pytest.mark.parametrize("body", [[], {}])
def test_a_response_without_a_generation_is_not_believed(
    api: Standin, monkeypatch: pytest.MonkeyPatch, body: object
) -> None:
    monkeypatch.setattr(httpx.Response, "json", lambda _: body)
    with pytest.raises(PublishError, match=r"is API_URL right|still serves generation 0, not 7"):
        publish(settings(api, publish_timeout_seconds=SOON_SECONDS), 7)


def test_a_response_of_several_lines_is_reported_on_one(
    api: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(httpx.Response, "text", "<html>\n  <h1>Bad gateway</h1>\n")
    with pytest.raises(PublishError, match=r"responded with 404: <html> <h1>Bad gateway</h1>$"):
        publish(settings(api, api_url=f"{api.url}/elsewhere", publish_timeout_seconds=SOON_SECONDS), 7)


def test_another_server_at_the_address_is_reported(api: Standin) -> None:
    with pytest.raises(PublishError, match=r"responded with 404|not respond with JSON"):
        publish(settings(api, api_url=f"{api.url}/elsewhere", publish_timeout_seconds=SOON_SECONDS), 7)
    with pytest.raises(PublishError, match="ConnectError"):
        publish(settings(api, api_url="http://127.0.0.1:9", publish_timeout_seconds=SOON_SECONDS), 7)


def test_without_an_api_there_is_nothing_to_notify(api: Standin) -> None:
    assert publish(settings(api, api_url=""), 7) == PublishResult(None)


def test_slack_may_be_down_and_its_url_stays_secret(api: Standin, caplog: pytest.LogCaptureFixture) -> None:
    assert not notify.slack(settings(api), "hello")
    assert notify.slack(settings(api, slack_webhook_url=f"{api.url}/slack"), "hello")
    assert api.messages == ["hello"]
    assert not notify.slack(settings(api, slack_webhook_url="http://127.0.0.1:9/secret"), "hello")
    assert "the message to Slack failed: ConnectError" in caplog.text
    assert "secret" not in caplog.text
