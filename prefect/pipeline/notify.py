"""The run's message in Slack, and its heartbeat."""

from __future__ import annotations

import logging

import httpx

from pipeline.config import Settings

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10.0


def slack(settings: Settings, text: str) -> bool:
    """Post to the webhook, if set, and return whether that worked; a failure does not fail the run."""
    url = settings.slack_webhook_url.get_secret_value()
    if not url:
        return False
    try:
        httpx.post(url, json={"text": text}, timeout=TIMEOUT_SECONDS).raise_for_status()
    except httpx.HTTPError as error:
        # The URL is secret, so it must not be logged.
        log.warning("the message to Slack failed: %s", type(error).__name__)
        return False
    return True


def heartbeat(settings: Settings) -> bool:
    """Request the monitor's URL, if set, after a successful run; returns whether that worked.

    The monitor (healthchecks.io, or any dead man's switch) raises an alarm if no request arrives in time,
    which also covers a schedule that never started and a machine that is gone.
    """
    url = settings.heartbeat_url.get_secret_value()
    if not url:
        return False
    try:
        httpx.get(url, timeout=TIMEOUT_SECONDS).raise_for_status()
    except httpx.HTTPError as error:
        log.warning("the heartbeat failed: %s", type(error).__name__)
        return False
    return True
