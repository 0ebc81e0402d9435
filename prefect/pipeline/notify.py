"""The night's message to people."""

from __future__ import annotations

import logging

import httpx

from pipeline import report
from pipeline.config import Settings

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10.0


def tell_no_start(settings: Settings, message: str) -> bool:
    """Say that a night failed before there was anything to count."""
    return slack(settings, report.slack_text(settings.stage, "ERROR", message, (), 0, settings.reports_url))


def slack(settings: Settings, text: str) -> bool:
    """Post to the webhook, if there is one, and return whether it was told; its silence fails no night."""
    url = settings.slack_webhook_url.get_secret_value()
    if not url:
        return False
    try:
        httpx.post(url, json={"text": text}, timeout=TIMEOUT_SECONDS).raise_for_status()
    except httpx.HTTPError as error:
        # The address is a secret: its text stays out of the log.
        log.warning("Slack was not told: %s", type(error).__name__)
        return False
    return True
