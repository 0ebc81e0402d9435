"""Small local servers in place of the API and of Slack; they respond as the real ones are documented to."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "a-token-of-the-tests"
PRIMED = {"open_requests": 3, "types": 12, "councils": 100}


@dataclass
class Standin:
    """``served`` is the generation that the API publishes; ``stored`` reads the one in the database."""

    url: str = ""
    served: int = 0
    stored: Any = None
    is_stuck: bool = False
    failures: int = 0
    resets: int = 0
    heartbeats: int = 0
    messages: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, token: str, body: str) -> tuple[int, dict[str, Any]]:
        if path == "/heartbeat":
            self.heartbeats += 1
            return 200, {}
        if path == "/slack":
            self.messages.append(json.loads(body)["text"])
            return 200, {}
        if self.failures:
            self.failures -= 1
            return 503, {"message": "priming"}
        if (method, path) == ("GET", "/status/data"):
            return 200, {"generation": self.served, "databaseGeneration": self.served}
        if (method, path) != ("POST", "/status/reset-cache"):
            return 404, {}
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "no"}
        self.resets += 1
        self.served = self.served if self.is_stuck else int(self.stored())
        return 200, {"message": "ok", "generation": self.served, "details": PRIMED}


@contextmanager
def standin(stored: Any = lambda: 0) -> Iterator[Standin]:
    """The API and Slack in one, on a free port while the block runs."""
    state = Standin(stored=stored)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            token = self.headers.get("Authorization", "")
            status, answer = state.answer(self.command, self.path, token, body)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET  # noqa: N815  # the name that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def envelopes() -> Iterator[tuple[str, list[str]]]:
    """A DSN of Sentry on a free port, and the envelopes sent to it while the block runs."""
    received: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            received.append((gzip.decompress(body) if packed else body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://key@127.0.0.1:{server.server_port}/1", received
        finally:
            server.shutdown()
            thread.join()
