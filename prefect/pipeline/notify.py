"""The run's message in Slack, and its heartbeat."""

from __future__ import annotations

import logging
from typing import Any

import httpx

from pipeline.config import Settings

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10.0


def slack(settings: Settings, text: str) -> bool:
    """Post to the webhook, if set, and return whether that worked; a failure does not fail the run."""
    url = settings.slack_webhook_url.get_secret_value()
    if not url:
        return False
    return _sent("the message to Slack", "POST", url, json={"text": text})


def heartbeat(settings: Settings) -> bool:
    """Request the monitor's URL, if set, after a successful run; returns whether that worked.

    The monitor (healthchecks.io, or any dead man's switch) raises an alarm if no request arrives in time,
    which also covers a schedule that never started and a machine that is gone.
    """
    url = settings.heartbeat_url.get_secret_value()
    if not url:
        return False
    return _sent("the heartbeat", "GET", url)


def _sent(purpose: str, method: str, url: str, **details: Any) -> bool:
    try:
        httpx.request(method, url, timeout=TIMEOUT_SECONDS, **details).raise_for_status()
    except Exception as error:  # noqa: BLE001  # a malformed URL raises errors of httpx, idna and the codecs
        # The URL is secret, so it must not be logged.
        log.warning("%s failed: %s", purpose, type(error).__name__)
        return False
    return True
