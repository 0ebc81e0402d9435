"""The run's message in Slack, and its heartbeat."""

from __future__ import annotations

import logging

import httpx

from pipeline.config import Settings

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10.0


def slack(settings: Settings, text: str) -> bool:
    """Post to the webhook, if there is one, and return whether that worked; no run fails over it."""
    url = settings.slack_webhook_url.get_secret_value()
    if not url:
        return False
    try:
        httpx.post(url, json={"text": text}, timeout=TIMEOUT_SECONDS).raise_for_status()
    except httpx.HTTPError as error:
        # The URL is a secret: its text stays out of the log.
        log.warning("the message to Slack failed: %s", type(error).__name__)
        return False
    return True


def heartbeat(settings: Settings) -> bool:
    """Request the monitor's URL, if there is one, after a run that succeeded; returns whether that worked.

    The monitor (healthchecks.io, or any dead man's switch) raises the alarm when none comes in time: that
    also covers a schedule that was never started and a machine that is gone.
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
