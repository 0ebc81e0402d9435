"""The run's message in Slack."""

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
