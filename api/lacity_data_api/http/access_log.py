"""One line of JSON per request, written in batches: flushing a line would take longer than a cache hit."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import orjson

FLUSH_SECONDS = 0.25
MAX_PATH_LENGTH = 500
# Writes up to this size to a pipe are atomic, so that workers do not mix their lines (POSIX PIPE_BUF).
CHUNK_BYTES = 4096
LINE = (
    b'{"time":"%b.%03d+00:00","level":"INFO","logger":"access",'
    b'"request_id":"%b",%b,"seconds":%.6f,"client":%b}\n'
)


@dataclass(frozen=True, eq=False)
class Outcome:
    """The fields of a line about a request and its response, except id, time and client."""

    method: str
    route: str
    path: str
    query: bytes
    status: int
    length: int

    @classmethod
    def of(cls, scope: Mapping[str, Any], route: str, status: int, length: int) -> Outcome:
        path, query = scope["path"][:MAX_PATH_LENGTH], scope["query_string"][:MAX_PATH_LENGTH]
        return cls(scope["method"], route, path, query, status, length)

    @cached_property
    def fields(self) -> bytes:
        """Members of a JSON object; replayed responses share them."""
        fields = {
            "method": self.method,
            "route": self.route,
            "path": self.path,
            "query": self.query.decode("latin-1"),
            "status": self.status,
            "bytes": self.length,
        }
        return orjson.dumps(fields)[1:-1]


def client_of(scope: Mapping[str, Any]) -> str:
    """The address of the client; empty for a local socket."""
    address: str = (scope["client"] or ("",))[0]
    return address


class AccessLog:
    """Collects lines; a task writes them to standard output."""

    def __init__(self, *, is_on: bool = True) -> None:
        self.is_on = is_on
        self._entries: list[tuple[float, bytes, Outcome, float, str]] = []

    def add(self, request_id: bytes, outcome: Outcome, seconds: float, client: str) -> None:
        """Add a finished request; its line is formatted later, while no client waits for it."""
        if self.is_on:
            self._entries.append((time.time(), request_id, outcome, seconds, client))

    async def run(self) -> None:
        """Write the collected lines until canceled, then the rest."""
        try:
            while True:
                await asyncio.sleep(FLUSH_SECONDS)
                # If the reader is gone or the disk is full, lines are lost, but they do not pile up.
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


def _line(at: float, request_id: bytes, outcome: Outcome, seconds: float, client: str) -> bytes:
    """Request ids contain no characters that JSON would escape."""
    second, milliseconds = divmod(int(at * 1000), 1000)
    return LINE % (
        _second(second),
        milliseconds,
        request_id,
        outcome.fields,
        seconds,
        _quoted(client),
    )


@lru_cache(maxsize=8)
def _second(second: int) -> bytes:
    return dt.datetime.fromtimestamp(second, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()


@lru_cache(maxsize=1024)
def _quoted(text: str) -> bytes:
    return orjson.dumps(text)


def _write(lines: list[bytes]) -> None:
    sys.stdout.buffer.write(b"".join(lines))
    sys.stdout.buffer.flush()
