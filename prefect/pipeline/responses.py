"""The portal's responses: errors, retries of temporary errors, and bodies as streams."""

from __future__ import annotations

import codecs
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests
import urllib3

from pipeline.errors import PortalError, TokenError, UnavailableError, one_line
from pipeline.retries import NoConnectionError, TemporaryError, retry_after_seconds

CHUNK_BYTES = 1 << 16
RETRIED_STATUSES = frozenset({202, 408, 425, 429})
"""202: the portal is still computing. All server errors are retried too, a CDN's 52x included."""
UNAVAILABLE = {401: "is private", 403: "is private", 404: "does not exist", 410: "was deleted"}


def check(response: requests.Response, content_type: str) -> None:
    """Raise PortalError unless the response is successful and has that content type."""
    status, path = response.status_code, _path(response)
    found_type = response.headers.get("Content-Type", "")
    if status in RETRIED_STATUSES or status >= 500:
        wait = retry_after_seconds(response.headers.get("Retry-After", ""), datetime.now(UTC))
        raise TemporaryError(f"the portal responded with {status} to {path}", wait)
    if status != 200:
        raise rejection(status, path, one_line(response.text[:300]))
    if content_type not in found_type:
        raise TemporaryError(f"the portal responded with {found_type}, not {content_type}, to {path}")


def _path(response: requests.Response) -> str:
    return urlsplit(response.url).path


def rejection(status: int, path: str, text: str) -> PortalError:
    """The error for a response that should not be retried; Socrata sends 403 for a bad token too."""
    if status in {401, 403} and "app" in text and "token" in text:
        return TokenError(f"the portal rejects SOCRATA_APP_TOKEN ({status} to {path}): {text}")
    if status in UNAVAILABLE:
        return UnavailableError(f"{path} {UNAVAILABLE[status]} ({status}): {text}", status)
    return PortalError(f"the portal responded with {status} to {path}: {text}")


def pieces(response: requests.Response, seconds: float) -> Iterator[bytes]:
    """Streams the body. Raises TemporaryError if it takes too long, even if bytes keep arriving."""
    latest = time.monotonic() + seconds
    while piece := response.raw.read1(CHUNK_BYTES, decode_content=True):
        if time.monotonic() > latest:
            raise TemporaryError(f"{_path(response)}: the page was not complete after {seconds:g} s")
        yield piece


@contextmanager
def network_errors(what: str) -> Iterator[None]:
    """Turn exceptions of requests and urllib3 into errors that are retried."""
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        kind = NoConnectionError if _is_unconnected(error) else TemporaryError
        raise kind(one_line(f"{what}: {type(error).__name__}: {error}")[:500]) from error


def _is_unconnected(error: Exception) -> bool:
    """Whether no connection was established; requests uses ConnectionError for lost connections too."""
    causes = (urllib3.exceptions.MaxRetryError, urllib3.exceptions.NewConnectionError)
    return isinstance(error, requests.ConnectionError) and isinstance(error.args[0], causes)


@contextmanager
def shape_errors(what: str) -> Iterator[None]:
    """Turn errors caused by JSON of an undocumented shape into PortalError."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        problem = one_line(f"{type(error).__name__}: {error}")[:200]
        raise PortalError(
            f"{what}: the portal's response has another shape than documented: {problem}"
        ) from error


def clean(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same text as UTF-8 that Postgres accepts: without NUL, with broken characters replaced."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for piece in pieces:
        yield decoder.decode(piece).replace("\x00", "").encode()
    yield decoder.decode(b"", final=True).encode()
