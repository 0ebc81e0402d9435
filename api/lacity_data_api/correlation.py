"""The id of a request, from the load balancer through every log line to the database."""

from __future__ import annotations

import itertools
import logging
import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar

ACCEPTED = re.compile(rb"[A-Za-z0-9_.-]{1,64}\Z")
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
TRACE_ROOT = re.compile(rb"(?:^|;)Root=([A-Za-z0-9-]{1,64})(?:;|\Z)")

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that the current task serves; tasks that it starts inherit it."""


def given_id(headers: Mapping[bytes, bytes]) -> bytes | None:
    """The id sent with the request: ``X-Request-ID``, else the load balancer's trace id."""
    own = headers.get(b"x-request-id", b"")
    if ACCEPTED.match(own):
        return own
    trace = TRACE_ROOT.search(headers.get(b"x-amzn-trace-id", b""))
    return trace[1] if trace else None


class RequestIds:
    """Assigns the ids of one worker's requests: unique, unless clients send the same id."""

    def __init__(self) -> None:
        self._worker = secrets.token_hex(4).encode()
        self._numbers = itertools.count()

    def id_of(self, headers: Mapping[bytes, bytes]) -> bytes:
        """The id sent with the request, else a new one."""
        return given_id(headers) or b"%b-%x" % (self._worker, next(self._numbers))


class AddRequestId(logging.Filter):
    """Adds the request's id to every record; filters nothing out."""

    def filter(self, record: logging.LogRecord) -> bool:
        if request_id := REQUEST_ID.get():
            record.request_id = request_id
        return True
