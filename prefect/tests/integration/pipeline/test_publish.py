"""Publishing: the API is told, asked again until it serves the data, and believed only then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pipeline_tests.standins import TOKEN, Standin, standin

from pipeline import cache, notify
from pipeline.config import Settings
from pipeline.errors import PublishError


@pytest.fixture
def api() -> Iterator[Standin]:
    with standin(lambda: 7) as state:
        yield state


def settings(api: Standin, **changed: Any) -> Settings:
    known = {"database_loader_url": "postgresql://unused", "api_url": api.url, "admin_token": TOKEN}
    return Settings(**{**known, "publish_timeout_seconds": 3, **changed})


@pytest.fixture(autouse=True)
def no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "FIRST_WAIT_SECONDS", 0.01)


def test_the_api_is_told_once_and_asked_what_it_serves(api: Standin) -> None:
    assert cache.publish(settings(api), 7) == "the API primed 115 answers and serves generation 7"
    assert cache.publish(settings(api), 7) == "the API serves generation 7"
    assert api.resets == 1


def test_an_api_that_is_busy_is_asked_again(api: Standin) -> None:
    api.failures = 3
    assert "serves generation 7" in cache.publish(settings(api), 7)


def test_an_api_that_says_yes_and_does_not_switch_is_not_believed(api: Standin) -> None:
    api.is_stuck = True
    with pytest.raises(PublishError, match="was told, but does not serve generation 7"):
        cache.publish(settings(api, publish_timeout_seconds=0.2), 7)


def test_a_wrong_token_is_said_at_once(api: Standin) -> None:
    with pytest.raises(PublishError, match="refuses ADMIN_TOKEN"):
        cache.publish(settings(api, admin_token="another"), 7)
    assert api.resets == 0


@pytest.mark.parametrize("answer", [[], {}])
def test_an_answer_that_tells_no_generation_is_not_believed(
    api: Standin, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    monkeypatch.setattr(httpx.Response, "json", lambda _: answer)
    with pytest.raises(PublishError, match=r"is API_URL right|does not serve generation 7"):
        cache.publish(settings(api, publish_timeout_seconds=0.2), 7)


def test_something_else_at_the_address_is_said(api: Standin) -> None:
    with pytest.raises(PublishError, match=r"answered 404|no JSON"):
        cache.publish(settings(api, api_url=f"{api.url}/elsewhere", publish_timeout_seconds=0.2), 7)
    with pytest.raises(PublishError, match="ConnectError"):
        cache.publish(settings(api, api_url="http://127.0.0.1:9", publish_timeout_seconds=0.2), 7)


def test_without_an_api_nobody_is_told(api: Standin) -> None:
    assert "nobody to tell" in cache.publish(settings(api, api_url=""), 7)


def test_slacks_silence_fails_no_night_and_its_address_stays_secret(
    api: Standin, caplog: pytest.LogCaptureFixture
) -> None:
    assert not notify.slack(settings(api), "hello")
    assert notify.slack(settings(api, slack_webhook_url=f"{api.url}/slack"), "hello")
    assert api.told == ["hello"]
    assert not notify.slack(settings(api, slack_webhook_url="http://127.0.0.1:9/secret"), "hello")
    assert "Slack was not told: ConnectError" in caplog.text
    assert "secret" not in caplog.text


def test_a_night_that_cannot_begin_is_told(api: Standin) -> None:
    assert notify.tell_no_start(settings(api, slack_webhook_url=f"{api.url}/slack"), "no database")
    assert "no database" in api.told[0]
