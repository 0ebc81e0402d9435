"""A low-overhead client: one connection, whose response bytes are read and counted."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

WRK_SECONDS = 4
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
ERRORS = re.compile(r"Non-2xx|Socket errors")


@dataclass(frozen=True)
class HttpRequest:
    """A GET request, or a POST request if there is a body."""

    path: str
    body: dict[str, Any] | None = None

    def send(self, connection: http.client.HTTPConnection) -> int:
        """Send the request and return the response size in bytes. RuntimeError unless the status is 200."""
        if self.body is None:
            connection.request("GET", self.path)
        else:
            content = json.dumps(self.body)
            connection.request("POST", self.path, content, {"Content-Type": "application/json"})
        response = connection.getresponse()
        size = len(response.read())
        if response.status != 200:
            raise RuntimeError(f"{self.path} responded with {response.status}")
        return size


@contextmanager
def connected(url: str) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    try:
        yield connection
    finally:
        connection.close()


def rate(url: str) -> float:
    """Requests per second from one wrk thread with 16 connections. RuntimeError if any request failed."""
    command = ["wrk", "-t1", "-c16", f"-d{WRK_SECONDS}s", url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = RATE.search(output)
    if found is None or ERRORS.search(output):
        raise RuntimeError(f"wrk {url}:\n{output}")
    return float(found[1])
