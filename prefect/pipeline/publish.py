"""Publishing: the API primes its answers of the new generation, switches, and is asked what it serves."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_delay
from tenacity.wait import wait_random_exponential

from pipeline.config import Settings
from pipeline.errors import PublishError

log = logging.getLogger(__name__)
RESET_ROUTE = "/status/reset-cache"
STATE_ROUTE = "/status/data"
FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 10.0


class NotYetError(PublishError):
    """Worth another try."""


def publish(settings: Settings, generation: int) -> str:
    """Make the API serve at least ``generation``, verified; returns what happened in words.

    Raises PublishError when it does not within the time allowed, or refuses.
    """
    if not settings.api_url:
        log.warning("API_URL is not set: nobody is told of generation %d", generation)
        return "nobody to tell (API_URL is not set)"
    with httpx.Client(base_url=settings.api_url, timeout=settings.publish_timeout_seconds) as api:
        return _patiently(settings, lambda: _publish_once(api, settings, generation))


def _publish_once(api: httpx.Client, settings: Settings, generation: int) -> str:
    if _served(api) >= generation:
        return f"the API serves generation {generation}"
    token = settings.admin_token.get_secret_value()
    if not token:
        raise PublishError(f"ADMIN_TOKEN is not set: the API cannot be told of generation {generation}")
    answer = _ask(api, "POST", RESET_ROUTE, headers={"Authorization": f"Bearer {token}"})
    primed = sum(answer.get("details", {}).values())
    if _served(api) < generation:
        raise NotYetError(f"the API was told, but does not serve generation {generation} yet")
    return f"the API primed {primed} answers and serves generation {generation}"


def _served(api: httpx.Client) -> int:
    return int(_ask(api, "GET", STATE_ROUTE).get("generation") or 0)


def _ask(api: httpx.Client, method: str, route: str, **details: Any) -> dict[str, Any]:
    try:
        response = api.request(method, route, **details)
    except httpx.HTTPError as error:
        raise NotYetError(f"{method} {route}: {type(error).__name__}: {error}") from error
    if response.status_code in {401, 403}:
        raise PublishError(f"the API refuses ADMIN_TOKEN ({response.status_code} to {method} {route})")
    if response.status_code != 200:
        raise NotYetError(f"{method} {route} answered {response.status_code}: {response.text[:200]}")
    try:
        answer = response.json()
    except ValueError as error:
        raise NotYetError(f"{method} {route} answered no JSON: is API_URL right?") from error
    if not isinstance(answer, dict):
        raise NotYetError(f"{method} {route} answered something else: is API_URL right?")
    return answer


def _patiently(settings: Settings, attempt: Callable[[], str]) -> str:
    retrying = Retrying(
        retry=retry_if_exception_type(NotYetError),
        stop=stop_after_delay(settings.publish_timeout_seconds),
        wait=wait_random_exponential(multiplier=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS),
        reraise=True,
    )
    return retrying(attempt)
