"""One line of JSON per request, written in batches: the busiest routes answer faster than a line is flushed."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import time
from typing import Any

import orjson

FLUSH_SECONDS = 0.25
LONGEST_PATH = 500
# Writes up to this size are not torn apart by another worker's on the same pipe (POSIX PIPE_BUF).
CHUNK_BYTES = 4096


class AccessLog:
    """Collects lines; a task writes them to standard output."""

    def __init__(self, *, is_on: bool = True) -> None:
        self.is_on = is_on
        self._entries: list[tuple[Any, ...]] = []

    def add(self, *entry: Any) -> None:
        """Time, request id, method, path, query, status, bytes, seconds, client."""
        if self.is_on:
            self._entries.append((time.time(), *entry))

    async def run(self) -> None:
        """Write what is collected, until cancelled; then the rest."""
        try:
            while True:
                await asyncio.sleep(FLUSH_SECONDS)
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
    method: str,
    path: str,
    query: bytes,
    status: int,
    length: int,
    seconds: float,
    client: str,
) -> bytes:
    entry = {
        "time": dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds"),
        "level": "INFO",
        "logger": "access",
        "request_id": request_id.decode("latin-1"),
        "method": method,
        "path": path[:LONGEST_PATH],
        "query": query[:LONGEST_PATH].decode("latin-1"),
        "status": status,
        "bytes": length,
        "seconds": round(seconds, 6),
        "client": client,
    }
    return orjson.dumps(entry, default=str, option=orjson.OPT_APPEND_NEWLINE)


def _write(lines: list[bytes]) -> None:
    sys.stdout.buffer.write(b"".join(lines))
    sys.stdout.buffer.flush()
