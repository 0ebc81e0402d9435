"""A small real server with the API's bodies and headers, which can be slowed down, broken or set back."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scenarios.places import USER_AGENT

MAX_SECONDS = 120
DEFAULT: list[dict[str, Any]] = [{"requestId": 1, "typeId": 2, "typeCount": 1}]
POLYGONS = {"type": "FeatureCollection", "features": DEFAULT * 1_000}
# What a run requests before its users start; this is not counted.
CITY: dict[str, Any] = {
    "/councils": [
        {"councilId": 0, "latitude": 0, "longitude": 0},
        {"councilId": 7, "latitude": 40.6, "longitude": -74.1},
        {"councilId": 9, "latitude": 40.8, "longitude": -73.9},
    ],
    "/types": [{"typeId": 3}, {"typeId": 5}],
    "/status/data": {"last_day": "2026-11-20"},
}


@dataclass
class Site:
    """The behavior of the server; tests change it while it runs."""

    url: str = ""
    generation: int = 1
    delays: dict[str, float] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    # Each response takes the next of these generations as long as there are any.
    generations: list[int] = field(default_factory=list)
    bodies: dict[str, Any] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    conditional: int = 0
    # The path whose responses wait until the event, and whether one does.
    hanging: str = ""
    released: threading.Event = field(default_factory=threading.Event)
    is_hanging: bool = False
    # The named client of each export.
    downloaders: list[str] = field(default_factory=list)

    @property
    def requested(self) -> Counter[str]:
        """How often each path was requested and served."""
        return Counter(self.order)

    def body(self, path: str, query: str) -> bytes:
        body = self.bodies.get(path, POLYGONS if path == "/geojson" else DEFAULT)
        if skip := parse_qs(query).get("skip"):
            body = body[int(skip[0]) :]
        return json.dumps(body).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        path, query = urlsplit(self.path)[2:4]
        if self.headers.get("User-Agent") == USER_AGENT:
            self._answer(200, json.dumps(CITY[path]).encode(), 1, "")
            return
        if delay := self.site.delays.get(path):
            time.sleep(delay)
        if path == self.site.hanging:
            self.site.is_hanging = True
            self.site.released.wait(MAX_SECONDS)
        generation = self.site.generations.pop(0) if self.site.generations else self.site.generation
        etag = f'"{path}-{generation}"'
        is_known = self.headers.get("If-None-Match") == etag
        self.site.conditional += is_known
        status = self.site.statuses.get(path, 304 if is_known else 200)
        self._answer(status, b"" if is_known else self.site.body(path, query), generation, etag)
        self.site.order.append(path)
        if path.startswith("/reports/export/"):
            self.site.downloaders.append(self.headers.get("X-Forwarded-For", ""))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def _answer(self, status: int, body: bytes, generation: int, etag: str) -> None:
        self.send_response(status)
        if body and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("ETag", etag)
        self.send_header("X-Data-Generation", str(generation))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keeps the tests' output clean."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """The site on a free port, until the block ends."""
    handler = type("SiteHandler", (Handler,), {"site": site, "disable_nagle_algorithm": True})
    with Server(("127.0.0.1", 0), handler) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
