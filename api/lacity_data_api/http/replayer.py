"""The fastest path: sends a recorded response again, without a task, an ASGI scope or any layer."""

from __future__ import annotations

import asyncio
import time
from typing import cast

from lacity_data_api.cache.cached_response import Headers
from lacity_data_api.cache.memory import Memory
from lacity_data_api.correlation import RequestIds
from lacity_data_api.http.access_log import AccessLog
from lacity_data_api.http.prepared import PreparedResponse, variant_of
from lacity_data_api.metrics import BY_URL

# Headers of requests that have a body, or wait for permission to send one.
BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding", b"expect"})


class Replayer:
    """Serves requests with the same raw URL and the same relevant headers as a recorded request."""

    def __init__(self, memory: Memory, ids: RequestIds, log: AccessLog) -> None:
        self._memory = memory
        self._cutover = memory.cutover
        self._ids = ids
        self._log = log

    def respond(
        self, target: bytes, headers: Headers, client: str, date: Headers, transport: asyncio.Transport
    ) -> bool:
        """Write the recorded response and return True; if there is none, the request takes the usual path."""
        started = time.perf_counter()
        path, _, query = target.partition(b"?")
        self._cutover.make_if_due()
        head = dict(headers)
        entry = self._memory.find_url(path, query, head.get(b"accept", b""))
        if entry is None:
            return False
        is_plain = len(head) == len(headers) and b"host" in head and BODY_HEADERS.isdisjoint(head)
        found = entry.prepared.get(variant_of(head)) if is_plain else None
        if found is None:
            return False
        prepared = cast("PreparedResponse", found)
        request_id = self._ids.id_of(head)
        transport.writelines((prepared.head(date, request_id), prepared.body))
        self._count(prepared, request_id, time.perf_counter() - started, client)
        return True

    def _count(self, prepared: PreparedResponse, request_id: bytes, seconds: float, client: str) -> None:
        BY_URL.inc()
        prepared.requests.inc()
        prepared.latency.observe(seconds)
        self._log.add(request_id, prepared.outcome, seconds, client)
