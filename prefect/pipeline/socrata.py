"""sodapy's client with what it lacks: plain http for local portals, patience, pages as streams."""

from __future__ import annotations

import codecs
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from sodapy import Socrata
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from pipeline.config import Settings
from pipeline.errors import SourceError

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
CHUNK_BYTES = 1 << 16
LONGEST_WAIT_SECONDS = 60.0
LONGEST_ASKED_SECONDS = 300.0
"""A portal may ask for a longer wait than we would choose, but not for a whole night."""
RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


class TemporaryError(SourceError):
    """Worth another try, after ``retry_after`` seconds if the portal said so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Patience:
    """Tries again after temporary errors, with growing random waits or the wait that the portal asks for."""

    def __init__(self, attempts: int, backoff_seconds: float) -> None:
        self._attempts = attempts
        self._backoff = wait_random_exponential(multiplier=backoff_seconds, max=LONGEST_WAIT_SECONDS)

    def __call__(self, what: str, attempt: Callable[[], Answer]) -> Answer:
        """The attempt's answer. Raises its last SourceError when no try helped."""

        def note(state: RetryCallState) -> None:
            log.warning("%s: %s; try %d", what, _error(state), state.attempt_number + 1)

        retrying = Retrying(
            retry=retry_if_exception_type(TemporaryError),
            stop=stop_after_attempt(self._attempts),
            wait=self._wait,
            before_sleep=note,
            reraise=True,
        )
        return retrying(attempt)

    def _wait(self, state: RetryCallState) -> float:
        asked = getattr(_error(state), "retry_after", None)
        return min(float(asked), LONGEST_ASKED_SECONDS) if asked is not None else self._backoff(state)


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


class Portal(Socrata):  # type: ignore[misc]  # sodapy has no types
    """The city's portal. Every method raises SourceError, in words, whatever the network does."""

    def __init__(self, settings: Settings) -> None:
        address = urlsplit(settings.socrata_url)
        adapter = {"prefix": f"{address.scheme}://", "adapter": HTTPAdapter()}
        token = settings.socrata_app_token.get_secret_value()
        timeout = settings.socrata_timeout_seconds
        # Without a token sodapy warns on the root logger every time: the run says it once instead.
        super().__init__(address.netloc, token or "none", session_adapter=adapter, timeout=timeout)
        if not token:
            del self.session.headers["X-App-token"]
        self.session.headers["User-Agent"] = f"311-data-server/{version('sodapy')} (nightly ingest; sodapy)"
        self.page_seconds = settings.socrata_page_seconds
        self.patience = Patience(settings.socrata_attempts, settings.socrata_backoff_seconds)

    def rows(self, dataset_id: str, **question: object) -> list[dict[str, Any]]:
        """The answer to a small SoQL question."""
        return cast("list[dict[str, Any]]", self.get(dataset_id, **question))

    def columns(self, dataset_id: str) -> frozenset[str]:
        """Names of the columns that the dataset has now, without the system's own."""
        fields = self.get_metadata(dataset_id).get("columns", [])
        return frozenset(str(field["fieldName"]) for field in fields)

    def boundaries(self, dataset_id: str) -> dict[str, Any]:
        """The dataset's polygons as a GeoJSON feature collection."""
        resource = f"/api/geospatial/{dataset_id}"
        parameters = {"method": "export", "format": "GeoJSON"}
        return cast("dict[str, Any]", self._perform_request("get", resource, params=parameters))

    @contextmanager
    def page(self, dataset_id: str, **question: object) -> Iterator[Iterator[bytes]]:
        """One CSV page, as clean UTF-8 in pieces. Not retried: the caller has to forget half a page first."""
        parameters = {f"${name}": value for name, value in question.items()}
        uri = f"{self.uri_prefix}{self.domain}/resource/{dataset_id}.csv"
        with (
            worded(dataset_id),
            self.session.get(uri, params=parameters, timeout=self.timeout, stream=True) as response,
        ):
            check(response, "text/csv")
            yield clean(pieces(response, self.page_seconds))

    def _perform_request(self, request_type: str, resource: str, **details: Any) -> Any:
        """What sodapy sends everything small through, with checks and retries."""

        def attempt() -> Any:
            with worded(resource):
                uri = f"{self.uri_prefix}{self.domain}{resource}"
                response = self.session.request(request_type, uri, timeout=self.timeout, **details)
                check(response, "json")
                return response.json()

        return self.patience(resource, attempt)


def check(response: requests.Response, content_type: str) -> None:
    """Raise SourceError unless the answer is a success of that content type."""
    if response.status_code in RETRIED_STATUSES:
        wait = asked_wait(response.headers.get("Retry-After", ""), datetime.now(UTC))
        raise TemporaryError(f"the portal answered {response.status_code}", wait)
    if response.status_code != 200:
        raise SourceError(
            f"the portal answered {response.status_code} to {response.url}: {response.text[:300]}"
        )
    if content_type not in response.headers.get("Content-Type", ""):
        raise TemporaryError(
            f"the portal answered {response.headers.get('Content-Type')}, not {content_type}"
        )


def asked_wait(retry_after: str, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` asks for, written as seconds or as a time; None when it says neither."""
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment - now).total_seconds())


def pieces(response: requests.Response, seconds: float) -> Iterator[bytes]:
    """The body as it comes. Raises TemporaryError when it takes longer, however steadily it drips."""
    latest = time.monotonic() + seconds
    while piece := response.raw.read1(CHUNK_BYTES, decode_content=True):
        if time.monotonic() > latest:
            raise TemporaryError(f"the page was not complete after {seconds:g} s")
        yield piece


@contextmanager
def worded(what: str) -> Iterator[None]:
    """Turn what requests and the library under it raise into errors worth another try."""
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise TemporaryError(f"{what}: {type(error).__name__}: {error}"[:500]) from error


def clean(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same text as UTF-8 that Postgres takes: without NUL, broken characters replaced."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for piece in pieces:
        yield decoder.decode(piece).replace("\x00", "").encode()
    yield decoder.decode(b"", final=True).encode()
