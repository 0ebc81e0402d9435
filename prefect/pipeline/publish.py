"""Publishes a generation: the API primes its responses, switches to it, and reports what it serves."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_delay
from tenacity.wait import wait_random_exponential

from pipeline.config import Settings
from pipeline.errors import PublishError, one_line

log = logging.getLogger(__name__)
RESET_ROUTE = "/status/reset-cache"
STATE_ROUTE = "/status/data"
FIRST_WAIT_SECONDS = 0.2
MAX_WAIT_SECONDS = 10.0


class NotYetError(PublishError):
    """A failure that is worth another attempt."""


@dataclass(frozen=True)
class PublishResult:
    """The generation that the API serves (None: no API to notify), and how many responses it primed."""

    generation: int | None
    primed: int = 0

    def __str__(self) -> str:
        if self.generation is None:
            return "no API was notified (API_URL is not set)"
        primed = f"primed {self.primed} responses and " if self.primed else ""
        return f"the API {primed}serves generation {self.generation}"


def publish(settings: Settings, generation: int, *, forget_earlier: bool = False) -> PublishResult:
    """Make the API serve at least ``generation``, and verify that it does.

    ``forget_earlier`` also removes the cached responses of earlier generations if the API has switched by
    itself. Raises PublishError if it does not within the time limit, or if it rejects the token.
    """
    if not settings.api_url:
        published = PublishResult(None)
    else:
        retrying = Retrying(
            retry=retry_if_exception_type(NotYetError),
            stop=stop_after_delay(settings.publish_timeout_seconds),
            wait=wait_random_exponential(multiplier=FIRST_WAIT_SECONDS, max=MAX_WAIT_SECONDS),
            reraise=True,
        )
        with httpx.Client(base_url=settings.api_url, timeout=settings.publish_timeout_seconds) as api:
            published = retrying(_publish_once, api, settings, generation, forget_earlier=forget_earlier)
    log.info("%s", published)
    return published


def _publish_once(
    api: httpx.Client, settings: Settings, generation: int, *, forget_earlier: bool
) -> PublishResult:
    if (served := _served(api)) >= generation and not forget_earlier:
        return PublishResult(served)
    token = settings.admin_token.get_secret_value()
    if not token:
        raise PublishError(f"ADMIN_TOKEN is not set: the API cannot switch to generation {generation}")
    body = _request(api, "POST", RESET_ROUTE, headers={"Authorization": f"Bearer {token}"})
    if (served := _served(api)) < generation:
        raise NotYetError(f"the API was notified, but still serves generation {served}, not {generation}")
    return PublishResult(served, sum(body.get("details", {}).values()))


def _served(api: httpx.Client) -> int:
    return int(_request(api, "GET", STATE_ROUTE).get("generation") or 0)


def _request(api: httpx.Client, method: str, route: str, **details: Any) -> dict[str, Any]:
    try:
        response = api.request(method, route, **details)
    except httpx.HTTPError as error:
        raise NotYetError(f"{method} {route}: {type(error).__name__}: {one_line(str(error))}") from error
    if response.status_code in {401, 403}:
        raise PublishError(f"the API rejects ADMIN_TOKEN ({response.status_code} to {method} {route})")
    if response.status_code != 200:
        raise NotYetError(
            f"{method} {route} responded with {response.status_code}: {one_line(response.text[:200])}"
        )
    try:
        body = response.json()
    except ValueError as error:
        raise NotYetError(f"{method} {route} did not respond with JSON: is API_URL right?") from error
    if not isinstance(body, dict):
        raise NotYetError(f"{method} {route} did not respond with a JSON object: is API_URL right?")
    return body
