"""One line of JSON per request, written in batches: a cache hit takes less time than flushing a line."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson

FLUSH_SECONDS = 0.25
LONGEST_PATH = 500
# Writes up to this size to a pipe are atomic, so that workers do not mix their lines (POSIX PIPE_BUF).
CHUNK_BYTES = 4096


class AccessLog:
    """Collects lines; a task writes them to standard output."""

    def __init__(self, *, is_on: bool = True) -> None:
        self.is_on = is_on
        self._entries: list[tuple[Any, ...]] = []

    def add(
        self,
        request_id: bytes,
        scope: Mapping[str, Any],
        route: str,
        status: int,
        length: int,
        seconds: float,
    ) -> None:
        """One finished request; it is formatted later, outside of the time that a client waits."""
        if self.is_on:
            self._entries.append((time.time(), request_id, scope, route, status, length, seconds))

    async def run(self) -> None:
        """Write the collected lines until cancelled, then the rest."""
        try:
            while True:
                await asyncio.sleep(FLUSH_SECONDS)
                # The reader is gone or the disk is full: lines are lost, but they do not pile up.
                with suppress(OSError):
                    self.flush()
        finally:
            self.flush()

    def flush(self) -> None:
        entries, self._entries = self._entries, []
        chunk: list[bytes] = []
        size = 0
        for entry in entries:
            line = _line(*entry)
            if size + len(line) > CHUNK_BYTES and chunk:
                _write(chunk)
                chunk, size = [], 0
            chunk.append(line)
            size += len(line)
        if chunk:
            _write(chunk)


def _line(
    at: float,
    request_id: bytes,
    scope: Mapping[str, Any],
    route: str,
    status: int,
    length: int,
    seconds: float,
) -> bytes:
    fields = {
        "time": dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds"),
        "level": "INFO",
        "logger": "access",
        "request_id": request_id.decode("latin-1"),
        "method": scope["method"],
        "route": route,
        "path": scope["path"][:LONGEST_PATH],
        "query": scope["query_string"][:LONGEST_PATH].decode("latin-1"),
        "status": status,
        "bytes": length,
        "seconds": round(seconds, 6),
        "client": (scope["client"] or ("",))[0],
    }
    return orjson.dumps(fields, default=str, option=orjson.OPT_APPEND_NEWLINE)


def _write(lines: list[bytes]) -> None:
    sys.stdout.buffer.write(b"".join(lines))
    sys.stdout.buffer.flush()
