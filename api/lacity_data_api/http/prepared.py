"""A response as it was sent once, ready to be replayed for the same request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import Counter, Histogram
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from lacity_data_api.cache.cached_response import Headers
from lacity_data_api.cache.memory import Variant
from lacity_data_api.http.access_log import Outcome
from lacity_data_api.metrics import latency, requests

REQUEST_ID = b"x-request-id"
# Size of the Python objects and dictionary entries of one prepared response.
OBJECTS_BYTES = 1_500


def variant_of(head: Mapping[bytes, bytes]) -> Variant:
    """The headers on which a cached response depends, as they were sent."""
    return head.get(b"accept-encoding", b""), head.get(b"origin", b""), head.get(b"if-none-match", b"")


def lines(headers: Headers) -> bytes:
    """Headers in wire format."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])


@dataclass(frozen=True, eq=False, slots=True)
class PreparedResponse:
    """The bytes of a response, except the date and the request's id, and its metrics and log fields."""

    status_line: bytes
    before_id: bytes
    after_id: bytes
    body: bytes
    outcome: Outcome
    requests: Counter
    latency: Histogram

    @classmethod
    def of(cls, headers: Headers, body: bytes, outcome: Outcome) -> PreparedResponse:
        """``headers`` are those passed to uvicorn, including the request's id."""
        position = [name for name, _ in headers].index(REQUEST_ID)
        return cls(
            STATUS_LINE[outcome.status],
            lines(headers[:position]) + REQUEST_ID + b": ",
            b"\r\n" + lines(headers[position + 1 :]) + b"\r\n",
            body,
            outcome,
            requests(outcome.route, outcome.method, outcome.status),
            latency(outcome.route),
        )

    @property
    def size(self) -> int:
        """Bytes in addition to the body, which is that of the cached response."""
        return len(self.before_id) + len(self.after_id) + OBJECTS_BYTES

    def head(self, date: Headers, request_id: bytes) -> bytes:
        """Status line and headers, with those that uvicorn adds to every response."""
        return b"".join((self.status_line, lines(date), self.before_id, request_id, self.after_id))
