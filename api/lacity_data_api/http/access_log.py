"""One line of JSON per request, written in batches: a cache hit takes less time than flushing a line."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import time
from contextlib import suppress
from typing import Any, NamedTuple

import orjson

FLUSH_SECONDS = 0.25
LONGEST_PATH = 500
# Writes up to this size to a pipe are atomic, so that workers do not mix their lines (POSIX PIPE_BUF).
CHUNK_BYTES = 4096


class Entry(NamedTuple):
    """One finished request."""

    at: float
    request_id: bytes
    method: str
    path: str
    query: bytes
    status: int
    length: int
    seconds: float
    client: str


class AccessLog:
    """Collects lines; a task writes them to standard output."""

    def __init__(self, *, is_on: bool = True) -> None:
        self.is_on = is_on
        self._entries: list[tuple[Any, ...]] = []

    def add(self, *entry: Any) -> None:
        """The fields of an ``Entry`` but the time."""
        if self.is_on:
            self._entries.append((time.time(), *entry))

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
            line = _line(Entry(*entry))
            if size + len(line) > CHUNK_BYTES and chunk:
                _write(chunk)
                chunk, size = [], 0
            chunk.append(line)
            size += len(line)
        if chunk:
            _write(chunk)


def _line(entry: Entry) -> bytes:
    fields = {
        "time": dt.datetime.fromtimestamp(entry.at, dt.UTC).isoformat(timespec="milliseconds"),
        "level": "INFO",
        "logger": "access",
        "request_id": entry.request_id.decode("latin-1"),
        "method": entry.method,
        "path": entry.path[:LONGEST_PATH],
        "query": entry.query[:LONGEST_PATH].decode("latin-1"),
        "status": entry.status,
        "bytes": entry.length,
        "seconds": round(entry.seconds, 6),
        "client": entry.client,
    }
    return orjson.dumps(fields, default=str, option=orjson.OPT_APPEND_NEWLINE)


def _write(lines: list[bytes]) -> None:
    sys.stdout.buffer.write(b"".join(lines))
    sys.stdout.buffer.flush()
