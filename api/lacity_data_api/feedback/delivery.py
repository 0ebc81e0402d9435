"""Delivery to GitHub and SendGrid. A message counts as delivered if one of them has accepted it."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, ClassVar

import httpx

from lacity_data_api.config import Settings
from lacity_data_api.errors import NotConfiguredError, UnavailableError
from lacity_data_api.feedback import writing
from lacity_data_api.feedback.schemas import Message

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5.0
USER_AGENT = "311-data-server"
# ValueError: the response is not JSON; KeyError and TypeError: it does not describe an issue.
FAILURES = (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError)


class NotDeliveredError(UnavailableError):
    detail = "The message could not be delivered; try again"
    headers: ClassVar = {"Retry-After": "60"}


@cache
def _certificates() -> ssl.SSLContext:
    """Loaded once, because loading takes 25 ms or more, during which the worker serves no client."""
    return httpx.create_ssl_context(trust_env=False)


@asynccontextmanager
async def _client(token: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {token}", "User-Agent": USER_AGENT}
    # Only the settings determine where messages go: no redirects, no proxies from the environment.
    async with httpx.AsyncClient(
        headers=headers,
        timeout=TIMEOUT_SECONDS,
        follow_redirects=False,
        trust_env=False,
        verify=_certificates(),
    ) as client:
        yield client


async def _post(client: httpx.AsyncClient, url: str, content: dict[str, Any]) -> httpx.Response:
    response = await client.post(url, json=content)
    if not response.is_success:
        raise httpx.HTTPStatusError(str(response.status_code), request=response.request, response=response)
    return response


class Delivery:
    """Delivers through the services that are configured."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def check(self) -> None:
        """Raises NotConfiguredError if no service is configured."""
        if not (self._has_github or self._has_mail):
            raise NotConfiguredError("Feedback is not configured on this server")

    @property
    def _has_github(self) -> bool:
        return bool(self._settings.github_token.get_secret_value() and self._settings.github_issues_url)

    @property
    def _has_mail(self) -> bool:
        settings = self._settings
        return bool(
            settings.sendgrid_api_key.get_secret_value()
            and settings.feedback_mail_to
            and settings.feedback_mail_from
        )

    async def deliver(self, message: Message) -> None:
        """Raises NotDeliveredError if every service failed; failures are logged without the message."""
        issue_url = await self._open_issue(message) if self._has_github else None
        is_mailed = await self._send_mail(message, issue_url) if self._has_mail else False
        if issue_url is None and not is_mailed:
            raise NotDeliveredError

    async def _open_issue(self, message: Message) -> str | None:
        """The issue's URL; None if GitHub did not create one."""
        settings = self._settings
        async with _client(settings.github_token.get_secret_value()) as client:
            try:
                issue = (await _post(client, settings.github_issues_url, writing.issue(message))).json()
                return str(issue["html_url"])
            except FAILURES as error:
                _log_failure("GitHub did not create an issue", error)
                return None

    async def _send_mail(self, message: Message, issue_url: str | None) -> bool:
        settings = self._settings
        content = writing.mail(message, issue_url, settings.feedback_mail_to, settings.feedback_mail_from)
        async with _client(settings.sendgrid_api_key.get_secret_value()) as client:
            try:
                await _post(client, settings.sendgrid_url, content)
            except FAILURES as error:
                _log_failure("SendGrid did not accept the mail", error)
                return False
        return True


def _log_failure(what: str, error: Exception) -> None:
    status = f" {error.response.status_code}" if isinstance(error, httpx.HTTPStatusError) else ""
    log.error("%s: %s%s", what, type(error).__name__, status)
