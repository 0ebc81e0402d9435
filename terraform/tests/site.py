"""A stand-in for the deployed site: responds to the smoke test as configured."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """``is_ready``, ``is_garbled`` and ``commit`` may change while it serves."""

    url: str = ""
    commit: str = ""
    is_ready: bool = True
    is_garbled: bool = False


@contextmanager
def serving() -> Iterator[Site]:
    """A site on a free local port."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_fine = site.is_ready or self.path != "/status/ready"
            self.send_response(200 if is_fine else 503)
            self.end_headers()
            body = "<html>" if site.is_garbled else json.dumps({"gitSha": site.commit})
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name of the base class
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
