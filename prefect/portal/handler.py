"""The HTTP server of the portal."""

from __future__ import annotations

import logging
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from portal.admin import administer
from portal.controller import Controller
from portal.errors import SodaError, not_found
from portal.messages import Request, Response
from portal.routes import Portal, error_response
from portal.transport import BrokenError, send

log = logging.getLogger("portal")
MAX_BODY_BYTES = 10_000_000
MAX_QUERY_FIELDS = 1_000


class PortalServer(ThreadingHTTPServer):
    """Serves one Portal with threads of one process."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], portal: Portal, *, has_admin: bool, has_gzip: bool) -> None:
        self.portal = portal
        self.controller = Controller(portal)
        self.has_admin = has_admin
        self.has_gzip = has_gzip
        self.stopping = threading.Event()
        super().__init__(address, Handler)

    def server_close(self) -> None:
        self.stopping.set()
        super().server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One connection: GET, the POST of SODA 3, and the admin routes for tests if they are enabled."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: the second must not wait for the client's delayed acknowledgment.
    disable_nagle_algorithm = True
    server_version = "SamplePortal"
    sys_version = ""
    server: PortalServer

    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self._reply()

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.server.portal.store.release()

    def _respond(self, request: Request) -> Response:
        if request.method == "GET" or request.path.startswith("/api/v3/"):
            return self.server.portal.respond(request)
        if not self.server.has_admin:
            raise not_found()
        return administer(self.server.controller, request)

    def _reply(self) -> None:
        try:
            try:
                self._send(self._respond(self._request()))
            except SodaError as error:
                self._send(error_response(error))
        except (BrokenError, ConnectionError, TimeoutError):
            self.close_connection = True
        except sqlite3.Error:
            log.exception("response broke off: %s", self.path)
            self.close_connection = True

    def _send(self, response: Response) -> None:
        may_gzip = self.server.has_gzip and "gzip" in self.headers.get("Accept-Encoding", "")
        send(self, response, may_gzip=may_gzip, stop=self.server.stopping)

    def _request(self) -> Request:
        address = urlsplit(self.path)
        try:
            length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY_BYTES)
            fields = parse_qsl(address.query, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
        except ValueError as error:
            raise SodaError("invalid_request", str(error)) from None
        return Request(
            method=self.command,
            path=address.path,
            parameters=dict(fields),
            headers={name.lower(): value for name, value in self.headers.items()},
            client=str(self.client_address[0]),
            body=self.rfile.read(length) if length else b"",
        )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the parent's own name
        log.debug(format, *args)
